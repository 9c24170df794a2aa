"""The table of all that can go wrong with market data, and when: which cells there are, and why others are not.

A fault is set in one of six phases, lasts a while and is taken back. Each cell of fault × phase is a scenario, over
memory and over sockets, unless a reason stands against it in the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import msgspec
from tests.simulation.world import BTC, TRANSPORTS, World

from tickwright.model.topics import Topic, Trades
from tickwright.sandbox.faults import EOF, Faults


__all__ = [
    "AFTER_BREAKER_S",
    "AFTER_DELAYS_S",
    "ALL_FAULTS",
    "NOT_MARKET_DATA",
    "SOON_S",
    "Fault",
    "Phase",
    "cells",
    "play",
    "relent",
]


class Phase(Enum):
    """When a fault strikes."""

    BEFORE = "before it connects"
    SUBSCRIBING = "while it subscribes"
    BOOTSTRAPPING = "while its books wait for their first snapshots"
    LIVE = "while all is live"
    RESYNCING = "while its books wait for another snapshot"
    RENEWING = "while its connections are replaced"


P = Phase

SOON_S = 15.0
"""What one reconnect or one resync takes, and a few tries of each."""
AFTER_DELAYS_S = 80.0
"""A session that failed for a while waits up to 66 s before its next try (G3)."""
AFTER_BREAKER_S = 160.0
"""A host that failed again and again is left alone for a minute; a snapshot may then wait for half another."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes wrong at the venue."""

    name: str
    sets: dict[str, Any] = {}
    """Fields of `Faults`."""
    act: Callable[[World], Awaitable[None]] | None = None
    """What is done besides."""
    lasts_s: float = 5.0
    lingers_s: float = 0.0
    """How long after that it may still strike."""
    heals_s: float = SOON_S
    """Within which all is well again once the fault is over."""
    strikes_new: bool = False
    """It strikes connections as they are made: those that are there are cut, and renewals begin after it."""
    refused: tuple[Topic, ...] = ()
    """What the venue refuses: told by a `TopicFailed`, and not streamed."""
    not_at: dict[Phase, str] = {}
    """Phases without a scenario, and why."""
    twin: str | None = None
    """The fault that differs from this one in a number only: over sockets that one is played in every phase, and this
    one while all is live or, where it has no such scenario, before it connects."""

    async def strike(self, world: World) -> None:
        """Let it go wrong."""
        for name, value in self.sets.items():
            setattr(world.faults, name, value.copy() if isinstance(value, (dict, set)) else value)
        if self.act is not None:
            await self.act(world)


async def relent(world: World) -> None:
    """Let nothing go wrong any more."""
    world.faults.assign(Faults())
    await world.sandbox.open_doors()


# ---------------------------------------------------------------------- the faults

CODES = (1000, 1001, EOF, 1008, 1009, 1011, 1012, 1013, 3000, 4000)
ONLY_ONCE_CONNECTED = {P.BEFORE: "there is no connection to close"}
ONLY_SNAPSHOTS = {
    P.SUBSCRIBING: "the first snapshots come after it, as in `before it connects`",
    P.LIVE: "no snapshot is asked for",
    P.RENEWING: "no snapshot is asked for",
}
ONLY_REST = {
    P.SUBSCRIBING: "what is asked next are snapshots: see `while its books wait for …`",
    P.LIVE: "nothing is asked, but by a backfill: see `cut, and no history`",
    P.RENEWING: "nothing is asked",
}
ONLY_LIVE_FRAMES = {
    P.BEFORE: "no frame is sent before the subscription: see `while it subscribes`",
}
LIMITS_FIRST = {
    P.SUBSCRIBING: "the limit is met by listings and snapshots alone",
    P.LIVE: "nothing is asked, but by a backfill: see `cut, and no history`",
    P.RENEWING: "nothing is asked",
}


def closes(code: int) -> Fault:
    """Every connection is closed at this moment."""

    async def act(world: World) -> None:
        world.sandbox.close_sockets(code)

    return Fault(
        name=f"closed with {code}",
        act=act,
        lasts_s=1.0,
        not_at=ONLY_ONCE_CONNECTED,
        twin=_first(code, "closed with {}", (1001, EOF, 1008)),
    )


def _first(number: int, name: str, played: tuple[int, ...]) -> str | None:
    """Return the twin of a fault with a number that is not ``played`` in full."""
    return None if number in played else name.format(played[0])


async def cut(world: World) -> None:
    """Cut every connection."""
    world.sandbox.close_sockets(EOF)


async def shut(world: World) -> None:
    """Nobody listens any more, and who was inside is cut."""
    await world.sandbox.shut_doors()
    world.sandbox.close_sockets(EOF)


async def hang(world: World) -> None:
    """Handshakes are never answered, and who was inside is cut."""
    await world.sandbox.shut_doors(is_hanging=True)
    world.sandbox.close_sockets(EOF)


async def announce(world: World) -> None:
    """Say that the server goes, and let it go half a second later or, where nothing is said, ten."""
    world.sandbox.announce_shutdown()
    await asyncio.sleep(8.0)
    world.sandbox.close_sockets(1001)


