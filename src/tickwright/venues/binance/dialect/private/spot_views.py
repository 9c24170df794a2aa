"""Spot orders, lists, fills and balances as the venue writes them (sections 11.3 and 11.4).

REST and the WebSocket API give the same objects; times go through ``at``, which makes ms or µs of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tickwright.venues.binance.dialect.private.annals import Annals
from tickwright.venues.binance.dialect.private.orders import tag_of
from tickwright.venues.binance.dialect.spelling import decimal_text
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE, Listing
from tickwright.venues.reports import (
    BalanceView,
    EndReason,
    Fill,
    ListReport,
    ListStatus,
    OrderStatus,
    OrderView,
    Prevention,
)


__all__ = [
    "EXPIRY_REASONS",
    "STATUSES",
    "At",
    "SpotViews",
    "account",
    "amount",
    "commission",
    "order_list",
]

At = Callable[[int], int]
"""Makes a time for the wire of ns."""
Json = dict[str, object]

_DIGITS = 8
STATUSES = {
    OrderStatus.PENDING: "PENDING_NEW",
    OrderStatus.DORMANT: "NEW",
    OrderStatus.OPEN: "NEW",
    OrderStatus.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELED: "CANCELED",
    OrderStatus.EXPIRED: "EXPIRED",
    OrderStatus.PREVENTED: "EXPIRED_IN_MATCH",
    # A pending or dormant order that is refused when its turn comes has expired, with a reason.
    OrderStatus.REJECTED: "EXPIRED",
}
EXPIRY_REASONS = {
    EndReason.IOC: "UNFILLED_IOC_QUANTITY_EXPIRED",
    EndReason.FOK: "UNFILLED_FOK_ORDER_EXPIRED",
    EndReason.NO_LIQUIDITY: "INSUFFICIENT_LIQUIDITY",
    EndReason.PRICE_REACH: "EXECUTION_RULE_PRICE_RANGE_EXCEEDED",
    EndReason.OCO: "OCO_TRIGGER",
    EndReason.WORKING_ENDED: "OTO_PHASE_ONE_EXPIRED",
    EndReason.REFUSED: "REJECTED",
}
_ZERO = "0.00000000"


def amount(raw: int) -> str:
    """Return an amount of an asset; digits that are not shown are cut off, toward zero.

    Example:
        >>> amount(-15 * 10**15)
        '-1.50000000'
    """
    text = decimal_text(abs(raw), AMOUNT_SCALE, _DIGITS)
    return f"-{text}" if raw < 0 else text


class SpotViews:
    """Writes the orders of one instrument.

    Args:
        listing: The instrument.
        annals: What became of orders.
        at: Makes times for the wire.
    """

    def __init__(self, listing: Listing, annals: Annals, at: At) -> None:
        self._listing = listing
        self._annals = annals
        self._at = at

    def price(self, raw: int) -> str:
        """Return a price."""
        return decimal_text(raw, self._listing.price_scale, _DIGITS)

    def quantity(self, raw: int) -> str:
        """Return a quantity."""
        return decimal_text(raw, self._listing.quantity_scale, _DIGITS)

    def turnover(self, price: int, quantity: int) -> str:
        """Return what a quantity is worth at a price."""
        scale = self._listing.price_scale + self._listing.quantity_scale
        return decimal_text(price * quantity, scale, _DIGITS)

    # ------------------------------------------------------------------ answers to commands

    def placed(self, order: OrderView, fills: Sequence[Fill], response: str, now_ns: int) -> Json:
        """Return the answer to a new order.

        Args:
            order: As it is now.
            fills: What it traded at once.
            response: ``ACK``, ``RESULT`` or ``FULL``.
            now_ns: When it was done.
        """
        body = self._head(order, now_ns)
        if response == "ACK":
            return body
        body |= self._state(order) | self._extras(order)
        body["workingTime"] = self._working_time(order)
        if response == "FULL":
            body["fills"] = [self._fill(fill) for fill in fills]
        body["selfTradePreventionMode"] = tag_of(order.request).self_trade
        return body | self._ending(order)

    def canceled(self, order: OrderView, previous_id: str, now_ns: int) -> Json:
        """Return the answer to a cancel; the order goes by the cancel's id, ``previous_id`` was its own."""
        body: Json = {"symbol": order.symbol, "origClientOrderId": previous_id}
        body |= self._head(order, now_ns) | self._state(order) | self._extras(order)
        body["selfTradePreventionMode"] = tag_of(order.request).self_trade
        return body

    def amended(
        self, order: OrderView, previous_id: str, report_id: int, now_ns: int, entry: Json | None
    ) -> Json:
        """Return the answer to an amendment; ``entry`` is the list that the order belongs to."""
        state = self._state(order)
        row: Json = {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": order.list_id or -1,
            "origClientOrderId": previous_id,
            "clientOrderId": order.client_id,
            "price": state["price"],
            "qty": state["origQty"],
            "executedQty": state["executedQty"],
            "preventedQty": self.quantity(order.prevented),
            "quoteOrderQty": state["origQuoteOrderQty"],
            "cumulativeQuoteQty": state["cummulativeQuoteQty"],
            "status": state["status"],
            "timeInForce": state["timeInForce"],
            "type": state["type"],
            "side": state["side"],
            **self._extras(order),
            "workingTime": self._working_time(order),
            "selfTradePreventionMode": tag_of(order.request).self_trade,
        }
        body: Json = {
            "transactTime": self._at(now_ns),
            "executionId": report_id,
            "amendedOrder": row,
        }
        return body if entry is None else {**body, "listStatus": entry}

    # ------------------------------------------------------------------ answers to questions

    def order(self, order: OrderView) -> Json:
        """Return an order as queries show it."""
        body = self._name(order)
        state = self._state(order)
        amount = state.pop("origQuoteOrderQty")
        body |= state
        body["stopPrice"] = body["icebergQty"] = _ZERO
        body |= self._extras(order)
        body["time"] = self._at(order.created_ns)
        body["updateTime"] = self._at(order.updated_ns)
        # Dormant orders too are called working; only pending ones are not.
        body["isWorking"] = order.working_ns > 0 or order.status is OrderStatus.DORMANT
        body["workingTime"] = self._working_time(order)
        body["origQuoteOrderQty"] = amount
        body["selfTradePreventionMode"] = tag_of(order.request).self_trade
        return body | self._ending(order)

    def fill(self, fill: Fill, list_id: int) -> Json:
        """Return a row of ``myTrades``."""
        return {
            "symbol": fill.symbol,
            "id": fill.trade_id,
            "orderId": fill.order_id,
            "orderListId": list_id or -1,
            "price": self.price(fill.price),
            "qty": self.quantity(fill.quantity),
            "quoteQty": amount(fill.turnover),
            "commission": amount(fill.fee),
            "commissionAsset": fill.fee_asset,
            "time": self._at(fill.ts_ns),
            "isBuyer": fill.is_buy,
            "isMaker": fill.is_maker,
            "isBestMatch": True,
        }

    def prevented(self, order: OrderView, prevention: Prevention) -> Json:
        """Return a row of ``myPreventedMatches``."""
        return {
            "symbol": order.symbol,
            "preventedMatchId": prevention.id,
            "takerOrderId": prevention.taker_order_id,
            "makerSymbol": order.symbol,
            "makerOrderId": prevention.maker_order_id,
            "tradeGroupId": -1,
            "selfTradePreventionMode": tag_of(order.request).self_trade,
            "price": self.price(prevention.price),
            "makerPreventedQuantity": self.quantity(prevention.quantity),
            "transactTime": self._at(order.updated_ns),
        }

    # ------------------------------------------------------------------ parts

    def _name(self, order: OrderView) -> Json:
        return {
            "symbol": order.symbol,
            "orderId": order.id,
            "orderListId": order.list_id or -1,
            "clientOrderId": order.client_id,
        }

    def _head(self, order: OrderView, now_ns: int) -> Json:
        return {**self._name(order), "transactTime": self._at(now_ns)}

    def _state(self, order: OrderView) -> Json:
        request, tag = order.request, tag_of(order.request)
        return {
            "price": self.price(order.price),
            "origQty": self.quantity(order.quantity),
            "executedQty": self.quantity(order.filled),
            "origQuoteOrderQty": amount(request.quote_amount),
            "cummulativeQuoteQty": amount(order.turnover),
            "status": STATUSES[order.status],
            "timeInForce": tag.time_in_force,
            "type": tag.type,
            "side": request.side.name,
        }

    def _extras(self, order: OrderView) -> Json:
        """Return the fields that only some orders have."""
        request, tag, body = order.request, tag_of(order.request), Json()
        trigger = request.trigger
        if trigger is not None and trigger.price:
            body["stopPrice"] = self.price(trigger.price)
        if trigger is not None and trigger.trail_bps:
            body["trailingDelta"] = trigger.trail_bps
            body["trailingTime"] = self._at(order.tracking_ns) if order.tracking_ns else -1
        if order.display:
            body["icebergQty"] = self.quantity(order.display)
        if tag.strategy_id is not None:
            body["strategyId"] = tag.strategy_id
        if tag.strategy_type is not None:
            body["strategyType"] = tag.strategy_type
        if order.prevented:
            body["preventedMatchId"] = self._annals.preventions(order.id)[-1].id
            body["preventedQuantity"] = self.quantity(order.prevented)
        return body

    def _ending(self, order: OrderView) -> Json:
        reason = self._annals.reason(order.id)
        word = None if reason is None else EXPIRY_REASONS.get(reason)
        return {} if word is None else {"expiryReason": word}

    def _working_time(self, order: OrderView) -> int:
        return self._at(order.working_ns) if order.working_ns else -1

    def _fill(self, fill: Fill) -> Json:
        return {
            "price": self.price(fill.price),
            "qty": self.quantity(fill.quantity),
            "commission": amount(fill.fee),
            "commissionAsset": fill.fee_asset,
            "tradeId": fill.trade_id,
        }


