"""The contract of a venue's order entry over REST: commands and questions as calls, and what a refusal means.

What leaves the process is decided elsewhere. Here a command becomes a `RestCall` and its answer an `OrderReport`, and
an error becomes a `Rejection`: did the venue refuse, or does nobody know?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

import msgspec

from tickwright.core.inquiry import InquiryPolicy
from tickwright.errors import VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.orders import Fill, Order, OrderReport, SubmitOrder
from tickwright.venues.base import Endpoints, RestCall, ShutdownNotice
from tickwright.venues.groups import Group
from tickwright.venues.signing import Signer


__all__ = [
    "AccountNews",
    "Execution",
    "Greeted",
    "GreetingRefused",
    "Link",
    "LinkControl",
    "OrderAnswer",
    "OrderLink",
    "PrivateLink",
    "PrivateNews",
    "RejectCode",
    "Rejection",
    "StreamEnded",
    "TradingCalls",
    "Verdict",
]


class Verdict(Enum):
    """What an error says about the command that it answers."""

    REFUSED = "refused"
    """It was not carried out, and will not be."""
    UNKNOWN = "unknown"
    """It may have been carried out (G1)."""
    LANDED = "landed"
    """The client order id is taken: an earlier try arrived. Ask for it (G2)."""
    NOT_FOUND = "not found"
    """The venue knows no such order; soon after placing that proves nothing."""


class RejectCode(Enum):
    """Why venues refuse, in one vocabulary; the venue's own code and text stand beside it."""

    POST_ONLY = "post-only would take"
    FUNDS = "balance or margin too small"
    REDUCE_ONLY = "would not reduce a position"
    TRIGGER = "would trigger at once"
    FILTER = "breaks a rule of the instrument"
    PRICE_BAND = "price too far from the market"
    UNFILLABLE = "cannot be filled at once"
    CLIENT_ID = "client order id not allowed, or taken"
    ORDER_GONE = "no such open order"
    NO_CHANGE = "would change nothing"
    TOO_MANY = "too many open orders"
    RATE = "over a limit"
    CLOSED = "the instrument takes no orders now"
    TIMESTAMP = "the request was too old or from the future"
    PERMISSION = "the key may not do this"
    OTHER = "another reason"


class Rejection(msgspec.Struct, frozen=True):
    """An error, read."""

    verdict: Verdict
    code: RejectCode = RejectCode.OTHER


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the account's own trades."""

    venue_order_id: str
    instrument: str
    side: Side
    fill: Fill


class AccountNews(msgspec.Struct, frozen=True, kw_only=True):
    """What changed of an account: each value is the present one, of what is named and of nothing else."""

    balances: tuple[Balance, ...] = ()
    wallets: tuple[tuple[str, Decimal], ...] = ()
    """Asset and what there is of it, where the channel does not say how much of it is free."""
    positions: tuple[Position, ...] = ()
    """One of nothing has ended."""
    venue_ts_ns: int | None = None
    """When it was so at the venue, where the channel tells."""


class StreamEnded(msgspec.Struct, frozen=True):
    """The venue says that it sends no more events here."""

    reason: str


PrivateNews = OrderReport | AccountNews | StreamEnded
"""What a private stream tells."""


class Greeted(msgspec.Struct, frozen=True):
    """The venue agreed to the greeting of that number."""

    request_id: int


class GreetingRefused(msgspec.Struct, frozen=True):
    """The venue refused a greeting, or the key behind it."""

    error: VenueError
    is_final: bool
    """Whether nothing but other credentials helps."""


LinkControl = Greeted | GreetingRefused | ShutdownNotice
"""What a socket of an account tells besides what it is for."""


class Link(Protocol):
    """How a socket of an account is begun and kept: words, no socket.

    Where a venue wants to be told who it is, or whose events are wanted, greetings are sent one after the other once the
    socket is open, and each is answered.
    """

    @property
    def lifetime_s(self) -> float:
        """How long the venue lets a connection live."""

    @property
    def connect_costs(self) -> Mapping[str, int]:
        """What a connection takes from REST's buckets, where it counts there."""

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        """Return what to send once the socket is open; the first has number 1, the next 2."""

    def ping(self) -> str | None:
        """Return the text frame of a client's ping, ``None`` to use a WebSocket ping frame."""

    def control(self, frame: bytes) -> LinkControl | None:
        """Read an answer to a greeting, or what is said of the socket itself; ``None`` for any other frame."""


