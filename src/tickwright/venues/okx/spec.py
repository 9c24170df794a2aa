"""OKX as declarations. Source: the venue's "OKX API guide V5" as of 2026-11, sections named beside each part."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from msgspec import Struct, field, structs

from tickwright.core.booksync import BookChain
from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.errors import UnknownInstrument
from tickwright.model import topics
from tickwright.model.ids import InstrumentKind, InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import Candle
from tickwright.venues.base import BookFeed, Endpoints, Product, RestCall, TradeIds, WsLimits
from tickwright.venues.channels import ChannelKind, ChannelRecordings, ChannelTable, candle_kinds
from tickwright.venues.lackingcalls import REQUESTS, CandleSpan, LackingCalls, refusal_of
from tickwright.venues.okx import codec
from tickwright.venues.okx.protocol import OkxProtocol
from tickwright.venues.ownership import owns_kinds
from tickwright.venues.scales import data_scale
from tickwright.venues.typed import MS, read_optional, reader, tolerant_reader


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
_LIMITED = ("50011", "50061")


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


class _Refusal(Struct):
    code: str = ""
    msg: str = ""


_read_listing = reader(codec.Rows[_Row])
_read_time = reader(codec.Rows[_Time])
_look = tolerant_reader(_Refusal)


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
    tick, lot = read_optional(row.tick) or Decimal(0), read_optional(row.lot) or Decimal(0)
    return structs.replace(
        infer(row.symbol, row.settle),
        status=_STATUSES.get(row.state, InstrumentStatus.UNKNOWN),
        status_raw=row.state,
        tick_size=tick,
        lot_size=lot,
        price_scale=data_scale(tick, None),
        quantity_scale=data_scale(lot, None),
        min_quantity=read_optional(row.least),
        max_quantity=read_optional(row.most),
        contract_size=read_optional(row.worth),
        is_inferred=False,
    )


class OkxCalls(LackingCalls):
    """What is asked over REST (*Public Data*, *Market Data*)."""

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed: a page for each kind of instrument."""
        return self._listing(0)

    def server_time(self) -> RestCall[int]:
        """The venue's clock in ns."""
        return self._call("public/time", lambda body, _: _read_time(body).rows[0].time_ms * MS)

    def _history(
        self, instrument: Instrument, interval: str, span: CandleSpan
    ) -> RestCall[list[Candle]]:
        first_ns, last_ns = span.start_ns, span.end_ns
        return self._call(
            "market/candles",
            partial(codec.candles, instrument=instrument, interval=interval),
            Priority.BACKFILL,
            instId=instrument.symbol,
            bar=span.word,
            # Both leave out the time that they name.
            before=None if first_ns is None else first_ns // MS - 1,
            after=None if last_ns is None else last_ns // MS + 1,
            limit=span.limit,
        )

    def _listing(self, place: int) -> RestCall[list[Instrument]]:
        call = self._call("public/instruments", _listed, instType=_TYPES[place])
        if place + 1 == len(_TYPES):
            return call
        return structs.replace(call, next_page=lambda body: self._listing(place + 1))


def _listed(body: bytes, received_ts_ns: int) -> list[Instrument]:
    return [_instrument(row) for row in _read_listing(body).rows if row.kind in _TYPES]


def refusal(status: int, body: bytes, where: str) -> Exception | None:
    """Return the error inside an answer: ``{"code":"51001","data":[],"msg":"Instrument ID doesn't exist."}``."""
    said = _look(body) or _Refusal()
    code = None if said.code == "0" else said.code
    return refusal_of(status, code, said.msg, where, limited=_LIMITED)


_TABLE = ChannelTable(
    product=NAME,
    kinds={
        topics.Trades(""): ChannelKind(codec.trades, is_many=True, name="trades"),
        topics.Quotes(""): ChannelKind(codec.quotes, is_many=True, name="bbo-tbt"),
        topics.BookUpdates(""): ChannelKind(codec.books, is_many=True, name="books"),
        **candle_kinds(codec.candles, _BARS, "candle", route="business"),
    },
)

V5 = Product(
    name=NAME,
    venue="okx",
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
    calls=OkxCalls(NAME, "/api/v5/", _BARS, page=300),
    book=BookFeed(chain=BookChain.PREVIOUS_SEQUENCE, has_quote_ids=False),
    channel=_TABLE.channel,
    topics=_TABLE.topics,
    owns=owns_kinds(NAME, *InstrumentKind),
    infer=infer,
    recordings=ChannelRecordings(_TABLE, hosts=("okx.com",), listing="/api/v5/public/instruments"),
    error=refusal,
    # One id stands for all that a taker got at a price, so that ids have holes.
    trade_ids=TradeIds.OPAQUE,
)

PRODUCTS = (V5,)
