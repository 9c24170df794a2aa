"""Rules of market data: what passes, what is refused, and what the refusal says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.invariants import (
    CHECKS,
    check_not_negative,
    check_positive,
    checked,
    is_locked,
)
from tickwright.errors import DecodeError
from tickwright.model.market import (
    AggTrade,
    AveragePrice,
    BookDelta,
    BookSnapshot,
    Candle,
    FundingRate,
    IndexPrice,
    Liquidation,
    MarkPrice,
    OpenInterest,
    Quote,
    Side,
    Ticker,
    Trade,
)


HEAD: dict[str, Any] = {"instrument": "v:A/B", "venue_ts_ns": 1, "received_ts_ns": 2}
ONE, TWO, THREE = Decimal(1), Decimal(2), Decimal(3)


class Run(tuple[tuple[Decimal, Decimal], ...]):
    """Levels of a book, as plain as can be."""

    __slots__ = ()

    price_scale = 8
    quantity_scale = 8


def run(*prices: str, quantity: str = "1") -> Run:
    return Run((Decimal(price), Decimal(quantity)) for price in prices)


TRADE = Trade(**HEAD, price=ONE, quantity=ONE, side=Side.BUY, trade_id=1)
AGG_TRADE = AggTrade(
    **HEAD, price=ONE, quantity=ONE, side=Side.BUY, trade_id=1, first_trade_id=5, last_trade_id=5
)
QUOTE = Quote(**HEAD, bid_price=ONE, bid_quantity=ONE, ask_price=TWO, ask_quantity=ONE)
CANDLE = Candle(
    **HEAD,
    interval="1m",
    open_ts_ns=0,
    close_ts_ns=59,
    open=TWO,
    high=THREE,
    low=ONE,
    close=TWO,
    volume=ONE,
    quote_volume=None,
    trades=None,
    is_closed=True,
)
TICKER = Ticker(**HEAD, last=TWO, open=TWO, high=THREE, low=ONE, volume=ONE)
LIQUIDATION = Liquidation(
    **HEAD, side=Side.SELL, price=ONE, average_price=None, quantity=TWO, filled_quantity=ONE
)
DELTA = BookDelta(**HEAD, bids=run(), asks=run(), first=5, last=5)
SNAPSHOT = BookSnapshot(**HEAD, bids=run("10", "9.5"), asks=run("11", "12"), sequence=1)
MARK = MarkPrice(**HEAD, price=ONE)
GOOD = [
    TRADE,
    AGG_TRADE,
    QUOTE,
    CANDLE,
    TICKER,
    LIQUIDATION,
    DELTA,
    SNAPSHOT,
    MARK,
    IndexPrice(**HEAD, price=ONE),
    AveragePrice(**HEAD, price=ONE, interval="5m"),
    FundingRate(**HEAD, rate=Decimal("-0.0001"), next_funding_ts_ns=None),
    OpenInterest(**HEAD, quantity=Decimal(0)),
]


@pytest.mark.parametrize("event", GOOD, ids=lambda event: type(event).__name__)
def test_good_events_pass_unchanged(event: object) -> None:
    assert checked(event) is event


def test_every_kind_with_rules_is_tried_here() -> None:
    assert {type(event) for event in GOOD} == set(CHECKS)


BAD: list[tuple[object, dict[str, object], str]] = [
    (TRADE, {"price": Decimal(0)}, "price and quantity must be positive and finite, not 0 and 1"),
    (TRADE, {"quantity": Decimal("-0.5")}, "not 1 and -0.5"),
    (TRADE, {"price": Decimal("NaN")}, "not NaN and 1"),
    (TRADE, {"price": Decimal("Infinity")}, "not Infinity and 1"),
    (AGG_TRADE, {"quantity": Decimal(0)}, "must be positive"),
    (AGG_TRADE, {"first_trade_id": 6}, "first trade id must not be above the last: 6 > 5"),
    (QUOTE, {"bid_price": THREE}, "bid must not be above ask: 3 > 2"),
    (QUOTE, {"bid_quantity": Decimal(0)}, "not 1 and 0"),
    (QUOTE, {"bid_price": Decimal(0)}, "not 0 and 1"),
    (QUOTE, {"ask_quantity": Decimal("NaN")}, "not 2 and NaN"),
    (QUOTE, {"bid_price": Decimal("sNaN")}, "not sNaN and 1"),
    (QUOTE, {"ask_price": Decimal("Infinity")}, "not Infinity and 1"),
    (CANDLE, {"high": ONE}, "low <= open, close <= high .* high 1"),
    (CANDLE, {"low": THREE}, "low 3"),
    (CANDLE, {"close": Decimal(4)}, "close 4"),
    (CANDLE, {"open": Decimal("0.5")}, "open 0.5"),
    (CANDLE, {"low": Decimal(0)}, "0 < low"),
    (CANDLE, {"open": Decimal("NaN")}, "open NaN"),
    (CANDLE, {"volume": Decimal(-1)}, "volume -1"),
    (CANDLE, {"quote_volume": Decimal(-1)}, "quote volume must be finite and not negative, not -1"),
    (CANDLE, {"trades": -1}, "count of trades must not be negative: -1"),
    (CANDLE, {"close_ts_ns": 0}, "close time must be after open time: 0 <= 0"),
    (TICKER, {"last": Decimal(-1)}, "last must be finite and not negative, not -1"),
    (TICKER, {"bid_price": Decimal("NaN")}, "bid_price must be finite"),
    (TICKER, {"high": Decimal("0.5")}, "high must not be below low: 0.5 < 1"),
    (LIQUIDATION, {"price": Decimal(0)}, "must be positive"),
    (
        LIQUIDATION,
        {"filled_quantity": THREE},
        "filled quantity must not exceed the quantity: 3 > 2",
    ),
    (DELTA, {"first": 6}, "first id must not be above the last: 6 > 5"),
    (DELTA, {"previous": 5}, "previous id must be below the last: 5 >= 5"),
    (SNAPSHOT, {"bids": run("9", "9.5")}, "bids must fall: 9.5 after 9"),
    (SNAPSHOT, {"bids": run("9", "9.0")}, "bids must fall: 9 after 9"),
    (SNAPSHOT, {"asks": run("12", "11")}, "asks must rise: 11 after 12"),
    (SNAPSHOT, {"asks": run("11", quantity="0")}, "not 11 and 0"),
    (SNAPSHOT, {"bids": run("11.5", "9")}, "bid must not be above ask: 11.5 > 11"),
    (MARK, {"price": Decimal(0)}, "must be positive"),
    (MARK, {"settle_price": Decimal(-1)}, "settle price must be finite and not negative"),
    (GOOD[-2], {"rate": Decimal("NaN")}, "funding rate must be finite, not NaN"),
    (GOOD[-1], {"quantity": Decimal(-1)}, "open interest must be finite and not negative, not -1"),
]


@pytest.mark.parametrize(("event", "change", "sentence"), BAD)
def test_a_broken_rule_is_named_with_its_numbers(
    event: Any, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(DecodeError, match=sentence):
        checked(msgspec.structs.replace(event, **change))


@pytest.mark.parametrize("sides", [("bid",), ("ask",), ("bid", "ask")])
def test_a_side_of_a_quote_may_be_empty(sides: tuple[str, ...]) -> None:
    empty = {f"{side}_{field}": Decimal(0) for side in sides for field in ("price", "quantity")}
    checked(msgspec.structs.replace(QUOTE, **empty))


def test_a_momentary_lock_passes_and_can_be_counted() -> None:
    quote = msgspec.structs.replace(QUOTE, ask_price=ONE)
    snapshot = msgspec.structs.replace(SNAPSHOT, asks=run("10", "12"))
    assert is_locked(checked(quote))
    assert is_locked(checked(snapshot))


def test_an_ordinary_or_empty_market_is_not_locked() -> None:
    zero = Decimal(0)
    assert not is_locked(QUOTE)
    assert not is_locked(SNAPSHOT)
    assert not is_locked(msgspec.structs.replace(SNAPSHOT, asks=run()))
    nothing = msgspec.structs.replace(
        QUOTE, bid_price=zero, bid_quantity=zero, ask_price=zero, ask_quantity=zero
    )
    assert not is_locked(nothing)


def test_a_ticker_of_zeros_is_a_day_without_trades() -> None:
    zero = Decimal(0)
    checked(Ticker(**HEAD, last=zero, open=zero, high=zero, low=zero, volume=zero))


def test_one_side_of_a_snapshot_may_be_empty() -> None:
    checked(msgspec.structs.replace(SNAPSHOT, bids=run()))


def test_a_kind_without_rules_passes() -> None:
    assert checked(17) == 17


@given(st.decimals(), st.decimals())
def test_only_positive_finite_numbers_pass(price: Decimal, quantity: Decimal) -> None:
    is_good = all(number.is_finite() and number > 0 for number in (price, quantity))
    try:
        check_positive(price, quantity)
    except DecodeError:
        assert not is_good
    else:
        assert is_good


@given(st.decimals())
def test_zero_passes_where_only_negatives_are_refused(value: Decimal) -> None:
    try:
        check_not_negative("volume", value)
    except DecodeError:
        assert not value.is_finite() or value < 0
    else:
        assert value.is_finite()
        assert value >= 0
