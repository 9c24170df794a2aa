from __future__ import annotations

from tests.sandbox.exchange.conftest import Desk

from tickwright.model.market import Side
from tickwright.venues.commands import SubmitOrder
from tickwright.venues.reports import (
    AccountChanged,
    BookChanged,
    EndReason,
    OrderReport,
    OrderStatus,
    Rule,
)


def test_a_post_only_order_rests_or_is_refused(desk: Desk) -> None:
    desk.sell("you", 1, 100)
    desk.buy("me", 1, 100, is_post_only=True)
    assert desk.refusal is Rule.WOULD_TAKE
    desk.buy("me", 1, 99, is_post_only=True)
    assert desk.bids == [(99, 1)]


def test_a_client_id_is_unique_among_open_orders_only(desk: Desk) -> None:
    order_id = desk.buy("me", 1, 100, client_id="x")
    desk.buy("me", 1, 100, client_id="x")
    assert desk.refusal is Rule.DUPLICATE_CLIENT_ID
    desk.buy("you", 1, 100, client_id="x")
    assert desk.refusal is None
    desk.cancel("me", order_id)
    desk.buy("me", 1, 100, client_id="x")
    assert desk.refusal is None


def test_a_reduce_only_order_needs_something_to_reduce(futures: Desk) -> None:
    futures.sell("me", 1, 100, is_reduce_only=True)
    assert futures.refusal is Rule.REDUCE_ONLY
    futures.sell("house", 1, 100)
    futures.buy("me", 1, 100)
    futures.buy("me", 1, 100, is_reduce_only=True)
    assert futures.refusal is Rule.REDUCE_ONLY
    futures.sell("me", 1, 200, is_reduce_only=True)
    assert futures.refusal is None


def test_unknown_accounts_and_markets_are_refused(desk: Desk) -> None:
    desk.buy("nobody", 1, 100)
    assert desk.refusal is Rule.UNKNOWN_ACCOUNT
    desk(SubmitOrder(account="me", symbol="XYZ", side=Side.BUY, quantity=1, price=1))
    assert desk.refusal is Rule.UNKNOWN_SYMBOL


def test_an_accepted_order_is_reported_then_the_book_then_the_account(desk: Desk) -> None:
    desk.buy("me", 1, 100)
    assert [type(event) for event in desk.events] == [OrderReport, BookChanged, AccountChanged]


def test_where_it_is_not_refused_a_crossing_post_only_order_expires() -> None:
    desk = Desk(refuses_crossing=False)
    desk.sell("you", 1, 100)
    order_id = desk.buy("me", 1, 100, is_post_only=True)
    order = desk.exchange.order("me", "BTCUSDT", order_id=order_id)
    assert order is not None
    assert (order.status, order.filled) == (OrderStatus.EXPIRED, 0)
    reasons = [event.reason for event in desk.events if isinstance(event, OrderReport)]
    assert reasons == [None, EndReason.WOULD_TAKE]
    assert desk.asks == [(100, 1)]
