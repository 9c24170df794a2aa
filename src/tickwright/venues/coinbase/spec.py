"""Coinbase Advanced Trade as declarations. Source: the venue's documentation as of 2026-11."""

from __future__ import annotations

from msgspec import Struct, field

from tickwright.core.booksync import BookChain
from tickwright.core.limits import RateLimit, RestLimits
from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.base import BookFeed, Endpoints, WsLimits
from tickwright.venues.channels import candle_kinds, channel_of, public_channels
from tickwright.venues.coinbase import codec
from tickwright.venues.coinbase.protocol import CoinbaseProtocol, number_of
from tickwright.venues.lackingcalls import REQUESTS, BarsAsked, CandleSpan, LackingCalls, refusals
from tickwright.venues.making import make_instrument
from tickwright.venues.publicproduct import public_product
from tickwright.venues.typed import MS, SECOND_NS, reader


__all__ = ["ADVANCED", "PRODUCTS"]

NAME = "coinbase.advanced"
_REST, _SOCKET = "api.coinbase.com", "advanced-trade-ws.coinbase.com"
_BARS = {
    "1m": "ONE_MINUTE", "5m": "FIVE_MINUTE", "15m": "FIFTEEN_MINUTE", "30m": "THIRTY_MINUTE", "1h": "ONE_HOUR",
    "2h": "TWO_HOUR", "6h": "SIX_HOUR", "1d": "ONE_DAY",
}  # fmt: skip


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


_read_listing = reader(list[_Product], "products")
_read_ms = reader(int, "epochMillis")


def _status(row: _Product) -> InstrumentStatus:
    if row.status != "online":
        return InstrumentStatus.CLOSED if row.status == "delisted" else InstrumentStatus.UNKNOWN
    if row.is_disabled or row.trading_disabled:
        return InstrumentStatus.HALTED
    return InstrumentStatus.CANCEL_ONLY if row.cancel_only else InstrumentStatus.TRADING


def _instrument(row: _Product) -> Instrument:
    return make_instrument(
        InstrumentName("coinbase", row.base, row.quote),
        NAME,
        row.symbol,
        (_status(row), row.status),
        steps=(row.tick, row.lot),
        min_quantity=row.least,
        max_quantity=row.most,
        min_notional=row.least_worth,
        max_notional=row.most_worth,
    )


def _listed(body: bytes, received_ts_ns: int) -> list[Instrument]:
    """Read what is listed, but for aliases (``BTC-USDC``): their market is that of another product (``BTC-USD``)."""
    rows = _read_listing(body)
    return [_instrument(row) for row in rows if row.product_type == "SPOT" and not row.alias]


class CoinbaseCalls(LackingCalls):
    """What is asked over REST (*Public Market Data*)."""

    def _history(self, instrument: Instrument, span: CandleSpan) -> BarsAsked:
        if span.start_ns is None or span.end_ns is None:
            self._lack("candles without a begin; give start_ns")
        return f"market/products/{instrument.symbol}/candles", {
            "start": -(-span.start_ns // SECOND_NS),
            "end": span.end_ns // SECOND_NS,
            "granularity": span.word,
            "limit": span.limit,
        }


ADVANCED = public_product(
    NAME,
    endpoints={"live": Endpoints(rest=f"https://{_REST}", ws_public=f"wss://{_SOCKET}")},
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
    calls=CoinbaseCalls(
        NAME,
        "/api/v3/brokerage/",
        listing=("market/products", _listed),
        clock=("time", lambda body, _: _read_ms(body) * MS),
        bars=_BARS,
        page=350,
        read_bars=codec.read_history,
    ),
    book=BookFeed(chain=BookChain.ORDER, has_quote_ids=False),
    channels=public_channels(
        trades=("market_trades", codec.trades),
        quotes=("ticker", codec.quotes),
        books=("l2_data", codec.books),
        candles=candle_kinds(codec.candles, {"5m": ""}, "candles"),
    ),
    infer="-",
    hosts=(_REST, _SOCKET),
    listing="/api/v3/brokerage/market/products",
    # Such as {"error":"NOT_FOUND","error_details":"…","message":"valid id required"}.
    error=refusals("error", "message"),
    frame_number=number_of,
)

PRODUCTS = (ADVANCED,)