def burst(frames: int) -> Callable[[World], Awaitable[None]]:
    """Return what lets so many frames happen at once."""

    async def act(world: World) -> None:
        world.sandbox.burst(frames)

    return act


SOCKET_FAULTS = (
    *map(closes, CODES),
    *(
        Fault(
            name=f"closed with {code} on opening",
            twin=_first(code, "closed with {} on opening", (1001, EOF, 1008)),
            sets={"close_on_open": code},
            strikes_new=True,
            heals_s=AFTER_DELAYS_S,
        )
        for code in CODES
    ),
    *(
        Fault(
            name=f"closed with {code} on subscribing",
            twin=_first(code, "closed with {} on subscribing", (1001, EOF, 1008)),
            sets={"close_on_subscribe": code},
            strikes_new=True,
            heals_s=AFTER_DELAYS_S,
        )
        for code in CODES
    ),
    *(
        Fault(
            name=f"handshakes answered with {status}",
            twin=_first(status, "handshakes answered with {}", (502,)),
            sets={"handshake_status": status},
            strikes_new=True,
            heals_s=AFTER_DELAYS_S,
        )
        for status in (403, 429, 502)
    ),
    Fault(name="nobody listens", act=shut, lasts_s=10.0, heals_s=AFTER_DELAYS_S),
    Fault(name="handshakes never answered", act=hang, lasts_s=15.0, heals_s=AFTER_DELAYS_S),
    *(
        Fault(
            name=f"closed with {code} after 40 frames",
            sets={"close_after_frames": 40, "close_after_code": code},
            strikes_new=True,
            lasts_s=8.0,
            heals_s=AFTER_DELAYS_S,
        )
        for code in (EOF, 1001)
    ),
    Fault(
        name="cut after 15 s, announced 6 s before",
        sets={"lifetime_s": 15.0, "shutdown_lead_s": 6.0},
        strikes_new=True,
        lasts_s=40.0,
        lingers_s=15.0,
        heals_s=AFTER_DELAYS_S,
    ),
    Fault(
        name="cut after 15 s with 1000, never announced",
        sets={"lifetime_s": 15.0, "lifetime_code": 1000},
        strikes_new=True,
        lasts_s=40.0,
        lingers_s=15.0,
        heals_s=AFTER_DELAYS_S,
    ),
    Fault(
        name="a shutdown notice, then the cut",
        act=announce,
        not_at={**ONLY_ONCE_CONNECTED, P.SUBSCRIBING: "a server that goes takes no handshakes"},
    ),
    Fault(name="a black hole", sets={"black_hole": True}, lasts_s=45.0, heals_s=AFTER_DELAYS_S),
    Fault(name="pongs but no data", sets={"is_mute": True}, lasts_s=45.0, heals_s=AFTER_DELAYS_S),
    Fault(
        name="no acknowledgement",
        sets={"no_ack": True},
        strikes_new=True,
        lasts_s=45.0,
        heals_s=AFTER_DELAYS_S,
    ),
    Fault(name="late pongs", sets={"pong_delay_s": 15.0, "is_mute": True}, lasts_s=25.0),
    Fault(
        name="a venue that pings every second and wants pongs within two",
        sets={"ping_interval_s": 1.0, "pong_deadline_s": 2.0},
        strikes_new=True,
        lasts_s=25.0,
    ),
    Fault(
        name="a stream refused",
        sets={"refuse": {"btcusdt@trade": "Invalid request: no such stream"}},
        strikes_new=True,
        refused=(Trades(BTC), Trades(BTC, backfill=True)),
        not_at={
            P.BOOTSTRAPPING: "all are subscribed by then",
            P.LIVE: "a stream that was accepted is not refused later: refusals are of requests",
            P.RESYNCING: "as in `while all is live`",
            P.RENEWING: "the successor is given up, and the old connection keeps the stream",
        },
    ),
    Fault(name="errors in the flat form", sets={"has_flat_errors": True}, strikes_new=True),
)

DEPTH, TRADES, QUOTES, CANDLES = "*@depth*", "*rade", "*@bookTicker", "*@kline*"

STREAM_FAULTS = (
    *(
        Fault(
            name=f"{what} {fault}",
            sets={field: {stream: count}},
            lasts_s=8.0,
            not_at=ONLY_LIVE_FRAMES,
        )
        for field, fault in (
            ("drop", "lost"),
            ("double", "sent twice"),
            ("reorder", "overtaken"),
            ("delay", "a second late"),
        )
        for what, stream, count in (
            ("deltas", DEPTH, 3),
            ("trades", TRADES, 5),
            ("quotes", QUOTES, 10),
            ("candles", CANDLES, 6),
        )
    ),
    *(
        Fault(
            name=f"{what} silent",
            sets={"silent_streams": {stream}},
            lasts_s=45.0,
            heals_s=AFTER_DELAYS_S,
            not_at=ONLY_LIVE_FRAMES,
        )
        for what, stream in (("deltas", DEPTH), ("trades", TRADES), ("one book", "btcusdt@depth*"))
    ),
    Fault(name="a burst of 5,000", act=burst(5_000), not_at=ONLY_LIVE_FRAMES),
    Fault(
        name="a burst of 50,000",
        act=burst(50_000),
        not_at={
            **ONLY_LIVE_FRAMES,
            P.SUBSCRIBING: "bursts of 5,000 are there",
            P.RENEWING: "bursts of 5,000 are there",
            P.RESYNCING: "bursts of 5,000 are there",
        },
    ),
)

