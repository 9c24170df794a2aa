"""Orders, fills, positions and wallets as the venue writes them (sections 5 and 9)."""

from __future__ import annotations

from tickwright.model.market import Side
from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.private.annals import Note
from tickwright.venues.bybit.dialect.private.ids import execution_id, order_id
from tickwright.venues.bybit.dialect.private.orders import OrderTag, tag_of
from tickwright.venues.bybit.dialect.spelling import Spelling, amount_text, decimal_text, stripped
from tickwright.venues.commands import OrderKind
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE, Listing
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import EndReason, Fill, OrderStatus, OrderView


__all__ = ["OrderWriter", "Row", "link_of", "status_of"]

Row = dict[str, object]
_NS_PER_MS = 1_000_000
_PROTECTED_PERCENT = 5
_OPEN = {
    OrderStatus.DORMANT: "Untriggered",
    OrderStatus.OPEN: "New",
    OrderStatus.PARTIALLY_FILLED: "PartiallyFilled",
    OrderStatus.FILLED: "Filled",
    OrderStatus.REJECTED: "Rejected",
}
_REASONS = {
    EndReason.WOULD_TAKE: "EC_PostOnlyWillTakeLiquidity",
    EndReason.FOK: "EC_NoEnoughQtyToFill",
    EndReason.IOC: "EC_NoImmediateQtyToFill",
    EndReason.NO_LIQUIDITY: "EC_NoImmediateQtyToFill",
    EndReason.PRICE_REACH: "EC_ReachRiskPriceLimit",
    EndReason.QUOTE_SPENT: "EC_CancelForNoFullFill",
    EndReason.SELF_TRADE: "EC_BySelfMatch",
    EndReason.REFUSED: "EC_Others",
}
_CANCEL_TYPES = {
    EndReason.REDUCE_ONLY: "CancelByReduceOnly",
    EndReason.SELF_TRADE: "CancelBySmp",
    EndReason.LIQUIDATION: "CancelAllBeforeLiq",
}
_PART_FILLED = frozenset({EndReason.IOC, EndReason.NO_LIQUIDITY})


def status_of(category: Category, order: OrderView, reason: EndReason | None) -> str:
    """Return an order's status (section 10): categories differ in how they call what ended unfilled, or partly so."""
    known = _OPEN.get(order.status)
    if known is not None:
        return known
    is_dormant = order.request.trigger is not None and not order.triggered_ns
    if order.status is OrderStatus.CANCELED and is_dormant:
        return "Deactivated"
    if category.is_contract:
        return "Cancelled"
    if reason is EndReason.WOULD_TAKE:
        return "Rejected"
    return "PartiallyFilledCanceled" if order.filled else "Cancelled"


def link_of(category: Category, order: OrderView) -> str:
    """Return an order's own id; on spot the venue fills one in, the order's id plus one."""
    link = tag_of(order.request.tag).link
    if link or category.is_contract:
        return link
    return str(int(order_id(category, order.id)) + 1)


