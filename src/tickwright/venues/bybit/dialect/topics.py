"""The grammar of Bybit's public topics (section 4).

Inside the sandbox a stream's name begins with its category, because frames do not say it: ``linear/orderbook.50.BTCUSDT``.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from tickwright.venues.bybit.dialect.categories import CATEGORIES, INTERVALS, Category


__all__ = ["BOOK_INTERVALS_MS", "FULL", "Topic", "parse_stream", "parse_topic", "stream_of"]

BOOK_INTERVALS_MS = {1: 10, 50: 20, 200: 100, 1000: 200}
"""Depth → how often it is pushed, at most."""
FULL = 10_000
"""Levels of ``orderbook.full``."""
_FULL_INTERVAL_MS = 200
_RPI_LEVELS, _RPI_INTERVAL_MS = 50, 100

_DEPTHS = "|".join(str(depth) for depth in BOOK_INTERVALS_MS)
_COMMON = (
    rf"(?P<kind>orderbook)\.(?P<detail>{_DEPTHS}|full|rpi)\.(?P<symbol>[A-Z0-9-]+)",
    r"(?P<kind>publicTrade|tickers|priceLimit)\.(?P<symbol>[A-Z0-9-]+)",
    rf"(?P<kind>kline)\.(?P<detail>{'|'.join(INTERVALS)})\.(?P<symbol>[A-Z0-9-]+)",
)
_CONTRACTS = (
    r"(?P<kind>allLiquidation)\.(?P<symbol>[A-Z0-9-]+)",
    r"(?P<kind>insurance|adlAlert)\.(?P<detail>USDT|USDC|inverse)",
)
_PATTERNS = {
    False: tuple(re.compile(text) for text in _COMMON),
    True: tuple(re.compile(text) for text in _COMMON + _CONTRACTS),
}


class Topic(msgspec.Struct, frozen=True):
    """A topic that the category has, taken apart."""

    text: str
    category: Category
    kind: str
    symbol: str = ""
    """Empty for topics of a whole category."""
    detail: str = ""
    """A book's depth, a candle's interval."""

    @property
    def stream(self) -> str:
        """Its name inside the sandbox."""
        return stream_of(self.category, self.text)

    @property
    def key(self) -> str:
        """Its instrument's name in a market."""
        return f"{self.category.name}/{self.symbol}"

    @property
    def levels(self) -> int:
        """How many levels a side a book has."""
        return {"full": FULL, "rpi": _RPI_LEVELS}.get(self.detail) or int(self.detail)

    @property
    def book_interval_ms(self) -> int:
        """How often a book is pushed, at most."""
        named = {"full": _FULL_INTERVAL_MS, "rpi": _RPI_INTERVAL_MS}
        return named.get(self.detail) or BOOK_INTERVALS_MS[int(self.detail)]


@lru_cache(maxsize=65_536)
def parse_topic(category: Category, text: str) -> Topic | None:
    """Return the parts of a topic, or ``None`` where the category has no such topic.

    Symbols stand in upper case. Depth 500 is no more.

    Example:
        >>> from tickwright.venues.bybit.dialect.categories import LINEAR
        >>> parse_topic(LINEAR, "orderbook.50.BTCUSDT").levels
        50
        >>> parse_topic(LINEAR, "orderbook.500.BTCUSDT") is None
        True
    """
    for pattern in _PATTERNS[category.is_contract]:
        match = pattern.fullmatch(text)
        if match is not None:
            found = match.groupdict()
            return Topic(
                text, category, found["kind"], found.get("symbol") or "", found.get("detail") or ""
            )
    return None


def stream_of(category: Category, topic: str) -> str:
    """Return a topic's name inside the sandbox."""
    return f"{category.name}/{topic}"


def parse_stream(stream: str) -> Topic | None:
    """Return the topic of a name inside the sandbox, ``None`` if it is none."""
    name, _, text = stream.partition("/")
    category = CATEGORIES.get(name)
    return None if category is None else parse_topic(category, text)
