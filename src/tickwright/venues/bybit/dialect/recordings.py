"""Recordings of Bybit: frames and requests taken apart, and the books as their subscribers held them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import msgspec

from tickwright.venues.bybit.dialect.categories import Category
from tickwright.venues.bybit.dialect.topics import parse_stream, stream_of
from tickwright.venues.dialects import RecordedLevels


__all__ = ["BookKeeper", "aged_snapshot", "resource_of", "taken_apart"]

_TOPIC = re.compile(r'\{"topic":"([^"]+)"')
_NUMBERS = re.compile(r'"(u|seq)":\s*(\d+)')
_LONG_AGO = 1_000_000  # update ids
_RESOURCES = {
    "/v5/market/time": "time",
    "/v5/market/orderbook": "depth",
    "/v5/market/full_orderbook": "depth",
    "/v5/market/instruments-info": "exchangeInfo",
}

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_DAMAGE = (msgspec.DecodeError, ArithmeticError, LookupError, TypeError, ValueError)
"""What reading a damaged recording ends in: no JSON, no number, a key that is missing, a value of another kind."""

Side = dict[Decimal, tuple[str, str]]
Levels = list[tuple[Decimal, Decimal]]


def resource_of(path: str) -> str:
    """Return what a path asks for.

    Example:
        >>> resource_of("/v5/market/orderbook"), resource_of("/v5/market/tickers")
        ('depth', 'tickers')
    """
    return _RESOURCES.get(path) or path.removeprefix("/v5/market/")


def taken_apart(category: Category, data: str) -> tuple[str | None, str]:
    """Return stream name and payload of a recorded frame; no name for anything else.

    Example:
        >>> from tickwright.venues.bybit.dialect.categories import SPOT
        >>> taken_apart(SPOT, '{"topic":"tickers.BTCUSDT","ts":1}')
        ('spot/tickers.BTCUSDT', '{"topic":"tickers.BTCUSDT","ts":1}')
    """
    match = _TOPIC.match(data)
    if match is not None:
        return stream_of(category, match[1]), data
    try:
        frame = json.loads(data)
    except json.JSONDecodeError:
        return None, ""
    if not isinstance(frame, dict) or not isinstance(frame.get("topic"), str):
        return None, ""
    return stream_of(category, frame["topic"]), data


def aged_snapshot(body: str) -> str:
    """Return a book of REST as it would be from long before."""
    return _NUMBERS.sub(
        lambda match: f'"{match[1]}":{max(1, int(match[2]) - _LONG_AGO)}', body, count=2
    )


class _Book:
    """One topic's book; numbers keep the text in which they came."""

    def __init__(self, frame: dict[str, Any]) -> None:
        self.frame = frame
        data = frame["data"]
        self.bids = _side(data["b"])
        self.asks = _side(data["a"])

    @property
    def update_id(self) -> int:
        return int(self.frame["data"]["u"])

    def apply(self, frame: dict[str, Any]) -> None:
        data = frame["data"]
        for side, levels in ((self.bids, data["b"]), (self.asks, data["a"])):
            for price, quantity in levels:
                if Decimal(quantity):
                    side[Decimal(price)] = (price, quantity)
                else:
                    side.pop(Decimal(price), None)
        self.frame = frame

    def top(self, limit: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        bids = [self.bids[price] for price in sorted(self.bids, reverse=True)[:limit]]
        return bids, [self.asks[price] for price in sorted(self.asks)[:limit]]

    def greeting(self) -> dict[str, Any]:
        bids, asks = self.top(1 << 30)
        data = {**self.frame["data"], "b": bids, "a": asks}
        return {**self.frame, "type": "snapshot", "data": data}


class BookKeeper:
    """Follows recorded frames: books, and tickers that come in parts."""

    def __init__(self) -> None:
        self._books: dict[str, _Book] = {}
        self._tickers: dict[str, dict[str, Any]] = {}
        self._deepest: dict[str, str] = {}
        """Symbol → the stream of its deepest book."""

    def snapshot(self, symbol: str, body: str) -> bool:
        """Take no recorded answer: books begin in their streams."""
        return False

    def follow(self, stream: str, payload: str) -> RecordedLevels | None:
        """Apply a recorded payload, if it changes a book, and return what it set; a damaged one is passed over."""
        topic = parse_stream(stream)
        if topic is None or topic.kind not in ("orderbook", "tickers"):
            return None
        try:
            frame = _decode(payload)
            if topic.kind == "tickers":
                self._merge(stream, frame)
                return None
            if topic.detail == "rpi":
                return None
            self._note(topic.symbol, stream, topic.levels)
            return self._follow(stream, topic.symbol, frame)
        except _DAMAGE:
            return None

    def _note(self, symbol: str, stream: str, levels: int) -> None:
        known = parse_stream(self._deepest.get(symbol, ""))
        if known is None or known.levels < levels:
            self._deepest[symbol] = stream

    def _follow(self, stream: str, symbol: str, frame: dict[str, Any]) -> RecordedLevels | None:
        book, data = self._books.get(stream), frame["data"]
        is_whole = frame["type"] == "snapshot" or data["u"] == 1
        if book is None and not is_whole:
            return None
        before = (dict(book.bids), dict(book.asks)) if book is not None and is_whole else ({}, {})
        if book is None or is_whole:
            self._books[stream] = _Book(frame)
        else:
            book.apply(frame)
        if self._deepest[symbol] != stream:
            return None
        sides = [_levels(data[name]) for name in ("b", "a")]
        for side, old in zip(sides, before, strict=True):
            named = {price for price, _ in side}
            side += [(price, Decimal(0)) for price in old if price not in named]
        return RecordedLevels(symbol, *sides)

    def _merge(self, stream: str, frame: dict[str, Any]) -> None:
        known = self._tickers.get(stream)
        if frame["type"] == "snapshot":
            self._tickers[stream] = frame
        elif known is not None:
            data = {**known["data"], **frame["data"]}
            self._tickers[stream] = {**known, **frame, "type": "snapshot", "data": data}

    def greeting(self, stream: str) -> str | None:
        """Return the snapshot that a new subscriber gets at this place, ``None`` before the first recorded one."""
        book = self._books.get(stream)
        found = self._tickers.get(stream) if book is None else book.greeting()
        return None if found is None else json.dumps(found, separators=(",", ":"))

    def last_id(self, symbol: str) -> int | None:
        """Return the update id of a symbol's deepest book, ``None`` before its first snapshot."""
        book = self._book(symbol)
        return None if book is None else book.update_id

    def body(self, symbol: str, limit: int) -> str | None:
        """Return the result of a request for the book at this place."""
        book = self._book(symbol)
        if book is None:
            return None
        bids, asks = book.top(limit)
        frame, data = book.frame, book.frame["data"]
        result = {"s": symbol, "b": bids, "a": asks, "ts": frame["ts"], "u": data["u"]}
        more = {"seq": data["seq"], "cts": frame.get("cts", frame["ts"])}
        return json.dumps({**result, **more}, separators=(",", ":"))

    def book(self, symbol: str) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """Return bids and asks, price → quantity; empty before the first snapshot."""
        book = self._book(symbol)
        if book is None:
            return {}, {}
        return (
            {price: Decimal(quantity) for price, (_, quantity) in book.bids.items()},
            {price: Decimal(quantity) for price, (_, quantity) in book.asks.items()},
        )

    def _book(self, symbol: str) -> _Book | None:
        return self._books.get(self._deepest.get(symbol, ""))


def _side(levels: list[list[str]]) -> Side:
    return {Decimal(price): (price, quantity) for price, quantity in levels}


def _levels(levels: list[list[str]]) -> Levels:
    return [(Decimal(price), Decimal(quantity)) for price, quantity in levels]
