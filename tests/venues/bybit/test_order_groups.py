"""Batches of Bybit: what is sent, and answers in which each order has a word of its own."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tickwright.core.limits import Priority
from tickwright.errors import DecodeError, RateLimited, VenueRejected
from tickwright.model.market import Side
from tickwright.model.orders import Order, OrderReport, OrderState, ReportedState, SubmitOrder
from tickwright.venues.bybit.order_groups import batch
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.groups import Group


D = Decimal
ID = "bybit:BTC/USDT:USDT"
OK = {"code": 0, "msg": "OK"}


def order(name: str, venue_order_id: str | None = None) -> Order:
    command = SubmitOrder(
        client_order_id=name, instrument=ID, side=Side.BUY, quantity=D(1), price=D(60000)
    )
    return Order(command=command, state=OrderState.NEW, venue_order_id=venue_order_id)


def of_two(*, known: str | None = None) -> Group:
    rows = [{"category": "linear", "symbol": "BTCUSDT", "orderLinkId": name} for name in "ab"]
    orders = [order("a"), order("b", known)]
    return batch("create", "linear", list(rows), orders, Priority.ORDER)  # type: ignore[arg-type]  # the same rows


def named(name: str, order_id: str = "") -> dict[str, str]:
    return {"category": "linear", "symbol": "BTCUSDT", "orderId": order_id, "orderLinkId": name}


def answered(names: list[dict[str, str]], words: list[dict[str, object]]) -> bytes:
    """Return an answer as the venue's page *Batch Place Order* shows it."""
    return json.dumps(
        {
            "retCode": 0,
            "retMsg": "OK",
            "result": {"list": names},
            "retExtInfo": {"list": words},
            "time": 1763640009015,
        }
    ).encode()


def test_the_category_stands_once_and_each_order_counts() -> None:
    group = of_two()
    assert group.names == ("a", "b")
    assert group.call.path == "/v5/order/create-batch"
    assert group.call.costs == {ADDRESS: 1, "ORDER_CREATE_BATCH": 2}
    assert json.loads(group.call.body) == {
        "category": "linear",
        "request": [
            {"symbol": "BTCUSDT", "orderLinkId": "a"},
            {"symbol": "BTCUSDT", "orderLinkId": "b"},
        ],
    }


def test_each_order_is_queued_or_refused_for_itself() -> None:
    body = answered([named("a", "7"), named("b")], [OK, {"code": 110072, "msg": "duplicate"}])
    first, second = of_two().call.decode(body, 5)
    assert isinstance(first, OrderReport)
    assert (first.client_order_id, first.venue_order_id) == ("a", "7")
    assert (first.state, first.instrument) == (ReportedState.QUEUED, ID)
    assert isinstance(second, VenueRejected)
    assert (second.code, second.where) == (110072, "POST /v5/order/create-batch")


def test_what_is_over_the_limit_of_the_account_is_told_as_that() -> None:
    body = answered([named("a", "7"), named("b")], [OK, {"code": 10006, "msg": "Too many visits."}])
    _, second = of_two().call.decode(body, 5)
    assert isinstance(second, RateLimited)


def test_an_order_that_goes_by_another_name_is_known_by_its_number() -> None:
    body = answered([named("a", "7"), named("", "8")], [OK, OK])
    _, second = of_two(known="8").call.decode(body, 5)
    assert isinstance(second, OrderReport)
    assert second.client_order_id == "b"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([named("a", "7")], [OK, OK]),
        ([named("a", "7"), named("b", "8")], [OK]),
        ([named("b", "8"), named("a", "7")], [OK, OK]),
    ],
)
def test_g01_an_answer_that_cannot_be_told_apart_is_no_answer(
    names: list[dict[str, str]], words: list[dict[str, object]]
) -> None:
    with pytest.raises(DecodeError):
        of_two().call.decode(answered(names, words), 5)
