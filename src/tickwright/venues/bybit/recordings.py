"""How a capture of a Bybit product is recognised and read: by the names in its frames and URLs alone."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from tickwright.errors import NotSupported
from tickwright.model import topics
from tickwright.model.instrument import Instruments
from tickwright.venues.base import Channel, RecordedUrl
from tickwright.venues.bybit.codec_typed import INTERVALS
from tickwright.venues.bybit.streams import WHOLE, TopicTable


__all__ = ["BybitRecordings"]

_HOSTS = ("bybit.com", "bytick.com")
_SOCKET = "/v5/public/"
_LISTING = "/v5/market/instruments-info"
_WHOLE_BOOK = "/v5/market/full_orderbook"
_WHOLE_WORD = "full"
_NAME = re.compile(
    r"(?:orderbook\.(?P<depth>\d+|full)|kline\.(?P<interval>\w+)|(?P<kind>publicTrade|tickers|allLiquidation))"
    r"\.(?P<symbol>[A-Z0-9\-]+)"
)
_KINDS = {
    "publicTrade": topics.Trades,
    "tickers": topics.Tickers,
    "allLiquidation": topics.Liquidations,
}
_INTERVAL_OF = {word: interval for interval, word in INTERVALS.items()}


class BybitRecordings:
    """Reads captures of one product.

    Args:
        table: The product's topics.
        category: How URLs call it: frames never do.
    """

    def __init__(self, table: TopicTable, category: str) -> None:
        self._table = table
        self._category = category

    def recognises(self, url: str) -> bool:
        """Whether ``url`` is of a socket or a request of this category."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not any(host == known or host.endswith(f".{known}") for known in _HOSTS):
            return False
        if parts.path.startswith(_SOCKET):
            return parts.path.removeprefix(_SOCKET).rstrip("/") == self._category
        return parse_qs(parts.query).get("category") == [self._category]

    def stream(self, name: str, instruments: Instruments) -> tuple[topics.Topic, Channel] | None:
        """Return the topic and channel of a stream; ``None`` for streams and symbols that are not known."""
        match = _NAME.fullmatch(name)
        instrument = match and instruments.by_symbol(self._table.product, match["symbol"])
        if not match or not instrument:
            return None
        topic: topics.Topic
        if match["depth"] is not None:
            depth = WHOLE if match["depth"] == _WHOLE_WORD else int(match["depth"])
            topic = topics.BookUpdates(instrument.id, depth)
        elif match["interval"] is not None:
            topic = topics.Candles(instrument.id, _INTERVAL_OF.get(match["interval"], ""))
        else:
            topic = _KINDS[match["kind"]](instrument.id)
        try:
            return topic, self._table.channel(topic, instruments)
        except NotSupported:
            return None

    def url(self, url: str) -> RecordedUrl | None:
        """Return what a recorded request asked for; ``None`` unless it was a whole book or the listing.

        Other books begin with a snapshot in their stream.
        """
        parts = urlsplit(url)
        if parts.path == _LISTING:
            return RecordedUrl("instruments")
        if parts.path == _WHOLE_BOOK:
            symbol = parse_qs(parts.query).get("symbol", [None])[0]
            return None if symbol is None else RecordedUrl("book", symbol)
        return None
