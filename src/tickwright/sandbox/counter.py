"""How fast a client sends or connects: what strict venues turn it away for."""

from __future__ import annotations

from collections import deque


__all__ = ["FrameCounter"]


class FrameCounter:
    """Counts what a client does in any sliding window.

    Args:
        limit: Frames, or attempts, allowed in it.
        window_s: Its length.
    """

    def __init__(self, limit: int, window_s: float = 1.0) -> None:
        self.limit = limit
        self.window_s = window_s
        self.seen = 0
        self._times: deque[float] = deque(maxlen=limit + 1)

    def take(self, now_s: float) -> bool:
        """Count one; return False if it is one too many."""
        self.seen += 1
        self._times.append(now_s)
        return len(self._times) <= self.limit or now_s - self._times[0] >= self.window_s
