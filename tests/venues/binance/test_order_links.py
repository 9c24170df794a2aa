"""Commands in the words of the WebSocket APIs, and answers in the form of REST."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.test_auth import (
    ED25519_KEY,
    ED25519_SIGNER,
    KEY,
    NOW_MS,
    SIGNER,
    vectors,
)
from tests.venues.binance.trading_rig import SPOT_BTC, command

from tickwright.errors import CredentialsRefused, RateLimited, VenueRejected
from tickwright.io.http import retry_after_s
from tickwright.model.orders import ReportedState
from tickwright.venues.base import Endpoints, RestCall, Security, ShutdownNotice
from tickwright.venues.binance.auth import RECV_WINDOW_MS
from tickwright.venues.binance.dialect.private.methods import route_of
from tickwright.venues.binance.dialect.private.signatures import is_signed_by, sorted_payload
from tickwright.venues.binance.dialect.products import SPOT as SPOT_DIALECT
from tickwright.venues.binance.dialect.products import USDM as USDM_DIALECT
from tickwright.venues.binance.order_links import SPOT_ORDERS, USDM_ORDERS, ApiLink
from tickwright.venues.binance.refusals import refusal
from tickwright.venues.binance.spot_trading import SpotTrading
from tickwright.venues.privateside import ApiKey
from tickwright.venues.signing import Credentials, Signer


ORDER = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "clientOrderId": "me-1",
    "status": "NEW",
    "side": "SELL",
    "price": "70000.00000000",
    "origQty": "0.01000000",
    "executedQty": "0.00000000",
}
LIMITS = [
    {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100, "count": 1},
    {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 200000, "count": 57},
    {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000, "count": 2},
]  # fmt: skip
BOTH = pytest.mark.parametrize("link", [SPOT_ORDERS, USDM_ORDERS], ids=["spot", "usdm"])


def a_call(method: str, path: str, **params: str) -> RestCall[None]:
    return RestCall(
        method=method,
        path=path,
        params=tuple(params.items()),
        decode=lambda body, received_ts_ns: None,
        costs={},
        security=Security.SIGNED,
        is_idempotent=False,
    )


def said(link: ApiLink, call: RestCall[Any], signer: Signer = SIGNER) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(link.frame(call, signer, NOW_MS, 7))
    return found


def an_answer(**fields: Any) -> bytes:
    return json.dumps({"id": "7", "status": 200, **fields}).encode()


# ---------------------------------------------------------------------- where


def test_each_product_has_its_path() -> None:
    live = Endpoints(ws_api="wss://ws-api.binance.com:443/")
    assert SPOT_ORDERS.url(live) == "wss://ws-api.binance.com:443/ws-api/v3"
    assert USDM_ORDERS.url(Endpoints(ws_api="wss://ws-fapi.binance.com")) == (
        "wss://ws-fapi.binance.com/ws-fapi/v1"
    )
    assert SPOT_ORDERS.url(Endpoints()) is None


@BOTH
def test_nothing_is_greeted_since_each_request_is_signed(link: ApiLink) -> None:
    assert link.greetings(SIGNER, NOW_MS) == ()
    assert link.ping() is None
    assert link.control(an_answer()) is None


# ---------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    ("link", "route", "method"),
    [
        (SPOT_ORDERS, ("POST", "/api/v3/order"), "order.place"),
        (SPOT_ORDERS, ("DELETE", "/api/v3/order"), "order.cancel"),
        (SPOT_ORDERS, ("PUT", "/api/v3/order/amend/keepPriority"), "order.amend.keepPriority"),
        (SPOT_ORDERS, ("POST", "/api/v3/order/cancelReplace"), "order.cancelReplace"),
        (SPOT_ORDERS, ("POST", "/api/v3/orderList/oco"), "orderList.place.oco"),
        (SPOT_ORDERS, ("POST", "/api/v3/orderList/oto"), "orderList.place.oto"),
        (SPOT_ORDERS, ("POST", "/api/v3/orderList/otoco"), "orderList.place.otoco"),
        (SPOT_ORDERS, ("DELETE", "/api/v3/orderList"), "orderList.cancel"),
        (SPOT_ORDERS, ("DELETE", "/api/v3/openOrders"), "openOrders.cancelAll"),
        (USDM_ORDERS, ("POST", "/fapi/v1/order"), "order.place"),
        (USDM_ORDERS, ("PUT", "/fapi/v1/order"), "order.modify"),
        (USDM_ORDERS, ("DELETE", "/fapi/v1/order"), "order.cancel"),
        (USDM_ORDERS, ("POST", "/fapi/v1/algoOrder"), "algoOrder.place"),
        (USDM_ORDERS, ("DELETE", "/fapi/v1/algoOrder"), "algoOrder.cancel"),
    ],
)
def test_a_method_is_an_endpoint_by_another_name(
    link: ApiLink, route: tuple[str, str], method: str
) -> None:
    call = a_call(*route, symbol="BTCUSDT")
    assert link.offers(call)
    assert said(link, call)["method"] == method
    product = SPOT_DIALECT if link is SPOT_ORDERS else USDM_DIALECT
    assert route_of(product, method) == route


@pytest.mark.parametrize(
    ("link", "route"),
    [
        (SPOT_ORDERS, ("GET", "/api/v3/order")),
        (SPOT_ORDERS, ("POST", "/fapi/v1/order")),
        (USDM_ORDERS, ("POST", "/fapi/v1/batchOrders")),
        (USDM_ORDERS, ("DELETE", "/fapi/v1/allOpenOrders")),
        (USDM_ORDERS, ("DELETE", "/fapi/v1/algoOpenOrders")),
    ],
)
def test_what_is_not_there_is_not_offered(link: ApiLink, route: tuple[str, str]) -> None:
    assert not link.offers(a_call(*route))


def test_a_request_has_rest_s_parameters_with_the_time_the_key_and_a_signature() -> None:
    call = SpotTrading().submit(command(SPOT_BTC), SPOT_BTC)
    request = said(SPOT_ORDERS, call)
    assert request["id"] == "7"
    params = request["params"]
    assert {name: params[name] for name, _ in call.params} == dict(call.params)
    assert params["timestamp"] == NOW_MS
    assert params["recvWindow"] == RECV_WINDOW_MS
    assert params["apiKey"] == "my-api-key"


def test_whole_numbers_are_numbers_and_all_else_is_text() -> None:
    call = a_call(
        "DELETE", "/api/v3/order", symbol="BTCUSDT", orderId="28", quantity="5", trailingDelta="10",
        reduceOnly="true", origClientOrderId="31",
    )  # fmt: skip
    params = said(SPOT_ORDERS, call)["params"]
    assert (params["orderId"], params["trailingDelta"]) == (28, 10)
    assert (params["quantity"], params["reduceOnly"], params["origClientOrderId"]) == (
        "5", "true", "31",
    )  # fmt: skip


def test_g21_requests_are_signed_as_the_venue_shows(shared_data: Path) -> None:
    rows = [
        row
        for row in vectors(shared_data, "wsapi-hmac-sorted-params")
        if row["method"] == "order.place"
        and row["request"]["params"].get("recvWindow") == RECV_WINDOW_MS
    ]
    assert rows
    for row in rows:
        expected = dict(row["request"]["params"])
        ours = {"apiKey", "signature", "timestamp", "recvWindow"}
        given = {name: value for name, value in expected.items() if name not in ours}
        signer = Signer(Credentials(expected["apiKey"], row["secret"]))
        frame = SPOT_ORDERS.frame(
            a_call("POST", "/api/v3/order", **given), signer, expected["timestamp"], 7
        )
        assert json.loads(frame)["params"] == expected


@pytest.mark.parametrize(
    ("signer", "key"), [(SIGNER, KEY), (ED25519_SIGNER, ED25519_KEY)], ids=["hmac", "ed25519"]
)
@given(
    symbol=st.sampled_from(["BTCUSDT", "测试USDT", "１２３４５６"]),
    price=st.decimals(1, 9, places=2),
)
def test_g21_the_venue_accepts_what_we_sign(
    signer: Signer, key: ApiKey, symbol: str, price: object
) -> None:
    call = a_call("POST", "/api/v3/order", symbol=symbol, price=str(price), orderId="28")
    params = said(SPOT_ORDERS, call, signer)["params"]
    signature = params.pop("signature")
    assert is_signed_by(key, sorted_payload(params), signature)


def test_g21_the_venue_accepts_what_an_rsa_key_signs() -> None:
    key = generate_rsa(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signer = Signer(Credentials("my-api-key", private.decode()))
    call = a_call("DELETE", "/api/v3/order", symbol="测试USDT", orderId="28")
    params = said(SPOT_ORDERS, call, signer)["params"]
    signature = params.pop("signature")
    known = ApiKey(key="my-api-key", account="me", public_key=public.decode())
    assert is_signed_by(known, sorted_payload(params), signature)


# ---------------------------------------------------------------------- answers


def test_a_result_is_what_rest_answers_as_body() -> None:
    answer = SPOT_ORDERS.answer(an_answer(result=ORDER, rateLimits=LIMITS))
    assert answer is not None
    assert (answer.request_id, answer.status, answer.is_last) == (7, 200, False)
    call = SpotTrading().submit(command(SPOT_BTC), SPOT_BTC)
    assert refusal(answer.status, answer.body, "POST /api/v3/order") is None
    report = call.decode(answer.body, 1)
    assert (report.state, report.venue_order_id) == (ReportedState.OPEN, "28")


def test_g12_limits_are_told_as_rest_s_headers_tell_them() -> None:
    answer = SPOT_ORDERS.answer(an_answer(result=ORDER, rateLimits=LIMITS))
    assert answer is not None
    assert answer.headers == {
        "x-mbx-order-count-10s": "1",
        "x-mbx-order-count-1d": "57",
        "x-mbx-used-weight-1m": "2",
    }


def test_an_error_is_what_rest_answers_as_body() -> None:
    text = "Account has insufficient balance for requested action."
    answer = SPOT_ORDERS.answer(an_answer(status=400, error={"code": -2010, "msg": text}))
    assert answer is not None
    error = refusal(answer.status, answer.body, "POST /api/v3/order")
    assert isinstance(error, VenueRejected)
    assert (error.status, error.code, error.text) == (400, -2010, text)
    answer = SPOT_ORDERS.answer(an_answer(status=401, error={"code": -2015, "msg": "Invalid"}))
    assert answer is not None
    assert isinstance(refusal(answer.status, answer.body, "x"), CredentialsRefused)


@pytest.mark.parametrize("status", [418, 429])
def test_g12_a_limit_names_the_moment_until_which_to_be_silent(status: int) -> None:
    error = {
        "code": -1003,
        "msg": "Too much request weight used; current limit is 6000 request weight per 1 MINUTE.",
        "data": {"serverTime": 1_795_000_031_000, "retryAfter": 1_795_000_060_000},
    }
    answer = SPOT_ORDERS.answer(an_answer(status=status, error=error))
    assert answer is not None
    assert retry_after_s(answer.headers) == 29.0
    assert isinstance(refusal(answer.status, answer.body, "x"), RateLimited)


@pytest.mark.parametrize(
    "data", [None, {}, [], {"serverTime": 5, "retryAfter": 4}, {"retryAfter": "soon"}]
)
def test_a_limit_that_names_no_moment_has_none(data: object) -> None:
    answer = SPOT_ORDERS.answer(an_answer(status=429, error={"code": -1003, "data": data}))
    assert answer is not None
    assert "retry-after" not in answer.headers


def test_g23_a_notice_of_shutdown_is_read() -> None:
    frame = b'{"event":{"e":"serverShutdown","E":1795000000000}}'
    assert SPOT_ORDERS.answer(frame) is None
    assert SPOT_ORDERS.control(frame) == ShutdownNotice()


@pytest.mark.parametrize(
    "frame",
    [
        b'{"subscriptionId":0,"event":{"e":"executionReport"}}',
        b'{"id":null,"status":400,"error":{"code":-1135,"msg":"Invalid JSON Request"}}',
        b'{"id":"u-1","status":200,"result":{}}',
        b"[]",
        b"",
        b"\xff",
    ],
)
def test_frames_that_answer_no_request_of_ours_are_none(frame: bytes) -> None:
    assert SPOT_ORDERS.answer(frame) is None


def test_g25_a_field_or_a_limit_that_nobody_knows_does_no_harm() -> None:
    unknown = [*LIMITS, {"rateLimitType": "MOONS", "interval": "NIGHT", "count": 3}]
    answer = SPOT_ORDERS.answer(an_answer(result=ORDER, rateLimits=unknown, new={"a": [1]}))
    assert answer is not None
    assert len(answer.headers) == 3


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(frame: bytes) -> None:
    USDM_ORDERS.answer(frame)


def test_g30_neither_the_link_nor_an_answer_shows_a_secret() -> None:
    shown = repr(SPOT_ORDERS) + repr(SPOT_ORDERS.answer(an_answer(result=ORDER)))
    assert "my-secret" not in shown
    assert "my-api-key" not in shown
