"""The frames that come by the thousand: trades, best bid and offer, and books.

Each function takes a frame and the instrument that it is about. A frame costs one pass over its bytes, by a scanner
made once for its kind, and one event object.

Futures send two times: ``E``, when the frame was made, and ``T``, when the matching engine acted. ``T`` is the
event's own time wherever there is one, as REST answers carry no other.
"""

from __future__ import annotations

from collections.abc import Callable

from tickwright.core.invariants import (
    check_agg_trade,
    check_delta,
    check_positive,
    check_quote,
    check_snapshot,
)
from tickwright.errors import DecodeError
from tickwright.kernel import DepthScanner, FieldScanner
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import AggTrade, BookDelta, BookSnapshot, Quote, Side, Trade
from tickwright.venues.typed import MS


__all__ = [
    "agg_trade",
    "all_quotes",
    "book_snapshot",
    "future_delta",
    "future_quote",
    "future_top",
    "spot_delta",
    "spot_quote",
    "spot_top",
    "trade",
]

_EVENT = ("data.e", "text")
_TRADE_FIELDS = (
    _EVENT,
    ("data.T", "int"),
    ("data.p", "decimal"),
    ("data.q", "decimal"),
    ("data.m", "bool"),
)
_scan_trade = FieldScanner(fields=(*_TRADE_FIELDS, ("data.t", "int"))).scan
_scan_agg_trade = FieldScanner(
    fields=(*_TRADE_FIELDS, ("data.a", "int"), ("data.f", "int"), ("data.l", "int"))
).scan
_QUOTE_FIELDS = (
    ("data.b", "decimal"),
    ("data.B", "decimal"),
    ("data.a", "decimal"),
    ("data.A", "decimal"),
    ("data.u", "int"),
)
_scan_spot_quote = FieldScanner(fields=_QUOTE_FIELDS).scan
_scan_future_quote = FieldScanner(fields=(_EVENT, ("data.T", "int"), *_QUOTE_FIELDS)).scan
_scan_any_quote = FieldScanner(
    fields=(_EVENT, ("data.s", "text"), ("data.T", "int"), *_QUOTE_FIELDS)
).scan

_scan_spot_delta = DepthScanner(
    ints=("data.E", "data.U", "data.u"), texts=("data.e",), bids="data.b", asks="data.a"
).scan
_scan_future_delta = DepthScanner(
    ints=("data.T", "data.U", "data.u", "data.pu"),
    texts=("data.e",),
    bids="data.b",
    asks="data.a",
).scan
_scan_spot_top = DepthScanner(ints=("data.lastUpdateId",), bids="data.bids", asks="data.asks").scan
_scan_future_top = DepthScanner(
    ints=("data.T", "data.u"), texts=("data.e",), bids="data.b", asks="data.a"
).scan
_scan_snapshot = DepthScanner(
    ints=("lastUpdateId",), optional_ints=("T",), bids="bids", asks="asks"
).scan

# Members of an enum are looked up slowly; these are read at every trade.
_BUY, _SELL = Side.BUY, Side.SELL


