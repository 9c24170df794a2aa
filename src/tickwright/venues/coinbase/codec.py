"""Coinbase's JSON → model events. Numbers are strings, times have nanoseconds.

Pages are those of the venue's documentation, "Advanced Trade WebSocket", *Channels*.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from tickwright.core.invariants import checked
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Candle, Quote, Side, Trade
from tickwright.venues.making import make_candles, make_quote, make_trades
from tickwright.venues.typed import read_decimal, read_levels, read_time, reader


__all__ = ["CandleRow", "books", "candles", "quotes", "trades"]

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


class CandleRow(Struct):
    """``{"start":"1786309500","high":"65091","low":"65083.56","open":"65091","close":"65083.67","volume":"1.0555"}``."""

    start: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal

    @property
    def begin(self) -> int:
        """When it opens, in ms."""
        return self.start * 1000


class _Event(Struct):
    type: str = ""
    updates: list[_Update] = []
    trades: list[_Trade] = []
    tickers: list[_Ticker] = []
    candles: list[CandleRow] = []


class _Frame(Struct):
    events: list[_Event]
    timestamp: str


_read = reader(_Frame)


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
        bids, asks = (read_levels(sides[side], instrument) for side in ("bid", "offer"))
        stamps = (instrument.id, time_ns, received_ts_ns, bids, asks)
        if event.type == "update":
            found.append(BookDelta(*stamps, time_ns, time_ns))
        else:
            found.append(checked(BookSnapshot(*stamps, time_ns)))
    return found


def trades(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Trade]:
    """Read ``market_trades``, which begins with the last hundred, the newest first.

    ``{"trade_id":"995098700","product_id":"BTC-USD","price":"90000.01","size":"0.0015","side":"BUY","time":"…Z"}``
    """
    rows = [row for event in _read(frame).events for row in event.trades]
    return make_trades(rows, instrument, received_ts_ns, _TAKERS)


def quotes(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Quote]:
    """Read the best bid and offer in ``ticker``: ``{"best_bid":"90000.00","best_bid_quantity":"1.5","best_ask":…}``."""
    read = _read(frame)
    time_ns, found = read_time(read.timestamp), []
    for row in [row for event in read.events for row in event.tickers]:
        bid, bid_size = read_decimal(row.bid or "0"), read_decimal(row.bid_size or "0")
        ask, ask_size = read_decimal(row.ask or "0"), read_decimal(row.ask_size or "0")
        found.append(
            make_quote(instrument, time_ns, received_ts_ns, (bid, bid_size, ask, ask_size))
        )
    return found


def candles(
    frame: bytes, received_ts_ns: int, instrument: Instrument, *, interval: str
) -> list[Candle]:
    """Read ``candles``, of five minutes; the first frame holds the last hours. None says when it closes."""
    rows = [row for event in _read(frame).events for row in event.candles]
    return make_candles(rows, instrument, received_ts_ns, interval)
