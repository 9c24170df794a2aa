from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import Desk

from tickwright.model.market import Side
from tickwright.venues.commands import SetMark, Trigger, TriggerBy, TriggerKind
from tickwright.venues.reports import EndReason, Execution, OrderStatus, Rule


STOP, PROFIT = TriggerKind.STOP, TriggerKind.TAKE_PROFIT


def print_price(desk: Desk, price: int) -> None:
    desk.sell("you", 1, price)
    desk.buy("house", 1, price)


@pytest.mark.parametrize(
    ("side", "kind", "trigger", "short_of_it"),
    [
        (Side.BUY, STOP, 105, 104),
        (Side.SELL, STOP, 95, 96),
        (Side.BUY, PROFIT, 95, 96),
        (Side.SELL, PROFIT, 105, 104),
    ],
)
def test_a_price_wakes_the_orders_that_wait_for_it(
    desk: Desk, side: Side, kind: TriggerKind, trigger: int, short_of_it: int
) -> None:
    print_price(desk, 100)
    order_id = desk.place("me", side, 1, 100, trigger=Trigger(kind, trigger))
    assert desk.order(order_id).status is OrderStatus.DORMANT
    assert not desk.order(order_id).is_working
    print_price(desk, short_of_it)
    assert desk.order(order_id).status is OrderStatus.DORMANT
    desk.now_ns = 77
    print_price(desk, trigger)
    woken = desk.order(order_id)
    assert woken.status is not OrderStatus.DORMANT
    assert (woken.triggered_ns, woken.working_ns) == (77, 77)


def test_a_stop_becomes_a_market_order_after_the_trade_that_woke_it(desk: Desk) -> None:
    desk.buy("you", 5, 90)
    print_price(desk, 100)
    order_id = desk.sell("me", 2, trigger=Trigger(STOP, 95))
    print_price(desk, 95)
    assert desk.trades == [(95, 1), (90, 2)]
    executions = [one.execution for one in desk.reports if one.order.id == order_id]
    assert executions == [Execution.TRIGGERED, Execution.TRADED]


def test_stops_wake_each_other_in_a_cascade(desk: Desk) -> None:
    for price in (97, 96, 95):
        desk.buy("you", 1, price)
    print_price(desk, 100)
    for trigger in (96, 98, 97):
        desk.sell("me", 1, trigger=Trigger(STOP, trigger))
    desk.buy("you", 1, 98)
    desk.sell("house", 1, 98)
    assert desk.trades == [(98, 1), (97, 1), (96, 1), (95, 1)]


def test_a_mark_price_wakes_only_who_looks_at_it(futures: Desk) -> None:
    futures(SetMark(symbol="BTCUSDT", mark=100))
    by_mark = futures.buy("me", 1, 90, trigger=Trigger(STOP, 105, TriggerBy.MARK))
    by_last = futures.buy("me", 1, 90, trigger=Trigger(STOP, 105))
    futures(SetMark(symbol="BTCUSDT", mark=105))
    assert futures.order(by_mark).status is OrderStatus.OPEN
    assert futures.order(by_last).status is OrderStatus.DORMANT
    print_price(futures, 105)
    assert futures.order(by_last).status is OrderStatus.OPEN


def test_a_trailing_sell_follows_the_highest_price_down_by_its_distance(desk: Desk) -> None:
    print_price(desk, 10_000)
    order_id = desk.sell("me", 1, 5_000, trigger=Trigger(STOP, trail_bps=100))
    assert desk.order(order_id).tracking_ns == 0
    desk.now_ns = 5
    for price, trigger in ((10_000, 9_900), (11_000, 10_890), (10_891, 10_890)):
        print_price(desk, price)
        order = desk.order(order_id)
        assert (order.status, order.trigger_price) == (OrderStatus.DORMANT, trigger)
        assert order.tracking_ns == 5
    print_price(desk, 10_890)
    assert desk.order(order_id).status is OrderStatus.OPEN


