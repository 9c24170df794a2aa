"""Rows become events: in order, with the rules of their kind."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tickwright.errors import DecodeError
from tickwright.model.ids import InstrumentName, parse_instrument_id
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import BookDelta, BookSnapshot, Side
from tickwright.venues.making import (
    candles_of,
    make_book,
    make_candles,
    make_instrument,
    make_quote,
    make_trades,
    ns_of,
    quotes_of,
    trades_of,
)


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


def test_a_side_without_orders_is_quoted_as_zero() -> None:
    assert make_quote(BTC, 1, 9, ("", "", "2", "1")).bid_price == 0
    assert make_quote(BTC, 1, 9, ("1", "1", "2", "1")).ask_price == TWO


@pytest.mark.parametrize(("is_change", "kind"), [(True, BookDelta), (False, BookSnapshot)])
def test_levels_are_a_change_or_the_whole_book(is_change: bool, kind: type) -> None:
    sides = ([["1", "2", "0"]], [[TWO, ONE]])
    found = make_book(BTC, 5, 9, sides, is_change=is_change, sequence=7, checksum=3)
    assert isinstance(found, kind)
    assert list(found.bids) == [(ONE, TWO)]
    assert (found.venue_ts_ns, found.received_ts_ns, found.checksum) == (5, 9, 3)


def test_a_change_says_which_number_it_follows() -> None:
    found = make_book(BTC, 5, 9, ([], []), is_change=True, sequence=7, previous=6)
    assert isinstance(found, BookDelta)
    assert (found.first, found.last, found.previous) == (7, 7, 6)


def test_a_crossed_book_is_refused() -> None:
    with pytest.raises(DecodeError):
        make_book(BTC, 5, 9, ([["2", "1"]], [["1", "1"]]), is_change=False, sequence=7)


class QuoteRow(msgspec.Struct):
    bid: Decimal = ONE
    bid_quantity: Decimal = ONE
    ask: Decimal = TWO
    ask_quantity: Decimal = ONE
    time: int = 5


def test_decoders_are_made_of_what_finds_the_rows() -> None:
    def rows(*found: object) -> object:
        return lambda data: found if data == b"frame" else ()

    trades = trades_of(rows(TradeRow(7)), {"b": Side.BUY})  # type: ignore[arg-type]  # rows are any objects
    assert [trade.trade_id for trade in trades(b"frame", 9, BTC)] == [7]
    assert trades(b"", 9, BTC) == []
    (quote,) = quotes_of(rows(QuoteRow()))(b"frame", 9, BTC)  # type: ignore[arg-type]  # as above
    assert (quote.bid_price, quote.venue_ts_ns) == (ONE, 5_000_000)
    candles = candles_of(rows(Bar(60)), unit_ns=10**9)  # type: ignore[arg-type]  # as above
    (candle,) = candles(b"frame", 9, BTC, interval="1m")
    assert candle.open_ts_ns == 60 * 10**9


def test_an_instrument_is_made_of_the_texts_of_its_row() -> None:
    name = InstrumentName("acme", "BTC", "USD")
    status = (InstrumentStatus.TRADING, "on")
    made = make_instrument(
        name, "acme.spot", "BTC-USD", status, steps=("0.01", ""), min_quantity="0", max_notional="5"
    )
    assert (made.tick_size, made.lot_size, made.status_raw) == (Decimal("0.01"), 0, "on")
    assert (made.min_quantity, made.max_notional, made.price_scale) == (None, Decimal(5), 8)
    own = make_instrument(
        name, "acme.spot", "BTC-USD", status, steps=("0.1", "1e-8"), scales=(1, 8)
    )
    assert (own.price_scale, own.quantity_scale, own.lot_size) == (1, 8, Decimal("0.00000001"))
    with pytest.raises(DecodeError):
        make_instrument(name, "acme.spot", "BTC-USD", status, steps=("x", ""))
