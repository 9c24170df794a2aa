"""One socket of a private stream: what came on it and was not read yet."""

from __future__ import annotations

from collections import deque

from tickwright.io.clock import Clock
from tickwright.trading.keptline import KeptLine
from tickwright.venues.trading import PrivateLink


__all__ = ["PrivateLine"]

_FRAMES_MAX = 10_000
"""Unread ones; beyond them the socket is not read, so that nothing is dropped and nothing grows without a bound (G9, G15)."""


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

    async def frames(self) -> list[tuple[bytes, int]]:
        """Wait for messages, and return all that came, with the times of their coming.

        Raises:
            ConnectionLost: The socket ended, and all that came was read.
        """
        while not self._frames:
            self._require_life()
            await self._wait()
        found = list(self._frames)
        self._frames.clear()
        if self._is_paused and self.connection is not None:
            self._is_paused = False
            self.connection.resume_reading()
        return found

    def _take(self, payload: bytes) -> None:
        if self._take_control(payload):
            return
        self._frames.append((payload, self._clock.time_ns()))
        if len(self._frames) > _FRAMES_MAX and not self._is_paused and self.connection:
            self._is_paused = True
            self.connection.pause_reading()
        self._changed.set()
