"""Faults drawn from a seed: which ones, when, and for how long; several may be on at once."""

from __future__ import annotations

import asyncio
from random import Random

import msgspec
from tests.simulation.fault import AFTER_BREAKER_S, AFTER_DELAYS_S, Fault, Phase, relent
from tests.simulation.scenarios import ALL_FAULTS
from tests.simulation.world import World

from tickwright.sandbox.faults import Faults


__all__ = ["Strike", "mixture", "play_mixture"]

TROUBLE_S = 90.0
STRIKES = (4, 9)
HEALS_S = AFTER_DELAYS_S + AFTER_BREAKER_S
"""Whatever was drawn: a session at its longest delay, and after it a host left alone."""

DRAWN = tuple(
    fault
    for fault in ALL_FAULTS
    # Refused streams are not asked for again, and so heal never; a burst of 50,000 takes as long as all else.
    if not fault.refused and fault.name != "a burst of 50,000"
)
RENEWAL = 0.15
"""How often connections are replaced instead."""


class Strike(msgspec.Struct, frozen=True):
    """One fault of a mixture; ``None`` replaces all connections."""

    at_s: float
    fault: Fault | None
    lasts_s: float


def mixture(seed: int) -> list[Strike]:
    """Return what a seed draws, in the order of time. Now and then the first strikes before anything is connected."""
    rng = Random(seed)
    strikes = []
    for _ in range(rng.randint(*STRIKES)):
        fault = None if rng.random() < RENEWAL else rng.choice(DRAWN)
        lasts_s = 0.0 if fault is None else rng.uniform(0.2, 2.0) * fault.lasts_s
        at_s = max(0.0, rng.uniform(-TROUBLE_S / 8, TROUBLE_S))
        if fault is not None and at_s == 0 and Phase.BEFORE in fault.not_at:
            at_s = rng.random() * 5
        strikes.append(Strike(round(at_s, 2), fault, round(lasts_s, 2)))
    return sorted(strikes, key=lambda each: each.at_s)


async def play_mixture(world: World, seed: int) -> None:
    """Let all of a seed's faults strike and pass, each at its time, and check that everything heals."""
    async with asyncio.TaskGroup() as group:
        wanting = group.create_task(world.want(), name="program")
        async with asyncio.TaskGroup() as trouble:
            for strike in mixture(seed):
                trouble.create_task(_play(world, strike))
        await relent(world)
        await asyncio.sleep(_lingers_s(seed))
        world.mark()
        async with asyncio.timeout(HEALS_S):
            await wanting
    await world.heals(HEALS_S)


def _lingers_s(seed: int) -> float:
    return max((each.fault.lingers_s for each in mixture(seed) if each.fault), default=0.0)


async def _play(world: World, strike: Strike) -> None:
    await asyncio.sleep(strike.at_s)
    if strike.fault is None:
        world.renew()
        return
    await strike.fault.strike(world)
    if strike.fault.strikes_new:
        world.sandbox.close_sockets(1001)
    await asyncio.sleep(strike.lasts_s)
    well = Faults()
    for name in strike.fault.sets:
        setattr(world.faults, name, getattr(well, name))
    await world.sandbox.open_doors()
