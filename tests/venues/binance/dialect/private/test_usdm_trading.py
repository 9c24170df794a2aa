"""USD-M's trading endpoints: answers field by field as section 12.3 shows them, and each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, READER_KEY, Venue


ORDER = "/fapi/v1/order"
BATCH = "/fapi/v1/batchOrders"
LIMIT: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010",
    "price": "64000.10",
}  # fmt: skip
MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}


def test_an_order_is_answered_as_documented(usdm: Venue) -> None:
    placed = usdm.ok("POST", ORDER, **LIMIT, newClientOrderId="fsim-0001")
    assert placed == {
        "orderId": placed["orderId"], "symbol": "BTCUSDT", "status": "NEW",
        "clientOrderId": "fsim-0001", "price": "64000.10", "origQty": "0.010",
        "executedQty": "0.000", "cumQty": "0.000", "timeInForce": "GTC", "type": "LIMIT",
        "reduceOnly": False, "closePosition": False, "side": "BUY", "positionSide": "BOTH",
        "stopPrice": "0.00", "workingType": "CONTRACT_PRICE", "priceProtect": False,
        "origType": "LIMIT", "priceMatch": "NONE", "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0, "updateTime": NOW_MS,
    }  # fmt: skip
    assert usdm.answered is not None
    assert usdm.answered.weight == 0
    assert usdm.answered.headers == {"x-mbx-order-count-10s": "1", "x-mbx-order-count-1m": "1"}


def test_only_a_result_says_what_was_filled(usdm: Venue) -> None:
    assert usdm.ok("POST", ORDER, **MARKET)["status"] == "NEW"
    placed = usdm.ok("POST", ORDER, **MARKET, newOrderRespType="RESULT")
    assert (placed["status"], placed["executedQty"]) == ("FILLED", "0.010")
    assert "avgPrice" not in placed


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"price": "64000.15"}, -4014, "Price not increased by tick size."),
        ({"price": "0"}, -4001, "Price less than 0."),
        ({"price": "69000"}, -4016, "Price is higher than mark price multiplier cap."),
        (
            {"side": "SELL", "price": "61000"}, -4024,
            "Price is lower than mark price multiplier floor.",
        ),
        ({"price": "64000.101"}, -1111, "Precision is over the maximum defined for this asset."),
        ({"quantity": "0"}, -4003, "Quantity less than zero."),
        ({"quantity": "5"}, 0, ""),
        ({"quantity": "100"}, -2019, "Margin is insufficient."),
        ({"reduceOnly": "true"}, -2022, "ReduceOnly Order is rejected."),
        ({"timeInForce": "GTX", "price": "65100"}, -5022, "Due to the order could not be executed as maker"),
        ({"timeInForce": "FOK", "price": "65000.10", "quantity": "0.500"}, -5021, "the FOK order has been rejected"),
        ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
    ],
)  # fmt: skip
def test_the_engines_refusals_have_their_codes(
    usdm: Venue, changes: dict[str, Any], code: int, text: str
) -> None:
    if not code:
        usdm.ok("POST", ORDER, **{**LIMIT, **changes})
        return
    got, said = usdm.refused("POST", ORDER, **{**LIMIT, **changes})
    assert got == code
    assert text in said


def test_a_small_order_names_the_smallest_notional(usdm: Venue) -> None:
    usdm.ok("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=125)
    tiny = {**LIMIT, "price": "4000.10", "quantity": "0.001"}
    assert usdm.refused("POST", ORDER, **tiny) == (
        -4164,
        "Order's notional must be no smaller than 5 (unless you choose reduce only)",
    )


def test_client_ids_are_unique_among_open_orders(usdm: Venue) -> None:
    usdm.ok("POST", ORDER, **LIMIT, newClientOrderId="mine")
    assert usdm.refused("POST", ORDER, **LIMIT, newClientOrderId="mine") == (
        -4116,
        "ClientOrderId is duplicated.",
    )


def test_a_key_that_may_only_look_places_nothing(usdm: Venue) -> None:
    assert usdm.refused("POST", ORDER, **LIMIT, key=READER_KEY)[0] == -2015


def test_a_test_order_is_checked_and_not_placed(usdm: Venue) -> None:
    assert usdm.ok("POST", f"{ORDER}/test", **LIMIT) == {}
    assert usdm.refused("POST", f"{ORDER}/test", **{**LIMIT, "quantity": "100"})[0] == -2019
    assert usdm.exchange.all_orders("me") == []


def test_a_modification_is_answered_and_remembered(usdm: Venue) -> None:
    placed = usdm.ok("POST", ORDER, **LIMIT)
    changed = {"symbol": "BTCUSDT", "side": "BUY", "orderId": placed["orderId"]}
    after = usdm.ok("PUT", ORDER, **changed, quantity="0.020", price="63990", modifyId=7)
    assert (after["origQty"], after["price"], after["modifyId"]) == ("0.020", "63990.00", 7)
    assert after["pair"] == "BTCUSDT"
    (row,) = usdm.ok("GET", "/fapi/v1/orderAmendment", symbol="BTCUSDT", orderId=placed["orderId"])
    assert row["amendment"] == {
        "price": {"before": "64000.10", "after": "63990.00"},
        "origQty": {"before": "0.010", "after": "0.020"},
        "count": 1,
    }
    assert usdm.refused("PUT", ORDER, **changed, quantity="0.020", price="63990") == (
        -5027,
        "No need to modify the order.",
    )
    assert usdm.refused("PUT", ORDER, **changed, quantity="0.020", price="63990.05")[0] == -4014
    missing = {**changed, "orderId": 1, "quantity": "0.020", "price": "63000"}
    assert usdm.refused("PUT", ORDER, **missing) == (-2013, "Order does not exist.")


def test_a_cancel_keeps_the_id(usdm: Venue) -> None:
    usdm.ok("POST", ORDER, **LIMIT, newClientOrderId="fsim-0001")
    gone = usdm.ok("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="fsim-0001")
    assert (gone["clientOrderId"], gone["status"]) == ("fsim-0001", "CANCELED")
    again = {"symbol": "BTCUSDT", "origClientOrderId": "fsim-0001"}
    assert usdm.refused("DELETE", ORDER, **again) == (-2011, "Unknown order sent.")
    assert usdm.refused("DELETE", ORDER, symbol="BTCUSDT")[0] == -1102


def test_a_batch_answers_each_order_in_its_place(usdm: Venue) -> None:
    orders = [LIMIT, {**LIMIT, "quantity": "100"}, "nonsense", {**LIMIT, "reduceOnly": False}]
    rows = usdm.ok("POST", BATCH, batchOrders=orders)
    assert [row.get("code", row.get("status")) for row in rows] == ["NEW", -2019, -1130, "NEW"]
    assert usdm.answered is not None
    assert usdm.answered.weight == 5
    assert usdm.answered.headers["x-mbx-order-count-10s"] == "5"
    assert usdm.answered.headers["x-mbx-order-count-1m"] == "1"
    ids = [row["orderId"] for row in rows if "orderId" in row]
    change = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "orderId": ids[0],
        "quantity": "0.02",
        "price": "64000",
    }
    assert usdm.ok("PUT", BATCH, batchOrders=[change])[0]["origQty"] == "0.020"
    gone = usdm.ok("DELETE", BATCH, symbol="BTCUSDT", orderIdList=[*ids, 1])
    assert [row.get("code", row.get("status")) for row in gone] == ["CANCELED", "CANCELED", -2011]
    assert (
        usdm.ok("DELETE", BATCH, symbol="BTCUSDT", origClientOrderIdList=["no"])[0]["code"] == -2011
    )


def test_lists_of_ids_may_be_named_in_lower_case(usdm: Venue) -> None:
    ids = [usdm.ok("POST", ORDER, **LIMIT)["orderId"] for _ in range(2)]
    assert len(usdm.ok("DELETE", BATCH, symbol="BTCUSDT", orderidlist=ids)) == 2


def test_batches_have_a_size(usdm: Venue) -> None:
    assert usdm.refused("POST", BATCH, batchOrders=[LIMIT] * 6) == (
        -4082,
        "Invalid number of batch place orders: 6",
    )
    assert usdm.refused("DELETE", BATCH, symbol="BTCUSDT", orderIdList=list(range(11)))[0] == -4032
    assert usdm.refused("DELETE", BATCH, symbol="BTCUSDT")[0] == -1102


def test_canceling_all_leaves_conditional_orders(usdm: Venue) -> None:
    usdm.ok("POST", ORDER, **LIMIT)
    usdm.ok(
        "POST", "/fapi/v1/algoOrder", algoType="CONDITIONAL", symbol="BTCUSDT", side="BUY",
        type="STOP_MARKET", triggerPrice="66000", quantity="0.010",
    )  # fmt: skip
    done = {"code": 200, "msg": "The operation of cancel all open order is done."}
    assert usdm.ok("DELETE", "/fapi/v1/allOpenOrders", symbol="BTCUSDT") == done
    assert usdm.ok("GET", "/fapi/v1/openOrders") == []
    assert len(usdm.ok("GET", "/fapi/v1/openAlgoOrders")) == 1


def test_who_is_not_heard_of_has_his_orders_canceled(usdm: Venue) -> None:
    path = "/fapi/v1/countdownCancelAll"
    usdm.ok("POST", ORDER, **LIMIT)
    answer = usdm.ok("POST", path, symbol="BTCUSDT", countdownTime=120000)
    assert answer == {"symbol": "BTCUSDT", "countdownTime": "120000"}
    usdm.side.beat(NOW_MS + 119_999)
    assert len(usdm.exchange.open_orders("me")) == 1
    usdm.ok("POST", path, symbol="BTCUSDT", countdownTime=0)
    usdm.side.beat(NOW_MS + 500_000)
    assert len(usdm.exchange.open_orders("me")) == 1
    usdm.ok("POST", path, symbol="BTCUSDT", countdownTime=1000)
    usdm.side.beat(NOW_MS + 1000)
    assert usdm.exchange.open_orders("me") == []
