"""What the library set out to reach, and whether figures just measured reach it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from benchmarks.contest import COMPILED, FLOOR, TWIN, Result
from benchmarks.footprint import Size


__all__ = ["Aim", "aims_of"]

COSTS_US = {"depth": 6.0, "bookTicker": 3.0, "trade": 3.0}
"""Case → CPU that a frame may cost, from the socket to the callback."""

CHEAPER_TIMES = 10.0
"""How many times dearer the cheapest peer's depth frame is to be."""


class Aim(msgspec.Struct, frozen=True):
    """One aim beside what was measured."""

    what: str
    bound: str
    measured: str
    is_reached: bool


def aims_of(results: Sequence[Result], sizes: Sequence[Size]) -> list[Aim]:
    """Return every aim that these figures say something about."""
    costs = {(result.case, result.name): result.cpu_us for result in results}
    return [*_costs(costs), *_against_peers(costs), *_sizes(sizes)]


def _costs(costs: dict[tuple[str, str], float]) -> list[Aim]:
    return [
        Aim(f"{case} frame → callback", f"≤ {bound:g} µs", f"{cost:.2f} µs", cost <= bound)
        for case, bound in COSTS_US.items()
        if (cost := costs.get((case, COMPILED))) is not None
    ]


def _against_peers(costs: dict[tuple[str, str], float]) -> list[Aim]:
    cheapest: dict[str, tuple[float, str]] = {}
    for (case, name), cost in costs.items():
        if name not in (FLOOR, COMPILED, TWIN):
            cheapest[case] = min(cheapest.get(case, (cost, name)), (cost, name))
    aims = []
    if "depth" in cheapest and ("depth", COMPILED) in costs:
        cost, peer = cheapest["depth"]
        times = cost / costs["depth", COMPILED]
        measured = f"{times:.1f} times cheaper than {peer}"
        bound = f"{CHEAPER_TIMES:g} times cheaper than the peers"
        aims.append(Aim("depth frame → callback", bound, measured, times >= CHEAPER_TIMES))
    ratios = [
        (costs[case, TWIN] / cost, peer, case)
        for case, (cost, peer) in cheapest.items()
        if (case, TWIN) in costs
    ]
    if ratios:
        ratio, peer, case = max(ratios)
        measured = f"at worst {ratio:.2f} × {peer} ({case})"
        aims.append(Aim("the twin, in every case", "≤ 1 × the peers", measured, ratio <= 1))
    return aims


def _sizes(sizes: Sequence[Size]) -> list[Aim]:
    return [
        Aim(
            size.what,
            f"≤ {size.target:,g} {size.unit}",
            f"{size.value:,g} {size.unit}",
            size.value <= size.target,
        )
        for size in sizes
        if size.target is not None
    ]
