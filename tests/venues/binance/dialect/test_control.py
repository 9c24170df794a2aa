"""Replies and texts as section 3 of the venue's reference gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.venues.binance.dialect.control import Conversation, error_reply
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM, DialectProduct


def ask(conversation: Conversation, method: str, *params: object, request_id: object = 1) -> Any:
    message = {"method": method, "params": list(params), "id": request_id}
    return json.loads(conversation.answer(json.dumps(message)).text)


def test_subscribing_is_answered_with_null() -> None:
    conversation = Conversation(SPOT, "/stream")
    reply = conversation.answer('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    assert reply.text == '{"result":null,"id":1}'
    assert reply.added == ("btcusdt@trade",)


def test_subscribing_again_adds_nothing_and_is_accepted() -> None:
    conversation = Conversation(SPOT, "/ws/btcusdt@trade")
    reply = conversation.answer('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    assert (reply.text, reply.added) == ('{"result":null,"id":1}', ())


def test_unsubscribing_an_unknown_stream_is_accepted() -> None:
    conversation = Conversation(SPOT, "/ws/btcusdt@trade")
    reply = conversation.answer(
        '{"method":"UNSUBSCRIBE","params":["x@trade","btcusdt@trade"],"id":2}'
    )
    assert (reply.text, reply.removed) == ('{"result":null,"id":2}', ("btcusdt@trade",))
    assert not conversation.streams


def test_subscriptions_are_listed_in_order() -> None:
    conversation = Conversation(SPOT, "/stream", {"streams": "b@trade/a@trade"})
    reply = conversation.answer('{"method":"LIST_SUBSCRIPTIONS","id":3}')
    assert json.loads(reply.text) == {"result": ["b@trade", "a@trade"], "id": 3}


@pytest.mark.parametrize(
    ("product", "path", "is_combined"),
    [
        (SPOT, "/ws", False),
        (SPOT, "/ws/btcusdt@trade/btcusdt@depth", False),
        (SPOT, "/stream", True),
        (USDM, "/public/ws", False),
        (USDM, "/market/stream", True),
        (COINM, "/stream", True),
    ],
)
def test_the_path_decides_the_framing(
    product: DialectProduct, path: str, is_combined: bool
) -> None:
    conversation = Conversation(product, path)
    assert conversation.is_combined is is_combined
    framed = '{"stream":"s","data":{}}' if is_combined else "{}"
    assert conversation.wrap("s", "{}") == framed
    assert conversation.framing == ("combined" if is_combined else "raw")


@pytest.mark.parametrize(
    ("path", "streams"),
    [("/", ""), ("/nothing", ""), ("/stream/btcusdt@trade", ""), ("/public/ws", ""), ("/ws/a,b@trade", ""),
     ("/stream", "btcusdt@trade,ethusdt@trade")],
)  # fmt: skip
def test_handshakes_that_the_venue_refuses(path: str, streams: str) -> None:
    with pytest.raises(ValueError, match="stream"):
        Conversation(SPOT, path, {"streams": streams})


def test_a_name_in_the_url_that_is_no_streams_is_taken_and_silent() -> None:
    conversation = Conversation(SPOT, "/ws/0")
    assert ask(conversation, "LIST_SUBSCRIPTIONS") == {"result": ["0"], "id": 1}


@pytest.mark.parametrize(
    ("path", "stream", "is_served"),
    [
        ("/public/stream", "btcusdt@depth", True),
        ("/public/stream", "btcusdt@aggTrade", False),
        ("/market/stream", "btcusdt@aggTrade", True),
        ("/market/stream", "btcusdt@depth", False),
        ("/private/stream", "btcusdt@depth", False),
        ("/stream", "btcusdt@depth", True),
        ("/stream", "btcusdt@aggTrade", False),
    ],
)
def test_usdm_accepts_the_wrong_route_and_stays_silent(
    path: str, stream: str, is_served: bool
) -> None:
    conversation = Conversation(USDM, path)
    assert ask(conversation, "SUBSCRIBE", stream) == {"result": None, "id": 1}
    assert conversation.is_served(stream) is is_served


def test_spot_and_coinm_serve_everything_everywhere() -> None:
    assert Conversation(SPOT, "/stream").is_served("btcusdt@aggTrade")
    assert Conversation(COINM, "/market/stream").is_served("btcusd_perp@depth")


def test_the_combined_property_is_read_and_written() -> None:
    conversation = Conversation(SPOT, "/ws")
    assert ask(conversation, "GET_PROPERTY", "combined") == {"result": False, "id": 1}
    assert ask(conversation, "SET_PROPERTY", "combined", True) == {"result": None, "id": 1}
    assert ask(conversation, "GET_PROPERTY", "combined") == {"result": True, "id": 1}
    assert conversation.is_combined


INVALID = "Invalid request: "
VARIANTS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ('{"method":"SET_PROPERTY","params":["combined",1],"id":1}', 1, "Invalid value type: expected Boolean"),
        ('{"method":"SET_PROPERTY","params":["combined"],"id":1}', 1, "Invalid value type: expected Boolean"),
        ('{"method":"GET_PROPERTY","params":["nope"],"id":1}', 0, "Unknown property"),
        ('{"method":"GET_PROPERTY","params":[],"id":1}', 2, INVALID + "property name must be a string"),
        ('{"method":"GET_PROPERTY","params":[5],"id":1}', 2, INVALID + "property name must be a string"),
        ('{"method":"GET_PROPERTY","params":["combined",2],"id":1}', 2, INVALID + "too many parameters"),
        ('{"method":"LIST_SUBSCRIPTIONS","params":["x"],"id":1}', 2, INVALID + "too many parameters"),
        ('{"id":1}', 2, INVALID + "missing field `method` at line 1 column 8"),
        ('{"method":"NOPE","id":1}', 2, INVALID + f"unknown variant `NOPE`, expected one of {VARIANTS} at line 1 column 16"),
        ('{"method":"SUBSCRIBE","params":["btcusdt"],"id":1}', 2, INVALID + "invalid stream"),
        ('{"method":"SUBSCRIBE","params":"btcusdt@trade","id":1}', 2, INVALID + "invalid stream"),
        ('{"method":"SUBSCRIBE","params":[1],"id":1}', 2, INVALID + "invalid stream"),
    ],
)  # fmt: skip
def test_refusals_have_the_documented_code_and_text(text: str, code: int, message: str) -> None:
    reply = json.loads(Conversation(SPOT, "/ws").answer(text).text)
    assert reply == {"error": {"code": code, "msg": message}, "id": 1}


def test_what_is_no_json_is_answered_with_a_null_id() -> None:
    reply = json.loads(Conversation(SPOT, "/ws").answer("nonsense").text)
    message = "Invalid JSON: expected value at line 1 column 1"
    assert reply == {"error": {"code": 3, "msg": message}, "id": None}


def test_a_json_array_misses_its_method() -> None:
    reply = json.loads(Conversation(SPOT, "/ws").answer("[]").text)
    assert reply["error"]["msg"].startswith(INVALID + "missing field `method`")


@pytest.mark.parametrize("path", ["/private/stream", "/public/stream", "/ws"])
def test_a_listen_key_is_a_stream_of_the_private_route_and_taken_in_silence_elsewhere(
    path: str,
) -> None:
    listen_key = "pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"
    conversation = Conversation(USDM, path)
    assert ask(conversation, "SUBSCRIBE", listen_key) == {"result": None, "id": 1}
    assert list(conversation.streams) == [listen_key]


def test_what_is_no_listen_key_is_no_stream_of_the_public_route() -> None:
    for product, name in ((USDM, "pqia91ma19a5s61cv6"), (SPOT, "a" * 64)):
        reply = ask(Conversation(product, "/ws"), "SUBSCRIBE", name)
        assert reply["error"]["msg"] == INVALID + "invalid stream"


@pytest.mark.parametrize("request_id", [0, 7, "abc-1", "6f9f4a0c-2a4c-4f0e-9a53-0f4c8f0f7c11"])
def test_futures_take_unsigned_numbers_and_short_texts_as_ids(request_id: object) -> None:
    reply = ask(Conversation(USDM, "/public/ws"), "LIST_SUBSCRIPTIONS", request_id=request_id)
    assert reply == {"result": [], "id": request_id}


@pytest.mark.parametrize("request_id", [0, 7, -7, "abc-1", None])
def test_spot_takes_numbers_short_texts_and_null_as_ids(request_id: object) -> None:
    conversation = Conversation(SPOT, "/ws")
    reply = ask(conversation, "LIST_SUBSCRIPTIONS", request_id=request_id)
    assert reply == {"result": [], "id": request_id}


@pytest.mark.parametrize(
    ("product", "request_id"),
    [(SPOT, 1.5), (SPOT, True), (SPOT, "x" * 37), (SPOT, 1 << 63), (USDM, -1), (USDM, "x" * 37), (USDM, None)],
)  # fmt: skip
def test_other_ids_are_refused(product: DialectProduct, request_id: object) -> None:
    reply = ask(Conversation(product, "/ws"), "LIST_SUBSCRIPTIONS", request_id=request_id)
    assert reply["error"]["msg"] == INVALID + "request ID must be an unsigned integer"


def test_a_missing_id_is_refused() -> None:
    reply = json.loads(Conversation(SPOT, "/ws").answer('{"method":"LIST_SUBSCRIPTIONS"}').text)
    assert reply["error"]["code"] == 2


def test_the_1025th_stream_is_refused_and_changes_nothing() -> None:
    conversation = Conversation(SPOT, "/ws")
    names = [f"coin{number}@trade" for number in range(1024)]
    assert "result" in ask(conversation, "SUBSCRIBE", *names)
    assert "error" in ask(conversation, "SUBSCRIBE", "one@trade")
    assert len(conversation.streams) == 1024


def test_a_stream_can_be_refused_with_a_given_text() -> None:
    conversation = Conversation(SPOT, "/ws")
    text = '{"method":"SUBSCRIBE","params":["a@trade","b@trade"],"id":4}'
    reply = conversation.answer(text, refused={"b@trade": "Invalid request: no such symbol"})
    assert json.loads(reply.text)["error"]["msg"] == "Invalid request: no such symbol"
    assert not conversation.streams


def test_errors_can_be_flat() -> None:
    assert error_reply(0, "Unknown property", 7, is_flat=True) == (
        '{"code":0,"msg":"Unknown property","id":7}'
    )
    assert "error" not in json.loads(Conversation(SPOT, "/ws", is_flat=True).answer("{}").text)


@given(
    st.text() | st.dictionaries(st.text(), st.integers() | st.text() | st.none()).map(json.dumps)
)
def test_whatever_a_client_sends_gets_one_json_answer(text: str) -> None:
    assert isinstance(json.loads(Conversation(USDM, "/stream").answer(text).text), dict)
