"""Faults by chance, several at once: after them all is as if nothing had been, for every seed.

``make simulate SEEDS=1000`` plays more of them. A failure names its seed, which plays the same again over memory.
"""

from __future__ import annotations

import os

import pytest
from tests.simulation.mixtures import DRAWN, Strike, mixture, play_mixture
from tests.simulation.world import TRANSPORTS, open_world, run_on


SEEDS = int(os.environ.get("SEEDS", "30"))
OVER_SOCKETS = 5
"""One of so many is played over sockets, too."""

CASES = [
    (seed, transport)
    for seed in range(SEEDS)
    for transport in TRANSPORTS
    if transport == "memory" or seed % OVER_SOCKETS == 0
]


@pytest.mark.parametrize(
    ("seed", "transport"),
    [pytest.param(*case, id=f"seed {case[0]}, over {case[1]}") for case in CASES],
)
def test_g05_after_any_mixture_of_faults_books_are_the_venues_and_no_trade_is_missing_untold(
    seed: int, transport: str
) -> None:
    async def scenario(transport: str) -> None:
        async with open_world(transport, seed=seed) as world:
            await play_mixture(world, seed)

    run_on(transport, scenario)


def test_a_seed_draws_the_same_again_and_another_seed_something_else() -> None:
    def drawn(seed: int) -> list[tuple[float, str, float]]:
        return [(each.at_s, _name(each), each.lasts_s) for each in mixture(seed)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_in_many_seeds_every_fault_has_its_turn() -> None:
    names = {_name(strike) for seed in range(500) for strike in mixture(seed)}
    assert names == {fault.name for fault in DRAWN} | {"renewal"}


def _name(strike: Strike) -> str:
    return "renewal" if strike.fault is None else strike.fault.name
