"""Order parameters (section 9) as commands of the engine, and the words in which an order was placed."""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from tickwright.model.market import Side
from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused, missing, wrong
from tickwright.venues.bybit.dialect.payloads import limit_prices
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.bybit.dialect.private.ids import read_order_id
from tickwright.venues.bybit.dialect.private.refusals import no_such_order, refusal_of
from tickwright.venues.bybit.dialect.spelling import Spelling
from tickwright.venues.commands import (
    AmendOrder,
    CancelOrder,
    OrderKind,
    SelfTrade,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.venues.facts import AMOUNT_SCALE, InstrumentPrices, scaled
from tickwright.venues.reports import Refusal, Rule


__all__ = ["OrderForm", "OrderTag", "tag_of"]

_SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
_TIMES = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "PostOnly": TimeInForce.GTC,
    "RPI": TimeInForce.GTC,
}
_SELF_TRADE = {
    "None": SelfTrade.NONE,
    "CancelMaker": SelfTrade.EXPIRE_MAKER,
    "CancelTaker": SelfTrade.EXPIRE_TAKER,
    "CancelBoth": SelfTrade.EXPIRE_BOTH,
}
_TRIGGERED_BY = {
    "LastPrice": TriggerBy.LAST,
    "IndexPrice": TriggerBy.MARK,  # the index of a simulated market is as good as its mark
    "MarkPrice": TriggerBy.MARK,
}
_LINK = re.compile(r"[0-9A-Za-z_-]{1,36}")
_LINK_MAX = 36
_RISES, _FALLS = 1, 2
_UNSIMULATED = ("takeProfit", "stopLoss", "bboSideType", "slippageTolerance")


