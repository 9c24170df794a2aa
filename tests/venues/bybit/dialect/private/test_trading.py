from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import OTHER_KEY, READER_KEY, Venue, column


def test_an_acknowledgement_holds_ids_and_nothing_else(venue: Venue) -> None:
    body = venue.create(orderLinkId="bot-1")
    assert set(body["result"]) == {"orderId", "orderLinkId"}
    assert body["result"]["orderLinkId"] == "bot-1"


def test_on_spot_an_order_without_an_own_id_gets_one(venue: Venue) -> None:
    found = venue.create("spot")["result"]
    assert int(found["orderLinkId"]) == int(found["orderId"]) + 1
    assert venue.create("linear")["result"]["orderLinkId"] == ""


@pytest.mark.parametrize(("category", "status"), [("spot", "Rejected"), ("linear", "Cancelled")])
def test_a_post_only_order_that_would_take_is_acknowledged_and_then_ends(
    venue: Venue, category: str, status: str
) -> None:
    order_id = venue.placed(category, timeInForce="PostOnly", price="65100")
    row = venue.order(order_id, category)
    assert (row["orderStatus"], row["rejectReason"]) == (status, "EC_PostOnlyWillTakeLiquidity")
    assert row["cumExecQty"].strip("0.") == ""


def test_an_own_id_is_used_once_even_after_the_order_is_over(venue: Venue) -> None:
    for category, code in (("linear", 110072), ("spot", 170141)):
        venue.placed(category, orderLinkId="bot-1")
        assert venue.create(category, orderLinkId="bot-1")["retCode"] == code
        venue.post("/v5/order/cancel", category=category, symbol="BTCUSDT", orderLinkId="bot-1")
        assert venue.create(category, orderLinkId="bot-1")["retCode"] == code


def test_orders_are_amended_and_cancelled_by_either_id(venue: Venue) -> None:
    order_id = venue.placed(orderLinkId="bot-1")
    which = {"category": "linear", "symbol": "BTCUSDT"}
    venue.post("/v5/order/amend", **which, orderLinkId="bot-1", price="63000")
    assert venue.order(order_id)["price"] == "63000.00"
    told = venue.post("/v5/order/amend", **which, orderId=order_id, qty="0.02")
    assert told == {"orderId": order_id, "orderLinkId": "bot-1"}
    assert venue.order(order_id)["qty"] == "0.020"
    venue.post("/v5/order/cancel", **which, orderId=order_id)
    assert venue.order(order_id)["orderStatus"] == "Cancelled"
    for path, more in (("cancel", {}), ("amend", {"price": "62000"})):
        venue.later()
        asked = {**which, "orderId": order_id, **more}
        assert venue.refusal("POST", f"/v5/order/{path}", **asked)[0] == 110001


def test_on_spot_an_order_that_waits_is_canceled_only_as_one(venue: Venue) -> None:
    waits = {"triggerPrice": "66000", "orderFilter": "StopOrder"}
    for category, fields in (("spot", waits), ("linear", {**waits, "triggerDirection": 1})):
        waiting = {
            "category": category,
            "symbol": "BTCUSDT",
            "orderId": venue.placed(category, **fields),
        }
        if category == "spot":
            assert venue.refusal("POST", "/v5/order/cancel", **waiting)[0] == 170213
            waiting["orderFilter"] = "StopOrder"
        venue.post("/v5/order/cancel", **waiting)
        assert venue.order(waiting["orderId"], category)["orderStatus"] == "Deactivated"
    working = {"category": "spot", "symbol": "BTCUSDT", "orderId": venue.placed("spot")}
    refused = venue.refusal("POST", "/v5/order/cancel", **working, orderFilter="StopOrder")
    assert refused[0] == 170213


