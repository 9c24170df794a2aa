"""Spot's order parameters: what each type needs, and the complaint about each that it may not have."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private.orders import Ids
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.spot_orders import SpotOrders, response_type
from tickwright.venues.commands import (
    CancelOnly,
    OrderKind,
    SelfTrade,
    SubmitOrder,
    TimeInForce,
    TriggerKind,
)


GTC = {"timeInForce": "GTC"}
LIMIT = {"type": "LIMIT", **GTC, "quantity": "0.010", "price": "65000.10"}
MAKER = {"type": "LIMIT_MAKER", "quantity": "0.010", "price": "65000.10"}
MARKET = {"type": "MARKET", "quantity": "0.010"}
STOP = {"type": "STOP_LOSS", "quantity": "0.010", "stopPrice": "60000"}
STOP_LIMIT = {**LIMIT, "type": "STOP_LOSS_LIMIT", "stopPrice": "60000"}


def orders(venue: Venue, params: dict[str, str]) -> SpotOrders:
    return SpotOrders(Params({"side": "BUY", **params}), "me", venue.listing, Ids())


def read(venue: Venue, params: dict[str, str]) -> SubmitOrder:
    return orders(venue, params).submit()


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (LIMIT, {"kind": OrderKind.LIMIT, "price": 6_500_010, "quantity": 10}),
        ({**LIMIT, "timeInForce": "FOK"}, {"time_in_force": TimeInForce.FOK}),
        ({**LIMIT, "icebergQty": "0.001"}, {"display": 1}),
        (MAKER, {"is_post_only": True, "time_in_force": TimeInForce.GTC}),
        (MARKET, {"kind": OrderKind.MARKET, "price": 0, "quote_amount": 0}),
        (
            {"type": "MARKET", "quoteOrderQty": "100.5"},
            {"quote_amount": 1005 * 10**15, "quantity": 0},
        ),
        (STOP, {"kind": OrderKind.MARKET, "price": 0}),
        ({**LIMIT, "selfTradePreventionMode": "TRANSFER"}, {"self_trade": SelfTrade.DECREMENT}),
        (LIMIT, {"self_trade": SelfTrade.EXPIRE_MAKER, "side": Side.BUY}),
        ({**LIMIT, "newClientOrderId": "mine-1"}, {"client_id": "mine-1"}),
    ],
)
def test_parameters_become_a_command(
    spot: Venue, params: dict[str, str], expected: dict[str, Any]
) -> None:
    request = read(spot, params)
    assert {name: getattr(request, name) for name in expected} == expected


def test_triggers_are_stops_take_profits_and_trails(spot: Venue) -> None:
    trigger = read(spot, {**STOP_LIMIT, "type": "TAKE_PROFIT_LIMIT", "trailingDelta": "50"}).trigger
    assert trigger is not None
    assert (trigger.kind, trigger.price, trigger.trail_bps) == (
        TriggerKind.TAKE_PROFIT,
        6_000_000,
        50,
    )


@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        ({**LIMIT, "side": "HOLD"}, -1117, "Invalid side."),
        ({**LIMIT, "type": "ICEBERG"}, -1116, "Invalid orderType."),
        ({**LIMIT, "timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
        ({**MAKER, **GTC}, -1106, "'timeInForce' sent when not required"),
        ({**MARKET, **GTC}, -1106, "'timeInForce'"),
        ({**MARKET, "price": "1"}, -1106, "'price'"),
        ({**MARKET, "stopPrice": "1"}, -1106, "'stopPrice'"),
        ({**LIMIT, "trailingDelta": "1"}, -1106, "'trailingDelta'"),
        ({**MARKET, "icebergQty": "1"}, -1106, "'icebergQty'"),
        ({**LIMIT, "quoteOrderQty": "1"}, -1106, "'quoteOrderQty'"),
        ({**MARKET, "quoteOrderQty": "1"}, -1106, "'quoteOrderQty'"),
        ({"type": "LIMIT", "quantity": "1", "price": "1"}, -1102, "'timeInForce' was not sent"),
        ({"type": "LIMIT", **GTC, "price": "1"}, -1102, "'quantity' was not sent"),
        ({"type": "LIMIT", **GTC, "quantity": "1"}, -1102, "'price' was not sent"),
        ({"type": "MARKET"}, -1102, "Param 'quantity' or 'quoteOrderQty' must be sent"),
        ({"type": "STOP_LOSS", "quantity": "1"}, -1102, "'stopPrice' or 'trailingDelta'"),
        ({**LIMIT, "price": "1e3"}, -1100, "'price'"),
        ({**LIMIT, "price": "65000.123456789"}, -1111, "Parameter 'price' has too much precision"),
        ({**LIMIT, "price": "65000.123"}, -1013, "Filter failure: PRICE_FILTER"),
        ({**LIMIT, "quantity": "0.0001"}, -1013, "Filter failure: LOT_SIZE"),
        ({"type": "MARKET", "quoteOrderQty": "0"}, -1013, "Invalid quoteOrderQty."),
        ({**LIMIT, "newClientOrderId": "no spaces"}, -1100, "'newClientOrderId'"),
        ({**LIMIT, "newClientOrderId": "x" * 37}, -1100, "{1,36}"),
        ({**LIMIT, "strategyType": "999999"}, -1134, "1000000"),
        ({**LIMIT, "selfTradePreventionMode": "SOME"}, -1130, "selfTradePreventionMode"),
        ({**LIMIT, "selfTradePreventionMode": "NONE"}, -1013, "does not allow"),
        ({**LIMIT, "pegPriceType": "PRIMARY_PEG"}, -2010, "Pegged orders are not supported"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_in_the_venues_words(
    spot: Venue, params: dict[str, str], code: int, text: str
) -> None:
    with pytest.raises(Refused) as caught:
        read(spot, params)
    assert caught.value.code == code
    assert text in caught.value.text


def test_plain_types_are_answered_in_full_unless_told() -> None:
    assert response_type(Params({}), "LIMIT") == "FULL"
    assert response_type(Params({}), "LIMIT_MAKER") == "ACK"
    assert response_type(Params({}), None) == "RESULT"
    assert response_type(Params({"newOrderRespType": "RESULT"}), "MARKET") == "RESULT"
    with pytest.raises(Refused, match="newOrderRespType"):
        response_type(Params({"newOrderRespType": "ALL"}), "MARKET")


def test_cancels_name_an_order_and_may_be_conditional(spot: Venue) -> None:
    params = {"orderId": "5", "cancelRestrictions": "ONLY_NEW", "newClientOrderId": "cxl"}
    command = orders(spot, params).cancel()
    assert (command.order_id, command.only, command.cancel_id) == (5, CancelOnly.UNFILLED, "cxl")
    with pytest.raises(Refused, match="'orderId' or 'origClientOrderId'"):
        orders(spot, {}).cancel()
    with pytest.raises(Refused) as caught:
        orders(spot, {"orderId": "5", "cancelRestrictions": "ALWAYS"}).cancel()
    assert caught.value.code == -1145


def test_amendments_name_an_order_and_a_quantity(spot: Venue) -> None:
    command = orders(spot, {"origClientOrderId": "a", "newQty": "0.005"}).amend()
    assert (command.client_id, command.quantity, command.keeps_priority) == ("a", 5, True)
    with pytest.raises(Refused, match="'newQty'"):
        orders(spot, {"orderId": "1"}).amend()
    with pytest.raises(Refused, match="'orderId' or"):
        orders(spot, {"newQty": "1"}).amend()
