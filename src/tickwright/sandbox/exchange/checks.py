"""Orders against an instrument's rules. Each check returns the rule that was broken, with its numbers, or nothing."""

from __future__ import annotations

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.triggers import lies_above
from tickwright.venues.commands import OrderKind, SubmitOrder, TimeInForce
from tickwright.venues.facts import RATE_SCALE
from tickwright.venues.marketrules import SizeRule
from tickwright.venues.reports import Refusal, Rule


__all__ = [
    "check_counts",
    "check_form",
    "check_gap",
    "check_iceberg",
    "check_notional",
    "check_position",
    "check_price",
    "check_quantity",
    "check_trigger",
]

_ONE: int = 10**RATE_SCALE


def check_form(request: SubmitOrder, now_ns: int, *, has_quantity: bool = True) -> Refusal | None:
    """Check that an order's properties go together; without ``has_quantity`` proceeds will decide on it."""
    subject = ""
    tif = request.time_in_force
    if request.kind is OrderKind.MARKET:
        if request.price or request.is_post_only or request.display:
            subject = "market order with a limit order's properties"
        elif has_quantity and (
            bool(request.quantity) + bool(request.quote_amount) + request.closes_position != 1
        ):
            subject = "not exactly one of quantity, amount and closing"
    elif request.quote_amount or request.closes_position:
        subject = "limit order with a market order's properties"
    elif request.is_post_only and tif in (TimeInForce.IOC, TimeInForce.FOK):
        subject = "post-only order that may not rest"
    elif request.display and tif is not TimeInForce.GTC:
        subject = "iceberg that is not good till canceled"
    if request.trigger is None:
        if request.closes_position:
            subject = "closing order without a trigger"
    elif request.quote_amount:
        subject = "dormant order by amount"
    if subject:
        return Refusal(Rule.COMBINATION, subject=subject)
    if tif is TimeInForce.GTD and request.expires_ns <= now_ns:
        return Refusal(Rule.EXPIRY, request.expires_ns, now_ns)
    return None


def check_price(
    market: Market, price: int, *, is_buy: bool, subject: str = "price", has_band: bool = True
) -> Refusal | None:
    """Check a price against bounds, tick and band."""
    rules = market.rules
    if price <= 0:
        return Refusal(Rule.PRICE_NOT_POSITIVE, price, 0, subject)
    if price < rules.min_price:
        return Refusal(Rule.PRICE_MIN, price, rules.min_price, subject)
    if rules.max_price and price > rules.max_price:
        return Refusal(Rule.PRICE_MAX, price, rules.max_price, subject)
    if market.tick and price % market.tick:
        return Refusal(Rule.PRICE_TICK, price, market.tick, subject)
    band = rules.buy_band if is_buy else rules.sell_band
    if has_band and (band.up or band.down):
        lowest, highest = market.bounds(band)
        if price < lowest:
            return Refusal(Rule.PRICE_BAND_DOWN, price, lowest, subject)
        if highest and price > highest:
            return Refusal(Rule.PRICE_BAND_UP, price, highest, subject)
    return None


_SIZE = (Rule.QUANTITY_MIN, Rule.QUANTITY_MAX, Rule.QUANTITY_LOT)
_MARKET_SIZE = (Rule.MARKET_QUANTITY_MIN, Rule.MARKET_QUANTITY_MAX, Rule.MARKET_QUANTITY_LOT)


def check_quantity(
    market: Market, quantity: int, *, is_market: bool, subject: str = "quantity"
) -> Refusal | None:
    """Check a quantity against bounds and lot."""
    rules = market.rules
    if quantity <= 0:
        return Refusal(Rule.QUANTITY_NOT_POSITIVE, quantity, 0, subject)
    if quantity % market.lot:
        return Refusal(Rule.QUANTITY_LOT, quantity, market.lot, subject)
    refusal = None
    if not (is_market and rules.is_market_size_alone):
        refusal = _check_size(rules.size, quantity, subject, _SIZE)
    if refusal is None and is_market:
        refusal = _check_size(rules.market_size, quantity, subject, _MARKET_SIZE)
    return refusal


def _check_size(
    size: SizeRule, value: int, subject: str, names: tuple[Rule, Rule, Rule]
) -> Refusal | None:
    if value < size.minimum:
        return Refusal(names[0], value, size.minimum, subject)
    if size.maximum and value > size.maximum:
        return Refusal(names[1], value, size.maximum, subject)
    if size.step and value % size.step:
        return Refusal(names[2], value, size.step, subject)
    return None


