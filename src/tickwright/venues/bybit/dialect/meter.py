"""How Bybit counts an address's requests (section 2.3): 600 in 5 s, then 403 for ten minutes."""

from __future__ import annotations

from collections import deque

from tickwright.venues.dialects import Verdict


__all__ = ["BANNED_TEXT", "AddressMeter"]

BANNED_TEXT = "access too frequent"
_LIMIT, _WINDOW_MS = 600, 5000
_BAN_MS = 600_000
_FORBIDDEN = 403


class AddressMeter:
    """Counts requests, all hosts together; the ban lifts itself.

    Args:
        limit: Requests in 5 s.
    """

    def __init__(self, limit: int = _LIMIT) -> None:
        self.limit = limit
        self.used = 0
        """Counted in the last 5 s."""
        self._times: deque[int] = deque()
        self._banned_until_ms = 0

    def take(self, weight: int, now_ms: int) -> Verdict:
        """Count a request, whatever its weight, and say whether it is served."""
        if now_ms < self._banned_until_ms:
            return self._banned()
        times = self._times
        while times and times[0] <= now_ms - _WINDOW_MS:
            times.popleft()
        if weight:
            times.append(now_ms)
        self.used = len(times)
        if self.used <= self.limit:
            return Verdict(200)
        self._banned_until_ms = now_ms + _BAN_MS
        times.clear()
        return self._banned()

    def _banned(self) -> Verdict:
        return Verdict(_FORBIDDEN, BANNED_TEXT, retry_at_ms=self._banned_until_ms)
