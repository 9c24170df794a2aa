"""``execution/list`` (section 9.2): fills, and funding among them, the newest first."""

from __future__ import annotations

from collections.abc import Iterator

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.private.context import Call, Context, Endpoint, Result
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.bybit.dialect.private.funding import funding_row
from tickwright.venues.bybit.dialect.private.ids import read_order_id
from tickwright.venues.bybit.dialect.private.queries import paged, span
from tickwright.venues.bybit.dialect.private.views import Row, link_of
from tickwright.venues.facts import Listing
from tickwright.venues.reports import Fill


__all__ = ["Executions"]

_NS_PER_MS = 1_000_000
Timed = tuple[int, Row]
"""When it happened in ns, and how it is shown."""


class Executions:
    """Answers questions about fills.

    Args:
        context: What is asked about.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoint by method and path."""
        return {("GET", "/v5/execution/list"): Endpoint(make=self.executions, name="executions")}

    def executions(self, call: Call) -> Result:
        """Return fills and fundings; an id overrides the other filters."""
        form, category = call.form, call.form.category()
        kind = form.text("execType")
        found = [*self._fills(call, category), *self._fundings(call, category)]
        found.sort(key=lambda one: one[0], reverse=True)
        shown = [row for _, row in found if kind in ("", row["execType"])]
        rows, cursor = paged(shown, form, 50, 100)
        return Result({"nextPageCursor": cursor, "category": category.name, "list": list(rows)})

    def _fills(self, call: Call, category: Category) -> Iterator[Timed]:
        context = self._context
        for fill in reversed(context.exchange.fills(call.account)):
            listing = context.rules(fill.symbol).listing
            order = context.exchange.order(call.account, fill.symbol, order_id=fill.order_id)
            if listing.category != category.name or order is None:
                continue
            if self._is_meant(call.form, category, listing, fill, link_of(category, order)):
                sequence = context.holdings.sequence(fill.symbol)
                mark = context.exchange.market_now(fill.symbol).mark_price
                writer = context.writer(fill.symbol)
                yield fill.ts_ns, writer.execution(fill, order, sequence, mark, is_streamed=False)

    def _is_meant(
        self, form: Form, category: Category, listing: Listing, fill: Fill, link: str
    ) -> bool:
        if "orderId" in form:
            return fill.order_id == read_order_id(category, form.text("orderId"))
        if "orderLinkId" in form:
            return link == form.text("orderLinkId")
        return self._is_in_scope(form, listing, fill.ts_ns)

    def _is_in_scope(self, form: Form, listing: Listing, ts_ns: int) -> bool:
        start, end = span(form, self._context.market.now_ms)
        is_of = form.text("symbol", listing.symbol) == listing.symbol
        return is_of and start <= ts_ns // _NS_PER_MS <= end

    def _fundings(self, call: Call, category: Category) -> Iterator[Timed]:
        context, form = self._context, call.form
        if "orderId" in form or "orderLinkId" in form or not category.is_contract:
            return
        for funding in reversed(context.annals.fundings(call.account)):
            paid = funding.paid
            listing = context.rules(paid.symbol).listing
            if self._is_in_scope(form, listing, paid.ts_ns):
                sequence = context.holdings.sequence(paid.symbol)
                yield paid.ts_ns, funding_row(listing, funding, sequence, is_streamed=False)
