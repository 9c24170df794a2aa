"""OKX's side of the conversation, for the sandbox: public sockets, and what clients ask for when they start.

Written from the venue's documentation ("OKX API guide V5"), never from our codec: the two check each other. Served are
spot pairs alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tickwright.model.ids import InstrumentName
from tickwright.venues.channelpublisher import BookChange, Levels, Wanted
from tickwright.venues.dialects import Allowance, Answer, Frame, Params, Reply
from tickwright.venues.dialects import Publisher as AnyPublisher
from tickwright.venues.facts import (
    TURNOVER_SCALE,
    CandleFact,
    InstrumentView,
    Listing,
    MarketView,
    TradeFact,
    unscaled,
)
from tickwright.venues.publicdialect import PublicDialect, compact


__all__ = ["PRODUCT_NAMES", "OkxDialect", "OkxVoice", "PublicSocket", "dialect_of"]

PRODUCT_NAMES = ("okx.v5",)

_CHANNELS = {"books": "book", "bbo-tbt": "quote", "trades": "trade"}
_BARS = {
    "1m": "1m", "3m": "3m", "5m": "5m", "15m": "15m", "30m": "30m", "1H": "1h", "2H": "2h", "4H": "4h",
    "6Hutc": "6h", "12Hutc": "12h", "1Dutc": "1d", "1Wutc": "1w", "1Mutc": "1M",
}  # fmt: skip
"""Bars of candles → a market's intervals; those without ``utc`` begin in Hong Kong's time and are left out."""
_SILENT_S = 30.0
_CANDLES_MAX = 300
_RESOURCES = {"/api/v5/public/time": "time", "/api/v5/public/instruments": "exchangeInfo"}


class OkxVoice:
    """What the channels say (*WebSocket*, *Public channels*)."""

    depth = 400
    book_interval_ms = 100
    names_exits = True

    def wanted(self, stream: str) -> Wanted | None:
        """Return ``books:BTC-USDT`` taken apart."""
        channel, _, symbol = stream.partition(":")
        if channel in _CHANNELS:
            return Wanted(stream, _CHANNELS[channel], symbol)
        bar = _BARS.get(channel.removeprefix("candle"))
        return Wanted(stream, "candle", symbol, bar) if bar and channel[:6] == "candle" else None

    def book(self, wanted: Wanted, at: InstrumentView, change: BookChange, now_ms: int) -> str:
        """Write a snapshot or an update; ``prevSeqId`` of a snapshot is -1 (*Order book channel*)."""
        row = {
            "asks": _levels(at.listing, change.asks),
            "bids": _levels(at.listing, change.bids),
            "ts": str(now_ms),
            "checksum": 0,
            "prevSeqId": -1 if change.is_whole else change.previous,
            "seqId": change.sequence,
        }
        return _frame(wanted, row, action="snapshot" if change.is_whole else "update")

    def quote(self, wanted: Wanted, at: InstrumentView, now_ms: int) -> str:
        """Write the best level a side."""
        bids, asks = (_levels(at.listing, side) for side in (at.bids(1), at.asks(1)))
        row = {"asks": asks, "bids": bids, "ts": str(now_ms), "seqId": at.update_id}
        return _frame(wanted, row)

    def trades(
        self, wanted: Wanted, at: InstrumentView, found: Sequence[TradeFact], *, is_first: bool
    ) -> str:
        """Write what one taker got at each price, under the id of its last match; at first only the last one."""
        prices: dict[int, list[TradeFact]] = {}
        for one in found[-1:] if is_first else found:
            prices.setdefault(one.price, []).append(one)
        rows = [
            {
                "instId": wanted.symbol,
                "tradeId": str(same[-1].id),
                "px": f"{at.listing.price(price):f}",
                "sz": f"{at.listing.quantity(sum(one.quantity for one in same)):f}",
                "side": "sell" if same[0].is_buyer_maker else "buy",
                "ts": str(same[-1].ts_ms),
                "count": str(len(same)),
            }
            for price, same in prices.items()
        ]
        return _frame(wanted, *rows)

    def candle(
        self, wanted: Wanted, at: InstrumentView, found: CandleFact, *, is_closed: bool, now_ms: int
    ) -> str:
        """Write a candle, which says whether it is closed."""
        return _frame(wanted, _candle(at.listing, found, is_closed=is_closed))

    def beat(self, now_ms: int) -> str:
        """Return nothing: there is no heartbeat channel."""
        return ""


class PublicSocket:
    """One connection to ``/ws/v5/public`` or ``/ws/v5/business``.

    Args:
        is_business: Whether it carries candles, and they alone.
        is_listed: Whether there is an instrument of that symbol.
    """

    framing = "raw"

    def __init__(self, is_business: bool, is_listed: Callable[[str], bool]) -> None:
        self.streams: dict[str, None] = {}
        self._is_business = is_business
        self._is_listed = is_listed

    @property
    def allowance(self) -> Allowance:
        """What it may send; the server closes after 30 s without traffic."""
        return Allowance(frames_per_s=100, quiet_s=_SILENT_S)

    def is_served(self, stream: str) -> bool:
        """Tell that what was accepted is served."""
        return True

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as it is."""
        return payload

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Answer ``ping`` with ``pong``, and each argument of a request alone."""
        if text == "ping":
            return Reply("pong")
        try:
            said = json.loads(text)
            operation, args = said["op"], [(arg["channel"], arg["instId"]) for arg in said["args"]]
        except (ValueError, LookupError, TypeError):
            return Reply(_error(60012, f"Illegal request: {text}"))
        if operation not in ("subscribe", "unsubscribe") or not args:
            return Reply(_error(60012, f"Illegal request: {text}"))
        answers, changed = [], []
        for channel, symbol in args:
            stream = f"{channel}:{symbol}"
            trouble = self._trouble(channel, symbol, refused.get(stream))
            if trouble is not None and operation == "subscribe":
                answers.append(_error(60018, trouble))
                continue
            arg = {"channel": channel, "instId": symbol}
            answers.append(compact({"event": operation, "arg": arg, "connId": "a4d3ae55"}))
            if (stream in self.streams) is (operation == "unsubscribe"):
                changed.append(stream)
        first, *others = answers
        if operation == "subscribe":
            self.streams.update(dict.fromkeys(changed))
            return Reply(first, added=tuple(dict.fromkeys(changed)), others=tuple(others))
        for stream in changed:
            self.streams.pop(stream, None)
        return Reply(first, removed=tuple(dict.fromkeys(changed)), others=tuple(others))

    def _trouble(self, channel: str, symbol: str, text: str | None) -> str | None:
        wanted = OkxVoice().wanted(f"{channel}:{symbol}")
        is_there = wanted is not None and (wanted.kind == "candle") is self._is_business
        if text is None and is_there and self._is_listed(symbol):
            return None
        known = f"channel:{channel},instId:{symbol}"
        return f"{text or 'Wrong URL or'} {known} doesn't exist."


class _Desk:
    """Public REST: instruments, time and candles."""

    def __init__(self, market: MarketView) -> None:
        self._market = market

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a request; refusals come with HTTP 200."""
        resource = _RESOURCES.get(path)
        if resource == "time":
            return Answer(200, _body({"ts": str(self._market.now_ms)}))
        if resource == "exchangeInfo":
            return self._instruments(params)
        if path == "/api/v5/market/candles":
            return self._candles(params)
        return Answer(404, _refused("404", "Not Found"))

    def _instruments(self, params: Params) -> Answer:
        kind = params.get("instType")
        if kind not in ("SPOT", "SWAP", "FUTURES", "MARGIN", "OPTION"):
            return Answer(200, _refused("51000", "Parameter instType error"))
        rows = [_row(each.listing) for each in self._market.instruments] if kind == "SPOT" else []
        return Answer(200, _body(*rows))

    def _candles(self, params: Params) -> Answer:
        at, bar = self._market.find(params.get("instId", "")), _BARS.get(params.get("bar", "1m"))
        if at is None or bar is None:
            return Answer(200, _refused("51001", "Instrument ID or bar doesn't exist."))
        now_ms, after = self._market.now_ms, params.get("after")
        end = None if after is None else int(after) - 1
        before, limit = params.get("before"), int(params.get("limit", 100))
        found = at.candles(bar, None, end, _CANDLES_MAX, now_ms)
        rows = [
            _candle(at.listing, one, is_closed=one.close_ms < now_ms)
            for one in reversed(found)
            if before is None or one.open_ms > int(before)
        ]
        return Answer(200, _body(*rows[: min(limit, _CANDLES_MAX)]))


