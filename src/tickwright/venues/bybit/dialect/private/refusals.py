"""What the venue says to a command that its engine refuses (section 11): codes differ between spot and contracts."""

from __future__ import annotations

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.reports import Refusal, Rule


__all__ = ["duplicate_link", "no_such_order", "refusal_of"]

_SPOT = {
    Rule.UNKNOWN_SYMBOL: (170121, "Invalid symbol."),
    Rule.NOT_TRADING: (170151, "This trading pair is not open yet"),
    Rule.DUPLICATE_CLIENT_ID: (170141, "Duplicate clientOrderId"),
    Rule.PRICE_NOT_POSITIVE: (170130, "Data sent for paramter 'price' is not valid."),
    Rule.PRICE_MIN: (170133, "Order price lower than the minimum."),
    Rule.PRICE_TICK: (170134, "Order price has too many decimals."),
    Rule.PRICE_BAND_UP: (170193, "Buy order price cannot be higher than the limit."),
    Rule.PRICE_BAND_DOWN: (170194, "Sell order price cannot be lower than the limit."),
    Rule.QUANTITY_NOT_POSITIVE: (170136, "Order quantity lower than the minimum."),
    Rule.QUANTITY_MIN: (170136, "Order quantity lower than the minimum."),
    Rule.MARKET_QUANTITY_MIN: (170136, "Order quantity lower than the minimum."),
    Rule.QUANTITY_MAX: (170124, "Order amount too large."),
    Rule.MARKET_QUANTITY_MAX: (170124, "Order amount too large."),
    Rule.QUANTITY_LOT: (170137, "Order volume decimal too long"),
    Rule.MARKET_QUANTITY_LOT: (170137, "Order volume decimal too long"),
    Rule.NOTIONAL_MIN: (170140, "Order value exceeded lower limit."),
    Rule.NOTIONAL_MAX: (170124, "Order amount too large."),
    Rule.MAX_ORDERS: (170810, "Cannot exceed maximum of 500 conditional, TP/SL and active orders."),
    Rule.MAX_DORMANT: (
        170810,
        "Cannot exceed maximum of 500 conditional, TP/SL and active orders.",
    ),
    Rule.BALANCE: (170131, "Insufficient balance."),
    Rule.REDUCE_ONLY: (170130, "Data sent for paramter 'reduceOnly' is not valid."),
    Rule.NO_LIQUIDITY: (170210, "New order rejected."),
    Rule.AMEND_UNCHANGED: (170312, "The order does not support modification"),
    Rule.AMEND_STATE: (170312, "The order does not support modification"),
    Rule.UNKNOWN_ORDER: (170213, "Order does not exist."),
}
_CONTRACT = {
    Rule.UNKNOWN_SYMBOL: (10001, "symbol invalid"),
    Rule.NOT_TRADING: (110074, "This contract is not live"),
    Rule.DUPLICATE_CLIENT_ID: (110072, "OrderLinkedID is duplicate"),
    Rule.PRICE_NOT_POSITIVE: (110003, "Order price exceeds the allowable range."),
    Rule.PRICE_MIN: (110003, "Order price exceeds the allowable range."),
    Rule.PRICE_MAX: (110003, "Order price exceeds the allowable range."),
    Rule.PRICE_TICK: (10001, "Price invalid"),
    Rule.PRICE_BAND_UP: (
        30208,
        "The order price you entered is higher than the maximum buying price.",
    ),
    Rule.PRICE_BAND_DOWN: (
        30209,
        "The order price you entered is lower than the minimum selling price.",
    ),
    Rule.QUANTITY_NOT_POSITIVE: (10001, "Qty not in range"),
    Rule.QUANTITY_MIN: (10001, "The number of contracts exceeds minimum limit allowed"),
    Rule.MARKET_QUANTITY_MIN: (10001, "The number of contracts exceeds minimum limit allowed"),
    Rule.QUANTITY_MAX: (10001, "The number of contracts exceeds maximum limit allowed"),
    Rule.MARKET_QUANTITY_MAX: (10001, "The number of contracts exceeds maximum limit allowed"),
    Rule.QUANTITY_LOT: (10001, "Qty invalid"),
    Rule.MARKET_QUANTITY_LOT: (10001, "Qty invalid"),
    Rule.NOTIONAL_MIN: (110094, "Order notional value below the lower limit"),
    Rule.MAX_ORDERS: (110020, "Not allowed to have more than 500 active orders."),
    Rule.MAX_DORMANT: (110009, "The number of stop orders exceeds the maximum allowable limit"),
    Rule.BALANCE: (110007, "ab not enough for new order"),
    Rule.MARGIN: (110007, "ab not enough for new order"),
    Rule.REDUCE_ONLY: (110017, "current position is zero, cannot fix reduce-only order qty"),
    Rule.WOULD_TRIGGER: (110092, "expect Rising, but trigger_price <= current"),
    Rule.NO_LIQUIDITY: (110118, "the order is rejected due to insufficient liquidity"),
    Rule.AMEND_UNCHANGED: (
        10001,
        "The order remains unchanged as the parameters entered match the existing ones.",
    ),
    Rule.AMEND_STATE: (110001, "order not exists or too late to replace"),
    Rule.UNKNOWN_ORDER: (110001, "order not exists or too late to cancel"),
    Rule.POSITION_LIMIT: (
        110090,
        "Order placement failed as your position may exceed the max limit.",
    ),
    Rule.LEVERAGE: (110013, "cannot set leverage gt maxLeverage by risk limit"),
}


def refusal_of(category: Category, refusal: Refusal) -> Refused:
    """Return what a category says to a refused command."""
    known = _CONTRACT if category.is_contract else _SPOT
    code, text = known.get(refusal.rule, (10001, f"params error: {refusal.rule.value}"))
    return Refused(code, text)


def duplicate_link(category: Category) -> Refused:
    """An order's own id was used before."""
    return refusal_of(category, Refusal(Rule.DUPLICATE_CLIENT_ID))


def no_such_order(category: Category) -> Refused:
    """There is no such order, or it is over."""
    return refusal_of(category, Refusal(Rule.UNKNOWN_ORDER))
