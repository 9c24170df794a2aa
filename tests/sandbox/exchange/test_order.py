from __future__ import annotations

from tests.sandbox.exchange.conftest import Desk

from tickwright.venues.reports import OrderStatus


def test_a_view_keeps_what_was_true_when_it_was_taken(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    before = desk.order(order_id)
    desk.sell("you", 2, 100)
    after = desk.order(order_id)
    assert (before.status, before.filled, before.leaves) == (OrderStatus.OPEN, 0, 5)
    assert (after.status, after.filled, after.leaves) == (OrderStatus.PARTIALLY_FILLED, 2, 3)
    assert before.request is after.request


def test_quantity_is_what_filled_and_what_is_left(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    desk.sell("you", 2, 100)
    desk.cancel("me", order_id)
    canceled = desk.order(order_id)
    assert (canceled.quantity, canceled.filled, canceled.leaves) == (5, 2, 0)
    assert canceled.turnover == 2 * 100 * 10**11


def test_an_order_without_client_id_is_given_one(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    name = desk.order(order_id).client_id
    assert name
    found = desk.exchange.order("me", "BTCUSDT", client_id=name)
    assert found is not None
    assert found.id == order_id
