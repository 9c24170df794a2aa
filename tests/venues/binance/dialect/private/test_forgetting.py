from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.venues.binance.dialect.private.forgetting import is_fill_kept, is_order_kept
from tickwright.venues.reports import OrderStatus, OrderView


DAY_MS = 86_400_000
DAY_NS = DAY_MS * 1_000_000
LIMIT = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010",
         "price": "64000.00"}  # fmt: skip


@pytest.fixture
def order(usdm: Venue) -> OrderView:
    usdm.ok("POST", "/fapi/v1/order", **LIMIT)
    (found,) = usdm.exchange.all_orders("me")
    return msgspec.structs.replace(found, updated_ns=0)


@pytest.mark.parametrize(
    ("status", "filled", "days_on_spot", "days_on_futures"),
    [
        (OrderStatus.OPEN, 0, None, None),
        (OrderStatus.PARTIALLY_FILLED, 1, None, None),
        (OrderStatus.FILLED, 1, None, 90),
        (OrderStatus.CANCELED, 1, None, 90),
        (OrderStatus.CANCELED, 0, 90, 3),
        (OrderStatus.EXPIRED, 0, 90, 3),
        (OrderStatus.PREVENTED, 0, 90, 90),
    ],
)
def test_orders_are_kept_for_so_many_days(
    order: OrderView,
    status: OrderStatus,
    filled: int,
    days_on_spot: int | None,
    days_on_futures: int | None,
) -> None:
    order = msgspec.structs.replace(order, status=status, filled=filled)
    for is_futures, days in ((False, days_on_spot), (True, days_on_futures)):
        until_ns = 10_000 * DAY_NS if days is None else days * DAY_NS
        assert is_order_kept(order, until_ns - 1, is_futures=is_futures)
        assert is_order_kept(order, until_ns, is_futures=is_futures) is (days is None)


def cancel(venue: Venue, path: str) -> int:
    placed: dict[str, Any] = venue.ok("POST", path, **LIMIT)
    venue.ok("DELETE", path, symbol="BTCUSDT", orderId=placed["orderId"])
    order_id: int = placed["orderId"]
    return order_id


def test_spot_says_that_an_order_is_archived(spot: Venue) -> None:
    order_id = cancel(spot, "/api/v3/order")
    asked = {"symbol": "BTCUSDT", "orderId": order_id}
    spot.market.now_ms += 89 * DAY_MS
    assert spot.ok("GET", "/api/v3/order", **asked)["status"] == "CANCELED"
    spot.market.now_ms += DAY_MS
    assert spot.refused("GET", "/api/v3/order", **asked)[0] == -2026
    assert spot.ok("GET", "/api/v3/allOrders", symbol="BTCUSDT") == []


def test_futures_know_nothing_of_it_any_more(usdm: Venue) -> None:
    order_id = cancel(usdm, "/fapi/v1/order")
    usdm.ok("POST", "/fapi/v1/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.010")
    asked = {"symbol": "BTCUSDT", "orderId": order_id}
    usdm.market.now_ms += 3 * DAY_MS
    assert usdm.refused("GET", "/fapi/v1/order", **asked)[0] == -2013
    assert len(usdm.ok("GET", "/fapi/v1/allOrders", symbol="BTCUSDT")) == 1
    assert len(usdm.ok("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")) == 1
    (fill,) = usdm.exchange.fills("me")
    assert is_fill_kept(fill, fill.ts_ns + 90 * DAY_NS, is_futures=False)
    usdm.market.now_ms += 87 * DAY_MS
    assert usdm.ok("GET", "/fapi/v1/allOrders", symbol="BTCUSDT") == []
    assert usdm.ok("GET", "/fapi/v1/userTrades", symbol="BTCUSDT") == []
