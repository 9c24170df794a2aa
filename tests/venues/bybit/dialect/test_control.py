from __future__ import annotations

import json
from typing import Any

import pytest
from tests.venues.bybit.dialect.samples import NOW_MS, read

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.control import (
    ARGS_BYTES_MAX,
    PublicConversation,
    public_category,
)
from tickwright.venues.dialects import Reply


LISTED = {"linear/BTCUSDT", "spot/BTCUSDT", "linear/ETHUSDT"}


def talk(category: Category = LINEAR) -> PublicConversation:
    return PublicConversation(category, lambda key: key in LISTED or "COIN" in key, 1)


def ask(conversation: PublicConversation, op: str, *args: str, **more: Any) -> Reply:
    text = json.dumps({"op": op, "args": args, **more})
    return conversation.answer(text, now_ms=NOW_MS, refused={})


def test_a_contracts_socket_acknowledges_with_an_empty_text() -> None:
    reply = ask(talk(), "subscribe", "tickers.BTCUSDT", "publicTrade.BTCUSDT", req_id="s-1")
    assert read(reply.text) == {
        "success": True,
        "ret_msg": "",
        "conn_id": "7d269cfe-0000-4000-8000-000000000001",
        "req_id": "s-1",
        "op": "subscribe",
    }
    assert reply.added == ("linear/tickers.BTCUSDT", "linear/publicTrade.BTCUSDT")


def test_a_spot_socket_names_the_operation_and_leaves_out_an_absent_id() -> None:
    body = read(ask(talk(SPOT), "subscribe", "tickers.BTCUSDT").text)
    assert body["ret_msg"] == "subscribe"
    assert "req_id" not in body


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("orderbook.500.BTCUSDT", "error:handler not found,topic:orderbook.500.BTCUSDT"),
        ("tickers.btcusdt", "error:handler not found,topic:tickers.btcusdt"),
        ("tickers.NOPEUSDT", "error:handler not found,topic:tickers.NOPEUSDT"),
        ("order", "error:handler not found,topic:order"),
    ],
)
def test_one_bad_topic_refuses_the_whole_request(topic: str, text: str) -> None:
    conversation = talk()
    reply = ask(conversation, "subscribe", "tickers.BTCUSDT", topic)
    assert read(reply.text)["success"] is False
    assert read(reply.text)["ret_msg"] == text
    assert reply.added == ()
    assert not conversation.streams


def test_spot_has_words_of_its_own_for_an_unknown_symbol() -> None:
    body = read(ask(talk(SPOT), "subscribe", "tickers.NOPEUSDT").text)
    assert body["ret_msg"] == "Invalid symbol :[tickers.NOPEUSDT]"


def test_twice_is_refused_within_a_request_and_across_two() -> None:
    conversation = talk()
    twice = "error:already subscribed,topic:tickers.BTCUSDT"
    double = ask(conversation, "subscribe", "tickers.BTCUSDT", "tickers.BTCUSDT")
    assert read(double.text)["ret_msg"] == twice
    assert ask(conversation, "subscribe", "tickers.BTCUSDT").added
    assert read(ask(conversation, "subscribe", "tickers.BTCUSDT").text)["ret_msg"] == twice


def test_spot_takes_ten_topics_a_request_and_escapes_its_complaint() -> None:
    topics = [f"tickers.COIN{n}USDT" for n in range(11)]
    reply = ask(talk(SPOT), "subscribe", *topics)
    assert "args size \\u003e10" in reply.text
    assert len(ask(talk(SPOT), "subscribe", *topics[:10]).added) == 10
    assert len(ask(talk(), "subscribe", *topics).added) == 11


def test_all_topics_of_a_connection_together_have_a_length() -> None:
    conversation = talk()
    topics = [f"publicTrade.COIN{n:05}USDT" for n in range(ARGS_BYTES_MAX // 25)]
    assert ask(conversation, "subscribe", *topics).added
    reply = ask(conversation, "subscribe", "tickers.BTCUSDT")
    assert "21000" in read(reply.text)["ret_msg"]


def test_unsubscribing_from_what_was_never_wanted_succeeds() -> None:
    conversation = talk()
    ask(conversation, "subscribe", "tickers.BTCUSDT")
    reply = ask(conversation, "unsubscribe", "tickers.BTCUSDT", "tickers.ETHUSDT")
    assert read(reply.text)["success"] is True
    assert reply.removed == ("linear/tickers.BTCUSDT",)
    assert not conversation.streams


def test_a_ping_is_answered_under_its_own_name() -> None:
    body = read(talk().answer('{"req_id":"p-1","op":"ping"}', now_ms=NOW_MS, refused={}).text)
    assert (body["success"], body["ret_msg"], body["op"]) == (True, "pong", "ping")
    assert body["req_id"] == "p-1"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ('{"op":"dance"}', "error:invalid op"),
        ("{}", "error:invalid op"),
        ("hello", "Failed to decode incoming data:readObjectStart: expect { or n, but found h"),
        ("[]", "Failed to decode incoming data"),
        ("", "Failed to decode incoming data"),
        ('{"op":"subscribe"}', "error:request args is empty"),
    ],
)
def test_nonsense_is_answered_and_the_socket_stays(text: str, start: str) -> None:
    reply = talk().answer(text, now_ms=NOW_MS, refused={})
    assert read(reply.text)["ret_msg"].startswith(start)
    assert reply.closes is None


def test_a_fault_refuses_a_topic_by_its_name_or_its_streams() -> None:
    for name in ("tickers.BTCUSDT", "linear/tickers.BTCUSDT"):
        message = '{"op":"subscribe","args":["tickers.BTCUSDT"]}'
        reply = talk().answer(message, now_ms=NOW_MS, refused={name: "no way"})
        assert read(reply.text)["ret_msg"] == "no way"


def test_who_subscribed_to_nothing_may_not_be_quiet_for_long() -> None:
    conversation = talk()
    assert conversation.allowance.quiet_s == 61
    ask(conversation, "subscribe", "tickers.BTCUSDT")
    assert conversation.allowance.quiet_s == 600


def test_the_path_names_the_category() -> None:
    assert public_category("/v5/public/spot") is SPOT
    for path in ("/v5/public/option", "/v5/private", "/spot", "/v5/public/spot/"):
        assert public_category(path) is None


def test_frames_are_not_wrapped() -> None:
    conversation = talk()
    assert conversation.wrap("linear/tickers.BTCUSDT", "{}") == "{}"
    assert conversation.is_served("linear/tickers.BTCUSDT")
