"""What is said on OKX's sockets, and what their answers mean."""

from __future__ import annotations

import json

import pytest

from tickwright.venues.base import Ack, Control, Ignored, Nack, ShutdownNotice
from tickwright.venues.okx.protocol import OkxProtocol


SPEECH = OkxProtocol()


def test_each_route_has_a_path_of_its_own() -> None:
    assert SPEECH.url("wss://ws.okx.com:8443/", "") == "wss://ws.okx.com:8443/ws/v5/public"
    assert SPEECH.url("wss://ws.okx.com:8443", "business").endswith("/ws/v5/business")


@pytest.mark.parametrize(
    ("frame", "stream"),
    [
        (b'{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[]}', "books:BTC-USDT"),
        (b'{"data":[{"x":{"y":1}}],"arg":{"instId":"BTC-USD-SWAP","channel":"trades"}}', "trades:BTC-USD-SWAP"),
        (b'{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"}}', None),
        (b'{"event":"notice","code":"64008"}', None),
        (b"pong", None),
        (b"{", None),
        (b"[]", None),
    ],
)  # fmt: skip
def test_a_data_frame_names_its_stream(frame: bytes, stream: str | None) -> None:
    assert SPEECH.stream_of(frame) == stream


@pytest.mark.parametrize(
    ("frame", "control"),
    [
        (b'{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}', Ack(None, ("books:BTC-USDT",))),
        (b'{"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT"}}', Ack(None, ("books:BTC-USDT",))),
        (b'{"event":"error","code":"60012","msg":"Illegal request"}', Nack(None, "Illegal request (60012)")),
        (b'{"event":"notice","code":"64008","msg":"closing"}', ShutdownNotice()),
        (b'{"event":"channel-conn-count","channel":"orders","connCount":"2"}', Ignored()),
        (b"pong", Ignored()),
        (b'{"arg":{"channel":"books","instId":"BTC-USDT"},"data":[]}', None),
        (b"ping?", None),
    ],
)  # fmt: skip
def test_an_answer_is_read_for_what_it_says(frame: bytes, control: Control | None) -> None:
    assert SPEECH.control(frame) == control


def test_g22_a_refusal_names_the_stream_that_it_is_about_and_no_other() -> None:
    text = "Wrong URL or channel:booksX,instId:BTC-USDT doesn't exist."
    frame = json.dumps({"event": "error", "code": "60018", "msg": text, "connId": "x"}).encode()
    assert SPEECH.control(frame) == Nack(
        None, f"{text} (60018)", ("booksX:BTC-USDT",), is_alone=True
    )


def test_requests_name_channel_and_instrument_apart() -> None:
    asked = json.loads(SPEECH.subscribe(["books:BTC-USDT", "candle1m:BTC-USD-261225"], 7))
    assert asked == {
        "id": "7",
        "op": "subscribe",
        "args": [
            {"channel": "books", "instId": "BTC-USDT"},
            {"channel": "candle1m", "instId": "BTC-USD-261225"},
        ],
    }
    assert json.loads(SPEECH.unsubscribe(["books:BTC-USDT"], 8))["op"] == "unsubscribe"


def test_a_ping_is_a_text_and_no_json() -> None:
    assert SPEECH.ping() == "ping"
