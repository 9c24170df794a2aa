"""Commands on the trade socket, and answers in the form of REST."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import (
    CredentialsRefused,
    RateLimited,
    TimestampRefused,
    VenueError,
    VenueRejected,
)
from tickwright.venues.base import Endpoints, RestCall, Security
from tickwright.venues.bybit.dialect.private.access import is_signed_by
from tickwright.venues.bybit.order_link import TradeLink
from tickwright.venues.bybit.refusals import refusal
from tickwright.venues.privateside import ApiKey
from tickwright.venues.signing import Credentials, Signer
from tickwright.venues.trading import Greeted, GreetingRefused


SIGNER = Signer(Credentials("DEMOKEY0001", "demosecret0001"))
NOW_MS = 1_763_640_000_000
LINK = TradeLink()
BODY = b'{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001","price":"89000.0"}'
WHERE = "POST /v5/order/create"


def a_call(path: str, body: bytes = BODY, method: str = "POST") -> RestCall[bytes]:
    return RestCall(
        method=method,
        path=path,
        body=body,
        decode=lambda body, received_ts_ns: body,
        costs={},
        security=Security.SIGNED,
        is_idempotent=False,
    )


def an_answer(**changes: Any) -> bytes:
    """Return the documentation's answer to ``order.create``, with changes."""
    said = {
        "reqId": "7", "retCode": 0, "retMsg": "OK", "op": "order.create",
        "data": {"orderId": "15141634-9867-4d9f-9159-ba37ae9b5fca", "orderLinkId": "bot1-000003"},
        "retExtInfo": {},
        "header": {
            "X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "9",
            "X-Bapi-Limit-Reset-Timestamp": "1763640005010",
            "Traceid": "7731f013426f418c395ff4787e693f5c", "Timenow": "1763640005011",
        },
        "connId": "d4al7m6c0hv96a0jimg0-b9a1",
    }  # fmt: skip
    return json.dumps({**said, **changes}, separators=(",", ":")).encode()


def a_login(**changes: Any) -> bytes:
    said = {"reqId": "1", "retCode": 0, "retMsg": "OK", "op": "auth", "connId": "d4al7m6c0hv96a0"}
    return json.dumps({**said, **changes}).encode()


# ---------------------------------------------------------------------- where, and who


def test_it_connects_to_the_trade_socket_where_there_is_one() -> None:
    live = Endpoints(ws_trade="wss://stream.bybit.com/")
    assert LINK.url(live) == "wss://stream.bybit.com/v5/trade"
    assert LINK.url(Endpoints(ws_private="wss://stream-demo.bybit.com")) is None


def test_g21_it_logs_in_once_with_a_signature_that_the_venue_accepts() -> None:
    (login,) = LINK.greetings(SIGNER, NOW_MS)
    said = json.loads(login)
    assert (said["op"], said["reqId"]) == ("auth", "1")
    key, expires, signature = said["args"]
    assert (key, expires) == ("DEMOKEY0001", NOW_MS + 10_000)
    known = ApiKey(key=key, account="me", secret="demosecret0001")
    assert is_signed_by(known, f"GET/realtime{expires}".encode(), signature)
    assert json.loads(LINK.ping() or "") == {"op": "ping"}


@pytest.mark.parametrize(
    ("code", "text", "kind", "is_final"),
    [
        (10003, "API key is invalid.", CredentialsRefused, True),
        (10004, "error sign! origin_string[GET/realtime…]", CredentialsRefused, True),
        (10003, "Too many sessions under the same UID.", VenueRejected, False),
        (10001, "Params Error", TimestampRefused, False),
        (10002, "invalid request, please check your timestamp", TimestampRefused, False),
        (10006, "Too many visits.", RateLimited, False),
        (10016, "Server error.", VenueRejected, False),
    ],
)
def test_a_login_is_agreed_to_or_refused_for_good_or_for_now(
    code: int, text: str, kind: type[VenueError], is_final: bool
) -> None:
    assert LINK.control(a_login()) == Greeted(1)
    refused = LINK.control(a_login(retCode=code, retMsg=text))
    assert isinstance(refused, GreetingRefused)
    assert isinstance(refused.error, kind)
    assert isinstance(refused.error, CredentialsRefused) is refused.is_final is is_final


