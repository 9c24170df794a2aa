"""What is said on Coinbase's socket, what its answers mean, and how its frames are numbered."""

from __future__ import annotations

import json

import pytest

from tickwright.venues.base import Control, Ignored, Listed, Nack
from tickwright.venues.coinbase.protocol import CoinbaseProtocol, number_of


SPEECH = CoinbaseProtocol()
ROW = b'{"product_id":"BTC-USD","price":"1"}'
OTHER = b'{"product_id":"ETH-USD","price":"1"}'
HEAD = b'{"channel":"%b","timestamp":"2026-11-20T12:00:00Z","sequence_num":7,"events":[%b]}'


def frame(channel: bytes, event: bytes) -> bytes:
    return HEAD % (channel, event)


@pytest.mark.parametrize(
    ("said", "stream"),
    [
        (frame(b"l2_data", b'{"type":"update","product_id":"BTC-USD","updates":[]}'), "l2_data:BTC-USD"),
        (frame(b"market_trades", b'{"type":"update","trades":[' + ROW + b"," + ROW + b"]}"), "market_trades:BTC-USD"),
        (frame(b"ticker", b'{"type":"update","tickers":[' + ROW + b"]}"), "ticker:BTC-USD"),
        (frame(b"candles", b'{"type":"update","candles":[' + ROW + b"]}"), "candles:BTC-USD"),
        (frame(b"ticker", b'{"type":"update","tickers":[' + ROW + b"," + OTHER + b"]}"), None),
        (frame(b"heartbeats", b'{"heartbeat_counter":42}'), None),
        (frame(b"subscriptions", b'{"subscriptions":{"level2":["BTC-USD"]}}'), None),
        (b'{"type":"error","message":"no"}', None),
        (b"{", None),
    ],
)  # fmt: skip
def test_a_data_frame_names_its_stream(said: bytes, stream: str | None) -> None:
    assert SPEECH.stream_of(said) == stream


@pytest.mark.parametrize(
    ("said", "control"),
    [
        (frame(b"subscriptions", b'{"subscriptions":{"level2":["BTC-USD","ETH-USD"],"heartbeats":["heartbeats"]}}'),
         Listed(("l2_data:BTC-USD", "l2_data:ETH-USD", "heartbeats:heartbeats"))),
        (frame(b"subscriptions", b'{"subscriptions":{}}'), Listed(())),
        (b'{"type":"error","message":"authentication failure"}', Nack(None, "authentication failure")),
        (frame(b"heartbeats", b'{"heartbeat_counter":42}'), Ignored()),
        (frame(b"market_trades", b'{"type":"snapshot","trades":[]}'), Ignored()),
        (frame(b"ticker", b'{"tickers":[' + ROW + b"," + OTHER + b"]}"), None),
        (b'{"what":1}', None),
        (b"{", None),
    ],
)  # fmt: skip
def test_an_answer_is_read_for_what_it_says(said: bytes, control: Control | None) -> None:
    assert SPEECH.control(said) == control


def test_requests_name_one_channel_as_it_is_asked_for() -> None:
    asked = json.loads(SPEECH.subscribe(["l2_data:BTC-USD", "l2_data:ETH-USD"], 3))
    assert asked == {
        "type": "subscribe",
        "channel": "level2",
        "product_ids": ["BTC-USD", "ETH-USD"],
    }
    left = json.loads(SPEECH.unsubscribe(["ticker:BTC-USD"], 4))
    assert (left["type"], left["channel"]) == ("unsubscribe", "ticker")


def test_what_keeps_the_connection_open_is_a_request_for_heartbeats() -> None:
    assert json.loads(SPEECH.ping() or "") == {"type": "subscribe", "channel": "heartbeats"}
    assert SPEECH.url("wss://advanced-trade-ws.coinbase.com", "").endswith(".com")


def test_every_frame_but_an_error_has_its_number() -> None:
    assert number_of(frame(b"ticker", b"{}")) == 7
    assert number_of(b'{"channel":"ticker","sequence_num": 12}') == 12
    assert number_of(b'{"type":"error","message":"no"}') is None
    assert number_of(b'{"x":"' + b" " * 4000 + b'","sequence_num":7}') == 7
