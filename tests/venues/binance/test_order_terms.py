"""How somebody else placed an order, from rows and events as the documentation shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tickwright.model.orders import OrderTerms, TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.venues.binance import order_terms as read
from tickwright.venues.binance.order_terms import ALGO_EVENT, ALGO_ROW, ROW, event_terms, terms


D = Decimal
STOP, PROFIT = TriggerKind.STOP, TriggerKind.TAKE_PROFIT
SPOT: dict[str, Any] = {
    "orderListId": -1, "timeInForce": "GTC", "type": "LIMIT", "stopPrice": "0.00000000",
    "icebergQty": "0.00000000",
}  # fmt: skip
FUTURE: dict[str, Any] = {
    "timeInForce": "GTC", "type": "LIMIT", "origType": "LIMIT", "reduceOnly": False,
    "closePosition": False, "positionSide": "BOTH", "stopPrice": "0.00",
    "workingType": "CONTRACT_PRICE", "priceProtect": False, "priceMatch": "NONE", "goodTillDate": 0,
}  # fmt: skip
ALGO: dict[str, Any] = {
    "algoType": "CONDITIONAL", "orderType": "STOP", "timeInForce": "GTC", "triggerPrice": "63000.00",
    "workingType": "CONTRACT_PRICE", "priceMatch": "NONE", "closePosition": False,
    "priceProtect": False, "reduceOnly": False, "positionSide": "BOTH", "goodTillDate": 0,
}  # fmt: skip


def waits(kind: TriggerKind = STOP, price: int | None = 63000, **more: Any) -> dict[str, Any]:
    return {"trigger": Trigger(kind=kind, price=None if price is None else D(price), **more)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"type": "MARKET"}, None),
        ({"type": "LIMIT_MAKER"}, {"post_only": True}),
        ({"timeInForce": "FOK"}, {"time_in_force": TimeInForce.FOK}),
        ({"type": "STOP_LOSS", "stopPrice": "63000.0"}, waits()),
        ({"type": "STOP_LOSS_LIMIT", "stopPrice": "63000.0"}, waits()),
        ({"type": "TAKE_PROFIT_LIMIT", "stopPrice": "63000.0"}, waits(PROFIT)),
        ({"type": "STOP_LOSS", "trailingDelta": 50}, waits(price=None, trail_bps=50)),
        (
            {"type": "TAKE_PROFIT", "trailingDelta": 50, "stopPrice": "63000"},
            waits(PROFIT, trail_bps=50),
        ),
        ({"icebergQty": "0.001"}, {"is_understood": False}),
        ({"orderListId": 7}, {"is_understood": False}),
        ({"pegPriceType": "PRIMARY_PEG"}, {"is_understood": False}),
        ({"type": "QUANTUM"}, {"is_understood": False}),
        ({"timeInForce": "TBD"}, {"is_understood": False}),
    ],
)
def test_orders_of_spot(changes: dict[str, Any], expected: dict[str, Any] | None) -> None:
    found = terms({**SPOT, **changes}, ROW)
    assert found == (None if expected is None else OrderTerms(**expected))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"timeInForce": "GTX"}, {"post_only": True}),
        ({"reduceOnly": True}, {"reduce_only": True}),
        (
            {"timeInForce": "GTD", "goodTillDate": 1795000900000},
            {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 1_795_000_900_000_000_000},
        ),
        ({"timeInForce": "GTD"}, {"is_understood": False}),
        ({"timeInForce": "RPI"}, {"is_understood": False}),
        ({"positionSide": "LONG"}, {"is_understood": False}),
        # Triggered: what it was placed as tells more than what it became.
        (
            {"origType": "STOP", "stopPrice": "63000.00", "workingType": "MARK_PRICE"},
            waits(by=TriggerBy.MARK),
        ),
        (
            {"origType": "TRAILING_STOP_MARKET", "activatePrice": "64000", "priceRate": "1.5"},
            waits(price=64000, trail_bps=150),
        ),
    ],
)
def test_orders_of_futures(changes: dict[str, Any], expected: dict[str, Any] | None) -> None:
    found = terms({**FUTURE, **changes}, ROW)
    assert found == (None if expected is None else OrderTerms(**expected))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, waits()),
        ({"orderType": "STOP_MARKET", "reduceOnly": "true"}, {**waits(), "reduce_only": True}),
        ({"orderType": "TAKE_PROFIT", "timeInForce": "GTX"}, {**waits(PROFIT), "post_only": True}),
        (
            {"orderType": "TRAILING_STOP_MARKET", "triggerPrice": "", "callbackRate": "0.1"},
            waits(price=None, trail_bps=10),
        ),
        ({"closePosition": True}, {**waits(), "is_understood": False}),
        ({"priceProtect": True}, {**waits(), "is_understood": False}),
        ({"priceMatch": "QUEUE"}, {**waits(), "is_understood": False}),
        ({"workingType": "MOON_PRICE"}, {**waits(), "is_understood": False}),
        # Nothing that waits is ever without a trigger, whatever is said of it.
        (
            {"orderType": "QUANTUM", "triggerPrice": "high"},
            {**waits(price=None, trail_bps=0), "is_understood": False},
        ),
    ],
)
def test_orders_of_futures_that_wait(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert terms({**ALGO, **changes}, ALGO_ROW) == OrderTerms(**expected)


def test_an_event_does_not_tell_how_an_order_follows_the_market() -> None:
    told = {"o": "TRAILING_STOP_MARKET", "f": "GTC", "tp": "64000", "wt": "CONTRACT_PRICE"}
    found = terms(told, ALGO_EVENT)
    assert found == OrderTerms(**waits(price=64000, trail_bps=0), is_understood=False)


def test_of_a_plain_order_no_more_is_read_than_its_kind_and_time_in_force() -> None:
    unread = b"not even JSON"
    for kind in ("LIMIT", "MARKET"):
        assert event_terms(kind, "GTC", unread, read.FUTURE_EVENT, is_simple=True) is None
    found = event_terms("LIMIT", "GTX", unread, read.FUTURE_EVENT, is_simple=True)
    assert found == OrderTerms(post_only=True)
