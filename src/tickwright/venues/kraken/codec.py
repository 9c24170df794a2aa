"""Kraken's JSON → model events ("WebSocket API v2", *Market Data*). JSON numbers are read from their digits, never as floats."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter

from msgspec import Struct, field

from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Side
from tickwright.venues.making import Ohlc, candles_of, make_book, quotes_of, trades_of
from tickwright.venues.typed import read_time, reader


__all__ = ["books", "candles", "checksum", "quotes", "trades"]


class _Level(Struct):
    price: Decimal
    qty: Decimal


class _Book(Struct):
    checksum: int
    timestamp: str
    bids: list[_Level] = []
    asks: list[_Level] = []


class _Books(Struct):
    data: list[_Book]
    type: str


class _Trade(Struct):
    trade_id: int
    price: Decimal
    quantity: Decimal = field(name="qty")
    side: str
    time: str = field(name="timestamp")


class _Ticker(Struct):
    bid: Decimal
    bid_quantity: Decimal = field(name="bid_qty")
    ask: Decimal
    ask_quantity: Decimal = field(name="ask_qty")
    time: str = field(name="timestamp")


class _Candle(Ohlc):
    begin: str = field(name="interval_begin")
    trades: int


_read_books = reader(_Books)
_pair = attrgetter("price", "qty")

trades = trades_of(reader(list[_Trade], "data"), {"buy": Side.BUY, "sell": Side.SELL})
"""Reads ``trade``, which begins with the last fifty.

``{"symbol":"BTC/USD","side":"buy","price":90000.1,"qty":0.00027625,"ord_type":"limit","trade_id":10218208,…}``
"""

quotes = quotes_of(reader(list[_Ticker], "data"))
"""Reads the best bid and offer in ``ticker``: ``{"bid":90000.0,"bid_qty":2.5,"ask":90000.1,"ask_qty":3.2,…}``."""

candles = candles_of(reader(list[_Candle], "data"))
"""Reads ``ohlc``: ``{"open":…,"interval_begin":"2026-11-20T12:00:00.000000000Z","interval":1,…}``; none says when it closes."""


def books(
    frame: bytes, received_ts_ns: int, instrument: Instrument
) -> list[BookDelta | BookSnapshot]:
    """Read ``book``; levels that fall out of the depth are not named, and nothing numbers an update but its time.

    ``{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":90000.0,"qty":0.25}],"asks":[],
    "checksum":2114181697,"timestamp":"2026-11-20T12:00:00.540295Z"}]}``
    """
    read = _read_books(frame)
    return [
        make_book(
            instrument,
            time_ns := read_time(row.timestamp),
            received_ts_ns,
            (map(_pair, row.bids), map(_pair, row.asks)),
            is_change=read.type == "update",
            sequence=time_ns,
            checksum=row.checksum,
        )
        for row in read.data
    ]


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
