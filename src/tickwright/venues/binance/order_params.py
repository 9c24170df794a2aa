"""Orders as Binance's parameters: spot's types, and futures' two services, one of them for orders that wait.

*Spot*, New order: a limit that may not take is a type (``LIMIT_MAKER``), and so is every combination of waiting and
limit. *USD-M*, New Order: not taking is a time in force (``GTX``); what waits goes to ``algoOrder`` since 2025-12-09.
"""

from __future__ import annotations

from decimal import Decimal

from tickwright.errors import NotSupported
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import SubmitOrder, TimeInForce, Trigger, TriggerBy, TriggerKind


__all__ = ["Params", "algo_params", "side_of", "spot_params", "usdm_params"]

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
        NotSupported: For what spot does not have: GTD, reduce-only, triggers on other prices than the last.
    """
    trigger = command.trigger
    _refuse(command, "GTD orders", is_wanted=command.time_in_force is TimeInForce.GTD)
    _refuse(command, "reduce_only", is_wanted=command.reduce_only)
    if trigger is not None:
        _refuse(
            command,
            "triggers on another price than the last",
            is_wanted=trigger.by is not TriggerBy.LAST,
        )
        _refuse(command, "post_only with a trigger", is_wanted=command.post_only)
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


def usdm_params(command: SubmitOrder, instrument: Instrument) -> Params:
    """Return the parameters of ``POST /fapi/v1/order``, for orders that work at once.

    Raises:
        NotSupported: For what futures do not have: orders by quote, icebergs.
    """
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
    _refuse_on_futures(command)
    _refuse(command, "triggers on the index price", is_wanted=trigger.by is TriggerBy.INDEX)
    is_trailing = trigger.trail_bps is not None
    _refuse(command, "trailing limit orders", is_wanted=is_trailing and not command.is_market)
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
    _refuse(command, "orders by quote quantity", is_wanted=command.quote_quantity is not None)
    _refuse(command, "icebergs", is_wanted=command.display_quantity is not None)


def _refuse(command: SubmitOrder, what: str, *, is_wanted: bool) -> None:
    if is_wanted:
        raise NotSupported(f"{command.instrument}: the venue has no {what} there")


def _given(**values: str | int | Decimal | None) -> Params:
    """Return what is not ``None``, as text."""
    return tuple(
        (name, format_decimal(value) if isinstance(value, Decimal) else str(value))
        for name, value in values.items()
        if value is not None
    )
