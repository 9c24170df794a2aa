"""The contract between a venue's dialect and the sandbox: what its servers accept, refuse and send, as pure code.

A dialect stands beside the codec of its venue, in ``tickwright.venues.<venue>.dialect``, whose ``dialect_of``
takes a product's name, or a site's, and returns a `Dialect`. It is written from the venue's documentation, never from our codec:
the two check each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from tickwright.model.ids import InstrumentName
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import Listing, MarketView
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateMarket, PrivateSide


__all__ = [
    "Allowance",
    "Answer",
    "BookRecord",
    "Conversation",
    "Dialect",
    "Frame",
    "Meter",
    "Publisher",
    "RecordedLevels",
    "RecordedMark",
    "RecordedTrade",
    "Reply",
    "RestDesk",
    "RestRequest",
    "Verdict",
]

Frame = tuple[str, str]
"""Stream name and payload, not yet framed for a connection."""
Params = Mapping[str, str]


class Reply(msgspec.Struct, frozen=True):
    """What a control message did."""

    text: str
    """The frame that answers it."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Further answers, where a venue answers each stream of a request alone."""
    notices: tuple[str, ...] = ()
    """Frames that follow it at once."""
    is_logon: bool = False
    """It logged in, or subscribed to user data."""
    is_command: bool = False
    """It changed something, as an order does: what a lost answer leaves in doubt."""
    closes: tuple[int, str] | None = None
    """Code and reason with which the venue ends the connection after it."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection may send, and what opening it costs."""

    frames_per_s: int
    """Frames that a client may send in a second."""
    counts_texts: bool = True
    """Whether texts are among them, or only pings and pongs: where each request has a weight."""
    connect_weight: int = 0
    """What connecting costs its address."""
    quiet_s: float = math.inf
    """For how long neither side may send anything, before the venue cuts the connection without a word."""


class Answer(msgspec.Struct, frozen=True):
    """What an endpoint says, and what asking costs."""

    status: int
    body: str
    weight: int = 1
    headers: Mapping[str, str] = {}
    """Sent beside those of the limits."""


class RestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came in: signatures cover its bytes."""

    method: str
    path: str
    query: str = ""
    """As sent, percent-encoding and all."""
    body: bytes = b""
    headers: Mapping[str, str] = {}
    """Names in lower case."""


class Verdict(msgspec.Struct, frozen=True):
    """Whether a request is within the limits; if not, with what it is refused."""

    status: int
    body: str = ""
    headers: dict[str, str] = {}
    """Sent with the answer, whichever it is."""
    retry_at_ms: int = 0
    """When the limit or the ban that refused it ends."""


class Conversation(Protocol):
    """One connection to a host of the venue's, from its handshake on."""

    @property
    def streams(self) -> Mapping[str, object]:
        """What it is subscribed to, in order."""

    @property
    def allowance(self) -> Allowance:
        """What its host lets it send."""

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Return what the venue does with a text frame.

        Args:
            text: The client's.
            now_ms: The server's clock.
            refused: Streams that are refused, and the text against them.
        """

    def is_served(self, stream: str) -> bool:
        """Tell whether this connection can carry a stream at all; otherwise it stays silent."""

    @property
    def framing(self) -> str:
        """Connections of one framing get the same bytes."""

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as this connection is sent it."""


class Publisher(Protocol):
    """Turns a market's events into frames of the wanted streams."""

    frames: list[Frame]
    """Made and not yet taken."""

    @property
    def next_ms(self) -> float:
        """When the next sampled stream is due; infinity if none is."""

    def want(self, stream: str) -> None:
        """Begin a stream; an unknown one stays silent."""

    def unwant(self, stream: str) -> None:
        """End a stream."""

    def greeting(self, stream: str) -> str | None:
        """Return what each new subscriber of a wanted stream is sent at once: a snapshot, where the stream begins with one."""

    def renumber(self, stream: str) -> None:
        """Let a wanted stream's numbers begin anew with its next frame, as after a restart, where they can."""

    def every(self, stream: str, interval_ms: int, sample: Callable[[int], None]) -> None:
        """Call ``sample`` at every multiple of ``interval_ms``; the name is any that is no stream's."""

    def beat(self) -> None:
        """Sample the stream that is due."""

    def take(self) -> list[Frame]:
        """Return the frames made since the last call."""