# ---------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    "name", ["create", "amend", "cancel", "create-batch", "amend-batch", "cancel-batch"]
)
def test_an_operation_holds_rest_s_body_byte_for_byte(name: str) -> None:
    call = a_call(f"/v5/order/{name}")
    assert LINK.offers(call)
    frame = LINK.frame(call, SIGNER, NOW_MS, 7)
    assert BODY.decode() in frame
    said = json.loads(frame)
    assert said == {
        "reqId": "7",
        "header": {"X-BAPI-TIMESTAMP": str(NOW_MS), "X-BAPI-RECV-WINDOW": "5000"},
        "op": f"order.{name}",
        "args": [json.loads(BODY)],
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v5/order/cancel-all"), ("GET", "/v5/order/create"), ("GET", "/v5/order/realtime")],
)
def test_what_is_not_there_is_not_offered(method: str, path: str) -> None:
    assert not LINK.offers(a_call(path, method=method))


def test_g21_names_that_are_not_ascii_stay_as_they_are() -> None:
    body = '{"symbol":"测试USDT"}'
    assert body in LINK.frame(a_call("/v5/order/create", body.encode()), SIGNER, NOW_MS, 7)


# ---------------------------------------------------------------------- answers


def test_data_are_what_rest_answers_as_result() -> None:
    answer = LINK.answer(an_answer())
    assert answer is not None
    assert (answer.request_id, answer.status, answer.is_last) == (7, 200, False)
    assert json.loads(answer.body) == {
        "retCode": 0,
        "retMsg": "OK",
        "result": {
            "orderId": "15141634-9867-4d9f-9159-ba37ae9b5fca",
            "orderLinkId": "bot1-000003",
        },
        "retExtInfo": {},
    }
    assert refusal(answer.status, answer.body, WHERE) is None
    assert answer.headers["x-bapi-limit-status"] == "9"


def test_a_refusal_is_the_one_that_rest_would_have_given() -> None:
    answer = LINK.answer(
        an_answer(retCode=110001, retMsg="order not exists or too late to cancel", data={})
    )
    assert answer is not None
    error = refusal(answer.status, answer.body, WHERE)
    assert isinstance(error, VenueRejected)
    assert (error.code, error.text) == (110001, "order not exists or too late to cancel")


@pytest.mark.parametrize("code", [10006, 10403, 10429])
def test_g12_limits_are_limits_here_too(code: int) -> None:
    answer = LINK.answer(an_answer(retCode=code, retMsg="Too many visits!", data={}))
    assert answer is not None
    assert isinstance(refusal(answer.status, answer.body, WHERE), RateLimited)


def test_a_batch_keeps_the_outcome_of_each_order() -> None:
    details = {
        "list": [{"code": 0, "msg": "OK"}, {"code": 110072, "msg": "OrderLinkedID is duplicate"}]
    }
    answer = LINK.answer(an_answer(op="order.create-batch", retExtInfo=details))
    assert answer is not None
    assert json.loads(answer.body)["retExtInfo"] == details


def test_a_server_that_restarts_takes_no_more_requests() -> None:
    answer = LINK.answer(an_answer(retCode=10019, retMsg="server restarting", data={}))
    assert answer is not None
    assert answer.is_last


def test_g24_numbers_pass_through_as_they_came() -> None:
    frame = an_answer().replace(b'"orderLinkId":"bot1-000003"', b'"n":0.10000000000000000001')
    answer = LINK.answer(frame)
    assert answer is not None
    read = json.loads(answer.body, parse_float=Decimal)
    assert read["result"]["n"] == Decimal("0.10000000000000000001")


@pytest.mark.parametrize(
    "frame",
    [
        a_login(),
        b'{"retCode":0,"retMsg":"OK","op":"pong","data":["1763640000123"],"connId":"c"}',
        b'{"reqId":"8","retCode":0,"retMsg":"OK","op":"pong","data":["1763640000123"],"connId":"c"}',
        b'{"retCode":10404,"retMsg":"op type is not found","op":"order.fly","connId":"c"}',
        b'{"reqId":"mine","retCode":0,"op":"order.create"}',
        b"[]",
        b"",
    ],
)
def test_frames_that_answer_no_request_of_ours_are_none(frame: bytes) -> None:
    assert LINK.answer(frame) is None


@pytest.mark.parametrize("frame", [an_answer(), b"[]", b"", b'{"op":"pong"}'])
def test_frames_that_answer_no_login_are_none(frame: bytes) -> None:
    assert LINK.control(frame) is None


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(frame: bytes) -> None:
    LINK.answer(frame)
    LINK.control(frame)