STRANGE = "unknown keys and enums, keys shuffled"

CONTENT_FAULTS = (
    Fault(name="unknown events", sets={"unknown_events": 20}, not_at=ONLY_LIVE_FRAMES),
    *(
        Fault(name=name, sets=dict.fromkeys(fields, True), strikes_new=True, lasts_s=8.0)
        for name, fields in (
            (STRANGE, ("unknown_keys", "shuffled_keys", "unknown_enums")),
            ("unknown keys", ("unknown_keys",)),
            ("shuffled keys", ("shuffled_keys",)),
            ("unknown enums", ("unknown_enums",)),
        )
    ),
    Fault(
        name="contracts that do not trade yet among the listings",
        sets={"pending_listings": 3},
        not_at=dict.fromkeys(set(Phase) - {P.BEFORE}, "listings are asked for once, before"),
    ),
    *(
        Fault(
            name=f"the venue's clock off by {step:g} s",
            sets={"clock_step_s": step},
            strikes_new=True,
        )
        for step in (30.0, -30.0)
    ),
)

REST_FAULTS = (
    *(
        Fault(
            name=f"REST answers {status}",
            twin=_first(status, "REST answers {}", (502,)),
            sets={"rest_status": status},
            heals_s=AFTER_BREAKER_S,
            not_at=ONLY_REST,
        )
        for status in (500, 502, 503)
    ),
    Fault(
        name="REST answers a web page",
        sets={"rest_status": 502, "rest_body": "<html>Bad Gateway</html>"},
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    *(
        Fault(
            name=f"REST answers {status}, come back in {wait_s} s",
            sets={"rest_status": status, "retry_after_s": wait_s},
            lasts_s=2.0,
            heals_s=AFTER_BREAKER_S,
            not_at=LIMITS_FIRST,
        )
        for status, wait_s in ((429, 3), (418, 20))
    ),
    Fault(
        name="REST answers 403 and no word of when",
        sets={"rest_status": 403},
        lasts_s=3.0,
        heals_s=AFTER_BREAKER_S,
        not_at=LIMITS_FIRST,
    ),
    Fault(
        name="REST is slow",
        sets={"rest_delay_s": 4.0},
        lasts_s=10.0,
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    Fault(
        name="only snapshots answer 502",
        sets={"rest_status": 502, "rest_only": {"*/depth"}},
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    Fault(
        name="REST never answers",
        sets={"rest_black_hole": True},
        lasts_s=40.0,
        heals_s=AFTER_BREAKER_S,
        not_at=ONLY_REST,
    ),
    Fault(
        name="cut, and no history",
        sets={"rest_status": 502, "rest_only": {"*rades", "*/klines"}},
        act=cut,
        lasts_s=20.0,
        heals_s=AFTER_BREAKER_S,
        not_at={P.BEFORE: "there is no hole to be filled", P.SUBSCRIBING: "as before"},
    ),
    *(
        Fault(name=name, sets=fields, lasts_s=6.0, heals_s=AFTER_BREAKER_S, not_at=ONLY_SNAPSHOTS)
        for name, fields in (
            ("failing snapshots", {"snapshot_failures": 4}),
            ("snapshots that are web pages", {"snapshot_html": 4}),
            ("old snapshots", {"snapshot_old": 4}),
            ("slow snapshots", {"snapshot_delay_s": 3.0}),
        )
    ),
)

ALL_FAULTS = (*SOCKET_FAULTS, *STREAM_FAULTS, *CONTENT_FAULTS, *REST_FAULTS)

NOT_MARKET_DATA = {
    "burst": "acted out with `Sandbox.burst`, which it calls",
    "close_on_logon": "orders and accounts",
    "delay_s": "the second that late frames are late by; in force wherever `delay` is",
    "double_reports": "orders and accounts",
    "fill_before_ack": "orders and accounts",
    "is_strict": "in force in every scenario: a pace too fast fails it",
    "keepalive_failures": "orders and accounts",
    "listen_key_lifetime_s": "orders and accounts",
    "order_failure_code": "orders and accounts",
    "order_failure_executes": "orders and accounts",
    "order_failure_status": "orders and accounts",
    "order_failures": "orders and accounts",
    "query_lag_s": "orders and accounts",
    "replies_lost": "orders and accounts",
    "report_delay_s": "orders and accounts",
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
    return P.BEFORE if P.LIVE in fault.not_at else P.LIVE


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
    P.BEFORE: _before,
    P.SUBSCRIBING: _subscribing,
    P.BOOTSTRAPPING: _bootstrapping,
    P.LIVE: _live,
    P.RESYNCING: _resyncing,
    P.RENEWING: _renewing,
}
