"""Holds connection attempts to what a venue allows one address (Binance: 300 in 5 minutes), and to its bans."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tickwright.core.limits import RateLimit
from tickwright.core.pacing import SlidingWindow
from tickwright.io.clock import Clock


__all__ = ["ConnectGate"]

WAIT_S_MIN = 0.001
"""A wait below the resolution of the loop's clock would end at the very same time, again and again."""


class ConnectGate:
    """One gate a venue host, shared by all of its sessions.

    Args:
        limit: Connections allowed in a sliding while.
        clock: Monotonic time.
        refused_s: HTTP status of a refused handshake → how long to stay away, where the host itself does not say.
    """

    def __init__(
        self, limit: RateLimit, clock: Clock, refused_s: Mapping[int, float] | None = None
    ) -> None:
        self._window = SlidingWindow(limit.limit, limit.interval_s)
        self._clock = clock
        self._refused_s = refused_s or {}
        self._held_until_s = 0.0

    async def pass_through(self) -> None:
        """Wait until another connection may be opened, and count it."""
        while (delay_s := self._delay_s()) > 0:  # noqa: ASYNC110 - only time opens it
            await asyncio.sleep(max(delay_s, WAIT_S_MIN))
        self._window.take(self._clock.monotonic_s())

    def refused(self, status: int, retry_after_s: float | None) -> None:
        """Take in a refused handshake: stay away for as long as the host said, or as its status means (G12)."""
        self.hold(self._refused_s.get(status, 0.0) if retry_after_s is None else retry_after_s)

    def hold(self, delay_s: float) -> None:
        """Let nobody through for ``delay_s``, because the host wants silence; a longer wish stands."""
        self._held_until_s = max(self._held_until_s, self._clock.monotonic_s() + delay_s)

    def _delay_s(self) -> float:
        now_s = self._clock.monotonic_s()
        return max(self._window.delay_s(now_s), self._held_until_s - now_s)
