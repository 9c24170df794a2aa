"""How a capture of a Binance product is recognised and read: by the names in its frames and URLs alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from tickwright.errors import NotSupported
from tickwright.model import topics
from tickwright.model.instrument import Instruments
from tickwright.venues.base import Channel, RecordedUrl
from tickwright.venues.binance.streams import StreamTable


__all__ = ["BinanceRecordings"]

_KINDS: Mapping[str, Callable[[str], topics.Topic]] = {
    "trade": topics.Trades,
    "aggTrade": topics.AggTrades,
    "bookTicker": topics.Quotes,
    "depth": topics.BookUpdates,
    "miniTicker": topics.MiniTickers,
    "avgPrice": topics.AveragePrices,
    "markPrice": topics.MarkPrices,
    "forceOrder": topics.Liquidations,
}
# The speed is not asked for, so any recorded one will do: @100ms, @0ms, @1s.
_NAME = re.compile(
    r"(?P<symbol>[^@!]*)(?P<all>!?)@?"
    r"(?:(?P<kind>trade|aggTrade|bookTicker|miniTicker|avgPrice|markPrice|forceOrder)"
    r"|depth(?P<depth>\d*)|ticker(?:_(?P<window>\w+))?|kline_(?P<interval>\w+))"
    r"(?:@arr)?(?:@\d+m?s)?"
)
_BOOK = re.compile(r"/(?:api|fapi|dapi)/v\d/depth")
_LISTING = re.compile(r"/(?:api|fapi|dapi)/v\d/exchangeInfo")


class BinanceRecordings:
    """Reads captures of one product.

    Args:
        table: The product's streams.
        hosts: The end of each host name that is this product's alone, old hosts included.
    """

    def __init__(self, table: StreamTable, hosts: tuple[str, ...]) -> None:
        self._table = table
        self._hosts = hosts

    def recognises(self, url: str) -> bool:
        """Whether ``url`` is on one of the product's hosts."""
        host = urlsplit(url).hostname or ""
        return any(host == known or host.endswith(f".{known}") for known in self._hosts)

    def stream(self, name: str, instruments: Instruments) -> tuple[topics.Topic, Channel] | None:
        """Return the topic and channel of a stream; ``None`` for streams and symbols that are not known.

        Example:
            ``btcusdt@depth@0ms`` is read as ``BookUpdates``, although we would ask for another speed.
        """
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        if match["all"]:
            subject = f"{self._table.product}:*"
        else:
            instrument = instruments.by_symbol(self._table.product, match["symbol"].upper())
            if instrument is None:
                return None
            subject = instrument.id
        topic = _topic(match, subject)
        try:
            channel = self._table.channel(topic, instruments)
        except NotSupported:
            return None
        return topic, msgspec.structs.replace(channel, stream=name)

    def url(self, url: str) -> RecordedUrl | None:
        """Return what a recorded request asked for; ``None`` unless it was a book or the listing."""
        parts = urlsplit(url)
        if _LISTING.fullmatch(parts.path):
            return RecordedUrl("instruments")
        if _BOOK.fullmatch(parts.path):
            symbol = parse_qs(parts.query).get("symbol", [None])[0]
            return None if symbol is None else RecordedUrl("book", symbol.upper())
        return None


def _topic(match: re.Match[str], subject: str) -> topics.Topic:
    if match["kind"] is not None:
        return _KINDS[match["kind"]](subject)
    if match["interval"] is not None:
        return topics.Candles(subject, match["interval"])
    if match["depth"] is None:
        return topics.Tickers(subject, match["window"] or "24h")
    if match["depth"]:
        return topics.BookTops(subject, int(match["depth"]))
    return topics.BookUpdates(subject)
