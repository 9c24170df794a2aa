"""OKX's JSON → model events: rows come alike over the sockets and over REST, and every number is a string.

Pages are those of the venue's documentation, "OKX API guide V5". A contract's sizes are counted in contracts.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Quote, Side
from tickwright.venues.making import candles_of, make_book, make_quote, trades_of
from tickwright.venues.typed import MS, reader


__all__ = ["books", "candles", "quotes", "trades"]

_EMPTY = [["0", "0"]]


class _Book(Struct):
    asks: list[list[str]]
    bids: list[list[str]]
    time_ms: int = field(name="ts")
    sequence: int | None = field(name="seqId", default=None)
    previous: int | None = field(name="prevSeqId", default=None)


class _Trade(Struct):
    trade_id: int = field(name="tradeId")
    price: Decimal = field(name="px")
    quantity: Decimal = field(name="sz")
    side: str
    time: int = field(name="ts")


class _Candle(Struct, array_like=True):
    begin: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    base_volume: Decimal
    quote_volume: Decimal
    is_closed: bool


class _Books(Struct):
    data: list[_Book]
    action: str = "snapshot"


_read_books = reader(_Books)

trades = trades_of(reader(list[_Trade], "data"), {"buy": Side.BUY, "sell": Side.SELL})
"""Reads ``trades`` (*Trades channel*): what one taker got at one price, under the id of the last match.

``{"instId":"BTC-USDT","tradeId":"130639474","px":"90000.1","sz":"0.12","side":"buy","ts":"1763640000897","count":"3"}``
"""

candles = candles_of(reader(list[_Candle], "data"))
"""Reads ``candle<bar>`` (*Candlesticks channel*), or history, whose newest row comes first.

``["1763640000000","90000.1","90020","89990","90010","2.081","2.081","187300.4","0"]``
"""


def books(
    frame: bytes, received_ts_ns: int, instrument: Instrument
) -> list[BookDelta | BookSnapshot]:
    """Read ``books`` (*Order book channel*), 400 levels a side, or a book of REST.

    ``{"arg":{…},"action":"update","data":[{"asks":[["90000.1","0","0","0"]],"bids":[],"ts":"1763640000183",
    "checksum":0,"prevSeqId":123456,"seqId":123460}]}``

    An update follows the one that ends at its ``prevSeqId``. Recordings from before 2023 have neither id, and their
    times stand in. ``checksum`` is 0 since 2026-06-23.
    """
    read = _read_books(frame)
    is_change = read.action == "update"
    if is_change and any(row.previous is None is not row.sequence for row in read.data):
        raise DecodeError("an update without prevSeqId")
    return [
        make_book(
            instrument,
            row.time_ms * MS,
            received_ts_ns,
            (row.bids, row.asks),
            is_change=is_change,
            sequence=row.time_ms if row.sequence is None else row.sequence,
            previous=row.previous,
        )
        for row in read.data
    ]


def quotes(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Quote]:
    """Read ``bbo-tbt``: rows like those of ``books``, with the best level a side."""
    return [
        make_quote(
            instrument,
            row.time_ms * MS,
            received_ts_ns,
            (*(row.bids or _EMPTY)[0][:2], *(row.asks or _EMPTY)[0][:2]),
            row.sequence,
        )
        for row in _read_books(frame).data
    ]
