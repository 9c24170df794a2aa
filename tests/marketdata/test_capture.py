"""Recording around the ports: everything is written, nothing is disturbed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tickwright.errors import CaptureError
from tickwright.io.files import CaptureReader, CaptureRecord, CaptureWriter
from tickwright.io.http import HttpRequest, HttpResponse, HttpTimeouts
from tickwright.io.websocket import WebSocketConnection, WebSocketHandler, WebSocketOptions
from tickwright.marketdata.capture import CapturingTransport, Tape, capture_answers


NS = 1_700_000_000_000_000_000
URL = "wss://stream.binance.com:9443/stream"


class Clock:
    def time_ns(self) -> int:
        return NS

    def monotonic_ns(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return 0.0


class Handler:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def on_frame(self, payload: bytes) -> None:
        self.told.append(payload)

    def on_ping(self, payload: bytes) -> None:
        self.told.append(("ping", payload))

    def on_pong(self, payload: bytes) -> None:
        self.told.append(("pong", payload))

    def on_closed(self, code: int, reason: str) -> None:
        self.told.append((code, reason))


class Wire:
    """A connection, and the transport that makes it."""

    def __init__(self) -> None:
        self.is_open = True
        self.sent: list[object] = []
        self.handler: WebSocketHandler | None = None
        self.url = ""

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> WebSocketConnection:
        self.url, self.handler = url, handler
        return self

    def send_text(self, text: str) -> None:
        self.sent.append(text)

    def send_ping(self, payload: bytes = b"") -> None:
        self.sent.append(("ping", payload))

    def send_pong(self, payload: bytes = b"") -> None:
        self.sent.append(("pong", payload))

    def pause_reading(self) -> None:
        self.sent.append("pause")

    def resume_reading(self) -> None:
        self.sent.append("resume")

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.sent.append((code, reason))

    async def wait_closed(self) -> None:
        self.is_open = False


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.jsonl"


@pytest.fixture
def tape(path: Path) -> Iterator[Tape]:
    with CaptureWriter(path, clock=Clock()) as writer:
        yield Tape(writer, Clock())


def read(tape: Tape, path: Path) -> list[CaptureRecord]:
    tape.flush()
    return list(CaptureReader(path))


async def test_both_directions_are_written_and_passed_on(tape: Tape, path: Path) -> None:
    wire, handler = Wire(), Handler()
    connection = await CapturingTransport(wire, tape).connect(URL, handler, WebSocketOptions())
    connection.send_text("subscribe")
    assert wire.handler is not None
    wire.handler.on_frame(b'{"stream":"x"}')
    assert (handler.told, wire.sent) == ([b'{"stream":"x"}'], ["subscribe"])
    out, heard = read(tape, path)
    assert (out.direction, out.data, out.conn, out.received_ts_ns) == ("out", "subscribe", URL, NS)
    assert (heard.direction, heard.data, heard.conn) == ("in", '{"stream":"x"}', URL)
    assert tape.records == 2


async def test_everything_else_goes_through_untouched(tape: Tape) -> None:
    wire, handler = Wire(), Handler()
    connection = await CapturingTransport(wire, tape).connect(URL, handler, WebSocketOptions())
    connection.send_ping(b"a")
    connection.send_pong(b"b")
    connection.pause_reading()
    connection.resume_reading()
    connection.close(1001, "bye")
    assert connection.is_open
    await connection.wait_closed()
    assert not connection.is_open
    assert wire.sent == [("ping", b"a"), ("pong", b"b"), "pause", "resume", (1001, "bye")]
    assert wire.handler is not None
    wire.handler.on_ping(b"a")
    wire.handler.on_pong(b"b")
    wire.handler.on_closed(1006, "cut")
    assert handler.told == [("ping", b"a"), ("pong", b"b"), (1006, "cut")]
    assert tape.records == 0


async def test_g30_a_secret_in_an_address_is_not_written(tape: Tape, path: Path) -> None:
    wire = Wire()
    url = f"wss://user:password@host/ws/{'k' * 64}"
    connection = await CapturingTransport(wire, tape).connect(url, Handler(), WebSocketOptions())
    connection.send_text("x")
    assert wire.url == url
    assert read(tape, path)[0].conn == "wss://***@host/ws/***"


def response(status: int) -> HttpResponse:
    return HttpResponse(
        status=status,
        headers={},
        body=b'{"a":1}',
        sent_mono_ns=0,
        received_mono_ns=1,
        received_ts_ns=NS + 5,
    )


@pytest.mark.parametrize(("status", "records"), [(200, 1), (429, 0), (500, 0)])
async def test_good_answers_are_written(tape: Tape, path: Path, status: int, records: int) -> None:
    async def answer(request: HttpRequest) -> HttpResponse:
        return response(status)

    request = HttpRequest(
        method="GET", url="https://h/depth?symbol=X&signature=abc", timeouts=HttpTimeouts()
    )
    assert await capture_answers(tape)(request, answer) == response(status)
    found = read(tape, path)
    assert len(found) == records
    for record in found:
        assert (record.direction, record.conn, record.received_ts_ns) == ("http", None, NS + 5)
        assert record.path == "https://h/depth?symbol=X&signature=***"
        assert record.data == '{"a":1}'


async def test_a_file_that_takes_no_more_does_not_harm_the_connection(path: Path) -> None:
    writer = CaptureWriter(path, clock=Clock())
    writer.close()
    tape, handler, wire = Tape(writer, Clock()), Handler(), Wire()
    connection = await CapturingTransport(wire, tape).connect(URL, handler, WebSocketOptions())
    assert wire.handler is not None
    wire.handler.on_frame(b"one")
    first = tape.failure
    connection.send_text("two")
    tape.flush()
    assert handler.told == [b"one"]
    assert wire.sent == ["two"]
    assert isinstance(first, CaptureError)
    assert tape.failure is first


def test_a_flush_that_fails_is_remembered(path: Path) -> None:
    writer = CaptureWriter(path, clock=Clock())
    tape = Tape(writer, Clock())
    writer.close()
    tape.flush()
    assert isinstance(tape.failure, CaptureError)
