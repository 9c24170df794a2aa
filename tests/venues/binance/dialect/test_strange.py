from __future__ import annotations

import json

import pytest

from tickwright.sandbox.market import GeneratedMarket
from tickwright.venues.binance.dialect import PRODUCT_NAMES
from tickwright.venues.binance.dialect.strange import estrange


@pytest.mark.parametrize("product", PRODUCT_NAMES)
def test_listings_get_filters_and_order_types_and_one_a_status(product: str) -> None:
    market = GeneratedMarket(product, 2)
    prefix = {"binance.spot": "/api/v3", "binance.usdm": "/fapi/v1", "binance.coinm": "/dapi/v1"}
    body = json.loads(market.answer("GET", f"{prefix[product]}/exchangeInfo", {}).body)
    estrange(body, "NEW")
    first, last = body["symbols"]
    name = "contractStatus" if "contractStatus" in first else "status"
    assert (first[name], last[name]) == ("TRADING", "NEW")
    assert first["filters"][-1]["filterType"] == first["orderTypes"][-1] == "NEW"
    assert body["rateLimits"][-1]["rateLimitType"] == "NEW"


def test_events_name_new_order_types_and_families() -> None:
    event = {
        "e": "forceOrder",
        "st": 1,
        "o": {"S": "SELL", "o": "LIMIT", "f": "IOC", "X": "FILLED"},
    }
    estrange([event], "NEW")
    assert event == {
        "e": "forceOrder",
        "st": 9,
        "o": {"S": "SELL", "o": "NEW", "f": "NEW", "X": "NEW"},
    }


def test_orders_in_lists_are_in_new_states_and_of_new_types() -> None:
    row = {"orderId": 28, "status": "NEW", "type": "LIMIT", "side": "BUY", "time": 1}
    algo = {"algoId": 1, "algoStatus": "NEW", "orderType": "STOP", "createTime": 1}
    placed = {"orderId": 28, "status": "NEW", "type": "LIMIT", "updateTime": 1}
    rows = [dict(row), dict(algo), dict(placed)]
    estrange(rows, "?")
    assert rows == [
        {**row, "status": "?", "type": "?"},
        {**algo, "algoStatus": "?", "orderType": "?"},
        placed,
    ]


def test_a_book_is_left_alone() -> None:
    book = {"lastUpdateId": 1, "bids": [["1", "2"]], "asks": []}
    estrange(book, "NEW")
    assert book == {"lastUpdateId": 1, "bids": [["1", "2"]], "asks": []}


@pytest.mark.parametrize(
    ("event", "strange"),
    [
        (
            {"e": "executionReport", "o": "LIMIT", "X": "NEW"},
            {"e": "executionReport", "o": "LIMIT", "X": "?"},
        ),
        (
            {"e": "ACCOUNT_UPDATE", "a": {"m": "ORDER", "B": []}},
            {"e": "ACCOUNT_UPDATE", "a": {"m": "?", "B": []}},
        ),
        (
            {"e": "listStatus", "l": "ALL_DONE", "L": "ALL_DONE"},
            {"e": "listStatus", "l": "?", "L": "?"},
        ),
    ],
)
def test_user_events_name_new_states_and_reasons(
    event: dict[str, object], strange: dict[str, object]
) -> None:
    estrange(event, "?")
    assert event == strange
