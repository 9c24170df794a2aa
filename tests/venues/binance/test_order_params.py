"""Orders as parameters: one row for each form that an order can have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.trading_rig import SPOT_BTC, USDM_BTC, command

from tickwright.errors import NotSupported
from tickwright.model.market import Side
from tickwright.model.orders import TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.venues.binance.order_params import algo_params, spot_params, usdm_params


D = Decimal
STOP = Trigger(kind=TriggerKind.STOP, price=D("64000"))
PROFIT = Trigger(kind=TriggerKind.TAKE_PROFIT, price=D("66000"))
TRAIL = Trigger(kind=TriggerKind.STOP, price=D("64000"), trail_bps=50)
GTD = {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 1_795_000_900_000_000_000}
FOK_AT_ANY_PRICE = {"time_in_force": TimeInForce.FOK, "price": None}
BASE = {"symbol": "BTCUSDT", "side": "BUY"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"type": "LIMIT", "timeInForce": "GTC", "price": "60000", "quantity": "0.01"}),
        ({"price": None}, {"type": "MARKET", "quantity": "0.01"}),
        (
            {"price": None, "time_in_force": TimeInForce.IOC},  # what a market order is
            {"type": "MARKET", "quantity": "0.01"},
        ),
        (
            {"price": None, "quantity": None, "quote_quantity": D(50)},
            {"type": "MARKET", "quoteOrderQty": "50"},
        ),
        ({"post_only": True}, {"type": "LIMIT_MAKER", "price": "60000", "quantity": "0.01"}),
        (
            {"time_in_force": TimeInForce.FOK, "display_quantity": D("0.002")},
            {
                "type": "LIMIT", "timeInForce": "FOK", "price": "60000", "quantity": "0.01",
                "icebergQty": "0.002",
            },
        ),
        (
            {"trigger": STOP},
            {
                "type": "STOP_LOSS_LIMIT", "timeInForce": "GTC", "price": "60000",
                "quantity": "0.01", "stopPrice": "64000",
            },
        ),
        (
            {"trigger": PROFIT, "price": None},
            {"type": "TAKE_PROFIT", "quantity": "0.01", "stopPrice": "66000"},
        ),
        (
            {"trigger": TRAIL, "price": None},
            {
                "type": "STOP_LOSS", "quantity": "0.01", "stopPrice": "64000",
                "trailingDelta": "50",
            },
        ),
    ],
)  # fmt: skip
def test_orders_of_spot(changes: dict[str, Any], expected: dict[str, str]) -> None:
    found = dict(spot_params(command(SPOT_BTC, **changes), SPOT_BTC))
    assert found == {**BASE, **expected, "newClientOrderId": "me-1", "newOrderRespType": "FULL"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"type": "LIMIT", "timeInForce": "GTC", "price": "60000"}),
        ({"price": None, "reduce_only": True}, {"type": "MARKET", "reduceOnly": "true"}),
        ({"post_only": True}, {"type": "LIMIT", "timeInForce": "GTX", "price": "60000"}),
        (
            GTD,
            {
                "type": "LIMIT", "timeInForce": "GTD", "price": "60000",
                "goodTillDate": "1795000900000",
            },
        ),
    ],
)  # fmt: skip
def test_orders_of_futures(changes: dict[str, Any], expected: dict[str, str]) -> None:
    found = dict(usdm_params(command(USDM_BTC, **changes), USDM_BTC))
    assert found == {
        **BASE,
        **expected,
        "quantity": "0.01",
        "newClientOrderId": "me-1",
        "newOrderRespType": "RESULT",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"trigger": STOP},
            {"type": "STOP", "timeInForce": "GTC", "price": "60000", "triggerPrice": "64000"},
        ),
        ({"trigger": STOP, "price": None}, {"type": "STOP_MARKET", "triggerPrice": "64000"}),
        (
            {"trigger": PROFIT, "post_only": True},
            {
                "type": "TAKE_PROFIT", "timeInForce": "GTX", "price": "60000",
                "triggerPrice": "66000",
            },
        ),
        (
            {"trigger": PROFIT, "price": None, "reduce_only": True},
            {"type": "TAKE_PROFIT_MARKET", "triggerPrice": "66000", "reduceOnly": "true"},
        ),
        (
            {"trigger": TRAIL, "price": None},
            {"type": "TRAILING_STOP_MARKET", "activatePrice": "64000", "callbackRate": "0.5"},
        ),
    ],
)  # fmt: skip
def test_orders_of_futures_that_wait(changes: dict[str, Any], expected: dict[str, str]) -> None:
    wanted = command(USDM_BTC, **changes)
    assert wanted.trigger is not None
    found = dict(algo_params(wanted, wanted.trigger, USDM_BTC))
    assert found == {
        **BASE,
        **expected,
        "algoType": "CONDITIONAL",
        "quantity": "0.01",
        "workingType": "CONTRACT_PRICE",
        "clientAlgoId": "me-1",
    }


def test_a_trigger_on_the_mark_price_says_so() -> None:
    trigger = Trigger(kind=TriggerKind.STOP, price=D(64000), by=TriggerBy.MARK)
    found = algo_params(command(USDM_BTC, trigger=trigger), trigger, USDM_BTC)
    assert ("workingType", "MARK_PRICE") in found


@pytest.mark.parametrize(
    "changes",
    [
        GTD,
        {"reduce_only": True},
        {"trigger": Trigger(kind=TriggerKind.STOP, price=D(1), by=TriggerBy.MARK)},
        {"trigger": STOP, "post_only": True},
        FOK_AT_ANY_PRICE,
        {**FOK_AT_ANY_PRICE, "trigger": STOP},
    ],
)
def test_what_spot_does_not_have_is_refused_before_anything_is_sent(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(NotSupported, match="binance:BTC/USDT"):
        spot_params(command(SPOT_BTC, **changes), SPOT_BTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"price": None, "quantity": None, "quote_quantity": D(5)},
        {"display_quantity": D("0.001")},
        {"trigger": Trigger(kind=TriggerKind.STOP, price=D(1), by=TriggerBy.INDEX)},
        {"trigger": TRAIL},
        FOK_AT_ANY_PRICE,
        {**FOK_AT_ANY_PRICE, "trigger": STOP},
    ],
)
def test_what_futures_do_not_have_is_refused_before_anything_is_sent(
    changes: dict[str, Any],
) -> None:
    wanted = command(USDM_BTC, **changes)
    with pytest.raises(NotSupported, match="USDT:USDT"):
        if wanted.trigger is None:
            usdm_params(wanted, USDM_BTC)
        else:
            algo_params(wanted, wanted.trigger, USDM_BTC)


def test_g24_numbers_go_out_as_plain_digits() -> None:
    wanted = command(SPOT_BTC, quantity=D("2E-8"), price=D("6E+4"), side=Side.SELL)
    found = dict(spot_params(wanted, SPOT_BTC))
    assert (found["quantity"], found["price"], found["side"]) == ("0.00000002", "60000", "SELL")
