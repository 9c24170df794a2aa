"""Kraken's side of the conversation, for the sandbox: the public WebSocket API v2, and what clients ask for when they start.

Written from the venue's documentation ("WebSocket API v2", "Spot REST API"), never from our codec: the two check each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

import msgspec

from tickwright.model.ids import InstrumentName
from tickwright.venues.channelpublisher import BookChange, Levels, Wanted
from tickwright.venues.dialects import Allowance, Answer, Params, Reply
from tickwright.venues.dialects import Publisher as AnyPublisher
from tickwright.venues.facts import CandleFact, InstrumentView, Listing, MarketView, TradeFact
from tickwright.venues.publicdialect import PublicDialect


__all__ = ["PRODUCT_NAMES", "KrakenDialect", "KrakenVoice", "PublicSocket", "dialect_of"]

PRODUCT_NAMES = ("kraken.spot",)

_KINDS = {"book": "book", "trade": "trade", "ticker": "quote"}
_INTERVALS = {
    1: "1m", 5: "5m", 15: "15m", 30: "30m", 60: "1h", 240: "4h", 1440: "1d", 10080: "1w",
}  # fmt: skip
_DEPTH = 100
"""Levels a side of the one book that is served; the venue has 10, 25, 500 and 1,000 as well."""
_SILENT_S = 60.0
_CANDLES_MAX = 720
_OLD_NAMES = {"BTC": "XBT", "DOGE": "XDG"}
_encode = msgspec.json.Encoder(
    decimal_format="number"
).encode  # with all digits, as the venue's floats
_RESOURCES = {"/0/public/Time": "time", "/0/public/AssetPairs": "exchangeInfo"}


class KrakenVoice:
    """What the channels say (*Market Data*)."""

    depth = _DEPTH
    book_interval_ms = 10
    names_exits = False

    def wanted(self, stream: str) -> Wanted | None:
        """Return ``book:BTC/USD`` or ``ohlc-5:BTC/USD`` taken apart."""
        channel, _, symbol = stream.partition(":")
        if channel in _KINDS:
            return Wanted(stream, _KINDS[channel], symbol)
        name, _, length = channel.partition("-")
        interval = _INTERVALS.get(int(length)) if length.isdecimal() else None
        return Wanted(stream, "candle", symbol, interval) if interval and name == "ohlc" else None

    def book(self, wanted: Wanted, at: InstrumentView, change: BookChange, now_ms: int) -> str:
        """Write a snapshot or an update, with the checksum of the book after it."""
        row = {
            "symbol": wanted.symbol,
            "bids": _levels(at.listing, change.bids),
            "asks": _levels(at.listing, change.asks),
            "checksum": _checksum(at.listing, *change.top),
            "timestamp": _time(change.made_ms),
        }
        return _frame("book", [row], is_first=change.is_whole)

    def quote(self, wanted: Wanted, at: InstrumentView, now_ms: int) -> str:
        """Write the best bid and offer, beside the statistics of the day."""
        listing, day = at.listing, at.day(now_ms, 86_400_000)
        bid, bid_size, ask, ask_size = at.best()
        row = {
            "symbol": wanted.symbol,
            "bid": _price(listing, bid),
            "bid_qty": _quantity(listing, bid_size),
            "ask": _price(listing, ask),
            "ask_qty": _quantity(listing, ask_size),
            "last": _price(listing, day.last),
            "volume": _quantity(listing, day.volume),
            "low": _price(listing, day.low),
            "high": _price(listing, day.high),
            "timestamp": _time(now_ms),
        }
        return _frame("ticker", [row])

    def trades(
        self, wanted: Wanted, at: InstrumentView, found: Sequence[TradeFact], *, is_first: bool
    ) -> str:
        """Write matches with the side of the taker."""
        rows = [
            {
                "symbol": wanted.symbol,
                "side": "sell" if one.is_buyer_maker else "buy",
                "price": _price(at.listing, one.price),
                "qty": _quantity(at.listing, one.quantity),
                "ord_type": "limit",
                "trade_id": one.id,
                "timestamp": _time(one.ts_ms),
            }
            for one in found
        ]
        return _frame("trade", rows, is_first=is_first)

    def candle(
        self, wanted: Wanted, at: InstrumentView, found: CandleFact, *, is_closed: bool, now_ms: int
    ) -> str:
        """Write a candle, which does not say whether it is closed."""
        row = {
            "symbol": wanted.symbol,
            **{name: _price(at.listing, getattr(found, name)) for name in _PRICES},
            "volume": _quantity(at.listing, found.volume),
            "trades": found.trades,
            "interval_begin": _time(found.open_ms),
            "interval": int(wanted.stream.partition(":")[0].removeprefix("ohlc-")),
            "timestamp": _time(found.close_ms + 1),
        }
        return _frame("ohlc", [row])

    def beat(self, now_ms: int) -> str:
        """Return nothing: heartbeats are the connection's own."""
        return ""


