"""What is to happen at every multiple of an interval of a market's time."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heapify, heappop, heappush


__all__ = ["Beats"]


class Beats:
    """Calls that are due again and again.

    Example:
        >>> beats = Beats()
        >>> beats.every(100, print, now_ms=250)
        >>> beats.next_ms
        300
        >>> beats.beat()
        300
    """

    def __init__(self) -> None:
        self._due: list[tuple[int, int]] = []
        self._calls: list[tuple[int, Callable[[int], None]]] = []

    @property
    def next_ms(self) -> float:
        """When the next call is due; infinity without any."""
        return self._due[0][0] if self._due else math.inf

    def every(self, interval_ms: int, call: Callable[[int], None], now_ms: int) -> None:
        """Call with the market's time at every multiple of an interval from ``now_ms`` on."""
        self._calls.append((interval_ms, call))
        heappush(self._due, (_next(interval_ms, now_ms), len(self._calls) - 1))

    def beat(self) -> None:
        """Call what is due next."""
        due_ms, number = heappop(self._due)
        interval_ms, call = self._calls[number]
        heappush(self._due, (due_ms + interval_ms, number))
        call(due_ms)

    def restart(self, now_ms: int) -> None:
        """Begin anew at another time."""
        self._due = [
            (_next(interval_ms, now_ms), number)
            for number, (interval_ms, _) in enumerate(self._calls)
        ]
        heapify(self._due)


def _next(interval_ms: int, now_ms: int) -> int:
    return (now_ms // interval_ms + 1) * interval_ms
