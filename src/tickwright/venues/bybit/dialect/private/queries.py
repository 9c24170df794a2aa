"""Questions about orders (section 9.2), answered in pages, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import TypeVar

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused, wrong
from tickwright.venues.bybit.dialect.private.context import Call, Context, Endpoint, Result
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.bybit.dialect.private.ids import read_order_id
from tickwright.venues.bybit.dialect.private.views import Row, link_of, status_of
from tickwright.venues.reports import OrderView


__all__ = ["Queries", "paged", "span"]

T = TypeVar("T")
_NS_PER_MS = 1_000_000
_WEEK_MS = 7 * 86_400_000
_DAY_MS = 86_400_000
_CLOSED_MAX = 500
"""Closed orders that ``order/realtime`` remembers, of each category; a restart of the venue wipes them."""


def paged(found: Sequence[T], form: Form, default: int, most: int) -> tuple[Sequence[T], str]:
    """Return a page, and the cursor to the next one, empty at the end; cursors are URL-encoded text already.

    Raises:
        Refused: For a cursor that is none.
    """
    text = form.text("cursor").replace("%3A", ":")
    first = text.removeprefix("page:")
    if text and not first.isdecimal():
        raise wrong("cursor")
    start, limit = int(first or 0), form.limit(default, most)
    following = start + limit
    return found[start:following], f"page%3A{following}" if following < len(found) else ""


def span(form: Form, now_ms: int) -> tuple[int, int]:
    """Return from when to when is asked, in ms: a week at most, the last one unless said otherwise.

    Raises:
        Refused: For a longer time, or one that ends before it begins.
    """
    start, end = form.whole("startTime"), form.whole("endTime")
    if end is None:
        end = now_ms + 1 if start is None else start + _WEEK_MS
    if start is None:
        start = end - _WEEK_MS
    if end - start > _WEEK_MS + 1 or end < start:
        raise Refused(10001, "The time range between startTime and endTime is limited to 7 days")
    return start, end


class Queries:
    """Answers questions about orders.

    Args:
        context: What is asked about.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        return {
            ("GET", "/v5/order/realtime"): Endpoint(make=self.realtime, name="realtime"),
            ("GET", "/v5/order/history"): Endpoint(make=self.history, name="history"),
        }

    def realtime(self, call: Call) -> Result:
        """``order/realtime``: open orders, or the last closed ones; with an id whichever of these it is."""
        form, category = call.form, call.form.category()
        is_named = "orderId" in form or "orderLinkId" in form
        if category.is_contract and not (is_named or self._has_scope(form)):
            raise Refused(
                10001,
                "Missing some parameters that must be filled in, symbol or settleCoin or baseCoin",
            )
        found = self._orders(call, category)
        if not all(order.status.is_open for order in found):
            kept = self._remembered(call.account, category)
            found = [order for order in found if order.status.is_open or order.id in kept]
        if not is_named:
            wants_open = form.text("openOnly", "0") == "0"
            found = [order for order in found if order.status.is_open is wants_open]
        return self._page(found, form, category)

    def _remembered(self, account: str, category: Category) -> set[int]:
        """Return the ids of the closed orders that are not found in their history only."""
        faults = self._context.faults
        if faults is not None and faults.forgets_closed_orders:
            return set()
        closed = (
            order
            for order in self._context.exchange.all_orders(account)
            if not order.status.is_open
            and self._context.rules(order.symbol).listing.category == category.name
        )
        return {order.id for order in nlargest(_CLOSED_MAX, closed, key=_updated_ns)}

    def history(self, call: Call) -> Result:
        """``order/history``: what is over, some time later. Orders that ended without a fill are kept for a day."""
        form, category, faults = call.form, call.form.category(), self._context.faults
        now_ms = self._context.market.now_ms
        told_ms = now_ms - (0 if faults is None else round(faults.history_lag_s * 1000))
        start, end = span(form, now_ms)
        status = form.text("orderStatus")
        found = []
        for order in self._orders(call, category):
            created_ms, updated_ms = order.created_ns // _NS_PER_MS, order.updated_ns // _NS_PER_MS
            is_kept = not order.status.is_open and (order.filled or updated_ms > now_ms - _DAY_MS)
            note = self._context.annals.note(order.id)
            if not is_kept or updated_ms > told_ms or not start <= created_ms <= end:
                continue
            if status and status_of(category, order, note.reason) != status:
                continue
            found.append(order)
        return self._page(found, form, category)

    def _page(self, found: Sequence[OrderView], form: Form, category: Category) -> Result:
        rows, cursor = paged(found, form, 20, 50)
        shown: list[Row] = [
            self._context.writer(order.symbol).order(
                order, self._context.annals.note(order.id), is_streamed=False
            )
            for order in rows
        ]
        return Result({"list": shown, "nextPageCursor": cursor, "category": category.name})

    @staticmethod
    def _has_scope(form: Form) -> bool:
        return any(name in form for name in ("symbol", "baseCoin", "settleCoin"))

    def _orders(self, call: Call, category: Category) -> list[OrderView]:
        """Return an account's orders in a category that a request means, the newest first."""
        form = call.form
        number = read_order_id(category, form.text("orderId"))
        link = form.text("orderLinkId")
        found = []
        for order in reversed(self._context.exchange.all_orders(call.account)):
            listing = self._context.rules(order.symbol).listing
            if listing.category != category.name or not self._context.is_shown(order):
                continue
            if "orderId" in form:
                is_meant = order.id == number
            elif link:
                is_meant = link_of(category, order) == link
            else:
                is_meant = (
                    form.text("symbol", listing.symbol) == listing.symbol
                    and form.text("baseCoin", listing.name.base) == listing.name.base
                    and form.text("settleCoin", listing.name.settle or "")
                    == (listing.name.settle or "")
                    and self._is_filtered(order, form.text("orderFilter"))
                )
            if is_meant:
                found.append(order)
        return found

    @staticmethod
    def _is_filtered(order: OrderView, only: str) -> bool:
        is_conditional = order.request.trigger is not None
        return not only or is_conditional is (only != "Order")


def _updated_ns(order: OrderView) -> int:
    return order.updated_ns
