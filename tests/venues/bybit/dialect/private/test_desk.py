from __future__ import annotations

import json

import pytest
from tests.venues.bybit.dialect.private.kit import Venue
from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.venues.dialects import RestRequest


ORDER = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.01",
}


def test_only_its_own_paths_are_answered_and_weighed(venue: Venue) -> None:
    public = RestRequest(method="GET", path="/v5/market/time")
    assert venue.side.weight(public) is None
    assert venue.side.answer(public, NOW_MS) is None
    assert venue.side.weight(RestRequest(method="GET", path="/v5/account/info")) == 1
    wrong = venue.side.answer(RestRequest(method="GET", path="/v5/order/create"), NOW_MS)
    assert wrong is not None
    assert wrong.status == 404


def test_answers_tell_what_is_left_of_the_limit(venue: Venue) -> None:
    headers = []
    for number in range(12):
        request = venue.request(
            "POST", "/v5/order/create", {**ORDER, "price": str(64_000 - number)}
        )
        answer = venue.side.answer(request, venue.market.now_ms)
        assert answer is not None
        headers.append((answer.headers["X-Bapi-Limit-Status"], json.loads(answer.body)["retCode"]))
    assert headers == [(str(left), 0) for left in range(9, -1, -1)] + [("0", 10006)] * 2
    venue.later()
    assert venue.create()["retCode"] == 0


def test_categories_have_buckets_of_their_own(venue: Venue) -> None:
    for category in ("linear", "spot"):
        for number in range(10):
            asked = {**ORDER, "category": category, "price": str(64_000 - number)}
            assert venue.ask("POST", "/v5/order/create", **asked)["retCode"] == 0


@pytest.mark.parametrize("is_executed", [True, False])
def test_g01_an_order_whose_outcome_is_not_told_may_have_been_executed(
    venue: Venue, is_executed: bool
) -> None:
    venue.faults.order_failures, venue.faults.order_failure_executes = 1, is_executed
    body = venue.create(orderLinkId="bot-1")
    assert (body["retCode"], body["retMsg"]) == (10000, "Server Timeout")
    found = venue.get("/v5/order/realtime", category="linear", orderLinkId="bot-1")["list"]
    assert len(found) == int(is_executed)
    assert venue.create(orderLinkId="bot-2")["retCode"] == 0


def test_the_failure_and_its_status_can_be_chosen(venue: Venue) -> None:
    venue.faults.order_failures = 1
    venue.faults.order_failure_code, venue.faults.order_failure_status = 10016, 502
    answer = venue.side.answer(
        venue.request("POST", "/v5/order/create", {**ORDER, "price": "64000"}), NOW_MS
    )
    assert answer is not None
    assert (answer.status, json.loads(answer.body)["retCode"]) == (502, 10016)


def test_a_missing_category_is_refused_before_anything_is_counted(venue: Venue) -> None:
    assert venue.refusal("POST", "/v5/order/create", symbol="BTCUSDT")[0] == 10001
    assert venue.refusal("POST", "/v5/order/create", category="inverse")[0] == 10001
