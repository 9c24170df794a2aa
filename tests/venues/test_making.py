"""Rows become events: in order, with the rules of their kind."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tickwright.errors import DecodeError
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.venues.making import make_candles, make_quote, make_trades, ns_of


BTC = Instrument.inferred(
    parse_instrument_id("acme:BTC/USD"), product="acme.spot", symbol="BTC-USD"
)
ONE, TWO = Decimal(1), Decimal(2)


class TradeRow(msgspec.Struct):
    trade_id: int
    side: str = "b"
    price: Decimal = ONE
    quantity: Decimal = TWO
    time: int | str = 5


class Bar(msgspec.Struct):
    begin: int
    open: Decimal = ONE
    high: Decimal = TWO
    low: Decimal = ONE
    close: Decimal = TWO
    volume: Decimal = ONE


class FullBar(Bar):
    is_closed: bool = True
    trades: int = 3
    quote_volume: Decimal = TWO


def test_trades_come_oldest_first_with_the_taker_s_side() -> None:
    rows = [TradeRow(8, "?"), TradeRow(7, time="1970-01-01T00:00:01Z")]
    first, second = make_trades(rows, BTC, 9, {"b": Side.BUY})
    assert (first.trade_id, first.side, first.venue_ts_ns) == (7, Side.BUY, 1_000_000_000)
    assert (second.side, second.venue_ts_ns) == (Side.UNKNOWN, 5_000_000)


def test_a_trade_of_nothing_is_refused() -> None:
    with pytest.raises(DecodeError):
        make_trades([TradeRow(7, quantity=Decimal(0))], BTC, 9, {})


def test_a_crossed_quote_is_refused() -> None:
    assert make_quote(BTC, 1, 9, (ONE, ONE, TWO, ONE), 4).sequence == 4
    with pytest.raises(DecodeError):
        make_quote(BTC, 1, 9, (TWO, ONE, ONE, ONE))


def test_where_no_mark_is_sent_all_but_the_newest_candle_are_closed() -> None:
    found = make_candles([Bar(120_000), Bar(0), Bar(60_000)], BTC, 9, "1m")
    assert [candle.is_closed for candle in found] == [True, True, False]
    assert [candle.open_ts_ns for candle in found] == [0, 60 * 10**9, 120 * 10**9]
    assert found[0].close_ts_ns == 60 * 10**9 - 10**6
    assert (found[0].trades, found[0].quote_volume) == (None, None)


def test_a_newest_candle_that_ended_long_ago_is_closed_as_well() -> None:
    (found,) = make_candles([Bar(0)], BTC, 65 * 10**9 + 1, "1m")
    assert found.is_closed
    (found,) = make_candles([Bar(0)], BTC, 65 * 10**9, "1m")
    assert not found.is_closed


def test_what_a_row_tells_of_itself_counts() -> None:
    (found,) = make_candles([FullBar(0)], BTC, 9, "1m")
    assert (found.is_closed, found.trades, found.quote_volume) == (True, 3, TWO)


def test_no_rows_are_no_candles() -> None:
    assert make_candles([], BTC, 9, "1m") == []


def test_a_time_that_is_none_is_an_error() -> None:
    with pytest.raises(DecodeError):
        ns_of("noon")