class PublicSocket:
    """One connection to ``/v2``.

    Args:
        is_listed: Whether there is a pair of that symbol.
    """

    framing = "raw"

    def __init__(self, is_listed: Callable[[str], bool]) -> None:
        self.streams: dict[str, None] = {}
        self._is_listed = is_listed

    @property
    def allowance(self) -> Allowance:
        """What it may send; it is closed after about a minute of silence."""
        return Allowance(frames_per_s=50, quiet_s=_SILENT_S)

    def is_served(self, stream: str) -> bool:
        """Tell that what was accepted is served."""
        return True

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as it is."""
        return payload

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Answer a ping, and each symbol of a request alone."""
        try:
            said = json.loads(text)
            method, number = said["method"], said.get("req_id")
        except (ValueError, LookupError, TypeError, AttributeError):
            return Reply(_compact({"error": "Malformed request", "success": False}))
        head = {"method": method, "time_in": _time(now_ms), "time_out": _time(now_ms)}
        head |= {} if number is None else {"req_id": number}
        if method == "ping":
            return Reply(_compact({**head, "method": "pong"}))
        params = said.get("params", {})
        channel = params.get("channel", "")
        prefix = f"ohlc-{params.get('interval', 1)}" if channel == "ohlc" else channel
        answers, changed = [], []
        for symbol in params.get("symbol", ()):
            stream = f"{prefix}:{symbol}"
            trouble = self._trouble(method, stream, params, refused.get(stream))
            if trouble is not None:
                failed = {**head, "success": False, "error": trouble, "symbol": symbol}
                answers.append(_compact(failed))
                continue
            result = {**params, "symbol": symbol}
            answers.append(_compact({**head, "success": True, "result": result}))
            if (stream in self.streams) is (method == "unsubscribe"):
                changed.append(stream)
        if not answers:
            return Reply(_compact({**head, "success": False, "error": "Malformed request"}))
        first, *others = answers
        if method == "subscribe":
            self.streams.update(dict.fromkeys(changed))
            return Reply(first, added=tuple(changed), others=tuple(others))
        for stream in changed:
            del self.streams[stream]
        return Reply(first, removed=tuple(changed), others=tuple(others))

    def _trouble(
        self, method: str, stream: str, params: Mapping[str, Any], text: str | None
    ) -> str | None:
        symbol = stream.partition(":")[2]
        if method not in ("subscribe", "unsubscribe"):
            return "Unsupported method"
        if text is not None and method == "subscribe":
            return text
        if KrakenVoice().wanted(stream) is None:
            return f"Channel {params.get('channel')} not supported"
        if params.get("channel") == "book" and params.get("depth", 10) != _DEPTH:
            return f"Subscription depth not supported {params.get('depth', 10)}"
        return None if self._is_listed(symbol) else f"Currency pair not supported {symbol}"


