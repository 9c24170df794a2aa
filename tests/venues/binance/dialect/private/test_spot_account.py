"""Spot's account endpoints: what is asked, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, Venue


ORDER = "/api/v3/order"


def bid(venue: Venue, **more: Any) -> Any:
    return venue.ok(
        "POST", ORDER,
        **{"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010", "price": "60000", **more},
    )  # fmt: skip


def test_the_account_is_shown_as_documented(spot: Venue) -> None:
    bid(spot)
    body = spot.ok("GET", "/api/v3/account")
    assert {one["asset"]: (one["free"], one["locked"]) for one in body["balances"]} == {
        "USDT": ("99400.00000000", "600.00000000"),
        "BTC": ("100000.00000000", "0.00000000"),
    }
    assert body["commissionRates"]["maker"] == "0.00100000"
    assert (body["makerCommission"], body["accountType"], body["canTrade"]) == (10, "SPOT", True)
    spot.ok(
        "POST", ORDER, symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.010", key=OTHER_KEY
    )


def test_an_order_is_found_by_either_id(spot: Venue) -> None:
    placed = bid(spot, newClientOrderId="sim-0001")
    found = spot.ok("GET", ORDER, symbol="BTCUSDT", origClientOrderId="sim-0001")
    assert found == {
        "symbol": "BTCUSDT", "orderId": placed["orderId"], "orderListId": -1,
        "clientOrderId": "sim-0001", "price": "60000.00000000", "origQty": "0.01000000",
        "executedQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "NEW",
        "timeInForce": "GTC", "type": "LIMIT", "side": "BUY", "stopPrice": "0.00000000",
        "icebergQty": "0.00000000", "time": NOW_MS, "updateTime": NOW_MS, "isWorking": True,
        "workingTime": NOW_MS, "origQuoteOrderQty": "0.00000000",
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }  # fmt: skip
    assert spot.ok("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"]) == found


def test_what_is_not_found_is_said(spot: Venue) -> None:
    placed = bid(spot, newClientOrderId="sim-0001")
    missing = (-2013, "Order does not exist.")
    assert spot.refused("GET", ORDER, symbol="BTCUSDT", orderId=1) == missing
    assert (
        spot.refused("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"], key=OTHER_KEY)
        == missing
    )
    mixed = {"orderId": placed["orderId"], "origClientOrderId": "other"}
    assert spot.refused("GET", ORDER, symbol="BTCUSDT", **mixed) == (
        -2039,
        "Client order ID is not correct for this order ID.",
    )
    assert spot.refused("GET", ORDER, symbol="BTCUSDT")[0] == -1102
    assert spot.refused("GET", "/api/v3/orderList", orderListId=9)[0] == -2018
    assert spot.refused("GET", "/api/v3/orderList")[0] == -1102


def test_open_and_all_orders_are_lists(spot: Venue) -> None:
    ids = [bid(spot)["orderId"] for _ in range(3)]
    spot.ok("DELETE", ORDER, symbol="BTCUSDT", orderId=ids[1])
    still = spot.ok("GET", "/api/v3/openOrders")
    assert [row["orderId"] for row in still] == [ids[0], ids[2]]
    assert spot.refused("GET", "/api/v3/openOrders", symbol="NOPE")[0] == -1121
    everything = spot.ok("GET", "/api/v3/allOrders", symbol="BTCUSDT")
    assert [row["status"] for row in everything] == ["NEW", "CANCELED", "NEW"]
    later = spot.ok("GET", "/api/v3/allOrders", symbol="BTCUSDT", orderId=ids[1], limit=1)
    assert [row["orderId"] for row in later] == [ids[1]]
    none = spot.ok("GET", "/api/v3/allOrders", symbol="BTCUSDT", startTime=NOW_MS + 1)
    assert none == []


def test_trades_are_shown_with_their_fees(spot: Venue) -> None:
    placed = spot.ok("POST", ORDER, symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.150")
    rows = spot.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT")
    assert rows[0] == {
        "symbol": "BTCUSDT", "id": 4_200_000_001, "orderId": placed["orderId"], "orderListId": -1,
        "price": "65000.10000000", "qty": "0.10000000", "quoteQty": "6500.01000000",
        "commission": "0.00010000", "commissionAsset": "BTC", "time": NOW_MS, "isBuyer": True,
        "isMaker": False, "isBestMatch": True,
    }  # fmt: skip
    assert [
        row["id"]
        for row in spot.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT", fromId=4_200_000_002)
    ] == [4_200_000_002]
    assert spot.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT", orderId=1) == []
    assert spot.answered is not None
    assert spot.answered.weight == 5
    assert spot.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT", key=OTHER_KEY) == []
    both = {"orderId": placed["orderId"], "startTime": NOW_MS}
    assert spot.refused("GET", "/api/v3/myTrades", symbol="BTCUSDT", **both)[0] == -1128


def test_what_fills_as_a_maker_gives_order_counts_back(spot: Venue) -> None:
    for _ in range(3):
        bid(spot, price="65000.00", quantity="0.001")
    rows = spot.ok("GET", "/api/v3/rateLimit/order")
    assert [row["count"] for row in rows] == [3, 3]
    spot.ok(
        "POST", ORDER, symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.001", key=OTHER_KEY
    )
    rows = spot.ok("GET", "/api/v3/rateLimit/order")
    assert [row["count"] for row in rows] == [0, 0]


def test_fees_and_limits_can_be_asked_for(spot: Venue) -> None:
    fees = spot.ok("GET", "/api/v3/account/commission", symbol="BTCUSDT")
    assert fees["standardCommission"]["taker"] == "0.00100000"
    assert fees["symbol"] == "BTCUSDT"
    filters = spot.ok("GET", "/api/v3/myFilters", symbol="BTCUSDT")
    assert filters["symbolFilters"][0]["maxNumOrderLists"] == 20
    assert spot.ok("GET", "/api/v3/myAllocations", symbol="BTCUSDT") == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v3/allOrders", -1102),
        ("/api/v3/myTrades", -1102),
        ("/api/v3/order/amendments?symbol", -1102),
        ("/api/v3/account/commission", -1102),
    ],
)
def test_what_must_be_named_must_be_named(spot: Venue, path: str, code: int) -> None:
    name, _, has_symbol = path.partition("?")
    params = {"symbol": "BTCUSDT"} if has_symbol else {}
    assert spot.refused("GET", name, **params)[0] == code


def test_prevented_matches_are_asked_for_by_one_of_two_ids(spot: Venue) -> None:
    assert spot.refused("GET", "/api/v3/myPreventedMatches", symbol="BTCUSDT")[0] == -1102