def test_a_trailing_buy_follows_the_lowest_price_up_after_its_activation(desk: Desk) -> None:
    print_price(desk, 10_000)
    order_id = desk.buy("me", 1, 5_000, trigger=Trigger(PROFIT, 9_500, trail_bps=100))
    print_price(desk, 9_600)
    assert desk.order(order_id).tracking_ns == desk.order(order_id).triggered_ns == 0
    print_price(desk, 9_500)
    assert desk.reports[-1].execution is Execution.TRACKING
    assert desk.order(order_id).trigger_price == 9_595
    print_price(desk, 9_000)
    assert desk.order(order_id).trigger_price == 9_090
    print_price(desk, 9_090)
    assert desk.order(order_id).status is OrderStatus.OPEN


def test_a_trailing_order_may_follow_from_the_start(desk: Desk) -> None:
    print_price(desk, 10_000)
    trigger = Trigger(PROFIT, trail_bps=100, starts_at_last=True)
    order_id = desk.sell("me", 1, 5_000, trigger=trigger)
    assert [one.execution for one in desk.reports] == [Execution.ACCEPTED, Execution.TRACKING]
    assert desk.order(order_id).trigger_price == 9_900


def test_a_canceled_order_is_not_woken(desk: Desk) -> None:
    print_price(desk, 100)
    stop = desk.buy("me", 1, 90, trigger=Trigger(STOP, 105))
    trailing = desk.buy("me", 1, 90, trigger=Trigger(STOP, trail_bps=100))
    desk.cancel("me", stop)
    desk.cancel("me", trailing)
    print_price(desk, 105)
    assert {desk.order(one).status for one in (stop, trailing)} == {OrderStatus.CANCELED}


def test_an_order_that_closes_a_position_takes_its_quantity_when_it_wakes(futures: Desk) -> None:
    print_price(futures, 100)
    futures.sell("you", 7, 100)
    futures.buy("me", 7, 100)
    order_id = futures.sell("me", 0, trigger=Trigger(STOP, 95), closes_position=True)
    futures.buy("you", 20, 94)
    print_price(futures, 95)
    assert futures.order(order_id).filled == 7
    assert futures.position().quantity == 0


def test_an_order_that_closes_no_position_expires_when_it_wakes(futures: Desk) -> None:
    print_price(futures, 100)
    order_id = futures.sell("me", 0, trigger=Trigger(STOP, 95), closes_position=True)
    print_price(futures, 95)
    assert futures.order(order_id).status is OrderStatus.EXPIRED


def test_margin_is_asked_for_when_a_dormant_order_wakes() -> None:
    desk = Desk(is_margined=True, checks_dormant_funds=False)
    print_price(desk, 100)
    order_id = desk.buy("me", 10**12, 104, trigger=Trigger(STOP, 105))
    assert desk.refusal is None
    print_price(desk, 105)
    report = next(one for one in desk.reports if one.order.id == order_id)
    assert (report.order.status, report.reason) == (OrderStatus.REJECTED, EndReason.REFUSED)
    assert report.refusal is not None
    assert report.refusal.rule is Rule.MARGIN


@pytest.mark.parametrize(
    ("is_protected", "mark", "status"),
    [
        (True, 100, OrderStatus.OPEN),
        (True, 95, OrderStatus.REJECTED),
        (False, 95, OrderStatus.OPEN),
    ],
)
def test_a_protected_order_is_turned_down_while_prices_lie_apart(
    is_protected: bool, mark: int, status: OrderStatus
) -> None:
    desk = Desk(is_margined=True, trigger_protection=10**8 // 20)
    desk(SetMark(symbol="BTCUSDT", mark=100))
    print_price(desk, 100)
    trigger = Trigger(TriggerKind.STOP, 104, is_protected=is_protected)
    order_id = desk.buy("me", 1, 90, trigger=trigger)
    desk(SetMark(symbol="BTCUSDT", mark=mark))
    print_price(desk, 104)
    assert desk.order(order_id).status is status
    if status is OrderStatus.REJECTED:
        (refusal,) = [one.refusal for one in desk.reports if one.refusal is not None]
        assert (refusal.rule, refusal.limit) == (Rule.PRICE_GAP, 10**8 // 20)
