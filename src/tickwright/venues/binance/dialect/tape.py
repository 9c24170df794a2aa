"""What recorded payloads tell besides the book: trades (sections 4 and 5.2), and mark prices with their funding."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tickwright.venues.dialects import RecordedMark, RecordedTrade


__all__ = ["recorded_event"]


class _Trade(msgspec.Struct, gc=False):
    """``trade`` and ``aggTrade``: ``{"e":"trade",…,"p":"28145.10","q":"0.002","m":true}``."""

    p: Decimal
    q: Decimal
    m: bool


class _Mark(msgspec.Struct, gc=False):
    """``markPriceUpdate``: ``{…,"p":"28147.27","i":"28159.75","r":"0.00002754","T":1680652800000}``.

    Contracts that end pay no funding: their rate is empty and their time 0.
    """

    p: Decimal
    r: str = ""
    T: int = 0
    i: Decimal | None = None


_read_trade = msgspec.json.Decoder(_Trade).decode
_read_mark = msgspec.json.Decoder(_Mark).decode
_TRADES = ("trade", "aggTrade")


def recorded_event(stream: str, payload: str) -> RecordedTrade | RecordedMark | None:
    """Return the trade or mark price in a recorded payload, ``None`` for all else and for what is damaged.

    Example:
        >>> found = recorded_event("btcusdt@trade", '{"p":"28145.10","q":"0.002","m":true}')
        >>> found.symbol, found.price, found.is_buyer_maker
        ('BTCUSDT', Decimal('28145.10'), True)
    """
    symbol, _, kind = stream.partition("@")
    try:
        if kind in _TRADES:
            return _trade(symbol.upper(), _read_trade(payload), is_joined=kind == "aggTrade")
        if kind == "markPrice" or kind.startswith("markPrice@"):
            return _mark(symbol.upper(), _read_mark(payload))
    except (msgspec.DecodeError, ArithmeticError):
        return None
    return None


def _trade(symbol: str, trade: _Trade, *, is_joined: bool) -> RecordedTrade | None:
    # What passes between accounts beside the book is printed without a price, or without a quantity.
    if trade.p <= 0 or trade.q <= 0:
        return None
    return RecordedTrade(symbol, trade.p, trade.q, trade.m, is_joined)


def _mark(symbol: str, mark: _Mark) -> RecordedMark | None:
    if mark.p <= 0:
        return None
    index = mark.p if mark.i is None else mark.i
    return RecordedMark(symbol, mark.p, index, Decimal(mark.r or 0), mark.T)
