"""Frames of Kraken decode from their digits, and a book is proven by the venue's checksum."""

from __future__ import annotations

import zlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import DecodeError
from tickwright.kernel import L2Book, Levels
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Side
from tickwright.venues.kraken import codec


BTC = Instrument(
    name=parse_instrument_id("kraken:BTC/USD"),
    product="kraken.spot",
    symbol="BTC/USD",
    tick_size=Decimal("0.1"),
    lot_size=Decimal("0.00000001"),
    price_scale=1,
    quantity_scale=8,
)
AT_NS = 1_795_176_001_000_000_000
TIME_NS = 1_795_176_000_540_295_000
BOOK = (
    b'{"channel":"book","type":"%b","data":[{"symbol":"BTC/USD","bids":[{"price":90000.0,"qty":0.25000000}],'
    b'"asks":[{"price":90000.1,"qty":1e-8}],"checksum":2114181697,"timestamp":"2026-11-20T12:00:00.540295Z"}]}'
)


def frame(channel: bytes, row: bytes) -> bytes:
    return b'{"channel":"%b","type":"update","data":[%b]}' % (channel, row)


def test_a_book_goes_by_its_time_and_carries_the_venue_s_checksum() -> None:
    (event,) = codec.books(BOOK % b"snapshot", AT_NS, BTC)
    assert isinstance(event, BookSnapshot)
    assert (event.sequence, event.venue_ts_ns, event.checksum) == (TIME_NS, TIME_NS, 2114181697)
    assert list(event.asks) == [(Decimal("90000.1"), Decimal("0.00000001"))]


def test_an_update_is_linked_to_nothing() -> None:
    (event,) = codec.books(BOOK % b"update", AT_NS, BTC)
    assert isinstance(event, BookDelta)
    assert (event.first, event.last, event.previous) == (TIME_NS, TIME_NS, None)


@pytest.mark.parametrize(
    "broken",
    [
        b"{",
        (BOOK % b"update").replace(b'"checksum":2114181697,', b""),
        (BOOK % b"update").replace(b"90000.1", b"90000.12"),
        (BOOK % b"update").replace(b"0.25000000", b"-1"),
        (BOOK % b"update").replace(b"12:00:00.540295Z", b"noon"),
    ],
)
def test_g25_a_book_that_says_too_little_is_an_error_and_nothing_else(broken: bytes) -> None:
    with pytest.raises(DecodeError):
        codec.books(broken, AT_NS, BTC)


def text(number: Decimal, digits: int) -> str:
    """Write a number as the page *Book Checksum* asks for: all digits, no point, no zeros before."""
    return f"{number:.{digits}f}".replace(".", "").lstrip("0")


sides = st.dictionaries(st.integers(1, 10**9), st.integers(1, 10**15), min_size=0, max_size=15)


@given(sides, sides)
def test_g24_the_checksum_of_a_book_is_made_of_the_digits_that_the_venue_writes(
    bids: dict[int, int], asks: dict[int, int]
) -> None:
    def levels(raw: dict[int, int]) -> list[tuple[Decimal, Decimal]]:
        return [
            (Decimal(price).scaleb(-1), Decimal(quantity).scaleb(-8))
            for price, quantity in raw.items()
        ]

    book = L2Book(1, 8)
    book.replace(Levels.from_pairs(levels(bids), 1, 8), Levels.from_pairs(levels(asks), 1, 8))
    ten = [*sorted(levels(asks))[:10], *sorted(levels(bids), reverse=True)[:10]]
    written = "".join(text(price, 1) + text(quantity, 8) for price, quantity in ten)
    assert codec.checksum(*book.checksum_input(10)) == zlib.crc32(written.encode())


def test_trades_carry_the_taker_s_side() -> None:
    row = (
        b'{"symbol":"BTC/USD","side":"%b","price":90000.1,"qty":0.00027625,"ord_type":"limit","trade_id":%d,'
        b'"timestamp":"2026-11-20T12:00:00.540295Z"}'
    )
    said = frame(b"trade", row % (b"sell", 9) + b"," + row % (b"buy", 8))
    first, second = codec.trades(said, AT_NS, BTC)
    assert (first.trade_id, first.side, first.quantity) == (8, Side.BUY, Decimal("0.00027625"))
    assert (second.side, second.venue_ts_ns) == (Side.SELL, TIME_NS)


def test_a_ticker_holds_a_quote() -> None:
    row = (
        b'{"symbol":"BTC/USD","bid":90000.0,"bid_qty":2.5,"ask":90000.1,"ask_qty":3.2,"last":90000.1,'
        b'"timestamp":"2026-11-20T12:00:00.540295Z"}'
    )
    (quote,) = codec.quotes(frame(b"ticker", row), AT_NS, BTC)
    assert (quote.bid_price, quote.ask_quantity) == (Decimal(90000), Decimal("3.2"))


def test_candles_are_closed_by_those_after_them() -> None:
    row = (
        b'{"symbol":"BTC/USD","open":1.0,"high":3.0,"low":1.0,"close":2.0,"trades":5,"volume":7.25,"vwap":2.0,'
        b'"interval_begin":"2026-11-20T12:0%d:00.000000000Z","interval":1,"timestamp":"2026-11-20T12:05:00.0Z"}'
    )
    found = codec.candles(frame(b"ohlc", row % 1 + b"," + row % 0), AT_NS, BTC, interval="1m")
    assert [candle.is_closed for candle in found] == [True, False]
    assert (found[0].volume, found[0].trades) == (Decimal("7.25"), 5)
