"""How orders were placed, as listings and user data events tell it: what is to be known of those that somebody else placed.

One reader serves every channel: they tell the same in other words (*Spot*, Query order, Order Update; *USD-M*, Query order,
Query Algo Order, Order Update, Algo Order Update). Plain orders have no terms, and cost a look into a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tickwright.errors import DecodeError
from tickwright.model.orders import OrderTerms, TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.venues.typed import MS, read_optional, reader


__all__ = [
    "ALGO_EVENT",
    "ALGO_ROW",
    "FUTURE_EVENT",
    "ROW",
    "SPOT_EVENT",
    "Words",
    "event_terms",
    "listed_terms",
    "terms",
]


class Words(Struct, frozen=True, kw_only=True):
    """What a channel calls things; nothing where it does not tell."""

    kind: tuple[str, ...]
    """The first that is there: what an order was placed as goes before what its trigger made of it."""
    time_in_force: str
    trigger_price: str
    watched: str = ""
    trail_bps: str = ""
    trail_percent: str = ""
    followed_from: str = ""
    """The price from which on the market is followed, where it is not the trigger's."""
    reduce_only: str = ""
    expires_ms: str = ""
    more: tuple[str, ...] = ()
    """Fields that say what no command here can, unless they say nothing."""
    always_waits: bool = False


ROW = Words(
    kind=("origType", "type"),
    time_in_force="timeInForce",
    trigger_price="stopPrice",
    watched="workingType",
    trail_bps="trailingDelta",
    trail_percent="priceRate",
    followed_from="activatePrice",
    reduce_only="reduceOnly",
    expires_ms="goodTillDate",
    more=("icebergQty", "orderListId", "pegPriceType", "closePosition", "positionSide", "priceProtect", "priceMatch"),
)  # fmt: skip
"""Of ``GET openOrders`` and ``allOrders``, on both products."""
ALGO_ROW = Words(
    kind=("orderType",),
    time_in_force="timeInForce",
    trigger_price="triggerPrice",
    watched="workingType",
    trail_percent="callbackRate",
    followed_from="activatePrice",
    reduce_only="reduceOnly",
    expires_ms="goodTillDate",
    more=("closePosition", "positionSide", "priceProtect", "priceMatch"),
    always_waits=True,
)
"""Of ``GET openAlgoOrders`` and ``allAlgoOrders``."""
SPOT_EVENT = Words(
    kind=("o",),
    time_in_force="f",
    trigger_price="P",
    trail_bps="d",
    more=("F", "g", "gP"),
)
"""Of ``executionReport``."""
FUTURE_EVENT = Words(
    kind=("ot", "o"),
    time_in_force="f",
    trigger_price="sp",
    watched="wt",
    trail_percent="cr",
    followed_from="AP",
    reduce_only="R",
    expires_ms="gtd",
    more=("cp", "ps", "pP", "pm"),
)
"""Of ``o`` of ``ORDER_TRADE_UPDATE``."""
ALGO_EVENT = Words(
    kind=("o",),
    time_in_force="f",
    trigger_price="tp",
    watched="wt",
    trail_percent="cr",
    followed_from="AP",
    reduce_only="R",
    expires_ms="gtd",
    more=("cp", "ps", "pP", "pm"),
    always_waits=True,
)
"""Of ``o`` of ``ALGO_UPDATE``, which is not documented to tell how a trailing order follows the market."""

_POST_ONLY = OrderTerms(post_only=True)
_SIMPLE = {
    ("LIMIT", "GTC"): None,
    ("MARKET", "GTC"): None,
    ("LIMIT", "IOC"): OrderTerms(time_in_force=TimeInForce.IOC),
    ("LIMIT", "FOK"): OrderTerms(time_in_force=TimeInForce.FOK),
    ("LIMIT", "GTX"): _POST_ONLY,
    ("LIMIT_MAKER", "GTC"): _POST_ONLY,
}
"""Kinds and times in force that say it all."""
_PLAIN = OrderTerms()

