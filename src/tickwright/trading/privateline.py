"""One socket of a private stream: what came on it and was not read yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NoReturn

from tickwright.io.clock import Clock
from tickwright.trading.keptline import KeptLine
from tickwright.venues.trading import PrivateLink


__all__ = ["PrivateLine"]

_FRAMES_MAX = 10_000
"""Unread ones; beyond them the socket is not read, so that nothing is dropped and nothing grows without a bound (G9, G15)."""

Take = Callable[[bytes, int], None]
"""Takes a message, and the time of its coming in ns."""


class PrivateLine(KeptLine):
    """Keeps frames in order until somebody reads them, and answers to greetings apart.

    Args:
        link: Tells which frames are answers.
        clock: For the time of the last sign of life.
    """

    def __init__(self, link: PrivateLink, clock: Clock) -> None:
        super().__init__(link, clock)
        self._frames: deque[tuple[bytes, int]] = deque()
        self._is_paused = False
        self._reader: Take | None = None
        self._failure: Exception | None = None

    async def read(self, take: Take) -> NoReturn:
        """Hand every message to ``take`` within the call that brings it, those first that came before, until the socket ends.

        Raises:
            ConnectionLost: The socket ended.
            Exception: What ``take`` raised; it is given nothing more then.
        """
        self._reader = take
        try:
            for frame, received_ts_ns in self._emptied():
                take(frame, received_ts_ns)
            while self._failure is None:
                self._require_life()
                await self._wait()
            raise self._failure
        finally:
            self._reader = None

    async def frames(self) -> list[tuple[bytes, int]]:
        """Wait for messages, and return all that came, with the times of their coming.

        Raises:
            ConnectionLost: The socket ended, and all that came was read.
        """
        while not self._frames:
            self._require_life()
            await self._wait()
        return self._emptied()

    def _emptied(self) -> list[tuple[bytes, int]]:
        found = list(self._frames)
        self._frames.clear()
        if self._is_paused and self.connection is not None:
            self._is_paused = False
            self.connection.resume_reading()
        return found

    def _take(self, payload: bytes) -> None:
        if self._take_control(payload):
            return
        received_ts_ns = self._clock.time_ns()
        if self._reader is not None:
            self._hand_over(self._reader, payload, received_ts_ns)
            return
        self._frames.append((payload, received_ts_ns))
        if len(self._frames) > _FRAMES_MAX and not self._is_paused and self.connection:
            self._is_paused = True
            self.connection.pause_reading()
        self._changed.set()

    def _hand_over(self, take: Take, payload: bytes, received_ts_ns: int) -> None:
        try:
            take(payload, received_ts_ns)
        except Exception as error:  # noqa: BLE001  # raised where it is waited for, not in the socket's callback
            self._failure, self._reader = error, None
            self._changed.set()
