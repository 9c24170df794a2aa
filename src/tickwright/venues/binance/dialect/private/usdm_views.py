"""USD-M orders, conditional orders and fills as the venue writes them (sections 12.3 and 12.4)."""

from __future__ import annotations

from tickwright.venues.binance.dialect.private.annals import Amendment
from tickwright.venues.binance.dialect.private.orders import OrderTag, tag_of
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import AMOUNT_SCALE, Listing
from tickwright.venues.reports import Fill, OrderStatus, OrderView


__all__ = ["ALGO_IDS_FROM", "STATUSES", "UsdmViews", "algo_status", "money"]

Json = dict[str, object]

ALGO_IDS_FROM = 2_000_000_000_000
"""Conditional orders have ids of their own: this much beyond those of the orders that they become."""
STATUSES = {
    OrderStatus.DORMANT: "NEW",
    OrderStatus.OPEN: "NEW",
    OrderStatus.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELED: "CANCELED",
    OrderStatus.EXPIRED: "EXPIRED",
    OrderStatus.PREVENTED: "EXPIRED_IN_MATCH",
    OrderStatus.REJECTED: "EXPIRED",
}
_NS_PER_MS = 1_000_000
_DIGITS_LEAST = 5


def money(raw: int, digits: int = 8) -> str:
    """Return an amount; digits that are not shown are cut off, toward zero.

    Example:
        >>> money(-15 * 10**15)
        '-1.50000000'
    """
    text = decimal_text(abs(raw), AMOUNT_SCALE, digits)
    return f"-{text}" if raw < 0 and text.strip("0.") else text


def algo_status(order: OrderView) -> str:
    """Return the state of a conditional order, of which the order that it became is a part."""
    if order.status is OrderStatus.DORMANT:
        return "NEW"
    if order.status is OrderStatus.REJECTED:
        return "REJECTED"
    if not order.triggered_ns:
        return "CANCELED" if order.status is OrderStatus.CANCELED else "EXPIRED"
    return "TRIGGERED" if order.status.is_open else "FINISHED"


