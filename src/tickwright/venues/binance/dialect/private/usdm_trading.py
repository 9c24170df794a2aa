"""USD-M's trading endpoints (section 12.3): orders one by one and in batches, and the switch for a dead client."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tickwright.venues.binance.dialect.private.context import (
    Call,
    Context,
    Endpoint,
    Security,
    last_view,
    refusal_in,
)
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refusals import usdm_refused
from tickwright.venues.binance.dialect.private.refused import Refused, bad_value, either
from tickwright.venues.binance.dialect.private.usdm_orders import UsdmOrders
from tickwright.venues.binance.dialect.private.usdm_views import UsdmViews
from tickwright.venues.commands import CancelAll, CancelOrder, Scope, SubmitOrder
from tickwright.venues.facts import Listing
from tickwright.venues.reports import Event, OrderReport, OrderView


__all__ = ["UsdmTrading", "first_view", "form_of", "refuse"]

Json = dict[str, object]
_BATCH_MAX, _CANCELS_MAX = 5, 10
_DONE = {"code": 200, "msg": "The operation of cancel all open order is done."}


def form_of(context: Context, call: Call) -> tuple[UsdmOrders, Listing]:
    """Return what reads a request about one contract, and the contract."""
    listing = context.named(call.params)

    def depth(is_bid: bool, number: int) -> int:
        side = context.exchange.bids if is_bid else context.exchange.asks
        levels = side(listing.symbol, number)
        return levels[number - 1][0] if len(levels) >= number else 0

    orders = UsdmOrders(
        call.params, call.account, listing, context.ids, depth, context.market.now_ms
    )
    return orders, listing


class UsdmTrading:
    """Carries out USD-M orders.

    Args:
        context: What is worked on.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._countdowns: dict[tuple[str, str], int] = {}

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""

        def trade(
            make: Callable[[Call], object], weight: int = 1, orders: tuple[int, int] = (0, 0)
        ) -> Endpoint:
            return Endpoint(make=make, weight=weight, security=Security.TRADE, orders=orders)

        one = "/fapi/v1"
        return {
            ("POST", f"{one}/order"): trade(self.place, 0, (1, 1)),
            ("POST", f"{one}/order/test"): trade(self.test),
            ("PUT", f"{one}/order"): trade(self.modify, 0, (1, 1)),
            ("DELETE", f"{one}/order"): trade(self.cancel),
            ("POST", f"{one}/batchOrders"): trade(partial(self._batch, make=self.place), 5, (5, 1)),
            ("PUT", f"{one}/batchOrders"): trade(partial(self._batch, make=self.modify), 5, (5, 1)),
            ("DELETE", f"{one}/batchOrders"): trade(self.cancel_batch),
            ("DELETE", f"{one}/allOpenOrders"): trade(self.cancel_all),
            ("POST", f"{one}/countdownCancelAll"): trade(self.count_down, 10),
        }

    # ------------------------------------------------------------------ one order

    def place(self, call: Call) -> Json:
        """``POST order``."""
        orders, listing = form_of(self._context, call)
        request = orders.submit()
        events = self._context.submit(request)
        refuse(events)
        order = first_view(events, request)
        # What may rest is answered as it came in; what is over at once as it ended, if that was asked for.
        wants_result = call.params.text("newOrderRespType") == "RESULT"
        return UsdmViews(listing).placed(order, is_full=wants_result)

    def test(self, call: Call) -> Json:
        """``POST order/test``: every check, and no order."""
        orders, _ = form_of(self._context, call)
        refusal = self._context.exchange.check(orders.submit(), self._context.now_ns)
        if refusal is not None:
            raise usdm_refused(refusal)
        return {}

    def modify(self, call: Call) -> Json:
        """``PUT order``."""
        orders, listing = form_of(self._context, call)
        command = orders.modify()
        events = self._context.submit(command)
        refusal = refusal_in(events)
        if refusal is not None:
            raise usdm_refused(refusal, is_modify=True)
        order = last_view(events, account=call.account)
        if order is None:
            raise Refused(-2013, "Order does not exist.")
        return UsdmViews(listing).modified(order, command.tag)

    def cancel(self, call: Call) -> Json:
        """``DELETE order``."""
        orders, listing = form_of(self._context, call)
        return self._cancel(listing, orders.cancel())

    def _cancel(self, listing: Listing, command: CancelOrder) -> Json:
        found = self._context.exchange.order(
            command.account,
            command.symbol,
            order_id=command.order_id,
            client_id=command.client_id,
        )
        if found is not None and found.request.trigger is not None and not found.triggered_ns:
            raise Refused(
                -2011, "Unknown order sent."
            )  # it waits at the service for conditional ones
        events = self._context.submit(command)
        refuse(events)
        order = last_view(events, account=command.account)
        if order is None:
            raise Refused(-2011, "Unknown order sent.")
        return UsdmViews(listing).canceled(order)

    # ------------------------------------------------------------------ many orders

    def _batch(self, call: Call, make: Callable[[Call], Json]) -> list[Json]:
        """``POST`` and ``PUT batchOrders``: each on its own, answered in their order."""
        rows = call.params.rows("batchOrders")
        if not 1 <= len(rows) <= _BATCH_MAX:
            raise Refused(-4082, f"Invalid number of batch place orders: {len(rows)}")
        return [self._one_of(call, row, make) for row in rows]

    @staticmethod
    def _one_of(call: Call, row: Any, make: Callable[[Call], Json]) -> Json:
        try:
            if not isinstance(row, dict):
                raise bad_value("batchOrders")
            return make(Call(call.key, Params.of(row), call.now_ms, call.at))
        except Refused as refused:
            return refused.body()

    def cancel_batch(self, call: Call) -> list[Json]:
        """``DELETE batchOrders``."""
        params, listing = call.params, self._context.named(call.params)
        # Clients in wide use write these two names in lower case, and are served.
        names = ("orderIdList", "orderidlist", "origClientOrderIdList", "origclientorderidlist")
        name = next((name for name in names if name in params), "")
        if not name:
            raise either("orderIdList", "origClientOrderIdList")
        by_id, rows = name.lower() == "orderidlist", params.rows(name)
        if len(rows) > _CANCELS_MAX:
            raise Refused(-4032, "Exceed maximum cancel order size.")
        answers = []
        for row in rows:
            order_id = int(row) if by_id and str(row).isdigit() else 0
            command = CancelOrder(
                account=call.account,
                symbol=listing.symbol,
                order_id=order_id,
                client_id="" if by_id else str(row),
            )
            try:
                answers.append(self._cancel(listing, command))
            except Refused as refused:
                answers.append(refused.body())
        return answers

    def cancel_all(self, call: Call) -> Json:
        """``DELETE allOpenOrders``; conditional orders stay."""
        listing = self._context.named(call.params)
        self._cancel_all(call.account, listing.symbol)
        return dict(_DONE)

    def _cancel_all(self, account: str, symbol: str) -> None:
        self._context.submit(CancelAll(account=account, symbol=symbol, scope=Scope.WORKING))

    def count_down(self, call: Call) -> Json:
        """``POST countdownCancelAll``: cancel unless told otherwise in time."""
        listing = self._context.named(call.params)
        text = call.params.required("countdownTime")
        wait_ms = call.params.whole("countdownTime") or 0
        key = (call.account, listing.symbol)
        self._countdowns.pop(key, None)
        if wait_ms:
            self._countdowns[key] = self._context.market.now_ms + wait_ms
        return {"symbol": listing.symbol, "countdownTime": text}

    def beat(self, now_ms: int) -> None:
        """Cancel the orders of those who were not heard of in time."""
        for key, due_ms in list(self._countdowns.items()):
            if due_ms <= now_ms:
                del self._countdowns[key]
                self._cancel_all(*key)


def refuse(events: Sequence[Event]) -> None:
    """Raise what the engine refused, in the venue's words."""
    refusal = refusal_in(events)
    if refusal is not None:
        raise usdm_refused(refusal)


def first_view(events: Sequence[Event], request: SubmitOrder) -> OrderView:
    """Return a new order as its last report shows it."""
    for event in events:
        if isinstance(event, OrderReport) and event.order.request is request:
            found = last_view(events, event.order.id)
            if found is not None:
                return found
    raise Refused(-1000, "An unknown error occurred while processing the request.", 503)
