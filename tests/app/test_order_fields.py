"""What a user gives for an order becomes a command, or an error that says what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.trading_rig import SPOT_BTC

from tickwright.app.order_fields import command_of, fitted, one_of
from tickwright.errors import InvalidNumber, UsageError
from tickwright.model.market import Side
from tickwright.model.numbers import Rounding
from tickwright.model.orders import TimeInForce, Trigger, TriggerKind


D = Decimal


def wanted(**fields: Any) -> Any:
    return {"instrument": SPOT_BTC.id, "side": "buy", "quantity": "0.01", "price": "60000"} | fields


def test_words_and_numbers_are_read() -> None:
    stop = Trigger(kind=TriggerKind.STOP, price=D(61000))
    command = command_of(
        wanted(time_in_force="gtd", expire_ts_ns=5, reduce_only=True, trigger=stop, side=Side.SELL),
        SPOT_BTC,
        "me-1",
    )
    assert (command.client_order_id, command.instrument) == ("me-1", SPOT_BTC.id)
    assert (command.side, command.quantity, command.price) == (Side.SELL, D("0.01"), D(60000))
    assert (command.time_in_force, command.expire_ts_ns) == (TimeInForce.GTD, 5)
    assert command.reduce_only
    assert command.trigger == stop


def test_what_is_not_given_is_what_most_want() -> None:
    command = command_of(
        {"instrument": SPOT_BTC.id, "side": "buy", "quote_quantity": 500}, SPOT_BTC, "me-1"
    )
    assert command.is_market
    assert command.quote_quantity == D(500)
    assert command.time_in_force is TimeInForce.GTC
    assert not command.post_only


def test_g24_numbers_move_only_in_a_named_direction() -> None:
    exact = command_of(wanted(price="60000.07"), SPOT_BTC, "me-1")
    assert exact.price == D("60000.07")  # which the checks will deny
    rounded = command_of(wanted(price="60000.07", rounding=Rounding.DOWN), SPOT_BTC, "me-1")
    assert rounded.price == D("60000.00")
    with pytest.raises(InvalidNumber, match="float"):
        command_of(wanted(price=60000.5), SPOT_BTC, "me-1")
    assert fitted(None, D(1), "price", Rounding.UP) is None


def test_a_wrong_word_is_told_with_the_right_ones() -> None:
    with pytest.raises(UsageError, match="side: 'long' is none of 'buy', 'sell'"):
        one_of(Side, "long", "side")
    with pytest.raises(UsageError, match="time_in_force"):
        command_of(wanted(time_in_force="forever"), SPOT_BTC, "me-1")
