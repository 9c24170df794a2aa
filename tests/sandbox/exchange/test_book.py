from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.sandbox.exchange.conftest import SPOT

from tickwright.model.market import Side
from tickwright.sandbox.exchange.account import Account, Seat
from tickwright.sandbox.exchange.book import BookHalf
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.order import Order
from tickwright.venues.commands import SubmitOrder
from tickwright.venues.marketrules import MarketRules


SEAT = Seat(Account("a", group="", is_house=False, kept=0), Market(MarketRules(listing=SPOT)))


def an_order(number: int, price: int = 100, quantity: int = 10, display: int = 0) -> Order:
    request = SubmitOrder(
        account="a",
        symbol="BTCUSDT",
        side=Side.BUY,
        price=price,
        quantity=quantity,
        display=display,
    )
    return Order(number, request, SEAT, 0)


def ids(half: BookHalf) -> list[int]:
    return [order.id for level in half for order in level]


def test_orders_stand_by_price_and_then_by_time() -> None:
    bids, asks = BookHalf(is_bid=True), BookHalf(is_bid=False)
    for number, price in enumerate((100, 102, 100, 101)):
        bids.add(an_order(number, price))
        asks.add(an_order(number, price))
    assert ids(bids) == [1, 3, 0, 2]
    assert ids(asks) == [0, 2, 3, 1]
    assert bids.top(2) == [(102, 10), (101, 10)]
    assert [asks.price_at(index) for index in range(len(asks))] == [100, 101, 102]
    assert (bids.price_at(0), bids.price_at(-1)) == (102, 100)


def test_an_order_leaves_from_anywhere_in_its_queue() -> None:
    half = BookHalf(is_bid=True)
    orders = [an_order(number) for number in range(4)]
    for order in orders:
        half.add(order)
    for number, left in ((1, [0, 2, 3]), (0, [2, 3]), (3, [2]), (2, [])):
        half.remove(orders[number])
        assert ids(half) == left
    assert half.best is None
    half.remove(orders[0])  # it is not there any more


def test_an_iceberg_shows_a_part_and_queues_anew_with_the_next() -> None:
    half = BookHalf(is_bid=True)
    iceberg, other = an_order(1, quantity=10, display=4), an_order(2, quantity=5)
    half.add(iceberg)
    half.add(other)
    assert half.quantity_at(100) == 9
    iceberg.leaves -= 3
    half.consume(iceberg, 3)
    assert (ids(half), half.quantity_at(100)) == ([1, 2], 6)
    iceberg.leaves -= 1
    half.consume(iceberg, 1)
    assert (ids(half), half.quantity_at(100), iceberg.shown) == ([2, 1], 9, 4)
    iceberg.leaves -= 4
    half.consume(iceberg, 4)
    assert iceberg.shown == 2, "the last part is what is left"


def test_less_quantity_keeps_the_place_and_shows_less_only_if_it_must() -> None:
    half = BookHalf(is_bid=True)
    iceberg = an_order(1, quantity=10, display=4)
    half.add(iceberg)
    half.add(an_order(2))
    iceberg.leaves = 6
    half.shrink(iceberg)
    assert iceberg.shown == 4
    iceberg.leaves = 3
    half.shrink(iceberg)
    assert (iceberg.shown, ids(half), half.quantity_at(100)) == (3, [1, 2], 13)


def test_what_came_and_went_is_no_change() -> None:
    half = BookHalf(is_bid=True)
    order = an_order(1)
    half.add(order)
    half.remove(order)
    assert half.take_changes() == []
    half.add(order)
    assert half.take_changes() == [(100, 10)]
    half.remove(order)
    assert half.take_changes() == [(100, 0)]


@given(st.booleans(), st.lists(st.tuples(st.integers(1, 8), st.integers(1, 5), st.integers(0, 40))))
def test_its_changes_add_up_to_its_levels(is_bid: bool, steps: list[tuple[int, int, int]]) -> None:
    half, copy, orders = BookHalf(is_bid=is_bid), dict[int, int](), list[Order]()
    for number, (price, quantity, victim) in enumerate(steps):
        orders.append(an_order(number, price, quantity))
        half.add(orders[-1])
        if victim < len(orders):
            half.remove(orders[victim])
        copy.update(half.take_changes())
    kept = {price: quantity for price, quantity in copy.items() if quantity}
    assert half.top(99) == sorted(kept.items(), reverse=is_bid)
