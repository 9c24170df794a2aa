"""How a capture of a Bybit product is recognised and read: by the names in its frames and URLs alone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tickwright.venues.base import RecordedUrl
from tickwright.venues.channels import ChannelRecordings, ChannelTable


__all__ = ["BybitRecordings"]

_HOSTS = ("bybit.com", "bytick.com")
_SOCKET = "/v5/public/"
_LISTING = "/v5/market/instruments-info"
_WHOLE_BOOK = "/v5/market/full_orderbook"


class BybitRecordings(ChannelRecordings):
    """Reads captures of one product.

    Args:
        table: The product's topics.
        category: How URLs call it: frames never do.
    """

    def __init__(self, table: ChannelTable, category: str) -> None:
        super().__init__(table, hosts=_HOSTS, listing=_LISTING)
        self._category = category

    def recognises(self, url: str) -> bool:
        """Whether ``url`` is of a socket or a request of this category."""
        if not super().recognises(url):
            return False
        parts = urlsplit(url)
        if parts.path.startswith(_SOCKET):
            return parts.path.removeprefix(_SOCKET).rstrip("/") == self._category
        return parse_qs(parts.query).get("category") == [self._category]

    def url(self, url: str) -> RecordedUrl | None:
        """Return what a recorded request asked for; ``None`` unless it was a whole book or the listing.

        Other books begin with a snapshot in their stream.
        """
        parts = urlsplit(url)
        if parts.path != _WHOLE_BOOK:
            return super().url(url)
        symbol = parse_qs(parts.query).get("symbol", [None])[0]
        return None if symbol is None else RecordedUrl("book", symbol)
