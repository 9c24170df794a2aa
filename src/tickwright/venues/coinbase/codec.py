"""Coinbase's JSON → model events ("Advanced Trade WebSocket", *Channels*). Numbers are strings, times have nanoseconds."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Quote, Side
from tickwright.venues.making import Ohlc, candles_of, make_book, make_quote, trades_of
from tickwright.venues.typed import SECOND_NS, read_time, reader


__all__ = ["books", "candles", "quotes", "read_history", "trades"]

_TAKERS = {"BUY": Side.SELL, "SELL": Side.BUY}
"""The side told is the maker's: trades recorded as SELL are at the best ask."""


class _Update(Struct):
    side: str
    time: str = field(name="event_time")
    price: str = field(name="price_level")
    quantity: str = field(name="new_quantity")


class _Trade(Struct):
    trade_id: int
    price: Decimal
    quantity: Decimal = field(name="size")
    side: str
    time: str


class _Ticker(Struct):
    bid: str = field(name="best_bid")
    bid_size: str = field(name="best_bid_quantity")
    ask: str = field(name="best_ask")
    ask_size: str = field(name="best_ask_quantity")


class _Candle(Ohlc):
    """``{"start":"1786309500","high":"65091","low":"65083.56","open":"65091","close":"65083.67","volume":"1.0555"}``."""

    begin: int = field(name="start")


class _Event(Struct):
    type: str = ""
    updates: list[_Update] = []
    trades: list[_Trade] = []
    tickers: list[_Ticker] = []
    candles: list[_Candle] = []


class _Frame(Struct):
    events: list[_Event]
    timestamp: str


_read = reader(_Frame)

trades = trades_of(
    lambda frame: (row for event in _read(frame).events for row in event.trades), _TAKERS
)
"""Reads ``market_trades``, which begins with the last hundred, the newest first.

``{"trade_id":"995098700","product_id":"BTC-USD","price":"90000.01","size":"0.0015","side":"BUY","time":"…Z"}``
"""

candles = candles_of(
    lambda frame: (row for event in _read(frame).events for row in event.candles),
    unit_ns=SECOND_NS,
)
"""Reads ``candles``, of five minutes; the first frame holds the last hours. None says when it closes."""

read_history = candles_of(reader(list[_Candle], "candles"), unit_ns=SECOND_NS)
"""Reads the answer of REST."""


def books(
    frame: bytes, received_ts_ns: int, instrument: Instrument
) -> list[BookDelta | BookSnapshot]:
    """Read ``level2``, the whole book.

    ``{"channel":"l2_data","timestamp":"2026-11-20T12:00:00.123456Z","sequence_num":1,"events":[{"type":"update",
    "product_id":"BTC-USD","updates":[{"side":"offer","event_time":"…","price_level":"90000.01","new_quantity":"0"}]}]}``

    Nothing numbers a book's changes but their time at the matching engine, which all changes of an event share, on
    every connection; what is missing shows by the number of the frame.
    """
    read = _read(frame)
    found: list[BookDelta | BookSnapshot] = []
    for event in read.events:
        time_ns = read_time(event.updates[0].time if event.updates else read.timestamp)
        sides: dict[str, list[tuple[str, str]]] = {"bid": [], "offer": []}
        for row in event.updates:
            sides.setdefault(row.side, []).append((row.price, row.quantity))
        found.append(
            make_book(
                instrument,
                time_ns,
                received_ts_ns,
                (sides["bid"], sides["offer"]),
                is_change=event.type == "update",
                sequence=time_ns,
            )
        )
    return found


def quotes(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Quote]:
    """Read the best bid and offer in ``ticker``: ``{"best_bid":"90000.00","best_bid_quantity":"1.5","best_ask":…}``."""
    read = _read(frame)
    time_ns = read_time(read.timestamp)
    return [
        make_quote(
            instrument, time_ns, received_ts_ns, (row.bid, row.bid_size, row.ask, row.ask_size)
        )
        for event in read.events
        for row in event.tickers
    ]
