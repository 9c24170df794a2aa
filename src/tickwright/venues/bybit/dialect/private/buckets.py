"""How many requests an account may send to an endpoint in a second (section 2.3), over REST and sockets together."""

from __future__ import annotations

from collections import deque

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.envelope import Refused


__all__ = ["Buckets", "Taken", "order_limit"]

_WINDOW_MS = 1000


class Taken:
    """What is left of a bucket after a request, as headers tell it.

    Args:
        limit: Requests in a second.
        left: How many are left.
        reset_ms: When there is room again; about now if there is some.
    """

    def __init__(self, limit: int, left: int, reset_ms: int) -> None:
        self.limit = limit
        self.left = left
        self.reset_ms = reset_ms

    def headers(self) -> dict[str, str]:
        """Return the headers of an answer."""
        return {
            "X-Bapi-Limit": str(self.limit),
            "X-Bapi-Limit-Status": str(max(0, self.left)),
            "X-Bapi-Limit-Reset-Timestamp": str(self.reset_ms),
        }


def order_limit(category: Category, op: str) -> int:
    """Return how many orders of one account may be created, amended or cancelled in a second.

    Example:
        >>> from tickwright.venues.bybit.dialect.categories import SPOT
        >>> order_limit(SPOT, "create"), order_limit(SPOT, "amend"), order_limit(SPOT, "amend-batch")
        (20, 10, 20)
    """
    return category.amends_per_s if op == "amend" else category.orders_per_s


class Buckets:
    """Sliding windows of one second, by account and endpoint."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], deque[int]] = {}

    def take(self, account: str, name: str, limit: int, now_ms: int, count: int = 1) -> Taken:
        """Count requests.

        Args:
            account: Whose they are.
            name: The endpoint, with the category where it has a limit of its own.
            limit: How many there may be in a second.
            now_ms: The server's time.
            count: Orders in it, of a batch. What is over the limit is not counted: see `Taken.left`, below zero then.
        """
        times = self._times.setdefault((account, name), deque())
        while times and times[0] <= now_ms - _WINDOW_MS:
            times.popleft()
        left = limit - len(times) - count
        times.extend([now_ms] * max(0, min(count, count + left)))
        reset_ms = times[0] + _WINDOW_MS if left < 0 and times else now_ms
        return Taken(limit, left, reset_ms)

    @staticmethod
    def refused() -> Refused:
        """Too many requests of one account."""
        return Refused(10006, "Too many visits. Exceeded the API Rate Limit.")
