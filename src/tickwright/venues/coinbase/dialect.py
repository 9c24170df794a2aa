"""Coinbase's side of the conversation, for the sandbox: the market data socket, and what clients ask for when they start.

Written from the venue's documentation ("Advanced Trade WebSocket", "Advanced Trade REST API"), never from our codec: the two
check each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tickwright.model.ids import InstrumentName
from tickwright.venues.channelpublisher import BookChange, ChannelPublisher, Wanted
from tickwright.venues.dialects import Allowance, Answer, Params, Reply
from tickwright.venues.dialects import Publisher as AnyPublisher
from tickwright.venues.facts import CandleFact, InstrumentView, Listing, MarketView, TradeFact
from tickwright.venues.publicdialect import PublicDialect, compact


__all__ = [
    "PRODUCT_NAMES",
    "CoinbaseDialect",
    "CoinbasePublisher",
    "CoinbaseVoice",
    "MarketSocket",
    "dialect_of",
]

PRODUCT_NAMES = ("coinbase.advanced",)

_KINDS = {
    "l2_data": "book", "market_trades": "trade", "ticker": "quote", "candles": "candle", "heartbeats": "beat",
}  # fmt: skip
_ASKED = {"level2": "l2_data"}
_WHOLE = 1_000_000
"""Levels a side: a book has no depth."""
_FIRST_S, _QUIET_S = 5.0, 90.0
_NUMBER = re.compile(r'"sequence_num":\s*(\d+)')
_PREFIX = "/api/v3/brokerage/"
_GRANULARITIES = {
    "ONE_MINUTE": "1m", "FIVE_MINUTE": "5m", "FIFTEEN_MINUTE": "15m", "THIRTY_MINUTE": "30m", "ONE_HOUR": "1h",
    "TWO_HOUR": "2h", "SIX_HOUR": "6h", "ONE_DAY": "1d",
}  # fmt: skip
_CANDLES_MAX = 350


class CoinbaseVoice:
    """What the channels say (*Channels*). The number of each frame is filled in later."""

    depth = _WHOLE
    book_interval_ms = 50
    names_exits = True

    def wanted(self, stream: str) -> Wanted | None:
        """Return ``l2_data:BTC-USD`` taken apart."""
        channel, _, symbol = stream.partition(":")
        kind = _KINDS.get(channel)
        return None if kind is None else Wanted(stream, kind, symbol, "5m")

    def book(self, wanted: Wanted, at: InstrumentView, change: BookChange, now_ms: int) -> str:
        """Write all levels, or those that changed; all at the time at which the engine made them."""
        made, listing = _time(change.made_ms), at.listing
        rows = [
            {
                "side": side,
                "event_time": made,
                "price_level": f"{listing.price(price):f}",
                "new_quantity": f"{listing.quantity(size):f}" if size else "0",
            }
            for side, levels in (("bid", change.bids), ("offer", change.asks))
            for price, size in levels
        ]
        kind = "snapshot" if change.is_whole else "update"
        event = {"type": kind, "product_id": wanted.symbol, "updates": rows}
        return _frame("l2_data", now_ms, event)

    def quote(self, wanted: Wanted, at: InstrumentView, now_ms: int) -> str:
        """Write the best bid and offer, beside the statistics of the day."""
        listing, day = at.listing, at.day(now_ms, 86_400_000)
        bid, bid_size, ask, ask_size = at.best()
        row = {
            "type": "ticker",
            "product_id": wanted.symbol,
            "price": f"{listing.price(day.last):f}",
            "volume_24_h": f"{listing.quantity(day.volume):f}",
            "low_24_h": f"{listing.price(day.low):f}",
            "high_24_h": f"{listing.price(day.high):f}",
            "best_bid": f"{listing.price(bid):f}",
            "best_bid_quantity": f"{listing.quantity(bid_size):f}",
            "best_ask": f"{listing.price(ask):f}",
            "best_ask_quantity": f"{listing.quantity(ask_size):f}",
        }
        return _frame("ticker", now_ms, {"type": "update", "tickers": [row]})

    def trades(
        self, wanted: Wanted, at: InstrumentView, found: Sequence[TradeFact], *, is_first: bool
    ) -> str:
        """Write matches, the newest first, with the side of the maker."""
        rows = [
            {
                "trade_id": str(one.id),
                "product_id": wanted.symbol,
                "price": f"{at.listing.price(one.price):f}",
                "size": f"{at.listing.quantity(one.quantity):f}",
                "side": "BUY" if one.is_buyer_maker else "SELL",
                "time": _time(one.ts_ms),
            }
            for one in reversed(found)
        ]
        event = {"type": "snapshot" if is_first else "update", "trades": rows}
        return _frame("market_trades", found[-1].ts_ms if found else at.book_ms, event)

    def candle(
        self, wanted: Wanted, at: InstrumentView, found: CandleFact, *, is_closed: bool, now_ms: int
    ) -> str:
        """Write a candle, which does not say whether it is closed."""
        row = {**_candle(at.listing, found), "product_id": wanted.symbol}
        return _frame("candles", now_ms, {"type": "update", "candles": [row]})

    def beat(self, now_ms: int) -> str:
        """Write a heartbeat."""
        event = {"current_time": _time(now_ms), "heartbeat_counter": now_ms // 1000}
        return _frame("heartbeats", now_ms, event)


class CoinbasePublisher(ChannelPublisher):
    """Numbers the frames of each stream, so that connections know which of them they were not sent."""

    def __init__(self, market: MarketView, voice: CoinbaseVoice) -> None:
        super().__init__(market, voice)
        self._sent: dict[str, int] = {}

    def send(self, wanted: Wanted, payload: str) -> None:
        """Send a frame under the next number of its stream."""
        number = self._sent[wanted.stream] = self._sent.get(wanted.stream, 0) + 1
        super().send(wanted, _numbered(payload, number))

    def greeting(self, stream: str) -> str | None:
        """Return a snapshot under the number of the frame before it."""
        text = super().greeting(stream)
        return None if text is None else _numbered(text, self._sent.get(stream, 0))


class MarketSocket:
    """One connection, which numbers everything that it is sent (*Sequence Numbers*).

    A frame that a fault keeps back has its number all the same, and one that comes twice has it twice.

    Args:
        is_listed: Whether there is a product of that name.
        number: Tells connections apart.
    """

    def __init__(self, is_listed: Callable[[str], bool], number: int) -> None:
        self.framing = f"connection {number}"
        self.streams: dict[str, None] = {}
        self._is_listed = is_listed
        self._next = 0
        self._seen: dict[str, tuple[int, int]] = {}
        """Stream → number of its last frame there, and here."""

    @property
    def allowance(self) -> Allowance:
        """What it may send; without a subscription it is closed after five seconds."""
        return Allowance(frames_per_s=8, quiet_s=_QUIET_S if self.streams else _FIRST_S)

    def is_served(self, stream: str) -> bool:
        """Tell that what was accepted is served."""
        return True

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload under this connection's number."""
        match = _NUMBER.search(payload)
        there = int(match[1]) if match else 0
        seen = self._seen.get(stream)
        if seen is not None and there <= seen[0] and there:
            return _numbered(payload, max(0, seen[1] - (seen[0] - there)))
        if seen is not None and there:
            self._next += there - seen[0] - 1
        here = self._take()
        self._seen[stream] = (there, here)
        return _numbered(payload, here)

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Return the list of all subscriptions, or an error without a hint of what it is about."""
        try:
            said = json.loads(text)
            kind, asked = said["type"], said["channel"]
            products = [str(each) for each in said.get("product_ids", ())]
        except (ValueError, LookupError, TypeError, AttributeError):
            return Reply(_error("failed to parse message"))
        channel = _ASKED.get(asked, asked)
        if kind not in ("subscribe", "unsubscribe") or channel not in _KINDS:
            return Reply(_error(f"{kind} of {asked} is not supported"))
        names = products if channel != "heartbeats" else ["heartbeats"]
        streams = [f"{channel}:{name}" for name in names]
        if kind == "unsubscribe":
            removed = tuple(stream for stream in streams if stream in self.streams)
            for stream in removed:
                self.streams.pop(stream, None)
                self._seen.pop(stream, None)
            return Reply(self._listed(now_ms), removed=removed)
        for name, stream in zip(names, streams, strict=True):
            if stream in refused or not (channel == "heartbeats" or self._is_listed(name)):
                return Reply(_error(refused.get(stream) or f"{name} is not a valid product"))
        added = tuple(dict.fromkeys(each for each in streams if each not in self.streams))
        self.streams.update(dict.fromkeys(added))
        return Reply(self._listed(now_ms), added=added)

    def _listed(self, now_ms: int) -> str:
        asked_as = {sent: asked for asked, sent in _ASKED.items()}
        found: dict[str, list[str]] = {}
        for stream in self.streams:
            channel, _, name = stream.partition(":")
            found.setdefault(asked_as.get(channel, channel), []).append(name)
        text = _frame("subscriptions", now_ms, {"subscriptions": found})
        return _numbered(text, self._take())

    def _take(self) -> int:
        self._next += 1
        return self._next - 1


class _Desk:
    """Public REST: products, time and candles."""

    def __init__(self, market: MarketView) -> None:
        self._market = market

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a request."""
        where = path.removeprefix(_PREFIX)
        if where == "time":
            return Answer(200, _clock(self._market.now_ms))
        if where == "market/products":
            rows = [_row(each.listing) for each in self._market.instruments]
            return Answer(200, compact({"products": rows, "num_products": len(rows)}))
        parts = where.split("/")
        if len(parts) == 4 and parts[0] == "market" and parts[3] == "candles":
            return self._candles(parts[2], params)
        return Answer(404, _refused("NOT_FOUND", "not found"))

    def _candles(self, symbol: str, params: Params) -> Answer:
        at, interval = self._market.find(symbol), _GRANULARITIES.get(params.get("granularity", ""))
        if at is None or interval is None or not params.get("start") or not params.get("end"):
            return Answer(400, _refused("INVALID_ARGUMENT", "invalid product or span"))
        now_ms, start, end = self._market.now_ms, int(params["start"]), int(params["end"])
        limit = min(int(params.get("limit", _CANDLES_MAX)), _CANDLES_MAX)
        found = at.candles(interval, None, end * 1000, limit, now_ms)
        rows = [_candle(at.listing, one) for one in reversed(found) if one.open_ms >= start * 1000]
        return Answer(200, compact({"candles": rows}))


