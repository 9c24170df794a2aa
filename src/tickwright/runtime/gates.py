"""Holds connection attempts to what a venue allows one address (Binance: 300 in 5 minutes), and to its bans."""

from __future__ import annotations

import asyncio

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
    """

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self._window = SlidingWindow(limit.limit, limit.interval_s)
        self._clock = clock
        self._held_until_s = 0.0

    async def pass_through(self) -> None:
        """Wait until another connection may be opened, and count it."""
        while (delay_s := self._delay_s()) > 0:  # noqa: ASYNC110 - only time opens it
            await asyncio.sleep(max(delay_s, WAIT_S_MIN))
        self._window.take(self._clock.monotonic_s())

    def hold(self, delay_s: float) -> None:
        """Let nobody through for ``delay_s``, because the host wants silence; a longer wish stands."""
        self._held_until_s = max(self._held_until_s, self._clock.monotonic_s() + delay_s)

    def _delay_s(self) -> float:
        now_s = self._clock.monotonic_s()
        return max(self._window.delay_s(now_s), self._held_until_s - now_s)
