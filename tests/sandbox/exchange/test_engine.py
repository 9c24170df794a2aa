from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import SPOT, Desk

from tickwright.errors import ConfigError
from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.commands import CancelOrder, CancelReplace, SubmitOrder, TimeInForce
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import EndReason, OrderReport, OrderStatus, Refused, Rule


def bid(quantity: int = 1, price: int = 100, **more: object) -> SubmitOrder:
    return SubmitOrder(
        account="me",
        symbol="BTCUSDT",
        side=Side.BUY,
        quantity=quantity,
        price=price,
        **more,  # type: ignore[arg-type]  # checked where it is written
    )


def a_cancel(order_id: int) -> CancelOrder:
    return CancelOrder(account="me", symbol="BTCUSDT", order_id=order_id)


def test_a_good_till_date_order_ends_at_its_time(desk: Desk) -> None:
    order_id = desk.buy("me", 1, 100, time_in_force=TimeInForce.GTD, expires_ns=50)
    assert desk.exchange.tick(49) == []
    report = desk.exchange.tick(50)[0]
    assert isinstance(report, OrderReport)
    assert (report.order.id, report.reason) == (order_id, EndReason.GTD)


def test_the_next_command_notices_that_a_time_is_over(desk: Desk) -> None:
    desk.buy("me", 1, 100, time_in_force=TimeInForce.GTD, expires_ns=50)
    desk.now_ns = 60
    desk.sell("you", 1, 100)
    assert desk.trades == []
    assert desk.reports[0].order.status is OrderStatus.EXPIRED


def test_time_does_not_run_backwards(desk: Desk) -> None:
    desk.now_ns = 60
    desk.buy("me", 1, 100)
    desk.now_ns = 10
    desk.buy("me", 1, 100)
    assert desk.reports[0].ts_ns == 60


def test_an_order_is_checked_without_being_placed(desk: Desk) -> None:
    assert desk.exchange.check(bid(), 0) is None
    refusal = desk.exchange.check(bid(quantity=0), 0)
    assert refusal is not None
    assert refusal.rule is Rule.QUANTITY_NOT_POSITIVE
    assert desk.exchange.open_orders("me") == []
    assert desk.buy("me", 1, 100) == 1


def test_a_check_lets_no_time_pass(desk: Desk) -> None:
    desk.buy("me", 1, 100, time_in_force=TimeInForce.GTD, expires_ns=50)
    desk.exchange.check(bid(), 60)
    desk.now_ns = 60
    desk.sell("you", 1, 100)
    assert desk.trades == []


def test_cancel_replace_does_both(desk: Desk) -> None:
    old = desk.buy("me", 1, 100, client_id="x")
    desk(CancelReplace(cancel=a_cancel(old), submit=bid(2, client_id="x")))
    assert desk.story == ["1 canceled: canceled", "2 accepted: open"]


def test_cancel_replace_stops_at_a_failed_cancel_if_told_so(desk: Desk) -> None:
    for stops in (True, False):
        command = CancelReplace(cancel=a_cancel(99), submit=bid(), stops_on_failure=stops)
        desk(command)
        assert isinstance(desk.events[0], Refused)
        assert desk.events[0].command is command.cancel
        assert bool(desk.reports) is not stops


def test_cancel_replace_may_cancel_and_fail_to_place(desk: Desk) -> None:
    old = desk.buy("me", 1, 100)
    command = CancelReplace(cancel=a_cancel(old), submit=bid(10**12))
    desk(command)
    assert desk.story == ["1 canceled: canceled"]
    assert desk.refusal is Rule.BALANCE


def test_cancel_replace_changes_nothing_if_the_new_order_breaks_a_rule(desk: Desk) -> None:
    old = desk.buy("me", 1, 100)
    command = CancelReplace(cancel=a_cancel(old), submit=bid(0))
    desk(command)
    (refused,) = desk.events
    assert isinstance(refused, Refused)
    assert refused.command is command.submit
    assert desk.order(old).status is OrderStatus.OPEN


def test_an_instrument_is_listed_once() -> None:
    rules = MarketRules(listing=SPOT)
    with pytest.raises(ConfigError, match="BTCUSDT"):
        Exchange([rules, rules])
