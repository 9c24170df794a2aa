from __future__ import annotations

from tests.sandbox.exchange.conftest import Desk

from tickwright.venues.commands import (
    CancelAll,
    CancelList,
    CancelOnly,
    CancelOrder,
    Scope,
    Trigger,
    TriggerKind,
)
from tickwright.venues.reports import OrderStatus, Rule


def test_a_canceled_order_carries_the_cancels_id(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100, client_id="mine")
    desk.cancel("me", order_id, cancel_id="bye")
    report = desk.reports[-1]
    assert (report.order.client_id, report.previous_client_id) == ("bye", "mine")
    assert desk.bids == []
    assert desk.exchange.order("me", "BTCUSDT", client_id="mine") is None
    assert desk.exchange.order("me", "BTCUSDT", client_id="bye") is not None


def test_an_order_is_found_by_either_id_and_with_both_both_must_fit(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100, client_id="mine")
    desk.cancel("me", order_id, client_id="other")
    assert desk.refusal is Rule.UNKNOWN_ORDER
    desk.cancel("me", 0, client_id="mine")
    assert desk.refusal is None
    desk.cancel("me", order_id)
    assert desk.refusal is Rule.UNKNOWN_ORDER


def test_nobody_cancels_what_is_not_theirs(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    desk.cancel("you", order_id)
    assert desk.refusal is Rule.UNKNOWN_ORDER
    desk.cancel("nobody", order_id)
    assert desk.refusal is Rule.UNKNOWN_ACCOUNT
    desk(CancelOrder(account="me", symbol="XYZ", order_id=order_id))
    assert desk.refusal is Rule.UNKNOWN_SYMBOL


def test_a_cancel_may_be_for_one_state_only(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    desk.cancel("me", order_id, only=CancelOnly.PARTIALLY_FILLED)
    assert desk.refusal is Rule.CANCEL_ONLY
    desk.sell("you", 1, 100)
    desk.cancel("me", order_id, only=CancelOnly.UNFILLED)
    assert desk.refusal is Rule.CANCEL_ONLY
    desk.cancel("me", order_id, only=CancelOnly.PARTIALLY_FILLED)
    assert desk.order(order_id).status is OrderStatus.CANCELED


def test_everything_may_be_canceled_or_only_what_works_or_sleeps(desk: Desk) -> None:
    sleeping = desk.buy("me", 5, 100, trigger=Trigger(TriggerKind.STOP, 110))
    working = desk.buy("me", 5, 100)
    others = desk.buy("you", 5, 100)
    desk(CancelAll(account="me", symbol="BTCUSDT", scope=Scope.WORKING))
    assert desk.story == [f"{working} canceled: canceled"]
    desk(CancelAll(account="me", scope=Scope.DORMANT))
    assert desk.story == [f"{sleeping} canceled: canceled"]
    desk(CancelAll(account="me"))
    assert desk.events == []
    assert desk.order(others, "you").status.is_open


def test_what_is_not_there_cannot_be_canceled(desk: Desk) -> None:
    for command, broken in (
        (CancelAll(account="nobody"), Rule.UNKNOWN_ACCOUNT),
        (CancelAll(account="me", symbol="XYZ"), Rule.UNKNOWN_SYMBOL),
        (CancelList(account="me", symbol="XYZ", list_id=1), Rule.UNKNOWN_SYMBOL),
        (CancelList(account="me", symbol="BTCUSDT", client_id="x"), Rule.UNKNOWN_LIST),
    ):
        desk(command)
        assert desk.refusal is broken
