"""Spot order parameters (section 11.3) as commands of the engine."""

from __future__ import annotations

import re

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private.orders import (
    SELF_TRADE,
    TIMES_IN_FORCE,
    Ids,
    OrderTag,
    raw_number,
    side_of,
)
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import (
    Refused,
    bad_value,
    either,
    illegal,
    mandatory,
    not_required,
    too_precise,
)
from tickwright.venues.commands import (
    AmendOrder,
    CancelOnly,
    CancelOrder,
    OrderKind,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerKind,
)
from tickwright.venues.facts import AMOUNT_SCALE, Listing


__all__ = ["ORDER_TYPES", "SpotOrders", "response_type"]

ORDER_TYPES = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
)  # fmt: skip
_LIMITS = {"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"}
_TIMED = {"LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"}
_TRIGGERED = {
    "STOP_LOSS": TriggerKind.STOP,
    "STOP_LOSS_LIMIT": TriggerKind.STOP,
    "TAKE_PROFIT": TriggerKind.TAKE_PROFIT,
    "TAKE_PROFIT_LIMIT": TriggerKind.TAKE_PROFIT,
}
_ALLOWED_SELF_TRADE = ("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER")
_DIGITS = 8
_CLIENT_ID = "^[a-zA-Z0-9-_]{1,36}$"
_RESPONSES = ("ACK", "RESULT", "FULL")
_STRATEGY_TYPE_MIN = 1_000_000
_CANCEL_ONLY = {
    "ONLY_NEW": CancelOnly.UNFILLED,
    "ONLY_PARTIALLY_FILLED": CancelOnly.PARTIALLY_FILLED,
}


def response_type(params: Params, order_type: str | None) -> str:
    """Return how much an answer is to say: unless told, all of it for the plain types, and no fills for a list's orders.

    Args:
        params: The request's.
        order_type: The order's, ``None`` for those of a list (section 11.3.5).
    """
    default = "FULL" if order_type in ("LIMIT", "MARKET") else "ACK"
    if order_type is None:
        default = "RESULT"
    return params.choice("newOrderRespType", _RESPONSES, bad_value("newOrderRespType"), default)


