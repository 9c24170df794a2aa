"""What the library set out to reach, and whether figures just measured reach it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from benchmarks.contest import COMPILED, FLOOR, TWIN, Result
from benchmarks.footprint import Size
from benchmarks.orders import CCXT, OURS, OURS_IN_MEMORY, OURS_OVER_REST, OrderFigures


__all__ = ["Aim", "aims_of"]

COSTS_US = {"depth": 6.0, "bookTicker": 3.0, "trade": 3.0}
"""Case → CPU that a frame may cost, from the socket to the callback."""

CHEAPER_TIMES = 10.0
"""How many times dearer the cheapest peer's depth frame is to be."""

WIRE_US = {OURS: 150.0, OURS_IN_MEMORY: 60.0}
"""Client → how long an order may take from ``submit()`` to the wire, p50."""

CHEAPER_ORDERS_TIMES = 5.0
"""How many times dearer an order through ccxt, over REST, is to be."""

REPORT_US = 100.0
"""How long a private report may take to the handler, p50."""

RECOVERY_S = 2.0


class Aim(msgspec.Struct, frozen=True):
    """One aim beside what was measured."""

    what: str
    bound: str
    measured: str
    is_reached: bool


def aims_of(
    results: Sequence[Result], sizes: Sequence[Size], orders: OrderFigures | None = None
) -> list[Aim]:
    """Return every aim that these figures say something about."""
    costs = {(result.case, result.name): result.cpu_us for result in results}
    aims = [*_costs(costs), *_against_peers(costs), *_sizes(sizes)]
    return aims if orders is None else [*aims, *_orders(orders), *_around_orders(orders)]


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


def _orders(orders: OrderFigures) -> list[Aim]:
    costs = {each.name: each for each in orders.clients}
    aims = []
    for name, bound in WIRE_US.items():
        wire_us = costs[name].wire_p50_us if name in costs else None
        if wire_us is not None:
            what, measured = f"submit() → wire, {name}", f"{wire_us:.0f} µs"
            aims.append(Aim(what, f"p50 ≤ {bound:g} µs", measured, wire_us <= bound))
    for name in (OURS, OURS_OVER_REST):
        if name in costs and CCXT in costs:
            times = costs[CCXT].cpu_us / costs[name].cpu_us
            bound_text = f"{CHEAPER_ORDERS_TIMES:g} times cheaper than {CCXT} over REST"
            is_reached = times >= CHEAPER_ORDERS_TIMES
            aims.append(
                Aim(f"CPU an order, {name}", bound_text, f"{times:.1f} times cheaper", is_reached)
            )
    return aims


def _around_orders(orders: OrderFigures) -> list[Aim]:
    aims = []
    if (report_us := orders.report_p50_us) is not None:
        what, bound = "private report → handler", f"p50 ≤ {REPORT_US:g} µs"
        aims.append(Aim(what, bound, f"{report_us:.0f} µs", report_us <= REPORT_US))
    if (recovery_s := orders.recovery_s) is not None:
        what, bound = f"recovery of {orders.recovered:,} orders", f"≤ {RECOVERY_S:g} s"
        aims.append(Aim(what, bound, f"{recovery_s:.2f} s", recovery_s <= RECOVERY_S))
    return aims
