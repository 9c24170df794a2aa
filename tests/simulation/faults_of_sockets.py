"""Faults of connections: how they begin, how they end, and what is not said on them."""

from __future__ import annotations

import asyncio

from tests.simulation.fault import AFTER_DELAYS_S, Fault, Phase, twin_of
from tests.simulation.world import BTC, World

from tickwright.model.topics import Trades
from tickwright.sandbox.faults import EOF


__all__ = ["SOCKET_FAULTS"]

CODES = (1000, 1001, EOF, 1008, 1009, 1011, 1012, 1013, 3000, 4000)
ONLY_ONCE_CONNECTED = {Phase.BEFORE: "there is no connection to close"}


def closes(code: int) -> Fault:
    """Every connection is closed at this moment."""

    async def act(world: World) -> None:
        world.sandbox.close_sockets(code)

    return Fault(
        name=f"closed with {code}",
        act=act,
        lasts_s=1.0,
        not_at=ONLY_ONCE_CONNECTED,
        twin=twin_of(code, "closed with {}", (1001, EOF, 1008)),
    )


async def shut(world: World) -> None:
    """Nobody listens any more, and who was inside is cut."""
    await world.sandbox.shut_doors()
    world.sandbox.close_sockets(EOF)


async def hang(world: World) -> None:
    """Handshakes are never answered, and who was inside is cut."""
    await world.sandbox.shut_doors(is_hanging=True)
    world.sandbox.close_sockets(EOF)


async def announce(world: World) -> None:
    """Say that the server goes, where the venue says so, and let it go eight seconds later."""
    world.sandbox.announce_shutdown()
    await asyncio.sleep(8.0)
    world.sandbox.close_sockets(1001)


SOCKET_FAULTS = (
    *map(closes, CODES),
    *(
        Fault(
            name=f"closed with {code} on opening",
            twin=twin_of(code, "closed with {} on opening", (1001, EOF, 1008)),
            sets={"close_on_open": code},
            strikes_new=True,
            heals_s=AFTER_DELAYS_S,
        )
        for code in CODES
    ),
    *(
        Fault(
            name=f"closed with {code} on subscribing",
            twin=twin_of(code, "closed with {} on subscribing", (1001, EOF, 1008)),
            sets={"close_on_subscribe": code},
            strikes_new=True,
            heals_s=AFTER_DELAYS_S,
        )
        for code in CODES
    ),
    *(
        Fault(
            name=f"handshakes answered with {status}",
            twin=twin_of(status, "handshakes answered with {}", (502,)),
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
        not_at={**ONLY_ONCE_CONNECTED, Phase.SUBSCRIBING: "a server that goes takes no handshakes"},
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
    *(
        Fault(
            name=f"control messages read {late_s:g} s late",
            sets={"ack_delay_s": late_s},
            strikes_new=True,
            lasts_s=40.0,
            lingers_s=late_s,
            heals_s=AFTER_DELAYS_S,
        )
        for late_s in (3.0, 15.0)
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
            Phase.BOOTSTRAPPING: "all are subscribed by then",
            Phase.LIVE: "a stream that was accepted is not refused later: refusals are of requests",
            Phase.RESYNCING: "as in `while all is live`",
            Phase.RENEWING: "the successor is given up, and the old connection keeps the stream",
        },
    ),
    Fault(name="errors in the flat form", sets={"has_flat_errors": True}, strikes_new=True),
)
