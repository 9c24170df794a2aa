"""Spot orders as a client places them, and what is told of them."""

from __future__ import annotations

from typing import Any

from tests.venues.binance.dialect.private.kit import Venue


__all__ = ["DEFAULTS", "LISTS", "ORDER", "OTO", "RESTS", "TAKES", "place", "reports", "steps"]

ORDER, LISTS = "/api/v3/order", "/api/v3/orderList"
DEFAULTS: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
    "quantity": "0.020", "price": "65000.10", "newClientOrderId": "sim-0001",
}  # fmt: skip
TAKES = {"price": "65000.10"}
RESTS = {"price": "64000.00"}
OTO: dict[str, Any] = {
    "symbol": "BTCUSDT", "workingType": "LIMIT", "workingSide": "BUY", "workingQuantity": "0.020",
    "workingPrice": "64999.90", "workingTimeInForce": "GTC", "pendingType": "LIMIT", "pendingSide": "SELL",
    "pendingQuantity": "0.010", "pendingPrice": "66000.00", "pendingTimeInForce": "GTC",
}  # fmt: skip


def place(venue: Venue, **changes: Any) -> dict[str, Any]:
    order = {**DEFAULTS, **changes}
    placed: dict[str, Any] = venue.ok(
        "POST", ORDER, **{name: value for name, value in order.items() if value is not None}
    )
    return placed


def reports(venue: Venue) -> list[dict[str, Any]]:
    return venue.told("executionReport")


def steps(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["x"], event["X"]) for event in events if event["e"] == "executionReport"]
