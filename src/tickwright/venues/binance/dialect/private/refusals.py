"""The engine's refusals in the venue's words: section 14.3 for spot, 14.4 for USD-M futures."""

from __future__ import annotations

from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.facts import AMOUNT_SCALE
from tickwright.venues.reports import Refusal, Rule


__all__ = ["spot_amend_refused", "spot_refused", "usdm_refused"]

_FILTERS = {
    Rule.PRICE_MIN: "PRICE_FILTER",
    Rule.PRICE_MAX: "PRICE_FILTER",
    Rule.PRICE_TICK: "PRICE_FILTER",
    Rule.PRICE_BAND_UP: "PERCENT_PRICE_BY_SIDE",
    Rule.PRICE_BAND_DOWN: "PERCENT_PRICE_BY_SIDE",
    Rule.QUANTITY_MIN: "LOT_SIZE",
    Rule.QUANTITY_MAX: "LOT_SIZE",
    Rule.QUANTITY_LOT: "LOT_SIZE",
    Rule.MARKET_QUANTITY_MIN: "MARKET_LOT_SIZE",
    Rule.MARKET_QUANTITY_MAX: "MARKET_LOT_SIZE",
    Rule.MARKET_QUANTITY_LOT: "MARKET_LOT_SIZE",
    Rule.NOTIONAL_MIN: "NOTIONAL",
    Rule.NOTIONAL_MAX: "NOTIONAL",
    Rule.ICEBERG_PARTS: "ICEBERG_PARTS",
    Rule.TRAIL_RANGE: "TRAILING_DELTA",
    Rule.MAX_ORDERS: "MAX_NUM_ORDERS",
    Rule.MAX_DORMANT: "MAX_NUM_ALGO_ORDERS",
    Rule.MAX_ICEBERGS: "MAX_NUM_ICEBERG_ORDERS",
    Rule.MAX_LISTS: "MAX_NUM_ORDER_LISTS",
    Rule.MAX_POSITION: "MAX_POSITION",
    Rule.MAX_AMENDS: "MAX_NUM_ORDER_AMENDS",
}
_SPOT = {
    Rule.UNKNOWN_ACCOUNT: (-2015, "Invalid API-key, IP, or permissions for action."),
    Rule.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    Rule.UNKNOWN_ORDER: (-2011, "Unknown order sent."),
    Rule.UNKNOWN_LIST: (-2011, "Unknown order list sent."),
    Rule.NOT_TRADING: (-2010, "Market is closed."),
    Rule.DUPLICATE_CLIENT_ID: (-2010, "Duplicate order sent."),
    Rule.COMBINATION: (-1014, "Unsupported order combination."),
    Rule.PRICE_NOT_POSITIVE: (-1013, "Invalid price."),
    Rule.QUANTITY_NOT_POSITIVE: (-1013, "Invalid quantity."),
    Rule.ICEBERG_DISPLAY: (-2010, "IcebergQty exceeds QTY."),
    Rule.BALANCE: (-2010, "Account has insufficient balance for requested action."),
    Rule.WOULD_TAKE: (-2010, "Order would immediately match and take."),
    Rule.WOULD_TRIGGER: (-2010, "Order would trigger immediately."),
    Rule.NO_LIQUIDITY: (
        -2010,
        "Order book liquidity is less than LOT_SIZE filter minimum quantity.",
    ),
    Rule.CANCEL_ONLY: (-2011, "Order was not canceled due to cancel restrictions."),
    Rule.LIST_PRICES: (-2010, "The relationship of the prices for the orders is not correct."),
}
_AMEND = {
    Rule.UNKNOWN_ORDER: "Unknown order sent.",
    Rule.DUPLICATE_CLIENT_ID: "Duplicate order sent.",
    Rule.AMEND_INCREASES: "Order amend (quantity increase) is not supported.",
    Rule.AMEND_UNCHANGED: "The requested action would change no state; rejecting",
    Rule.AMEND_STATE: "Order amend (pending OPO order) is not supported.",
}


def spot_refused(refusal: Refusal) -> Refused:
    """Return what spot says to a refused order."""
    name = _FILTERS.get(refusal.rule)
    if name is not None:
        return Refused(-1013, f"Filter failure: {name}")
    code, text = _SPOT.get(refusal.rule, (-1013, "Invalid message."))
    return Refused(code, text)


def spot_amend_refused(refusal: Refusal) -> Refused:
    """Return what spot says to a refused amendment."""
    name = _FILTERS.get(refusal.rule)
    if name is not None:
        return Refused(-2038, f"Filter failure: {name}")
    text = _AMEND.get(refusal.rule)
    return spot_refused(refusal) if text is None else Refused(-2038, text)


