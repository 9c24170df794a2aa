from __future__ import annotations

from tests.venues.bybit.dialect.private.kit import Venue, column


def test_fills_come_newest_first_and_by_order(venue: Venue) -> None:
    first = venue.placed(orderType="Market", qty="0.1", orderLinkId="bot-1")
    second = venue.placed(orderType="Market", qty="0.2")
    rows = venue.get("/v5/execution/list", category="linear")["list"]
    assert column(rows, "orderId") == [second, first]
    for which in ({"orderId": first}, {"orderLinkId": "bot-1"}):
        (row,) = venue.get("/v5/execution/list", category="linear", **which)["list"]
        assert (row["execQty"], row["feeRate"], row["isMaker"]) == ("0.100", "0.00055", False)
    assert venue.get("/v5/execution/list", category="linear", symbol="ETHUSDT")["list"] == []
    assert venue.get("/v5/execution/list", category="spot")["list"] == []


def test_fundings_stand_among_the_fills_and_can_be_asked_for_alone(venue: Venue) -> None:
    venue.placed(orderType="Market", qty="0.1")
    venue.fund()
    kinds = column(venue.get("/v5/execution/list", category="linear")["list"], "execType")
    assert kinds == ["Funding", "Trade"]
    only = {"category": "linear", "execType": "Funding"}
    assert len(venue.get("/v5/execution/list", **only)["list"]) == 1
    assert venue.get("/v5/execution/list", **only, symbol="ETHUSDT")["list"] == []


def test_pages_go_on_where_the_last_one_ended(venue: Venue) -> None:
    for _ in range(3):
        venue.placed(orderType="Market", qty="0.1")
    first = venue.get("/v5/execution/list", category="linear", limit=2)
    cursor = first["nextPageCursor"].replace("%", "%25")
    rest = venue.get("/v5/execution/list", category="linear", limit=2, cursor=cursor)
    ids = column(first["list"] + rest["list"], "execId")
    assert len(set(ids)) == 3
    assert rest["nextPageCursor"] == ""