class RestDesk(Protocol):
    """Answers the public endpoints of one product from a market."""

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a request; refusals are answers too."""


class Meter(Protocol):
    """Counts one address's requests against the venue's limits."""

    limit: int
    used: int
    """Counted so far in the present window."""

    def take(self, weight: int, now_ms: int) -> Verdict:
        """Count a request and say whether it is served."""


class RecordedLevels(msgspec.Struct, frozen=True, gc=False):
    """What a recorded payload set in a book: the new quantity at each price, 0 where nothing is left."""

    symbol: str
    bids: Sequence[tuple[Decimal, Decimal]]
    asks: Sequence[tuple[Decimal, Decimal]]


class RecordedTrade(msgspec.Struct, frozen=True, gc=False):
    """A recorded trade."""

    symbol: str
    price: Decimal
    quantity: Decimal
    is_buyer_maker: bool
    is_joined: bool = False
    """The matches of one taker together, which may be recorded one by one as well."""


class RecordedMark(msgspec.Struct, frozen=True, gc=False):
    """A recorded mark price, with the index and the next funding."""

    symbol: str
    mark: Decimal
    index: Decimal
    rate: Decimal
    next_funding_ms: int


class BookRecord(Protocol):
    """Books followed through recorded snapshots and deltas."""

    def snapshot(self, symbol: str, body: str) -> bool:
        """Take a recorded snapshot, unless the book is newer, and return whether it was taken."""

    def follow(self, stream: str, payload: str) -> RecordedLevels | None:
        """Apply a recorded payload, and return what it set; ``None`` if it changes no book."""

    def greeting(self, stream: str) -> str | None:
        """Return the snapshot that a stream begins with for who subscribes now, ``None`` where there is none."""

    def last_id(self, symbol: str) -> int | None:
        """Return the update id of a book, ``None`` before its first snapshot."""

    def body(self, symbol: str, limit: int) -> str | None:
        """Return a snapshot's body of this moment, ``None`` before the first recorded one."""

    def book(self, symbol: str) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """Return bids and asks, price → quantity."""