_AT_ONCE = ("LIMIT", "MARKET", "LIMIT_MAKER")
_TRAILING = "TRAILING_STOP_MARKET"
_WAITING = {
    "STOP_LOSS": TriggerKind.STOP,
    "STOP_LOSS_LIMIT": TriggerKind.STOP,
    "STOP": TriggerKind.STOP,
    "STOP_MARKET": TriggerKind.STOP,
    _TRAILING: TriggerKind.STOP,
    "TAKE_PROFIT": TriggerKind.TAKE_PROFIT,
    "TAKE_PROFIT_LIMIT": TriggerKind.TAKE_PROFIT,
    "TAKE_PROFIT_MARKET": TriggerKind.TAKE_PROFIT,
}
_TIMES = {
    "": TimeInForce.GTC,
    "GTC": TimeInForce.GTC,
    "GTX": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "GTD": TimeInForce.GTD,
}
_WATCHED = {
    "": TriggerBy.LAST,
    "CONTRACT_PRICE": TriggerBy.LAST,
    "MARK_PRICE": TriggerBy.MARK,
}
_NOTHING = ("", "-1", "None", "NONE", "BOTH", "False", "false")
"""How fields say nothing, besides zero."""

Told = Mapping[str, Any]

_read_event = reader(dict[str, Any])
_read_inner = reader(dict[str, Any], "o")
_read_rows = reader(list[dict[str, Any]])


def event_terms(
    kind: str, time_in_force: str, body: bytes, words: Words, *, is_simple: bool
) -> OrderTerms | None:
    """Return the terms of an event's order, which is read again only if it is more than its kind and time in force.

    Args:
        kind: As `Words.kind`.
        time_in_force: In the venue's words.
        body: The event.
        words: What it calls things.
        is_simple: Whether kind and time in force say it all, if the table knows them.
    """
    name = kind, time_in_force
    if is_simple and name in _SIMPLE:
        return _SIMPLE[name]
    return terms((_read_event if words is SPOT_EVENT else _read_inner)(body), words)


def listed_terms(body: bytes, words: Words) -> Sequence[OrderTerms | None]:
    """Return the terms of each order in a list."""
    return [terms(row, words) for row in _read_rows(body)]


def terms(told: Told, words: Words) -> OrderTerms | None:
    """Return how an order was placed, ``None`` for a plain limit or market order.

    Example:
        >>> terms({"type": "STOP_LOSS", "timeInForce": "GTC", "stopPrice": "63000"}, ROW).trigger
        Trigger(kind=<TriggerKind.STOP: 'stop'>, price=Decimal('63000'), by=<TriggerBy.LAST: 'last'>, trail_bps=None)
    """
    kind = next((str(told[name]) for name in words.kind if told.get(name)), "")
    word = str(told.get(words.time_in_force, ""))
    expires_ms = _number(told, words.expires_ms)
    time = _TIMES.get(word)
    if time is TimeInForce.GTD and expires_ms is None:
        time = None
    trigger, is_trigger_told = _trigger(told, words, kind)
    found = OrderTerms(
        time_in_force=time or TimeInForce.GTC,
        expire_ts_ns=int(expires_ms) * MS if time is TimeInForce.GTD and expires_ms else None,
        post_only=kind == "LIMIT_MAKER" or word == "GTX",
        reduce_only=not _says_nothing(told, words.reduce_only),
        trigger=trigger,
        is_understood=is_trigger_told
        and time is not None
        and (kind in _AT_ONCE or kind in _WAITING)
        and all(_says_nothing(told, name) for name in words.more),
    )
    return None if found == _PLAIN else found


def _trigger(told: Told, words: Words, kind: str) -> tuple[Trigger | None, bool]:
    """Return what an order waits for, and whether that is told in full.

    One that must wait for something has a trigger in any case: where it lies, and so who may cancel it, depends on it. A trail of
    nothing is one that is not told.
    """
    price = _number(told, words.trigger_price)
    if kind in _AT_ONCE or (kind not in _WAITING and price is None and not words.always_waits):
        return None, True
    trail_bps = _number(told, words.trail_bps)
    if kind == _TRAILING:
        percent = _number(told, words.trail_percent)
        trail_bps = Decimal(0) if percent is None else percent * 100
        price = _number(told, words.followed_from) or price
    elif price is None and trail_bps is None:
        trail_bps = Decimal(0)
    watched = _WATCHED.get(str(told.get(words.watched, "")))
    trigger = Trigger(
        kind=_WAITING.get(kind, TriggerKind.STOP),
        price=price,
        by=watched or TriggerBy.LAST,
        trail_bps=None if trail_bps is None else int(trail_bps),
    )
    return trigger, watched is not None and trail_bps != 0


def _says_nothing(told: Told, name: str) -> bool:
    value = str(told.get(name, ""))
    return value in _NOTHING or not value.strip("0.")


def _number(told: Told, name: str) -> Decimal | None:
    """Return a number, ``None`` for zero and for what is none: a strange word must not hide the order, let alone a list of them."""
    try:
        return read_optional(str(told.get(name, "")))
    except DecodeError:
        return None
