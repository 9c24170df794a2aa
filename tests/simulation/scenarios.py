"""Every fault of market data in every phase: which scenarios there are, and how one is played.

A fault is set in one of six phases, lasts a while and is taken back. Each cell of fault × phase is a scenario, over
memory and over sockets, unless a reason stands against it in the fault's row.
"""

from __future__ import annotations

import asyncio

from tests.simulation.fault import SOON_S, Fault, Phase, cut, relent
from tests.simulation.faults_of_rest import REST_FAULTS
from tests.simulation.faults_of_sockets import SOCKET_FAULTS
from tests.simulation.faults_of_streams import CONTENT_FAULTS, STREAM_FAULTS
from tests.simulation.world import TRANSPORTS, World


__all__ = ["ALL_FAULTS", "NOT_PLAYED", "cells", "play"]

DEPTH = "*@depth*"

ALL_FAULTS = (*SOCKET_FAULTS, *STREAM_FAULTS, *CONTENT_FAULTS, *REST_FAULTS)

NOT_PLAYED = {
    "burst": "acted out with `Sandbox.burst`, which it calls",
    "close_on_logon": "orders and accounts",
    "delay_s": "the second that late frames are late by; in force wherever `delay` is",
    "double_reports": "orders and accounts",
    "fill_before_ack": "orders and accounts",
    "forgets_closed_orders": "orders and accounts",
    "history_lag_s": "orders and accounts",
    "is_strict": "in force in every scenario: a pace too fast fails it",
    "keepalive_failures": "orders and accounts",
    "listen_key_lifetime_s": "orders and accounts",
    "order_failure_code": "orders and accounts",
    "order_failure_executes": "orders and accounts",
    "order_failure_status": "orders and accounts",
    "order_failures": "orders and accounts",
    "query_lag_s": "orders and accounts",
    "renumber": "of streams that begin with a snapshot, which Binance's do not",
    "replies_lost": "orders and accounts",
    "report_delay_s": "orders and accounts",
    "resend": "of streams that begin with a snapshot, which Binance's do not",
    "revoked_keys": "orders and accounts",
}
"""Fields of `Faults` that stand in no row, and why."""


def cells() -> list[tuple[Fault, Phase, str]]:
    """Return every scenario, with the transport that it is played over."""
    found = [(fault, phase) for fault in ALL_FAULTS for phase in Phase if phase not in fault.not_at]
    return [
        (fault, phase, transport)
        for fault, phase in found
        for transport in TRANSPORTS
        if transport == "memory" or fault.twin is None or phase is _at_least(fault)
    ]


def _at_least(fault: Fault) -> Phase:
    return Phase.BEFORE if Phase.LIVE in fault.not_at else Phase.LIVE


# ---------------------------------------------------------------------- the phases


async def play(world: World, fault: Fault, phase: Phase) -> None:
    """Bring a world into a phase, let the fault strike and pass, and check that everything heals."""
    loop = asyncio.get_running_loop()
    wanting = loop.create_task(world.want(), name="program")
    try:
        await _ENTER[phase](world, fault)
        await asyncio.sleep(fault.lasts_s)
    except BaseException:
        wanting.cancel()
        raise
    await relent(world)
    await asyncio.sleep(fault.lingers_s)
    world.mark()
    async with asyncio.timeout(fault.heals_s):
        await wanting
    await world.heals(fault.heals_s, but=fault.refused)


async def _before(world: World, fault: Fault) -> None:
    await fault.strike(world)


async def _subscribing(world: World, fault: Fault) -> None:
    await world.sandbox.wait_until(lambda: any(world.connections()))
    await fault.strike(world)


async def _bootstrapping(world: World, fault: Fault) -> None:
    world.hold_snapshots()
    await world.until(lambda: world.asked("/depth") >= 2, SOON_S)
    await fault.strike(world)
    await asyncio.sleep(0.3)
    world.release_snapshots()


async def _live(world: World, fault: Fault) -> None:
    await _become_live(world)
    await fault.strike(world)
    if fault.strikes_new:
        await cut(world)


async def _resyncing(world: World, fault: Fault) -> None:
    await _become_live(world)
    world.hold_snapshots()
    asked = world.asked("/depth")
    # All are lost for a while; the first ones after it show the hole.
    world.faults.drop[DEPTH] = 1_000
    await asyncio.sleep(1.0)
    world.faults.drop.clear()
    await world.until(lambda: world.asked("/depth") >= asked + 2, SOON_S)
    assert not any(book.is_readable for book in world.books.values())
    await fault.strike(world)
    if fault.strikes_new:
        await cut(world)
    await asyncio.sleep(0.3)
    world.release_snapshots()


async def _renewing(world: World, fault: Fault) -> None:
    await _become_live(world)
    if fault.strikes_new:
        await fault.strike(world)
    before = world.connections()
    world.renew()
    if not fault.strikes_new:
        await world.until(lambda: all(map(int.__gt__, world.connections(), before)), SOON_S)
        await fault.strike(world)


async def _become_live(world: World) -> None:
    await world.until(world.is_live, SOON_S)
    await asyncio.sleep(2.0)


_ENTER = {
    Phase.BEFORE: _before,
    Phase.SUBSCRIBING: _subscribing,
    Phase.BOOTSTRAPPING: _bootstrapping,
    Phase.LIVE: _live,
    Phase.RESYNCING: _resyncing,
    Phase.RENEWING: _renewing,
}
