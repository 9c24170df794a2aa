"""The contract between a venue's folder and everything above it: declarations and pure functions.

A venue consists of products (``binance.spot``, ``binance.usdm``). A `Product` names its addresses
and limits, turns topics into channels, calls into REST requests, and frames into model events. It
performs no I/O, reads no clock and keeps no state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import msgspec

from tickwright.core.booksync import BookChain
from tickwright.core.clientids import ClientIdForm
from tickwright.core.limits import Priority, RateLimit, RestLimits
from tickwright.errors import VenueError
from tickwright.model.account import KeyPermissions
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import (
    AggTrade,
    BookSnapshot,
    Candle,
    FundingRate,
    MarketEvent,
    OpenInterest,
    Quote,
    Ticker,
    Trade,
)
from tickwright.model.topics import Topic
from tickwright.venues.deadman import DeadMan
from tickwright.venues.signing import Signer


if TYPE_CHECKING:
    from tickwright.venues.trading import TradingCalls  # which is made of this module's calls


__all__ = [
    "Ack",
    "Already",
    "BookFeed",
    "BookProof",
    "Calls",
    "Channel",
    "Control",
    "Endpoints",
    "Ignored",
    "Listed",
    "Nack",
    "Product",
    "RecordedUrl",
    "Recordings",
    "RestAuth",
    "RestCall",
    "Seal",
    "Security",
    "ShutdownNotice",
    "StreamKind",
    "TradeIds",
    "WsLimits",
    "WsProtocol",
]

T_co = TypeVar("T_co", covariant=True)


class Endpoints(msgspec.Struct, frozen=True):
    """Origins of one product (``https://api.binance.com``); paths under them are the venue's own."""

    rest: str | None = None
    ws_public: str | None = None
    ws_private: str | None = None
    ws_api: str | None = None
    ws_trade: str | None = None


class Security(Enum):
    """What a venue asks of those who make a call."""

    PUBLIC = "public"
    KEY = "key"
    """An API key, without a signature."""
    SIGNED = "signed"
    """An API key, the time, and a signature over all of it."""


class RestCall(msgspec.Struct, Generic[T_co], frozen=True, kw_only=True):
    """One REST request as data, with the pure function that reads its answer.

    ``decode`` takes the body and the receive time in ns, and raises ``DecodeError``.
    """

    path: str
    decode: Callable[[bytes, int], T_co]
    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()
    """Of the query."""
    body: bytes = b""
    security: Security = Security.PUBLIC
    costs: Mapping[str, int]
    """Bucket name → units taken."""
    priority: Priority = Priority.QUERY
    is_idempotent: bool = True
    next_page: Callable[[bytes], RestCall[T_co] | None] | None = None
    """Body → the call for what comes after it, ``None`` after the last page; unset where one answer is all."""
    read_refusal: Callable[[bytes, int], T_co | None] | None = None
    """Reads a refusal that tells more than no, from what ``decode`` takes; ``None`` for one that does not."""


class Seal(msgspec.Struct, frozen=True):
    """A request's last touch before it is written: its query as it goes out, and the headers it needs besides."""

    query: str
    headers: tuple[tuple[str, str], ...] = ()


class RestAuth(Protocol):
    """How a venue's REST requests are signed. The request's bytes are final: a signature covers them."""

    def seal(
        self, query: str, body: bytes, signer: Signer, now_ms: int, *, security: Security
    ) -> Seal:
        """Return the seal of a request that is written at ``now_ms`` of the venue's clock.

        Args:
            query: Percent-encoded, without ``?``.
            body: As it goes out.
            signer: Whose request it is.
            now_ms: Stamped into it.
            security: ``KEY`` or ``SIGNED``.
        """


class WsLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one connection, and one address, may do."""

    streams_per_connection: int
    frames_per_s: int
    """Outgoing frames in any sliding second, control frames included; set below the venue's own limit."""
    streams_per_request: int
    connects: RateLimit
    lifetime_s: float | None = None
    ping_interval_s: float | None = None
    """How often *we* must ping; ``None`` where the server does it."""
    frame_bytes_max: int = 16 * 1024 * 1024
    refused_s: Mapping[int, float] = {}
    """HTTP status of a refused handshake → how long to stay away, where the venue itself does not say."""
    batch_of: Callable[[str], str] | None = None
    """What the streams of one request must agree in, where a request names one channel; ``None`` for nothing."""


class StreamKind(msgspec.Struct, frozen=True):
    """What all streams of one kind have in common: made once, and shared by hundreds of instruments."""

    decode: Callable[[bytes, int, Any], MarketEvent | Sequence[MarketEvent]]
    """``(frame, received_ts_ns, subject)`` → event, or events if ``is_many``; raises ``DecodeError``."""
    route: str = ""
    """Which of the product's URL routes serves it; ``""`` where there is one."""
    is_many: bool = False
    only: Mapping[type[MarketEvent], Callable[[bytes, int, Any], MarketEvent]] = {}
    """Type of event → a decoder that gives one of it and no other, for when nothing else of the stream is wanted."""
    cadence_s: float | None = None
    """Frames come at least this often by the documentation; ``None`` where silence can be normal."""
    book: BookFeed | None = None
    """How a book is made of it; ``None`` where it is made like the product's others."""


class Channel(msgspec.Struct, frozen=True):
    """The venue's stream behind a topic, and how its frames become events."""

    stream: str
    """The venue's name, exactly as frames carry it."""
    kind: StreamKind
    subject: Any = None
    """What its frames are about, for the decoder: an instrument, or all that are listed."""


class Ack(msgspec.Struct, frozen=True):
    """The venue accepted a control request, or no more than ``streams`` of it where each is answered alone."""

    request_id: int | None
    """``None`` where it did not say which; then it names streams."""
    streams: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """The venue told all that it sends on this connection by now, in answer to any request."""

    streams: tuple[str, ...]


class Already(msgspec.Struct, frozen=True):
    """The venue refused a control request as a whole, because it sends ``streams`` of it already."""

    request_id: int | None
    streams: tuple[str, ...]


class Nack(msgspec.Struct, frozen=True):
    """The venue refused a control request; ``request_id`` is ``None`` where it did not say which."""

    request_id: int | None
    text: str
    streams: tuple[str, ...] = ()
    """The streams it names, if it names any."""
    is_alone: bool = False
    """Only these are refused; the others of the request are answered by themselves."""


class ShutdownNotice(msgspec.Struct, frozen=True):
    """The venue is about to close this connection: renew it now."""


class Ignored(msgspec.Struct, frozen=True):
    """A frame without consequence (a pong text, a listing)."""


Control = Ack | Already | Listed | Nack | ShutdownNotice | Ignored


class WsProtocol(Protocol):
    """How a product's market data socket is spoken to."""

    def url(self, origin: str, route: str) -> str:
        """Return the URL to connect to for ``route``."""

    def stream_of(self, frame: bytes) -> str | None:
        """Return the stream name in a data frame, ``None`` for anything else. On the hot path."""

    def control(self, frame: bytes) -> Control | None:
        """Read a frame that is no known stream's data; ``None`` if it is not known at all."""

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the text frame that asks for ``streams``."""

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the text frame that gives ``streams`` up."""

    def ping(self) -> str | None:
        """Return the text frame of a client ping, ``None`` to use a WebSocket ping frame."""


class BookProof(msgspec.Struct, frozen=True, kw_only=True):
    """How a book is held to the checksum that comes with each of its changes."""

    levels: int
    """Best levels a side that it covers."""
    checksum: Callable[[Sequence[tuple[int, int]], Sequence[tuple[int, int]]], int]
    """``(bids, asks)``, best first, at the instrument's scales → what the venue must have sent."""


class BookFeed(msgspec.Struct, frozen=True, kw_only=True):
    """Where a product's L2 books come from."""

    chain: BookChain
    """How deltas link."""
    snapshot: Callable[[Instrument], RestCall[BookSnapshot]] | None = None
    """Where to fetch what a book starts from; ``None`` where the stream itself begins with it, so that another is had by
    subscribing anew."""
    has_quote_ids: bool = True
    """Whether ``Quotes`` are numbered like the deltas, so that each book can be compared with them."""
    depth: int | None = None
    """Levels a side to keep, where the venue does not say which ones fell out; ``None`` where it says so."""
    proof: BookProof | None = None
    """How its checksums are made; ``None`` where it sends none."""


class Calls(Protocol):
    """Public REST calls; what a product lacks raises ``NotSupported``. Times are ns since 1970."""

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed, with its rules."""

    def server_time(self) -> RestCall[int]:
        """The venue's clock in ns."""

    def book(self, instrument: Instrument, limit: int) -> RestCall[BookSnapshot]:
        """The whole book, or its best ``limit`` levels a side."""

    def trades(
        self, instrument: Instrument, *, from_id: int | None = None, limit: int = 500
    ) -> RestCall[list[Trade]]:
        """The last trades, or those from ``from_id`` on, oldest first."""

    def agg_trades(
        self,
        instrument: Instrument,
        *,
        from_id: int | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> RestCall[list[AggTrade]]:
        """Aggregate trades by id or time, oldest first."""

    def candles(
        self,
        instrument: Instrument,
        interval: str,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> RestCall[list[Candle]]:
        """Candles that open from ``start_ns`` to ``end_ns``, oldest first."""

    def ticker(self, instrument: Instrument) -> RestCall[Ticker]:
        """Statistics of the last 24 h."""

    def tickers(self, instruments: Instruments) -> RestCall[list[Ticker]]:
        """The same of all ``instruments``."""

    def quote(self, instrument: Instrument) -> RestCall[Quote]:
        """Best bid and offer."""

    def premium_index(self, instrument: Instrument) -> RestCall[list[MarketEvent]]:
        """Mark price, index price and predicted funding rate, where there are any."""

    def funding_history(
        self,
        instrument: Instrument,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 100,
    ) -> RestCall[list[FundingRate]]:
        """Rates that were paid, oldest first."""

    def open_interest(self, instrument: Instrument) -> RestCall[OpenInterest]:
        """Open contracts."""


class RecordedUrl(msgspec.Struct, frozen=True):
    """What a recorded REST request asked for."""

    kind: str
    """``book`` or ``instruments``."""
    symbol: str | None = None


class Recordings(Protocol):
    """How a product's traffic is recognised in a capture file, where no subscription says what is what."""

    def recognises(self, url: str) -> bool:
        """Whether a recorded URL, of a socket or a request, belongs to this product."""

    def stream(self, name: str, instruments: Instruments) -> tuple[Topic, Channel] | None:
        """Return the topic and channel of a stream by its name, ``None`` if the product has no such stream."""

    def url(self, url: str) -> RecordedUrl | None:
        """Return what a recorded request asked for, ``None`` if it does not matter to a replay."""


class TradeIds(Enum):
    """What the ids of an instrument's public trades tell."""

    COUNTED = "numbers without holes: a missing trade shows"
    OPAQUE = "names: a doubled trade shows, and nothing else"


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One product of a venue, as declarations."""

    name: str
    """``venue.product``, for example ``binance.spot``."""
    venue: str
    endpoints: Mapping[str, Endpoints]
    """Environment (``live``, ``testnet``, ``demo``) → origins."""
    ws: WsProtocol
    ws_limits: WsLimits
    rest_limits: RestLimits
    calls: Calls
    book: BookFeed
    channel: Callable[[Topic, Instruments], Channel]
    """Topic → channel; raises ``NotSupported`` or ``UnknownInstrument`` before any I/O."""
    topics: frozenset[type[Topic]]
    """The kinds of topic that the product offers."""
    owns: Callable[[str], bool]
    """Whether an instrument id of the venue belongs to this product, by its form alone."""
    infer: Callable[[str], Instrument]
    """The venue's symbol → an instrument guessed from its spelling (for captures without listings)."""
    recordings: Recordings
    error: Callable[[int, bytes, str], VenueError | None]
    """``(status, body, where)`` → the ``VenueError`` inside an HTTP answer, ``None`` if it is fine."""
    trade_ids: TradeIds = TradeIds.COUNTED
    frame_number: Callable[[bytes], int | None] | None = None
    """A frame's place among all of its connection, where the venue numbers them: a hole is worth a new connection."""
    auth: RestAuth | None = None
    """How calls that need a key are signed; ``None`` where none is offered."""
    trading: TradingCalls | None = None
    """Orders and accounts; ``None`` where they are not offered."""
    permissions: RestCall[KeyPermissions] | None = None
    """Asks what a key may; ``None`` where the product does not tell."""
    dead_man: DeadMan | None = None
    """What cancels orders whose program has died; ``None`` where there is no such thing."""
    client_ids: ClientIdForm = ClientIdForm()
    """What it takes as the name of an order."""