class PrivateLink(Link, Protocol):
    """How a product's private stream is had and read.

    Where a venue wants a key for the stream itself, it is asked for before each connection and kept alive.
    """

    @property
    def keepalive_s(self) -> float | None:
        """How often a stream's key is kept alive; ``None`` where there is none."""

    def key(self) -> RestCall[str] | None:
        """Return the call for a stream's key, ``None`` where there is none."""

    def keepalive(self, key: str) -> RestCall[None]:
        """Return the call that keeps a key alive."""

    def url(self, endpoints: Endpoints, key: str) -> str:
        """Return where to connect.

        Raises:
            ConfigError: If there is no address for it.
        """

    def read(
        self, frame: bytes, received_ts_ns: int, instruments: Instruments
    ) -> Sequence[PrivateNews]:
        """Return what a frame says of orders and the account, nothing for one of another kind.

        Raises:
            DecodeError: If it cannot be read.
        """


class OrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came on an order socket, in the form in which REST would have answered: one reader serves both ways."""

    request_id: int
    """The number of the request that it answers."""
    status: int
    """As of HTTP."""
    headers: Mapping[str, str]
    """As of HTTP, in lower case: what the venue tells of its limits."""
    body: bytes
    is_last: bool = False
    """The venue takes no more requests on this socket: what is to come needs another one."""


class OrderLink(Link, Protocol):
    """How commands travel over a venue's socket for orders: the same calls, in other words.

    A call is made once (`TradingCalls`) and goes over REST or, if `offers` says so, over the socket. What comes back is
    put into REST's form, so that the call's own ``decode`` and the product's ``error`` read it.
    """

    def url(self, endpoints: Endpoints) -> str | None:
        """Return where to connect; ``None`` where the environment has no such socket."""

    def offers(self, call: RestCall[Any]) -> bool:
        """Tell whether a call can be made over the socket."""

    def frame(self, call: RestCall[Any], signer: Signer, now_ms: int, request_id: int) -> str:
        """Return the text frame of a call that is offered, stamped and signed as the venue wants it.

        Args:
            call: What REST would send.
            signer: Whose it is.
            now_ms: The venue's clock.
            request_id: Never used twice.
        """

    def answer(self, frame: bytes) -> OrderAnswer | None:
        """Read a frame; ``None`` if it answers no call."""


class TradingCalls(Protocol):
    """Signed calls of one product; what it does not offer raises ``NotSupported``, before any I/O.

    Orders are named by the client order id wherever the venue lets us: it is known before anything is sent.
    """

    @property
    def inquiry(self) -> InquiryPolicy:
        """How to find out what became of an order, by the venue's rules."""

    @property
    def link(self) -> PrivateLink:
        """How the account's own events are had."""

    @property
    def order_link(self) -> OrderLink | None:
        """How commands travel over a socket; ``None`` where they go over REST alone."""

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order; prices and quantities are multiples of the instrument's steps already."""

    def submit_groups(self, commands: Sequence[tuple[SubmitOrder, Instrument]]) -> Sequence[Group]:
        """Place orders by as few calls as the venue needs; each is in one group."""

    def submit_oco(self, legs: tuple[SubmitOrder, SubmitOrder], instrument: Instrument) -> Group:
        """Place a limit order or one that takes profit, and a stop, of which one ends the other."""

    def replace(self, order: Order, command: SubmitOrder, instrument: Instrument) -> Group:
        """Cancel an order and, if that was done, place another; the group names both, the old one first."""

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Give an open order the quantity and price of ``changed``."""

    def amend_groups(self, changes: Sequence[tuple[Order, Order, Instrument]]) -> Sequence[Group]:
        """Give open orders the quantity and price of the changed ones beside them, by as few calls as the venue needs."""

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order."""

    def cancel_groups(self, orders: Sequence[tuple[Order, Instrument]]) -> Sequence[Group]:
        """Cancel orders by as few calls as the venue needs."""

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel every open order of an instrument; several calls where the venue keeps kinds of orders apart."""

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order."""

    def look_back(self, order: Order, instrument: Instrument) -> Sequence[RestCall[OrderReport]]:
        """Return where else to ask, one after the other, for an order that `query` does not find: what keeps those that ended."""

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders, of one instrument or of all; orders of unknown instruments are left out."""

    def executions(self, instrument: Instrument, venue_order_id: str) -> RestCall[list[Execution]]:
        """The account's own trades of an order, by the venue's name for it."""

    def past_orders(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """Orders placed between two moments, whoever placed them, oldest first; open ones may be left out.

        Several calls where the venue answers about a day or a week at once, or keeps kinds of orders apart.
        """

    def past_executions(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> Sequence[RestCall[list[Execution]]]:
        """The account's trades between two moments."""

    def balances(self) -> RestCall[list[Balance]]:
        """What the account holds."""

    def positions(self, instruments: Instruments) -> Sequence[RestCall[list[Position]]]:
        """Open positions; several calls where the venue keeps them apart."""

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error that answered one of these calls."""
