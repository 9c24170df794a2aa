"""Calls for what is over: an account's orders and trades of an instrument between two moments.

Bybit answers about a week, in pages, the newest first (*Get Order History*, *Get Trade History*). Orders that are open are not
part of it, and one that has just ended may be missing for a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tickwright.core.timespans import pieces
from tickwright.model.instrument import Instrument
from tickwright.model.orders import OrderReport
from tickwright.venues.base import RestCall
from tickwright.venues.bybit import account
from tickwright.venues.bybit.signed_calls import paged
from tickwright.venues.bybit.wire_private import ExecutionRow, OrderRow
from tickwright.venues.bybit.wire_rest import Reply, Rows
from tickwright.venues.trading import Execution
from tickwright.venues.typed import MS, reader


__all__ = ["past_executions", "past_orders"]

T = TypeVar("T")

_WEEK_MS = 7 * 86_400_000
_ORDERS_PAGE, _EXECUTIONS_PAGE = "50", "100"

_read_orders = reader(Reply[Rows[OrderRow]])
_read_executions = reader(Reply[Rows[ExecutionRow]])


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