def trade(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Trade:
    """Read ``<symbol>@trade`` (*Spot*, Trade Streams; undocumented on futures).

    ``{"stream":"btcusdt@trade","data":{"e":"trade","E":1795000000101,"s":"BTCUSDT","t":4200000001,
    "p":"65000.10000000","q":"0.01000000","T":1795000000100,"m":true,"M":true}}``
    """
    kind, time_ms, price, quantity, is_buyer_maker, trade_id = _scan_trade(frame)
    if kind != "trade":
        raise _unexpected(kind)
    check_positive(price, quantity)
    side = _SELL if is_buyer_maker else _BUY
    return Trade(instrument.id, time_ms * MS, received_ts_ns, price, quantity, side, trade_id)


def agg_trade(frame: bytes, received_ts_ns: int, instrument: Instrument) -> AggTrade:
    """Read ``<symbol>@aggTrade`` (*Spot*, *USD-M*, Aggregate Trade Streams).

    ``{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1795000000101,"s":"BTCUSDT","a":3100000001,
    "p":"65000.10000000","q":"0.03500000","f":4200000001,"l":4200000003,"T":1795000000100,"m":false,"M":true}}``
    """
    kind, time_ms, price, quantity, is_buyer_maker, trade_id, first, last = _scan_agg_trade(frame)
    if kind != "aggTrade":
        raise _unexpected(kind)
    side = _SELL if is_buyer_maker else _BUY
    event = AggTrade(
        instrument.id, time_ms * MS, received_ts_ns, price, quantity, side, trade_id, first, last
    )
    check_agg_trade(event)
    return event


def spot_quote(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Quote:
    """Read spot's ``<symbol>@bookTicker``, which has no time (*Spot*, Book Ticker).

    ``{"stream":"btcusdt@bookTicker","data":{"u":90000000123,"s":"BTCUSDT","b":"65000.09000000",
    "B":"1.20000000","a":"65000.10000000","A":"0.80000000"}}``
    """
    bid, bid_quantity, ask, ask_quantity, sequence = _scan_spot_quote(frame)
    event = Quote(
        instrument.id, None, received_ts_ns, bid, bid_quantity, ask, ask_quantity, sequence
    )
    check_quote(event)
    return event


def future_quote(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Quote:
    """Read futures' ``<symbol>@bookTicker`` (*USD-M*, Individual Symbol Book Ticker).

    ``{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":11500000000123,"s":"BTCUSDT","ps":"BTCUSDT",
    "b":"65010.00","B":"6.760","a":"65010.10","A":"3.064","T":1795000000099,"E":1795000000101,"st":1}}``
    """
    kind, time_ms, bid, bid_quantity, ask, ask_quantity, sequence = _scan_future_quote(frame)
    if kind != "bookTicker":
        raise _unexpected(kind)
    time_ns = time_ms * MS
    event = Quote(
        instrument.id, time_ns, received_ts_ns, bid, bid_quantity, ask, ask_quantity, sequence
    )
    check_quote(event)
    return event


def all_quotes(product: str) -> Callable[[bytes, int, Instruments], tuple[Quote, ...]]:
    """Return the decoder of futures' ``!bookTicker``, the best bid and offer of all symbols in turn.

    Symbols that ``product`` does not list give no event: the stream mixes USD-M and COIN-M.
    """

    def decode(frame: bytes, received_ts_ns: int, instruments: Instruments) -> tuple[Quote, ...]:
        kind, symbol, time_ms, bid, bid_quantity, ask, ask_quantity, sequence = _scan_any_quote(
            frame
        )
        if kind != "bookTicker":
            raise _unexpected(kind)
        instrument = instruments.by_symbol(product, symbol)
        if instrument is None:
            return ()
        name, time_ns = instrument.id, time_ms * MS
        event = Quote(name, time_ns, received_ts_ns, bid, bid_quantity, ask, ask_quantity, sequence)
        check_quote(event)
        return (event,)

    return decode


def spot_delta(frame: bytes, received_ts_ns: int, instrument: Instrument) -> BookDelta:
    """Read spot's ``<symbol>@depth@100ms`` (*Spot*, Diff. Depth Stream).

    ``{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1795000002100,"s":"BTCUSDT",
    "U":90000000124,"u":90000000130,"b":[["65000.09000000","0.00000000"]],"a":[["65000.10000000","1.05000000"]]}}``
    """
    time_ms, first, last, kind, bids, asks = _scan_spot_delta(
        frame, instrument.price_scale, instrument.quantity_scale
    )
    if kind != "depthUpdate":
        raise _unexpected(kind)
    event = BookDelta(instrument.id, time_ms * MS, received_ts_ns, bids, asks, first, last)
    check_delta(event)
    return event


def future_delta(frame: bytes, received_ts_ns: int, instrument: Instrument) -> BookDelta:
    """Read futures' ``<symbol>@depth@100ms`` (*USD-M*, Diff. Book Depth Streams).

    ``{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1795000000251,"T":1795000000248,
    "s":"BTCUSDT","ps":"BTCUSDT","U":11500000000100,"u":11500000000180,"pu":11500000000099,
    "b":[["65010.00","6.760"]],"a":[["65010.10","0.000"]],"st":1}}``
    """
    time_ms, first, last, previous, kind, bids, asks = _scan_future_delta(
        frame, instrument.price_scale, instrument.quantity_scale
    )
    if kind != "depthUpdate":
        raise _unexpected(kind)
    event = BookDelta(
        instrument.id, time_ms * MS, received_ts_ns, bids, asks, first, last, previous
    )
    check_delta(event)
    return event


def spot_top(frame: bytes, received_ts_ns: int, instrument: Instrument) -> BookSnapshot:
    """Read spot's ``<symbol>@depth<n>@100ms``, which has no time (*Spot*, Partial Book Depth).

    ``{"stream":"btcusdt@depth5@100ms","data":{"lastUpdateId":90000000123,
    "bids":[["65000.09000000","1.20000000"]],"asks":[["65000.10000000","0.80000000"]]}}``
    """
    sequence, bids, asks = _scan_spot_top(frame, instrument.price_scale, instrument.quantity_scale)
    event = BookSnapshot(instrument.id, None, received_ts_ns, bids, asks, sequence)
    check_snapshot(event)
    return event


def future_top(frame: bytes, received_ts_ns: int, instrument: Instrument) -> BookSnapshot:
    """Read futures' ``<symbol>@depth<n>@100ms``: a whole top in the form of a delta.

    (*USD-M*, Partial Book Depth Streams.) The frame is that of `future_delta`; ``u`` is its sequence.
    """
    time_ms, sequence, kind, bids, asks = _scan_future_top(
        frame, instrument.price_scale, instrument.quantity_scale
    )
    if kind != "depthUpdate":
        raise _unexpected(kind)
    event = BookSnapshot(instrument.id, time_ms * MS, received_ts_ns, bids, asks, sequence)
    check_snapshot(event)
    return event


def book_snapshot(body: bytes, received_ts_ns: int, instrument: Instrument) -> BookSnapshot:
    """Read ``GET depth`` (*Spot*, *USD-M*, Order Book); spot's has no time.

    ``{"lastUpdateId":9000000000123,"E":1795000000020,"T":1795000000012,"bids":[["65000.10","3.500"]],
    "asks":[["65000.20","1.200"]]}``
    """
    sequence, time_ms, bids, asks = _scan_snapshot(
        body, instrument.price_scale, instrument.quantity_scale
    )
    time_ns = None if time_ms is None else time_ms * MS
    event = BookSnapshot(instrument.id, time_ns, received_ts_ns, bids, asks, sequence)
    check_snapshot(event)
    return event


def _unexpected(kind: str) -> DecodeError:
    return DecodeError(f"event {kind!r} does not belong on this stream")
