from __future__ import annotations

from tests.sandbox.exchange.test_book import an_order

from tickwright.sandbox.exchange.waiting import WaitingOrders
from tickwright.venues.reports import OrderStatus


def test_orders_come_by_what_they_wait_for_and_then_by_id() -> None:
    waiting = WaitingOrders(OrderStatus.RECEIVED)
    for number, bound in ((3, 10), (1, 20), (2, 10), (4, 30)):
        waiting.add(bound, an_order(number))
    found = [order.id for _ in range(3) if (order := waiting.pop(20)) is not None]
    assert found == [2, 3, 1]
    assert waiting.pop(29) is None
    assert len(waiting) == 1


def test_who_waits_no_more_is_passed_over() -> None:
    waiting = WaitingOrders()
    order = an_order(1)
    order.status = OrderStatus.CANCELED
    waiting.add(10, order)
    assert waiting.pop(10) is None
    assert len(waiting) == 0


def test_who_waits_no_more_does_not_pile_up() -> None:
    waiting = WaitingOrders()
    for number in range(10_000):
        order = an_order(number)
        order.status = OrderStatus.OPEN if number % 1000 == 0 else OrderStatus.CANCELED
        waiting.add(number, order)
    assert len(waiting) < 200
    left = []
    while (popped := waiting.pop(10_000)) is not None:
        left.append(popped.id)
    assert left == list(range(0, 10_000, 1000))
