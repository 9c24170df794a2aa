"""How Binance counts requests: weights in clock-aligned minutes, 429 above the limit, 418 for who goes on."""

from __future__ import annotations

from tickwright.venues.binance.dialect.errors import banned_text, error_body, limited_text
from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.dialects import Verdict


__all__ = ["WeightMeter", "depth_weight"]

_MINUTE_MS = 60_000
_WARNINGS = 10  # requests answered with 429 before the address is banned; the venue tells no number
_BAN_MS = 2 * _MINUTE_MS
_BAN_MS_MAX = 3 * 86_400_000


class WeightMeter:
    """One address's weight at one host. Each ban is twice as long as the last, up to three days.

    Args:
        product: For the limit and the words.
        limit: Weight a minute; the product's own unless given.
    """

    def __init__(self, product: DialectProduct, limit: int | None = None) -> None:
        self._product = product
        self.limit = product.weight_per_minute if limit is None else limit
        self.used = 0
        self._minute = -1
        self._warned = 0
        self._banned_until_ms = 0
        self._ban_ms = _BAN_MS

    def take(self, weight: int, now_ms: int) -> Verdict:
        """Count a request of that weight and say whether it is served."""
        if now_ms < self._banned_until_ms:
            return self._banned(now_ms)
        minute = now_ms // _MINUTE_MS
        if minute != self._minute:
            self._minute, self.used, self._warned = minute, 0, 0
        self.used += weight
        if self.used <= self.limit:
            return Verdict(200, headers=self._headers())
        self._warned += 1
        if self._warned > _WARNINGS:
            self._banned_until_ms = now_ms + self._ban_ms
            self._ban_ms = min(2 * self._ban_ms, _BAN_MS_MAX)
            return self._banned(now_ms)
        body = error_body(-1003, limited_text(self._product, self.limit))
        return self._refused(429, body, (minute + 1) * _MINUTE_MS, now_ms)

    def _banned(self, now_ms: int) -> Verdict:
        body = error_body(-1003, banned_text(self._product, self._banned_until_ms))
        return self._refused(418, body, self._banned_until_ms, now_ms)

    def _refused(self, status: int, body: str, until_ms: int, now_ms: int) -> Verdict:
        wait_s = -(-(until_ms - now_ms) // 1000)
        return Verdict(status, body, self._headers(wait_s), until_ms)

    def _headers(self, wait_s: int | None = None) -> dict[str, str]:
        headers = {"x-mbx-used-weight-1m": str(self.used)}
        if not self._product.is_futures:
            headers["x-mbx-used-weight"] = str(self.used)
        if wait_s is not None:
            headers["Retry-After"] = str(wait_s)
        return headers


def depth_weight(product: DialectProduct, limit: int) -> int:
    """Return the weight of a book snapshot of ``limit`` levels.

    Example:
        >>> from tickwright.venues.binance.dialect.products import SPOT, USDM
        >>> depth_weight(SPOT, 5000), depth_weight(USDM, 1000)
        (250, 20)
    """
    steps = ((50, 2), (100, 5), (500, 10), (1000, 20))
    if not product.is_futures:
        steps = ((100, 5), (500, 25), (1000, 50), (5000, 250))
    return next((weight for top, weight in steps if limit <= top), steps[-1][1])
