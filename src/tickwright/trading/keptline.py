"""One socket of an account: whether it is alive, what answered its greetings, and how it ended."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress

from tickwright.errors import ConnectionLost, RequestTimeout
from tickwright.io.clock import Clock
from tickwright.io.websocket import WebSocketConnection
from tickwright.venues.base import ShutdownNotice
from tickwright.venues.trading import Greeted, GreetingRefused, Link


__all__ = ["KeptLine"]


class KeptLine(ABC):
    """A socket's handler: what every kept socket has in common. What frames mean is for its heirs to say.

    Args:
        link: Tells which frames answer greetings.
        clock: For the time of the last sign of life.
    """

    def __init__(self, link: Link, clock: Clock) -> None:
        self.connection: WebSocketConnection | None = None
        self.heard_s = clock.monotonic_s()
        """When anything came last, pings and pongs included."""
        self._link = link
        self._clock = clock
        self._replies: deque[Greeted | GreetingRefused] = deque()
        self._end: ConnectionLost | None = None
        self._changed = asyncio.Event()
        self._is_closed = False
        self.has_notice = asyncio.Event()
        """Set once the venue says that this socket is about to end."""

    # ------------------------------------------------------------------ what the socket tells

    def on_frame(self, payload: bytes) -> None:
        """Take a message."""
        self._live()
        self._take(payload)

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
        self._is_closed = True
        self._lose(ConnectionLost(code, reason))

    def _live(self) -> None:
        self.heard_s = self._clock.monotonic_s()

    @abstractmethod
    def _take(self, payload: bytes) -> None:
        """Take a message."""

    def _take_control(self, payload: bytes) -> bool:
        """Keep an answer to a greeting, or a notice of the end, and return whether it is one of them."""
        told = self._link.control(payload)
        if told is None:
            return False
        if isinstance(told, ShutdownNotice):
            self.has_notice.set()
        else:
            self._replies.append(told)
            self._changed.set()
        return True

    def _lose(self, end: ConnectionLost) -> None:
        """Note the end; the first one stands."""
        self._end = self._end or end
        self._changed.set()

    # ------------------------------------------------------------------ what its owner does

    async def reply(self, timeout_s: float) -> Greeted | GreetingRefused:
        """Wait for the next answer to a greeting.

        Raises:
            ConnectionLost: The socket ended first.
            RequestTimeout: There was none in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not self._replies:
                    self._require_life()
                    await self._wait()
        except TimeoutError:
            raise RequestTimeout(
                f"a private socket gave no answer within {timeout_s:g} s"
            ) from None
        return self._replies.popleft()

    async def lost(self) -> None:
        """Wait for the end.

        Raises:
            ConnectionLost: It came.
        """
        while True:
            self._require_life()
            await self._wait()

    async def wait_notice(self, timeout_s: float) -> None:
        """Wait until the venue says that this socket is about to end, ``timeout_s`` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.has_notice.wait()

    def send(self, text: str) -> None:
        """Send a text.

        Raises:
            ConnectionLost: The socket ended; nothing was sent.
        """
        connection = self.connection
        if connection is None or self._end is not None:
            raise self._why_not_open()
        connection.send_text(text)

    def ping(self) -> None:
        """Ask for a sign of life, in the words of the venue or by a ping frame.

        Raises:
            ConnectionLost: The socket ended.
        """
        text = self._link.ping()
        if text is not None:
            self.send(text)
        elif self.connection is None or self._end is not None:
            raise self._why_not_open()
        else:
            self.connection.send_ping()

    def retire(self) -> None:
        """End the socket once nothing is owed on it any more: a successor has taken over."""
        self.close()

    def close(self) -> None:
        """End the socket. Twice is fine."""
        if self.connection is not None:
            self.connection.close()

    @property
    def has_ended(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._end is not None

    @property
    def is_gone(self) -> bool:
        """Whether there is no socket any more, not even one that says goodbye."""
        return self._is_closed or self.connection is None

    async def wait_closed(self) -> None:
        """Wait until a socket that was told to end has ended, which is bounded by its options."""
        if self.connection is not None:
            await self.connection.wait_closed()

    def _why_not_open(self) -> ConnectionLost:
        return self._end or ConnectionLost(1006, "not connected")

    def _require_life(self) -> None:
        if self._end is not None:
            raise self._end

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()