class OrderWriter:
    """Writes the orders and fills of one instrument.

    Args:
        category: Its category.
        rules: The instrument.
    """

    def __init__(self, category: Category, rules: MarketRules) -> None:
        self.category = category
        self.listing: Listing = rules.listing
        self._rules = rules
        self._at = Spelling(rules.listing)

    def order(self, order: OrderView, note: Note, *, is_streamed: bool) -> Row:
        """Return an order, as the private socket (``is_streamed``) or the REST endpoints show it."""
        category, tag = self.category, tag_of(order.request.tag)
        status = status_of(category, order, note.reason)
        return {
            **({"category": category.name} if is_streamed else {}),
            "symbol": self.listing.symbol,
            "orderId": order_id(category, order.id),
            "orderLinkId": link_of(category, order),
            "parentOrderLinkId": "",
            "blockTradeId": "",
            "side": "Buy" if order.request.side.value == "buy" else "Sell",
            "positionIdx": 0,
            "orderStatus": status,
            **self._end(order, note),
            "timeInForce": tag.time_in_force,
            "isLeverage": "" if category.is_contract else str(int(tag.is_leveraged)),
            "price": self._price(order, tag),
            "qty": self._quantity_text(order),
            **self._filled(order, note, is_streamed=is_streamed),
            "orderType": "Limit" if order.request.kind is OrderKind.LIMIT else "Market",
            "stopOrderType": self._stop_type(order),
            "orderIv": "",
            **self._trigger(order, tag),
            "placeType": "",
            "lastPriceOnCreated": self._at.price(tag.created_price),
            "closeOnTrigger": tag.closes_on_trigger,
            "reduceOnly": order.request.is_reduce_only,
            "smpGroup": "0",
            "smpType": tag.self_trade,
            "smpOrderId": "",
            "slLimitPrice": "0",
            "tpLimitPrice": "0",
            **(
                {"tpslMode": "UNKNOWN", "createType": _creator(order)}
                if category.is_contract
                else {}
            ),
            "marketUnit": self._market_unit(order),
            "createdTime": str(order.created_ns // _NS_PER_MS),
            "updatedTime": str(order.updated_ns // _NS_PER_MS),
            **self._last(note, is_streamed=is_streamed),
        }

    def _quantity_text(self, order: OrderView) -> str:
        amount = order.request.quote_amount
        return amount_text(amount) if amount else self._at.quantity(order.quantity)

    def _price(self, order: OrderView, tag: OrderTag) -> str:
        """Return the price; a contract's market order shows the limit that protects it."""
        if order.request.kind is OrderKind.LIMIT:
            return self._at.price(order.price)
        if not self.category.is_contract:
            return "0"
        off = tag.created_price * _PROTECTED_PERCENT // 100
        raw = tag.created_price + (off if order.request.side.value == "buy" else -off)
        return self._at.price(raw // self.listing.tick * self.listing.tick)

    def _market_unit(self, order: OrderView) -> str:
        """Return what the quantity of a market order on spot counts, where its owner said so or could have had it only by saying so."""
        request = order.request
        if self.category.is_contract or request.kind is OrderKind.LIMIT:
            return tag_of(request.tag).market_unit
        is_usual = bool(request.quote_amount) is (request.side is Side.BUY)
        unit = "quoteCoin" if request.quote_amount else "baseCoin"
        return tag_of(request.tag).market_unit or ("" if is_usual else unit)

    def _end(self, order: OrderView, note: Note) -> Row:
        reason = "EC_NoError"
        if order.status is OrderStatus.CANCELED:
            return {"cancelType": note.cancel_type, "rejectReason": "EC_PerCancelRequest"}
        if note.reason is not None and not order.status.is_open:
            reason = _REASONS.get(note.reason, reason)
            if order.filled and note.reason in _PART_FILLED:
                reason = "EC_CancelForNoFullFill"
        kind = "UNKNOWN" if note.reason is None else _CANCEL_TYPES.get(note.reason, "UNKNOWN")
        return {"cancelType": kind, "rejectReason": reason}

    def _filled(self, order: OrderView, note: Note, *, is_streamed: bool) -> Row:
        at = self._at
        fees = {coin: amount_text(paid) for coin, paid in note.fees.items()}
        leaves = order.leaves
        price = order.price or tag_of(order.request.tag).created_price
        worth = leaves * price * self._unit
        average = "" if is_streamed else "0"
        return {
            "avgPrice": self.average(order) if order.filled else average,
            "leavesQty": at.quantity(leaves),
            "leavesValue": amount_text(worth),
            "cumExecQty": at.quantity(order.filled),
            "cumExecValue": amount_text(order.turnover),
            "cumExecFee": next(iter(fees.values()), "0"),
            "cumFeeDetail": fees,
        }

    @property
    def _unit(self) -> int:
        listing = self.listing
        unit: int = 10 ** (AMOUNT_SCALE - listing.price_scale - listing.quantity_scale)
        return unit

    def average(self, order: OrderView) -> str:
        """Return the average price of an order's fills."""
        scale: int = 10**self.listing.quantity_scale
        return amount_text(order.turnover * scale // order.filled)

    def _stop_type(self, order: OrderView) -> str:
        if order.request.trigger is not None:
            return "Stop"
        return "UNKNOWN" if self.category.is_contract else ""

    def _trigger(self, order: OrderView, tag: OrderTag) -> Row:
        trigger = order.request.trigger
        none = "" if self.category.is_contract else "0.00000"
        return {
            "triggerPrice": none if trigger is None else self._at.price(trigger.price),
            "takeProfit": none,
            "stopLoss": none,
            "triggerBy": tag.trigger_by,
            "tpTriggerBy": "",
            "slTriggerBy": "",
            "triggerDirection": tag.trigger_direction,
        }

    def _last(self, note: Note, *, is_streamed: bool) -> Row:
        if not is_streamed:
            return {"ocoTriggerBy": ""}
        row: Row = {
            "feeCurrency": "" if self.category.is_contract else next(iter(note.fees), ""),
            "slippageTolerance": "0",
            "slippageToleranceType": "UNKNOWN",
            "rpiTakerAccess": False,
            "rpiMatchedQty": "0",
        }
        return (
            {**row, "closedPnl": amount_text(note.realized)} if self.category.is_contract else row
        )

    # ------------------------------------------------------------------ fills

    def execution(
        self, fill: Fill, order: OrderView, sequence: int, mark: int, *, is_streamed: bool
    ) -> Row:
        """Return one side of a trade, as the private socket or the REST endpoint shows it."""
        category, at, request = self.category, self._at, order.request
        rate = self._rules.maker_fee if fill.is_maker else self._rules.taker_fee
        row: Row = {
            "symbol": self.listing.symbol,
            "closedSize": "0",
            "execFee": amount_text(fill.fee),
            "execId": execution_id(category, fill.trade_id, is_maker=fill.is_maker),
            "execPrice": at.price(fill.price),
            "execQty": at.quantity(fill.quantity),
            "execType": "BustTrade" if request.is_forced else "Trade",
            "execValue": amount_text(fill.turnover),
            "feeRate": stripped(decimal_text(rate, RATE_SCALE)),
            "tradeIv": "",
            "markIv": "",
            "blockTradeId": "",
            "markPrice": at.price(mark) if category.is_contract else "",
            "indexPrice": "",
            "underlyingPrice": "",
            "leavesQty": at.quantity(order.leaves),
            "orderId": order_id(category, fill.order_id),
            "orderLinkId": link_of(category, order),
            "orderPrice": at.price(order.price),
            "orderQty": self._quantity_text(order),
            "orderType": "Limit" if request.kind is OrderKind.LIMIT else "Market",
            "stopOrderType": self._stop_type(order),
            "side": "Buy" if fill.is_buy else "Sell",
            "execTime": str(fill.ts_ns // _NS_PER_MS),
            "isMaker": fill.is_maker,
            "seq": sequence,
            "extraFees": "",
            "feeCurrency": fill.fee_asset,
        }
        if category.is_contract:
            row["createType"] = _creator(order)
        if not is_streamed:
            return row
        more = {"isLeverage": "0", "marketUnit": self._market_unit(order)}
        return {
            "category": category.name,
            **row,
            **more,
            "execPnl": amount_text(fill.realized),
        }

    def fast_execution(self, fill: Fill, order: OrderView, sequence: int) -> Row:
        """Return the short form of a fill: no fee, no leaves, and no own id for makers (section 5.3)."""
        category, at = self.category, self._at
        return {
            "category": category.name,
            "symbol": self.listing.symbol,
            "execId": execution_id(category, fill.trade_id, is_maker=fill.is_maker),
            "execPrice": at.price(fill.price),
            "execQty": at.quantity(fill.quantity),
            "orderId": order_id(category, fill.order_id),
            "isMaker": fill.is_maker,
            "orderLinkId": "" if fill.is_maker else link_of(category, order),
            "side": "Buy" if fill.is_buy else "Sell",
            "execTime": str(fill.ts_ns // _NS_PER_MS),
            "seq": sequence,
        }


def _creator(order: OrderView) -> str:
    """Return who placed an order: its owner, or the venue, to liquidate a position."""
    return "CreateByLiq" if order.request.is_forced else "CreateByUser"