class _Desk:
    """Public REST: pairs, time and candles."""

    def __init__(self, market: MarketView) -> None:
        self._market = market

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a request; refusals come with HTTP 200."""
        resource = _RESOURCES.get(path)
        if resource == "time":
            return Answer(200, _clock(self._market.now_ms))
        if resource == "exchangeInfo":
            pairs = [each.listing for each in self._market.instruments]
            return Answer(200, _body({_old_name(one): _pair(one) for one in pairs}))
        if path == "/0/public/OHLC":
            return self._candles(params)
        return Answer(404, _refused("EGeneral:Unknown method"))

    def _candles(self, params: Params) -> Answer:
        asked, interval = params.get("pair"), _INTERVALS.get(int(params.get("interval", 1)))
        named = [one for one in self._market.instruments if _old_name(one.listing) == asked]
        if not named or interval is None:
            return Answer(200, _refused("EQuery:Unknown asset pair"))
        (at,), now_ms = named, self._market.now_ms
        since_ms = int(params.get("since", 0)) * 1000
        found = at.candles(interval, None, now_ms, _CANDLES_MAX, now_ms)
        rows = [
            [
                one.open_ms // 1000,
                *(str(_price(at.listing, getattr(one, name))) for name in _PRICES),
                str(_price(at.listing, one.close)),
                f"{at.listing.quantity(one.volume):f}",
                one.trades,
            ]
            for one in found
            if one.open_ms > since_ms
        ]
        return Answer(200, _body({_old_name(at.listing): rows, "last": now_ms // 1000}))


class KrakenDialect(PublicDialect):
    """Kraken's spot pairs."""

    maps = frozenset({"result"})

    def __init__(self) -> None:
        voice = KrakenVoice()
        super().__init__(PRODUCT_NAMES[0], voice, requests=(15, 1000), connects=(150, 600.0))

    def converse(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        is_flat: bool,
        is_listed: Callable[[str], bool],
    ) -> PublicSocket:
        """Return a new connection's state; `ValueError` refuses the handshake."""
        if path != "/v2":
            raise ValueError(f"no public socket at {path}")
        return PublicSocket(is_listed)

    def desk(self, market: MarketView, publisher: AnyPublisher) -> _Desk:
        """Return what answers requests about a market."""
        return _Desk(market)

    def invented(self, base: str) -> InstrumentName:
        """Return the usual pair of a base asset."""
        return InstrumentName(self.venue, base, "USD")

    def spelled(self, name: InstrumentName) -> str:
        """Return ``BTC/USD``."""
        return f"{name.base}/{name.quote}"

    def resource(self, path: str) -> str:
        """Return what a path asks for."""
        return _RESOURCES.get(path, path)

    def time_body(self, now_ms: int) -> str:
        """Return ``{"error":[],"result":{"unixtime":…,"rfc1123":"…"}}``."""
        return _clock(now_ms)

    def time_in(self, body: Any) -> int:
        """Return the ms of a decoded answer of `time_body`."""
        return int(body["result"]["unixtime"]) * 1000

    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the error body that goes with a status."""
        if status == 429:
            return _refused("EGeneral:Too many requests")
        return _refused("EService:Unavailable")


def dialect_of(product: str) -> PublicDialect:
    """Return the dialect of ``kraken.spot``, or of ``kraken``."""
    return KrakenDialect().of_product(product)


_PRICES = ("open", "high", "low", "close")


def _price(listing: Listing, raw: int) -> Decimal:
    return listing.price(raw)


def _quantity(listing: Listing, raw: int) -> Decimal:
    return listing.quantity(raw) if raw else Decimal(0)


def _levels(listing: Listing, levels: Levels) -> list[dict[str, Decimal]]:
    return [
        {"price": _price(listing, price), "qty": _quantity(listing, size)} for price, size in levels
    ]


def _checksum(listing: Listing, bids: Levels, asks: Levels) -> int:
    """Return the CRC32 of the ten best asks and bids, written as the page *Book Checksum* tells."""
    text = ""
    for price, size in (*asks, *bids):
        for number in (listing.price(price), listing.quantity(size)):
            text += f"{number:f}".replace(".", "").lstrip("0")
    return crc32(text.encode())


def _compact(value: Any) -> str:
    return _encode(value).decode()


def _time(ts_ms: int) -> str:
    return f"{datetime.fromtimestamp(ts_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ts_ms % 1000:03d}000Z"


def _frame(channel: str, rows: Any, *, is_first: bool = False) -> str:
    kind = "snapshot" if is_first else "update"
    return _compact({"channel": channel, "type": kind, "data": rows})


def _old_name(listing: Listing) -> str:
    name = listing.name
    return "".join(_OLD_NAMES.get(asset, asset) for asset in (name.base, name.quote))


def _pair(listing: Listing) -> dict[str, Any]:
    name = listing.name
    base, quote = (_OLD_NAMES.get(asset, asset) for asset in (name.base, name.quote))
    lot = f"{listing.quantity(listing.lot):f}"
    return {
        "altname": base + quote, "wsname": f"{base}/{quote}", "base": base, "quote": quote,
        "pair_decimals": listing.price_scale, "lot_decimals": listing.quantity_scale, "cost_decimals": 5,
        "ordermin": lot, "costmin": "0.5", "tick_size": f"{listing.price(listing.tick):f}", "status": "online",
    }  # fmt: skip


def _clock(now_ms: int) -> str:
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    shown = f"{moment:%a, %d %b %y %H:%M:%S} +0000"
    return _body({"unixtime": now_ms // 1000, "rfc1123": shown})


def _body(result: Any) -> str:
    return _compact({"error": [], "result": result})


def _refused(text: str) -> str:
    return _compact({"error": [text]})
