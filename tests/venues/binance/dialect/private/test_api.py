"""The WebSocket API as a whole: what requests do, what they cost, and what replies say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.venues.binance.dialect.private.api_kit import PLACE, SESSION_KEY, ApiClient
from tests.venues.binance.dialect.private.kit import KEY, NOW_MS, OTHER_KEY, READER_KEY, Venue

from tickwright.sandbox import Faults
from tickwright.venues.binance.dialect.private import methods
from tickwright.venues.binance.dialect.private.user_streams import user_stream


MINUTE_END_MS = (NOW_MS // 60_000 + 1) * 60_000
CONDITIONAL = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "STOP_MARKET",
    "triggerPrice": "60000",
    "quantity": "0.010",
}


@pytest.fixture
def api(spot: Venue) -> ApiClient:
    return ApiClient(spot)


@pytest.fixture
def futures(usdm: Venue) -> ApiClient:
    return ApiClient(usdm)


def orders(api: ApiClient) -> int:
    return len(api.venue.exchange.open_orders("me"))


def weight_row(count: int, limit: int = 6000) -> dict[str, Any]:
    row = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1}
    return {**row, "limit": limit, "count": count}


def order_row(interval: str, number: int, limit: int, count: int) -> dict[str, Any]:
    row = {"rateLimitType": "ORDERS", "interval": interval, "intervalNum": number}
    return {**row, "limit": limit, "count": count}


# ---------------------------------------------------------------------- requests


def test_a_spot_order_is_placed_asked_for_amended_replaced_and_canceled(api: ApiClient) -> None:
    placed = api.ok("order.place", **PLACE, newClientOrderId="sim-1")
    assert (placed["status"], placed["clientOrderId"], placed["fills"]) == ("NEW", "sim-1", [])
    named: dict[str, Any] = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert api.ok("order.status", **named)["status"] == "NEW"
    assert [row["orderId"] for row in api.ok("openOrders.status")] == [placed["orderId"]]
    amended = api.ok("order.amend.keepPriority", **named, newQty="0.005")
    assert amended["amendedOrder"]["qty"] == "0.00500000"
    replaced = api.ok(
        "order.cancelReplace",
        **PLACE,
        cancelReplaceMode="STOP_ON_FAILURE",
        cancelOrderId=placed["orderId"],
    )
    assert replaced["cancelResult"] == replaced["newOrderResult"] == "SUCCESS"
    again: dict[str, Any] = {**named, "orderId": replaced["newOrderResponse"]["orderId"]}
    assert api.ok("order.cancel", **again)["status"] == "CANCELED"
    assert api.ok("order.test", **PLACE) == {}
    assert orders(api) == 0


def test_a_spot_fill_shows_everywhere(api: ApiClient) -> None:
    market = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}
    placed = api.ok("order.place", **market)
    assert placed["status"] == "FILLED"
    (trade,) = api.ok("myTrades", symbol="BTCUSDT")
    assert trade["orderId"] == placed["orderId"]
    held = {row["asset"]: row["free"] for row in api.ok("account.status")["balances"]}
    assert held["BTC"] == "100000.00999000"
    assert api.ok("allOrders", symbol="BTCUSDT")[0]["status"] == "FILLED"
    assert api.ok("account.commission", symbol="BTCUSDT")["symbol"] == "BTCUSDT"
    assert {row["rateLimitType"] for row in api.ok("account.rateLimits.orders")} == {"ORDERS"}


def test_spot_lists_are_placed_and_canceled_together(api: ApiClient) -> None:
    legs = {
        "aboveType": "LIMIT_MAKER",
        "abovePrice": "70000",
        "belowType": "STOP_LOSS",
        "belowStopPrice": "60000",
    }
    placed = api.ok("orderList.place.oco", symbol="BTCUSDT", side="SELL", quantity="0.01", **legs)
    number = placed["orderListId"]
    assert api.ok("orderList.status", orderListId=number)["listOrderStatus"] == "EXECUTING"
    assert [row["orderListId"] for row in api.ok("openOrderLists.status")] == [number]
    assert (
        api.ok("orderList.cancel", symbol="BTCUSDT", orderListId=number)["listOrderStatus"]
        == "ALL_DONE"
    )
    api.ok("order.place", **PLACE)
    assert [row["status"] for row in api.ok("openOrders.cancelAll", symbol="BTCUSDT")] == [
        "CANCELED"
    ]


def test_a_futures_order_is_placed_modified_asked_for_and_canceled(futures: ApiClient) -> None:
    placed = futures.ok("order.place", **PLACE)
    named: dict[str, Any] = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    changed = futures.ok("order.modify", **named, side="BUY", quantity="0.020", price="61000")
    assert (changed["origQty"], "pair" in changed) == ("0.020", False)
    assert futures.ok("order.status", **named)["price"] == "61000.00"
    assert futures.ok("order.cancel", **named)["status"] == "CANCELED"
    algo = futures.ok("algoOrder.place", **CONDITIONAL)
    assert futures.ok("algoOrder.cancel", algoId=algo["algoId"])["code"] == "200"
    assert futures.ok("account.status")["positions"]
    for version in ("account.balance", "v2/account.balance"):
        assert {row["asset"] for row in futures.ok(version)} >= {"USDT"}
    assert isinstance(futures.ok("v2/account.position"), list)


def test_listen_keys_need_a_key_and_no_signature(futures: ApiClient) -> None:
    started = futures.ask("userDataStream.start", apiKey=KEY)["result"]
    assert futures.ask("userDataStream.ping", apiKey=KEY)["result"] == started
    assert futures.ask("userDataStream.stop", apiKey=KEY)["result"] == {}
    assert futures.code("userDataStream.ping", apiKey=KEY) == (400, -1125)
    assert futures.code("userDataStream.start") == (400, -1102)


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({**PLACE, "quantity": "0"}, 400, -1013),
        ({**PLACE, "quantity": "5"}, 400, -2010),
        ({**PLACE, "symbol": "NOPE"}, 400, -1121),
        ({**PLACE, "wrong": 1}, 400, -1104),
        ({**PLACE, "key": READER_KEY}, 401, -2015),
        ({**PLACE, "timestamp": 1}, 400, -1021),
    ],
)
def test_refusals_are_rests(spot: Venue, params: dict[str, Any], status: int, code: int) -> None:
    api = ApiClient(spot)
    reply = api.signed("order.place", **params)
    assert (reply["status"], reply["error"]["code"]) == (status, code)
    assert orders(api) == 0


def test_a_half_failed_replacement_says_both_results(api: ApiClient) -> None:
    reply = api.signed(
        "order.cancelReplace",
        **{**PLACE, "quantity": "5"},
        cancelReplaceMode="ALLOW_FAILURE",
        cancelOrderId=api.ok("order.place", **PLACE)["orderId"],
    )
    assert (reply["status"], reply["error"]["code"]) == (409, -2021)
    data = reply["error"]["data"]
    assert (data["cancelResult"], data["newOrderResult"]) == ("SUCCESS", "FAILURE")
    assert data["newOrderResponse"]["code"] == -2010


def test_what_is_no_request_gets_a_reply_too(api: ApiClient) -> None:
    assert api.send("no json") == {
        "id": None,
        "status": 400,
        "error": {"code": -1135, "msg": "Invalid JSON Request"},
    }
    assert api.send('{"method":"ping"}')["error"]["code"] == -1135
    assert api.send('{"id":"x","method":"ping","params":[]}')["id"] == "x"
    assert api.used == 3


def test_there_are_no_other_methods(api: ApiClient, futures: ApiClient) -> None:
    assert api.code("order.modify") == (400, -1135)
    assert futures.ask("order.cancelReplace")["error"] == {
        "code": -5000,
        "msg": "Method order.cancelReplace is invalid",
    }
    assert api.ask("v3/ping")["status"] == 200


def test_numbers_are_taken_and_signed_as_they_are_written(api: ApiClient) -> None:
    placed = api.ok("order.place", **{**PLACE, "price": 60000.5, "quantity": 0.01})
    assert placed["price"] == "60000.50000000"


def test_a_request_of_another_key_leaves_the_session_alone(api: ApiClient) -> None:
    api.log_on()
    api.ok("order.place", key=OTHER_KEY, **PLACE)
    assert orders(api) == 0
    assert len(api.venue.exchange.open_orders("you")) == 1
    assert api.ask("openOrders.status", timestamp=NOW_MS)["result"] == []
    assert api.ask("session.status")["result"]["apiKey"] == SESSION_KEY


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = (
    "symbol", "symbols", "side", "type", "timeInForce", "quantity", "price", "orderId", "origClientOrderId",
    "newClientOrderId", "limit", "fromId", "startTime", "endTime", "interval", "windowSize", "cancelReplaceMode",
    "cancelOrderId", "newQty", "orderListId", "listClientOrderId", "subscriptionId", "algoId", "clientAlgoId",
    "returnRateLimits", "recvWindow",
)  # fmt: skip
METHODS = {
    product: [
        *names,
        "session.logon",
        "session.status",
        "session.logout",
        "userDataStream.subscribe",
    ]
    for product, names in ((False, methods._ROUTES[False]), (True, methods._ROUTES[True]))
}


@pytest.mark.parametrize("is_futures", [False, True])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_is_asked_gets_a_reply_of_its_own(is_futures: bool, data: st.DataObject) -> None:
    api = ApiClient(Venue(is_futures=is_futures))
    api.log_on()
    for _ in range(3):
        method = data.draw(st.sampled_from(METHODS[is_futures]))
        known = {"symbol": "BTCUSDT", "timestamp": NOW_MS}
        params = {**known, **data.draw(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=5))}
        reply = api.send(json.dumps({"id": "x", "method": method, "params": params}))
        assert reply["id"] == "x"
        assert ("result" in reply) is (reply["status"] == 200)


# ---------------------------------------------------------------------- times


def test_times_come_in_the_unit_of_the_handshake(spot: Venue, usdm: Venue) -> None:
    api = ApiClient(spot, timeUnit="MICROSECOND")
    assert api.ok("order.place", **PLACE)["transactTime"] == NOW_MS * 1000
    assert api.ask("time")["result"]["serverTime"] >= 10**15
    assert api.log_on()["authorizedSince"] == NOW_MS * 1000
    api.ask("userDataStream.subscribe")
    api.ask("userDataStream.unsubscribe")
    assert api.notices[0]["event"]["E"] == NOW_MS * 1000
    assert ApiClient(usdm, timeUnit="MICROSECOND").log_on()["connectedSince"] == NOW_MS


@pytest.mark.parametrize("params", [{"timeUnit": "NANOSECOND"}, {"responseFormat": "sbe"}])
def test_handshakes_that_ask_for_what_there_is_not_are_refused(
    spot: Venue, params: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"unit|JSON"):
        ApiClient(spot, **params)


# ---------------------------------------------------------------------- limits


def test_replies_tell_of_limits_unless_told_not_to(spot: Venue) -> None:
    api = ApiClient(spot)
    assert api.ask("ping")["rateLimits"] == [weight_row(1)]
    assert "rateLimits" not in api.ask("ping", returnRateLimits=False)
    silent = ApiClient(spot, returnRateLimits="false")
    assert "rateLimits" not in silent.ask("ping")
    assert silent.ask("ping", returnRateLimits=True)["rateLimits"] == [weight_row(2)]
    assert silent.ask("session.status")["result"]["returnRateLimits"] is False
    assert api.signed("account.status", returnRateLimits=False)["status"] == 200


@pytest.mark.parametrize(
    ("method", "params", "weight"),
    [
        ("ping", {}, 1),
        ("exchangeInfo", {}, 20),
        ("depth", {"symbol": "BTCUSDT", "limit": 5000}, 250),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m"}, 2),
        ("session.status", {}, 2),
        ("session.subscriptions", {}, 2),
        ("account.status", None, 20),
        ("openOrders.status", None, 80),
        ("order.test", PLACE, 1),
        ("order.place", PLACE, 0),
        ("order.place", {**PLACE, "quantity": "0"}, 1),
    ],
)
def test_requests_weigh_what_they_do_over_rest(
    api: ApiClient, method: str, params: dict[str, Any] | None, weight: int
) -> None:
    if method in ("order.test", "order.place") or params is None:
        api.signed(method, **(params or {}))
    else:
        api.ask(method, **params)
    assert api.used == weight


def test_who_is_not_let_in_pays_all_the_same(api: ApiClient) -> None:
    assert api.code("order.place", **PLACE) == (400, -1102)
    assert api.code("account.status", apiKey="SomebodyElses") == (401, -2015)
    assert api.used == 21


def test_accepted_orders_count_on_spot_and_all_orders_show_it_on_futures(
    api: ApiClient, futures: ApiClient
) -> None:
    spot_rows = [order_row("SECOND", 10, 100, 1), order_row("DAY", 1, 200_000, 1), weight_row(0)]
    assert api.signed("order.place", **PLACE)["rateLimits"] == spot_rows
    assert api.signed("order.place", **{**PLACE, "quantity": "0"})["rateLimits"] == [weight_row(1)]
    futures_rows = [
        order_row("SECOND", 10, 300, 1),
        order_row("MINUTE", 1, 1200, 1),
        weight_row(0, 2400),
    ]
    assert futures.signed("order.place", **PLACE)["rateLimits"] == futures_rows
    assert futures.signed("order.place", **{**PLACE, "quantity": "0"})["rateLimits"] == futures_rows
    assert futures.signed("account.balance")["rateLimits"] == [weight_row(5, 2400)]


def test_too_many_orders_are_told_until_when(api: ApiClient) -> None:
    api.venue.side.context.counts("me").add(NOW_MS, (100, 100))
    reply = api.signed("order.place", **PLACE)
    assert (reply["status"], reply["error"]["code"]) == (429, -1015)
    assert reply["error"]["data"] == {"serverTime": NOW_MS, "retryAfter": NOW_MS + 10_000}
    assert reply["rateLimits"][0] == order_row("SECOND", 10, 100, 100)
    assert orders(api) == 0


def test_too_much_weight_is_refused_until_the_minutes_end_and_then_banned(api: ApiClient) -> None:
    api.meter.limit = 10
    api.meter.take(10, NOW_MS)
    reply = api.ask("ping")
    assert (reply["status"], reply["error"]["code"]) == (429, -1003)
    assert reply["error"]["data"] == {"serverTime": NOW_MS, "retryAfter": MINUTE_END_MS}
    assert reply["rateLimits"] == [weight_row(11, 10)]
    assert api.reply.closes is None
    while api.ask("account.commission")["status"] == 429:
        pass
    banned = api.ask("ping")
    assert (banned["status"], banned["error"]["data"]["retryAfter"]) == (418, NOW_MS + 120_000)
    assert api.reply.closes == (1008, "disconnected")


def test_an_order_beyond_the_limit_is_not_placed(api: ApiClient) -> None:
    api.meter.limit = 0
    api.meter.take(1, NOW_MS)
    assert api.signed("order.place", **PLACE)["status"] == 429
    assert not api.reply.is_command
    assert orders(api) == 0


def test_the_host_lets_requests_pass_by_weight_and_counts_pings(
    api: ApiClient, futures: ApiClient
) -> None:
    spot_host, futures_host = api.conversation.allowance, futures.conversation.allowance
    assert not spot_host.counts_texts
    assert not futures_host.counts_texts
    assert (spot_host.frames_per_s, spot_host.connect_weight) == (5, 2)
    assert futures_host.connect_weight == 5


# ---------------------------------------------------------------------- events


def test_events_come_with_the_id_of_their_subscription(api: ApiClient) -> None:
    api.ok("userDataStream.subscribe.signature", key=OTHER_KEY)
    api.ok("userDataStream.subscribe.signature")
    wrapped = api.conversation.wrap(user_stream("me"), '{"e":"balanceUpdate"}')
    assert json.loads(wrapped) == {"subscriptionId": 1, "event": {"e": "balanceUpdate"}}
    about = api.conversation.wrap("!serverShutdown", '{"e":"serverShutdown","E":5}')
    assert json.loads(about) == {"event": {"e": "serverShutdown", "E": 5}}
    assert api.conversation.is_served(user_stream("me"))


def test_connections_share_bytes_only_if_their_ids_agree(spot: Venue) -> None:
    one, other, micro = ApiClient(spot), ApiClient(spot), ApiClient(spot, timeUnit="microsecond")
    framings = {client.conversation.framing for client in (one, other)}
    assert len(framings) == 1
    assert micro.conversation.framing not in framings
    other.ok("userDataStream.subscribe.signature", key=OTHER_KEY)
    for client in (one, other):
        client.ok("userDataStream.subscribe.signature")
    assert one.conversation.framing != other.conversation.framing


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize("is_executed", [True, False])
def test_the_outcome_of_an_order_may_be_unknown(api: ApiClient, is_executed: bool) -> None:
    faults = api.venue.side.faults = Faults(order_failures=1, order_failure_executes=is_executed)
    reply = api.signed("order.place", **PLACE)
    assert (reply["status"], reply["error"]["code"]) == (503, -1007)
    assert orders(api) == is_executed
    assert faults.order_failures == 0


def test_what_changes_something_is_a_command(api: ApiClient) -> None:
    found = {}
    for method, params in (
        ("order.place", PLACE),
        ("openOrders.cancelAll", {"symbol": "BTCUSDT"}),
        ("openOrders.status", {}),
    ):
        api.signed(method, **params)
        found[method] = api.reply.is_command
    assert found == {"order.place": True, "openOrders.cancelAll": True, "openOrders.status": False}


def test_methods_can_be_struck_with_a_status_like_paths(api: ApiClient) -> None:
    faults = api.venue.side.faults = Faults(rest_status=503, rest_only={"order.*"})
    assert api.signed("order.place", **PLACE)["error"]["code"] == -1001
    assert api.ask("ping")["status"] == 200
    assert orders(api) == 0
    faults.rest_status, faults.retry_after_s = 418, 7
    reply = api.signed("order.place", **PLACE)
    assert reply["status"] == 418
    assert reply["error"]["data"] == {"serverTime": NOW_MS, "retryAfter": NOW_MS + 7000}
    assert api.reply.closes is not None
    faults.rest_only.clear()
    faults.rest_status = 403
    assert api.ask("ping")["status"] == 403


def test_revoked_keys_are_good_for_nothing(api: ApiClient) -> None:
    faults = api.venue.side.faults = Faults(revoked_keys={KEY})
    assert api.signed("order.place", **PLACE)["error"]["code"] == -2015
    faults.revoked_keys.clear()
    assert api.signed("order.place", **PLACE)["status"] == 200
