"""Calls for what is over: an account's orders and trades of an instrument between two moments.

Binance answers about a day of spot and about less than a week of futures, a thousand rows at most, the oldest first
(*Spot*, All orders, Account trade list; *USD-M*, All Orders, Account Trade List, Query All Algo Orders). So a long time is
several calls, and a full answer has a next page that begins where it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from tickwright.core.timespans import pieces
from tickwright.errors import VenueRejected
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.orders import Order, OrderReport
from tickwright.venues.base import RestCall
from tickwright.venues.binance import account_answers
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance.order_params import Params
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.binance.signed_calls import asked
from tickwright.venues.trading import Execution
from tickwright.venues.typed import MS, reader


__all__ = [
    "spot_executions",
    "spot_orders",
    "usdm_algo",
    "usdm_executions",
    "usdm_orders",
]

T = TypeVar("T")

_DAY_MS, _WEEK_MS = 86_400_000, 7 * 86_400_000 - 1
_ROWS = 1000
_CLOCKS_APART_MS = _DAY_MS
"""How far this machine's clock, by which own orders were placed, is borne to be off."""
_REFUSED, _NO_SUCH_ORDER = 400, -2013
_SPOT_COSTS = {WEIGHT: 20, "RAW_REQUESTS": 1}
_USDM_COSTS = {WEIGHT: 5}


class _Past(msgspec.Struct, frozen=True):
    """Where something is asked for, and within which limits."""

    path: str
    longest_ms: int
    """How far apart start and end may be."""
    costs: Mapping[str, int]
    time: str = "time"
    """The field of a row that is filtered by."""


_SPOT_ORDERS = _Past("/api/v3/allOrders", _DAY_MS, _SPOT_COSTS)
_SPOT_TRADES = _Past("/api/v3/myTrades", _DAY_MS, _SPOT_COSTS)
_USDM_ORDERS = _Past("/fapi/v1/allOrders", _WEEK_MS, _USDM_COSTS)
_USDM_ALGOS = _Past("/fapi/v1/allAlgoOrders", _WEEK_MS, _USDM_COSTS, "createTime")
_USDM_TRADES = _Past("/fapi/v1/userTrades", _WEEK_MS, _USDM_COSTS)

_read_rows = reader(list[dict[str, msgspec.Raw]])


def spot_orders(
    instrument: Instrument, start_ns: int, end_ns: int
) -> Sequence[RestCall[list[OrderReport]]]:
    """Return the calls for spot's orders placed between two moments, open ones among them."""
    decode = answers.orders(instrument.product, Instruments([instrument]))
    return _calls(_SPOT_ORDERS, instrument, start_ns, end_ns, decode)


def usdm_orders(
    instrument: Instrument, start_ns: int, end_ns: int
) -> Sequence[RestCall[list[OrderReport]]]:
    """Return the calls for USD-M's orders placed between two moments, first those that waited for a trigger.

    One that was triggered is left to the order that it became, which alone says what came of it.
    """
    listed = Instruments([instrument])
    read_algos = answers.algo_orders(instrument.product, listed)

    def untriggered(body: bytes, received_ts_ns: int) -> list[OrderReport]:
        found = read_algos(body, received_ts_ns)
        return [report for report in found if report.venue_order_id is None]

    decode = answers.orders(instrument.product, listed)
    return (
        *_calls(_USDM_ALGOS, instrument, start_ns, end_ns, untriggered),
        *_calls(_USDM_ORDERS, instrument, start_ns, end_ns, decode),
    )


def usdm_algo(order: Order, instrument: Instrument) -> RestCall[OrderReport]:
    """Return the call that looks for one order among those that waited for a trigger, whatever became of it.

    The answer holds no such order if it raises ``VenueRejected`` with the code of one that does not exist.
    """
    name = order.client_order_id
    read_algos = answers.algo_orders(instrument.product, Instruments([instrument]))

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        found = [each for each in read_algos(body, received_ts_ns) if each.client_order_id == name]
        if not found:
            where = f"GET {_USDM_ALGOS.path}"
            raise VenueRejected(_REFUSED, _NO_SUCH_ORDER, f"no order {name} in the list", where)
        return found[-1]

    params: Params = (("symbol", instrument.symbol), ("limit", str(_ROWS)))
    if order.placed_ts_ns:
        start_ms = order.placed_ts_ns // MS - _CLOCKS_APART_MS
        end_ms = start_ms + _USDM_ALGOS.longest_ms
        params += (("startTime", str(start_ms)), ("endTime", str(end_ms)))
    return asked(_USDM_ALGOS.path, params, decode, _USDM_ALGOS.costs)


def spot_executions(
    instrument: Instrument, start_ns: int, end_ns: int
) -> Sequence[RestCall[list[Execution]]]:
    """Return the calls for the account's trades on spot between two moments."""
    decode = account_answers.executions(instrument.id)
    return _calls(_SPOT_TRADES, instrument, start_ns, end_ns, decode)


def usdm_executions(
    instrument: Instrument, start_ns: int, end_ns: int
) -> Sequence[RestCall[list[Execution]]]:
    """Return the calls for the account's trades on USD-M between two moments."""
    decode = account_answers.executions(instrument.id)
    return _calls(_USDM_TRADES, instrument, start_ns, end_ns, decode)


def _calls(
    past: _Past,
    instrument: Instrument,
    start_ns: int,
    end_ns: int,
    decode: Callable[[bytes, int], list[T]],
) -> tuple[RestCall[list[T]], ...]:
    spans = pieces(start_ns // MS, end_ns // MS, past.longest_ms)
    return tuple(_call(past, instrument, first, last, decode) for first, last in spans)


def _call(
    past: _Past,
    instrument: Instrument,
    first_ms: int,
    last_ms: int,
    decode: Callable[[bytes, int], list[T]],
) -> RestCall[list[T]]:
    """Return a call for one span, whose next page begins with the last moment of this one: rows may share it."""

    def following(body: bytes) -> RestCall[list[T]] | None:
        rows = _read_rows(body)
        if len(rows) < _ROWS:
            return None
        reached_ms = max(int(bytes(row[past.time])) for row in rows)
        return _call(past, instrument, max(reached_ms, first_ms + 1), last_ms, decode)

    params = (
        ("symbol", instrument.symbol),
        ("startTime", str(first_ms)),
        ("endTime", str(last_ms)),
        ("limit", str(_ROWS)),
    )
    call = asked(past.path, params, decode, past.costs)
    return msgspec.structs.replace(call, next_page=following)
