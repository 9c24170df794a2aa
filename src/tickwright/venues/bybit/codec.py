"""The frames that come by the thousand: books, best bid and offer, and trades.

A decoder takes the frame, our receive time and the instrument, and makes one pass over the bytes. The time of a book is
``cts``, when the matching engine made it, the same clock as a trade's ``T``; ``ts``, when it was sent, stands in where
a frame has no ``cts``.
"""

from __future__ import annotations

from decimal import Decimal

from tickwright.core.invariants import check_quote, check_snapshot
from tickwright.errors import DecodeError
from tickwright.kernel import DepthScanner, FieldScanner, RowScanner
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Level, LevelRun, Quote, Side, Trade
from tickwright.venues.typed import MS


__all__ = [
    "SIDES",
    "best",
    "book",
    "book_reply",
    "change",
    "quote",
    "top",
    "trade_id_of",
    "trades",
]

SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}

_FIRST_ID = 1
"""The update id by which the venue says that its numbering, and the book with it, began anew."""

_ZERO = Decimal(0)
_EMPTY: Level = (_ZERO, _ZERO)
"""How a side without orders is quoted."""

_scan_book = DepthScanner(
    ints=("ts", "data.u"), optional_ints=("cts",), texts=("type",), bids="data.b", asks="data.a"
).scan
_scan_top = DepthScanner(
    ints=("ts", "data.u", "data.seq"), optional_ints=("cts",), bids="data.b", asks="data.a"
).scan
_scan_quote = FieldScanner(
    fields=(("cts", "int?"), ("data.seq", "int"), ("data.b", "level"), ("data.a", "level"))
).scan
_scan_reply = DepthScanner(
    ints=("result.ts", "result.u"), optional_ints=("result.cts",), bids="result.b", asks="result.a"
).scan
_scan_trades = RowScanner(
    rows="data",
    make=Trade,
    fields=(
        None,  # the instrument
        ("T", "ms"),
        None,  # when it was received
        ("p", "positive"),
        ("v", "positive"),
        ("S", {**SIDES, "": Side.UNKNOWN}),
        ("i", "id"),
    ),
).scan


def book(frame: bytes, received_ts_ns: int, instrument: Instrument) -> BookDelta | BookSnapshot:
    """Read ``orderbook.<depth>.<symbol>`` (*Orderbook*): a snapshot that replaces the book, or a delta.

    ``{"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1795000000120,"data":{"s":"BTCUSDT",
    "b":[["89999.90","0"],["89999.50","0.750"]],"a":[],"u":5002,"seq":7961638741},"cts":1795000000117}``

    Ids rise by one within a topic; ``"u":1`` marks a snapshot whatever its ``type`` says.
    """
    sent_ms, update_id, made_ms, kind, bids, asks = _scan_book(
        frame, instrument.price_scale, instrument.quantity_scale
    )
    time_ns = (made_ms or sent_ms) * MS
    if kind == "delta" and update_id != _FIRST_ID:
        return BookDelta(instrument.id, time_ns, received_ts_ns, bids, asks, update_id, update_id)
    if kind not in ("snapshot", "delta"):
        raise DecodeError(f"a book is a snapshot or a delta, not {kind!r}")
    event = BookSnapshot(instrument.id, time_ns, received_ts_ns, bids, asks, update_id)
    check_snapshot(event)
    return event


def change(frame: bytes, received_ts_ns: int, instrument: Instrument) -> BookDelta:
    """Read ``orderbook.full.<symbol>`` (*Full Depth Orderbook*), which sends deltas alone.

    ``{"topic":"orderbook.full.MNTUSDT","ts":1795000000300,"type":"delta","data":{"s":"MNTUSDT","b":[["1.2001","10.5"]],
    "a":[],"u":278547,"seq":1501100579},"cts":1795000000298}``

    Ids rise by one; ``"u":1`` says that the book began anew, whatever the frame holds.
    """
    sent_ms, update_id, made_ms, kind, bids, asks = _scan_book(
        frame, instrument.price_scale, instrument.quantity_scale
    )
    if kind != "delta":
        raise DecodeError(f"a delta expected, not {kind!r}")
    time_ns = (made_ms or sent_ms) * MS
    return BookDelta(instrument.id, time_ns, received_ts_ns, bids, asks, update_id, update_id)


