"""What is said on Kraken's socket, and what its answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tickwright.venues.base import Ack, Control, Ignored, Nack
from tickwright.venues.kraken.protocol import KrakenProtocol


SPEECH = KrakenProtocol()


def number(stream: str, request_id: int) -> int:
    """Return the id under which a stream is asked for."""
    found: int = json.loads(SPEECH.subscribe([stream], request_id))["req_id"]
    return found


def answer(method: str, stream: str, request_id: int, **more: Any) -> bytes:
    return json.dumps({"method": method, "req_id": number(stream, request_id), **more}).encode()


@pytest.mark.parametrize(
    ("said", "stream"),
    [
        (b'{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[]}]}', "book:BTC/USD"),
        (b'{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD"},{"symbol":"BTC/USD"}]}', "trade:BTC/USD"),
        (b'{"channel":"ohlc","type":"update","data":[{"symbol":"BTC/USD","interval":5}]}', "ohlc-5:BTC/USD"),
        (b'{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD"},{"symbol":"ETH/USD"}]}', None),
        (b'{"channel":"heartbeat"}', None),
        (b'{"channel":"status","type":"update","data":[{"system":"online","version":"2.0.0"}]}', None),
        (b"{", None),
    ],
)  # fmt: skip
def test_a_data_frame_names_its_stream(said: bytes, stream: str | None) -> None:
    assert SPEECH.stream_of(said) == stream


@pytest.mark.parametrize(
    ("said", "control"),
    [
        (b'{"channel":"heartbeat"}', Ignored()),
        (b'{"channel":"status","type":"update","data":[{"system":"online"}]}', Ignored()),
        (b'{"method":"pong","req_id":1,"time_in":"x"}', Ignored()),
        (b'{"method":"subscribe","success":false,"error":"Malformed request"}', Nack(None, "Malformed request")),
        (b'{"channel":"trade","data":[{"symbol":"BTC/USD"},{"symbol":"ETH/USD"}]}', None),
        (b'{"what":1}', None),
        (b"[]", None),
    ],
)  # fmt: skip
def test_an_answer_is_read_for_what_it_says(said: bytes, control: Control | None) -> None:
    assert SPEECH.control(said) == control


@pytest.mark.parametrize(
    "stream", ["book:BTC/USD", "trade:BTC/USD", "ticker:BTC/USD", "ohlc-1440:BTC/USD"]
)
def test_g22_an_answer_is_about_one_symbol_in_the_channel_that_was_asked_for(stream: str) -> None:
    result = {"channel": "any", "symbol": "BTC/USD"}
    done = answer("subscribe", stream, 7, success=True, result=result)
    assert SPEECH.control(done) == Ack(7, (stream,))
    left = answer("unsubscribe", stream, 8, success=True, result=result)
    assert SPEECH.control(left) == Ack(8, (stream,))


def test_g22_a_refusal_names_the_symbol_alone_and_is_known_by_the_id() -> None:
    text = "Currency pair not supported FOO/BAR"
    said = answer("subscribe", "ohlc-5:FOO/BAR", 7, success=False, error=text, symbol="FOO/BAR")
    assert SPEECH.control(said) == Nack(7, text, ("ohlc-5:FOO/BAR",), is_alone=True)


def test_requests_name_one_channel_and_what_it_needs() -> None:
    asked = json.loads(SPEECH.subscribe(["book:BTC/USD", "book:ETH/USD"], 3))
    assert asked["params"] == {
        "channel": "book",
        "depth": 100,
        "symbol": ["BTC/USD", "ETH/USD"],
        "snapshot": True,
    }
    candles = json.loads(SPEECH.unsubscribe(["ohlc-15:BTC/USD"], 4))
    assert candles["params"] == {"channel": "ohlc", "interval": 15, "symbol": ["BTC/USD"]}
    assert json.loads(SPEECH.subscribe(["ticker:BTC/USD"], 5))["params"]["event_trigger"] == "bbo"


def test_the_socket_has_a_version_in_its_path() -> None:
    assert SPEECH.url("wss://ws.kraken.com/", "") == "wss://ws.kraken.com/v2"
    assert json.loads(SPEECH.ping() or "") == {"method": "ping"}
