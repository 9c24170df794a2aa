"""The door: keys, signatures, timing, weights and order counts, and which complaint comes first."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.venues.binance.dialect.private.kit import KEY, NOW_MS, READER_KEY, Venue, signed

from tickwright.sandbox import Faults
from tickwright.venues.binance.dialect.private.desk import to_ms, to_us
from tickwright.venues.dialects import RestRequest


ACCOUNT = "/api/v3/account"
ORDER = "/api/v3/order"
MARKET: dict[str, Any] = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}


def codes(venue: Venue, request: RestRequest) -> tuple[int, int]:
    answer = venue.send(request)
    return answer.status, json.loads(answer.body).get("code", 0)


def request(venue: Venue, **changes: str) -> RestRequest:
    params = {"timestamp": str(NOW_MS)}
    return msgspec.structs.replace(signed("GET", ACCOUNT, params), **changes)


def test_paths_of_others_are_left_to_others(spot: Venue) -> None:
    for method, path in (
        ("GET", "/api/v3/depth"),
        ("PUT", "/api/v3/order"),
        ("GET", "/fapi/v1/order"),
    ):
        unknown = RestRequest(method=method, path=path)
        assert spot.side.answer(unknown, NOW_MS) is None
        assert spot.side.weight(unknown) is None


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [("", 401, -2014), ("a b", 401, -2014), ("short", 401, -2014), ("SomebodyElses", 401, -2015)],
)
def test_a_key_must_be_well_formed_and_known(spot: Venue, key: str, status: int, code: int) -> None:
    asked = msgspec.structs.replace(request(spot), headers={"x-mbx-apikey": key})
    assert codes(spot, asked) == (status, code)


def test_a_key_that_may_only_look_places_no_orders(spot: Venue) -> None:
    assert spot.call("GET", ACCOUNT, key=READER_KEY)[0] == 200
    status, body = spot.call("POST", ORDER, key=READER_KEY, **MARKET)
    assert (status, body["code"]) == (401, -2015)


def test_complaints_come_in_the_order_key_presence_signature_time_parameters(spot: Venue) -> None:
    headers = {"x-mbx-apikey": KEY}

    def code(query: str) -> int:
        return codes(spot, RestRequest(method="GET", path=ORDER, query=query, headers=headers))[1]

    assert code("signature=bad") == -1102
    assert code("timestamp=1") == -1102
    assert code("timestamp=1&signature=bad") == -1022
    old = signed("GET", ORDER, {"timestamp": "1"})
    assert codes(spot, old) == (400, -1021)
    bare = signed("GET", ORDER, {"timestamp": str(NOW_MS)})
    assert codes(spot, bare) == (400, -1102)
    twice = signed("GET", ORDER, {"timestamp": str(NOW_MS)})
    doubled = msgspec.structs.replace(twice, query=f"{twice.query}&timestamp=1")
    assert codes(spot, doubled) == (400, -1101)


def test_the_signature_covers_the_bytes_as_they_were_sent(spot: Venue) -> None:
    good = signed("GET", ORDER, {"symbol": "BTCUSDT", "orderId": "1", "timestamp": str(NOW_MS)})
    assert codes(spot, good) == (400, -2013)
    recoded = good.query.replace("BTCUSDT", "%42TCUSDT")
    assert codes(spot, msgspec.structs.replace(good, query=recoded)) == (400, -1022)
    fields = good.query.split("&")
    reordered = "&".join([fields[1], fields[0], *fields[2:]])
    assert codes(spot, msgspec.structs.replace(good, query=reordered)) == (400, -1022)


def test_a_form_may_carry_parameters_and_signature(spot: Venue) -> None:
    params = {**{name: str(value) for name, value in MARKET.items()}, "timestamp": str(NOW_MS)}
    all_of_it = signed("POST", ORDER, params)
    in_body = msgspec.structs.replace(all_of_it, query="", body=all_of_it.query.encode())
    assert codes(spot, in_body) == (200, 0)
    assert codes(spot, msgspec.structs.replace(in_body, method="GET", path=ACCOUNT))[1] == -1102


def test_a_refused_request_is_charged_and_a_free_success_is_not(spot: Venue) -> None:
    placed = signed("POST", ORDER, {**MARKET, "timestamp": str(NOW_MS)})
    assert spot.side.weight(placed) == 0
    assert spot.send(placed).weight == 0
    spot.refused("POST", ORDER, **{**MARKET, "quantity": "0"})
    assert spot.answered is not None
    assert spot.answered.weight == 1
    asked = signed("GET", "/api/v3/openOrders", {"timestamp": str(NOW_MS)})
    assert spot.side.weight(asked) == 80
    assert spot.side.weight(msgspec.structs.replace(asked, query="symbol=BTCUSDT")) == 6
    assert spot.side.weight(msgspec.structs.replace(asked, query="a=1&a=1")) == 1


def test_accepted_orders_carry_their_count(spot: Venue) -> None:
    spot.ok(
        "POST",
        ORDER,
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.01",
        price="60000",
    )
    assert spot.answered is not None
    assert spot.answered.headers == {"x-mbx-order-count-10s": "1", "x-mbx-order-count-1d": "1"}
    spot.refused("POST", ORDER, **{**MARKET, "quantity": "0"})
    assert spot.answered.headers == {}


def test_too_many_orders_are_refused_with_a_time_to_wait(spot: Venue) -> None:
    counts = spot.side.context.counts("me")
    counts.add(NOW_MS, (100, 100))
    assert spot.call("POST", ORDER, **MARKET) == (
        429,
        {"code": -1015, "msg": "Too many new orders; current limit is 100 orders per 10 SECOND."},
    )
    assert spot.answered is not None
    assert spot.answered.headers["Retry-After"] == "10"
    assert spot.exchange.fills("me") == []


def test_times_come_in_the_unit_that_was_asked_for(spot: Venue, usdm: Venue) -> None:
    asked = request(spot)
    for unit, updated in (("MICROSECOND", NOW_MS * 1000), ("millisecond", NOW_MS)):
        headers = {**asked.headers, "x-mbx-time-unit": unit}
        body = json.loads(spot.send(msgspec.structs.replace(asked, headers=headers)).body)
        assert body["updateTime"] == updated
    headers = {**asked.headers, "x-mbx-time-unit": "NANOSECOND"}
    assert codes(spot, msgspec.structs.replace(asked, headers=headers)) == (400, -1194)
    futures = signed("GET", "/fapi/v3/balance", {"timestamp": str(NOW_MS)})
    headers = {**futures.headers, "x-mbx-time-unit": "MICROSECOND"}
    rows = json.loads(usdm.send(msgspec.structs.replace(futures, headers=headers)).body)
    assert rows[0]["updateTime"] == NOW_MS
    assert (to_ms(1_999_999), to_us(1_999)) == (1, 1)


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize("is_executed", [True, False])
def test_the_answer_to_an_order_may_fail_with_and_without_the_order(
    spot: Venue, is_executed: bool
) -> None:
    faults = spot.side.faults = Faults(order_failures=1)
    faults.order_failure_executes = is_executed
    spot.ok("GET", ACCOUNT)
    assert spot.call("POST", ORDER, **MARKET) == (
        503,
        {
            "code": -1007,
            "msg": "Timeout waiting for response from backend server. Send status unknown;"
            " execution status unknown.",
        },
    )
    assert bool(spot.exchange.fills("me")) is is_executed
    spot.ok("POST", ORDER, **MARKET)
    assert spot.side.faults is faults


def test_a_stepped_clock_refuses_who_has_the_right_time(spot: Venue) -> None:
    asked = request(spot)
    market_goes_elsewhere = NOW_MS + 10**9
    assert spot.send(asked, market_goes_elsewhere).status == 200
    faults = spot.side.faults = Faults()
    faults.clock_step_s = -30.0
    assert spot.send(asked, NOW_MS - 30_000).status == 400
    assert spot.call("GET", ACCOUNT, timestamp=NOW_MS - 30_000)[0] == 200


def test_queries_may_lag_behind(spot: Venue, usdm: Venue) -> None:
    for venue, path in ((spot, ORDER), (usdm, "/fapi/v1/order")):
        faults = venue.side.faults = Faults()
        faults.query_lag_s = 1.5
        placed = venue.ok("POST", path, **MARKET)
        ask = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
        assert venue.refused("GET", path, **ask)[0] == -2013
        venue.market.now_ms += 1500
        assert venue.ok("GET", path, **ask)["status"] == "FILLED"


def test_listen_keys_may_be_short_lived_and_fail_to_be_kept(usdm: Venue) -> None:
    faults = usdm.side.faults = Faults(keepalive_failures=1)
    faults.listen_key_lifetime_s = 2.0

    def listen(method: str, now_ms: int) -> int:
        asked = RestRequest(method=method, path="/fapi/v1/listenKey", headers={"x-mbx-apikey": KEY})
        usdm.market.now_ms = now_ms
        return usdm.send(asked).status

    assert listen("POST", NOW_MS) == 200
    assert listen("PUT", NOW_MS) == 400
    assert listen("PUT", NOW_MS + 1999) == 200
    assert listen("PUT", NOW_MS + 4000) == 400