class OrderTag(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Rides on an engine order, so that it is shown in the words in which it was placed."""

    link: str = ""
    """``orderLinkId`` as it was sent."""
    time_in_force: str = "GTC"
    self_trade: str = "None"
    market_unit: str = ""
    order_filter: str = "Order"
    trigger_by: str = ""
    trigger_direction: int = 0
    is_leveraged: bool = False
    closes_on_trigger: bool = False
    created_price: int = 0
    """The last price when it was created."""


def tag_of(tag: object) -> OrderTag:
    """Return an order's words; one that was placed otherwise has none."""
    return tag if isinstance(tag, OrderTag) else OrderTag()


class OrderForm:
    """Reads one account's requests about one instrument.

    Args:
        form: What was sent.
        account: Whose request it is.
        instrument: Which one.
        position: What the account holds of a contract, below zero if short.
        moves_prices: Whether limit prices beyond the band are moved to it, not refused.
        now_ms: The market's time.
    """

    def __init__(
        self,
        form: Form,
        account: str,
        instrument: InstrumentPrices,
        *,
        position: int,
        moves_prices: bool,
        now_ms: int,
    ) -> None:
        self.form = form
        self.account = account
        self.listing = instrument.listing
        self.category: Category = form.category()
        self._instrument = instrument
        self._position = position
        self._moves_prices = moves_prices
        self._now_ms = now_ms

    # ------------------------------------------------------------------ creating

    def submit(self) -> SubmitOrder:
        """Read a new order.

        Raises:
            Refused: If it is none, or asks for what is not simulated.
        """
        form = self.form
        side = _SIDES[form.choice("side", _SIDES)]
        is_limit = form.choice("orderType", ("Limit", "Market")) == "Limit"
        for name in _UNSIMULATED:
            if name in form and form.text(name) != "0":
                raise Refused(10001, f"params error: {name} is not simulated here")
        if form.text("positionIdx", "0") != "0":
            raise Refused(10001, "position idx not match position mode")
        words = form.choice("timeInForce", _TIMES, "GTC") if is_limit else "IOC"
        link = self._link()
        trigger, direction = self._trigger(side)
        quantity, amount = self._size(side, is_limit=is_limit)
        price = self._limit_price(side, is_known=trigger is None) if is_limit else 0
        return SubmitOrder(
            account=self.account,
            symbol=self.listing.key,
            side=side,
            kind=OrderKind.LIMIT if is_limit else OrderKind.MARKET,
            quantity=quantity,
            quote_amount=amount,
            price=price,
            # A market order is immediate-or-cancel by nature; the engine knows that.
            time_in_force=_TIMES[words] if is_limit else TimeInForce.GTC,
            is_post_only=words in ("PostOnly", "RPI"),
            is_reduce_only=self._is_reduce_only(),
            self_trade=_SELF_TRADE[form.choice("smpType", _SELF_TRADE, "None")],
            trigger=trigger,
            client_id=link,
            tag=OrderTag(
                link=link,
                time_in_force=words,
                self_trade=form.text("smpType", "None"),
                market_unit=form.text("marketUnit"),
                order_filter=form.text("orderFilter", "Order"),
                trigger_by=form.text("triggerBy", "LastPrice") if trigger is not None else "",
                trigger_direction=direction,
                is_leveraged=form.flag("isLeverage"),
                closes_on_trigger=form.flag("closeOnTrigger"),
                created_price=self._instrument.last_price,
            ),
        )

    def _is_reduce_only(self) -> bool:
        is_asked = self.form.flag("reduceOnly") or self.form.flag("closeOnTrigger")
        return is_asked and self.category.is_contract

    def _link(self) -> str:
        link = self.form.text("orderLinkId")
        if len(link) > _LINK_MAX:
            raise Refused(10001, "order link id is longer than 45")
        if link and _LINK.fullmatch(link) is None:
            raise wrong("orderLinkId")
        return link

    def _size(self, side: Side, *, is_limit: bool) -> tuple[int, int]:
        """Read how much: a quantity, or on spot what a market order spends or earns."""
        form, listing = self.form, self.listing
        value = form.number("qty")
        if value is None:
            raise missing("qty")
        if self.category.is_contract:
            if not value and self._is_reduce_only():
                return self._closing(side), 0
            return self._raw(value, listing.quantity_scale, Rule.QUANTITY_LOT), 0
        unit = form.text("marketUnit", "quoteCoin" if side is Side.BUY else "baseCoin")
        if is_limit or unit == "baseCoin":
            return self._raw(value, listing.quantity_scale, Rule.QUANTITY_LOT), 0
        raw = scaled(value, listing.price_scale + listing.quantity_scale)
        if raw is None:
            raise Refused(170148, "Market order amount decimal too long")
        return 0, raw * 10 ** (AMOUNT_SCALE - listing.price_scale - listing.quantity_scale)

    def _closing(self, side: Side) -> int:
        """Return what closes the position."""
        held = -self._position if side is Side.BUY else self._position
        if held <= 0:
            raise refusal_of(self.category, Refusal(Rule.REDUCE_ONLY))
        return held

    def _raw(self, value: Decimal, scale: int, rule: Rule) -> int:
        raw = scaled(value, scale)
        if raw is None:
            raise refusal_of(self.category, Refusal(rule))
        return raw

    def _limit_price(self, side: Side, *, is_known: bool) -> int:
        """Read a price. One beyond the band is refused, or moved to it (section 8), unless it waits for a trigger."""
        value = self.form.number("price")
        if value is None:
            raise missing("price")
        price = self._raw(value, self.listing.price_scale, Rule.PRICE_TICK)
        if not is_known or not price or price % self.listing.tick:
            return price
        highest, lowest = limit_prices(Spelling(self.listing), self._instrument, self._now_ms)
        bound = min(price, highest) if side is Side.BUY else max(price, lowest)
        if bound != price and not self._moves_prices:
            rule = Rule.PRICE_BAND_UP if side is Side.BUY else Rule.PRICE_BAND_DOWN
            raise refusal_of(self.category, Refusal(rule, price, bound))
        return bound

    def _trigger(self, side: Side) -> tuple[Trigger | None, int]:
        """Read what an order waits for, and whether the price has to rise (1) or to fall (2) to it."""
        form = self.form
        value = form.number("triggerPrice")
        if not value:
            return None, 0
        price = self._raw(value, self.listing.price_scale, Rule.PRICE_TICK)
        if self.category.is_contract:
            direction = form.whole("triggerDirection") or 0
            if direction not in (_RISES, _FALLS):
                raise wrong("triggerDirection")
        else:
            direction = _RISES if price > self._instrument.last_price else _FALLS
        by = _TRIGGERED_BY[form.choice("triggerBy", _TRIGGERED_BY, "LastPrice")]
        is_stop = (direction == _RISES) is (side is Side.BUY)
        return Trigger(
            TriggerKind.STOP if is_stop else TriggerKind.TAKE_PROFIT, price, by
        ), direction

    # ------------------------------------------------------------------ open ones

    def ids(self) -> tuple[int, str]:
        """Read which order is meant; an order id prevails.

        Raises:
            Refused: If neither was sent, or the id can be no order's.
        """
        order, link = self.form.text("orderId"), self.form.text("orderLinkId")
        if not order and not link:
            raise Refused(10001, "params error: OrderId or orderLinkId is required")
        if not order:
            return 0, link
        number = read_order_id(self.category, order)
        if not number:
            raise no_such_order(self.category)
        return number, ""

    def cancel(self) -> CancelOrder:
        """Read a cancel."""
        number, link = self.ids()
        return CancelOrder(
            account=self.account, symbol=self.listing.key, order_id=number, client_id=link
        )

    def amend(self, side: Side) -> AmendOrder:
        """Read an amendment of an order of that side; only what is to change is sent."""
        number, link = self.ids()
        form = self.form
        quantity, price = form.number("qty"), form.number("price")
        if quantity is None and price is None:
            raise Refused(10001, "params error: nothing to amend")
        return AmendOrder(
            account=self.account,
            symbol=self.listing.key,
            order_id=number,
            client_id=link,
            quantity=0
            if quantity is None
            else self._raw(quantity, self.listing.quantity_scale, Rule.QUANTITY_LOT),
            price=0 if price is None else self._limit_price(side, is_known=True),
            keeps_priority=False,
        )
