"""Spot's account endpoints (section 11.4): questions about orders, fills, balances, fees and limits."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.venues.binance.dialect.private import spot_views as views
from tickwright.venues.binance.dialect.private.context import Call, Context, Endpoint
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import (
    Refused,
    bad_combination,
    either,
    mandatory,
)
from tickwright.venues.binance.dialect.private.selections import by_time, from_id
from tickwright.venues.binance.dialect.private.spot_views import SpotViews
from tickwright.venues.facts import RATE_SCALE
from tickwright.venues.reports import OrderView


__all__ = ["SpotAccount"]

Json = dict[str, object]
_DAY_MS = 86_400_000


class SpotAccount:
    """Answers questions of spot accounts.

    Args:
        context: What is asked about.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def endpoints(self) -> dict[tuple[str, str], Endpoint]:
        """Return the endpoints by method and path."""
        table: dict[str, tuple[Callable[[Call], object], int | Callable[[Params], int]]] = {
            "account": (self.account, 20),
            "order": (self.order, 4),
            "openOrders": (self.open_orders, lambda params: 6 if params.text("symbol") else 80),
            "allOrders": (self.all_orders, 20),
            "orderList": (self.order_list, 4),
            "allOrderList": (self.all_lists, 20),
            "openOrderList": (self.open_lists, 6),
            "myTrades": (self.trades, lambda params: 5 if params.text("orderId") else 20),
            "rateLimit/order": (self.order_counts, 40),
            "myPreventedMatches": (
                self.prevented,
                lambda params: 2 if params.text("preventedMatchId") else 20,
            ),
            "myAllocations": (self.allocations, 20),
            "account/commission": (self.commission, 20),
            "order/amendments": (self.amendments, 4),
            "myFilters": (self.filters, 40),
        }
        return {
            ("GET", f"/api/v3/{name}"): Endpoint(make=make, weight=weight)
            for name, (make, weight) in table.items()
        }

    def account(self, call: Call) -> Json:
        """``GET account``."""
        exchange = self._context.exchange
        return views.account(
            exchange.balances(call.account),
            *self._fees(),
            call.at(self._context.now_ns),
            omits_zero=call.params.flag("omitZeroBalances"),
        )

    def _fees(self) -> tuple[int, int]:
        for instrument in self._context.market.instruments:
            rules = self._context.rules(instrument.listing.symbol)
            return rules.maker_fee, rules.taker_fee
        return (10 ** (RATE_SCALE - 3),) * 2

    # ------------------------------------------------------------------ orders

    def order(self, call: Call) -> Json:
        """``GET order``."""
        params, listing = call.params, self._context.named(call.params)
        order_id, client_id = params.whole("orderId") or 0, params.text("origClientOrderId")
        if not order_id and not client_id:
            raise either("orderId", "origClientOrderId")
        find = self._context.order
        found = find(call.account, listing.symbol, order_id=order_id, client_id=client_id)
        if found is None:
            if order_id and client_id and find(call.account, listing.symbol, order_id=order_id):
                raise Refused(-2039, "Client order ID is not correct for this order ID.")
            raise Refused(-2013, "Order does not exist.")
        return self._row(call, found)

    def open_orders(self, call: Call) -> list[Json]:
        """``GET openOrders``."""
        symbol = call.params.text("symbol")
        if symbol:
            self._context.rules(symbol)
        found = self._context.exchange.open_orders(call.account, symbol)
        return [self._row(call, order) for order in found]

    def all_orders(self, call: Call) -> list[Json]:
        """``GET allOrders``."""
        listing = self._context.named(call.params)
        limit = call.params.limit(500, 1000)
        found = self._context.all_orders(call.account, listing.symbol)
        first = call.params.whole("orderId")
        if first is not None:
            found = from_id(found, first, lambda order: order.id, limit)
        else:
            found = by_time(call.params, found, lambda order: order.created_ns, limit, _DAY_MS)
        return [self._row(call, order) for order in found]

    def _row(self, call: Call, order: OrderView) -> Json:
        return self._views(call, order.symbol).order(order)

    def _views(self, call: Call, symbol: str) -> SpotViews:
        return SpotViews(self._context.listing(symbol), self._context.annals, call.at)

    def amendments(self, call: Call) -> list[Json]:
        """``GET order/amendments``."""
        params, listing = call.params, self._context.named(call.params)
        order_id = params.whole("orderId")
        if order_id is None:
            raise mandatory("orderId")
        found = from_id(
            [
                one
                for one in self._context.annals.amendments(order_id)
                if one.account == call.account
            ],
            params.whole("fromExecutionId") or 0,
            lambda one: one.id,
            params.limit(500, 1000),
        )
        writer = self._views(call, listing.symbol)
        return [
            {
                "symbol": one.symbol,
                "orderId": one.order_id,
                "executionId": one.id,
                "origClientOrderId": one.previous_client_id,
                "newClientOrderId": one.client_id,
                "origQty": writer.quantity(one.before[1]),
                "newQty": writer.quantity(one.after[1]),
                "time": call.at(one.ts_ns),
            }
            for one in found
        ]

    # ------------------------------------------------------------------ order lists

    def order_list(self, call: Call) -> Json:
        """``GET orderList``."""
        params = call.params
        list_id, client_id = params.whole("orderListId") or 0, params.text("origClientOrderId")
        if not list_id and not client_id:
            raise either("orderListId", "origClientOrderId")
        found = self._context.exchange.order_list(
            call.account, list_id=list_id, client_id=client_id
        )
        if found is None:
            raise Refused(-2018, "Order list does not exist.")
        return views.order_list(found, call.at)

    def open_lists(self, call: Call) -> list[Json]:
        """``GET openOrderList``."""
        found = self._context.exchange.open_lists(call.account)
        return [views.order_list(one, call.at) for one in found]

    def all_lists(self, call: Call) -> list[Json]:
        """``GET allOrderList``."""
        params, limit = call.params, call.params.limit(500, 1000)
        found = self._context.annals.lists(call.account)
        first = params.whole("fromId")
        if first is not None:
            found = from_id(found, first, lambda one: one.list_id, limit)
        else:
            found = by_time(params, found, lambda one: one.ts_ns, limit, _DAY_MS)
        return [views.order_list(one, call.at) for one in found]

    # ------------------------------------------------------------------ fills, fees, limits

    def trades(self, call: Call) -> list[Json]:
        """``GET myTrades``."""
        params, listing = call.params, self._context.named(call.params)
        limit, order_id, first = (
            params.limit(500, 1000),
            params.whole("orderId"),
            params.whole("fromId"),
        )
        has_time = "startTime" in params or "endTime" in params
        if has_time and (order_id is not None or first is not None):
            raise bad_combination()
        found = [
            fill
            for fill in self._context.fills(call.account, listing.symbol)
            if order_id in (None, fill.order_id)
        ]
        if first is not None:
            found = from_id(found, first, lambda fill: fill.trade_id, limit)
        else:
            found = by_time(params, found, lambda fill: fill.ts_ns, limit, _DAY_MS)
        writer = self._views(call, listing.symbol)
        rows = []
        for fill in found:
            order = self._context.exchange.order(call.account, fill.symbol, order_id=fill.order_id)
            rows.append(writer.fill(fill, 0 if order is None else order.list_id))
        return rows

    def prevented(self, call: Call) -> list[Json]:
        """``GET myPreventedMatches``."""
        params, listing = call.params, self._context.named(call.params)
        match_id, order_id = params.whole("preventedMatchId"), params.whole("orderId")
        if match_id is None and order_id is None:
            raise either("preventedMatchId", "orderId")
        rows: dict[int, Json] = {}
        for owner_id, one in self._context.annals.all_preventions():
            if match_id not in (None, one.id) or order_id not in (None, owner_id):
                continue
            order = self._context.exchange.order(call.account, listing.symbol, order_id=owner_id)
            if order is not None:
                rows[one.id] = self._views(call, listing.symbol).prevented(order, one)
        return list(rows.values())[: params.limit(500, 1000)]

    def allocations(self, call: Call) -> list[Json]:
        """``GET myAllocations``: nothing is routed elsewhere here."""
        self._context.named(call.params)
        return []

    def commission(self, call: Call) -> Json:
        """``GET account/commission``."""
        rules = self._context.rules(call.params.required("symbol"))
        return views.commission(rules.symbol, rules.maker_fee, rules.taker_fee)

    def order_counts(self, call: Call) -> list[Json]:
        """``GET rateLimit/order``."""
        return self._context.counts(call.account).rows(call.now_ms, has_counts=True)

    def filters(self, call: Call) -> Json:
        """``GET myFilters``: the limits that an account has beyond its symbols'."""
        rules = self._context.rules(call.params.required("symbol"))
        most: Json = {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": rules.max_lists}
        return {"exchangeFilters": [], "symbolFilters": [most], "assetFilters": []}