class SpotOrders:
    """Reads the parameters of one account's requests about one instrument.

    Args:
        params: The parameters.
        account: Whose request it is.
        listing: The instrument.
        ids: For those who send none.
    """

    def __init__(self, params: Params, account: str, listing: Listing, ids: Ids) -> None:
        self.params = params
        self.account = account
        self.listing = listing
        self._ids = ids

    # ------------------------------------------------------------------ new orders

    def submit(self) -> SubmitOrder:
        """Read a new order."""
        return self.order(self.params, side_of(self.params), "newClientOrderId")

    def order(
        self,
        params: Params,
        side: Side,
        id_name: str = "clientOrderId",
        *,
        quantity_name: str = "quantity",
        has_quantity: bool = True,
    ) -> SubmitOrder:
        """Read an order, or one leg of several.

        Args:
            params: The order's.
            side: Its side.
            id_name: What the client's id is called.
            quantity_name: What the quantity is called.
            has_quantity: False where proceeds decide on it.

        Raises:
            Refused: If it is none.
        """
        kind = params.choice("type", ORDER_TYPES, Refused(-1116, "Invalid orderType."))
        if params.text("pegPriceType") or params.text("pegOffsetType"):
            raise Refused(-2010, "Pegged orders are not supported for this symbol.")
        time_in_force = self._time_in_force(params, kind)
        self_trade = self._self_trade(params)
        quantity, amount = self._size(params, kind, quantity_name) if has_quantity else (0, 0)
        tag = OrderTag(
            type=kind,
            time_in_force=time_in_force,
            self_trade=self_trade,
            strategy_id=params.whole("strategyId"),
            strategy_type=_strategy_type(params),
        )
        return SubmitOrder(
            account=self.account,
            symbol=self.listing.symbol,
            side=side,
            kind=OrderKind.LIMIT if kind in _LIMITS else OrderKind.MARKET,
            quantity=quantity,
            quote_amount=amount,
            price=self._limit_price(params, kind),
            # A market order does not rest whatever it says, and GTC is what the venue shows of it.
            time_in_force=TIMES_IN_FORCE[time_in_force] if kind in _TIMED else TimeInForce.GTC,
            is_post_only=kind == "LIMIT_MAKER",
            display=self._display(params, kind),
            self_trade=SELF_TRADE[self_trade],
            trigger=self._trigger(params, kind),
            client_id=self.client_id(params, id_name),
            tag=tag,
        )

    def client_id(self, params: Params, name: str) -> str:
        """Read a client id, or make one."""
        text = params.text(name)
        if text and re.fullmatch(_CLIENT_ID, text) is None:
            raise illegal(name, _CLIENT_ID)
        return text or self._ids.next()

    @staticmethod
    def _time_in_force(params: Params, kind: str) -> str:
        if kind not in _TIMED:
            if "timeInForce" in params:
                raise not_required("timeInForce")
            return "GTC"
        return params.choice(
            "timeInForce", ("GTC", "IOC", "FOK"), Refused(-1115, "Invalid timeInForce.")
        )

    @staticmethod
    def _self_trade(params: Params) -> str:
        name = "selfTradePreventionMode"
        mode = params.choice(name, SELF_TRADE, bad_value(name), "EXPIRE_MAKER")
        if mode not in _ALLOWED_SELF_TRADE:
            text = "This symbol does not allow the specified self-trade prevention mode."
            raise Refused(-1013, text)
        return mode

    def _size(self, params: Params, kind: str, name: str) -> tuple[int, int]:
        amount = params.number("quoteOrderQty")
        quantity = params.number(name)
        if kind != "MARKET":
            if amount is not None:
                raise not_required("quoteOrderQty")
            if quantity is None:
                raise mandatory(name)
        elif quantity is None and amount is None:
            raise either(name, "quoteOrderQty")
        elif quantity is not None and amount is not None:
            raise not_required("quoteOrderQty")
        if amount is not None:
            if not amount:
                raise Refused(-1013, "Invalid quoteOrderQty.")
            off = too_precise("quoteOrderQty")
            unit: int = 10 ** (AMOUNT_SCALE - _DIGITS)
            return 0, raw_number(amount, _DIGITS, _DIGITS, off, off) * unit
        assert quantity is not None
        return self._quantity(params, name), 0

    def _quantity(self, params: Params, name: str) -> int:
        value = params.number(name)
        if value is None:
            raise mandatory(name)
        if not value:
            raise Refused(-1013, "Invalid quantity.")
        off = Refused(-1013, "Filter failure: LOT_SIZE")
        return raw_number(value, self.listing.quantity_scale, _DIGITS, too_precise(name), off)

    def _price(self, params: Params, name: str) -> int:
        value = params.number(name)
        if value is None:
            raise mandatory(name)
        off = Refused(-1013, "Filter failure: PRICE_FILTER")
        return raw_number(value, self.listing.price_scale, _DIGITS, too_precise(name), off)

    def _limit_price(self, params: Params, kind: str) -> int:
        if kind in _LIMITS:
            return self._price(params, "price")
        if "price" in params:
            raise not_required("price")
        return 0

    def _display(self, params: Params, kind: str) -> int:
        if "icebergQty" not in params:
            return 0
        if kind not in _LIMITS:
            raise not_required("icebergQty")
        return self._quantity(params, "icebergQty")

    def _trigger(self, params: Params, kind: str) -> Trigger | None:
        has_price, has_trail = "stopPrice" in params, "trailingDelta" in params
        if kind not in _TRIGGERED:
            if has_price or has_trail:
                raise not_required("stopPrice" if has_price else "trailingDelta")
            return None
        if not has_price and not has_trail:
            raise either("stopPrice", "trailingDelta")
        return Trigger(
            _TRIGGERED[kind],
            self._price(params, "stopPrice") if has_price else 0,
            trail_bps=params.whole("trailingDelta") or 0,
        )

    # ------------------------------------------------------------------ open ones

    def cancel(
        self,
        id_name: str = "orderId",
        client_name: str = "origClientOrderId",
        new_name: str = "newClientOrderId",
    ) -> CancelOrder:
        """Read a cancel."""
        params = self.params
        order_id, client_id = params.whole(id_name) or 0, params.text(client_name)
        if not order_id and not client_id:
            raise either(id_name, client_name)
        only = params.text("cancelRestrictions")
        if only and only not in _CANCEL_ONLY:
            raise Refused(-1145, "Invalid cancelRestrictions")
        return CancelOrder(
            account=self.account,
            symbol=self.listing.symbol,
            order_id=order_id,
            client_id=client_id,
            only=_CANCEL_ONLY.get(only),
            cancel_id=self.client_id(params, new_name),
        )

    def amend(self) -> AmendOrder:
        """Read an amendment that keeps the order's priority."""
        params = self.params
        order_id, client_id = params.whole("orderId") or 0, params.text("origClientOrderId")
        if not order_id and not client_id:
            raise either("orderId", "origClientOrderId")
        return AmendOrder(
            account=self.account,
            symbol=self.listing.symbol,
            order_id=order_id,
            client_id=client_id,
            quantity=self._quantity(params, "newQty"),
            new_client_id=self.client_id(params, "newClientOrderId"),
        )


def _strategy_type(params: Params) -> int | None:
    found = params.whole("strategyType")
    if found is not None and found < _STRATEGY_TYPE_MIN:
        raise Refused(-1134, f"'strategyType' cannot be less than {_STRATEGY_TYPE_MIN}.")
    return found