def check_notional(market: Market, notional: int, request: SubmitOrder) -> Refusal | None:
    """Check an order's worth; a market order's only where the rules say so."""
    rules = market.rules
    is_market = request.kind is OrderKind.MARKET
    if rules.is_reduce_only_free_of_notional and (
        request.is_reduce_only or request.closes_position
    ):
        return None
    if notional < rules.min_notional and (rules.min_notional_on_market or not is_market):
        return Refusal(Rule.NOTIONAL_MIN, notional, rules.min_notional)
    if (
        rules.max_notional
        and notional > rules.max_notional
        and (rules.max_notional_on_market or not is_market)
    ):
        return Refusal(Rule.NOTIONAL_MAX, notional, rules.max_notional)
    return None


def check_iceberg(market: Market, request: SubmitOrder) -> Refusal | None:
    """Check what an iceberg shows."""
    display, limit = request.display, market.rules.max_iceberg_parts
    if display > request.quantity:
        return Refusal(Rule.ICEBERG_DISPLAY, display, request.quantity)
    refusal = check_quantity(market, display, is_market=False, subject="display")
    parts = -(-request.quantity // display) if display > 0 else 0
    if refusal is None and limit and parts > limit:
        return Refusal(Rule.ICEBERG_PARTS, parts, limit)
    return refusal


def check_trigger(market: Market, request: SubmitOrder, *, is_buy: bool) -> Refusal | None:
    """Check an order's trigger: its price, its distance, and that it lies on the right side of the market."""
    trigger = request.trigger
    if trigger is None:
        return None
    above = lies_above(trigger, is_buy=is_buy)
    if trigger.price or not trigger.trail_bps:
        refusal = check_price(
            market, trigger.price, is_buy=is_buy, subject="trigger price", has_band=False
        )
        if refusal is not None:
            return refusal
        now = market.price_for(trigger.by)
        if now and (now >= trigger.price if above else now <= trigger.price):
            return Refusal(Rule.WOULD_TRIGGER, trigger.price, now)
    if trigger.trail_bps:
        size = market.rules.trail_above if above else market.rules.trail_below
        return _check_size(size, trigger.trail_bps, "trail", (Rule.TRAIL_RANGE,) * 3)
    return None


def check_gap(market: Market, request: SubmitOrder) -> Refusal | None:
    """Check that last price and mark price agree well enough for a protected order to trigger."""
    trigger, limit = request.trigger, market.rules.trigger_protection
    if trigger is None or not trigger.is_protected or not limit or not market.mark_price:
        return None
    gap = abs(market.last_price - market.mark_price) * _ONE // market.mark_price
    return Refusal(Rule.PRICE_GAP, gap, limit) if gap > limit else None


def check_counts(
    seat: Seat, *, orders: int = 1, dormant: int = 0, icebergs: int = 0, lists: int = 0
) -> Refusal | None:
    """Check how many open orders and lists an account would have with so many more."""
    rules = seat.market.rules
    open_orders = len(seat.orders) + orders
    sleeping = seat.dormant + dormant
    if rules.is_max_dormant_for_all:
        open_orders -= sleeping
        sleeping = sum(one.dormant for one in seat.account.seats.values()) + dormant
    if (
        rules.max_orders
        and open_orders > rules.max_orders
        and orders > dormant * (rules.is_max_dormant_for_all)
    ):
        return Refusal(Rule.MAX_ORDERS, open_orders, rules.max_orders)
    if dormant and rules.max_dormant and sleeping > rules.max_dormant:
        return Refusal(Rule.MAX_DORMANT, sleeping, rules.max_dormant)
    if icebergs and rules.max_icebergs and seat.icebergs + icebergs > rules.max_icebergs:
        return Refusal(Rule.MAX_ICEBERGS, seat.icebergs + icebergs, rules.max_icebergs)
    if lists and rules.max_lists and seat.lists + lists > rules.max_lists:
        return Refusal(Rule.MAX_LISTS, seat.lists + lists, rules.max_lists)
    return None


def check_position(seat: Seat, quantity: int) -> Refusal | None:
    """Check what a spot account would hold if everything that it buys were filled."""
    limit = seat.market.rules.max_position
    if not limit:
        return None
    buying = sum(order.leaves for order in seat.orders.values() if order.is_buy)
    wanted = seat.holding() + buying + quantity
    return Refusal(Rule.MAX_POSITION, wanted, limit) if wanted > limit else None
