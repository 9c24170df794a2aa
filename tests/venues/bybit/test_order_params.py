"""Orders as parameters: one row for each form that an order can have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.bybit.samples import LINEAR_ID, LISTED, SPOT_ID

from tickwright.errors import NotSupported
from tickwright.model.market import Side
from tickwright.model.orders import SubmitOrder, TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.venues.bybit.order_params import order_body


D = Decimal
STOP = Trigger(kind=TriggerKind.STOP, price=D(64000))
PROFIT = Trigger(kind=TriggerKind.TAKE_PROFIT, price=D(66000), by=TriggerBy.MARK)
LINEAR = {"positionIdx": 0, "reduceOnly": False}


def command(**changes: Any) -> SubmitOrder:
    fields: dict[str, Any] = {
        "client_order_id": "me-1",
        "instrument": "bybit:BTC/USDT",
        "side": Side.BUY,
        "quantity": D("0.010"),
        "price": D(60000),
    }
    return SubmitOrder(**{**fields, **changes})


def body(category: str, **changes: Any) -> dict[str, Any]:
    listed = LISTED[SPOT_ID if category == "spot" else LINEAR_ID]
    found = order_body(command(**changes), listed, category)
    assert found.pop("category") == category
    assert found.pop("orderLinkId") == "me-1"
    assert found.pop("symbol") == "BTCUSDT"
    return dict(found)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"orderType": "Limit", "qty": "0.01", "price": "60000", "timeInForce": "GTC"}),
        (
            {"price": None},
            {"orderType": "Market", "qty": "0.01", "timeInForce": "IOC", "marketUnit": "baseCoin"},
        ),
        (
            {"price": None, "quantity": None, "quote_quantity": D(50)},
            {"orderType": "Market", "qty": "50", "timeInForce": "IOC", "marketUnit": "quoteCoin"},
        ),
        (
            {"post_only": True},
            {"orderType": "Limit", "qty": "0.01", "price": "60000", "timeInForce": "PostOnly"},
        ),
        (
            {"trigger": STOP},
            {
                "orderType": "Limit", "qty": "0.01", "price": "60000", "timeInForce": "GTC",
                "triggerPrice": "64000", "orderFilter": "StopOrder",
            },
        ),
    ],
)  # fmt: skip
def test_orders_of_spot(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert body("spot", **changes) == {"side": "Buy", **expected}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reduce_only": True}, {"orderType": "Limit", "timeInForce": "GTC", "reduceOnly": True}),
        ({"time_in_force": TimeInForce.FOK}, {"orderType": "Limit", "timeInForce": "FOK"}),
        (
            {"trigger": STOP},
            {"orderType": "Limit", "timeInForce": "GTC", "triggerPrice": "64000",
             "triggerDirection": 1, "triggerBy": "LastPrice"},
        ),
        (
            {"trigger": PROFIT},
            {"orderType": "Limit", "timeInForce": "GTC", "triggerPrice": "66000",
             "triggerDirection": 2, "triggerBy": "MarkPrice"},
        ),
    ],
)  # fmt: skip
def test_orders_of_contracts(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert body("linear", **changes) == {
        "side": "Buy",
        "qty": "0.01",
        "price": "60000",
        **LINEAR,
        **expected,
    }


@pytest.mark.parametrize(
    ("kind", "side", "direction"),
    [
        (TriggerKind.STOP, Side.BUY, 1),
        (TriggerKind.STOP, Side.SELL, 2),
        (TriggerKind.TAKE_PROFIT, Side.BUY, 2),
        (TriggerKind.TAKE_PROFIT, Side.SELL, 1),
    ],
)
def test_a_trigger_lies_where_its_kind_and_side_say(
    kind: TriggerKind, side: Side, direction: int
) -> None:
    found = body("linear", side=side, trigger=Trigger(kind=kind, price=D(1)))
    assert found["triggerDirection"] == direction


@pytest.mark.parametrize(
    ("category", "changes"),
    [
        ("spot", {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 5}),
        ("linear", {"display_quantity": D("0.001")}),
        ("spot", {"reduce_only": True}),
        ("spot", {"trigger": PROFIT}),
        ("linear", {"price": None, "quantity": None, "quote_quantity": D(5)}),
        ("linear", {"trigger": Trigger(kind=TriggerKind.STOP, trail_bps=50)}),
        ("linear", {"price": None, "time_in_force": TimeInForce.FOK}),
        ("spot", {"price": None, "time_in_force": TimeInForce.FOK, "trigger": STOP}),
    ],
)
def test_what_the_venue_does_not_have_is_refused_before_anything_is_sent(
    category: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotSupported):
        body(category, **changes)


def test_g24_numbers_go_out_as_plain_digits() -> None:
    found = body("linear", quantity=D("2E-8"), price=D("6E+4"))
    assert (found["qty"], found["price"]) == ("0.00000002", "60000")
