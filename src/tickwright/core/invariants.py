"""What must hold of market data whatever the venue: checked once, where bytes become events.

An event that breaks a rule becomes a ``DecodeError`` whose sentence names the rule and the numbers;
it is counted and reported, and never passed on as good. What the rules leave open on purpose:

- One side of a quote, or both, may be empty: then price and quantity are both zero, as venues write it.
- Bid and ask may be equal (`is_locked`): recorded books lock for a moment. Bid above ask is refused.
- A delta may name its levels in any order, and only its ids are looked at here: the kernel that reads its
  levels checks their digits, and the book after it is checked for being crossed.
- A day without trades has a ticker of zeros, and a candle without trades has no volume.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from tickwright.errors import DecodeError
from tickwright.model.market import (
    AggTrade,
    AveragePrice,
    BookDelta,
    BookSnapshot,
    Candle,
    FundingRate,
    IndexPrice,
    LevelRun,
    Liquidation,
    MarkPrice,
    OpenInterest,
    Quote,
    Ticker,
    Trade,
)
from tickwright.model.numbers import format_decimal


__all__ = [
    "CHECKS",
    "check_agg_trade",
    "check_candle",
    "check_delta",
    "check_liquidation",
    "check_not_negative",
    "check_positive",
    "check_quote",
    "check_snapshot",
    "check_ticker",
    "check_trade",
    "checked",
    "is_locked",
]

_ZERO: Final = Decimal(0)
_INFINITY: Final = Decimal("Infinity")

E = TypeVar("E")


def checked(event: E) -> E:
    """Return ``event`` if it keeps the rules of its kind; kinds without rules pass.

    Raises:
        DecodeError: Naming the rule it breaks and the numbers.

    Example:
        >>> checked("not an event: no rules")
        'not an event: no rules'
    """
    check = CHECKS.get(type(event))
    if check is not None:
        check(event)
    return event


def is_locked(event: Quote | BookSnapshot) -> bool:
    """Return whether the best bid equals the best ask, which is allowed and worth counting."""
    if isinstance(event, Quote):
        return event.bid_price == event.ask_price != _ZERO
    return bool(event.bids and event.asks) and event.bids[0][0] == event.asks[0][0]


def check_positive(price: Decimal, quantity: Decimal) -> None:
    """Refuse a price or a quantity that is not positive and finite. On the hot path of trades."""
    try:
        if _ZERO < price < _INFINITY and _ZERO < quantity < _INFINITY:
            return
    except InvalidOperation:  # NaN has no order
        pass
    raise DecodeError(
        f"price and quantity must be positive and finite, not {_text(price)} and {_text(quantity)}"
    )


def check_not_negative(name: str, value: Decimal | None) -> None:
    """Refuse a number that is negative or not finite; ``None`` was not sent and passes."""
    try:
        if value is None or _ZERO <= value < _INFINITY:
            return
    except InvalidOperation:  # NaN has no order
        pass
    raise DecodeError(f"{name} must be finite and not negative, not {_text(value)}")


def check_trade(event: Trade) -> None:
    """Refuse a trade without a positive, finite price and quantity."""
    check_positive(event.price, event.quantity)


def check_agg_trade(event: AggTrade) -> None:
    """As `check_trade`; and the ids of the trades inside must not fall."""
    check_positive(event.price, event.quantity)
    if event.first_trade_id > event.last_trade_id:
        raise DecodeError(
            f"first trade id must not be above the last: {event.first_trade_id} > {event.last_trade_id}"
        )


def check_quote(event: Quote) -> None:
    """Refuse a side that is half empty, a number that is no price or size, and a bid above the ask."""
    bid, ask = event.bid_price, event.ask_price
    try:
        if (
            _ZERO < bid <= ask < _INFINITY
            and _ZERO < event.bid_quantity < _INFINITY
            and _ZERO < event.ask_quantity < _INFINITY
        ):
            return
    except InvalidOperation:  # NaN has no order; the sentence below says which it was
        pass
    for price, quantity in ((bid, event.bid_quantity), (ask, event.ask_quantity)):
        if not (price.is_zero() and quantity.is_zero()):
            check_positive(price, quantity)
    if bid > ask != _ZERO:
        raise DecodeError(f"bid must not be above ask: {_text(bid)} > {_text(ask)}")


def check_candle(event: Candle) -> None:
    """Refuse impossible prices, volumes and times of a candle."""
    low, high = event.low, event.high
    try:
        is_good = (
            _ZERO < low <= event.open <= high < _INFINITY
            and low <= event.close <= high
            and _ZERO <= event.volume < _INFINITY
        )
    except InvalidOperation:  # NaN has no order
        is_good = False
    if not is_good:
        numbers = ", ".join(
            f"{name} {_text(getattr(event, name))}"
            for name in ("open", "high", "low", "close", "volume")
        )
        raise DecodeError(
            f"a candle needs 0 < low <= open, close <= high and no negative volume, not {numbers}"
        )
    check_not_negative("quote volume", event.quote_volume)
    if event.trades is not None and event.trades < 0:
        raise DecodeError(f"count of trades must not be negative: {event.trades}")
    if event.close_ts_ns <= event.open_ts_ns:
        raise DecodeError(
            f"close time must be after open time: {event.close_ts_ns} <= {event.open_ts_ns}"
        )


def check_ticker(event: Ticker) -> None:
    """Refuse negative prices and volumes, and a high below the low; all zero means no trades."""
    for name in ("last", "open", "high", "low", "volume", "quote_volume", "average"):
        check_not_negative(name, getattr(event, name))
    for name in ("bid_price", "ask_price"):
        check_not_negative(name, getattr(event, name))
    if event.high < event.low:
        raise DecodeError(f"high must not be below low: {_text(event.high)} < {_text(event.low)}")


def check_liquidation(event: Liquidation) -> None:
    """Refuse an order without price and quantity, or with more filled than ordered."""
    check_positive(event.price, event.quantity)
    check_not_negative("average price", event.average_price)
    check_not_negative("filled quantity", event.filled_quantity)
    if event.filled_quantity > event.quantity:
        raise DecodeError(
            f"filled quantity must not exceed the quantity: {_text(event.filled_quantity)} >"
            f" {_text(event.quantity)}"
        )


def check_delta(event: BookDelta) -> None:
    """Refuse update ids that run backwards. On the hot path of books."""
    if event.first > event.last:
        raise DecodeError(f"first id must not be above the last: {event.first} > {event.last}")
    if event.previous is not None and event.previous >= event.last:
        raise DecodeError(f"previous id must be below the last: {event.previous} >= {event.last}")


def check_snapshot(event: BookSnapshot) -> None:
    """Refuse bids that do not fall, asks that do not rise, empty levels, and a bid above the ask."""
    _check_side(event.bids, "bids must fall", sign=-1)
    _check_side(event.asks, "asks must rise", sign=1)
    if event.bids and event.asks and event.bids[0][0] > event.asks[0][0]:
        raise DecodeError(
            f"bid must not be above ask: {_text(event.bids[0][0])} > {_text(event.asks[0][0])}"
        )


def _check_side(levels: LevelRun, rule: str, *, sign: int) -> None:
    before: Decimal | None = None
    for price, quantity in levels:
        check_positive(price, quantity)
        if before is not None and (price <= before if sign > 0 else price >= before):
            raise DecodeError(f"{rule}: {_text(price)} after {_text(before)}")
        before = price


def _check_price(event: MarkPrice | IndexPrice | AveragePrice) -> None:
    check_positive(event.price, event.price)


def _check_mark_price(event: MarkPrice) -> None:
    _check_price(event)
    check_not_negative("settle price", event.settle_price)


def _check_funding_rate(event: FundingRate) -> None:
    if not event.rate.is_finite():
        raise DecodeError(f"funding rate must be finite, not {_text(event.rate)}")


def _check_open_interest(event: OpenInterest) -> None:
    check_not_negative("open interest", event.quantity)


def _text(value: Decimal | None) -> str:
    if value is None or not value.is_finite():
        return str(value)
    return format_decimal(value)


CHECKS: Final[Mapping[type, Callable[[Any], None]]] = {
    AggTrade: check_agg_trade,
    AveragePrice: _check_price,
    BookDelta: check_delta,
    BookSnapshot: check_snapshot,
    Candle: check_candle,
    FundingRate: _check_funding_rate,
    IndexPrice: _check_price,
    Liquidation: check_liquidation,
    MarkPrice: _check_mark_price,
    OpenInterest: _check_open_interest,
    Quote: check_quote,
    Ticker: check_ticker,
    Trade: check_trade,
}
"""Kind of event → the function that refuses a bad one."""
