"""The contract of a venue's order entry over REST: commands and questions as calls, and what a refusal means.

What leaves the process is decided elsewhere. Here a command becomes a `RestCall` and its answer an `OrderReport`, and
an error becomes a `Rejection`: did the venue refuse, or does nobody know?
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import Protocol

import msgspec

from tickwright.core.inquiry import InquiryPolicy
from tickwright.errors import VenueError
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Side
from tickwright.model.orders import Fill, Order, OrderReport, SubmitOrder
from tickwright.venues.base import RestCall


__all__ = [
    "AccountNews",
    "Execution",
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


class StreamEnded(msgspec.Struct, frozen=True):
    """The venue says that it sends no more events here."""

    reason: str


PrivateNews = OrderReport | AccountNews | StreamEnded
"""What a private stream tells."""


class TradingCalls(Protocol):
    """Signed calls of one product; what it does not offer raises ``NotSupported``, before any I/O.

    Orders are named by the client order id wherever the venue lets us: it is known before anything is sent.
    """

    @property
    def inquiry(self) -> InquiryPolicy:
        """How to find out what became of an order, by the venue's rules."""

    def submit(self, command: SubmitOrder, instrument: Instrument) -> RestCall[OrderReport]:
        """Place an order; prices and quantities are multiples of the instrument's steps already."""

    def amend(self, order: Order, changed: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Give an open order the quantity and price of ``changed``."""

    def cancel(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Cancel an order."""

    def cancel_all(self, instrument: Instrument) -> Sequence[RestCall[None]]:
        """Cancel every open order of an instrument; several calls where the venue keeps kinds of orders apart."""

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        """Ask what became of an order."""

    def open_orders(
        self, instruments: Instruments, instrument: Instrument | None = None
    ) -> Sequence[RestCall[list[OrderReport]]]:
        """All open orders, of one instrument or of all; orders of unknown instruments are left out."""

    def executions(
        self, instrument: Instrument, *, order: Order | None = None, start_ns: int | None = None
    ) -> RestCall[list[Execution]]:
        """The account's own trades, of one order or since a time, oldest first."""

    def balances(self) -> RestCall[list[Balance]]:
        """What the account holds."""

    def positions(self, instruments: Instruments) -> RestCall[list[Position]]:
        """Open positions."""

    def rejection(self, error: VenueError) -> Rejection:
        """Read an error that answered one of these calls."""
