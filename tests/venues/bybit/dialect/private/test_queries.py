from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import Venue, column


def test_open_orders_come_newest_first_in_pages(venue: Venue) -> None:
    ids = [venue.placed(price=str(64_000 + n)) for n in range(5)]
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = venue.get(
            "/v5/order/realtime", category="linear", symbol="BTCUSDT", limit=2, cursor=cursor
        )
        seen += column(page["list"], "orderId")
        cursor = page["nextPageCursor"].replace("%", "%25")
    assert cursor == ""
    assert seen == ids[::-1]


def test_contracts_must_say_of_what(venue: Venue) -> None:
    assert venue.refusal("GET", "/v5/order/realtime", category="linear")[0] == 10001
    venue.placed()
    for scope in ({"settleCoin": "USDT"}, {"baseCoin": "BTC"}, {"symbol": "BTCUSDT"}):
        assert len(venue.get("/v5/order/realtime", category="linear", **scope)["list"]) == 1
    assert venue.get("/v5/order/realtime", category="linear", settleCoin="USDC")["list"] == []
    venue.placed("spot")
    assert len(venue.get("/v5/order/realtime", category="spot")["list"]) == 1


def test_closed_orders_are_found_when_they_are_asked_for(venue: Venue) -> None:
    open_id, gone_id = venue.placed(), venue.placed(timeInForce="IOC")
    which = {"category": "linear", "symbol": "BTCUSDT"}
    assert column(venue.get("/v5/order/realtime", **which)["list"], "orderId") == [open_id]
    closed = venue.get("/v5/order/realtime", **which, openOnly=1)["list"]
    assert column(closed, "orderId") == [gone_id]
    assert column(venue.get("/v5/order/history", **which)["list"], "orderId") == [gone_id]
    cancelled = venue.get("/v5/order/history", **which, orderStatus="Filled")["list"]
    assert cancelled == []


def test_only_the_last_500_closed_orders_are_found_beside_the_open_ones(venue: Venue) -> None:
    still_open = venue.placed(orderLinkId="open")
    for number in range(501):
        venue.placed(orderLinkId=f"gone-{number}", timeInForce="IOC")
        venue.later(100)

    def found(link: str, of: str = "realtime") -> list[str]:
        rows = venue.get(f"/v5/order/{of}", category="linear", orderLinkId=link)["list"]
        return column(rows, "orderLinkId")

    assert (found("gone-0"), found("gone-1")) == ([], ["gone-1"])
    assert found("gone-0", "history") == ["gone-0"]
    venue.faults.forgets_closed_orders = True  # a restart
    assert (found("gone-500"), found("open")) == ([], ["open"])
    assert found("gone-500", "history") == ["gone-500"]
    assert venue.order(still_open)["orderStatus"] == "New"


def test_the_history_of_orders_may_lag(venue: Venue) -> None:
    venue.faults.history_lag_s = 2.0
    gone = venue.placed(timeInForce="IOC")
    assert venue.get("/v5/order/history", category="linear")["list"] == []
    venue.later(2000)
    rows = venue.get("/v5/order/history", category="linear")["list"]
    assert column(rows, "orderId") == [gone]


def test_what_ended_unfilled_is_kept_for_a_day(venue: Venue) -> None:
    venue.placed(timeInForce="IOC")
    filled = venue.placed(orderType="Market")
    venue.later(2 * 86_400_000)
    rows = venue.get("/v5/order/history", category="linear")["list"]
    assert column(rows, "orderId") == [filled]


def test_an_order_is_found_by_its_own_id_and_an_unknown_one_is_not(venue: Venue) -> None:
    order_id = venue.placed(orderLinkId="bot-1")
    (row,) = venue.get("/v5/order/realtime", category="linear", orderLinkId="bot-1")["list"]
    assert row["orderId"] == order_id
    for which in ({"orderId": "x"}, {"orderLinkId": "bot-2"}):
        assert venue.get("/v5/order/realtime", category="linear", **which)["list"] == []


def test_queries_may_lag_behind_a_placement(venue: Venue) -> None:
    venue.faults.query_lag_s = 2.0
    venue.placed(orderLinkId="bot-1")
    assert venue.get("/v5/order/realtime", category="linear", orderLinkId="bot-1")["list"] == []
    venue.later(2000)
    assert len(venue.get("/v5/order/realtime", category="linear", orderLinkId="bot-1")["list"]) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"cursor": "x"},
        {"limit": "0"},
        {"startTime": "0", "endTime": "700000000"},
        {"startTime": "5", "endTime": "4"},
        {"startTime": "x"},
    ],
)
def test_what_cannot_be_asked_is_refused(venue: Venue, fields: dict[str, str]) -> None:
    assert venue.refusal("GET", "/v5/order/history", category="linear", **fields)[0] == 10001
