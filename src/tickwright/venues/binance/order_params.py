"""Orders as Binance's parameters: spot's types, and futures' two services, one of them for orders that wait.

*Spot*, New order: a limit that may not take is a type (``LIMIT_MAKER``), and so is every combination of waiting and
limit. *USD-M*, New Order: not taking is a time in force (``GTX``); what waits goes to ``algoOrder`` since 2025-12-09.
"""

from __future__ import annotations

from decimal import Decimal

from tickwright.errors import NotSupported, UsageError
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order, SubmitOrder, TimeInForce, Trigger, TriggerBy, TriggerKind


__all__ = [
    "Params",
    "algo_params",
    "oco_params",
    "replace_params",
    "side_of",
    "spot_params",
    "usdm_params",
]

Params = tuple[tuple[str, str], ...]

_MS = 1_000_000
_TIMES = {
    TimeInForce.GTC: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.GTD: "GTD",
}
_SPOT_WAITING = {
    (TriggerKind.STOP, True): "STOP_LOSS",
    (TriggerKind.STOP, False): "STOP_LOSS_LIMIT",
    (TriggerKind.TAKE_PROFIT, True): "TAKE_PROFIT",
    (TriggerKind.TAKE_PROFIT, False): "TAKE_PROFIT_LIMIT",
}
_LEG_NAMES = {
    "type": "Type",
    "timeInForce": "TimeInForce",
    "price": "Price",
    "stopPrice": "StopPrice",
    "trailingDelta": "TrailingDelta",
    "icebergQty": "IcebergQty",
    "newClientOrderId": "ClientOrderId",
}
"""What an order's parameters are called as those of a leg, behind ``above`` or ``below``."""
_USDM_WAITING = {
    (TriggerKind.STOP, True): "STOP_MARKET",
    (TriggerKind.STOP, False): "STOP",
    (TriggerKind.TAKE_PROFIT, True): "TAKE_PROFIT_MARKET",
    (TriggerKind.TAKE_PROFIT, False): "TAKE_PROFIT",
}
_WATCHED = {TriggerBy.LAST: "CONTRACT_PRICE", TriggerBy.MARK: "MARK_PRICE"}


def spot_params(command: SubmitOrder, instrument: Instrument) -> Params:
    """Return the parameters of ``POST /api/v3/order``.

    Raises:
        NotSupported: For what spot does not have: GTD, reduce-only, market orders that are FOK, triggers on other prices than the
            last.
    """
    trigger = command.trigger
    if command.time_in_force is TimeInForce.FOK:
        _refuse_half_filled(command)
    _refuse(
        command,
        "GTD orders",
        is_wanted=command.time_in_force is TimeInForce.GTD,
        instead="place it GTC, and cancel it when its time has come",
    )
    _refuse(command, "reduce-only", is_wanted=command.reduce_only)
    if trigger is not None:
        _refuse(
            command,
            "triggers on another price than the last",
            is_wanted=trigger.by is not TriggerBy.LAST,
        )
        _refuse(command, "post-only with a trigger", is_wanted=command.post_only)
        kind = _SPOT_WAITING[trigger.kind, command.is_market]
    else:
        kind = _type(command, maker="LIMIT_MAKER")
    has_time = not command.is_market and not command.post_only
    return _given(
        symbol=instrument.symbol,
        side=side_of(command),
        type=kind,
        timeInForce=_TIMES[command.time_in_force] if has_time else None,
        quantity=command.quantity,
        quoteOrderQty=command.quote_quantity,
        price=command.price,
        stopPrice=None if trigger is None else trigger.price,
        trailingDelta=None if trigger is None else trigger.trail_bps,
        icebergQty=command.display_quantity,
        newClientOrderId=command.client_order_id,
        newOrderRespType="FULL",
    )


def oco_params(legs: tuple[SubmitOrder, SubmitOrder], instrument: Instrument) -> Params:
    """Return the parameters of ``POST /api/v3/orderList/oco``: one leg lies above the market, one below.

    Raises:
        UsageError: The legs do not go together.
        NotSupported: For what spot's orders do not have.
    """
    stops = [leg for leg in legs if leg.trigger and leg.trigger.kind is TriggerKind.STOP]
    others = [leg for leg in legs if leg not in stops]
    if len(stops) != 1 or (others[0].trigger is None and not others[0].post_only):
        raise UsageError(
            f"{instrument.id}: of an OCO one order is a stop; the other takes profit, by a trigger or as a post-only limit"
        )
    stop, other = stops[0], others[0]
    if (stop.side, stop.quantity) != (other.side, other.quantity) or stop.quantity is None:
        raise UsageError(f"{instrument.id}: both orders of an OCO have one side and one quantity")
    above, below = (other, stop) if stop.side is Side.SELL else (stop, other)
    return (
        *_given(symbol=instrument.symbol, side=side_of(stop), quantity=stop.quantity),
        *_leg("above", above, instrument),
        *_leg("below", below, instrument),
        ("newOrderRespType", "FULL"),
    )


def _leg(place: str, leg: SubmitOrder, instrument: Instrument) -> Params:
    return tuple(
        (place + _LEG_NAMES[name], value)
        for name, value in spot_params(leg, instrument)
        if name in _LEG_NAMES
    )


