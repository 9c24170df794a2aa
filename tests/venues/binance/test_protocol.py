"""URLs, control frames, and what the venue answers to them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.venues.base import Ack, Control, Ignored, Nack, ShutdownNotice
from tickwright.venues.binance.protocol import CombinedStreams


PROTOCOL = CombinedStreams()


@pytest.mark.parametrize(
    ("origin", "route", "url"),
    [
        ("wss://stream.binance.com:9443", "", "wss://stream.binance.com:9443/stream"),
        ("wss://fstream.binance.com", "public", "wss://fstream.binance.com/public/stream"),
        ("ws://127.0.0.1:8080/", "market", "ws://127.0.0.1:8080/market/stream"),
    ],
)
def test_a_route_stands_before_the_path(origin: str, route: str, url: str) -> None:
    assert PROTOCOL.url(origin, route) == url


def test_requests_name_their_streams_and_an_id() -> None:
    assert json.loads(PROTOCOL.subscribe(["btcusdt@trade", "ethusdt@depth@100ms"], 7)) == {
        "method": "SUBSCRIBE",
        "params": ["btcusdt@trade", "ethusdt@depth@100ms"],
        "id": 7,
    }
    assert json.loads(PROTOCOL.unsubscribe(["币安人生usdt@trade"], 8)) == {
        "method": "UNSUBSCRIBE",
        "params": ["币安人生usdt@trade"],
        "id": 8,
    }


def test_the_client_sends_no_ping_of_its_own() -> None:
    assert PROTOCOL.ping() is None


@pytest.mark.parametrize(
    ("frame", "stream"),
    [
        (b'{"stream":"btcusdt@trade","data":{}}', "btcusdt@trade"),
        (b'{ "stream" : "btcusdt@trade" , "data":{}}', "btcusdt@trade"),
        (b'{"data":{"e":"trade"},"stream":"btcusdt@trade"}', "btcusdt@trade"),
        ('{"stream":"币安人生usdt@trade","data":{}}'.encode(), "币安人生usdt@trade"),
        (b'{"stream":"\\u5e01usdt@trade","data":{}}', "币usdt@trade"),
        (b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}', None),
        (b'{"data":{"e":"serverShutdown","E":1},"stream":"!serverShutdown"}', None),
        (b'{"result":null,"id":1}', None),
        (b'{"stream":7,"data":{}}', None),
        (b'{"stream":"btcusdt@tra', None),
        (b'{"stream":"\\ud800","data":{}}', None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_data_frame_names_its_stream(frame: bytes, stream: str | None) -> None:
    assert PROTOCOL.stream_of(frame) == stream


CONTROLS: list[tuple[bytes, Control | None]] = [
    (b'{"result":null,"id":1}', Ack(1)),
    (b'{"id":1,"result":null}', Ack(1)),
    (b'{"result":null,"id":"12"}', Ack(12)),
    (b'{"result":null,"id":null}', Ignored()),
    (b'{"result":["btcusdt@aggTrade"],"id":3}', Ignored()),
    (b'{"result":true,"id":6}', Ignored()),
    (
        b'{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":7}',
        Nack(7, "Invalid request: invalid stream (code 2)"),
    ),
    (
        b'{"error":{"code":3,"msg":"Invalid JSON"},"id":null}',
        Nack(None, "Invalid JSON (code 3)"),
    ),
    (b'{"code":0,"msg":"Unknown property","id":4}', Nack(4, "Unknown property (code 0)")),
    (
        b'{"error":{"code":2,"msg":"no such symbol"},"id":9,"data":"nosuch@trade"}',
        Nack(9, "no such symbol (code 2)", ("nosuch@trade",)),
    ),
    (
        b'{"code":2,"msg":"no such symbols","id":9,"data":["a@trade","b@trade",1]}',
        Nack(9, "no such symbols (code 2)", ("a@trade", "b@trade")),
    ),
    (b'{"error":"gone","id":5}', Nack(5, "gone")),
    (b'{"error":{"msg":"x"},"id":true}', Nack(None, "x (code None)")),
    (b'{"e":"serverShutdown","E":1795000000123}', ShutdownNotice()),
    (
        b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1795000000123}}',
        ShutdownNotice(),
    ),
    (b'{"e":"somethingNew","E":1}', None),
    (b"{}", None),
    (b"[1]", None),
    (b"pong", None),
    (b"\xff\xfe", None),
    (b'{"result":null', None),
]


@pytest.mark.parametrize(("frame", "control"), CONTROLS)
def test_a_control_frame_is_read_for_what_it_is(frame: bytes, control: Control | None) -> None:
    assert PROTOCOL.control(frame) == control


@given(st.binary(max_size=200))
def test_no_frame_makes_the_protocol_raise(frame: bytes) -> None:
    PROTOCOL.stream_of(frame)
    PROTOCOL.control(frame)


@given(st.text(min_size=1, max_size=30))
def test_a_stream_is_found_however_json_spells_it(name: str) -> None:
    # A surrogate alone is no character, and Hypothesis makes none that UTF-8 cannot hold.
    for ensure_ascii in (True, False):
        frame = json.dumps({"stream": name, "data": {}}, ensure_ascii=ensure_ascii)
        assert PROTOCOL.stream_of(frame.encode("utf-8", "surrogatepass")) == name
