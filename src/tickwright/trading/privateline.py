"""One socket of a private stream: what came on it and was not read yet, and whether it is alive."""

from __future__ import annotations

import asyncio
from collections import deque

from tickwright.errors import ConnectionLost, RequestTimeout
from tickwright.io.clock import Clock
from tickwright.io.websocket import WebSocketConnection
from tickwright.venues.trading import Greeted, GreetingRefused, PrivateLink


__all__ = ["PrivateLine"]

_FRAMES_MAX = 10_000
"""Unread ones; beyond them the socket is not read, so that nothing is dropped and nothing grows without a bound (G9, G15)."""


class PrivateLine:
    """A socket's handler: keeps frames in order until somebody reads them, and answers to greetings apart.

    Args:
        link: Tells which frames are answers.
        clock: For the time of the last sign of life.
    """

    def __init__(self, link: PrivateLink, clock: Clock) -> None:
        self.connection: WebSocketConnection | None = None
        self.heard_s = clock.monotonic_s()
        """When anything came last, pings and pongs included."""
        self._link = link
        self._clock = clock
        self._frames: deque[tuple[bytes, int]] = deque()
        self._replies: deque[Greeted | GreetingRefused] = deque()
        self._end: ConnectionLost | None = None
        self._changed = asyncio.Event()
        self._is_paused = False

    # ------------------------------------------------------------------ what the socket tells

    def on_frame(self, payload: bytes) -> None:
        """Take a message."""
        self._live()
        answer = self._link.control(payload)
        if answer is not None:
            self._replies.append(answer)
        else:
            self._frames.append((payload, self._clock.time_ns()))
            if len(self._frames) > _FRAMES_MAX and not self._is_paused and self.connection:
                self._is_paused = True
                self.connection.pause_reading()
        self._changed.set()

    def on_ping(self, payload: bytes) -> None:
        """Answer a ping."""
        self._live()
        if self.connection is not None and self.connection.is_open:
            self.connection.send_pong(payload)

    def on_pong(self, payload: bytes) -> None:
        """Take a sign of life."""
        self._live()

    def on_closed(self, code: int, reason: str) -> None:
        """Take the end."""
        self._end = ConnectionLost(code, reason)
        self._changed.set()

    def _live(self) -> None:
        self.heard_s = self._clock.monotonic_s()

    # ------------------------------------------------------------------ what its owner does

    async def frames(self) -> list[tuple[bytes, int]]:
        """Wait for messages, and return all that came, with the times of their coming.

        Raises:
            ConnectionLost: The socket ended, and all that came was read.
        """
        while not self._frames:
            if self._end is not None:
                raise self._end
            await self._wait()
        found = list(self._frames)
        self._frames.clear()
        if self._is_paused and self.connection is not None:
            self._is_paused = False
            self.connection.resume_reading()
        return found

    async def reply(self, timeout_s: float) -> Greeted | GreetingRefused:
        """Wait for the next answer to a greeting.

        Raises:
            ConnectionLost: The socket ended first.
            RequestTimeout: There was none in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not self._replies:
                    if self._end is not None:
                        raise self._end
                    await self._wait()
        except TimeoutError:
            raise RequestTimeout(
                f"a private stream gave no answer within {timeout_s:g} s"
            ) from None
        return self._replies.popleft()

    def send(self, text: str) -> None:
        """Send a text.

        Raises:
            ConnectionLost: The socket ended.
        """
        if self._end is not None or self.connection is None:
            raise self._end or ConnectionLost(1006, "not connected")
        self.connection.send_text(text)

    def ping(self) -> None:
        """Ask for a sign of life, in the words of the venue or by a ping frame.

        Raises:
            ConnectionLost: The socket ended.
        """
        text = self._link.ping()
        if text is not None:
            self.send(text)
        elif self._end is not None or self.connection is None:
            raise self._end or ConnectionLost(1006, "not connected")
        else:
            self.connection.send_ping()

    def close(self) -> None:
        """End the socket. Twice is fine."""
        if self.connection is not None:
            self.connection.close()

    @property
    def has_ended(self) -> bool:
        """Whether the socket is gone."""
        return self._end is not None

    async def wait_closed(self) -> None:
        """Wait until a socket that was told to end has ended, which is bounded by its options."""
        if self.connection is not None:
            await self.connection.wait_closed()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()