def replace_params(old: Order, command: SubmitOrder, instrument: Instrument) -> Params:
    """Return the parameters of ``POST /api/v3/order/cancelReplace``, which places nothing unless it canceled.

    An order of which nothing is known to be filled is only canceled if that is so (``cancelRestrictions``, sections 11.3.2 and
    11.3.3): otherwise what was filled meanwhile would be bought or sold once more by the new one. Of one that is filled in part the
    venue has no such check, and what it fills further until it is canceled comes on top of the new one.

    Raises:
        NotSupported: For what spot's orders do not have.
    """
    params = (*spot_params(command, instrument), ("cancelReplaceMode", "STOP_ON_FAILURE"))
    if not old.filled_quantity:
        params += (("cancelRestrictions", "ONLY_NEW"),)
    if old.venue_order_id is not None:
        return (*params, ("cancelOrderId", old.venue_order_id))
    # It will go by the cancel's name, and we know it by no other than its own.
    name = old.client_order_id
    return (*params, ("cancelOrigClientOrderId", name), ("cancelNewClientOrderId", name))


def usdm_params(command: SubmitOrder, instrument: Instrument) -> Params:
    """Return the parameters of ``POST /fapi/v1/order``, for orders that work at once.

    Raises:
        NotSupported: For what futures do not have: orders by quote, icebergs, market orders that are FOK.
    """
    if command.time_in_force is TimeInForce.FOK:
        _refuse_half_filled(command)
    if command.quote_quantity is not None or command.display_quantity is not None:
        _refuse_on_futures(command)
    return _given(
        symbol=instrument.symbol,
        side=side_of(command),
        type=_type(command, maker="LIMIT"),
        timeInForce=_future_time(command),
        quantity=command.quantity,
        price=command.price,
        reduceOnly="true" if command.reduce_only else None,
        goodTillDate=_ms(command.expire_ts_ns),
        newClientOrderId=command.client_order_id,
        newOrderRespType="RESULT",
    )


def algo_params(command: SubmitOrder, trigger: Trigger, instrument: Instrument) -> Params:
    """Return the parameters of ``POST /fapi/v1/algoOrder``, for orders that wait.

    Raises:
        NotSupported: For what futures do not have, index triggers and trailing orders with a limit among it.
    """
    if command.time_in_force is TimeInForce.FOK:
        _refuse_half_filled(command)
    _refuse_on_futures(command)
    _refuse(command, "triggers on the index price", is_wanted=trigger.by is TriggerBy.INDEX)
    is_trailing = trigger.trail_bps is not None
    _refuse(
        command,
        "trailing limit orders",
        is_wanted=is_trailing and not command.is_market,
        instead="leave the price out",
    )
    waiting = _USDM_WAITING[trigger.kind, command.is_market]
    return _given(
        algoType="CONDITIONAL",
        symbol=instrument.symbol,
        side=side_of(command),
        type="TRAILING_STOP_MARKET" if is_trailing else waiting,
        timeInForce=_future_time(command),
        quantity=command.quantity,
        price=command.price,
        triggerPrice=None if is_trailing else trigger.price,
        activatePrice=trigger.price if is_trailing else None,
        # Given in percent there: 1 is 1 %.
        callbackRate=None if trigger.trail_bps is None else Decimal(trigger.trail_bps) / 100,
        workingType=_WATCHED[trigger.by],
        reduceOnly="true" if command.reduce_only else None,
        goodTillDate=_ms(command.expire_ts_ns),
        clientAlgoId=command.client_order_id,
    )


def _refuse_half_filled(command: SubmitOrder) -> None:
    """Refuse a market order that is to be filled whole or not at all: both products take it, and fill what there is."""
    _refuse(
        command,
        "market orders that are filled whole or not at all (FOK)",
        is_wanted=command.is_market,
        instead="give a price that takes, or leave the time in force out",
    )


def _type(command: SubmitOrder, *, maker: str) -> str:
    if command.is_market:
        return "MARKET"
    return maker if command.post_only else "LIMIT"


def _future_time(command: SubmitOrder) -> str | None:
    if command.is_market:
        return None
    return "GTX" if command.post_only else _TIMES[command.time_in_force]


def side_of(command: SubmitOrder) -> str:
    """Return the side as Binance writes it."""
    return "BUY" if command.side is Side.BUY else "SELL"


def _ms(time_ns: int | None) -> int | None:
    return None if time_ns is None else time_ns // _MS


def _refuse_on_futures(command: SubmitOrder) -> None:
    _refuse(
        command,
        "orders by quote quantity",
        is_wanted=command.quote_quantity is not None,
        instead="give a quantity",
    )
    _refuse(command, "icebergs", is_wanted=command.display_quantity is not None)


def _refuse(command: SubmitOrder, what: str, *, is_wanted: bool, instead: str = "") -> None:
    if is_wanted:
        advice = f"; {instead}" if instead else ""
        raise NotSupported(f"{command.instrument}: the venue has no {what} there{advice}")


def _given(**values: str | int | Decimal | None) -> Params:
    """Return what is not ``None``, as text."""
    return tuple(
        [
            (name, value if type(value) is str else _text(value))
            for name, value in values.items()
            if value is not None
        ]
    )


def _text(value: str | int | Decimal) -> str:
    return format_decimal(value) if isinstance(value, Decimal) else str(value)
