"""OKX as declarations. Source: the venue's "OKX API guide V5" as of 2026-11, sections named beside each part."""

from __future__ import annotations

from msgspec import Struct, field, structs

from tickwright.core.booksync import BookChain
from tickwright.core.limits import RateLimit, RestLimits
from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentKind, InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.base import BookFeed, Endpoints, RestCall, TradeIds, WsLimits
from tickwright.venues.channels import candle_kinds, public_channels
from tickwright.venues.lackingcalls import REQUESTS, BarsAsked, CandleSpan, LackingCalls, refusals
from tickwright.venues.making import make_instrument
from tickwright.venues.okx import codec
from tickwright.venues.okx.protocol import OkxProtocol
from tickwright.venues.publicproduct import public_product
from tickwright.venues.typed import MS, reader


__all__ = ["PRODUCTS", "V5"]

NAME = "okx.v5"
_TYPES = ("SPOT", "SWAP", "FUTURES")
_BARS = {bar.lower(): bar for bar in ("1m", "3m", "5m", "15m", "30m", "1H", "2H", "4H")}
_BARS |= {"6h": "6Hutc", "12h": "12Hutc", "1d": "1Dutc", "1w": "1Wutc", "1M": "1Mutc"}
"""Interval → ``bar``; from six hours on the plain words begin in Hong Kong's time."""
_STATUSES = {
    "live": InstrumentStatus.TRADING,
    "preopen": InstrumentStatus.PENDING,
    "suspend": InstrumentStatus.HALTED,
}


class _Row(Struct):
    """``{"instType":"SWAP","instId":"BTC-USD-SWAP","settleCcy":"BTC","ctVal":"100","tickSz":"0.1","lotSz":"1",…}``."""

    kind: str = field(name="instType")
    symbol: str = field(name="instId")
    state: str
    tick: str = field(name="tickSz")
    lot: str = field(name="lotSz")
    least: str = field(name="minSz")
    most: str = field(name="maxLmtSz", default="")
    worth: str = field(name="ctVal", default="")
    settle: str = field(name="settleCcy", default="")


class _Time(Struct):
    time_ms: int = field(name="ts")


_read_listing = reader(list[_Row], "data")
_read_times = reader(tuple[_Time], "data")


def infer(symbol: str, settle: str = "") -> Instrument:
    """Guess an instrument from ``BTC-USDT``, ``BTC-USDT-SWAP`` or ``BTC-USD-261225``.

    Raises:
        UnknownInstrument: If the symbol is of none of these forms.
    """
    base, _, rest = symbol.partition("-")
    quote, _, term = rest.partition("-")
    if not quote or not (term in ("", "SWAP") or (term.isdecimal() and len(term) == len("261225"))):
        raise UnknownInstrument(f"{symbol!r} is no pair, swap or future of OKX")
    settle = settle or (base if quote == "USD" else quote)
    expiry = term if term.isdecimal() else None
    name = InstrumentName("okx", base, quote, settle if term else None, expiry)
    return Instrument.inferred(name, product=NAME, symbol=symbol)


def _instrument(row: _Row) -> Instrument:
    return make_instrument(
        infer(row.symbol, row.settle).name,
        NAME,
        row.symbol,
        (_STATUSES.get(row.state, InstrumentStatus.UNKNOWN), row.state),
        steps=(row.tick, row.lot),
        min_quantity=row.least,
        max_quantity=row.most,
        contract_size=row.worth,
    )


class OkxCalls(LackingCalls):
    """What is asked over REST (*Public Data*, *Market Data*)."""

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed: a page for each kind of instrument."""
        return self._page(0)

    def _history(self, instrument: Instrument, span: CandleSpan) -> BarsAsked:
        return "market/candles", {
            "instId": instrument.symbol,
            "bar": span.word,
            # Both leave out the time that they name.
            "before": None if span.start_ns is None else span.start_ns // MS - 1,
            "after": None if span.end_ns is None else span.end_ns // MS + 1,
            "limit": span.limit,
        }

    def _page(self, place: int) -> RestCall[list[Instrument]]:
        call = self._call("public/instruments", _listed, instType=_TYPES[place])
        if place + 1 == len(_TYPES):
            return call
        return structs.replace(call, next_page=lambda body: self._page(place + 1))


def _listed(body: bytes, received_ts_ns: int) -> list[Instrument]:
    return [_instrument(row) for row in _read_listing(body) if row.kind in _TYPES]


V5 = public_product(
    NAME,
    endpoints={
        "live": Endpoints(rest="https://www.okx.com", ws_public="wss://ws.okx.com:8443"),
        "demo": Endpoints(rest="https://www.okx.com", ws_public="wss://wspap.okx.com:8443"),
    },
    ws=OkxProtocol(),
    ws_limits=WsLimits(
        streams_per_connection=200,
        # Requests are limited by the hour, 480 of them; pings are none.
        frames_per_s=3,
        streams_per_request=100,
        connects=RateLimit("CONNECTS", 3, 1.0, is_sliding=True),
        ping_interval_s=20.0,
    ),
    # Each endpoint has a limit of its own; the least of them is taken for all.
    rest_limits=RestLimits(buckets=(RateLimit(REQUESTS, 10, 2.0, is_sliding=True),)),
    calls=OkxCalls(
        NAME,
        "/api/v5/",
        clock=("public/time", lambda body, _: _read_times(body)[0].time_ms * MS),
        bars=_BARS,
        page=300,
        read_bars=codec.candles,
    ),
    book=BookFeed(chain=BookChain.PREVIOUS_SEQUENCE, has_quote_ids=False),
    channels=public_channels(
        trades=("trades", codec.trades),
        quotes=("bbo-tbt", codec.quotes),
        books=("books", codec.books),
        candles=candle_kinds(codec.candles, _BARS, "candle", route="business"),
    ),
    kinds=tuple(InstrumentKind),
    infer=infer,
    hosts=("okx.com",),
    listing="/api/v5/public/instruments",
    # Such as {"code":"51001","data":[],"msg":"Instrument ID doesn't exist."}.
    error=refusals("code", "msg", fine=("0",), limited=("50011", "50061")),
    # One id stands for all that a taker got at a price, so that ids have holes.
    trade_ids=TradeIds.OPAQUE,
)

PRODUCTS = (V5,)
