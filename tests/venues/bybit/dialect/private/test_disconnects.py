from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import Venue, column


TOPIC = "user/me/dcp.future"


def armed(venue: Venue) -> str:
    """Return the id of an order that a switch guards, somebody being connected."""
    venue.post("/v5/order/disconnected-cancel-all", timeWindow=10, product="DERIVATIVES")
    order_id = venue.placed()
    venue.heard.add(TOPIC)
    beat(venue)
    return order_id


def beat(venue: Venue, delay_ms: int = 0) -> None:
    venue.later(delay_ms)
    venue.side.beat(venue.market.now_ms)


def test_orders_are_cancelled_when_nobody_is_connected_for_the_window(venue: Venue) -> None:
    order_id, spot_id = armed(venue), venue.placed("spot")
    venue.heard.clear()
    beat(venue)
    beat(venue, 9_999)
    assert venue.order(order_id)["orderStatus"] == "New"
    venue.forget()
    beat(venue, 1)
    row = venue.order(order_id)
    assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "CancelByDCP")
    assert column(venue.told("order"), "cancelType") == ["CancelByDCP"]
    assert venue.order(spot_id, "spot")["orderStatus"] == "New"


def test_who_comes_back_in_time_keeps_his_orders(venue: Venue) -> None:
    order_id = armed(venue)
    venue.heard.clear()
    beat(venue)
    beat(venue, 9_000)
    venue.heard.add(TOPIC)
    beat(venue, 5_000)
    venue.heard.clear()
    beat(venue, 5_000)
    beat(venue, 9_000)
    assert venue.order(order_id)["orderStatus"] == "New"


def test_what_was_never_armed_never_fires(venue: Venue) -> None:
    venue.post("/v5/order/disconnected-cancel-all", timeWindow=10, product="DERIVATIVES")
    order_id = venue.placed()
    beat(venue)
    beat(venue, 60_000)
    assert venue.order(order_id)["orderStatus"] == "New"


def test_windows_are_told_by_product(venue: Venue) -> None:
    assert venue.get("/v5/account/query-dcp-info") == {"dcpInfos": []}
    for product, window in (("SPOT", 40), ("SPOT", 50), ("OPTIONS", 60)):
        venue.post("/v5/order/disconnected-cancel-all", timeWindow=window, product=product)
    assert venue.get("/v5/account/query-dcp-info") == {
        "dcpInfos": [{"product": "SPOT", "dcpStatus": "ON", "timeWindow": "50"}]
    }


@pytest.mark.parametrize(
    "fields", [{}, {"timeWindow": 2}, {"timeWindow": 301}, {"timeWindow": 9, "product": "X"}]
)
def test_windows_that_cannot_be_are_refused(venue: Venue, fields: dict[str, object]) -> None:
    assert venue.refusal("POST", "/v5/order/disconnected-cancel-all", **fields)[0] == 10001
