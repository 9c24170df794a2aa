"""Orders as Bybit's parameters (*Place Order*): one form for spot and contracts, and what each of them lacks.

A trigger of a contract has a direction, the side of the market on which it lies. One of spot has none: there a stop and a
take-profit are the same, an order that waits until its price is reached, from whichever side. The quantity of a market buy on
spot counts quote coin unless it says otherwise, so it always does.
"""

from __future__ import annotations

from decimal import Decimal

from tickwright.errors import NotSupported
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import SubmitOrder, TimeInForce, Trigger, TriggerBy, TriggerKind


__all__ = ["DIRECTIONS", "FALLS", "RISES", "TIMES", "WATCHED", "Body", "order_body"]

Body = dict[str, str | int | bool]

_SPOT = "spot"
TIMES = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"}
WATCHED = {
    TriggerBy.LAST: "LastPrice",
    TriggerBy.MARK: "MarkPrice",
    TriggerBy.INDEX: "IndexPrice",
}
RISES, FALLS = 1, 2
DIRECTIONS = {
    (TriggerKind.STOP, Side.BUY): RISES,
    (TriggerKind.STOP, Side.SELL): FALLS,
    (TriggerKind.TAKE_PROFIT, Side.BUY): FALLS,
    (TriggerKind.TAKE_PROFIT, Side.SELL): RISES,
}


def order_body(command: SubmitOrder, instrument: Instrument, category: str) -> Body:
    """Return the body of ``POST /v5/order/create``.

    Raises:
        NotSupported: For what the venue does not have: GTD orders, icebergs, market orders that are filled whole or not
            at all, trailing triggers; on spot reduce-only and triggers on other prices than the last, on contracts orders
            by quote.
    """
    _refuse(
        command,
        "GTD orders",
        is_wanted=command.time_in_force is TimeInForce.GTD,
        instead="place it GTC, and cancel it when its time has come",
    )
    _refuse(command, "icebergs", is_wanted=command.display_quantity is not None)
    _refuse(
        command,
        "fill-or-kill market orders",
        is_wanted=command.is_market and command.time_in_force is TimeInForce.FOK,
        instead="what a market order does not fill at once is canceled; give a price for all or nothing",
    )
    is_spot = category == _SPOT
    body: Body = {
        "category": category,
        "symbol": instrument.symbol,
        "side": "Buy" if command.side is Side.BUY else "Sell",
        "orderType": "Market" if command.is_market else "Limit",
        "qty": _quantity(command),
        "timeInForce": _time(command),
        "orderLinkId": command.client_order_id,
    }
    if command.price is not None:
        body["price"] = format_decimal(command.price)
    if command.trigger is not None:
        body |= _trigger(command, command.trigger, is_spot=is_spot)
    return body | (_spot_only(command) if is_spot else _contract_only(command))


def _quantity(command: SubmitOrder) -> str:
    quantity = command.quote_quantity if command.quantity is None else command.quantity
    return format_decimal(quantity or Decimal(0))


def _time(command: SubmitOrder) -> str:
    if command.is_market:
        return "IOC"
    return "PostOnly" if command.post_only else TIMES[command.time_in_force]


def _spot_only(command: SubmitOrder) -> Body:
    _refuse(command, "reduce-only", is_wanted=command.reduce_only)
    if not command.is_market:
        return {}
    return {"marketUnit": "baseCoin" if command.quote_quantity is None else "quoteCoin"}


def _contract_only(command: SubmitOrder) -> Body:
    _refuse(
        command,
        "orders by quote quantity",
        is_wanted=command.quote_quantity is not None,
        instead="give a quantity",
    )
    return {"positionIdx": 0, "reduceOnly": command.reduce_only}


def _trigger(command: SubmitOrder, trigger: Trigger, *, is_spot: bool) -> Body:
    _refuse(
        command,
        "trailing orders",
        is_wanted=trigger.trail_bps is not None,
        instead="what trails there is the stop of a whole position (POST /v5/position/trading-stop)",
    )
    assert trigger.price is not None
    price = format_decimal(trigger.price)
    if is_spot:
        is_other = trigger.by is not TriggerBy.LAST
        _refuse(command, "triggers on another price than the last", is_wanted=is_other)
        return {"triggerPrice": price, "orderFilter": "StopOrder"}
    return {
        "triggerPrice": price,
        "triggerDirection": DIRECTIONS[trigger.kind, command.side],
        "triggerBy": WATCHED[trigger.by],
    }


def _refuse(command: SubmitOrder, what: str, *, is_wanted: bool, instead: str = "") -> None:
    if is_wanted:
        advice = f"; {instead}" if instead else ""
        raise NotSupported(f"{command.instrument}: the venue has no {what} there{advice}")
