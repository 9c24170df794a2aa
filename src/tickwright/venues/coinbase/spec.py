"""Coinbase Advanced Trade as declarations. Source: the venue's documentation as of 2026-11."""

from __future__ import annotations

from msgspec import Struct, field

from tickwright.core.booksync import BookChain
from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.model import topics
from tickwright.model.ids import InstrumentKind, InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import Candle
from tickwright.venues.base import BookFeed, Endpoints, Product, RestCall, WsLimits
from tickwright.venues.channels import (
    ChannelKind,
    ChannelRecordings,
    ChannelTable,
    candle_kinds,
    channel_of,
)
from tickwright.venues.coinbase import codec
from tickwright.venues.coinbase.protocol import CoinbaseProtocol, number_of
from tickwright.venues.lackingcalls import REQUESTS, CandleSpan, LackingCalls, refusal_of
from tickwright.venues.making import make_candles
from tickwright.venues.ownership import owns_kinds
from tickwright.venues.pairs import infer_pairs
from tickwright.venues.scales import data_scale
from tickwright.venues.typed import MS, read_decimal, read_optional, reader, tolerant_reader


__all__ = ["ADVANCED", "PRODUCTS"]

NAME = "coinbase.advanced"
_BARS = {
    "1m": "ONE_MINUTE", "5m": "FIVE_MINUTE", "15m": "FIFTEEN_MINUTE", "30m": "THIRTY_MINUTE", "1h": "ONE_HOUR",
    "2h": "TWO_HOUR", "6h": "SIX_HOUR", "1d": "ONE_DAY",
}  # fmt: skip
_SECOND_NS = 1000 * MS


class _Product(Struct):
    """``{"product_id":"BTC-USD","price_increment":"0.01","base_increment":"0.00000001","status":"online","alias":"",…}``."""

    symbol: str = field(name="product_id")
    base: str = field(name="base_currency_id")
    quote: str = field(name="quote_currency_id")
    tick: str = field(name="price_increment")
    lot: str = field(name="base_increment")
    least: str = field(name="base_min_size")
    most: str = field(name="base_max_size")
    least_worth: str = field(name="quote_min_size")
    most_worth: str = field(name="quote_max_size")
    status: str = ""
    alias: str = ""
    product_type: str = "SPOT"
    is_disabled: bool = False
    trading_disabled: bool = False
    cancel_only: bool = False


class _Listing(Struct):
    products: list[_Product]


class _Time(Struct):
    time_ms: int = field(name="epochMillis")


class _History(Struct):
    candles: list[codec.CandleRow]


class _Refusal(Struct):
    error: str = ""
    message: str = ""


_read_listing = reader(_Listing)
_read_time = reader(_Time)
_read_history = reader(_History)
_look = tolerant_reader(_Refusal)


def _status(row: _Product) -> InstrumentStatus:
    if row.status != "online":
        return InstrumentStatus.CLOSED if row.status == "delisted" else InstrumentStatus.UNKNOWN
    if row.is_disabled or row.trading_disabled:
        return InstrumentStatus.HALTED
    return InstrumentStatus.CANCEL_ONLY if row.cancel_only else InstrumentStatus.TRADING


def _instrument(row: _Product) -> Instrument:
    tick, lot = read_decimal(row.tick), read_decimal(row.lot)
    return Instrument(
        name=InstrumentName("coinbase", row.base, row.quote),
        product=NAME,
        symbol=row.symbol,
        status=_status(row),
        status_raw=row.status,
        tick_size=tick,
        lot_size=lot,
        price_scale=data_scale(tick, None),
        quantity_scale=data_scale(lot, None),
        min_quantity=read_optional(row.least),
        max_quantity=read_optional(row.most),
        min_notional=read_optional(row.least_worth),
        max_notional=read_optional(row.most_worth),
    )


def _listed(body: bytes, received_ts_ns: int) -> list[Instrument]:
    """Read what is listed, but for aliases (``BTC-USDC``): their market is that of another product (``BTC-USD``)."""
    rows = _read_listing(body).products
    return [_instrument(row) for row in rows if row.product_type == "SPOT" and not row.alias]


class CoinbaseCalls(LackingCalls):
    """What is asked over REST (*Public Market Data*)."""

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed."""
        return self._call("market/products", _listed)

    def server_time(self) -> RestCall[int]:
        """The venue's clock in ns."""
        return self._call("time", lambda body, _: _read_time(body).time_ms * MS)

    def _history(
        self, instrument: Instrument, interval: str, span: CandleSpan
    ) -> RestCall[list[Candle]]:
        first_ns, last_ns = span.start_ns, span.end_ns
        if first_ns is None or last_ns is None:
            self._lack("candles without a begin; give start_ns")
        return self._call(
            f"market/products/{instrument.symbol}/candles",
            lambda body, at_ns: make_candles(
                _read_history(body).candles, instrument, at_ns, interval
            ),
            Priority.BACKFILL,
            start=-(-first_ns // _SECOND_NS),
            end=last_ns // _SECOND_NS,
            granularity=span.word,
            limit=span.limit,
        )


def refusal(status: int, body: bytes, where: str) -> Exception | None:
    """Return the error inside an answer: ``{"error":"NOT_FOUND","error_details":"…","message":"valid id required"}``."""
    said = _look(body) or _Refusal()
    return refusal_of(status, said.error, said.message, where)


_TABLE = ChannelTable(
    product=NAME,
    kinds={
        topics.Trades(""): ChannelKind(codec.trades, is_many=True, name="market_trades"),
        topics.Quotes(""): ChannelKind(codec.quotes, is_many=True, name="ticker"),
        topics.BookUpdates(""): ChannelKind(codec.books, is_many=True, name="l2_data"),
        **candle_kinds(codec.candles, {"5m": ""}, "candles"),
    },
)

ADVANCED = Product(
    name=NAME,
    venue="coinbase",
    endpoints={
        "live": Endpoints(
            rest="https://api.coinbase.com", ws_public="wss://advanced-trade-ws.coinbase.com"
        )
    },
    ws=CoinbaseProtocol(),
    ws_limits=WsLimits(
        # No limit is told; a book begins with megabytes, and a lost frame costs all books of its connection.
        streams_per_connection=60,
        # The venue allows 8 a second to an address.
        frames_per_s=4,
        streams_per_request=20,
        connects=RateLimit("CONNECTS", 8, 1.0, is_sliding=True),
        ping_interval_s=20.0,
        batch_of=channel_of,
    ),
    rest_limits=RestLimits(buckets=(RateLimit(REQUESTS, 10, 1.0, is_sliding=True),)),
    calls=CoinbaseCalls(NAME, "/api/v3/brokerage/", _BARS, page=350),
    book=BookFeed(chain=BookChain.ORDER, has_quote_ids=False),
    channel=_TABLE.channel,
    topics=_TABLE.topics,
    owns=owns_kinds(NAME, InstrumentKind.SPOT),
    infer=infer_pairs(NAME, "-"),
    recordings=ChannelRecordings(
        _TABLE,
        hosts=("advanced-trade-ws.coinbase.com", "api.coinbase.com"),
        listing="/api/v3/brokerage/market/products",
    ),
    error=refusal,
    frame_number=number_of,
)

PRODUCTS = (ADVANCED,)