def order_list(report: ListReport, at: At, reports: Sequence[Json] | None = None) -> Json:
    """Return an order list; with ``reports`` as the answer to a command, otherwise as queries show it."""
    is_done = report.status is ListStatus.DONE
    body: Json = {
        "orderListId": report.list_id,
        "contingencyType": "OCO" if report.is_oco else "OTO",
        "listStatusType": "ALL_DONE" if is_done else "EXEC_STARTED",
        "listOrderStatus": "ALL_DONE" if is_done else "EXECUTING",
        "listClientOrderId": report.client_id,
        "transactionTime": at(report.ts_ns),
        "symbol": report.symbol,
        "orders": [
            {"symbol": report.symbol, "orderId": order_id, "clientOrderId": client_id}
            for order_id, client_id in report.orders
        ],
    }
    return body if reports is None else {**body, "orderReports": list(reports)}


def account(
    balances: Iterable[BalanceView], maker: int, taker: int, updated: int, *, omits_zero: bool
) -> Json:
    """Return the body of ``account``; fees are at ``RATE_SCALE``."""
    per_myriad = 10 ** (RATE_SCALE - 4)
    return {
        "makerCommission": maker // per_myriad,
        "takerCommission": taker // per_myriad,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": _rates(maker, taker),
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": updated,
        "accountType": "SPOT",
        "balances": [
            {"asset": one.asset, "free": amount(one.free), "locked": amount(one.locked)}
            for one in balances
            if one.free or one.locked or not omits_zero
        ],
        "permissions": ["SPOT"],
        "uid": 354937868,
    }


def _rates(maker: int, taker: int) -> Json:
    rates = {"maker": maker, "taker": taker, "buyer": 0, "seller": 0}
    return {name: decimal_text(rate, RATE_SCALE, _DIGITS) for name, rate in rates.items()}


def commission(symbol: str, maker: int, taker: int, *, is_for_order: bool = False) -> Json:
    """Return the body of ``account/commission``, or what ``order/test`` says about an order's fees."""
    tail = "ForOrder" if is_for_order else ""
    kinds = {"standard": _rates(maker, taker), "special": _rates(0, 0), "tax": _rates(0, 0)}
    body: Json = {} if is_for_order else {"symbol": symbol}
    for kind, rates in kinds.items():
        if is_for_order:
            rates = {name: rates[name] for name in ("maker", "taker")}
        body[f"{kind}Commission{tail}"] = rates
    body["discount"] = {
        "enabledForAccount": False,
        "enabledForSymbol": False,
        "discountAsset": "BNB",
        "discount": "0.75000000",
    }
    return body
