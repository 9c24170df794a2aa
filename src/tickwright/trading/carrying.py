"""A new journal for an old one that has grown long: what is still needed of it is carried over, and the old one stays as it is.

Every entry is read at each start, so a journal of millions of orders makes starting slow. Nothing is ever taken out of it: it is the
only witness of what was done. A new one begins instead, with all entries about each order that may still become something, or
that ended a short while ago. Before them it says what a listing of the past or a user's next name must not take for new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from tickwright.errors import StoreError
from tickwright.model.orders import Order
from tickwright.trading.board import OrderBoard
from tickwright.trading.inspection import Inspection, fold
from tickwright.trading.journal import Entry, Journal


__all__ = ["Carried", "carry"]

_PROGRESS_EVERY = 10_000


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What was carried over, and of how much."""

    entries: int
    entries_before: int
    orders: int
    orders_before: int
    unfinished: int
    """Of the orders carried over."""


async def carry(
    old: Journal,
    new: Journal,
    *,
    since_ns: int,
    now_ns: int,
    progress: Callable[[int], None] | None = None,
) -> Carried:
    """Begin a journal with what is needed of another one; all of it is written, or none.

    Args:
        old: Nobody else may write to it meanwhile.
        new: An empty one.
        since_ns: Orders that have ended are carried over if anything was written of them since then, ns since 1970, and a program would
            still remember them.
        now_ns: Our clock.
        progress: Called now and then with how many entries were read.

    Raises:
        StoreError: The old one is damaged, the new one holds entries, or orders would not be what they are without those left behind.
    """
    async for _ in new.numbered():
        raise StoreError("the new journal holds entries already; name one that is not there yet")
    numbers: dict[str, list[int]] = {}
    found = Inspection(lambda order, news_ns: numbers.pop(order.client_order_id, None))
    async for number, entry in old.numbered():
        name = found.take(number, entry)
        if progress is not None and number % _PROGRESS_EVERY == 0:
            progress(number)
        if name is not None:
            numbers.setdefault(name, []).append(number)
    known = found.board.orders()
    orders = [order for order in known if _is_needed(order, found, since_ns)]
    left = {order.client_order_id for order in known} - {order.client_order_id for order in orders}
    begun = found.board.without(left, now_ns)
    wanted = {number for order in orders for number in numbers[order.client_order_id]}
    entries = [entry async for number, entry in old.numbered() if number in wanted]
    beginning = [] if begun is None else [begun]
    _check([*beginning, *entries], orders)
    await new.append([*beginning, *entries])
    return Carried(
        entries=len(entries),
        entries_before=found.entries,
        orders=len(orders),
        orders_before=found.orders,
        unfinished=len(found.board.unfinished()),
    )


def _is_needed(order: Order, found: Inspection, since_ns: int) -> bool:
    is_finished = order.state.is_final and not order.missing_quantity
    return not is_finished or found.news_ns[order.client_order_id] >= since_ns


def _check(entries: Sequence[Entry], orders: Sequence[Order]) -> None:
    """Make sure that orders are what they are by these entries alone: a name that two programs used may need those of the other."""
    board = OrderBoard()
    for number, entry in enumerate(entries, 1):
        fold(board, number, entry)
    for order in orders:
        if board.order(order.client_order_id) != order:
            raise StoreError(
                f"order {order.client_order_id!r} would not be what it is without entries that are left behind;"
                " carry over more days"
            )