def test_what_is_missing_in_a_cancel_or_an_amendment_is_said(venue: Venue) -> None:
    order_id = venue.placed()
    which = {"category": "linear", "symbol": "BTCUSDT"}
    assert venue.refusal("POST", "/v5/order/cancel", **which)[0] == 10001
    assert venue.refusal("POST", "/v5/order/amend", **which, orderId=order_id)[0] == 10001
    same = {**which, "orderId": order_id, "price": "64000"}
    assert venue.refusal("POST", "/v5/order/amend", **same)[0] == 10001
    unknown = {**which, "orderId": "15141634-9867-4d9f-9159-ba37ae9b5fca"}
    assert venue.refusal("POST", "/v5/order/cancel", **unknown)[0] == 110001


def test_a_partly_filled_order_ends_by_its_categorys_name(venue: Venue) -> None:
    for category, status in (("spot", "PartiallyFilledCanceled"), ("linear", "Cancelled")):
        order_id = venue.placed(category, price="65001", qty="1.4")
        assert venue.order(order_id, category)["orderStatus"] == "PartiallyFilled"
        venue.post("/v5/order/cancel", category=category, symbol="BTCUSDT", orderId=order_id)
        row = venue.order(order_id, category)
        assert (row["orderStatus"], row["cancelType"]) == (status, "CancelByUser")
        assert float(row["leavesQty"]) == 0


def test_nobody_touches_the_orders_of_others(venue: Venue) -> None:
    order_id = venue.placed()
    asked = {"category": "linear", "symbol": "BTCUSDT", "orderId": order_id}
    body = venue.ask("POST", "/v5/order/cancel", OTHER_KEY, **asked)
    assert body["retCode"] == 110001
    assert venue.ask("POST", "/v5/order/cancel", READER_KEY, **asked)["retCode"] == 10005


def test_a_batch_tells_the_outcome_of_each_order_in_their_order(venue: Venue) -> None:
    one = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01"}
    rows = [
        {**one, "price": "64000", "orderLinkId": "b-1"},
        {**one, "price": "63000", "orderLinkId": "b-1"},
        {**one, "orderLinkId": "b-3"},
    ]
    body = venue.ask("POST", "/v5/order/create-batch", category="linear", request=rows)
    assert body["retCode"] == 0
    assert column(body["retExtInfo"]["list"], "code") == [0, 110072, 10001]
    told = body["result"]["list"]
    assert column(told, "orderLinkId") == ["b-1", "b-1", "b-3"]
    assert [bool(row["orderId"]) for row in told] == [True, False, False]
    assert [bool(row["createAt"]) for row in told] == [True, False, False]
    change = [{"symbol": "BTCUSDT", "orderLinkId": "b-1", "price": "62000"}]
    venue.post("/v5/order/amend-batch", category="linear", request=change)
    gone = venue.ask("POST", "/v5/order/cancel-batch", category="linear", request=change * 2)
    assert column(gone["retExtInfo"]["list"], "code") == [0, 110001]


def test_a_batch_over_the_limit_does_its_first_orders(venue: Venue) -> None:
    one = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01"}
    rows = [{**one, "price": str(64_000 - n)} for n in range(12)]
    body = venue.ask("POST", "/v5/order/create-batch", category="linear", request=rows)
    assert column(body["retExtInfo"]["list"], "code") == [0] * 10 + [10006] * 2
    venue.later()
    assert (
        venue.refusal("POST", "/v5/order/create-batch", category="linear", request=[])[0] == 10001
    )
    many = venue.ask("POST", "/v5/order/create-batch", category="spot", request=rows)
    assert many["retCode"] == 10001, "spot takes ten"


def test_all_orders_of_a_scope_are_cancelled(venue: Venue) -> None:
    venue.placed()
    venue.placed(triggerPrice="66000", triggerDirection=1)
    venue.placed("spot")
    assert venue.refusal("POST", "/v5/order/cancel-all", category="linear")[0] == 10001
    told = venue.post(
        "/v5/order/cancel-all", category="linear", settleCoin="USDT", orderFilter="Order"
    )
    assert (len(told["list"]), told["success"]) == (1, "1")
    assert len(venue.post("/v5/order/cancel-all", category="linear", symbol="BTCUSDT")["list"]) == 1
    assert len(venue.post("/v5/order/cancel-all", category="spot")["list"]) == 1
    assert venue.post("/v5/order/cancel-all", category="linear", baseCoin="ETH")["list"] == []
