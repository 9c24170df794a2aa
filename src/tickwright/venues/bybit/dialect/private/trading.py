"""Orders (section 9): what is acknowledged here is queued, and what became of it is told by the order stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.buckets import Buckets, order_limit
from tickwright.venues.bybit.dialect.private.context import (
    Call,
    Context,
    Endpoint,
    Result,
    refusal_in,
)
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.bybit.dialect.private.ids import order_id
from tickwright.venues.bybit.dialect.private.orders import OrderForm
from tickwright.venues.bybit.dialect.private.refusals import (
    duplicate_link,
    no_such_order,
    refusal_of,
)
from tickwright.venues.bybit.dialect.private.views import link_of
from tickwright.venues.commands import CancelOrder
from tickwright.venues.reports import OrderReport, OrderView


__all__ = ["Trading"]

Row = dict[str, object]
_CANCELS_MAX = 500
_OK: Row = {"code": 0, "msg": "OK"}


class Trading:
    """Carries out orders.

    Args:
        context: What is worked on.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def operations(self) -> dict[str, Endpoint]:
        """Return the operations by their names, such as ``create`` and ``cancel-batch``."""
        one: dict[str, Callable[[Form, str], Row]] = {
            "create": self.create,
            "amend": self.amend,
            "cancel": self.cancel,
        }
        found: dict[str, Endpoint] = {}
        for name, make in one.items():
            found[name] = Endpoint(
                make=_single(make),
                name=name,
                limit=_limit(name),
                is_trade=True,
                is_placement=name == "create",
            )
            batch = f"{name}-batch"
            found[batch] = Endpoint(
                make=self._batch(batch, make),
                name=batch,
                limit=_limit(batch),
                is_trade=True,
                is_placement=name == "create",
                is_batch=True,
            )
        return found

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        found = {
            ("POST", f"/v5/order/{name}"): endpoint for name, endpoint in self.operations().items()
        }
        found["POST", "/v5/order/cancel-all"] = Endpoint(
            make=self.cancel_all, name="cancel-all", limit=_limit("cancel-all"), is_trade=True
        )
        return found

    # ------------------------------------------------------------------ one order

    def _form(self, form: Form, account: str) -> OrderForm:
        instrument = self._context.named(form)
        held = self._context.holdings.position(account, instrument.listing)
        position = 0 if held is None else held.quantity
        return OrderForm(
            form,
            account,
            instrument,
            position=position,
            moves_prices=self._context.moves_prices(account, form.category()),
            now_ms=self._context.market.now_ms,
        )

    def create(self, form: Form, account: str) -> Row:
        """``create``: the ids, and nothing about what becomes of the order."""
        read = self._form(form, account)
        request = read.submit()
        exchange, category = self._context.exchange, read.category
        if request.client_id and exchange.order(
            account, request.symbol, client_id=request.client_id
        ):
            raise duplicate_link(category)
        events = self._context.submit(request)
        refusal = refusal_in(events)
        if refusal is not None:
            raise refusal_of(category, refusal)
        for event in events:
            if isinstance(event, OrderReport) and event.order.request is request:
                return _ids(category, event.order)
        raise Refused(10016, "Server error.")

    def amend(self, form: Form, account: str) -> Row:
        """``amend``: the ids stay the same."""
        read = self._form(form, account)
        order = self._open(read, account)
        refusal = refusal_in(self._context.submit(read.amend(order.request.side)))
        if refusal is not None:
            raise refusal_of(read.category, refusal)
        return _ids(read.category, order)

    def cancel(self, form: Form, account: str) -> Row:
        """``cancel``: on spot an order that waits is found only if it is said to be one."""
        read = self._form(form, account)
        order = self._open(read, account)
        if not read.category.is_contract and not _is_of(order, form.text("orderFilter", "Order")):
            raise no_such_order(read.category)
        refusal = refusal_in(self._context.submit(read.cancel()))
        if refusal is not None:
            raise refusal_of(read.category, refusal)
        return _ids(read.category, order)

    def _open(self, read: OrderForm, account: str) -> OrderView:
        number, link = read.ids()
        found = self._context.exchange.order(
            account, read.listing.key, order_id=number, client_id=link
        )
        if found is None or not found.status.is_open:
            raise no_such_order(read.category)
        return found

    # ------------------------------------------------------------------ many orders

    def _batch(self, name: str, make: Callable[[Form, str], Row]) -> Callable[[Call], Result]:
        """Return an endpoint that does the same to several orders, each on its own, told in their order."""

        def run(call: Call) -> Result:
            category, rows = call.form.category(), call.form.rows("request")
            if not rows or len(rows) > category.batch_max:
                raise Refused(
                    10001, f"params error: request must have 1 to {category.batch_max} orders"
                )
            outcomes = [
                self._one_of(call, category, name, make, row, is_allowed=place < call.allowed)
                for place, row in enumerate(rows)
            ]
            return Result(
                {"list": [body for body, _ in outcomes]}, {"list": [said for _, said in outcomes]}
            )

        return run

    def _one_of(
        self,
        call: Call,
        category: Category,
        name: str,
        make: Callable[[Form, str], Row],
        row: Mapping[str, object],
        *,
        is_allowed: bool,
    ) -> tuple[Row, Row]:
        form = call.form.part(row)
        told: Row = {"category": category.name, "symbol": form.text("symbol")}
        created = name == "create-batch"
        try:
            if not is_allowed:
                raise Buckets.refused()
            told |= make(form, call.account)
            said = _OK
        except Refused as refused:
            told |= {"orderId": "", "orderLinkId": form.text("orderLinkId")}
            said = {"code": refused.code, "msg": refused.text}
        if created:
            told["createAt"] = str(call.now_ms) if said is _OK else ""
        return told, said

    def cancel_all(self, call: Call) -> Result:
        """``cancel-all``: contracts must say of what."""
        form, category = call.form, call.form.category()
        symbol, base, settle = (form.text(name) for name in ("symbol", "baseCoin", "settleCoin"))
        if category.is_contract and not (symbol or base or settle):
            raise Refused(
                10001,
                "Missing some parameters that must be filled in, symbol or settleCoin or baseCoin",
            )
        only = form.text("orderFilter")
        rows: list[Row] = []
        for order in self._context.exchange.open_orders(call.account):
            listing = self._context.rules(order.symbol).listing
            name = listing.name
            is_meant = (
                listing.symbol == symbol
                if symbol
                else name.base == base
                if base
                else settle in ("", name.settle)
            )
            if listing.category != category.name or not is_meant or not _is_of(order, only):
                continue
            if len(rows) < _CANCELS_MAX:
                self._context.submit(
                    CancelOrder(account=call.account, symbol=order.symbol, order_id=order.id)
                )
                rows.append(_ids(category, order))
        return Result({"list": rows, "success": "1"})


def _single(make: Callable[[Form, str], Row]) -> Callable[[Call], Result]:
    return lambda call: Result(make(call.form, call.account))


def _limit(name: str) -> Callable[[Category], int]:
    return lambda category: order_limit(category, name)


def _ids(category: Category, order: OrderView) -> Row:
    return {"orderId": order_id(category, order.id), "orderLinkId": link_of(category, order)}


def _is_of(order: OrderView, only: str) -> bool:
    """Tell whether a filter by kind of order leaves an order: ``Order``, ``StopOrder`` or ``tpslOrder``."""
    is_waiting = order.request.trigger is not None and not order.triggered_ns
    return not only or is_waiting is (only != "Order")
