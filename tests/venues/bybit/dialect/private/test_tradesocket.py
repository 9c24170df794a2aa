from __future__ import annotations

from typing import Any

import pytest
from tests.venues.bybit.dialect.private.kit import KEY, Venue, column, read, say
from tests.venues.bybit.dialect.samples import NOW_MS


ORDER = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.01",
    "price": "64000",
    "orderLinkId": "bot-1",
}


def operation(op: str, args: object, **more: Any) -> dict[str, Any]:
    header = {"X-BAPI-TIMESTAMP": str(NOW_MS), "X-BAPI-RECV-WINDOW": 5000}
    return {"reqId": "r-1", "header": header, "op": op, "args": args, **more}


def test_a_login_succeeds_once(venue: Venue) -> None:
    talk = venue.trade_socket(is_in=False)
    reply = say(talk, {"reqId": "a-1", "op": "auth", "args": venue.login()})
    body = read(reply)
    assert (body["retCode"], body["retMsg"], body["op"], body["reqId"]) == (0, "OK", "auth", "a-1")
    assert reply.is_logon
    again = read(say(talk, {"op": "auth", "args": venue.login()}))
    assert again["retCode"] == 20001


@pytest.mark.parametrize(
    ("args", "code"), [([KEY, NOW_MS + 9, "x"], 10004), ([KEY, 5, "x"], 10001), (None, 10001)]
)
def test_a_bad_login_is_refused(venue: Venue, args: object, code: int) -> None:
    talk = venue.trade_socket(is_in=False)
    assert read(say(talk, {"op": "auth", "args": args}))["retCode"] == code
    assert read(say(talk, operation("order.create", [ORDER])))["retCode"] == 10003


def test_an_order_is_acknowledged_with_ids_limits_and_the_time(venue: Venue) -> None:
    reply = say(venue.trade_socket(), operation("order.create", [ORDER]))
    body = read(reply)
    assert (body["reqId"], body["retCode"], body["op"]) == ("r-1", 0, "order.create")
    assert body["data"]["orderLinkId"] == "bot-1"
    assert venue.order(body["data"]["orderId"])["orderStatus"] == "New"
    header = body["header"]
    assert (header["X-Bapi-Limit"], header["X-Bapi-Limit-Status"]) == ("10", "9")
    assert header["Timenow"] == str(NOW_MS)
    assert reply.is_command


def test_a_refused_order_keeps_its_operation_and_has_no_data(venue: Venue) -> None:
    cancel = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "nobody"}
    body = read(say(venue.trade_socket(), operation("order.cancel", [cancel])))
    assert (body["retCode"], body["op"], body["data"]) == (110001, "order.cancel", {})
    assert body["retMsg"] == "order not exists or too late to cancel"


def test_batches_tell_each_outcome(venue: Venue) -> None:
    rows = {"category": "linear", "request": [ORDER, ORDER]}
    body = read(say(venue.trade_socket(), operation("order.create-batch", [rows])))
    assert body["retCode"] == 0
    assert column(body["retExtInfo"]["list"], "code") == [0, 110072]
    assert body["header"]["X-Bapi-Limit-Status"] == "8"


def test_rest_and_socket_share_their_limits(venue: Venue) -> None:
    talk = venue.trade_socket()
    for number in range(9):
        asked = operation(
            "order.create", [{**ORDER, "orderLinkId": f"s-{number}"}], reqId=f"{number}"
        )
        assert read(say(talk, asked))["retCode"] == 0
    for code in (0, 10006):
        rest = {**ORDER, "orderLinkId": f"rest-{code}"}
        assert venue.ask("POST", "/v5/order/create", **rest)["retCode"] == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (operation("order.dance", [ORDER]), 10404),
        (operation("create", [ORDER]), 10404),
        (operation("order.create", [{**ORDER, "category": "spread"}]), 10404),
        (operation("order.create", []), 10001),
        (operation("order.create", [ORDER, ORDER]), 10001),
        (operation("order.create", [ORDER], header={}), 10002),
        (operation("order.create", [ORDER], header={"X-BAPI-TIMESTAMP": NOW_MS - 9999}), 10002),
        (operation("order.create", [ORDER], reqId="x" * 37), 10001),
        ("hello", 10001),
    ],
)
def test_what_cannot_be_carried_out_is_refused(venue: Venue, message: object, code: int) -> None:
    reply = say(venue.trade_socket(), message)
    assert read(reply)["retCode"] == code
    assert not reply.is_command
    assert venue.get("/v5/order/realtime", category="linear", symbol="BTCUSDT")["list"] == []


def test_a_request_id_is_used_once(venue: Venue) -> None:
    talk = venue.trade_socket()
    assert read(say(talk, operation("order.create", [ORDER])))["retCode"] == 0
    assert read(say(talk, operation("order.create", [ORDER])))["retCode"] == 20006


def test_an_address_may_send_so_many_in_a_second(venue: Venue) -> None:
    talk = venue.trade_socket()
    codes = [
        read(say(talk, operation("order.cancel", [ORDER], reqId=f"{n}")))["retCode"]
        for n in range(3001)
    ]
    assert codes[-1] == 10403
    assert 10403 not in codes[:-1]


def test_a_ping_is_answered_with_the_time(venue: Venue) -> None:
    body = read(say(venue.trade_socket(is_in=False), {"op": "ping"}))
    assert (body["op"], body["data"], body["retCode"]) == ("pong", [str(NOW_MS)], 0)


def test_there_are_no_streams(venue: Venue) -> None:
    talk = venue.trade_socket()
    assert not talk.is_served("user/me/order")
    assert talk.wrap("", "{}") == "{}"
    assert talk.allowance.quiet_s == 600


def test_a_request_id_is_used_once_on_all_sockets_of_an_account(venue: Venue) -> None:
    codes = [
        read(say(venue.trade_socket(), operation("order.create", [ORDER])))["retCode"]
        for _ in range(2)
    ]
    assert codes == [0, 20006]
