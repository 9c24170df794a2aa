"""Spot order lists (section 11.3.5) as commands: OCO in both forms, OTO, OTOCO, OPO and OPOCO."""

from __future__ import annotations

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private.orders import side_of
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.spot_orders import SpotOrders
from tickwright.venues.commands import SubmitList, SubmitOrder


__all__ = ["read_list", "read_old_oco"]

_STOPS = ("STOP_LOSS", "STOP_LOSS_LIMIT")
_OTHERS = ("LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")
_WORKING = ("LIMIT", "LIMIT_MAKER")
_SHARED = ("selfTradePreventionMode",)


def read_list(orders: SpotOrders, kind: str) -> SubmitList:
    """Read an order list.

    Args:
        orders: Reads the legs.
        kind: ``oco``, ``oto``, ``otoco``, ``opo`` or ``opoco``.

    Raises:
        Refused: If it is none.
    """
    params = orders.params
    if kind == "oco":
        side = side_of(params)
        shared = ("quantity", *_SHARED)
        legs = _pair(orders, side, "below", "above", shared)
        return _listed(orders, legs)
    takes_proceeds = kind in ("opo", "opoco")
    working = _working(orders)
    side = side_of(params, "pendingSide")
    if takes_proceeds and working.side is not Side.BUY:
        raise Refused(-1222, "Working order of an OPO must be a BUY.")
    if takes_proceeds and side is not Side.SELL:
        raise Refused(-1223, "Pending order of an OPO must be a SELL.")
    if takes_proceeds and "pendingQuantity" in params:
        raise Refused(-1225, "Parameter 'pendingQuantity' may not be sent with an OPO.")
    if kind in ("oto", "opo"):
        leg = orders.order(params.part("pending", _SHARED), side, has_quantity=not takes_proceeds)
        legs = (leg,)
    else:
        shared = (*_SHARED, "pendingQuantity")
        legs = _pair(orders, side, "pendingBelow", "pendingAbove", shared, not takes_proceeds)
    return _listed(orders, legs, working, takes_proceeds)


def _working(orders: SpotOrders) -> SubmitOrder:
    params = orders.params.part("working", _SHARED)
    if params.text("type") not in ("", *_WORKING):
        raise Refused(-1116, "Invalid orderType.")
    return orders.order(params, side_of(orders.params, "workingSide"))


def _pair(
    orders: SpotOrders,
    side: Side,
    below: str,
    above: str,
    shared: tuple[str, ...],
    has_quantity: bool = True,
) -> tuple[SubmitOrder, ...]:
    parts = [orders.params.part(prefix, shared) for prefix in (below, above)]
    kinds = [part.required("type") for part in parts]
    for kind in kinds:
        if kind not in _STOPS + _OTHERS:
            raise Refused(-1158, "Order type not supported in OCO.")
    if all(kind in _OTHERS for kind in kinds):
        raise Refused(-1168, "Both legs of an OCO cannot be limit orders.")
    if all(kind in _STOPS for kind in kinds):
        raise Refused(-1158, "Order type not supported in OCO.")
    # The stop belongs on the losing side: below what is sold, above what is bought.
    if (kinds[0] in _STOPS) is not (side is Side.SELL):
        raise Refused(
            -1196 if side is Side.BUY else -1197,
            "A stop-loss order in an OCO must be above when buying, and below when selling.",
        )
    name = next((name for name in shared if name.lower().endswith("quantity")), "quantity")
    legs = [
        orders.order(part, side, quantity_name=name, has_quantity=has_quantity) for part in parts
    ]
    return tuple(legs)


def _listed(
    orders: SpotOrders,
    legs: tuple[SubmitOrder, ...],
    working: SubmitOrder | None = None,
    takes_proceeds: bool = False,
) -> SubmitList:
    return SubmitList(
        account=orders.account,
        symbol=orders.listing.symbol,
        legs=legs,
        working=working,
        legs_take_proceeds=takes_proceeds,
        client_id=orders.client_id(orders.params, "listClientOrderId"),
    )


def read_old_oco(orders: SpotOrders) -> SubmitList:
    """Read an OCO in the older form: a limit maker and a stop, named by what they are.

    Raises:
        Refused: If it is none.
    """
    params, side = orders.params, side_of(orders.params)
    common = {
        name: params.required(name) if name == "quantity" else params.text(name)
        for name in ("quantity", *_SHARED)
    }
    limit = {
        "type": "LIMIT_MAKER",
        "price": params.required("price"),
        "clientOrderId": params.text("limitClientOrderId"),
        "icebergQty": params.text("limitIcebergQty"),
    }
    has_limit = "stopLimitPrice" in params
    stop = {
        "type": "STOP_LOSS_LIMIT" if has_limit else "STOP_LOSS",
        "price": params.text("stopLimitPrice"),
        "stopPrice": params.text("stopPrice"),
        "trailingDelta": params.text("trailingDelta"),
        "timeInForce": params.text("stopLimitTimeInForce"),
        "clientOrderId": params.text("stopClientOrderId"),
        "icebergQty": params.text("stopIcebergQty"),
    }
    legs = tuple(orders.order(Params({**common, **leg}), side) for leg in (stop, limit))
    return _listed(orders, legs)
