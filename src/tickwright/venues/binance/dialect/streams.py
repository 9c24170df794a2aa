"""The grammar of Binance's stream names, and which route serves which stream."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from tickwright.venues.binance.dialect.products import DialectProduct


__all__ = ["INTERVALS", "StreamName", "family_of", "is_well_formed", "parse_stream", "route_of"]

INTERVALS = (
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M",
)  # fmt: skip


class StreamName(msgspec.Struct, frozen=True):
    """A stream that the product has, taken apart."""

    text: str
    kind: str
    """``trade``, ``depth``, ``kline`` …; arrays begin with ``!``."""
    symbol: str = ""
    """Upper case; empty for all-market streams."""
    interval: str = ""
    """Of candles, and the window of window tickers."""
    levels: int = 0
    """Of partial depth; 0 for the diff stream."""
    speed_ms: int = 0


_INTERVAL = "|".join(INTERVALS)
_COMMON = (
    r"(?P<kind>trade|aggTrade|miniTicker|ticker|bookTicker)",
    rf"(?P<kind>kline)_(?P<interval>{_INTERVAL})",
)
_SPOT = (
    *_COMMON,
    rf"(?P<kind>kline)_(?P<interval>{_INTERVAL})@\+08:00",
    r"(?P<kind>ticker)_(?P<interval>1h|4h|1d)",
    r"(?P<kind>avgPrice|blockTrade|referencePrice)",
    r"(?P<kind>depth)(?P<levels>5|10|20)?(?:@(?P<speed>100ms|1000ms))?",
)
_SPOT_ARRAYS = (
    r"(?P<kind>!miniTicker)@arr",
    r"(?P<kind>!ticker)_(?P<interval>1h|4h|1d)@arr",
)
_FUTURES = (
    *_COMMON,
    rf"(?P<kind>continuousKline)_(?P<interval>{_INTERVAL})",
    r"(?P<kind>markPrice)(?:@(?P<speed>1s|3s))?",
    r"(?P<kind>forceOrder|compositeIndex|assetIndex)",
    r"(?P<kind>rpiDepth)@500ms",
    r"(?P<kind>depth)(?P<levels>5|10|20)?(?:@(?P<speed>0ms|100ms|250ms|500ms))?",
)
_FUTURES_ARRAYS = (
    r"(?P<kind>!miniTicker|!ticker|!forceOrder|!assetIndex)@arr",
    r"(?P<kind>!markPrice)@arr(?:@(?P<speed>1s|3s))?",
    r"(?P<kind>!bookTicker|!contractInfo|tradingSession)",
)
_PATTERNS = {
    False: tuple(re.compile(text) for text in _SPOT),
    True: tuple(re.compile(text) for text in _FUTURES),
}
_ARRAY_PATTERNS = {
    False: tuple(re.compile(text) for text in _SPOT_ARRAYS),
    True: tuple(re.compile(text) for text in _FUTURES_ARRAYS),
}
_SPEEDS = {
    "0ms": 0,
    "100ms": 100,
    "250ms": 250,
    "500ms": 500,
    "1000ms": 1000,
    "1s": 1000,
    "3s": 3000,
}
_PUBLIC_KINDS = frozenset({"depth", "rpiDepth", "bookTicker", "!bookTicker", "trade"})
_FAMILY = re.compile(r"@(?:\d+m?s)$")


@lru_cache(maxsize=65_536)
def parse_stream(product: DialectProduct, text: str) -> StreamName | None:
    """Return the parts of a stream name, or ``None`` where the product has no such stream.

    Symbols stand in lower case: ``BTCUSDT@trade`` is well formed and never delivers anything.

    Example:
        >>> from tickwright.venues.binance.dialect.products import SPOT
        >>> parse_stream(SPOT, "btcusdt@depth@100ms").speed_ms
        100
    """
    symbol, at, rest = text.partition("@")
    if at and not text.startswith("!"):
        patterns, subject = _PATTERNS[product.is_futures], rest
        if symbol != symbol.lower() or not symbol:
            return None
    else:
        patterns, subject, symbol = _ARRAY_PATTERNS[product.is_futures], text, ""
    for pattern in patterns:
        match = pattern.fullmatch(subject)
        if match is not None:
            return _named(product, text, symbol, match.groupdict())
    return None


def _named(
    product: DialectProduct, text: str, symbol: str, found: dict[str, str | None]
) -> StreamName | None:
    kind, interval, speed = found["kind"] or "", found.get("interval") or "", found.get("speed")
    if kind == "kline" and interval == "1s" and product.is_futures:
        return None
    if speed is not None:
        speed_ms = _SPEEDS[speed]
    elif kind == "depth":
        speed_ms = product.depth_interval_ms
    else:
        speed_ms = 3000 if "markPrice" in kind else 0
    return StreamName(text, kind, symbol.upper(), interval, int(found.get("levels") or 0), speed_ms)


def is_well_formed(text: str) -> bool:
    """Tell whether a name could be a stream: unknown ones are taken in silence, malformed ones refused."""
    if text.startswith("!") or text == "tradingSession":
        return len(text) > 1
    symbol, at, kind = text.partition("@")
    return bool(symbol and at and kind) and not any(c.isspace() or c in '"\\/?' for c in text)


def route_of(product: DialectProduct, text: str) -> str:
    """Return the route that serves a stream: ``public`` or ``market`` where there are any, else ``""``."""
    if not product.is_routed:
        return ""
    name = parse_stream(product, text)
    if name is None:
        return "public" if "@depth" in text else "market"
    return "public" if name.kind in _PUBLIC_KINDS else "market"


def family_of(text: str) -> str:
    """Return a stream name without its speed: streams of one family carry the same facts.

    Example:
        >>> family_of("btcusdt@depth@0ms"), family_of("btcusdt@depth20@100ms")
        ('btcusdt@depth', 'btcusdt@depth20')
    """
    return _FAMILY.sub("", text)
