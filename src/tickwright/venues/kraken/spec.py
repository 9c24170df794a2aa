"""Kraken's spot markets as declarations. Source: the venue's API documentation as of 2026-11."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from tickwright.core.booksync import BookChain
from tickwright.core.limits import RateLimit, RestLimits
from tickwright.errors import VenueError
from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.base import BookFeed, BookProof, Endpoints, WsLimits
from tickwright.venues.channels import candle_kinds, channel_of, public_channels
from tickwright.venues.kraken import codec
from tickwright.venues.kraken.protocol import BARS, DEPTH, KrakenProtocol
from tickwright.venues.lackingcalls import REQUESTS, BarsAsked, CandleSpan, LackingCalls, refusal_of
from tickwright.venues.making import candles_of, make_instrument
from tickwright.venues.publicproduct import public_product
from tickwright.venues.typed import SECOND_NS, reader, tolerant_reader


__all__ = ["PRODUCTS", "SPOT"]

NAME = "kraken.spot"
_BARS = {interval: str(length) for interval, length in BARS.items()}
_READABLE = {"XBT": "BTC", "XDG": "DOGE"}
"""Assets that REST calls otherwise than everybody."""
_LISTED = {name: listed for listed, name in _READABLE.items()}
_PROOF = BookProof(levels=10, checksum=codec.checksum)
_STATUSES = {"online": InstrumentStatus.TRADING, "cancel_only": InstrumentStatus.CANCEL_ONLY}


class _Pair(Struct):
    """``{"altname":"XBTUSD","wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8,"ordermin":"0.0001","tick_size":"0.1",…}``."""

    price_digits: int = field(name="pair_decimals", default=0)
    lot_digits: int = field(name="lot_decimals", default=0)
    name: str = field(name="wsname", default="")
    tick: str = field(name="tick_size", default="")
    least: str = field(name="ordermin", default="")
    least_worth: str = field(name="costmin", default="")
    status: str = ""


class _Bar(Struct, array_like=True):
    """``[1795176000,"90000.1","90020.0","89990.0","90010.0","90003.2","2.08100000",17]``."""

    begin: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    average: Decimal
    volume: Decimal
    trades: int


_read_listing = reader(dict[str, _Pair], "result")
_read_seconds = reader(int, "result", "unixtime")
_read_history = reader(dict[str, list[_Bar] | int], "result")
_read_error = tolerant_reader(list[str], "error")


def _instrument(row: _Pair) -> Instrument:
    """Return an instrument whose scales are the pair's own digits, of which checksums are made."""
    base, quote = (_READABLE.get(asset, asset) for asset in row.name.split("/"))
    return make_instrument(
        InstrumentName("kraken", base, quote),
        NAME,
        f"{base}/{quote}",
        (_STATUSES.get(row.status, InstrumentStatus.UNKNOWN), row.status),
        steps=(row.tick or f"1e-{row.price_digits}", f"1e-{row.lot_digits}"),
        scales=(row.price_digits, row.lot_digits),
        min_quantity=row.least,
        min_notional=row.least_worth,
    )


def _listed(body: bytes, received_ts_ns: int) -> list[Instrument]:
    """Read what is listed; pairs without a name of two assets are dark pools, which no socket streams."""
    pairs = _read_listing(body).values()
    return [_instrument(row) for row in pairs if row.name.count("/") == 1]


def _bars(body: bytes) -> list[_Bar]:
    """Return the candles of the one pair that was asked for; beside it stands the second of the last one."""
    return [row for rows in _read_history(body).values() if isinstance(rows, list) for row in rows]


class KrakenCalls(LackingCalls):
    """What is asked over REST (*Market Data*)."""

    def _history(self, instrument: Instrument, span: CandleSpan) -> BarsAsked:
        # What opens at that second is left out.
        since = None if span.start_ns is None else span.start_ns // SECOND_NS - 1
        pair = "".join(_LISTED.get(asset, asset) for asset in instrument.symbol.split("/"))
        return "OHLC", {"pair": pair, "interval": span.word, "since": since}


def refusal(status: int, body: bytes, where: str) -> VenueError | None:
    """Return the error inside an answer: ``{"error":["EQuery:Unknown asset pair"]}``; it comes with HTTP 200."""
    text = ", ".join(_read_error(body) or ())
    code, _, rest = text.partition(":")
    limited = (code,) if "Too many requests" in rest or "Rate limit" in rest else ()
    return refusal_of(status, code, text, where, limited=limited)


SPOT = public_product(
    NAME,
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
    calls=KrakenCalls(
        NAME,
        "/0/public/",
        listing=("AssetPairs", _listed),
        clock=("Time", lambda body, _: _read_seconds(body) * SECOND_NS),
        bars=_BARS,
        page=720,
        read_bars=candles_of(_bars, unit_ns=SECOND_NS),
    ),
    book=BookFeed(chain=BookChain.ORDER, has_quote_ids=False, depth=DEPTH, proof=_PROOF),
    channels=public_channels(
        trades=("trade", codec.trades),
        quotes=("ticker", codec.quotes),
        books=("book", codec.books),
        candles=candle_kinds(codec.candles, _BARS, "ohlc-"),
    ),
    infer="/",
    hosts=("kraken.com",),
    listing="/0/public/AssetPairs",
    error=refusal,
)

PRODUCTS = (SPOT,)
