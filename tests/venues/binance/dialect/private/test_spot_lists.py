"""Order lists: each kind placed, what becomes of it, and what makes no list."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, Venue


LISTS = "/api/v3/orderList"
ORDER = "/api/v3/order"
OCO: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.010", "listClientOrderId": "lst-0001",
    "aboveType": "LIMIT_MAKER", "abovePrice": "67000", "aboveClientOrderId": "oco-lm",
    "belowType": "STOP_LOSS", "belowStopPrice": "63000", "belowClientOrderId": "oco-sl",
}  # fmt: skip
WORKING: dict[str, Any] = {
    "symbol": "BTCUSDT", "workingType": "LIMIT", "workingSide": "BUY", "workingTimeInForce": "GTC",
    "workingPrice": "65000.10", "workingQuantity": "0.010",
}  # fmt: skip
PENDING: dict[str, Any] = {
    "pendingType": "LIMIT_MAKER", "pendingSide": "SELL", "pendingPrice": "70000",
    "pendingQuantity": "0.010",
}  # fmt: skip
PAIR: dict[str, Any] = {
    "pendingSide": "SELL", "pendingQuantity": "0.010",
    "pendingAboveType": "LIMIT_MAKER", "pendingAbovePrice": "70000",
    "pendingBelowType": "STOP_LOSS", "pendingBelowStopPrice": "60000",
}  # fmt: skip


def without(params: dict[str, Any], *names: str, **changes: Any) -> dict[str, Any]:
    return {name: one for name, one in {**params, **changes}.items() if name not in names}


def test_an_oco_is_answered_as_documented(spot: Venue) -> None:
    placed = spot.ok("POST", f"{LISTS}/oco", **OCO)
    reports = placed.pop("orderReports")
    ids = [report["orderId"] for report in reports]
    assert placed == {
        "orderListId": 1, "contingencyType": "OCO", "listStatusType": "EXEC_STARTED",
        "listOrderStatus": "EXECUTING", "listClientOrderId": "lst-0001",
        "transactionTime": NOW_MS, "symbol": "BTCUSDT",
        "orders": [
            {"symbol": "BTCUSDT", "orderId": ids[0], "clientOrderId": "oco-sl"},
            {"symbol": "BTCUSDT", "orderId": ids[1], "clientOrderId": "oco-lm"},
        ],
    }  # fmt: skip
    assert [(report["type"], report["status"], report["workingTime"]) for report in reports] == [
        ("STOP_LOSS", "NEW", -1),
        ("LIMIT_MAKER", "NEW", NOW_MS),
    ]
    assert spot.answered is not None
    assert spot.answered.headers["x-mbx-order-count-10s"] == "2"
    # Only one of them can trade: the coins are locked once.
    assert spot.balance("BTC")[1] == 10 * 10**13


def test_canceling_a_leg_cancels_the_list_and_says_so(spot: Venue) -> None:
    placed = spot.ok("POST", f"{LISTS}/oco", **OCO)
    gone = spot.ok("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="oco-lm")
    assert (gone["listStatusType"], gone["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert {report["status"] for report in gone["orderReports"]} == {"CANCELED"}
    assert spot.ok("GET", "/api/v3/openOrderList") == []
    found = spot.ok("GET", "/api/v3/orderList", orderListId=placed["orderListId"])
    assert found["listOrderStatus"] == "ALL_DONE"


def test_a_list_is_canceled_by_either_id(spot: Venue) -> None:
    spot.ok("POST", f"{LISTS}/oco", **OCO)
    assert len(spot.ok("GET", "/api/v3/openOrderList")) == 1
    gone = spot.ok("DELETE", LISTS, symbol="BTCUSDT", listClientOrderId="lst-0001")
    assert len(gone["orderReports"]) == 2
    again = spot.ok("POST", f"{LISTS}/oco", **OCO)
    spot.ok("DELETE", LISTS, symbol="BTCUSDT", orderListId=again["orderListId"])
    assert spot.refused("DELETE", LISTS, symbol="BTCUSDT", orderListId=99)[0] == -2011
    assert spot.refused("DELETE", LISTS, symbol="BTCUSDT")[0] == -1102
    assert [row["orderListId"] for row in spot.ok("GET", "/api/v3/allOrderList")] == [1, 2]
    assert [row["orderListId"] for row in spot.ok("GET", "/api/v3/allOrderList", fromId=2)] == [2]


def test_the_older_form_makes_the_same_list(spot: Venue) -> None:
    placed = spot.ok(
        "POST", f"{ORDER}/oco", symbol="BTCUSDT", side="SELL", quantity="0.010", price="67000",
        stopPrice="63000", stopLimitPrice="62900", stopLimitTimeInForce="GTC",
    )  # fmt: skip
    kinds = [report["type"] for report in placed["orderReports"]]
    assert kinds == ["STOP_LOSS_LIMIT", "LIMIT_MAKER"]


def test_one_leg_trades_and_the_other_expires(spot: Venue) -> None:
    spot.ok("POST", f"{LISTS}/oco", **OCO)
    spot.trade_at(6_300_000)
    states = {
        row["clientOrderId"]: (row["status"], row.get("expiryReason"))
        for row in spot.ok("GET", "/api/v3/allOrders", symbol="BTCUSDT")
    }
    assert states["oco-lm"] == ("EXPIRED", "OCO_TRIGGER")


def test_a_pending_order_is_told_as_pending_even_if_its_turn_came_at_once(spot: Venue) -> None:
    placed = spot.ok("POST", f"{LISTS}/oto", **WORKING, **PENDING)
    assert placed["contingencyType"] == "OTO"
    assert [report["status"] for report in placed["orderReports"]] == ["FILLED", "PENDING_NEW"]
    assert placed["orderReports"][1]["workingTime"] == -1
    pending = placed["orders"][1]["orderId"]
    assert spot.ok("GET", ORDER, symbol="BTCUSDT", orderId=pending)["status"] == "NEW"


def test_a_pending_pair_waits_for_the_working_order(spot: Venue) -> None:
    placed = spot.ok("POST", f"{LISTS}/otoco", **without(WORKING, workingPrice="64000"), **PAIR)
    assert [report["status"] for report in placed["orderReports"]] == [
        "NEW", "PENDING_NEW", "PENDING_NEW",
    ]  # fmt: skip
    assert spot.answered is not None
    assert spot.answered.headers["x-mbx-order-count-10s"] == "3"


@pytest.mark.parametrize(("kind", "legs"), [("opo", PENDING), ("opoco", PAIR)])
def test_proceeds_decide_on_the_quantity(spot: Venue, kind: str, legs: dict[str, Any]) -> None:
    placed = spot.ok("POST", f"{LISTS}/{kind}", **WORKING, **without(legs, "pendingQuantity"))
    for row in placed["orders"][1:]:
        found = spot.ok("GET", ORDER, symbol="BTCUSDT", orderId=row["orderId"])
        # What was bought, less the fee, in whole lots.
        assert found["origQty"] == "0.00900000"


@pytest.mark.parametrize(
    ("kind", "params", "code"),
    [
        ("oco", without(OCO, aboveType="MARKET"), -1158),
        ("oco", without(OCO, aboveType="STOP_LOSS", aboveStopPrice="66000"), -1158),
        ("oco", without(OCO, belowType="TAKE_PROFIT"), -1168),
        ("oco", without(OCO, side="BUY"), -1196),
        ("oco", without(OCO, "aboveType"), -1102),
        ("oco", without(OCO, abovePrice="64000"), -2010),
        ("oco", without(OCO, unknown="1"), -1104),
        ("oto", {**without(WORKING, workingType="MARKET"), **PENDING}, -1116),
        ("oto", without({**WORKING, **PENDING}, "pendingSide"), -1102),
        ("opo", {**WORKING, **PENDING}, -1225),
        (
            "opo",
            {**without(WORKING, workingSide="SELL"), **without(PENDING, "pendingQuantity")},
            -1222,
        ),
        ("opo", {**WORKING, **without(PENDING, "pendingQuantity", pendingSide="BUY")}, -1223),
    ],
)
def test_what_is_no_list_is_refused(
    spot: Venue, kind: str, params: dict[str, Any], code: int
) -> None:
    assert spot.refused("POST", f"{LISTS}/{kind}", **params)[0] == code
    assert spot.exchange.open_orders("me") == []


def test_an_amended_member_tells_its_list(spot: Venue) -> None:
    placed = spot.ok("POST", f"{LISTS}/oco", **OCO)
    leg = placed["orders"][1]["orderId"]
    amended = spot.ok(
        "PUT", f"{ORDER}/amend/keepPriority", symbol="BTCUSDT", orderId=leg, newQty="0.005"
    )
    assert amended["listStatus"]["orderListId"] == placed["orderListId"]
    assert "listStatusType" not in amended["listStatus"]
