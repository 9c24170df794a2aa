"""Both sides of a hedge are one position, and half of one is none that could be told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.model.account import Position
from tickwright.venues.bybit.hedges import Sides, net


D = Decimal
BTC = "bybit:BTC/USDT:USDT"


def held(quantity: str, name: str = BTC) -> Position:
    return Position(
        instrument=name,
        quantity=D(quantity),
        entry_price=D(60000),
        mark_price=D(65000),
        unrealized_pnl=D(quantity) * 5000,
        liquidation_price=D(30000),
    )


LONG, SHORT, FLAT = held("0.5"), held("-0.2"), Position(instrument=BTC, quantity=D(0))


def test_two_open_sides_come_to_their_sum_without_prices_of_their_own() -> None:
    expected = Position(
        instrument=BTC, quantity=D("0.3"), mark_price=D(65000), unrealized_pnl=D(1500)
    )
    assert net([LONG, SHORT]) == net([SHORT, LONG]) == expected
    untold = Position(instrument=BTC, quantity=D("-0.5"))
    assert net([LONG, untold]).unrealized_pnl is None


@pytest.mark.parametrize("sides", [[LONG], [LONG, FLAT], [FLAT, LONG]])
def test_one_open_side_is_the_position(sides: list[Position]) -> None:
    assert net(sides) == LONG


def test_two_flat_sides_are_a_flat_position() -> None:
    assert net([FLAT, FLAT]) == FLAT


def test_a_side_tells_nothing_before_the_other_one_was_told() -> None:
    sides = Sides()
    assert sides.told([(1, LONG)]) == []
    assert [each.quantity for each in sides.told([(2, SHORT)])] == [D("0.3")]
    assert [each.quantity for each in sides.told([(1, FLAT)])] == [D("-0.2")]


def test_a_frame_with_both_sides_tells_their_sum_once() -> None:
    sides = Sides()
    sides.told([(1, FLAT), (2, SHORT)])
    other = held("1", "bybit:ETH/USDT:USDT")
    found = sides.told([(1, LONG), (0, other), (2, held("-0.4"))])
    assert [(each.instrument, each.quantity) for each in found] == [
        (BTC, D("0.1")),
        (other.instrument, D(1)),
    ]


def test_a_one_way_position_is_told_as_it_is_and_ends_what_was_hedged() -> None:
    sides = Sides()
    sides.told([(1, LONG), (2, FLAT)])
    assert sides.told([(0, SHORT)]) == [SHORT]
    assert sides.told([(1, LONG)]) == []
