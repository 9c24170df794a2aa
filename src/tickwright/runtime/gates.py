"""Holds connection attempts to what a venue allows one address (Binance: 300 in 5 minutes)."""

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

    async def pass_through(self) -> None:
        """Wait until another connection may be opened, and count it."""
        while (delay_s := self._window.delay_s(self._clock.monotonic_s())) > 0:  # noqa: ASYNC110 - only time opens it
            await asyncio.sleep(max(delay_s, WAIT_S_MIN))
        self._window.take(self._clock.monotonic_s())