class UsdmViews:
    """Writes the orders of one contract.

    Args:
        listing: The contract.
    """

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        scale = listing.price_scale
        self._average_digits = max(_DIGITS_LEAST, scale)
        self._turnover_digits = max(_DIGITS_LEAST, scale + listing.quantity_scale)

    def price(self, raw: int) -> str:
        """Return a price."""
        return decimal_text(raw, self._listing.price_scale)

    def quantity(self, raw: int) -> str:
        """Return a quantity."""
        return decimal_text(raw, self._listing.quantity_scale)

    def turnover(self, raw: int) -> str:
        """Return what a quantity is worth."""
        return money(raw, self._turnover_digits)

    def average(self, order: OrderView) -> str:
        """Return the average price of an order's fills."""
        scale: int = 10**self._listing.quantity_scale
        raw = order.turnover * scale // order.filled if order.filled else 0
        return money(raw, self._average_digits)

    # ------------------------------------------------------------------ plain orders

    def placed(self, order: OrderView, *, is_full: bool = True) -> Json:
        """Return the answer to a new order; without ``is_full`` as it was when it came in."""
        filled = order.filled if is_full else 0
        status = STATUSES[order.status] if is_full else "NEW"
        return {
            "orderId": order.id,
            "symbol": order.symbol,
            "status": status,
            "clientOrderId": order.client_id,
            "price": self.price(order.price),
            "origQty": self.quantity(order.quantity),
            "executedQty": self.quantity(filled),
            "cumQty": self.quantity(filled),
            **self._words(order),
            "updateTime": order.updated_ns // _NS_PER_MS,
        }

    def modified(self, order: OrderView, modify_id: object) -> Json:
        """Return the answer to a modification."""
        body = self.placed(order) | {"pair": self._listing.pair}
        return body if modify_id is None else {**body, "modifyId": modify_id}

    def canceled(self, order: OrderView) -> Json:
        """Return the answer to a cancel."""
        return self.placed(order)

    def order(self, order: OrderView) -> Json:
        """Return an order as queries show it."""
        body: Json = {
            "avgPrice": self.average(order),
            "clientOrderId": order.client_id,
            "cumQuote": self.turnover(order.turnover),
            "executedQty": self.quantity(order.filled),
            "orderId": order.id,
            "origQty": self.quantity(order.quantity),
            "price": self.price(order.price),
            "status": STATUSES[order.status],
            "symbol": order.symbol,
            "time": order.created_ns // _NS_PER_MS,
            "updateTime": order.updated_ns // _NS_PER_MS,
            **self._words(order),
        }
        tag, trigger = tag_of(order.request), order.request.trigger
        if tag.callback_rate and trigger is not None:
            body["activatePrice"] = self.price(trigger.price)
            body["priceRate"] = tag.callback_rate
        return body

    def _words(self, order: OrderView) -> Json:
        request, tag = order.request, tag_of(order.request)
        stop = 0 if request.trigger is None else request.trigger.price
        return {
            "timeInForce": tag.time_in_force,
            "type": request.kind.name,
            "reduceOnly": request.is_reduce_only,
            "closePosition": request.closes_position,
            "side": request.side.name,
            "positionSide": "BOTH",
            "stopPrice": self.price(stop),
            "workingType": tag.working_type,
            "priceProtect": tag.is_price_protected,
            "origType": tag.type,
            "priceMatch": tag.price_match,
            "selfTradePreventionMode": tag.self_trade,
            "goodTillDate": tag.good_till_ms,
        }

    # ------------------------------------------------------------------ conditional orders

    def algo_placed(self, order: OrderView) -> Json:
        """Return the answer to a new conditional order."""
        request, tag = order.request, tag_of(order.request)
        return {
            **self._algo_head(order, tag),
            "algoStatus": "NEW",
            **self._algo_prices(order),
            "icebergQuantity": None,
            **self._algo_words(order, tag),
            "reduceOnly": request.is_reduce_only,
            "createTime": order.created_ns // _NS_PER_MS,
            "updateTime": order.created_ns // _NS_PER_MS,
            "triggerTime": 0,
            "goodTillDate": tag.good_till_ms,
        }

    def algo(self, order: OrderView, *, is_listed: bool = False) -> Json:
        """Return a conditional order as queries show it; lists show some fields more."""
        tag, has_triggered = tag_of(order.request), order.triggered_ns > 0
        body: Json = {
            **self._algo_head(order, tag),
            "algoStatus": algo_status(order),
            "actualOrderId": str(order.id) if has_triggered else "",
            "actualPrice": self.average(order),
            "actualType": order.request.kind.name if has_triggered else "",
            "actualQty": self.quantity(order.filled),
            **self._algo_prices(order),
            "icebergQuantity": None,
            "tpOrderType": "",
            **self._algo_words(order, tag),
            "reduceOnly": order.request.is_reduce_only,
            "createTime": order.created_ns // _NS_PER_MS,
            "updateTime": order.updated_ns // _NS_PER_MS,
            "triggerTime": order.triggered_ns // _NS_PER_MS,
            "goodTillDate": tag.good_till_ms,
        }
        if is_listed:
            body |= dict.fromkeys(("tpTriggerPrice", "tpPrice", "slTriggerPrice", "slPrice"), "")
        return body

    def _algo_head(self, order: OrderView, tag: OrderTag) -> Json:
        return {
            "algoId": ALGO_IDS_FROM + order.id,
            "clientAlgoId": order.client_id,
            "algoType": "CONDITIONAL",
            "orderType": tag.type,
            "symbol": order.symbol,
            "side": order.request.side.name,
            "positionSide": "BOTH",
            "timeInForce": tag.time_in_force,
            "quantity": self.quantity(order.quantity),
        }

    def _algo_prices(self, order: OrderView) -> Json:
        trigger, tag = order.request.trigger, tag_of(order.request)
        body: Json = {
            "triggerPrice": self.price(order.trigger_price),
            "price": self.price(order.price),
        }
        if tag.callback_rate and trigger is not None:
            body |= {"activatePrice": self.price(trigger.price), "callbackRate": tag.callback_rate}
        return body

    @staticmethod
    def _algo_words(order: OrderView, tag: OrderTag) -> Json:
        return {
            "selfTradePreventionMode": tag.self_trade,
            "workingType": tag.working_type,
            "priceMatch": tag.price_match,
            "closePosition": order.request.closes_position,
            "priceProtect": tag.is_price_protected,
        }

    # ------------------------------------------------------------------ fills and amendments

    def fill(self, fill: Fill) -> Json:
        """Return a row of ``userTrades``."""
        return {
            "buyer": fill.is_buy,
            "commission": money(fill.fee),
            "commissionAsset": fill.fee_asset,
            "id": fill.trade_id,
            "maker": fill.is_maker,
            "orderId": fill.order_id,
            "price": self.price(fill.price),
            "qty": self.quantity(fill.quantity),
            "quoteQty": self.turnover(fill.turnover),
            "baseQty": self.quantity(fill.quantity),
            "marginAsset": self._listing.name.settle,
            "realizedPnl": money(fill.realized),
            "side": "BUY" if fill.is_buy else "SELL",
            "positionSide": "BOTH",
            "symbol": fill.symbol,
            "pair": self._listing.pair,
            "time": fill.ts_ns // _NS_PER_MS,
        }

    def amendment(self, one: Amendment, number: int) -> Json:
        """Return a row of ``orderAmendment``; ``number`` counts those of the order."""
        (price, quantity), (new_price, new_quantity) = one.before, one.after
        return {
            "amendmentId": one.id,
            "symbol": one.symbol,
            "pair": self._listing.pair,
            "orderId": one.order_id,
            "clientOrderId": one.client_id,
            "time": one.ts_ns // _NS_PER_MS,
            "amendment": {
                "price": {"before": self.price(price), "after": self.price(new_price)},
                "origQty": {
                    "before": self.quantity(quantity),
                    "after": self.quantity(new_quantity),
                },
                "count": number,
            },
        }
