"""What a user gives for an order becomes a command, or an error that says what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from tests.venues.binance.trading_rig import SPOT_BTC

from tickwright.app.order_fields import command_of, fitted, one_of
from tickwright.core.clientids import ClientOrderIds
from tickwright.errors import InvalidNumber, UsageError
from tickwright.model.market import Side
from tickwright.model.numbers import Rounding
from tickwright.model.orders import SubmitOrder, TimeInForce, Trigger, TriggerKind


D = Decimal


def command(**changes: Any) -> SubmitOrder:
    fields = {"instrument": SPOT_BTC.id, "side": "buy", "quantity": "0.01", "price": "60000"}
    return command_of(SPOT_BTC, ClientOrderIds("me", Random(7)), **{**fields, **changes})


def test_words_and_numbers_are_read() -> None:
    stop = Trigger(kind=TriggerKind.STOP, price=D(61000))
    order = command(
        time_in_force="gtd", expire_ts_ns=5, reduce_only=True, trigger=stop, side=Side.SELL
    )
    assert order.instrument == SPOT_BTC.id
    assert (order.side, order.quantity, order.price) == (Side.SELL, D("0.01"), D(60000))
    assert (order.time_in_force, order.expire_ts_ns) == (TimeInForce.GTD, 5)
    assert order.reduce_only
    assert order.trigger == stop


def test_an_order_is_named_by_the_user_or_by_us() -> None:
    assert command(client_order_id="mine").client_order_id == "mine"
    assert ClientOrderIds("me", Random(8)).owns(command().client_order_id)


def test_what_is_not_given_is_what_most_want() -> None:
    order = command(quantity=None, price=None, quote_quantity=500)
    assert order.is_market
    assert order.quote_quantity == D(500)
    assert order.time_in_force is TimeInForce.GTC
    assert not order.post_only


def test_g24_numbers_move_only_in_a_named_direction() -> None:
    exact = command(price="60000.07")
    assert exact.price == D("60000.07")  # which the checks will deny
    rounded = command(price="60000.07", rounding=Rounding.DOWN)
    assert rounded.price == D("60000.00")
    with pytest.raises(InvalidNumber, match="float"):
        command(price=60000.5)
    assert fitted(None, D(1), "price", Rounding.UP) is None


def test_a_wrong_word_is_told_with_the_right_ones() -> None:
    with pytest.raises(UsageError, match="side: 'long' is none of 'buy', 'sell'"):
        one_of(Side, "long", "side")
    with pytest.raises(UsageError, match="time_in_force"):
        command(time_in_force="forever")