_USDM = {
    Rule.UNKNOWN_ACCOUNT: (-2015, "Invalid API-key, IP, or permissions for action."),
    Rule.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    Rule.UNKNOWN_ORDER: (-2011, "Unknown order sent."),
    Rule.NOT_TRADING: (-4140, "Invalid symbol status for opening position."),
    Rule.DUPLICATE_CLIENT_ID: (-4116, "ClientOrderId is duplicated."),
    Rule.COMBINATION: (-1128, "Combination of optional parameters invalid."),
    Rule.PRICE_NOT_POSITIVE: (-4001, "Price less than 0."),
    Rule.PRICE_MIN: (-4013, "Price less than min price."),
    Rule.PRICE_MAX: (-4002, "Price greater than max price."),
    Rule.PRICE_TICK: (-4014, "Price not increased by tick size."),
    Rule.PRICE_BAND_UP: (-4016, "Price is higher than mark price multiplier cap."),
    Rule.PRICE_BAND_DOWN: (-4024, "Price is lower than mark price multiplier floor."),
    Rule.QUANTITY_NOT_POSITIVE: (-4003, "Quantity less than zero."),
    Rule.QUANTITY_MIN: (-4004, "Quantity less than min quantity."),
    Rule.MARKET_QUANTITY_MIN: (-4004, "Quantity less than min quantity."),
    Rule.QUANTITY_MAX: (-4005, "Quantity greater than max quantity."),
    Rule.MARKET_QUANTITY_MAX: (-4005, "Quantity greater than max quantity."),
    Rule.QUANTITY_LOT: (-4023, "Qty not increased by step size."),
    Rule.MARKET_QUANTITY_LOT: (-4023, "Qty not increased by step size."),
    Rule.MAX_ORDERS: (-2025, "Reach max open order limit."),
    Rule.MAX_DORMANT: (-4045, "Reach max stop order limit."),
    Rule.MAX_AMENDS: (-5026, "Exceed maximum modify order limit."),
    Rule.EXPIRY: (-5040, "Invalid goodTillDate."),
    Rule.BALANCE: (-2018, "Balance is insufficient."),
    Rule.MARGIN: (-2019, "Margin is insufficient."),
    Rule.POSITION_LIMIT: (
        -2027,
        "Exceeded the maximum allowable position at current leverage.",
    ),
    Rule.NO_POSITION: (-4054, "Cannot add position margin: position is 0."),
    Rule.MARGIN_MODE: (
        -4161,
        "Leverage reduction is not supported in Isolated Margin Mode with open positions.",
    ),
    Rule.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
    Rule.WOULD_TAKE: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected."
        " The order will not be recorded in the order history",
    ),
    Rule.WOULD_TRIGGER: (-2021, "Order would immediately trigger."),
    # The venue names no code of its own; this one is also about prices that are too far apart.
    Rule.PRICE_GAP: (
        -4131,
        "The counterparty's best price does not meet the PERCENT_PRICE filter limit",
    ),
    Rule.FOK_UNFILLABLE: (
        -5021,
        "Due to the order could not be filled immediately, the FOK order has been rejected."
        " The order will not be recorded in the order history",
    ),
    Rule.NO_LIQUIDITY: (-2020, "Unable to fill."),
    Rule.AMEND_UNCHANGED: (-5027, "No need to modify the order."),
    Rule.AMEND_STATE: (-5025, "Only limit order is supported."),
    Rule.TRAIL_RANGE: (-1130, "Data sent for parameter 'callbackRate' is not valid."),
}
_TRIGGER_PRICE = {
    Rule.PRICE_NOT_POSITIVE: (-4006, "Stop price less than zero."),
    Rule.PRICE_MAX: (-4007, "Stop price greater than max price."),
}


def usdm_refused(refusal: Refusal, *, is_modify: bool = False) -> Refused:
    """Return what USD-M futures say to a refused command; to a modification some codes differ."""
    rule = refusal.rule
    if rule is Rule.NOTIONAL_MIN:
        least = refusal.limit // 10**AMOUNT_SCALE
        text = f"Order's notional must be no smaller than {least}"
        if is_modify:
            return Refused(-5029, text)
        return Refused(-4164, f"{text} (unless you choose reduce only)")
    if rule is Rule.LEVERAGE:
        return Refused(-4028, f"Leverage {refusal.value} is not valid")
    if is_modify and rule is Rule.UNKNOWN_ORDER:
        return Refused(-2013, "Order does not exist.")
    if refusal.subject == "trigger price" and rule in _TRIGGER_PRICE:
        return Refused(*_TRIGGER_PRICE[rule])
    code, text = _USDM.get(rule, (-1000, "An unknown error occurred while processing the request."))
    return Refused(code, text)
