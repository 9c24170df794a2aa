"""USD-M's questions about orders and fills, and conditional orders from their placement to their end."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, OTHER_KEY, Venue

from tickwright.venues.binance.dialect.private.usdm_views import ALGO_IDS_FROM


ORDER, ALGO = "/fapi/v1/order", "/fapi/v1/algoOrder"
LIMIT: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010",
    "price": "64000.10",
}  # fmt: skip
MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.150"}
STOP: dict[str, Any] = {
    "algoType": "CONDITIONAL", "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET",
    "triggerPrice": "64000", "quantity": "0.010", "clientAlgoId": "alg-0001",
}  # fmt: skip


def test_an_order_is_shown_as_documented(usdm: Venue) -> None:
    placed = usdm.ok("POST", ORDER, **LIMIT, newClientOrderId="fsim-0001")
    found = usdm.ok("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"])
    assert found == {
        "avgPrice": "0.00000", "clientOrderId": "fsim-0001", "cumQuote": "0.00000",
        "executedQty": "0.000", "orderId": placed["orderId"], "origQty": "0.010",
        "origType": "LIMIT", "price": "64000.10", "reduceOnly": False, "side": "BUY",
        "positionSide": "BOTH", "status": "NEW", "stopPrice": "0.00", "closePosition": False,
        "symbol": "BTCUSDT", "time": NOW_MS, "timeInForce": "GTC", "type": "LIMIT",
        "updateTime": NOW_MS, "workingType": "CONTRACT_PRICE", "priceProtect": False,
        "priceMatch": "NONE", "selfTradePreventionMode": "EXPIRE_MAKER", "goodTillDate": 0,
    }  # fmt: skip
    assert (
        usdm.ok("GET", "/fapi/v1/openOrder", symbol="BTCUSDT", origClientOrderId="fsim-0001")
        == found
    )
    assert usdm.ok("GET", "/fapi/v1/openOrders", symbol="BTCUSDT") == [found]
    assert usdm.ok("GET", "/fapi/v1/allOrders") == [found]


def test_what_is_not_there_does_not_exist(usdm: Venue) -> None:
    placed = usdm.ok("POST", ORDER, **LIMIT)
    missing = (-2013, "Order does not exist.")
    assert usdm.refused("GET", ORDER, symbol="BTCUSDT", orderId=1) == missing
    assert (
        usdm.refused("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"], key=OTHER_KEY)
        == missing
    )
    usdm.ok("DELETE", ORDER, symbol="BTCUSDT", orderId=placed["orderId"])
    assert (
        usdm.refused("GET", "/fapi/v1/openOrder", symbol="BTCUSDT", orderId=placed["orderId"])
        == missing
    )
    assert usdm.refused("GET", "/fapi/v1/openOrders", symbol="NOPE")[0] == -1121


def test_fills_are_shown_as_documented(usdm: Venue) -> None:
    placed = usdm.ok("POST", ORDER, **MARKET)
    rows = usdm.ok("GET", "/fapi/v1/userTrades", symbol="BTCUSDT")
    assert rows[1] == {
        "buyer": True, "commission": "1.62500500", "commissionAsset": "USDT",
        "id": 4_200_000_002, "maker": False, "orderId": placed["orderId"], "price": "65000.20",
        "qty": "0.050", "quoteQty": "3250.01000", "baseQty": "0.050", "marginAsset": "USDT",
        "realizedPnl": "0.00000000", "side": "BUY", "positionSide": "BOTH", "symbol": "BTCUSDT",
        "pair": "BTCUSDT", "time": NOW_MS,
    }  # fmt: skip
    ask = {"symbol": "BTCUSDT"}
    assert len(usdm.ok("GET", "/fapi/v1/userTrades", **ask, fromId=4_200_000_002)) == 1
    assert usdm.ok("GET", "/fapi/v1/userTrades", **ask, orderId=1) == []
    assert usdm.refused("GET", "/fapi/v1/userTrades", **ask, fromId=1, startTime=1)[0] == -1128
    week = {"startTime": NOW_MS, "endTime": NOW_MS + 8 * 86_400_000}
    assert usdm.refused("GET", "/fapi/v1/userTrades", **ask, **week)[0] == -1127
    found = usdm.ok("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"])
    assert found["avgPrice"] == "65000.13333"


def test_limits_and_liquidations_can_be_asked_for(usdm: Venue) -> None:
    rows = usdm.ok("GET", "/fapi/v1/rateLimit/order")
    assert [(row["intervalNum"], row["interval"], row["limit"]) for row in rows] == [
        (10, "SECOND", 300),
        (1, "MINUTE", 1200),
    ]
    assert usdm.ok("GET", "/fapi/v1/forceOrders") == []


# ---------------------------------------------------------------------- conditional orders


def test_a_conditional_order_lives_apart_until_it_triggers(usdm: Venue) -> None:
    usdm.ok("POST", ORDER, **MARKET)
    placed = usdm.ok("POST", ALGO, **STOP)
    assert placed == {
        "algoId": placed["algoId"], "clientAlgoId": "alg-0001", "algoType": "CONDITIONAL",
        "orderType": "STOP_MARKET", "symbol": "BTCUSDT", "side": "SELL", "positionSide": "BOTH",
        "timeInForce": "GTC", "quantity": "0.010", "algoStatus": "NEW",
        "triggerPrice": "64000.00", "price": "0.00", "icebergQuantity": None,
        "selfTradePreventionMode": "EXPIRE_MAKER", "workingType": "CONTRACT_PRICE",
        "priceMatch": "NONE", "closePosition": False, "priceProtect": False, "reduceOnly": False,
        "createTime": NOW_MS, "updateTime": NOW_MS, "triggerTime": 0, "goodTillDate": 0,
    }  # fmt: skip
    order_id = placed["algoId"] - ALGO_IDS_FROM
    assert usdm.ok("GET", "/fapi/v1/openOrders") == []
    assert usdm.refused("GET", ORDER, symbol="BTCUSDT", orderId=order_id)[0] == -2013
    assert usdm.refused("DELETE", ORDER, symbol="BTCUSDT", orderId=order_id)[0] == -2011
    (listed,) = usdm.ok("GET", "/fapi/v1/openAlgoOrders", symbol="BTCUSDT")
    assert (listed["actualOrderId"], listed["slPrice"]) == ("", "")
    usdm.trade_at(6_400_000)
    found = usdm.ok("GET", ALGO, clientAlgoId="alg-0001")
    # The book was empty by then: the order that it became expired, unfilled.
    assert (found["algoStatus"], found["actualOrderId"]) == ("FINISHED", str(order_id))
    assert (found["actualType"], found["triggerTime"]) == ("MARKET", NOW_MS)
    became = usdm.ok("GET", ORDER, symbol="BTCUSDT", orderId=order_id)
    assert (became["type"], became["origType"], became["status"]) == (
        "MARKET", "STOP_MARKET", "EXPIRED",
    )  # fmt: skip
    assert usdm.ok("GET", "/fapi/v1/openAlgoOrders") == []
    assert [
        row["algoId"] for row in usdm.ok("GET", "/fapi/v1/allAlgoOrders", symbol="BTCUSDT")
    ] == [placed["algoId"]]


def test_conditional_orders_are_canceled_by_their_own_ids(usdm: Venue) -> None:
    placed = usdm.ok("POST", ALGO, **STOP)
    gone = usdm.ok("DELETE", ALGO, algoId=placed["algoId"])
    assert gone == {
        "algoId": placed["algoId"], "clientAlgoId": "alg-0001", "code": "200", "msg": "success",
    }  # fmt: skip
    assert usdm.ok("GET", ALGO, algoId=placed["algoId"])["algoStatus"] == "CANCELED"
    assert usdm.refused("DELETE", ALGO, algoId=placed["algoId"])[0] == -2011
    assert usdm.refused("DELETE", ALGO, algoId=1)[0] == -2011
    assert usdm.refused("DELETE", ALGO)[0] == -1102
    assert usdm.refused("GET", ALGO, algoId=1)[0] == -2013
    usdm.ok("POST", ALGO, **STOP)
    assert usdm.ok("DELETE", "/fapi/v1/algoOpenOrders", symbol="BTCUSDT")["code"] == 200
    assert usdm.ok("GET", "/fapi/v1/openAlgoOrders") == []
    assert usdm.refused("GET", "/fapi/v1/allAlgoOrders")[0] == -1102


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"triggerPrice": "66000"}, -2021),
        ({"triggerPrice": "0"}, -4006),
        ({"type": "TAKE_PROFIT_MARKET"}, -2021),
        ({"type": "TRAILING_STOP_MARKET", "callbackRate": "21"}, -1130),
    ],
)
def test_conditional_orders_are_refused_in_the_venues_words(
    usdm: Venue, changes: dict[str, Any], code: int
) -> None:
    assert usdm.refused("POST", ALGO, **{**STOP, **changes})[0] == code


def test_conditional_orders_have_a_limit_of_their_own(usdm: Venue) -> None:
    stop = {name: value for name, value in STOP.items() if name != "clientAlgoId"}
    for _ in range(200):
        usdm.market.now_ms += 100
        usdm.ok("POST", ALGO, **stop)
    assert usdm.refused("POST", ALGO, **stop) == (-4045, "Reach max stop order limit.")
    usdm.ok("POST", ORDER, **LIMIT)


def test_a_trailing_order_shows_what_it_follows(usdm: Venue) -> None:
    placed = usdm.ok("POST", ALGO, **{**STOP, "type": "TRAILING_STOP_MARKET", "callbackRate": "1"})
    assert (placed["callbackRate"], placed["activatePrice"]) == ("1", "0.00")
