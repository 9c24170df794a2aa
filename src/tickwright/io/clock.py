"""Time, as everything above ``io`` is given it: a port, and the system's own clocks behind it."""

from __future__ import annotations

import time
from typing import Protocol


__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """The two clocks of a computer. Tests and the sandbox put their own in its place."""

    def time_ns(self) -> int:
        """Return the wall clock in ns since 1970; it may step either way."""

    def monotonic_ns(self) -> int:
        """Return a clock in ns that never goes back; its zero means nothing."""

    def monotonic_s(self) -> float:
        """Return the clock of `monotonic_ns` in seconds."""


class SystemClock:
    """The clocks of the operating system."""

    __slots__ = ()

    # Bound straight to the C functions: `time_ns` runs once for every frame received.
    time_ns = staticmethod(time.time_ns)
    monotonic_ns = staticmethod(time.monotonic_ns)
    monotonic_s = staticmethod(time.monotonic)

    def __repr__(self) -> str:
        return "SystemClock()"
