"""Records a live connector: everything its sockets and its REST calls bring, into a capture file.

It stands around the ports of ``io``, so that nothing else knows of it and nothing pays for it while it is not there.
"""

from __future__ import annotations

from tickwright.errors import CaptureError
from tickwright.io.clock import Clock
from tickwright.io.files import CaptureWriter, Direction
from tickwright.io.http import HttpRequest, HttpResponse, Middleware, Next
from tickwright.io.redact import safe_url
from tickwright.io.websocket import (
    WebSocketConnection,
    WebSocketHandler,
    WebSocketOptions,
    WebSocketTransport,
)


__all__ = ["CapturingTransport", "Tape", "capture_answers"]


class Tape:
    """What is recorded, on its way into the file. A file that takes no more does not harm the connections.

    Args:
        writer: The file.
        clock: For the times of frames.
    """

    def __init__(self, writer: CaptureWriter, clock: Clock) -> None:
        self.failure: CaptureError | None = None
        """Why nothing is written any more, ``None`` while all is well."""
        self._writer = writer
        self._clock = clock

    @property
    def records(self) -> int:
        """Records written so far."""
        return self._writer.records

    def frame(self, data: bytes | str, url: str, direction: Direction) -> None:
        """Write one frame of a socket, received or sent now."""
        self._write(data, self._clock.time_ns(), url, direction, None)

    def answer(self, response: HttpResponse, url: str) -> None:
        """Write one answer to a request."""
        self._write(response.body, response.received_ts_ns, None, "http", url)

    def flush(self) -> None:
        """Make all that was recorded readable in the file, even if this process is killed now."""
        if self.failure is None:
            try:
                self._writer.flush()
            except CaptureError as error:
                self.failure = error

    def _write(
        self,
        data: bytes | str,
        ts_ns: int,
        conn: str | None,
        direction: Direction,
        path: str | None,
    ) -> None:
        if self.failure is not None:
            return
        try:
            self._writer.write(
                data, received_ts_ns=ts_ns, conn=conn, direction=direction, path=path
            )
        except CaptureError as error:
            self.failure = error


class CapturingTransport:
    """A WebSocket transport that writes down all text frames on their way through.

    Args:
        inner: Makes the connections.
        tape: Takes the frames.
    """

    def __init__(self, inner: WebSocketTransport, tape: Tape) -> None:
        self._inner = inner
        self._tape = tape

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> WebSocketConnection:
        """Connect, with ears on both sides."""
        shown = safe_url(url)
        connection = await self._inner.connect(url, _Heard(handler, shown, self._tape), options)
        return _Spoken(connection, shown, self._tape)


class _Heard:
    """Writes what comes in, then hands it on."""

    def __init__(self, handler: WebSocketHandler, url: str, tape: Tape) -> None:
        self._handler = handler
        self._url = url
        self._tape = tape
        self.on_ping = handler.on_ping
        self.on_pong = handler.on_pong
        self.on_closed = handler.on_closed

    def on_frame(self, payload: bytes) -> None:
        self._tape.frame(payload, self._url, "in")
        self._handler.on_frame(payload)


class _Spoken:
    """Writes what goes out, then sends it."""

    def __init__(self, connection: WebSocketConnection, url: str, tape: Tape) -> None:
        self._connection = connection
        self._url = url
        self._tape = tape
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
        self._tape.frame(text, self._url, "out")
        self._connection.send_text(text)


def capture_answers(tape: Tape) -> Middleware:
    """Return a middleware that writes down every good answer of a public REST call."""

    async def middleware(request: HttpRequest, go_on: Next) -> HttpResponse:
        response = await go_on(request)
        if response.status == 200:
            tape.answer(response, safe_url(request.url))
        return response

    return middleware
