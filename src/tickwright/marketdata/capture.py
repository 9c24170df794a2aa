"""Records a live connector: everything its sockets and its REST calls bring, into a capture file.

It stands around the ports of ``io``, so that nothing else knows of it and nothing pays for it while it is not there.
"""

from __future__ import annotations

from tickwright.io.clock import Clock
from tickwright.io.files import CaptureWriter
from tickwright.io.http import HttpRequest, HttpResponse, Middleware, Next
from tickwright.io.redact import safe_url
from tickwright.io.websocket import (
    WebSocketConnection,
    WebSocketHandler,
    WebSocketOptions,
    WebSocketTransport,
)


__all__ = ["CapturingTransport", "capture_answers"]


class CapturingTransport:
    """A WebSocket transport that writes down all text frames on their way through.

    Args:
        inner: Makes the connections.
        writer: Takes the frames.
        clock: For their times.
    """

    def __init__(self, inner: WebSocketTransport, writer: CaptureWriter, clock: Clock) -> None:
        self._inner = inner
        self._writer = writer
        self._clock = clock

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> WebSocketConnection:
        """Connect, with ears on both sides."""
        heard = _Heard(handler, url, self._writer, self._clock)
        connection = await self._inner.connect(url, heard, options)
        return _Spoken(connection, url, self._writer, self._clock)


class _Heard:
    """Writes what comes in, then hands it on."""

    def __init__(
        self, handler: WebSocketHandler, url: str, writer: CaptureWriter, clock: Clock
    ) -> None:
        self._handler = handler
        self._url = url
        self._writer = writer
        self._clock = clock
        self.on_ping = handler.on_ping
        self.on_pong = handler.on_pong
        self.on_closed = handler.on_closed

    def on_frame(self, payload: bytes) -> None:
        self._writer.write(payload, received_ts_ns=self._clock.time_ns(), conn=self._url)
        self._handler.on_frame(payload)


class _Spoken:
    """Writes what goes out, then sends it."""

    def __init__(
        self, connection: WebSocketConnection, url: str, writer: CaptureWriter, clock: Clock
    ) -> None:
        self._connection = connection
        self._url = url
        self._writer = writer
        self._clock = clock
        self.send_ping = connection.send_ping
        self.send_pong = connection.send_pong
        self.pause_reading = connection.pause_reading
        self.resume_reading = connection.resume_reading
        self.close = connection.close
        self.wait_closed = connection.wait_closed

    @property
    def is_open(self) -> bool:
        return self._connection.is_open

    def send_text(self, text: str) -> None:
        self._writer.write(
            text, received_ts_ns=self._clock.time_ns(), conn=self._url, direction="out"
        )
        self._connection.send_text(text)


def capture_answers(writer: CaptureWriter) -> Middleware:
    """Return a middleware that writes down every good answer of a public REST call."""

    async def middleware(request: HttpRequest, go_on: Next) -> HttpResponse:
        response = await go_on(request)
        if response.status == 200:
            writer.write(
                response.body,
                received_ts_ns=response.received_ts_ns,
                direction="http",
                path=safe_url(request.url),
            )
        return response

    return middleware
