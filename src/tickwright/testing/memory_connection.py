"""The client's end of a connection in memory, and the wire it hangs on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

from tickwright.errors import ConnectionLost
from tickwright.io.websocket import CLOSED_ABNORMALLY, WebSocketHandler, WebSocketOptions


__all__ = ["FrameKind", "MemoryConnection", "Wire"]

FrameKind = Literal["text", "ping", "pong", "close"]

_HANDLER_FAILED = 1011
_TOO_BIG = 1009


class Wire:
    """One direction of a connection: what is put in comes out in order, ``latency_s`` later."""

    def __init__(self, latency_s: float) -> None:
        self.is_cut = False
        """Whatever is put in from now on is lost."""
        self._loop = asyncio.get_running_loop()
        self._latency_s = latency_s
        self._due: deque[tuple[float, Callable[[], None]]] = deque()
        self._holds: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    def put(self, deliver: Callable[[], None]) -> None:
        """Call ``deliver`` when its time has come."""
        if not self.is_cut:
            self._due.append((self._loop.time() + self._latency_s, deliver))
            self._arm()

    def hold(self, why: str) -> None:
        """Deliver nothing until every hold is released."""
        self._holds.add(why)

    def release(self, why: str) -> None:
        """Take the hold ``why`` back."""
        self._holds.discard(why)
        self._arm()

    def end(self) -> None:
        """Lose everything under way, and stop."""
        self.is_cut = True
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        # One timer for all: timers of equal times need not fire in the order they were set.
        if self._due and self._timer is None and not self._holds:
            self._timer = self._loop.call_at(self._due[0][0], self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        while self._due and self._due[0][0] <= self._loop.time() and not self._holds:
            self._due.popleft()[1]()
        self._arm()


class MemoryConnection:
    """See `tickwright.io.websocket.WebSocketConnection`.

    Args:
        handler: Whom to tell what arrives.
        options: Bounds of size and of closing time.
        send: Carries a frame to the peer.
        inbound: The wire from the peer.
    """

    def __init__(
        self,
        handler: WebSocketHandler,
        options: WebSocketOptions,
        send: Callable[[FrameKind, bytes], None],
        inbound: Wire,
    ) -> None:
        self.is_open = True
        self._loop = asyncio.get_running_loop()
        self._handler = handler
        self._options = options
        self._send_to_peer = send
        self._inbound = inbound
        self._end: tuple[int, str] | None = None
        self._failure: Exception | None = None
        self._cut_timer: asyncio.TimerHandle | None = None
        self._closed = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        """Whether the end was reported."""
        return self._closed.is_set()

    # What the owner calls.

    def send_text(self, text: str) -> None:
        """Send a text message."""
        self._send("text", text.encode())

    def send_ping(self, payload: bytes = b"") -> None:
        """Send a ping."""
        self._send("ping", payload)

    def send_pong(self, payload: bytes = b"") -> None:
        """Send a pong."""
        self._send("pong", payload)

    def pause_reading(self) -> None:
        """Stop reading."""
        if self.is_open:
            self._inbound.hold("paused")

    def resume_reading(self) -> None:
        """Read on."""
        self._inbound.release("paused")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start closing; bounded by ``close_timeout_s``."""
        if not self.is_open:
            return
        self._send("close", code.to_bytes(2, "big") + reason.encode())
        self.is_open = False
        self.resume_reading()
        self._cut_timer = self._loop.call_later(
            self._options.close_timeout_s,
            self.end,
            CLOSED_ABNORMALLY,
            "cut off: the peer did not answer our close frame "
            f"within {self._options.close_timeout_s:g} s",
        )

    async def wait_closed(self) -> None:
        """Wait for the end; raise what a handler raised."""
        await self._closed.wait()
        if self._failure is not None:
            raise self._failure

    # What the peer does.

    def take_frame(self, payload: bytes) -> None:
        """Hand a message over."""
        if len(payload) > self._options.frame_bytes_max and self.is_open:
            reason = f"a message exceeds {self._options.frame_bytes_max} bytes"
            self._end = (_TOO_BIG, reason)
            self.close(_TOO_BIG, reason)
        self._call(self._handler.on_frame, payload)

    def take_ping(self, payload: bytes) -> None:
        """Hand a ping over."""
        self._call(self._handler.on_ping, payload)

    def take_pong(self, payload: bytes) -> None:
        """Hand a pong over."""
        self._call(self._handler.on_pong, payload)

    def end(self, code: int, reason: str) -> None:
        """Report the end, unless that was done."""
        if self._closed.is_set():
            return
        self.is_open = False
        self._inbound.end()
        if self._cut_timer is not None:
            self._cut_timer.cancel()
        self._closed.set()
        try:
            self._handler.on_closed(*(self._end or (code, reason)))
        except Exception as error:  # noqa: BLE001 - the handler's bug, kept for wait_closed()
            self._failure = self._failure or error

    def _call(self, hand_over: Callable[[bytes], None], payload: bytes) -> None:
        if not self.is_open:
            return
        try:
            hand_over(payload)
        except Exception as error:  # noqa: BLE001 - the handler's bug, kept for wait_closed()
            self._failure = error
            self._end = (CLOSED_ABNORMALLY, f"a handler raised {type(error).__name__}")
            self.close(_HANDLER_FAILED)

    def _send(self, kind: FrameKind, payload: bytes) -> None:
        if not self.is_open:
            raise ConnectionLost(*(self._end or (CLOSED_ABNORMALLY, "the connection is closing")))
        self._send_to_peer(kind, payload)
