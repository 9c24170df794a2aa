"""USD-M's questions about orders and fills (section 12.3), and the service for conditional orders (section 12.4)."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.venues.binance.dialect.private.context import Call, Context, Endpoint, Security
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import (
    Refused,
    bad_combination,
    bad_value,
    either,
    mandatory,
)
from tickwright.venues.binance.dialect.private.selections import by_time, from_id
from tickwright.venues.binance.dialect.private.usdm_trading import first_view, form_of, refuse
from tickwright.venues.binance.dialect.private.usdm_views import ALGO_IDS_FROM, UsdmViews
from tickwright.venues.commands import CancelAll, CancelOrder, Scope
from tickwright.venues.reports import OrderStatus, OrderView


__all__ = ["UsdmQueries"]

Json = dict[str, object]
_WEEK_MS = 7 * 86_400_000
_NO_ORDER = (-2013, "Order does not exist.")


class UsdmQueries:
    """Answers questions about orders, and keeps conditional ones.

    Args:
        context: What is worked on.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""

        def some_or_all(params: Params) -> int:
            return 1 if params.text("symbol") else 40

        def forced(params: Params) -> int:
            return 20 if params.text("symbol") else 50

        reads: dict[str, tuple[Callable[[Call], object], int | Callable[[Params], int]]] = {
            "order": (self.order, 1),
            "openOrder": (self.open_order, 1),
            "openOrders": (self.open_orders, some_or_all),
            "allOrders": (self.all_orders, 5),
            "orderAmendment": (self.amendments, 1),
            "userTrades": (self.trades, 5),
            "forceOrders": (self.forced, forced),
            "rateLimit/order": (self.order_counts, 1),
            "algoOrder": (self.algo, 1),
            "openAlgoOrders": (self.open_algos, some_or_all),
            "allAlgoOrders": (self.all_algos, 5),
        }
        table = {
            ("GET", f"/fapi/v1/{name}"): Endpoint(make=make, weight=weight)
            for name, (make, weight) in reads.items()
        }
        trade = Security.TRADE
        table["POST", "/fapi/v1/algoOrder"] = Endpoint(
            make=self.place_algo, weight=0, security=trade, orders=(1, 1)
        )
        table["DELETE", "/fapi/v1/algoOrder"] = Endpoint(make=self.cancel_algo, security=trade)
        table["DELETE", "/fapi/v1/algoOpenOrders"] = Endpoint(
            make=self.cancel_algos, security=trade
        )
        return table

    def _views(self, symbol: str) -> UsdmViews:
        return UsdmViews(self._context.listing(symbol))

    # ------------------------------------------------------------------ orders

    def _found(self, call: Call) -> OrderView:
        orders, listing = form_of(self._context, call)
        order_id, client_id = orders.ids()
        found = self._context.order(
            call.account, listing.symbol, order_id=order_id, client_id=client_id
        )
        if found is None or not _is_plain(found):
            raise Refused(*_NO_ORDER)
        return found

    def order(self, call: Call) -> Json:
        """``GET order``."""
        found = self._found(call)
        return self._views(found.symbol).order(found)

    def open_order(self, call: Call) -> Json:
        """``GET openOrder``."""
        found = self._found(call)
        if not found.status.is_open:
            raise Refused(*_NO_ORDER)
        return self._views(found.symbol).order(found)

    def forced(self, call: Call) -> list[Json]:
        """``GET forceOrders``: orders of the venue's own; nobody is deleveraged here."""
        params, symbol = call.params, call.params.text("symbol")
        kinds = ("", "LIQUIDATION", "ADL")
        kind = params.choice("autoCloseType", kinds, bad_value("autoCloseType"), "")
        found = self._context.all_orders(call.account, symbol) if kind != "ADL" else []
        rows = [one for one in found if one.request.is_forced]
        limit = params.limit(50, 100)
        return self._rows(by_time(params, rows, lambda one: one.created_ns, limit, _WEEK_MS))

    def open_orders(self, call: Call) -> list[Json]:
        """``GET openOrders``."""
        return self._rows(self._open(call, is_plain=True))

    def _open(self, call: Call, *, is_plain: bool) -> list[OrderView]:
        symbol = call.params.text("symbol")
        if symbol:
            self._context.rules(symbol)
        found = self._context.exchange.open_orders(call.account, symbol)
        return [order for order in found if _is_plain(order) is is_plain]

    def _rows(self, orders: list[OrderView]) -> list[Json]:
        return [self._views(order.symbol).order(order) for order in orders]

    def all_orders(self, call: Call) -> list[Json]:
        """``GET allOrders``."""
        found = [order for order in self._all(call) if _is_plain(order)]
        return self._rows(self._chosen(call, found, "orderId"))

    def _all(self, call: Call) -> list[OrderView]:
        symbol = call.params.text("symbol")
        if symbol:
            self._context.rules(symbol)
        return self._context.all_orders(call.account, symbol)

    @staticmethod
    def _chosen(call: Call, found: list[OrderView], name: str, more: int = 0) -> list[OrderView]:
        limit, first = call.params.limit(500, 1000), call.params.whole(name)
        if first is not None:
            return from_id(found, first - more, lambda order: order.id, limit)
        return by_time(call.params, found, lambda order: order.created_ns, limit, _WEEK_MS)

    def amendments(self, call: Call) -> list[Json]:
        """``GET orderAmendment``."""
        found = self._found(call)
        writer = self._views(found.symbol)
        changes = self._context.annals.amendments(found.id)
        rows = [writer.amendment(one, number) for number, one in enumerate(changes, 1)]
        return rows[::-1][: call.params.limit(50, 100)]

    def trades(self, call: Call) -> list[Json]:
        """``GET userTrades``."""
        params, listing = call.params, self._context.named(call.params)
        limit, order_id, first = (
            params.limit(500, 1000),
            params.whole("orderId"),
            params.whole("fromId"),
        )
        found = [
            fill
            for fill in self._context.fills(call.account, listing.symbol)
            if order_id in (None, fill.order_id)
        ]
        if first is not None:
            if "startTime" in params or "endTime" in params:
                raise bad_combination()
            found = from_id(found, first, lambda fill: fill.trade_id, limit)
        else:
            found = by_time(params, found, lambda fill: fill.ts_ns, limit, _WEEK_MS)
        writer = self._views(listing.symbol)
        return [writer.fill(fill) for fill in found]

    def order_counts(self, call: Call) -> list[Json]:
        """``GET rateLimit/order``: the limits, without what was used."""
        return self._context.counts(call.account).rows(call.now_ms, has_counts=False)

    # ------------------------------------------------------------------ conditional orders

    def place_algo(self, call: Call) -> Json:
        """``POST algoOrder``."""
        orders, listing = form_of(self._context, call)
        request = orders.conditional()
        events = self._context.submit(request)
        refuse(events)
        return UsdmViews(listing).algo_placed(first_view(events, request))

    def _found_algo(self, call: Call) -> OrderView:
        params = call.params
        algo_id, client_id = params.whole("algoId") or 0, params.text("clientAlgoId")
        if not algo_id and not client_id:
            raise either("algoId", "clientAlgoId")
        for order in reversed(self._context.all_orders(call.account)):
            is_it = order.id == algo_id - ALGO_IDS_FROM if algo_id else order.client_id == client_id
            if is_it and order.request.trigger is not None:
                return order
        raise Refused(*_NO_ORDER)

    def algo(self, call: Call) -> Json:
        """``GET algoOrder``."""
        found = self._found_algo(call)
        return self._views(found.symbol).algo(found)

    def open_algos(self, call: Call) -> list[Json]:
        """``GET openAlgoOrders``."""
        found = self._open(call, is_plain=False)
        return [self._views(order.symbol).algo(order, is_listed=True) for order in found]

    def all_algos(self, call: Call) -> list[Json]:
        """``GET allAlgoOrders``."""
        if "symbol" not in call.params:
            raise mandatory("symbol")
        found = [order for order in self._all(call) if order.request.trigger is not None]
        chosen = self._chosen(call, found, "algoId", ALGO_IDS_FROM)
        return [self._views(order.symbol).algo(order, is_listed=True) for order in chosen]

    def cancel_algo(self, call: Call) -> Json:
        """``DELETE algoOrder``."""
        unknown = Refused(-2011, "Unknown order sent.")
        try:
            found = self._found_algo(call)
        except Refused as refused:
            raise (unknown if refused.code == _NO_ORDER[0] else refused) from None
        if found.status is not OrderStatus.DORMANT:
            raise unknown
        refuse(
            self._context.submit(
                CancelOrder(account=call.account, symbol=found.symbol, order_id=found.id)
            )
        )
        return {
            "algoId": ALGO_IDS_FROM + found.id,
            "clientAlgoId": found.client_id,
            "code": "200",
            "msg": "success",
        }

    def cancel_algos(self, call: Call) -> Json:
        """``DELETE algoOpenOrders``."""
        listing = self._context.named(call.params)
        self._context.submit(
            CancelAll(account=call.account, symbol=listing.symbol, scope=Scope.DORMANT)
        )
        return {"code": 200, "msg": "The operation of cancel all open order is done."}


def _is_plain(order: OrderView) -> bool:
    """Tell whether an order is one of the book's: never conditional, or triggered."""
    return order.request.trigger is None or order.triggered_ns > 0