def top(frame: bytes, received_ts_ns: int, instrument: Instrument) -> tuple[Quote, BookSnapshot]:
    """Read ``orderbook.1.<symbol>`` (*Orderbook*), which sends snapshots alone: a quote, and a book of one level.

    ``{"topic":"orderbook.1.BTCUSDT","ts":1795000000103,"type":"snapshot","data":{"s":"BTCUSDT",
    "b":[["90000.00","1.500"]],"a":[["90000.10","0.300"]],"u":81230,"seq":7961638724},"cts":1795000000095}``

    The quote is numbered by ``seq``, which also orders it among the instrument's other topics, where ``u`` counts
    this topic's frames. A frame that repeats the last one after three quiet seconds has both unchanged.
    """
    sent_ms, update_id, sequence, made_ms, bids, asks = _scan_top(
        frame, instrument.price_scale, instrument.quantity_scale
    )
    if len(bids) > 1 or len(asks) > 1:
        raise DecodeError(f"one level a side expected, not {len(bids)} and {len(asks)}")
    name, time_ns = instrument.id, (made_ms or sent_ms) * MS
    bid, bid_quantity = best(bids)
    ask, ask_quantity = best(asks)
    event = Quote(name, time_ns, received_ts_ns, bid, bid_quantity, ask, ask_quantity, sequence)
    check_quote(event)
    return event, BookSnapshot(name, time_ns, received_ts_ns, bids, asks, update_id)


def quote(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Quote:
    """Read the quote of `top` alone, in two thirds of the time."""
    made_ms, sequence, bid, bid_quantity, ask, ask_quantity = _scan_quote(frame)
    if made_ms is None:
        return top(frame, received_ts_ns, instrument)[0]
    if bid is None:
        bid = bid_quantity = _ZERO
    if ask is None:
        ask = ask_quantity = _ZERO
    event = Quote(
        instrument.id, made_ms * MS, received_ts_ns, bid, bid_quantity, ask, ask_quantity, sequence
    )
    check_quote(event)
    return event


def best(levels: LevelRun) -> Level:
    """Return the first of ``levels``, zeros where there is none."""
    return levels[0] if levels else _EMPTY


def book_reply(body: bytes, received_ts_ns: int, instrument: Instrument) -> BookSnapshot:
    """Read ``GET /v5/market/orderbook`` (*Get Orderbook*), whose ``u`` is that of the topic of 1,000 levels.

    ``GET /v5/market/full_orderbook`` answers alike, with the ids of ``orderbook.full``.

    ``{"retCode":0,"retMsg":"OK","result":{"s":"BTCUSDT","a":[["90000.10","0.300"]],"b":[["90000.00","1.500"]],
    "ts":1795000000131,"u":230704,"seq":7961638725,"cts":1795000000128},"retExtInfo":{},"time":1795000000140}``
    """
    sent_ms, update_id, made_ms, bids, asks = _scan_reply(
        body, instrument.price_scale, instrument.quantity_scale
    )
    time_ns = (made_ms or sent_ms) * MS
    event = BookSnapshot(instrument.id, time_ns, received_ts_ns, bids, asks, update_id)
    check_snapshot(event)
    return event


def trades(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Trade]:
    """Read ``publicTrade.<symbol>`` (*Trade*): up to 1,024 matches, in the order in which they happened.

    ``{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1795000000456,"data":[{"T":1795000000454,"s":"BTCUSDT",
    "S":"Buy","v":"0.001","p":"90000.10","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,
    "RPI":false,"seq":7961638744}]}``

    The side is the taker's. Spot counts its trades: ``"i":"2290000000019296063"``.
    """
    return _scan_trades(frame, instrument.id, received_ts_ns)


def trade_id_of(text: str) -> int | str:
    """Return a trade's id: a number on spot, which counts them, and a UUID on contracts.

    Example:
        >>> trade_id_of("2290000000019296063"), trade_id_of("20f43950-d8dd")
        (2290000000019296063, '20f43950-d8dd')
    """
    return int(text) if text.isdecimal() else text
