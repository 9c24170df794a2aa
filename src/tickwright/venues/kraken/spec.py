"""Kraken's spot markets as declarations. Source: the venue's API documentation as of 2026-11."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from tickwright.core.booksync import BookChain
from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.model import topics
from tickwright.model.ids import InstrumentKind, InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import Candle
from tickwright.venues.base import BookFeed, BookProof, Endpoints, Product, RestCall, WsLimits
from tickwright.venues.channels import (
    ChannelKind,
    ChannelRecordings,
    ChannelTable,
    candle_kinds,
    channel_of,
)
from tickwright.venues.kraken import codec
from tickwright.venues.kraken.protocol import DEPTH, MINUTES, KrakenProtocol
from tickwright.venues.lackingcalls import REQUESTS, CandleSpan, LackingCalls, refusal_of
from tickwright.venues.making import make_candles
from tickwright.venues.ownership import owns_kinds
from tickwright.venues.pairs import infer_pairs
from tickwright.venues.typed import read_optional, reader, tolerant_reader


__all__ = ["PRODUCTS", "SPOT"]

NAME = "kraken.spot"
_INTERVALS = ("1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w")
_BARS = {interval: str(length) for interval, length in zip(_INTERVALS, MINUTES, strict=True)}
_READABLE = {"XBT": "BTC", "XDG": "DOGE"}
"""Assets that REST calls otherwise than everybody."""
_LISTED = {name: listed for listed, name in _READABLE.items()}
_STATUSES = {"online": InstrumentStatus.TRADING, "cancel_only": InstrumentStatus.CANCEL_ONLY}
_SECOND_NS = 1_000_000_000


class _Pair(Struct):
    """``{"altname":"XBTUSD","wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8,"ordermin":"0.0001","tick_size":"0.1",…}``."""

    price_digits: int = field(name="pair_decimals", default=0)
    lot_digits: int = field(name="lot_decimals", default=0)
    name: str = field(name="wsname", default="")
    tick: str = field(name="tick_size", default="")
    least: str = field(name="ordermin", default="")
    least_worth: str = field(name="costmin", default="")
    status: str = ""


class _Listing(Struct):
    pairs: dict[str, _Pair] = field(name="result")


class _Time(Struct):
    seconds: int = field(name="unixtime")


class _Reply(Struct):
    result: _Time


class _Bar(Struct, array_like=True):
    """``[1795176000,"90000.1","90020.0","89990.0","90010.0","90003.2","2.08100000",17]``."""

    start: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    average: Decimal
    volume: Decimal
    trades: int

    @property
    def begin(self) -> int:
        """When it opens, in ms."""
        return self.start * 1000


class _History(Struct):
    result: dict[str, list[_Bar] | int | dict[str, Any]]


class _Refusal(Struct):
    error: list[str] = []


_read_listing = reader(_Listing)
_read_time = reader(_Reply)
_read_history = reader(_History)
_look = tolerant_reader(_Refusal)


def _instrument(row: _Pair) -> Instrument:
    """Return an instrument whose scales are the pair's own digits, of which checksums are made."""
    base, quote = (_READABLE.get(asset, asset) for asset in row.name.split("/"))
    tick, lot = Decimal(1).scaleb(-row.price_digits), Decimal(1).scaleb(-row.lot_digits)
    return Instrument(
        name=InstrumentName("kraken", base, quote),
        product=NAME,
        symbol=f"{base}/{quote}",
        status=_STATUSES.get(row.status, InstrumentStatus.UNKNOWN),
        status_raw=row.status,
        tick_size=read_optional(row.tick) or tick,
        lot_size=lot,
        price_scale=row.price_digits,
        quantity_scale=row.lot_digits,
        min_quantity=read_optional(row.least),
        min_notional=read_optional(row.least_worth),
    )


def _listed(body: bytes, received_ts_ns: int) -> list[Instrument]:
    """Read what is listed; pairs without a name of two assets are dark pools, which no socket streams."""
    pairs = _read_listing(body).pairs.values()
    return [_instrument(row) for row in pairs if row.name.count("/") == 1]


class KrakenCalls(LackingCalls):
    """What is asked over REST (*Market Data*)."""

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed."""
        return self._call("AssetPairs", _listed)

    def server_time(self) -> RestCall[int]:
        """The venue's clock in ns, to the second."""
        return self._call("Time", lambda body, _: _read_time(body).result.seconds * _SECOND_NS)

    def _history(
        self, instrument: Instrument, interval: str, span: CandleSpan
    ) -> RestCall[list[Candle]]:
        last_ns = span.end_ns

        def decode(body: bytes, received_ts_ns: int) -> list[Candle]:
            rows = [row for rows in _bars(body) for row in rows]
            found = make_candles(rows, instrument, received_ts_ns, interval)
            return [each for each in found if last_ns is None or each.open_ts_ns <= last_ns]

        # What opens at that second is left out; an end cannot be named.
        since = None if span.start_ns is None else span.start_ns // _SECOND_NS - 1
        pair = "".join(_LISTED.get(asset, asset) for asset in instrument.symbol.split("/"))
        return self._call(
            "OHLC", decode, Priority.BACKFILL, pair=pair, interval=span.word, since=since
        )


def _bars(body: bytes) -> list[list[_Bar]]:
    return [rows for rows in _read_history(body).result.values() if isinstance(rows, list)]


def refusal(status: int, body: bytes, where: str) -> Exception | None:
    """Return the error inside an answer: ``{"error":["EQuery:Unknown asset pair"]}``; it comes with HTTP 200."""
    said = _look(body) or _Refusal()
    text = ", ".join(said.error)
    code, _, rest = text.partition(":")
    limited = (code,) if "Too many requests" in rest or "Rate limit" in rest else ()
    return refusal_of(status, code, text, where, limited=limited)


_TABLE = ChannelTable(
    product=NAME,
    kinds={
        topics.Trades(""): ChannelKind(codec.trades, is_many=True, name="trade"),
        topics.Quotes(""): ChannelKind(codec.quotes, is_many=True, name="ticker"),
        topics.BookUpdates(""): ChannelKind(codec.books, is_many=True, name="book"),
        **candle_kinds(codec.candles, _BARS, "ohlc-"),
    },
)

SPOT = Product(
    name=NAME,
    venue="kraken",
    endpoints={"live": Endpoints(rest="https://api.kraken.com", ws_public="wss://ws.kraken.com")},
    ws=KrakenProtocol(),
    ws_limits=WsLimits(
        # Neither number is told.
        streams_per_connection=200,
        frames_per_s=5,
        streams_per_request=50,
        # 150 attempts of an address in ten minutes; some are left for others.
        connects=RateLimit("CONNECTS", 100, 600.0, is_sliding=True),
        ping_interval_s=30.0,
        batch_of=channel_of,
    ),
    # Public calls may be made once a second; some at once are forgiven.
    rest_limits=RestLimits(buckets=(RateLimit(REQUESTS, 10, 10.0, is_sliding=True),)),
    calls=KrakenCalls(NAME, "/0/public/", _BARS, page=720),
    book=BookFeed(
        chain=BookChain.ORDER,
        has_quote_ids=False,
        depth=DEPTH,
        proof=BookProof(levels=10, checksum=codec.checksum),
    ),
    channel=_TABLE.channel,
    topics=_TABLE.topics,
    owns=owns_kinds(NAME, InstrumentKind.SPOT),
    infer=infer_pairs(NAME, "/"),
    recordings=ChannelRecordings(_TABLE, hosts=("kraken.com",), listing="/0/public/AssetPairs"),
    error=refusal,
)

PRODUCTS = (SPOT,)
