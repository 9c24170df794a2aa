"""How many orders an account may place: clock-aligned windows, and what fills give back on spot (section 10.3)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.products import DialectProduct


__all__ = ["OrderCounts"]

_TAKER_CREDIT, _MAKER_CREDIT = 1, 5
_UNIT_MS = {"SECOND": 1000, "MINUTE": 60_000, "DAY": 86_400_000}


class _Window(msgspec.Struct):
    unit: str
    length: int
    limit: int
    count: int = 0
    number: int = -1

    def roll(self, now_ms: int) -> None:
        number = now_ms // (self.length * _UNIT_MS[self.unit])
        if number != self.number:
            self.number, self.count = number, 0

    @property
    def name(self) -> str:
        return f"{self.length} {self.unit}"

    @property
    def header(self) -> str:
        return f"x-mbx-order-count-{self.length}{self.unit[0].lower()}"


class OrderCounts:
    """One account's order counts at one product.

    Args:
        product: For the limits.
    """

    def __init__(self, product: DialectProduct) -> None:
        self._is_futures = product.is_futures
        self._windows = (
            (_Window("SECOND", 10, 300), _Window("MINUTE", 1, 1200))
            if product.is_futures
            else (_Window("SECOND", 10, 100), _Window("DAY", 1, 200_000))
        )

    def check(self, now_ms: int) -> None:
        """Refuse an order beyond a limit.

        Raises:
            Refused: With -1015 and status 429; ``data`` says for how many ms.
        """
        for window in self._windows:
            window.roll(now_ms)
            if window.count >= window.limit:
                text = f"Too many new orders; current limit is {window.limit} orders per {window.name}."
                raise Refused(-1015, text, 429)

    def retry_s(self, now_ms: int) -> int:
        """Return how long to wait until a full window is over, 0 if none is full."""
        waits = [0]
        for window in self._windows:
            length_ms = window.length * _UNIT_MS[window.unit]
            if window.count >= window.limit:
                waits.append(-(-(length_ms - now_ms % length_ms) // 1000))
        return max(waits)

    def add(self, now_ms: int, counts: Sequence[int]) -> None:
        """Count orders: in the short window, and in the long one."""
        for window, count in zip(self._windows, counts, strict=True):
            window.roll(now_ms)
            window.count += count

    def credit(self, *, is_maker: bool) -> None:
        """Give back what the first fill of a spot order earns."""
        if not self._is_futures:
            for window in self._windows:
                window.count = max(0, window.count - (_MAKER_CREDIT if is_maker else _TAKER_CREDIT))

    def headers(self) -> dict[str, str]:
        """Return the headers of an accepted order."""
        return {window.header: str(window.count) for window in self._windows}

    def rows(self, now_ms: int, *, has_counts: bool) -> list[dict[str, object]]:
        """Return the body of ``rateLimit/order``."""
        rows = []
        for window in self._windows:
            window.roll(now_ms)
            row: dict[str, object] = {
                "rateLimitType": "ORDERS",
                "interval": window.unit,
                "intervalNum": window.length,
                "limit": window.limit,
            }
            rows.append({**row, "count": window.count} if has_counts else row)
        return rows
