"""What both products' orders have in common: words, numbers, and what the venue shows that the engine does not know."""

from __future__ import annotations

from base64 import b32encode
from decimal import Decimal
from hashlib import sha256

import msgspec

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.commands import SelfTrade, SubmitOrder, TimeInForce
from tickwright.venues.facts import scaled


__all__ = [
    "SELF_TRADE",
    "SIDES",
    "TIMES_IN_FORCE",
    "Ids",
    "OrderTag",
    "raw_number",
    "side_of",
    "tag_of",
]

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
TIMES_IN_FORCE = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "GTX": TimeInForce.GTC,
    "GTD": TimeInForce.GTD,
}
SELF_TRADE = {
    "NONE": SelfTrade.NONE,
    "EXPIRE_TAKER": SelfTrade.EXPIRE_TAKER,
    "EXPIRE_MAKER": SelfTrade.EXPIRE_MAKER,
    "EXPIRE_BOTH": SelfTrade.EXPIRE_BOTH,
    "DECREMENT": SelfTrade.DECREMENT,
    # Between accounts of one group that all ask for it; otherwise it is the same as DECREMENT.
    "TRANSFER": SelfTrade.DECREMENT,
}


class OrderTag(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Rides on an engine order, so that it is shown in the words in which it was placed."""

    type: str
    time_in_force: str = "GTC"
    self_trade: str = "EXPIRE_MAKER"
    strategy_id: int | None = None
    strategy_type: int | None = None
    working_type: str = "CONTRACT_PRICE"
    price_match: str = "NONE"
    good_till_ms: int = 0
    is_price_protected: bool = False
    callback_rate: str = ""
    """Of a trailing order on futures, as it was sent."""


def tag_of(request: SubmitOrder) -> OrderTag:
    """Return an order's tag; one that was placed otherwise gets the words that fit it."""
    tag = request.tag
    if isinstance(tag, OrderTag):
        return tag
    if request.is_forced:
        return OrderTag(type="LIMIT", time_in_force="IOC", self_trade="NONE")
    kind = "LIMIT" if request.price else "MARKET"
    return OrderTag(type=kind, time_in_force=request.time_in_force.name)


def side_of(params: Params, name: str = "side") -> Side:
    """Read a side.

    Raises:
        Refused: With -1117.
    """
    return SIDES[params.choice(name, SIDES, Refused(-1117, "Invalid side."))]


def raw_number(value: Decimal, scale: int, digits: int, imprecise: Refused, off: Refused) -> int:
    """Return a number in units of a scale.

    Args:
        value: As it was sent.
        scale: Of the instrument.
        digits: What the venue keeps.
        imprecise: Said to more digits than that.
        off: Said to digits that the instrument does not have.
    """
    raw = scaled(value, scale)
    if raw is None:
        raise imprecise if scaled(value, digits) is None else off
    return raw


class Ids:
    """Client ids for orders and cancels that were sent without one: no two alike, the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> str:
        """Return an id of 22 letters and digits."""
        self._count += 1
        return b32encode(sha256(str(self._count).encode()).digest()).decode()[:22]
