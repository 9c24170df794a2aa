"""Figures worked out by hand: a hundred contracts of 100, in units of the tests' listing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sandbox.exchange.conftest import Desk

from tickwright.sandbox.exchange.account import Seat
from tickwright.sandbox.exchange.margin import bankruptcy_price, liquidation_price, shared, standing
from tickwright.venues.commands import Deposit, SetLeverage, SetMarginMode, SetMark
from tickwright.venues.facts import RATE_SCALE, raw_amount
from tickwright.venues.marketrules import MarginBracket


S = "BTCUSDT"
UNIT = 10 ** (16 - 2 - 3)
PERCENT = 10 ** (RATE_SCALE - 2)
FUNDS = raw_amount("1000000")
BRACKETS = (
    MarginBracket(cap=1_000_000 * UNIT, leverage=100, rate=PERCENT),
    MarginBracket(cap=9_000_000 * UNIT, leverage=20, rate=2 * PERCENT, deduction=10_000 * UNIT),
)


def desk_with(wallet: int, **more: object) -> Desk:
    """Return a desk where ``me`` has so much, in price times quantity units."""
    desk = Desk(is_margined=True, brackets=BRACKETS, **more)
    desk(Deposit(account="me", asset="USDT", amount=wallet * UNIT - FUNDS))
    return desk


def seat_of(desk: Desk, account: str = "me") -> Seat:
    found = desk.exchange._floor.seat(account, S)  # not public: what views are made of
    assert isinstance(found, Seat)
    return found


def long(desk: Desk, quantity: int = 100, price: int = 1000) -> Seat:
    desk.sell("house", quantity, price)
    desk.buy("me", quantity, price)
    return seat_of(desk)


def test_maintenance_follows_the_bracket_of_the_worth_at_the_mark() -> None:
    seat = long(desk_with(100_000))
    assert seat.maintenance() == 1000 * UNIT
    seat.market.mark = 20_000
    assert seat.maintenance() == (40_000 - 10_000) * UNIT
    seat.market.mark = 10**6
    assert seat.bracket() is BRACKETS[1]


def test_brackets_meet_without_a_step() -> None:
    seat = long(desk_with(100_000))
    seat.market.mark = 10_000
    below = seat.maintenance()
    seat.market.mark = 10_001
    assert 0 <= seat.maintenance() - below <= 3 * UNIT


def test_without_brackets_nothing_needs_to_be_kept(futures: Desk) -> None:
    seat = long(futures)
    assert (seat.maintenance(), seat.bracket(), seat.notional_max()) == (0, None, 0)
    assert liquidation_price(seat) == 0


def test_cross_positions_share_the_wallet_and_isolated_ones_have_their_own() -> None:
    desk = desk_with(100_000)
    seat = long(desk)
    group = standing(seat)
    assert (group.seats, group.balance, group.profit) == ((seat,), 100_000 * UNIT, 0)
    alone = desk_with(100_000)
    alone(SetMarginMode(account="me", symbol=S, is_isolated=True))
    seat = long(alone)
    group = standing(seat)
    assert (group.balance, shared(seat.account, "USDT")) == (5000 * UNIT, 95_000 * UNIT)


@pytest.mark.parametrize("is_long", [True, False])
def test_the_liquidation_price_is_where_the_margin_is_used_up(is_long: bool) -> None:
    desk = desk_with(20_000)
    (desk.sell if is_long else desk.buy)("house", 100, 1000)
    (desk.buy if is_long else desk.sell)("me", 100, 1000)
    seat = seat_of(desk)
    price = liquidation_price(seat)
    # Long: 20,000 + 100·p - 100,000 = p; short: 20,000 + 100,000 - 100·p = p.
    assert price == (808 if is_long else 1188)
    toward = 2 if is_long else -2
    seat.market.mark = price + toward
    assert not standing(seat).is_lost
    seat.market.mark = price - toward
    assert standing(seat).is_lost


def test_who_has_enough_for_any_fall_has_no_liquidation_price() -> None:
    assert liquidation_price(long(desk_with(200_000))) == 0


@given(st.integers(500, 3000), st.booleans(), st.integers(6000, 90_000))
def test_closing_at_the_bankruptcy_price_leaves_nothing_and_owes_nothing(
    price: int, is_long: bool, wallet: int
) -> None:
    desk = desk_with(wallet)
    desk(SetLeverage(account="me", symbol=S, leverage=100))
    (desk.sell if is_long else desk.buy)("house", 100, price)
    (desk.buy if is_long else desk.sell)("me", 100, price)
    seat = seat_of(desk)
    at = bankruptcy_price(seat)
    worth = 100 * at * UNIT
    left = wallet * UNIT + (worth - seat.cost if is_long else seat.cost - worth)
    assert left >= 0
    assert left < 100 * UNIT or at == 1


def test_leverage_bounds_the_size_of_a_position() -> None:
    desk = desk_with(10**7)
    desk(SetMark(symbol=S, mark=1000))
    desk(SetLeverage(account="me", symbol=S, leverage=50))
    desk.buy("me", 1000, 1000)
    assert desk.refusal is None
    desk.buy("me", 1, 1000)
    assert desk.refusal is not None
    desk.sell("me", 1000, 1001)
    assert desk.refusal is not None, "1,001,000 of worth"
    desk(SetLeverage(account="me", symbol=S, leverage=20))
    desk.buy("me", 1, 1000)
    assert desk.refusal is None
