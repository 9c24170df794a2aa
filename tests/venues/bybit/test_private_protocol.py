"""Words on the private and the trade socket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import RateLimited, VenueRejected
from tickwright.venues.base import Ack, Control, Ignored, Nack
from tickwright.venues.bybit.limits import LimitReport, limit_report
from tickwright.venues.bybit.private_protocol import PRIVATE_TOPICS, PrivateTopics, TradeSocket
from tickwright.venues.signing import Credentials, Signer


SIGNER = Signer(Credentials("DEMOKEY0001", "demosecret0001"))
NOW_MS = 1_763_640_000_000
SIGNED = [
    "DEMOKEY0001",
    1_763_640_010_000,
    "69a2bd74a896cc86f513e7e8a8e94263d9d0aa0c7774ce52794bc563ac72233d",
]
private, trade = PrivateTopics(), TradeSocket()


def test_each_socket_has_its_path() -> None:
    assert private.url("wss://stream.bybit.com", "") == "wss://stream.bybit.com/v5/private"
    assert trade.url("wss://stream.bybit.com/") == "wss://stream.bybit.com/v5/trade"


def test_g21_a_login_is_the_same_in_two_spellings() -> None:
    assert json.loads(private.login(SIGNER, NOW_MS, 1)) == {
        "req_id": "1",
        "op": "auth",
        "args": SIGNED,
    }
    assert json.loads(trade.login(SIGNER, NOW_MS, 1)) == {
        "reqId": "1",
        "op": "auth",
        "args": SIGNED,
    }


@pytest.mark.parametrize(
    ("frame", "control"),
    [
        ('{"success":true,"ret_msg":"","op":"auth","conn_id":"c-p","req_id":"1"}', Ack(1)),
        ('{"success":true,"ret_msg":"","op":"auth","conn_id":"c-p"}', Ignored()),
        ('{"success":false,"ret_msg":"Params Error","op":"auth","conn_id":"c"}', Nack(None, "Params Error")),
        ('{"success":false,"op":"auth","req_id":"1"}', Nack(1, "the login was refused")),
        ('{"success":true,"ret_msg":"subscribe","conn_id":"c","req_id":"2","op":"subscribe"}', Ack(2)),
        ('{"success":false,"ret_msg":"Request not authorized","req_id":"2","op":"subscribe"}',
         Nack(2, "Request not authorized")),
        ('{"req_id":"3","op":"pong","args":["1763640000123"],"conn_id":"c"}', Ignored()),
        ("[", None),
    ],
)  # fmt: skip
def test_answers_of_the_private_socket(frame: str, control: Control | None) -> None:
    assert private.control(frame.encode()) == control


def test_private_topics_are_told_by_their_names() -> None:
    frame = b'{"id":"5923_1","topic":"order","creationTime":1672364262474,"data":[]}'
    assert private.stream_of(frame) == "order"
    assert json.loads(private.subscribe(PRIVATE_TOPICS, 2))["args"] == list(PRIVATE_TOPICS)


def test_a_command_is_stamped_and_holds_the_body_of_rest() -> None:
    body = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "bot1-3"}
    assert json.loads(trade.command("order.cancel", json.dumps(body).encode(), NOW_MS, 7)) == {
        "reqId": "7",
        "header": {"X-BAPI-TIMESTAMP": str(NOW_MS), "X-BAPI-RECV-WINDOW": "5000"},
        "op": "order.cancel",
        "args": [body],
    }


def a_reply(**changes: Any) -> bytes:
    said = {
        "reqId": "7", "retCode": 0, "retMsg": "OK", "op": "order.create",
        "data": {"orderId": "15141634", "orderLinkId": "bot1-3"}, "retExtInfo": {},
        "header": {"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": 9, "X-Bapi-Limit-Reset-Timestamp": "1763640005010"},
        "connId": "d4al7m6c0hv96a0jimg0-b9a1",
    }  # fmt: skip
    return json.dumps({**said, **changes}).encode()


def test_an_answer_names_its_request_and_what_is_left_of_the_limit() -> None:
    reply = trade.reply(a_reply())
    assert reply is not None
    assert (reply.number, reply.error, reply.is_pong) == (7, None, False)
    assert json.loads(bytes(reply.data)) == {"orderId": "15141634", "orderLinkId": "bot1-3"}
    assert limit_report(reply.header) == LimitReport(10, 9, 1_763_640_005_010_000_000)


def test_a_refusal_is_the_error_that_rest_would_have_given() -> None:
    reply = trade.reply(
        a_reply(retCode=110001, retMsg="order not exists or too late to cancel", data={})
    )
    assert reply is not None
    assert isinstance(reply.error, VenueRejected)
    assert (reply.error.code, reply.error.where) == (110001, "order.create")
    limited = trade.reply(a_reply(retCode=10403, retMsg="Too many visits!"))
    assert limited is not None
    assert isinstance(limited.error, RateLimited)


def test_a_batch_keeps_the_outcome_of_each_order() -> None:
    details = {
        "list": [{"code": 0, "msg": "OK"}, {"code": 110072, "msg": "OrderLinkedID is duplicate"}]
    }
    reply = trade.reply(a_reply(op="order.create-batch", retExtInfo=details))
    assert reply is not None
    assert reply.error is None
    assert json.loads(bytes(reply.details)) == details


def test_a_ping_is_a_text_and_its_answer_known() -> None:
    assert json.loads(trade.ping()) == {"op": "ping"}
    assert json.loads(trade.ping(8)) == {"reqId": "8", "op": "ping"}
    pong = trade.reply(
        b'{"retCode":0,"retMsg":"OK","op":"pong","data":["1763640000123"],"connId":"c"}'
    )
    assert pong is not None
    assert pong.is_pong
    assert pong.number is None


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(frame: bytes) -> None:
    private.control(frame)
    trade.reply(frame)
