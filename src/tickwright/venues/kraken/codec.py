"""Kraken's JSON → model events. Numbers are JSON numbers, read from their digits and never as floats.

Pages are those of the venue's documentation, "WebSocket API v2", *Market Data*.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct, field

from tickwright.core.invariants import checked
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Candle, Quote, Side, Trade
from tickwright.venues.making import make_candles, make_quote, make_trades
from tickwright.venues.typed import read_levels, read_time, reader


__all__ = ["books", "candles", "checksum", "quotes", "trades"]

T = TypeVar("T")
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class _Frame(Struct, Generic[T]):
    """``{"channel":"book","type":"update","data":[…]}``."""

    rows: list[T] = field(name="data")
    type: str = "update"


class _Level(Struct):
    price: Decimal
    qty: Decimal


class _Book(Struct):
    checksum: int
    timestamp: str
    bids: list[_Level] = []
    asks: list[_Level] = []


class _Trade(Struct):
    trade_id: int
    price: Decimal
    quantity: Decimal = field(name="qty")
    side: str
    time: str = field(name="timestamp")


class _Ticker(Struct):
    bid: Decimal
    bid_qty: Decimal
    ask: Decimal
    ask_qty: Decimal
    timestamp: str


class _Candle(Struct):
    begin: str = field(name="interval_begin")
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    trades: int


_read_books = reader(_Frame[_Book])
_read_trades = reader(_Frame[_Trade])
_read_tickers = reader(_Frame[_Ticker])
_read_candles = reader(_Frame[_Candle])


def books(
    frame: bytes, received_ts_ns: int, instrument: Instrument
) -> list[BookDelta | BookSnapshot]:
    """Read ``book``; levels that fall out of the depth are not named, and nothing numbers an update but its time.

    ``{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":90000.0,"qty":0.25}],"asks":[],
    "checksum":2114181697,"timestamp":"2026-11-20T12:00:00.540295Z"}]}``
    """
    read = _read_books(frame)
    found: list[BookDelta | BookSnapshot] = []
    for row in read.rows:
        time_ns = read_time(row.timestamp)
        bids = read_levels(((level.price, level.qty) for level in row.bids), instrument)
        asks = read_levels(((level.price, level.qty) for level in row.asks), instrument)
        stamps = (instrument.id, time_ns, received_ts_ns, bids, asks)
        if read.type == "update":
            found.append(BookDelta(*stamps, time_ns, time_ns, checksum=row.checksum))
        else:
            found.append(checked(BookSnapshot(*stamps, time_ns, checksum=row.checksum)))
    return found


def checksum(bids: Sequence[tuple[int, int]], asks: Sequence[tuple[int, int]]) -> int:
    """Return the CRC32 over the ten best asks, then bids (page *Book Checksum*).

    Price and quantity stand there with all digits of the pair, without point and leading zeros: as integers at the
    pair's own scales, which an instrument of Kraken therefore has.

    Example:
        >>> checksum([(451, 20)], [(452, 1)]) == zlib.crc32(b"452145120")
        True
    """
    levels = (*asks, *bids)
    return zlib.crc32("".join(f"{price}{quantity}" for price, quantity in levels).encode())


def trades(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Trade]:
    """Read ``trade``, which begins with the last fifty.

    ``{"symbol":"BTC/USD","side":"buy","price":90000.1,"qty":0.00027625,"ord_type":"limit","trade_id":10218208,…}``
    """
    return make_trades(_read_trades(frame).rows, instrument, received_ts_ns, _SIDES)


def quotes(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Quote]:
    """Read the best bid and offer in ``ticker``: ``{"bid":90000.0,"bid_qty":2.5,"ask":90000.1,"ask_qty":3.2,…}``."""
    return [
        make_quote(
            instrument,
            read_time(row.timestamp),
            received_ts_ns,
            (row.bid, row.bid_qty, row.ask, row.ask_qty),
        )
        for row in _read_tickers(frame).rows
    ]


def candles(
    frame: bytes, received_ts_ns: int, instrument: Instrument, *, interval: str
) -> list[Candle]:
    """Read ``ohlc``: ``{"open":…,"interval_begin":"2026-11-20T12:00:00.000000000Z","interval":1,…}``; none says when it closes."""
    return make_candles(_read_candles(frame).rows, instrument, received_ts_ns, interval)
