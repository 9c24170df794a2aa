"""How fast a client sends: what strict venues cut connections for."""

from __future__ import annotations

from collections import deque


__all__ = ["FrameCounter"]


class FrameCounter:
    """Counts a client's frames in any sliding second.

    Args:
        limit: Frames allowed in a second.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.seen = 0
        self._times: deque[float] = deque(maxlen=limit + 1)

    def take(self, now_s: float) -> bool:
        """Count one frame; return False if it is one too many."""
        self.seen += 1
        self._times.append(now_s)
        return len(self._times) <= self.limit or now_s - self._times[0] >= 1.0
