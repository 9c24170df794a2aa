"""Commands that contradict themselves, and what can be read off an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tickwright.errors import UsageError
from tickwright.model.market import Side
from tickwright.model.orders import (
    Fill,
    Order,
    OrderState,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerKind,
)


D = Decimal


def command(**changes: Any) -> SubmitOrder:
    fields: dict[str, Any] = {
        "client_order_id": "me-1",
        "instrument": "binance:BTC/USDT",
        "side": Side.BUY,
        "quantity": D(1),
        "price": D(60000),
    }
    return SubmitOrder(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"side": Side.UNKNOWN}, "buy or sell"),
        ({"quantity": None}, "a quantity or by a quote quantity"),
        ({"quote_quantity": D(5)}, "and not by both"),
        ({"quantity": None, "quote_quantity": D(5)}, "goes with market orders"),
        ({"price": None, "post_only": True}, "cannot be post-only"),
        ({"post_only": True, "time_in_force": TimeInForce.IOC}, "choose one"),
        ({"post_only": True, "time_in_force": TimeInForce.FOK}, "choose one"),
        ({"price": None, "display_quantity": D(1)}, "needs a price"),
        ({"time_in_force": TimeInForce.GTD}, "a time at which it expires"),
        ({"expire_ts_ns": 5}, "no other order has one"),
    ],
)
def test_an_order_that_contradicts_itself_is_refused_with_its_instrument(
    changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError, match=f"^binance:BTC/USDT: .*{text}"):
        command(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"price": None},
        {"price": None, "quantity": None, "quote_quantity": D(5)},
        {"post_only": True, "reduce_only": True},
        {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 5},
        {"trigger": Trigger(kind=TriggerKind.STOP, trail_bps=50)},
        {"display_quantity": D("0.1")},
    ],
)
def test_orders_that_make_sense_are_taken(changes: dict[str, Any]) -> None:
    order = command(**changes)
    assert order.is_market == (order.price is None)


def test_a_trigger_waits_for_something() -> None:
    with pytest.raises(UsageError, match="a price, or a trail in bps"):
        Trigger(kind=TriggerKind.STOP)


def test_what_is_left_of_an_order_ends_with_it() -> None:
    fills = (Fill(trade_id="1", price=D(1), quantity=D("0.25")),)
    order = Order(
        command=command(),
        state=OrderState.PARTLY_FILLED,
        quantity=D(1),
        filled_quantity=D("0.5"),
        fills=fills,
    )
    assert order.client_order_id == "me-1"
    assert order.leaves_quantity == D("0.5")
    assert order.missing_quantity == D("0.25")
    ended = Order(command=command(), state=OrderState.CANCELED, quantity=D(1))
    assert ended.leaves_quantity == 0
    by_quote = Order(
        command=command(price=None, quantity=None, quote_quantity=D(5)), state=OrderState.SENT
    )
    assert by_quote.leaves_quantity is None


def test_states_say_whether_they_are_open_or_final() -> None:
    assert {state.name for state in OrderState if state.is_open} == {"OPEN", "PARTLY_FILLED"}
    assert {state.name for state in OrderState if not state.is_final} == {
        "NEW",
        "SENT",
        "UNKNOWN",
        "OPEN",
        "PARTLY_FILLED",
    }


def test_a_trigger_s_price_is_taken_as_any_number_and_its_words_as_declared() -> None:
    price: Any = "69000"
    assert Trigger(kind=TriggerKind.STOP, price=price).price == Decimal(69000)
    wrong: Any
    for wrong in ({"kind": "stop"}, {"by": "mark"}, {"trail_bps": 50.0}, {"price": 69000.5}):
        with pytest.raises(UsageError):
            Trigger(**{"kind": TriggerKind.STOP, "price": Decimal(1), **wrong})
