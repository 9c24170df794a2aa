"""USD-M's order parameters: what each type needs, and the complaint about each that it may not have."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, Venue

from tickwright.venues.binance.dialect.private.orders import Ids
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.usdm_orders import UsdmOrders
from tickwright.venues.commands import OrderKind, TimeInForce, TriggerBy, TriggerKind


LIMIT = {"type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010", "price": "65000.10"}
MARKET = {"type": "MARKET", "quantity": "0.010"}
ALGO = {"algoType": "CONDITIONAL", "quantity": "0.010"}
STOP = {**ALGO, "type": "STOP_MARKET", "triggerPrice": "66000"}
TRAIL = {**ALGO, "type": "TRAILING_STOP_MARKET", "callbackRate": "1.5"}
CLOSE = {
    "algoType": "CONDITIONAL",
    "type": "STOP_MARKET",
    "triggerPrice": "1",
    "closePosition": "true",
}


def orders(venue: Venue, params: dict[str, str]) -> UsdmOrders:
    def depth(is_bid: bool, number: int) -> int:
        levels = (venue.exchange.bids if is_bid else venue.exchange.asks)("BTCUSDT", number)
        return levels[number - 1][0] if len(levels) >= number else 0

    found = Params({"side": "BUY", **params})
    return UsdmOrders(found, "me", venue.listing, Ids(), depth, NOW_MS)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (LIMIT, {"kind": OrderKind.LIMIT, "price": 6_500_010, "quantity": 10}),
        ({**LIMIT, "timeInForce": "GTX"}, {"is_post_only": True, "time_in_force": TimeInForce.GTC}),
        ({**LIMIT, "timeInForce": "IOC"}, {"time_in_force": TimeInForce.IOC}),
        ({**LIMIT, "reduceOnly": "true"}, {"is_reduce_only": True}),
        (MARKET, {"kind": OrderKind.MARKET, "price": 0}),
        ({**LIMIT, "newClientOrderId": "a.b:c/d-e_f"}, {"client_id": "a.b:c/d-e_f"}),
    ],
)
def test_parameters_become_a_command(
    usdm: Venue, params: dict[str, str], expected: dict[str, Any]
) -> None:
    request = orders(usdm, params).submit()
    assert {name: getattr(request, name) for name in expected} == expected


def test_a_good_till_date_is_in_whole_seconds(usdm: Venue) -> None:
    params = {**LIMIT, "timeInForce": "GTD", "goodTillDate": str(NOW_MS + 700_123)}
    assert orders(usdm, params).submit().expires_ns == (NOW_MS + 700_000) * 1_000_000


@pytest.mark.parametrize(
    ("match", "price"),
    [
        ("QUEUE", 6_499_990), ("QUEUE_5", 6_499_950), ("QUEUE_10", 6_499_900),
        ("OPPONENT", 6_500_010), ("OPPONENT_5", 6_500_050),
    ],
)  # fmt: skip
def test_prices_may_follow_the_book(usdm: Venue, match: str, price: int) -> None:
    params = {"type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010", "priceMatch": match}
    assert orders(usdm, params).submit().price == price


def without(params: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in params.items() if key != name}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({**LIMIT, "side": "LONG"}, -1117),
        ({**LIMIT, "type": "FREE"}, -1116),
        *[({**MARKET, "type": kind}, -4120) for kind in ("STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")],
        ({**LIMIT, "newOrderRespType": "FULL"}, -1136),
        ({**LIMIT, "positionSide": "LONG"}, -4061),
        ({**LIMIT, "positionSide": "UP"}, -4060),
        (without(LIMIT, "timeInForce"), -1102),
        (without(LIMIT, "quantity"), -1102),
        (without(LIMIT, "price"), -1102),
        ({**LIMIT, "timeInForce": "DAY"}, -1115),
        ({**LIMIT, "timeInForce": "GTD"}, -1102),
        ({**LIMIT, "timeInForce": "GTD", "goodTillDate": str(NOW_MS + 1000)}, -5040),
        ({**LIMIT, "goodTillDate": "1"}, -1106),
        ({**MARKET, "timeInForce": "GTC"}, -1106),
        ({**MARKET, "price": "1"}, -1106),
        ({**MARKET, "priceMatch": "QUEUE"}, -1106),
        ({**LIMIT, "priceMatch": "QUEUE"}, -1106),
        ({**without(LIMIT, "price"), "priceMatch": "OPPONENT_10"}, -5037),
        ({**without(LIMIT, "price"), "priceMatch": "QUEUE_20"}, -5041),
        ({**LIMIT, "selfTradePreventionMode": "DECREMENT"}, -5039),
        ({**LIMIT, "price": "1.001"}, -1111),
        ({**LIMIT, "quantity": "0.0001"}, -1111),
        ({**LIMIT, "quantity": "1e3"}, -1100),
        ({**LIMIT, "newClientOrderId": "x" * 37}, -4015),
        ({**LIMIT, "newClientOrderId": "no spaces"}, -4015),
        ({**LIMIT, "reduceOnly": "yes"}, -1130),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_order_has_its_code(
    usdm: Venue, params: dict[str, str], code: int
) -> None:
    with pytest.raises(Refused) as caught:
        orders(usdm, params).submit()
    assert caught.value.code == code


def test_conditional_orders_wait_for_a_price(usdm: Venue) -> None:
    trigger = orders(usdm, {**STOP, "workingType": "MARK_PRICE"}).conditional().trigger
    assert trigger is not None
    assert (trigger.kind, trigger.price, trigger.by) == (
        TriggerKind.STOP,
        6_600_000,
        TriggerBy.MARK,
    )
    limit = {**STOP, "type": "TAKE_PROFIT", "price": "66000.10", "priceProtect": "TRUE"}
    protected = orders(usdm, limit).conditional()
    assert protected.price == 6_600_010
    assert protected.trigger is not None
    assert protected.trigger.is_protected
    assert not trigger.is_protected
    closing = orders(usdm, CLOSE).conditional()
    assert (closing.closes_position, closing.quantity) == (True, 0)


def test_trailing_orders_follow_from_now_or_from_a_price(usdm: Venue) -> None:
    now = orders(usdm, TRAIL).conditional().trigger
    assert now is not None
    assert (now.trail_bps, now.price, now.starts_at_last) == (150, 0, True)
    later = orders(usdm, {**TRAIL, "activatePrice": "64000"}).conditional().trigger
    assert later is not None
    assert (later.price, later.starts_at_last) == (6_400_000, False)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({**STOP, "algoType": "VP"}, -1130),
        ({**STOP, "type": "LIMIT"}, -1116),
        ({**STOP, "workingType": "INDEX"}, -4031),
        (without(STOP, "triggerPrice"), -1102),
        (without(STOP, "quantity"), -1102),
        ({**STOP, "type": "STOP"}, -1102),
        ({**CLOSE, "quantity": "1"}, -4137),
        ({**CLOSE, "reduceOnly": "true"}, -1106),
        ({**CLOSE, "type": "STOP", "price": "1"}, -4136),
        (without(TRAIL, "callbackRate"), -1102),
        ({**TRAIL, "callbackRate": "0.123"}, -1130),
        ({**STOP, "positionSide": "SHORT"}, -4061),
    ],
)
def test_what_is_wrong_with_a_conditional_order_has_its_code(
    usdm: Venue, params: dict[str, str], code: int
) -> None:
    with pytest.raises(Refused) as caught:
        orders(usdm, params).conditional()
    assert caught.value.code == code


def test_an_order_id_prevails_over_a_client_id(usdm: Venue) -> None:
    command = orders(usdm, {"orderId": "5", "origClientOrderId": "a"}).cancel()
    assert (command.order_id, command.client_id) == (5, "")
    with pytest.raises(Refused, match="'orderId' or 'origClientOrderId'"):
        orders(usdm, {}).cancel()


def test_modifications_set_price_and_quantity(usdm: Venue) -> None:
    params = {"orderId": "5", "quantity": "0.020", "price": "64000", "modifyId": "9"}
    command = orders(usdm, params).modify()
    assert (command.quantity, command.price, command.tag) == (20, 6_400_000, 9)
    assert not command.keeps_priority
    with pytest.raises(Refused, match="Combination"):
        orders(usdm, {**params, "stopPrice": "1"}).modify()
