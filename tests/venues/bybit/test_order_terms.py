"""What an order of somebody else's was placed as, as far as we have words for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.bybit.samples import LINEAR_ID, LISTED, SPOT_ID
from tests.venues.bybit.test_account import ORDER

from tickwright.model.market import Side
from tickwright.model.orders import (
    OrderTerms,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.venues.bybit.order_params import order_body
from tickwright.venues.bybit.order_terms import order_terms
from tickwright.venues.bybit.wire_private import OrderRow


D = Decimal
STOP, PROFIT = TriggerKind.STOP, TriggerKind.TAKE_PROFIT
NONE = {"triggerPrice": "0.00", "takeProfit": "0.00000", "stopLoss": "0.00", "triggerBy": "UNKNOWN"}


def terms(product: str = LINEAR_ID, **changes: Any) -> OrderTerms | None:
    row = msgspec.convert({**ORDER, **NONE, **changes}, OrderRow)
    return order_terms(row, LISTED[product])


@pytest.mark.parametrize("product", [SPOT_ID, LINEAR_ID])
def test_a_plain_order_has_none(product: str) -> None:
    assert terms(product) is None
    assert terms(product, isLeverage="0", stopOrderType="", triggerPrice="") is None
    assert terms(product, orderType="Market", timeInForce="IOC", side="Sell") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"timeInForce": "IOC"}, OrderTerms(time_in_force=TimeInForce.IOC)),
        ({"timeInForce": "FOK"}, OrderTerms(time_in_force=TimeInForce.FOK)),
        ({"timeInForce": "PostOnly"}, OrderTerms(post_only=True)),
        ({"reduceOnly": True}, OrderTerms(reduce_only=True)),
        (
            {"reduceOnly": True, "orderType": "Market", "timeInForce": "IOC"},
            OrderTerms(reduce_only=True),
        ),
    ],
)
def test_what_an_order_of_ours_can_say_is_understood(
    changes: dict[str, Any], expected: OrderTerms
) -> None:
    assert terms(**changes) == expected


@pytest.mark.parametrize(
    ("side", "direction", "kind"),
    [("Buy", 1, STOP), ("Sell", 2, STOP), ("Buy", 2, PROFIT), ("Sell", "1", PROFIT)],
)
def test_a_trigger_s_kind_follows_from_direction_and_side(
    side: str, direction: int | str, kind: TriggerKind
) -> None:
    found = terms(
        side=side,
        stopOrderType="Stop",
        triggerPrice="91000.00",
        triggerBy="MarkPrice",
        triggerDirection=direction,
    )
    assert found == OrderTerms(trigger=Trigger(kind=kind, price=D(91000), by=TriggerBy.MARK))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"lastPriceOnCreated": "90000"}, STOP),
        ({"lastPriceOnCreated": "92000"}, PROFIT),
        ({"basePrice": "92000"}, PROFIT),
        ({}, STOP),
    ],
)
def test_on_spot_the_price_at_its_creation_tells_the_side_if_nothing_else_does(
    changes: dict[str, str], kind: TriggerKind
) -> None:
    fields = {"stopOrderType": "Stop", "triggerPrice": "91000", "triggerBy": "", **changes}
    assert terms(SPOT_ID, **fields) == OrderTerms(trigger=Trigger(kind=kind, price=D(91000)))


@pytest.mark.parametrize(
    "changes",
    [
        {"closeOnTrigger": True},
        {"takeProfit": "95000"},
        {"stopLoss": "85000.00"},
        {"isLeverage": "1"},
        {"positionIdx": 2},
        {"timeInForce": "RPI"},
        {"timeInForce": "Pirouette"},
        {"orderType": "UNKNOWN"},
        {"stopOrderType": "TrailingStop", "triggerPrice": "91000", "triggerDirection": 1},
        {"stopOrderType": "tpslOrder"},
        {"stopOrderType": "Stop", "triggerPrice": "91000", "triggerBy": "LastPrice"},
        {"triggerPrice": "91000", "triggerBy": "MoonPrice", "triggerDirection": 1},
    ],
)
def test_what_it_cannot_say_is_not_understood(changes: dict[str, Any]) -> None:
    found = terms(**changes)
    assert found is not None
    assert not found.is_understood


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
@pytest.mark.parametrize("kind", list(TriggerKind))
@pytest.mark.parametrize("by", list(TriggerBy))
def test_what_is_placed_is_read_as_it_was_meant(
    side: Side, kind: TriggerKind, by: TriggerBy
) -> None:
    trigger = Trigger(kind=kind, price=D(64000), by=by)
    command = SubmitOrder(
        client_order_id="me-1",
        instrument=LINEAR_ID,
        side=side,
        quantity=D(1),
        price=D(60000),
        post_only=True,
        reduce_only=True,
        trigger=trigger,
    )
    body = order_body(command, LISTED[LINEAR_ID], "linear")
    shown: dict[str, Any] = {"stopOrderType": "Stop", **body}
    assert terms(**shown) == OrderTerms(post_only=True, reduce_only=True, trigger=trigger)


def test_a_market_order_by_quote_amount_tells_the_amount() -> None:
    fields = {"orderType": "Market", "timeInForce": "IOC", "qty": "100"}
    assert terms(SPOT_ID, **fields) == OrderTerms(quote_quantity=D(100))
    assert terms(SPOT_ID, **fields, marketUnit="baseCoin") is None
