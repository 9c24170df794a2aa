"""Spot's trading endpoints: answers field by field as section 11.3 shows them, and each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, Venue

from tickwright.venues.commands import SetStatus


ORDER = "/api/v3/order"
AMEND = "/api/v3/order/amend/keepPriority"


def limit(venue: Venue, price: str = "60000", quantity: str = "0.010", **more: Any) -> Any:
    order = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": quantity, "price": price, **more,
    }  # fmt: skip
    return venue.ok("POST", ORDER, **order)


def refusal(venue: Venue, **changes: Any) -> tuple[int, str]:
    order = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.010", "price": "60000", **changes,
    }  # fmt: skip
    return venue.refused("POST", ORDER, **{name: one for name, one in order.items() if one})


def test_an_acknowledgement_has_five_fields(spot: Venue) -> None:
    placed = limit(spot, newClientOrderId="sim-0001", newOrderRespType="ACK")
    assert placed == {
        "symbol": "BTCUSDT",
        "orderId": placed["orderId"],
        "orderListId": -1,
        "clientOrderId": "sim-0001",
        "transactTime": NOW_MS,
    }


def test_a_result_and_a_full_answer_are_the_documented_ones(spot: Venue) -> None:
    placed = limit(spot, newClientOrderId="sim-0001", newOrderRespType="RESULT")
    assert placed == {
        "symbol": "BTCUSDT", "orderId": placed["orderId"], "orderListId": -1,
        "clientOrderId": "sim-0001", "transactTime": NOW_MS, "price": "60000.00000000",
        "origQty": "0.01000000", "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "NEW",
        "timeInForce": "GTC", "type": "LIMIT", "side": "BUY", "workingTime": NOW_MS,
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }  # fmt: skip
    filled = spot.ok("POST", ORDER, symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.150")
    assert filled["status"] == "FILLED"
    assert (filled["price"], filled["timeInForce"]) == ("0.00000000", "GTC")
    assert filled["fills"] == [
        {
            "price": "65000.10000000", "qty": "0.10000000", "commission": "0.00010000",
            "commissionAsset": "BTC", "tradeId": 4_200_000_001,
        },
        {
            "price": "65000.20000000", "qty": "0.05000000", "commission": "0.00005000",
            "commissionAsset": "BTC", "tradeId": 4_200_000_002,
        },
    ]  # fmt: skip
    assert filled["cummulativeQuoteQty"] == "9750.02000000"


def test_balances_follow_orders_exactly(spot: Venue) -> None:
    free, _ = spot.balance("USDT")
    limit(spot, "60000", "0.010")
    assert spot.balance("USDT") == (free - 600 * 10**16, 600 * 10**16)
    spot.ok("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    assert spot.balance("USDT") == (free, 0)


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
        ({"symbol": ""}, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."),
        ({"price": "60000.05"}, -1013, "Filter failure: PRICE_FILTER"),
        ({"price": "0"}, -1013, "Invalid price."),
        ({"quantity": "0"}, -1013, "Invalid quantity."),
        ({"price": "400000"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ({"price": "12000"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        ({"price": "20000", "quantity": "0.000"}, -1013, "Invalid quantity."),
        ({"price": "14000", "quantity": "0.001", "side": "BUY"}, 0, ""),
        ({"quantity": "200"}, -1013, "Filter failure: NOTIONAL"),
        ({"quantity": "100"}, 0, ""),
        ({"side": "SELL", "price": "70000", "quantity": "120"}, 0, ""),
        ({"icebergQty": "0.020"}, -2010, "IcebergQty exceeds QTY."),
        ({"quantity": "1.000", "icebergQty": "0.001"}, -1013, "Filter failure: ICEBERG_PARTS"),
        ({"icebergQty": "0.001", "timeInForce": "IOC"}, -1014, "Unsupported order combination."),
        (
            {"type": "LIMIT_MAKER", "timeInForce": "", "price": "65000.10"}, -2010,
            "Order would immediately match and take.",
        ),
        (
            {"type": "STOP_LOSS", "timeInForce": "", "price": "", "stopPrice": "64000"}, -2010,
            "Order would trigger immediately.",
        ),
        (
            {"type": "TAKE_PROFIT", "timeInForce": "", "price": "", "trailingDelta": "5000"},
            -1013, "Filter failure: TRAILING_DELTA",
        ),
        ({"unknownThing": "1"}, -1104, "Not all sent parameters were read; read '6' parameter(s) but was sent '7'."),
    ],
)  # fmt: skip
def test_each_refusal_has_its_code_and_text(
    spot: Venue, changes: dict[str, Any], code: int, text: str
) -> None:
    if code:
        assert refusal(spot, **changes) == (code, text)
        return
    order = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.010",
        "price": "60000",
    }
    status, body = spot.call("POST", ORDER, **{**order, **changes})
    assert status == 200 or body["code"] in (-2010, -1013)


def test_what_cannot_be_paid_is_refused(spot: Venue) -> None:
    assert refusal(spot, quantity="2.000") == (
        -2010,
        "Account has insufficient balance for requested action.",
    )


def test_a_client_id_is_unique_among_open_orders_only(spot: Venue) -> None:
    limit(spot, newClientOrderId="mine")
    assert refusal(spot, newClientOrderId="mine") == (-2010, "Duplicate order sent.")
    spot.ok("DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="mine")
    limit(spot, newClientOrderId="mine")


def test_a_closed_market_takes_no_orders_but_cancels(spot: Venue) -> None:
    placed = limit(spot)
    spot.do(SetStatus(symbol="BTCUSDT", is_trading=False))
    assert refusal(spot) == (-2010, "Market is closed.")
    spot.ok("DELETE", ORDER, symbol="BTCUSDT", orderId=placed["orderId"])


def test_only_so_many_orders_may_be_open(spot: Venue) -> None:
    stop = {
        "symbol": "BTCUSDT",
        "side": "SELL",
        "type": "STOP_LOSS",
        "quantity": "0.001",
        "stopPrice": "60000",
    }
    for _ in range(5):
        spot.ok("POST", ORDER, **stop)
    assert spot.refused("POST", ORDER, **stop) == (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS")
    for number in range(195):
        spot.market.now_ms += 200
        limit(spot, quantity="0.001", newClientOrderId=f"n{number}")
    assert refusal(spot) == (-1013, "Filter failure: MAX_NUM_ORDERS")


def test_immediate_orders_expire_with_a_reason(spot: Venue) -> None:
    rest = limit(spot, "65000.10", "0.200", timeInForce="IOC")
    assert (rest["status"], rest["executedQty"]) == ("EXPIRED", "0.10000000")
    assert rest["expiryReason"] == "UNFILLED_IOC_QUANTITY_EXPIRED"
    none = limit(spot, "65000.10", "0.200", timeInForce="FOK")
    assert (none["status"], none["executedQty"], none["fills"]) == ("EXPIRED", "0.00000000", [])
    assert none["expiryReason"] == "UNFILLED_FOK_ORDER_EXPIRED"


def test_self_trades_are_prevented_and_told(spot: Venue) -> None:
    limit(spot, "65000.00", "0.010")
    taken = limit(spot, "65000.00", "0.020", side="SELL", selfTradePreventionMode="EXPIRE_TAKER")
    assert taken["status"] == "EXPIRED_IN_MATCH"
    assert taken["preventedQuantity"] == "0.02000000"
    rows = spot.ok("GET", "/api/v3/myPreventedMatches", symbol="BTCUSDT", orderId=taken["orderId"])
    assert [row["preventedMatchId"] for row in rows] == [taken["preventedMatchId"]]
    assert spot.ok("GET", "/api/v3/myPreventedMatches", symbol="BTCUSDT", preventedMatchId=99) == []


def test_conditional_orders_show_what_they_wait_for(spot: Venue) -> None:
    placed = spot.ok(
        "POST", ORDER, symbol="BTCUSDT", side="SELL", type="STOP_LOSS_LIMIT", timeInForce="GTC",
        quantity="0.010", price="59000", stopPrice="60000", strategyId=7, strategyType=1000001,
        trailingDelta=100, newOrderRespType="FULL",
    )  # fmt: skip
    assert (placed["status"], placed["workingTime"]) == ("NEW", -1)
    assert placed["stopPrice"] == "60000.00000000"
    assert (placed["trailingDelta"], placed["trailingTime"]) == (100, -1)
    assert (placed["strategyId"], placed["strategyType"]) == (7, 1000001)


def test_a_test_order_is_checked_and_not_placed(spot: Venue) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}
    assert spot.ok("POST", f"{ORDER}/test", **order) == {}
    rates = spot.ok("POST", f"{ORDER}/test", **order, computeCommissionRates=True)
    assert rates["standardCommissionForOrder"] == {"maker": "0.00100000", "taker": "0.00100000"}
    assert spot.answered is not None
    assert spot.answered.weight == 20
    assert spot.refused("POST", f"{ORDER}/test", **{**order, "quantity": "0"})[0] == -1013
    assert spot.exchange.all_orders("me") == []


def test_a_cancel_gives_the_order_its_own_id(spot: Venue) -> None:
    placed = limit(spot, newClientOrderId="sim-0001")
    canceled = spot.ok(
        "DELETE", ORDER, symbol="BTCUSDT", origClientOrderId="sim-0001", newClientOrderId="cxl-0001"
    )
    assert canceled == {
        "symbol": "BTCUSDT", "origClientOrderId": "sim-0001", "orderId": placed["orderId"],
        "orderListId": -1, "clientOrderId": "cxl-0001", "transactTime": NOW_MS,
        "price": "60000.00000000", "origQty": "0.01000000", "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.00000000", "cummulativeQuoteQty": "0.00000000",
        "status": "CANCELED", "timeInForce": "GTC", "type": "LIMIT", "side": "BUY",
        "selfTradePreventionMode": "EXPIRE_MAKER",
    }  # fmt: skip
    found = spot.ok("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"])
    assert found["clientOrderId"] == "cxl-0001"


def test_cancels_of_what_is_not_open_are_refused(spot: Venue) -> None:
    unknown = (-2011, "Unknown order sent.")
    assert spot.refused("DELETE", ORDER, symbol="BTCUSDT", orderId=1) == unknown
    assert spot.refused("DELETE", "/api/v3/openOrders", symbol="BTCUSDT") == unknown
    placed = limit(spot, newClientOrderId="mine")
    wrong = {"orderId": placed["orderId"], "origClientOrderId": "other"}
    assert spot.refused("DELETE", ORDER, symbol="BTCUSDT", **wrong) == unknown
    assert (
        spot.refused("DELETE", ORDER, symbol="BTCUSDT", orderId=placed["orderId"], key=OTHER_KEY)
        == unknown
    )
    restricted = {"orderId": placed["orderId"], "cancelRestrictions": "ONLY_PARTIALLY_FILLED"}
    assert spot.refused("DELETE", ORDER, symbol="BTCUSDT", **restricted) == (
        -2011,
        "Order was not canceled due to cancel restrictions.",
    )


def test_an_amendment_keeps_the_place_and_changes_the_id(spot: Venue) -> None:
    placed = limit(spot, newClientOrderId="sim-0003")
    amended = spot.ok(
        "PUT",
        AMEND,
        symbol="BTCUSDT",
        orderId=placed["orderId"],
        newQty="0.005",
        newClientOrderId="sim-0003a",
    )
    order = amended["amendedOrder"]
    assert (order["origClientOrderId"], order["clientOrderId"]) == ("sim-0003", "sim-0003a")
    assert (order["qty"], order["cumulativeQuoteQty"]) == ("0.00500000", "0.00000000")
    assert spot.answered is not None
    assert spot.answered.weight == 4
    rows = spot.ok("GET", "/api/v3/order/amendments", symbol="BTCUSDT", orderId=placed["orderId"])
    assert rows == [
        {
            "symbol": "BTCUSDT", "orderId": placed["orderId"], "executionId": amended["executionId"],
            "origClientOrderId": "sim-0003", "newClientOrderId": "sim-0003a",
            "origQty": "0.01000000", "newQty": "0.00500000", "time": NOW_MS,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("quantity", "code", "text"),
    [
        ("0.020", -2038, "Order amend (quantity increase) is not supported."),
        ("0.010", -2038, "The requested action would change no state; rejecting"),
        ("0", -1013, "Invalid quantity."),
    ],
)
def test_amendments_are_refused_in_their_words(
    spot: Venue, quantity: str, code: int, text: str
) -> None:
    placed = limit(spot)
    params = {"symbol": "BTCUSDT", "orderId": placed["orderId"], "newQty": quantity}
    assert spot.refused("PUT", AMEND, **params) == (code, text)


def test_an_order_can_be_amended_ten_times(spot: Venue) -> None:
    placed = limit(spot, quantity="0.100")
    params = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    for number in range(10):
        spot.ok("PUT", AMEND, **params, newQty=f"0.0{90 - number}")
    assert spot.refused("PUT", AMEND, **params, newQty="0.050") == (
        -2038,
        "Filter failure: MAX_NUM_ORDER_AMENDS",
    )
