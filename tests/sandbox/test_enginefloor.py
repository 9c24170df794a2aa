from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import Desk

from tickwright.sandbox.enginefloor import EngineFloor
from tickwright.venues.commands import Command


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def floor(desk: Desk) -> EngineFloor:
    def do(command: Command) -> None:
        desk(command)

    market = desk.exchange._floor.markets["BTCUSDT"]  # what the sandbox hands it
    return EngineFloor(market, do, "house", "house")


def test_what_is_set_on_a_side_is_quoted_in_the_engine(desk: Desk, floor: EngineFloor) -> None:
    bids, asks = floor.sides
    for price in (98, 100, 99):
        bids.set(price, 5)
    asks.set(101, 7)
    assert desk.bids == bids.top(9) == [(100, 5), (99, 5), (98, 5)]
    assert (bids.best, bids.worst, bids.price_at(1), len(bids)) == (100, 98, 99, 3)
    assert (asks.at(101), asks.at(102)) == (7, 0)
    bids.set(99, 0)
    assert bids.top(9) == [(100, 5), (98, 5)]


def test_a_side_shows_everybodys_orders(desk: Desk, floor: EngineFloor) -> None:
    floor.sides[0].set(100, 5)
    desk.buy("me", 2, 100)
    assert floor.sides[0].at(100) == 7


def test_takers_go_up_to_a_price_and_replayed_ones_stand_by_theirs(
    desk: Desk, floor: EngineFloor
) -> None:
    floor.sides[0].set(100, 5)
    floor.sides[0].set(99, 5)
    desk.buy("me", 2, 99)
    floor.take(is_buy=False, quantity=6, limit=99)
    assert desk.bids == [(99, 6)]
    floor.replay(is_buy=False, quantity=5, price=99)
    assert sum(fill.quantity for fill in desk.exchange.fills("me")) == 1
