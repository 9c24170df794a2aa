"""OKX's JSON → model events: rows come alike over the sockets and over REST, and every number is a string.

Pages are those of the venue's documentation, "OKX API guide V5". A contract's sizes are counted in contracts.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, TypeVar

from msgspec import Struct, field

from tickwright.core.invariants import checked
from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Candle, Quote, Side, Trade
from tickwright.venues.making import make_candles, make_quote, make_trades
from tickwright.venues.typed import MS, read_decimal, read_levels, reader


__all__ = ["Rows", "books", "candles", "quotes", "trades"]

T = TypeVar("T")
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_EMPTY = ["0", "0"]


class Rows(Struct, Generic[T]):
    """``{"arg":{…},"action":"update","data":[…]}`` of a socket, ``{"code":"0","msg":"","data":[…]}`` of REST."""

    rows: list[T] = field(name="data")
    action: str = "snapshot"


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


_read_books = reader(Rows[_Book])
_read_trades = reader(Rows[_Trade])
_read_candles = reader(Rows[_Candle])


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
    found: list[BookDelta | BookSnapshot] = []
    for row in read.rows:
        stamps = (instrument.id, row.time_ms * MS, received_ts_ns)
        sides = read_levels(row.bids, instrument), read_levels(row.asks, instrument)
        number = row.time_ms if row.sequence is None else row.sequence
        if read.action == "update":
            if row.previous is None and row.sequence is not None:
                raise DecodeError("an update without prevSeqId")
            found.append(BookDelta(*stamps, *sides, number, number, row.previous))
        else:
            found.append(checked(BookSnapshot(*stamps, *sides, number)))
    return found


def quotes(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Quote]:
    """Read ``bbo-tbt``: rows like those of ``books``, with the best level a side."""
    found = []
    for row in _read_books(frame).rows:
        bid, bid_size, *_ = row.bids[0] if row.bids else _EMPTY
        ask, ask_size, *_ = row.asks[0] if row.asks else _EMPTY
        best = read_decimal(bid), read_decimal(bid_size), read_decimal(ask), read_decimal(ask_size)
        found.append(make_quote(instrument, row.time_ms * MS, received_ts_ns, best, row.sequence))
    return found


def trades(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Trade]:
    """Read ``trades`` (*Trades channel*): what one taker got at one price, under the id of the last match.

    ``{"instId":"BTC-USDT","tradeId":"130639474","px":"90000.1","sz":"0.12","side":"buy","ts":"1763640000897","count":"3"}``
    """
    return make_trades(_read_trades(frame).rows, instrument, received_ts_ns, _SIDES)


def candles(
    frame: bytes, received_ts_ns: int, instrument: Instrument, *, interval: str
) -> list[Candle]:
    """Read ``candle<bar>`` (*Candlesticks channel*), or history, whose newest row comes first.

    ``["1763640000000","90000.1","90020","89990","90010","2.081","2.081","187300.4","0"]``
    """
    return make_candles(_read_candles(frame).rows, instrument, received_ts_ns, interval)
