"""What may go wrong in a world of orders: one row a trouble, with how its numbers are drawn.

A trouble sets fields of the venue's `Faults`, or does something at a moment, or both. What is drawn is a plain value, so that a
world can be printed and played again.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from tickwright.sandbox.faults import EOF, Faults


__all__ = ["KINDS", "REFUSED_KEY", "Act", "Kind", "Trouble"]

Fields = dict[str, Any]

BINANCE, BYBIT = "binance", "bybit"
_CODES = (1000, 1001, EOF, 1008, 1011, 1013)
_NOBODY_KNOWS = {
    BINANCE: (-1007, -1006, -1001, -1000),
    BYBIT: (10000, 10016, 170146),
}
"""Answers to a placing that leave its outcome open, as the venues document them; 10019 says that it was not taken."""
_BOOKS = {BINANCE: "*@depth*", BYBIT: "*orderbook*"}


class Act:
    """What a trouble does when it begins, besides what it sets."""

    CUT = "cut"
    """Every connection is closed, with the code in ``close_code``."""
    SHUT = "shut"
    """Nobody accepts WebSocket connections; those that are there are cut."""
    HANG = "hang"
    """Handshakes are never answered; connections that are there are cut."""
    UNREACHABLE = "unreachable"
    """No request gets a connection."""
    REVOKE = "revoke"
    """The venue does not take the key."""
    LOSE = "lose"
    """Requests are lost on their way to the venue, with their connections."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One trouble of a world: what, where, when."""

    name: str
    site: str
    """Where: a product, or the site that several products share."""
    at_s: float
    lasts_s: float
    sets: Fields = {}
    acts: tuple[str, ...] = ()
    close_code: int = EOF


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table: how a trouble is drawn."""

    name: str
    sets: Callable[[Random, str], Fields] = lambda rng, venue: {}
    acts: tuple[str, ...] = ()
    lasts_s: tuple[float, float] = (1.0, 15.0)
    venues: tuple[str, ...] = (BINANCE, BYBIT)
    weight: float = 1.0

    def draw(self, rng: Random, site: str, until_s: float) -> Trouble:
        """Draw its numbers."""
        return Trouble(
            name=self.name,
            site=site,
            at_s=round(rng.uniform(0, until_s), 2),
            lasts_s=round(rng.uniform(*self.lasts_s), 2),
            sets=self.sets(rng, site.partition(".")[0]),
            acts=self.acts,
            close_code=rng.choice(_CODES),
        )


# ---------------------------------------------------------------------- commands and questions


def _failures(rng: Random, venue: str) -> Fields:
    return {
        "order_failures": rng.randint(1, 4),
        "order_failure_code": rng.choice(_NOBODY_KNOWS[venue]),
        "order_failure_executes": rng.random() < 0.6,
    }


def _status(rng: Random, venue: str) -> Fields:
    return {"rest_status": rng.choice((500, 502, 503, 504))}


def _bans(rng: Random, venue: str) -> Fields:
    status = rng.choice((429, 418, 403)) if venue == BINANCE else rng.choice((429, 403))
    wait_s = rng.choice((None, 1, 3, 8, 20))
    return {"rest_status": status, "retry_after_s": wait_s}


_REQUESTS = (
    Kind(name="replies lost", sets=lambda rng, _: {"replies_lost": rng.randint(1, 4)}, weight=3),
    Kind(name="placings that nobody knows of", sets=_failures, weight=3),
    Kind(name="REST fails", sets=_status, lasts_s=(0.3, 12.0), weight=2),
    Kind(name="over a limit", sets=_bans, lasts_s=(0.2, 3.0), weight=2),
    Kind(
        name="REST is slow",
        sets=lambda rng, _: {"rest_delay_s": round(rng.uniform(0.3, 14.0), 2)},
        lasts_s=(3.0, 20.0),
        weight=2,
    ),
    Kind(name="REST never answers", sets=lambda rng, _: {"rest_black_hole": True}, weight=2),
    Kind(
        name="orders are readable late",
        sets=lambda rng, _: {"query_lag_s": round(rng.uniform(0.2, 4.0), 2)},
        lasts_s=(5.0, 40.0),
        weight=2,
    ),
    Kind(
        name="what ended is in the history only, and there it is late",
        sets=lambda rng, _: {
            "forgets_closed_orders": True,
            "history_lag_s": round(rng.uniform(0.0, 30.0), 2),
        },
        lasts_s=(5.0, 120.0),
        venues=(BYBIT,),
        weight=2,
    ),
    Kind(name="no request gets a connection", acts=(Act.UNREACHABLE,), lasts_s=(0.2, 10.0)),
    Kind(name="requests lost on their way", acts=(Act.LOSE,), lasts_s=(0.2, 10.0), weight=2),
)

# ---------------------------------------------------------------------- private streams and other sockets

_SOCKETS = (
    Kind(name="all connections closed", acts=(Act.CUT,), lasts_s=(0.1, 0.2), weight=3),
    Kind(name="nobody accepts connections", acts=(Act.SHUT,), lasts_s=(1.0, 20.0)),
    Kind(name="handshakes never answered", acts=(Act.HANG,), lasts_s=(1.0, 20.0)),
    Kind(
        name="handshakes turned down",
        sets=lambda rng, _: {"handshake_status": rng.choice((403, 429, 502))},
        acts=(Act.CUT,),
        weight=0.5,
    ),
    Kind(
        name="closed on opening",
        sets=lambda rng, _: {"close_on_open": rng.choice(_CODES)},
        acts=(Act.CUT,),
    ),
    Kind(
        name="closed on logging in",
        sets=lambda rng, _: {"close_on_logon": rng.choice(_CODES)},
        acts=(Act.CUT,),
    ),
    Kind(
        name="closed after some frames",
        sets=lambda rng, _: {"close_after_frames": rng.randint(3, 40)},
        acts=(Act.CUT,),
        lasts_s=(5.0, 20.0),
    ),
    Kind(
        name="connections open and silent",
        sets=lambda rng, _: {"black_hole": True},
        lasts_s=(1.0, 60.0),
    ),
    Kind(
        name="control messages read late",
        sets=lambda rng, _: {"ack_delay_s": round(rng.uniform(0.5, 12.0), 2)},
        acts=(Act.CUT,),
        lasts_s=(5.0, 20.0),
    ),
    Kind(name="pongs but no data", sets=lambda rng, _: {"is_mute": True}, lasts_s=(1.0, 40.0)),
)

_REPORTS = (
    Kind(
        name="reports before answers",
        sets=lambda rng, _: {"fill_before_ack": True},
        lasts_s=(10.0, 60.0),
        weight=3,
    ),
    Kind(
        name="reports twice",
        sets=lambda rng, _: {"double_reports": rng.randint(2, 20)},
        lasts_s=(10.0, 60.0),
        weight=2,
    ),
    Kind(
        name="reports late",
        sets=lambda rng, _: {"report_delay_s": round(rng.uniform(0.1, 8.0), 2)},
        lasts_s=(5.0, 40.0),
        weight=3,
    ),
    Kind(
        name="listen keys expire",
        sets=lambda rng, _: {"listen_key_lifetime_s": round(rng.uniform(5.0, 30.0), 1)},
        acts=(Act.CUT,),
        lasts_s=(10.0, 60.0),
        venues=(BINANCE,),
    ),
    Kind(
        name="listen keys cannot be kept alive",
        sets=lambda rng, _: {"keepalive_failures": rng.randint(1, 3)},
        venues=(BINANCE,),
    ),
)

# ---------------------------------------------------------------------- market data, content, clocks


def _lost(field: str) -> Callable[[Random, str], Fields]:
    return lambda rng, venue: {field: {_BOOKS[venue]: rng.randint(1, 5)}}


_STREAMS = (
    *(
        Kind(name=f"book updates {what}", sets=_lost(field), weight=0.5)
        for what, field in (
            ("lost", "drop"),
            ("twice", "double"),
            ("overtaken", "reorder"),
            ("a second late", "delay"),
        )
    ),
    Kind(
        name="books silent",
        sets=lambda rng, venue: {"silent_streams": {_BOOKS[venue]}},
        lasts_s=(5.0, 40.0),
        weight=0.5,
    ),
    Kind(
        name="books begin anew",
        sets=lambda rng, venue: {"renumber": {_BOOKS[venue]: 1}},
        venues=(BYBIT,),
        weight=0.5,
    ),
    Kind(
        name="snapshots fail",
        sets=lambda rng, _: {"snapshot_failures": rng.randint(1, 4)},
        acts=(Act.CUT,),
        venues=(BINANCE,),
        weight=0.5,
    ),
    Kind(
        name="old snapshots",
        sets=lambda rng, _: {"snapshot_old": rng.randint(1, 4)},
        acts=(Act.CUT,),
        venues=(BINANCE,),
        weight=0.5,
    ),
    Kind(
        name="unknown keys, keys in any order",
        sets=lambda rng, _: {"unknown_keys": True, "shuffled_keys": True},
        lasts_s=(5.0, 40.0),
    ),
    Kind(
        name="unknown events",
        sets=lambda rng, _: {"unknown_events": rng.randint(1, 20)},
        weight=0.5,
    ),
    Kind(
        name="the venue's clock is off",
        sets=lambda rng, _: {"clock_step_s": rng.choice((-30.0, -3.0, 3.0, 30.0))},
        lasts_s=(3.0, 40.0),
    ),
)

KINDS = (*_REQUESTS, *_SOCKETS, *_REPORTS, *_STREAMS)

REFUSED_KEY = Kind(name="the key is refused", acts=(Act.REVOKE,), lasts_s=(1.0, 60.0))
"""Drawn apart, so that older worlds stay as they were."""

assert all(
    set(kind.sets(Random(0), kind.venues[0])) <= set(Faults.__struct_fields__) for kind in KINDS
)
