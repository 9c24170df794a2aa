from __future__ import annotations

from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.venues.commands import SelfTrade, TimeInForce
from tickwright.venues.facts import raw_amount
from tickwright.venues.reports import Rule


FOK = TimeInForce.FOK


def test_a_market_order_by_amount_buys_as_many_lots_as_it_pays_for(desk: Desk) -> None:
    desk.sell("you", 1000, 100)
    desk.sell("you", 5000, 200)
    order_id = desk.buy("me", 0, quote_amount=raw_amount("2"))
    assert desk.trades == [(100, 1000), (200, 500)]
    order = desk.order(order_id)
    assert (order.quantity, order.turnover) == (1500, raw_amount("2"))
    assert desk.balance("me", "USDT") == (FUNDS - raw_amount("2"), 0)


def test_a_market_order_by_amount_sells_until_it_has_earned_it(desk: Desk) -> None:
    desk.buy("you", 1000, 200)
    desk.buy("you", 5000, 100)
    desk.sell("me", 0, quote_amount=raw_amount("2.5"))
    assert desk.trades == [(200, 1000), (100, 500)]


def test_an_amount_below_a_lot_is_refused(desk: Desk) -> None:
    desk.sell("you", 10, 1000)
    desk.buy("me", 0, quote_amount=raw_amount("0.001"))
    assert desk.refusal is Rule.NO_LIQUIDITY


def test_fok_counts_what_icebergs_hide(desk: Desk) -> None:
    desk.sell("you", 10, 100, display=1)
    desk.buy("me", 10, 100, time_in_force=FOK)
    assert sum(quantity for _, quantity in desk.trades) == 10


def test_fok_counts_only_what_comes_before_an_own_order(desk: Desk) -> None:
    desk.sell("you", 10, 100, display=1)
    desk.sell("me", 10, 100)
    desk.buy("me", 10, 100, time_in_force=FOK, self_trade=SelfTrade.EXPIRE_TAKER)
    assert desk.trades == [], "the hidden part would come after the own order"
    desk.buy("me", 1, 100, time_in_force=FOK, self_trade=SelfTrade.EXPIRE_TAKER)
    assert desk.trades == [(100, 1)]


def test_fok_passes_over_own_orders_that_would_expire(desk: Desk) -> None:
    desk.sell("me", 10, 100)
    desk.sell("you", 10, 100)
    desk.buy("me", 11, 100, time_in_force=FOK, self_trade=SelfTrade.EXPIRE_MAKER)
    assert desk.trades == []
    desk.buy("me", 10, 100, time_in_force=FOK, self_trade=SelfTrade.EXPIRE_MAKER)
    assert desk.trades == [(100, 10)]


def test_fok_does_not_count_on_reduce_only_orders_that_would_expire(futures: Desk) -> None:
    futures.sell("you", 5, 100)
    futures.buy("me", 5, 100)
    futures.sell("me", 5, 101)
    futures.sell("me", 5, 102, is_reduce_only=True)
    futures.buy("you", 10, 102, time_in_force=FOK)
    assert futures.trades == []
    futures.buy("you", 5, 102, time_in_force=FOK)
    assert futures.trades == [(101, 5)]


def test_a_venue_may_refuse_unfillable_fok_orders() -> None:
    desk = Desk(refuses_unfillable_fok=True)
    desk.buy("me", 1, 100, time_in_force=FOK)
    assert desk.refusal is Rule.FOK_UNFILLABLE
