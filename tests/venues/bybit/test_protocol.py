"""Bybit's words on a public socket: what we say, and what each answer means."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.bybit.samples import BOOK_DELTA, KLINE, SPOT_KLINE, SPOT_TICKER, TRADES

from tickwright.venues.base import Ack, Already, Control, Ignored, Nack
from tickwright.venues.bybit.protocol import PublicTopics


protocol = PublicTopics("linear")


def test_the_path_names_the_category() -> None:
    assert protocol.url("wss://stream.bybit.com", "") == "wss://stream.bybit.com/v5/public/linear"
    assert PublicTopics("spot").url("ws://127.0.0.1:80/", "") == "ws://127.0.0.1:80/v5/public/spot"


@pytest.mark.parametrize(
    ("frame", "topic"),
    [
        (BOOK_DELTA, "orderbook.200.BTCUSDT"),
        (TRADES, "publicTrade.BTCUSDT"),
        (SPOT_TICKER, "tickers.BTCUSDT"),
        (KLINE, "kline.5.BTCUSDT"),
        (SPOT_KLINE, "kline.5.BTCUSDT"),
        (b'{"data":{},"ts":1,"topic":"tickers.BTCUSDT"}', "tickers.BTCUSDT"),
        (b'{"topic":"tickers.\\u0042TCUSDT"}', "tickers.BTCUSDT"),
        (b'{"success":true,"ret_msg":"","op":"subscribe"}', None),
        (b'{"topic":7}', None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_the_topic_of_a_frame_is_found_wherever_it_stands(frame: bytes, topic: str | None) -> None:
    assert protocol.stream_of(frame) == topic


@pytest.mark.parametrize(
    ("frame", "control"),
    [
        ('{"success":true,"ret_msg":"","conn_id":"7d-1","req_id":"7","op":"subscribe"}', Ack(7)),
        (
            '{"success":true,"ret_msg":"subscribe","conn_id":"1","req_id":"7","op":"subscribe"}',
            Ack(7),
        ),
        ('{"success":true,"ret_msg":"","conn_id":"7d-1","req_id":"8","op":"unsubscribe"}', Ack(8)),
        ('{"success":true,"ret_msg":"","conn_id":"7d-1","req_id":"","op":"subscribe"}', Ignored()),
        ('{"success":true,"ret_msg":"subscribe","conn_id":"1","op":"subscribe"}', Ignored()),
        ('{"success":true,"ret_msg":"pong","conn_id":"7d-1","req_id":"","op":"ping"}', Ignored()),
        ('{"req_id":"1","op":"pong","args":["1795000000123"],"conn_id":"1"}', Ignored()),
        ('{"success":true,"op":"auth","conn_id":"1"}', None),
        ('{"success":false,"ret_msg":"","conn_id":"1"}', None),
        ('{"something":"else"}', None),
        ("[]", None),
        ("{", None),
    ],
)
def test_an_answer_is_read(frame: str, control: Control | None) -> None:
    assert protocol.control(frame.encode()) == control


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("error:handler not found,topic:orderbook.500.BTCUSDT", ("orderbook.500.BTCUSDT",)),
        ("error:handler not found,topic:tickers.BTCUSDT-25DEC26", ("tickers.BTCUSDT-25DEC26",)),
        ("Invalid symbol :[tickers.NOPEUSDT]", ("tickers.NOPEUSDT",)),
        ("Invalid symbol :[tickers.A,tickers.B]", ("tickers.A", "tickers.B")),
        ("args size >10", ()),
        ("error:invalid op", ()),
    ],
)
def test_g22_a_refusal_keeps_the_venue_s_text_and_the_topics_it_names(
    text: str, named: tuple[str, ...]
) -> None:
    frame = {"success": False, "ret_msg": text, "conn_id": "1", "req_id": "9", "op": "subscribe"}
    assert protocol.control(json.dumps(frame).encode()) == Nack(9, text, named)


def test_g22_a_topic_that_is_subscribed_already_is_no_failure() -> None:
    text = "error:already subscribed,topic:publicTrade.BTCUSDT"
    frame = {"success": False, "ret_msg": text, "req_id": "9", "op": "subscribe"}
    said = protocol.control(json.dumps(frame).encode())
    assert said == Already(9, ("publicTrade.BTCUSDT",))


def test_the_escaped_text_of_the_wire_is_read() -> None:
    frame = rb'{"success":false,"ret_msg":"args size \u003e10","conn_id":"1","req_id":"2","op":"subscribe"}'
    assert protocol.control(frame) == Nack(2, "args size >10")


def test_requests_are_numbered_and_pings_are_texts() -> None:
    asked = json.loads(protocol.subscribe(["tickers.BTCUSDT", "kline.1.BTCUSDT"], 12))
    assert asked == {
        "req_id": "12",
        "op": "subscribe",
        "args": ["tickers.BTCUSDT", "kline.1.BTCUSDT"],
    }
    assert json.loads(protocol.unsubscribe(["tickers.BTCUSDT"], 13)) == {
        "req_id": "13",
        "op": "unsubscribe",
        "args": ["tickers.BTCUSDT"],
    }
    assert json.loads(protocol.ping() or "") == {"op": "ping"}


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(frame: bytes) -> None:
    protocol.stream_of(frame)
    protocol.control(frame)
