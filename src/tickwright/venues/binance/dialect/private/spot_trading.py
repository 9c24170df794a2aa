"""Spot's trading endpoints (section 11.3): placing, canceling, replacing and amending orders and order lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from tickwright.venues.binance.dialect.private import spot_views as views
from tickwright.venues.binance.dialect.private.context import (
    Call,
    Context,
    Endpoint,
    Security,
    fills_of,
    last_view,
    refusal_in,
)
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refusals import spot_amend_refused, spot_refused
from tickwright.venues.binance.dialect.private.refused import Refused, either
from tickwright.venues.binance.dialect.private.spot_lists import read_list, read_old_oco
from tickwright.venues.binance.dialect.private.spot_orders import SpotOrders, response_type
from tickwright.venues.binance.dialect.private.spot_replace import replace
from tickwright.venues.binance.dialect.private.spot_views import SpotViews
from tickwright.venues.commands import CancelAll, CancelList, SubmitList, SubmitOrder
from tickwright.venues.facts import Listing
from tickwright.venues.reports import (
    Event,
    Execution,
    ListReport,
    ListStatus,
    OrderReport,
    OrderStatus,
    OrderView,
)


__all__ = ["SpotTrading"]

Json = dict[str, object]
_LISTS = {"oco": 2, "oto": 2, "otoco": 3, "opo": 2, "opoco": 3}
_UNKNOWN = Refused(-2011, "Unknown order sent.")


class SpotTrading:
    """Carries out spot orders.

    Args:
        context: What is worked on.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""

        def trade(
            make: Callable[[Call], object],
            orders: int = 0,
            weight: int = 1,
            *,
            is_free: bool = True,
        ) -> Endpoint:
            return Endpoint(
                make=make,
                weight=weight,
                security=Security.TRADE,
                is_free=is_free,
                orders=(orders, orders),
            )

        one = "/api/v3"
        table = {
            ("POST", f"{one}/order"): trade(self.place, 1),
            ("DELETE", f"{one}/order"): trade(self.cancel),
            ("DELETE", f"{one}/openOrders"): trade(self.cancel_all),
            ("POST", f"{one}/order/cancelReplace"): Endpoint(
                make=self.cancel_replace, security=Security.TRADE, is_free=True, counts_itself=True
            ),
            ("PUT", f"{one}/order/amend/keepPriority"): trade(self.amend, 0, 4, is_free=False),
            ("POST", f"{one}/order/oco"): trade(self.place_old_oco, 2),
            ("DELETE", f"{one}/orderList"): trade(self.cancel_list),
            ("POST", f"{one}/order/test"): Endpoint(
                make=self.test, weight=_test_weight, security=Security.TRADE
            ),
        }
        for kind, orders in _LISTS.items():
            make = partial(self.place_list, kind=kind)
            table["POST", f"{one}/orderList/{kind}"] = trade(make, orders)
        return table

    # ------------------------------------------------------------------ one order

    def place(self, call: Call) -> Json:
        """``POST order``."""
        orders, listing = self._orders(call)
        request = orders.submit()
        response = response_type(call.params, call.params.text("type"))
        call.params.check_read()
        return self._placed(call, listing, request, response)

    def _placed(self, call: Call, listing: Listing, request: SubmitOrder, response: str) -> Json:
        events = self._context.submit(request)
        _raise_refusal(events)
        order = _own_view(events, request)
        fills = fills_of(events, order.id)
        return self._views(call, listing).placed(order, fills, response, self._context.now_ns)

    def test(self, call: Call) -> Json:
        """``POST order/test``: every check, and no order."""
        orders, _ = self._orders(call)
        request = orders.submit()
        response_type(call.params, call.params.text("type"))
        wants_rates = call.params.flag("computeCommissionRates")
        call.params.check_read()
        refusal = self._context.exchange.check(request, self._context.now_ns)
        if refusal is not None:
            raise spot_refused(refusal)
        if not wants_rates:
            return {}
        rules = self._context.rules(request.symbol)
        return views.commission("", rules.maker_fee, rules.taker_fee, is_for_order=True)

    def cancel(self, call: Call) -> Json:
        """``DELETE order``; a member of a list takes the list with it, which is the answer then."""
        orders, listing = self._orders(call)
        events = self._context.submit(orders.cancel())
        _raise_refusal(events)
        return self._canceled(call, listing, events)[0]

    def _canceled(self, call: Call, listing: Listing, events: Sequence[Event]) -> list[Json]:
        """Return the orders, and lists, that some events ended."""
        writer, now_ns = self._views(call, listing), self._context.now_ns
        rows: dict[int, Json] = {}
        for event in events:
            if isinstance(event, OrderReport) and event.execution is Execution.CANCELED:
                previous = event.previous_client_id or event.order.client_id
                order = event.order
                if not event.previous_client_id:
                    # The cancel was of many: each has a random id of its own.
                    order = msgspec.structs.replace(
                        order, client_id=self._context.cancel_id(order.id)
                    )
                rows[order.id] = writer.canceled(order, previous, now_ns)
        lists = [
            views.order_list(
                event,
                call.at,
                [rows.pop(order_id) for order_id, _ in event.orders if order_id in rows],
            )
            for event in events
            if isinstance(event, ListReport) and event.status is ListStatus.DONE
        ]
        return [*lists, *rows.values()]

    def cancel_all(self, call: Call) -> list[Json]:
        """``DELETE openOrders``."""
        listing = self._context.named(call.params)
        events = self._context.submit(CancelAll(account=call.account, symbol=listing.symbol))
        rows = self._canceled(call, listing, events)
        if not rows:
            raise _UNKNOWN
        return rows

    def cancel_replace(self, call: Call) -> Json:
        """``POST order/cancelReplace``."""
        return replace(self._context, call, *self._orders(call))

    def amend(self, call: Call) -> Json:
        """``PUT order/amend/keepPriority``."""
        orders, listing = self._orders(call)
        command = orders.amend()
        call.params.check_read()
        events = self._context.submit(command)
        refusal = refusal_in(events)
        if refusal is not None:
            raise spot_amend_refused(refusal)
        report = next(event for event in events if isinstance(event, OrderReport))
        entry = None
        if report.order.list_id:
            found = self._context.exchange.order_list(call.account, list_id=report.order.list_id)
            entry = None if found is None else _short_list(views.order_list(found, call.at))
        writer = self._views(call, listing)
        previous = report.previous_client_id
        return writer.amended(report.order, previous, report.id, self._context.now_ns, entry)

    # ------------------------------------------------------------------ order lists

    def place_list(self, call: Call, kind: str) -> Json:
        """``POST orderList/…``."""
        orders, listing = self._orders(call)
        command = read_list(orders, kind)
        response = response_type(call.params, None)
        call.params.check_read()
        return self._listed(call, listing, command, response)

    def place_old_oco(self, call: Call) -> Json:
        """``POST order/oco``, the older form."""
        orders, listing = self._orders(call)
        command = read_old_oco(orders)
        return self._listed(call, listing, command, response_type(call.params, None))

    def _listed(self, call: Call, listing: Listing, command: SubmitList, response: str) -> Json:
        events = self._context.submit(command)
        _raise_refusal(events)
        placed = next(event for event in events if isinstance(event, ListReport))
        writer, now_ns = self._views(call, listing), self._context.now_ns
        reports = []
        for order_id, _ in placed.orders:
            order = last_view(events, order_id)
            if order is None:
                continue
            if order.list_id and order.working_ns and _was_pending(events, order_id):
                # What was filled at once still tells its followers as pending.
                order = msgspec.structs.replace(order, status=OrderStatus.PENDING, working_ns=0)
            fills = fills_of(events, order_id)
            reports.append(writer.placed(order, fills, response, now_ns))
        return views.order_list(placed, call.at, reports)

    def cancel_list(self, call: Call) -> Json:
        """``DELETE orderList``."""
        params, listing = call.params, self._context.named(call.params)
        list_id, client_id = params.whole("orderListId") or 0, params.text("listClientOrderId")
        if not list_id and not client_id:
            raise either("orderListId", "listClientOrderId")
        events = self._context.submit(
            CancelList(
                account=call.account, symbol=listing.symbol, list_id=list_id, client_id=client_id
            )
        )
        _raise_refusal(events)
        return self._canceled(call, listing, events)[0]

    # ------------------------------------------------------------------ parts

    def _orders(self, call: Call) -> tuple[SpotOrders, Listing]:
        listing = self._context.named(call.params)
        return SpotOrders(call.params, call.account, listing, self._context.ids), listing

    def _views(self, call: Call, listing: Listing) -> SpotViews:
        return SpotViews(listing, self._context.annals, call.at)


def _test_weight(params: Params) -> int:
    return 20 if params.text("computeCommissionRates").lower() == "true" else 1


def _raise_refusal(events: Sequence[Event]) -> None:
    refusal = refusal_in(events)
    if refusal is not None:
        raise spot_refused(refusal)


def _own_view(events: Sequence[Event], request: SubmitOrder) -> OrderView:
    for event in events:
        if isinstance(event, OrderReport) and event.order.request is request:
            found = last_view(events, event.order.id)
            assert found is not None
            return found
    raise Refused(-1000, "An unknown error occurred while processing the request.", 500)


def _was_pending(events: Sequence[Event], order_id: int) -> bool:
    return any(
        isinstance(event, OrderReport)
        and event.order.id == order_id
        and event.order.status is OrderStatus.PENDING
        for event in events
    )


def _short_list(entry: Json) -> Json:
    names = (
        "orderListId",
        "contingencyType",
        "listOrderStatus",
        "listClientOrderId",
        "symbol",
        "orders",
    )
    return {name: entry[name] for name in names}
