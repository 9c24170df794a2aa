from __future__ import annotations

from tests.sandbox.exchange.conftest import PERP

from tickwright.sandbox.exchange.account import Account, Seat
from tickwright.sandbox.exchange.market import Market
from tickwright.venues.marketrules import MarketRules


UNIT = 10**11


def a_seat(position: int, cost: int, mark: int = 100) -> Seat:
    market = Market(MarketRules(listing=PERP, is_margined=True))
    market.mark = mark
    seat = Seat(Account("me", group="", is_house=False, kept=1), market)
    seat.account.seats["BTCUSDT"] = seat
    seat.position, seat.cost, seat.leverage = position, cost * UNIT, 10
    return seat


def test_a_long_gains_and_a_short_loses_as_the_mark_rises() -> None:
    assert a_seat(10, 900).unrealized() == 100 * UNIT
    assert a_seat(-10, 900).unrealized() == -100 * UNIT


def test_orders_that_reduce_a_position_need_no_margin() -> None:
    seat = a_seat(10, 1000)
    assert seat.margin() == 100 * UNIT
    seat.ask_notional = 2000 * UNIT
    assert seat.order_margin() == 0
    seat.ask_notional = 2500 * UNIT
    assert seat.order_margin() == 50 * UNIT
    seat.bid_notional = 1000 * UNIT
    assert seat.order_margin() == 100 * UNIT


def test_what_is_available_is_the_wallet_with_open_profits_less_margins() -> None:
    seat = a_seat(10, 900)
    seat.wallet.free = 1000 * UNIT
    seat.bid_notional = 500 * UNIT
    assert seat.account.available("USDT") == (1000 + 100 - 100 - 50) * UNIT
    assert seat.account.available("BNB") == 0


def test_only_the_opposite_side_can_reduce() -> None:
    assert (a_seat(10, 1).closable(is_buy=False), a_seat(10, 1).closable(is_buy=True)) == (10, 0)
    assert (a_seat(-10, 1).closable(is_buy=False), a_seat(-10, 1).closable(is_buy=True)) == (0, 10)
