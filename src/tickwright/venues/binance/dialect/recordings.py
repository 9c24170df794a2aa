"""Recordings of Binance: frames and requests taken apart, and the books as the venue held them."""

from __future__ import annotations

import json
import re
from collections import deque
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec

from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.dialects import RecordedLevels


__all__ = ["BookKeeper", "aged_snapshot", "endpoint_of", "taken_apart"]

_ENDPOINT = re.compile(r"/(?:api|fapi|dapi)/v\d+/(?P<name>[\w/]+)")
_LAST_ID = re.compile(r'("lastUpdateId":\s*)(\d+)')
_EARLY_MAX = 1000
_LONG_AGO = 1_000_000_000  # update ids
_HEAD = '{"stream":"'
_MIDDLE = '","data":'

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_DAMAGE = (msgspec.DecodeError, ArithmeticError, LookupError, TypeError)
"""What reading a damaged recording ends in: no JSON, no number, a key that is missing, a value of another kind."""


class _Book:
    """One book; prices keep the text in which they came."""

    __slots__ = ("asks", "bids", "head", "last_id")

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.last_id: int = snapshot["lastUpdateId"]
        self.head = {
            key: value
            for key, value in snapshot.items()
            if key not in ("lastUpdateId", "bids", "asks")
        }
        self.bids = {Decimal(level[0]): (level[0], level[1]) for level in snapshot["bids"]}
        self.asks = {Decimal(level[0]): (level[0], level[1]) for level in snapshot["asks"]}


def _levels(rows: list[list[str]]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(row[0]), Decimal(row[1])) for row in rows]


class BookKeeper:
    """Follows snapshots and deltas of recorded frames.

    Args:
        product: Decides which deltas a snapshot makes old.
    """

    def __init__(self, product: DialectProduct) -> None:
        self._product = product
        self._books: dict[str, _Book] = {}
        self._early: dict[str, deque[dict[str, Any]]] = {}
        """Deltas recorded before their snapshot: one of them may reach beyond it."""

    def snapshot(self, symbol: str, body: str) -> bool:
        """Take a recorded snapshot, unless the book is newer, or it is damaged."""
        try:
            fresh = _Book(_decode(body))
        except _DAMAGE:
            return False
        known = self._books.get(symbol)
        if known is not None and known.last_id >= fresh.last_id:
            return False
        self._books[symbol] = fresh
        for event in self._early.pop(symbol, ()):
            with suppress(*_DAMAGE):
                self._apply(symbol, fresh, event)
        return True

    def follow(self, stream: str, payload: str) -> RecordedLevels | None:
        """Apply a recorded payload, if it is a diff of a book; a damaged one is passed over."""
        symbol, _, kind = stream.partition("@")
        if kind != "depth" and not kind.startswith("depth@"):
            return None
        symbol = symbol.upper()
        book = self._books.get(symbol)
        try:
            event = _decode(payload)
            if book is not None:
                return self._apply(symbol, book, event)
            self._early.setdefault(symbol, deque(maxlen=_EARLY_MAX)).append(event)
        except _DAMAGE:
            return None
        return None

    def _apply(self, symbol: str, book: _Book, event: dict[str, Any]) -> RecordedLevels | None:
        last_id: int = event["u"]
        if last_id < book.last_id or (last_id == book.last_id and not self._product.is_futures):
            return None
        # Read as a whole first: what is damaged is passed over as a whole.
        changes = RecordedLevels(symbol, _levels(event["b"]), _levels(event["a"]))
        for side, rows, levels in (
            (book.bids, event["b"], changes.bids),
            (book.asks, event["a"], changes.asks),
        ):
            for row, (price, quantity) in zip(rows, levels, strict=True):
                if quantity:
                    side[price] = (row[0], row[1])
                else:
                    side.pop(price, None)
        book.last_id = last_id
        for key in ("E", "T"):
            if key in event and key in book.head:
                book.head[key] = event[key]
        return changes

    def greeting(self, stream: str) -> str | None:
        """Return nothing: Binance's streams begin with the next change."""
        return None

    def last_id(self, symbol: str) -> int | None:
        """Return the update id of a book, ``None`` before its first snapshot."""
        book = self._books.get(symbol)
        return None if book is None else book.last_id

    def body(self, symbol: str, limit: int) -> str | None:
        """Return a snapshot's body of this moment, ``None`` before the first recorded one."""
        book = self._books.get(symbol)
        if book is None:
            return None
        bids = [book.bids[price] for price in sorted(book.bids, reverse=True)[:limit]]
        asks = [book.asks[price] for price in sorted(book.asks)[:limit]]
        whole = {"lastUpdateId": book.last_id, **book.head, "bids": bids, "asks": asks}
        return json.dumps(whole, separators=(",", ":"))

    def book(self, symbol: str) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """Return bids and asks, price → quantity; empty before the first snapshot."""
        book = self._books.get(symbol)
        if book is None:
            return {}, {}
        return (
            {price: Decimal(quantity) for price, (_, quantity) in book.bids.items()},
            {price: Decimal(quantity) for price, (_, quantity) in book.asks.items()},
        )


def endpoint_of(path: str) -> str:
    """Return the endpoint of a path, whatever its host and version.

    Example:
        >>> endpoint_of("/api/v1/depth"), endpoint_of("/fapi/v2/ticker/price")
        ('depth', 'ticker/price')
    """
    match = _ENDPOINT.search(path)
    return match["name"] if match else path


def taken_apart(data: str) -> tuple[str | None, str]:
    """Return stream name and payload of a combined frame; no name for anything else.

    Example:
        >>> taken_apart('{"stream":"btcusdt@trade","data":{"t":1}}')
        ('btcusdt@trade', '{"t":1}')
    """
    if data.startswith(_HEAD):
        end = data.find('"', len(_HEAD))
        if data.startswith(_MIDDLE, end):
            return data[len(_HEAD) : end], data[end + len(_MIDDLE) : -1]
    try:
        frame = json.loads(data)
    except json.JSONDecodeError:
        return None, ""
    if not isinstance(frame, dict) or "stream" not in frame or "data" not in frame:
        return None, ""
    return str(frame["stream"]), json.dumps(frame["data"], separators=(",", ":"))


def aged_snapshot(body: str) -> str:
    """Return a snapshot as it would be from long before."""
    return _LAST_ID.sub(
        lambda match: f"{match[1]}{max(1, int(match[2]) - _LONG_AGO)}", body, count=1
    )
