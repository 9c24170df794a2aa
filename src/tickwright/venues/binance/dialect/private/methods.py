"""The WebSocket API's methods, each an endpoint by another name: section 15.4 for spot, 16 for USD-M futures."""

from __future__ import annotations

from collections.abc import Mapping

from tickwright.venues.binance.dialect.products import DialectProduct


__all__ = ["Route", "named", "result_of", "route_of"]

Route = tuple[str, str]
"""HTTP method and path."""

_SPOT_ASKED = {
    "ping": "ping",
    "time": "time",
    "exchangeInfo": "exchangeInfo",
    "executionRules": "executionRules",
    "depth": "depth",
    "trades.recent": "trades",
    "trades.historical": "historicalTrades",
    "trades.aggregate": "aggTrades",
    "blockTrades.historical": "historicalBlockTrades",
    "klines": "klines",
    "uiKlines": "uiKlines",
    "avgPrice": "avgPrice",
    "ticker": "ticker",
    "ticker.24hr": "ticker/24hr",
    "ticker.tradingDay": "ticker/tradingDay",
    "ticker.price": "ticker/price",
    "ticker.book": "ticker/bookTicker",
    "referencePrice": "referencePrice",
    "referencePrice.calculation": "referencePrice/calculation",
    "account.status": "account",
    "account.commission": "account/commission",
    "account.rateLimits.orders": "rateLimit/order",
    "order.status": "order",
    "order.amendments": "order/amendments",
    "openOrders.status": "openOrders",
    "allOrders": "allOrders",
    "orderList.status": "orderList",
    "openOrderLists.status": "openOrderList",
    "allOrderLists": "allOrderList",
    "myTrades": "myTrades",
    "myPreventedMatches": "myPreventedMatches",
    "myAllocations": "myAllocations",
    "myFilters": "myFilters",
}
_SPOT_DONE = {
    "order.place": ("POST", "order"),
    "order.test": ("POST", "order/test"),
    "order.cancel": ("DELETE", "order"),
    "order.cancelReplace": ("POST", "order/cancelReplace"),
    "order.amend.keepPriority": ("PUT", "order/amend/keepPriority"),
    "openOrders.cancelAll": ("DELETE", "openOrders"),
    "orderList.place": ("POST", "order/oco"),
    "orderList.place.oco": ("POST", "orderList/oco"),
    "orderList.place.oto": ("POST", "orderList/oto"),
    "orderList.place.otoco": ("POST", "orderList/otoco"),
    "orderList.place.opo": ("POST", "orderList/opo"),
    "orderList.place.opoco": ("POST", "orderList/opoco"),
    "orderList.cancel": ("DELETE", "orderList"),
    "sor.order.place": ("POST", "sor/order"),
    "sor.order.test": ("POST", "sor/order/test"),
}
_USDM = {
    "depth": ("GET", "v1/depth"),
    "ticker.price": ("GET", "v2/ticker/price"),
    "ticker.book": ("GET", "v1/ticker/bookTicker"),
    "order.place": ("POST", "v1/order"),
    "order.modify": ("PUT", "v1/order"),
    "order.cancel": ("DELETE", "v1/order"),
    "order.status": ("GET", "v1/order"),
    "algoOrder.place": ("POST", "v1/algoOrder"),
    "algoOrder.cancel": ("DELETE", "v1/algoOrder"),
    "account.status": ("GET", "v2/account"),
    "v2/account.status": ("GET", "v3/account"),
    "account.balance": ("GET", "v2/balance"),
    "v2/account.balance": ("GET", "v3/balance"),
    "account.position": ("GET", "v2/positionRisk"),
    "v2/account.position": ("GET", "v3/positionRisk"),
    "userDataStream.start": ("POST", "v1/listenKey"),
    "userDataStream.ping": ("PUT", "v1/listenKey"),
    "userDataStream.stop": ("DELETE", "v1/listenKey"),
}
_SPOT_PREFIX = "v3/"
_OMITTED = {("PUT", "/fapi/v1/order"): frozenset({"pair"})}


def _spot() -> dict[str, Route]:
    asked = {name: ("GET", f"/api/v3/{path}") for name, path in _SPOT_ASKED.items()}
    done = {name: (method, f"/api/v3/{path}") for name, (method, path) in _SPOT_DONE.items()}
    return {**asked, **done}


_ROUTES: Mapping[bool, Mapping[str, Route]] = {
    False: _spot(),
    True: {name: (method, f"/fapi/{path}") for name, (method, path) in _USDM.items()},
}


def named(product: DialectProduct, method: str) -> str:
    """Return a method's name as the tables have it: on spot its version may stand before it.

    Example:
        >>> from tickwright.venues.binance.dialect.products import SPOT
        >>> named(SPOT, "v3/order.place")
        'order.place'
    """
    return method if product.is_futures else method.removeprefix(_SPOT_PREFIX)


def route_of(product: DialectProduct, method: str) -> Route | None:
    """Return the endpoint of a method, ``None`` if there is none.

    Example:
        >>> from tickwright.venues.binance.dialect.products import SPOT
        >>> route_of(SPOT, "order.place")
        ('POST', '/api/v3/order')
    """
    return _ROUTES[product.is_futures].get(method)


def result_of(route: Route, body: object) -> object:
    """Return a method's result: its endpoint's body, from some without a field."""
    omitted = _OMITTED.get(route)
    if omitted is None or not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in omitted}