class CoinbaseDialect(PublicDialect):
    """Coinbase's spot pairs."""

    maps = frozenset({"subscriptions"})

    def __init__(self) -> None:
        voice = CoinbaseVoice()
        super().__init__(PRODUCT_NAMES[0], voice, requests=(10, 1000), connects=(8, 1.0))
        self._connections = count(1)

    def converse(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        is_flat: bool,
        is_listed: Callable[[str], bool],
    ) -> MarketSocket:
        """Return a new connection's state; `ValueError` refuses the handshake."""
        if path.strip("/"):
            raise ValueError(f"no market data socket at {path}")
        return MarketSocket(is_listed, next(self._connections))

    def publisher(self, market: MarketView) -> CoinbasePublisher:
        """Return what makes frames of a market's events."""
        return CoinbasePublisher(market, CoinbaseVoice())

    def desk(self, market: MarketView, publisher: AnyPublisher) -> _Desk:
        """Return what answers requests about a market."""
        return _Desk(market)

    def invented(self, base: str) -> InstrumentName:
        """Return the usual pair of a base asset."""
        return InstrumentName(self.venue, base, "USD")

    def spelled(self, name: InstrumentName) -> str:
        """Return ``BTC-USD``."""
        return f"{name.base}-{name.quote}"

    def resource(self, path: str) -> str:
        """Return what a path asks for."""
        known = {"time": "time", "market/products": "exchangeInfo"}
        return known.get(path.removeprefix(_PREFIX), path)

    def time_body(self, now_ms: int) -> str:
        """Return ``{"iso":"…","epochSeconds":"…","epochMillis":"…"}``."""
        return _clock(now_ms)

    def time_in(self, body: Any) -> int:
        """Return the ms of a decoded answer of `time_body`."""
        return int(body["epochMillis"])

    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the error body that goes with a status."""
        if status == 429:
            return compact(
                {"errors": [{"id": "rate_limit_exceeded", "message": "Too many requests"}]}
            )
        return _refused("INTERNAL", "internal server error")


def dialect_of(product: str) -> PublicDialect:
    """Return the dialect of ``coinbase.advanced``, or of ``coinbase``."""
    return CoinbaseDialect().of_product(product)


def _time(ts_ms: int) -> str:
    return f"{datetime.fromtimestamp(ts_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ts_ms % 1000:03d}Z"


def _frame(channel: str, now_ms: int, event: Any) -> str:
    head = {"channel": channel, "client_id": "", "timestamp": _time(now_ms), "sequence_num": 0}
    return compact({**head, "events": [event]})


def _numbered(payload: str, number: int) -> str:
    return _NUMBER.sub(f'"sequence_num":{number}', payload, count=1)


def _candle(listing: Listing, found: CandleFact) -> dict[str, str]:
    return {
        "start": str(found.open_ms // 1000),
        "high": f"{listing.price(found.high):f}",
        "low": f"{listing.price(found.low):f}",
        "open": f"{listing.price(found.open):f}",
        "close": f"{listing.price(found.close):f}",
        "volume": f"{listing.quantity(found.volume):f}",
    }


def _row(listing: Listing) -> dict[str, Any]:
    tick, lot = f"{listing.price(listing.tick):f}", f"{listing.quantity(listing.lot):f}"
    return {
        "product_id": listing.symbol, "base_currency_id": listing.name.base,
        "quote_currency_id": listing.name.quote, "price_increment": tick, "quote_increment": tick,
        "base_increment": lot, "base_min_size": lot, "base_max_size": "3400", "quote_min_size": "1",
        "quote_max_size": "150000000", "status": "online", "product_type": "SPOT", "alias": "",
        "is_disabled": False, "trading_disabled": False, "cancel_only": False, "limit_only": False,
        "post_only": False, "auction_mode": False, "view_only": False, "product_venue": "CBE",
    }  # fmt: skip


def _clock(now_ms: int) -> str:
    seconds = str(now_ms // 1000)
    return compact({"iso": _time(now_ms), "epochSeconds": seconds, "epochMillis": str(now_ms)})


def _refused(code: str, text: str) -> str:
    return compact({"error": code, "error_details": text, "message": text})


def _error(text: str) -> str:
    return compact({"type": "error", "message": text})
