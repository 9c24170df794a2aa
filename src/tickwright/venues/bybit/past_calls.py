"""Calls for what is over: one order wherever it may be, or an account's orders and trades between two moments.

Bybit answers about a week, in pages, the newest first (*Get Order History*, *Get Trade History*). Orders that are open are not
part of it, and one that has just ended may be missing for a moment. Where the open ones are, the last 500 that ended are found
as well, until the venue restarts (*Get Open & Closed Orders*). Executions are found by an order's name whenever they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from tickwright.core.timespans import pieces
from tickwright.errors import VenueRejected
from tickwright.model.instrument import Instrument
from tickwright.model.orders import OrderReport
from tickwright.venues.base import RestCall
from tickwright.venues.bybit import account
from tickwright.venues.bybit.signed_calls import Params, asked, paged
from tickwright.venues.bybit.wire_private import ExecutionRow, OrderRow
from tickwright.venues.bybit.wire_rest import Reply, Rows
from tickwright.venues.trading import Execution
from tickwright.venues.typed import MS, reader


__all__ = ["named_executions", "named_order", "past_executions", "past_orders"]

T = TypeVar("T")

_WEEK_MS = 7 * 86_400_000
_ORDERS_PAGE, _EXECUTIONS_PAGE = "50", "100"
_FINE, _UNKNOWN_ORDER = 200, 110001
"""An empty list is the venue's way to say what this code says elsewhere."""

_read_orders = reader(Reply[Rows[OrderRow]])
_read_executions = reader(Reply[Rows[ExecutionRow]])


def named_order(
    path: str, named: Mapping[str, object], instrument: Instrument
) -> RestCall[OrderReport]:
    """Return the call for an order; it raises the refusal of an unknown order where the list is empty.

    Args:
        path: Of the open orders, or of the history.
        named: Category, symbol, and what the order is called.
        instrument: Whose order it is.
    """

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        rows: list[OrderRow] = _read_orders(body).result.rows
        return account.order_report(_first(rows, path), instrument, received_ts_ns)

    return asked(path, _params(named), decode)


def named_executions(named: Mapping[str, object], instrument: Instrument) -> RestCall[OrderReport]:
    """Return the call for what was traded of an order, as a report that leaves open whether it has ended; see `named_order`.

    It tells of an order that the history does not show yet, or no longer.
    """
    path = "/v5/execution/list"

    def decode(body: bytes, received_ts_ns: int) -> OrderReport:
        rows: list[ExecutionRow] = _read_executions(body).result.rows
        _first(rows, path)
        reports = [account.traded(row, instrument, received_ts_ns) for row in reversed(rows)]
        fills = tuple(fill for report in reports for fill in report.fills)
        return msgspec.structs.replace(reports[0], fills=fills)

    return asked(path, (*_params(named), ("limit", _EXECUTIONS_PAGE)), decode)


def _params(named: Mapping[str, object]) -> Params:
    return tuple((name, str(value)) for name, value in named.items())


def _first(rows: list[T], path: str) -> T:
    if not rows:
        raise VenueRejected(_FINE, _UNKNOWN_ORDER, "the list is empty", f"GET {path}")
    return rows[0]


def past_orders(
    instrument: Instrument, category: str, start_ns: int, end_ns: int
) -> Sequence[RestCall[list[OrderReport]]]:
    """Return the calls for orders placed between two moments that have ended; the venue keeps those without a fill for a day."""

    def decode(body: bytes, received_ts_ns: int) -> list[OrderReport]:
        rows: list[OrderRow] = _read_orders(body).result.rows
        return [account.order_report(row, instrument, received_ts_ns) for row in reversed(rows)]

    where = ("/v5/order/history", category, _ORDERS_PAGE)
    return _calls(where, instrument, start_ns, end_ns, decode)


def past_executions(
    instrument: Instrument, category: str, start_ns: int, end_ns: int
) -> Sequence[RestCall[list[Execution]]]:
    """Return the calls for the account's trades between two moments."""

    def decode(body: bytes, received_ts_ns: int) -> list[Execution]:
        rows: list[ExecutionRow] = _read_executions(body).result.rows
        return [
            account.execution(row, instrument) for row in reversed(rows) if account.is_trade(row)
        ]

    where = ("/v5/execution/list", category, _EXECUTIONS_PAGE)
    return _calls(where, instrument, start_ns, end_ns, decode)


def _calls(
    where: tuple[str, str, str],
    instrument: Instrument,
    start_ns: int,
    end_ns: int,
    decode: Callable[[bytes, int], list[T]],
) -> tuple[RestCall[list[T]], ...]:
    path, category, limit = where
    return tuple(
        paged(
            path,
            (
                ("category", category),
                ("symbol", instrument.symbol),
                ("startTime", str(first_ms)),
                ("endTime", str(last_ms)),
                ("limit", limit),
            ),
            decode,
        )
        for first_ms, last_ms in pieces(start_ns // MS, end_ns // MS, _WEEK_MS)
    )
