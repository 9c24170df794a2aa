"""Pacing of outgoing frames: never more than so many in any window of time, wherever it begins.

A venue counts the frames of a connection over *its* second, whose beginning we do not know, and
closes the socket (later: bans the address) of whoever exceeds. A token bucket lets a burst through
at each refill, and two adjoining bursts can fall into one of the venue's seconds. A strict sliding
window cannot.
"""

from __future__ import annotations

from collections import deque

from tickwright.errors import UsageError, WouldBlock


__all__ = ["SlidingWindow"]


class SlidingWindow:
    """At most ``limit`` takes in any half-open window ``[t, t + window_s)``.

    Args:
        limit: Takes allowed in a window.
        window_s: Its length in seconds.

    Raises:
        UsageError: A limit below 1, or a window that is not longer than 0 s.

    Example:
        >>> pace = SlidingWindow(limit=2, window_s=1.0)
        >>> pace.take(10.0), pace.take(10.25)
        (None, None)
        >>> pace.delay_s(10.5)
        0.5
        >>> pace.delay_s(11.0)
        0.0
    """

    __slots__ = ("_takes_s", "limit", "window_s")

    def __init__(self, limit: int, window_s: float) -> None:
        if limit < 1 or not window_s > 0:
            raise UsageError(
                f"a window needs limit ≥ 1 and length > 0 s, not {limit} in {window_s} s"
            )
        self.limit = limit
        self.window_s = window_s
        # Only the last `limit` takes can matter: the next one is bound by the oldest of them.
        self._takes_s: deque[float] = deque(maxlen=limit)

    def delay_s(self, now_s: float) -> float:
        """Return how long to wait before the next take; 0 where it may happen now."""
        if len(self._takes_s) < self.limit:
            return 0.0
        return max(0.0, self._takes_s[0] + self.window_s - now_s)

    def take(self, now_s: float) -> None:
        """Count one frame as leaving at ``now_s`` (monotonic).

        Raises:
            WouldBlock: The window is full; ``delay_s`` says for how long.
        """
        delay_s = self.delay_s(now_s)
        if delay_s > 0:
            raise WouldBlock(
                f"{self.limit} frames left in {self.window_s} s; wait another {delay_s:.3f} s"
            )
        # A reading older than the last one would let the queue's order, and with it the promise, slip.
        self._takes_s.append(max(now_s, self._takes_s[-1]) if self._takes_s else now_s)

    def used(self, now_s: float) -> int:
        """Return how many takes lie in the window that ends at ``now_s``."""
        return sum(take_s + self.window_s > now_s for take_s in self._takes_s)
