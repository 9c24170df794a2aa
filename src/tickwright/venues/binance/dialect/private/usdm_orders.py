"""USD-M order parameters (sections 12.3 and 12.4) as commands of the engine: plain orders, and conditional ones."""

from __future__ import annotations

import re
from collections.abc import Callable

from tickwright.venues.binance.dialect.private.orders import (
    SELF_TRADE,
    TIMES_IN_FORCE,
    Ids,
    OrderTag,
    raw_number,
    side_of,
)
from tickwright.venues.binance.dialect.private.params import CLIENT_ID, Params
from tickwright.venues.binance.dialect.private.refused import (
    Refused,
    bad_combination,
    bad_value,
    either,
    mandatory,
    not_required,
)
from tickwright.venues.commands import (
    AmendOrder,
    CancelOrder,
    OrderKind,
    SubmitOrder,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.venues.facts import Listing


__all__ = ["CONDITIONAL_TYPES", "Depth", "UsdmOrders"]

Depth = Callable[[bool, int], int]
"""Returns the price of the so many-th level of bids (true) or asks, 0 if there is none."""

CONDITIONAL_TYPES = {
    "STOP": TriggerKind.STOP,
    "STOP_MARKET": TriggerKind.STOP,
    "TAKE_PROFIT": TriggerKind.TAKE_PROFIT,
    "TAKE_PROFIT_MARKET": TriggerKind.TAKE_PROFIT,
    # It waits until the price has come to it from the better side, and then follows.
    "TRAILING_STOP_MARKET": TriggerKind.TAKE_PROFIT,
}
_TRIGGERED_BY = {"MARK_PRICE": TriggerBy.MARK, "CONTRACT_PRICE": TriggerBy.LAST}
_SELF_TRADE = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH")
_MATCHES = {
    "OPPONENT": (True, 1),
    "OPPONENT_5": (True, 5),
    "QUEUE": (False, 1),
    "QUEUE_5": (False, 5),
    "QUEUE_10": (False, 10),
    "QUEUE_20": (False, 20),
}
_GOOD_TILL_MS = (600_000, 253_402_300_799_000)
_CLIENT_ID_LENGTH = 36
_RESPONSES = ("ACK", "RESULT")


class UsdmOrders:
    """Reads the parameters of one account's requests about one contract.

    Args:
        params: The parameters.
        account: Whose request it is.
        listing: The contract.
        ids: For those who send none.
        depth: Looks at the book, for prices that follow it.
        now_ms: For dates.
    """

    def __init__(
        self,
        params: Params,
        account: str,
        listing: Listing,
        ids: Ids,
        depth: Depth,
        now_ms: int,
    ) -> None:
        self.params = params
        self.account = account
        self.listing = listing
        self._ids = ids
        self._depth = depth
        self._now_ms = now_ms

    # ------------------------------------------------------------------ plain orders

    def submit(self) -> SubmitOrder:
        """Read a new order.

        Raises:
            Refused: If it is none; conditional types with -4120.
        """
        params = self.params
        side = side_of(params)
        kind = params.required("type")
        if kind in CONDITIONAL_TYPES:
            raise Refused(
                -4120,
                "Order type not supported for this endpoint."
                " Please use the Algo Order API endpoints instead.",
            )
        if kind not in ("LIMIT", "MARKET"):
            raise Refused(-1116, "Invalid orderType.")
        params.choice(
            "newOrderRespType", _RESPONSES, Refused(-1136, "Invalid newOrderRespType."), "ACK"
        )
        self.check_position_side()
        is_limit = kind == "LIMIT"
        time_in_force, good_till_ms = self._time_in_force(is_limit=is_limit)
        quantity = self._quantity()
        price, match = self._price(is_buy=side.value == "buy") if is_limit else (0, "NONE")
        if not is_limit and ("price" in params or "priceMatch" in params):
            raise not_required("price" if "price" in params else "priceMatch")
        return self._order(
            OrderTag(
                type=kind,
                time_in_force=time_in_force,
                self_trade=self._self_trade(),
                price_match=match,
                good_till_ms=good_till_ms,
            ),
            is_limit=is_limit,
            quantity=quantity,
            price=price,
            client_id=self.client_id("newClientOrderId"),
        )

    def _order(
        self,
        tag: OrderTag,
        *,
        is_limit: bool,
        quantity: int,
        price: int,
        client_id: str,
        trigger: Trigger | None = None,
        closes: bool = False,
    ) -> SubmitOrder:
        return SubmitOrder(
            account=self.account,
            symbol=self.listing.symbol,
            side=side_of(self.params),
            kind=OrderKind.LIMIT if is_limit else OrderKind.MARKET,
            quantity=quantity,
            price=price,
            time_in_force=TIMES_IN_FORCE[tag.time_in_force],
            expires_ns=tag.good_till_ms * 1_000_000,
            is_post_only=tag.time_in_force == "GTX",
            is_reduce_only=self.params.flag("reduceOnly") and not closes,
            closes_position=closes,
            self_trade=SELF_TRADE[tag.self_trade],
            trigger=trigger,
            client_id=client_id,
            tag=tag,
        )

    def check_position_side(self) -> None:
        """Refuse a side of a hedged position: accounts here are one-way."""
        side = self.params.text("positionSide", "BOTH")
        if side in ("LONG", "SHORT"):
            raise Refused(-4061, "Order's position side does not match user's setting.")
        if side != "BOTH":
            raise Refused(-4060, "Invalid position side.")

    def client_id(self, name: str) -> str:
        """Read a client id, or make one."""
        text = self.params.text(name)
        if len(text) > _CLIENT_ID_LENGTH:
            raise Refused(-4015, "Client order id length should not be more than 36 chars")
        if text and re.fullmatch(CLIENT_ID, text) is None:
            raise Refused(-4015, "Client order id is not valid.")
        return text or self._ids.next()

    def _time_in_force(self, *, is_limit: bool) -> tuple[str, int]:
        params = self.params
        if not is_limit:
            if "timeInForce" in params:
                raise not_required("timeInForce")
            return "GTC", 0
        invalid = Refused(-1115, "Invalid timeInForce.")
        found = params.choice("timeInForce", TIMES_IN_FORCE, invalid)
        till_ms = params.whole("goodTillDate") or 0
        if found != "GTD":
            if till_ms:
                raise not_required("goodTillDate")
            return found, 0
        if not till_ms:
            raise mandatory("goodTillDate")
        least_ms, most_ms = self._now_ms + _GOOD_TILL_MS[0], _GOOD_TILL_MS[1]
        if not least_ms < till_ms < most_ms:
            text = f"The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than {most_ms}"
            raise Refused(-5040, text)
        return found, till_ms // 1000 * 1000

    def _self_trade(self) -> str:
        invalid = Refused(-5039, "Invalid self trade prevention mode")
        return self.params.choice("selfTradePreventionMode", _SELF_TRADE, invalid, "EXPIRE_MAKER")

    def _number(self, name: str, scale: int) -> int:
        value = self.params.number(name)
        if value is None:
            raise mandatory(name)
        imprecise = Refused(-1111, "Precision is over the maximum defined for this asset.")
        return raw_number(value, scale, scale, imprecise, imprecise)

    def _quantity(self) -> int:
        quantity = self._number("quantity", self.listing.quantity_scale)
        if not quantity:
            raise Refused(-4003, "Quantity less than zero.")
        return quantity

    def _price(self, *, is_buy: bool) -> tuple[int, str]:
        """Read a limit price, or find the one that follows the book."""
        params = self.params
        match = params.text("priceMatch", "NONE")
        if match == "NONE":
            return self._number("price", self.listing.price_scale), match
        if "price" in params:
            raise not_required("price")
        if match not in _MATCHES:
            raise Refused(-5037, "Invalid price match")
        is_opposite, number = _MATCHES[match]
        price = self._depth(is_buy is not is_opposite, number)
        if not price:
            raise Refused(-5041, "No depth matches this BBO order")
        return price, match

    # ------------------------------------------------------------------ conditional orders

    def conditional(self) -> SubmitOrder:
        """Read a conditional order.

        Raises:
            Refused: If it is none.
        """
        params = self.params
        params.choice("algoType", ("CONDITIONAL",), bad_value("algoType"))
        side = side_of(params)
        kind = params.choice("type", CONDITIONAL_TYPES, Refused(-1116, "Invalid orderType."))
        self.check_position_side()
        by = params.text("workingType", "CONTRACT_PRICE")
        if by not in _TRIGGERED_BY:
            raise Refused(-4031, f"Invalid parameter working type: {by}")
        is_limit = kind in ("STOP", "TAKE_PROFIT")
        closes = params.flag("closePosition")
        self._check_closing(closes, is_limit=is_limit)
        time_in_force, good_till_ms = "GTC", 0
        if params.text("timeInForce", "GTC") not in ("GTC", "GTE_GTC"):
            time_in_force, good_till_ms = self._time_in_force(is_limit=is_limit)
        price, match = self._price(is_buy=side.value == "buy") if is_limit else (0, "NONE")
        trigger = self._trigger(kind, _TRIGGERED_BY[by])
        return self._order(
            OrderTag(
                type=kind,
                time_in_force=time_in_force,
                self_trade=self._self_trade(),
                working_type=by,
                price_match=match,
                good_till_ms=good_till_ms,
                is_price_protected=params.flag("priceProtect"),
                callback_rate=params.text("callbackRate"),
            ),
            is_limit=is_limit,
            quantity=0 if closes else self._quantity(),
            price=price,
            client_id=self.client_id("clientAlgoId"),
            trigger=trigger,
            closes=closes,
        )

    def _check_closing(self, closes: bool, *, is_limit: bool) -> None:
        params = self.params
        if not closes:
            return
        if is_limit or params.text("type") == "TRAILING_STOP_MARKET":
            raise Refused(-4136, "Target strategy invalid for orderType,closePosition")
        if "quantity" in params:
            raise Refused(-4137, "Quantity must be zero with closePosition equals true")
        if "reduceOnly" in params:
            raise not_required("reduceOnly")

    def _trigger(self, kind: str, by: TriggerBy) -> Trigger:
        params, scale = self.params, self.listing.price_scale
        is_protected = params.flag("priceProtect")
        if kind != "TRAILING_STOP_MARKET":
            price = self._number("triggerPrice", scale)
            return Trigger(CONDITIONAL_TYPES[kind], price, by, is_protected=is_protected)
        rate = params.number("callbackRate")
        if rate is None:
            raise mandatory("callbackRate")
        trail_bps = raw_number(rate, 2, 2, bad_value("callbackRate"), bad_value("callbackRate"))
        name = "activatePrice" if "activatePrice" in params else "activationPrice"
        price = self._number(name, scale) if name in params else 0
        return Trigger(
            CONDITIONAL_TYPES[kind],
            price,
            by,
            trail_bps=trail_bps,
            starts_at_last=not price,
            is_protected=is_protected,
        )

    # ------------------------------------------------------------------ open ones

    def ids(self) -> tuple[int, str]:
        """Read which order is meant; an order id prevails over a client id.

        Raises:
            Refused: If neither was sent.
        """
        order_id = self.params.whole("orderId") or 0
        client_id = self.params.text("origClientOrderId")
        if not order_id and not client_id:
            raise either("orderId", "origClientOrderId")
        return order_id, "" if order_id else client_id

    def cancel(self) -> CancelOrder:
        """Read a cancel."""
        order_id, client_id = self.ids()
        return CancelOrder(
            account=self.account,
            symbol=self.listing.symbol,
            order_id=order_id,
            client_id=client_id,
        )

    def modify(self) -> AmendOrder:
        """Read a modification."""
        side = side_of(self.params)
        order_id, client_id = self.ids()
        if "stopPrice" in self.params:
            raise bad_combination()
        quantity = self._quantity()
        price, _ = self._price(is_buy=side.value == "buy")
        return AmendOrder(
            account=self.account,
            symbol=self.listing.symbol,
            order_id=order_id,
            client_id=client_id,
            quantity=quantity,
            price=price,
            keeps_priority=False,
            tag=self.params.whole("modifyId"),
        )