class OkxDialect(PublicDialect):
    """OKX's spot pairs."""

    def __init__(self) -> None:
        super().__init__(PRODUCT_NAMES[0], OkxVoice(), requests=(20, 2000), connects=(3, 1.0))

    def converse(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        is_flat: bool,
        is_listed: Callable[[str], bool],
    ) -> PublicSocket:
        """Return a new connection's state; `ValueError` refuses the handshake."""
        if path not in ("/ws/v5/public", "/ws/v5/business"):
            raise ValueError(f"no public socket at {path}")
        return PublicSocket(path == "/ws/v5/business", is_listed)

    def desk(self, market: MarketView, publisher: AnyPublisher) -> _Desk:
        """Return what answers requests about a market."""
        return _Desk(market)

    def spelled(self, name: InstrumentName) -> str:
        """Return ``BTC-USDT``."""
        return f"{name.base}-{name.quote}"

    def resource(self, path: str) -> str:
        """Return what a path asks for."""
        return _RESOURCES.get(path, path)

    def time_body(self, now_ms: int) -> str:
        """Return ``{"code":"0","data":[{"ts":"…"}],"msg":""}``."""
        return _body({"ts": str(now_ms)})

    def time_in(self, body: Any) -> int:
        """Return the ms of a decoded answer of `time_body`."""
        return int(body["data"][0]["ts"])

    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the error body that goes with a status."""
        if status == 429:
            return _refused("50011", "Too Many Requests")
        return _refused("50001", "Service temporarily unavailable. Try again later")

    def shutdown_notice(self, now_ms: int) -> Frame | None:
        """Return the notice a minute before an upgrade."""
        text = "The connection will soon be closed for a service upgrade. Please reconnect."
        return "notice", compact(
            {"event": "notice", "code": "64008", "msg": text, "connId": "a4d3ae55"}
        )


def dialect_of(product: str) -> PublicDialect:
    """Return the dialect of ``okx.v5``, or of ``okx``."""
    return OkxDialect().of_product(product)


def _levels(listing: Listing, levels: Levels) -> list[list[str]]:
    price, quantity = listing.price, listing.quantity
    return [
        [f"{price(at):f}", f"{quantity(size):f}" if size else "0", "0", "1" if size else "0"]
        for at, size in levels
    ]


def _candle(listing: Listing, found: CandleFact, *, is_closed: bool) -> list[str]:
    prices = (found.open, found.high, found.low, found.close)
    volume, turnover = (
        listing.quantity(found.volume),
        f"{unscaled(found.turnover, TURNOVER_SCALE):f}",
    )
    shown = [f"{listing.price(price):f}" for price in prices]
    return [
        str(found.open_ms), *shown, f"{volume:f}", turnover, turnover, "1" if is_closed else "0",
    ]  # fmt: skip


def _row(listing: Listing) -> dict[str, str]:
    lot = f"{listing.quantity(listing.lot):f}"
    return {
        "instType": "SPOT", "instId": listing.symbol, "baseCcy": listing.name.base,
        "quoteCcy": listing.name.quote, "settleCcy": "", "ctVal": "", "ctMult": "", "ctValCcy": "",
        "ctType": "", "tickSz": f"{listing.price(listing.tick):f}", "lotSz": lot, "minSz": lot,
        "maxLmtSz": "9999999999", "maxMktSz": "1000000", "state": "live", "ruleType": "normal",
    }  # fmt: skip


def _frame(wanted: Wanted, *rows: Any, action: str = "") -> str:
    channel = wanted.stream.partition(":")[0]
    head: dict[str, Any] = {"arg": {"channel": channel, "instId": wanted.symbol}}
    return compact({**head, **({"action": action} if action else {}), "data": rows})


def _body(*rows: Any) -> str:
    return compact({"code": "0", "data": rows, "msg": ""})


def _refused(code: str, text: str) -> str:
    return compact({"code": code, "data": [], "msg": text})


def _error(code: int, text: str) -> str:
    return compact({"event": "error", "code": str(code), "msg": text, "connId": "a4d3ae55"})