class Dialect(Protocol):
    """One product, or all products of a site, as their servers behave."""

    @property
    def name(self) -> str:
        """The product, for example ``binance.spot``; or the site, if it speaks for all products of one."""

    @property
    def site(self) -> str:
        """What its addresses are named after: products of one site share them, and their users' accounts."""

    @property
    def products(self) -> tuple[str, ...]:
        """The products that it speaks for."""

    @property
    def ping_interval_s(self) -> float:
        """Between two pings of the server's; infinity where clients ping."""

    @property
    def pong_deadline_s(self) -> float:
        """How long a pong may take."""

    @property
    def lifetime_s(self) -> float:
        """How long a connection lives."""

    @property
    def connects_max(self) -> int:
        """Connections that an address may make in `connects_window_s`."""

    @property
    def connects_window_s(self) -> float:
        """The window of `connects_max`."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Which addresses the product has: field names of `tickwright.venues.base.Endpoints`."""

    @property
    def relatives(self) -> tuple[str, ...]:
        """Products whose instruments stand in this one's all-market streams, too."""

    @property
    def has_greetings(self) -> bool:
        """Whether streams begin with a snapshot."""

    @property
    def has_id_gaps(self) -> bool:
        """Whether update ids advance between book events."""

    def shutdown_notice(self, now_ms: int) -> Frame | None:
        """Return what is said before a server goes, ``None`` where nothing is."""

    # Sockets

    def converse(
        self, path: str, params: Params, *, is_flat: bool, is_listed: Callable[[str], bool]
    ) -> Conversation:
        """Return a new connection's state.

        Args:
            path: Of the handshake.
            params: Its query.
            is_flat: Whether errors look as the documentation shows them, not as captured.
            is_listed: Tells whether there is an instrument of that `Listing.key`.

        Raises:
            ValueError: If the handshake would be refused.
        """

    def publisher(self, market: MarketView) -> Publisher:
        """Return what makes frames of a market's events."""

    def family_of(self, stream: str) -> str:
        """Return a stream name without its speed."""

    def estrange(self, value: Any, word: str) -> None:
        """Put a word that nobody knows where a decoded payload or body names one of several things."""

    def unheard_of(self, word: str, now_ms: int) -> str:
        """Return a frame of a kind that nobody knows, which that word names."""

    # REST

    def desk(self, market: MarketView, publisher: Publisher) -> RestDesk:
        """Return what answers requests about a market, beside what publishes it."""

    def meter(self) -> Meter:
        """Return a new count of requests."""

    def in_asked_unit(self, answer: Answer, headers: Mapping[str, str]) -> Answer:
        """Return an answer with its times in the unit that a request's headers ask for."""

    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the error body that goes with a status."""

    def is_snapshot(self, path: str) -> bool:
        """Tell whether a path asks for a book snapshot."""

    def aged(self, body: str) -> str:
        """Return a snapshot's body as it would be from before anything streamed."""

    # Accounts and orders

    def rules(self, listing: Listing) -> MarketRules | None:
        """Return what an instrument's orders are held to, ``None`` where orders are not simulated."""

    def private_side(
        self, exchange: ExchangeView, market: PrivateMarket, keys: Sequence[ApiKey]
    ) -> PrivateSide | None:
        """Return what serves those who hold a key, ``None`` where orders are not simulated."""

    # Listings

    def invented(self, base: str) -> InstrumentName:
        """Return the usual instrument of a base asset."""

    def listed(self, name: InstrumentName, price: float) -> Listing:
        """Return how an instrument at about that price would be listed.

        Raises:
            UnknownInstrument: If it does not belong to the product.
        """

    # Recordings

    def taken_apart(self, data: str) -> tuple[str | None, str]:
        """Return stream and payload of a recorded frame; no stream for anything else."""

    def symbol_of(self, stream: str) -> str:
        """Return the symbol in a stream's name, empty for all-market streams."""

    def book_family(self, symbol: str) -> str:
        """Return the family of the diff streams of a symbol's book."""

    def resource(self, path: str) -> str:
        """Return what a path asks for: ``ping``, ``time``, ``depth``, ``exchangeInfo``, or a word of the venue's."""

    def time_body(self, now_ms: int) -> str:
        """Return the answer to a request for the venue's time."""

    def time_stepped(self, body: str, step_ms: int) -> str:
        """Return an answer of `time_body`, so much later."""

    def book_record(self) -> BookRecord:
        """Return empty books to follow a recording with."""

    def recorded_event(self, stream: str, payload: str) -> RecordedTrade | RecordedMark | None:
        """Return the trade or the mark price that a recorded payload tells of, ``None`` for anything else."""

    def recorded_rules(self, symbols: Iterable[str], info: str | None) -> list[MarketRules]:
        """Return what orders on a recording are held to, where orders are simulated.

        Args:
            symbols: What was recorded.
            info: The recorded exchange information; without it rules are guessed from the symbols.
        """

    def exchange_info(self, symbols: Iterable[str], now_ms: int) -> str:
        """Return exchange information guessed from symbols."""

    def with_pending(self, body: str, count: int) -> str:
        """Return exchange information with so many more contracts, which do not trade yet and have no tick size."""

    def unlisted(self, known: Sequence[str]) -> Answer:
        """Return the answer to a request for a symbol or a path that is not there."""
