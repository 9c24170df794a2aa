from __future__ import annotations

import json

import pytest
from tests.venues.bybit.dialect.private.kit import KEY, Venue, read, say
from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.venues.bybit.dialect.meter import AddressMeter
from tickwright.venues.bybit.dialect.private.usersocket import active_time_s


def test_a_login_succeeds_and_says_so(venue: Venue) -> None:
    talk = venue.user_socket()
    reply = say(talk, {"req_id": "a-1", "op": "auth", "args": venue.login()})
    body = read(reply)
    assert (body["success"], body["ret_msg"], body["op"], body["req_id"]) == (
        True,
        "",
        "auth",
        "a-1",
    )
    assert reply.is_logon


@pytest.mark.parametrize("args", [None, [KEY, NOW_MS - 1, "x"], ["x"]])
def test_an_expired_login_is_a_parameter_error_and_the_socket_stays(
    venue: Venue, args: object
) -> None:
    talk = venue.user_socket()
    reply = say(talk, {"op": "auth", "args": args})
    assert (read(reply)["success"], read(reply)["ret_msg"]) == (False, "Params Error")
    assert reply.closes is None
    assert say(talk, {"op": "auth", "args": venue.login()}).is_logon


def test_nothing_is_subscribed_before_the_login(venue: Venue) -> None:
    reply = say(venue.user_socket(), {"op": "subscribe", "args": ["order"]})
    assert read(reply)["success"] is False
    assert reply.added == ()


def test_topics_are_streams_of_the_account(venue: Venue) -> None:
    talk = venue.user_socket("wallet")
    reply = say(talk, {"op": "subscribe", "args": ["order.linear", "dcp.future"]})
    assert reply.added == ("user/me/order.linear", "user/me/dcp.future")
    gone = say(talk, {"op": "unsubscribe", "args": ["order.linear", "greeks"]})
    assert gone.removed == ("user/me/order.linear",)


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["order", "tickers.BTCUSDT"], "error:handler not found,topic:tickers.BTCUSDT"),
        (["wallet"], "error:already subscribed,topic:wallet"),
        (["order", "order.linear"], "may not be mixed"),
        ([], "error:request args is empty"),
    ],
)
def test_one_bad_topic_refuses_the_whole_request(venue: Venue, args: list[str], text: str) -> None:
    talk = venue.user_socket("wallet")
    reply = say(talk, {"op": "subscribe", "args": args})
    assert text in read(reply)["ret_msg"]
    assert reply.added == ()


def test_a_fault_refuses_a_topic(venue: Venue) -> None:
    talk = venue.user_socket("wallet")
    asked = '{"op":"subscribe","args":["order"]}'
    reply = talk.answer(asked, now_ms=NOW_MS, refused={"order": "no way"})
    assert read(reply)["ret_msg"] == "no way"


def test_a_ping_is_answered_with_a_pong_and_the_time(venue: Venue) -> None:
    body = read(say(venue.user_socket(), {"req_id": "p-1", "op": "ping"}))
    assert (body["op"], body["args"], body["req_id"]) == ("pong", [str(NOW_MS)], "p-1")


def test_nonsense_is_answered(venue: Venue) -> None:
    talk = venue.user_socket()
    assert read(say(talk, "hello"))["success"] is False
    assert read(say(talk, {"op": "dance"}))["ret_msg"] == "error:invalid op"


def test_the_url_says_how_long_it_may_be_quiet(venue: Venue) -> None:
    assert active_time_s({"max_active_time": "45s"}) == 45
    for wrong in ("5s", "20m", "x", "s", "10h"):
        with pytest.raises(ValueError, match="max_active_time"):
            active_time_s({"max_active_time": wrong})
    assert venue.user_socket().allowance.quiet_s == 600
    assert venue.user_socket().wrap("user/me/order", "{}") == "{}"


def test_a_login_by_the_time_of_a_market_that_stands_still_is_taken(venue: Venue) -> None:
    talk = venue.side.converse(
        "/v5/private", {}, query="", meter=AddressMeter(), now_ms=venue.market.now_ms
    )
    assert talk is not None
    text = json.dumps({"op": "auth", "args": venue.login()})
    a_day_later = venue.market.now_ms + 86_400_000
    assert talk.answer(text, now_ms=a_day_later, refused={}).is_logon
