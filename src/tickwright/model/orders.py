"""Orders: what one asks for, what a venue says of it, and what is known of it.

Three families, never mixed. *Commands* (`SubmitOrder` …) say what somebody wants. *Reports* (`OrderReport`, `Fill`) say what
a venue told us, on whatever channel. *Events* (`OrderAccepted` …) say what became of an order, once each, and carry the
order as it is afterwards (`Order`).

An order's form follows from what is given: without a price it is a market order, with a `Trigger` it waits for one.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from tickwright.errors import UsageError
from tickwright.model.market import Side, Stamped
from tickwright.model.numbers import parse_decimal, total


__all__ = [
    "AmendOrder",
    "CancelAll",
    "CancelOrder",
    "Fill",
    "Order",
    "OrderAccepted",
    "OrderAmended",
    "OrderCanceled",
    "OrderDenied",
    "OrderEvent",
    "OrderExpired",
    "OrderFilled",
    "OrderOutcomeUnknown",
    "OrderRejected",
    "OrderReport",
    "OrderSent",
    "OrderState",
    "OrderTerms",
    "ReportedState",
    "SubmitOrder",
    "TimeInForce",
    "Trigger",
    "TriggerBy",
    "TriggerKind",
]


class TimeInForce(Enum):
    """How long an order works."""

    __hash__ = object.__hash__  # as `OrderState`

    GTC = "gtc"
    """Until it is filled or canceled."""
    IOC = "ioc"
    """What is not filled at once is canceled."""
    FOK = "fok"
    """Filled whole at once, or not at all."""
    GTD = "gtd"
    """Until `SubmitOrder.expire_ts_ns`."""


class TriggerKind(Enum):
    """On which side of the market a trigger lies."""

    STOP = "stop"
    """Buys when the price has risen to it, sells when it has fallen to it."""
    TAKE_PROFIT = "take-profit"
    """Buys when the price has fallen to it, sells when it has risen to it."""


class TriggerBy(Enum):
    """Which price is watched."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"


def _given(value: object) -> Any:
    """Return what a user gave, whatever was declared: not everybody runs a type checker."""
    return value


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """What an order waits for before it works.

    Args:
        kind: On which side of the market.
        price: At which price; with ``trail_bps`` the price from which on the market is followed.
        by: Which price is watched.
        trail_bps: Follow the market's extreme, and trigger when it has come back by so many hundredths of a percent.

    Raises:
        UsageError: If neither a price nor a trail is given.
    """

    kind: TriggerKind
    price: Decimal | None = None
    by: TriggerBy = TriggerBy.LAST
    trail_bps: int | None = None

    def __post_init__(self) -> None:
        kind, by, price, trail_bps = map(_given, (self.kind, self.by, self.price, self.trail_bps))
        if not isinstance(kind, TriggerKind) or not isinstance(by, TriggerBy):
            raise UsageError("a trigger's kind is a TriggerKind, and what it goes by a TriggerBy")
        if not isinstance(trail_bps, int | None):
            raise UsageError(f"trail_bps: {trail_bps!r} is no int")
        if price is not None and not isinstance(price, Decimal):
            msgspec.structs.force_setattr(self, "price", parse_decimal(price, name="trigger price"))
        if self.price is None and self.trail_bps is None:
            raise UsageError("a trigger needs a price, or a trail in bps, to wait for")


class SubmitOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Place an order.

    Args:
        client_order_id: Made before anything is sent; names the order on every channel.
        instrument: Its id, ``binance:BTC/USDT``.
        side: Buy or sell.
        quantity: In base asset, or contracts.
        quote_quantity: What a market order spends or earns, in place of ``quantity``.
        price: The limit; ``None`` for a market order.
        time_in_force: How long it works.
        expire_ts_ns: When a GTD order ends, ns since 1970.
        post_only: Refused by the venue rather than traded at once.
        reduce_only: Only ever shrinks a position.
        trigger: What it waits for.
        display_quantity: The part of an iceberg that the book shows.

    Raises:
        UsageError: If what is given contradicts itself on any venue; it says how.
    """

    client_order_id: str
    instrument: str
    side: Side
    quantity: Decimal | None = None
    quote_quantity: Decimal | None = None
    price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    expire_ts_ns: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    trigger: Trigger | None = None
    display_quantity: Decimal | None = None

    def __post_init__(self) -> None:
        text = self._contradiction()
        if text:
            raise UsageError(f"{self.instrument}: {text}")

    @property
    def is_market(self) -> bool:
        """Whether it takes whatever price there is."""
        return self.price is None

    def _contradiction(self) -> str:
        """Return how it contradicts itself, nothing if it does not."""
        if self.side is Side.UNKNOWN:
            return "it must buy or sell"
        if (self.quantity is None) == (self.quote_quantity is None):
            return "say how much, by a quantity or by a quote quantity, and not by both"
        if (self.time_in_force is TimeInForce.GTD) != (self.expire_ts_ns is not None):
            return "a gtd order has a time at which it expires, and no other order has one"
        if self.price is not None:
            if self.quote_quantity is not None:
                return "a quote quantity goes with market orders; give a quantity with a price"
            if self.post_only and self.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
                return "post-only never trades at once, ioc and fok only then; choose one of them"
        elif self.post_only:
            return "a market order takes and cannot be post-only; give a price"
        elif self.display_quantity is not None:
            return "a market order stands in no book; a display quantity needs a price"
        return ""


class AmendOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Change an open order's quantity, price or both; ``None`` leaves it."""

    client_order_id: str
    quantity: Decimal | None = None
    price: Decimal | None = None


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Cancel one order."""

    client_order_id: str


class CancelAll(msgspec.Struct, frozen=True, kw_only=True):
    """Cancel every open order of an instrument, of a venue, or of all."""

    instrument: str | None = None
    venue: str | None = None


class Fill(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One execution of an order."""

    trade_id: str
    """The venue's; the same execution has the same one on every channel."""
    price: Decimal
    quantity: Decimal
    fee: Decimal | None = None
    """Negative for a rebate; ``None`` where the channel does not tell."""
    fee_asset: str | None = None
    is_maker: bool | None = None
    venue_ts_ns: int | None = None


class ReportedState(Enum):
    """What a venue says an order is."""

    __hash__ = object.__hash__  # as `OrderState`

    QUEUED = "queued"
    """A request about it was taken; nothing is said of what comes of it."""
    OPEN = "open"
    """Working, or waiting for its trigger, whatever was filled."""
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    """Ended by the venue: time in force, no liquidity, self-trade prevention."""
    REJECTED = "rejected"


class OrderTerms(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How an order was placed, besides side, quantity and price, as a venue tells it."""

    time_in_force: TimeInForce = TimeInForce.GTC
    expire_ts_ns: int | None = None
    post_only: bool = False
    reduce_only: bool = False
    trigger: Trigger | None = None
    quote_quantity: Decimal | None = None
    """Of a market order that was placed by it, in place of a quantity."""
    is_understood: bool = True
    """False if there is more to it than a `SubmitOrder` can say."""


class OrderReport(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a venue said of an order, on any channel."""

    client_order_id: str
    instrument: str
    state: ReportedState
    received_ts_ns: int
    side: Side = Side.UNKNOWN
    """Where the channel tells: needed for orders that somebody else placed."""
    venue_order_id: str | None = None
    venue_ts_ns: int | None = None
    """Of the change it tells of; tells old news from new."""
    placed_ts_ns: int | None = None
    """When the order was placed, by the venue's clock, where the channel tells."""
    quantity: Decimal | None = None
    price: Decimal | None = None
    filled_quantity: Decimal | None = None
    """Of all executions so far."""
    average_price: Decimal | None = None
    fills: tuple[Fill, ...] = ()
    """Executions that it names."""
    is_working: bool = True
    """False while it waits for its trigger."""
    terms: OrderTerms | None = None
    """Of any but a plain limit or market order, where the channel tells: needed for orders that somebody else placed."""
    code: str = ""
    text: str = ""
    """Why it was rejected or expired, in the venue's words."""


class OrderState(Enum):
    """Where an order is in its life; ``core.ordertable`` has all transitions."""

    # There is one object of each: its identity does for tables and sets, which enum's own hash, written in Python, slows down.
    __hash__ = object.__hash__

    NEW = "new"
    """Decided on and journalled; nothing was sent."""
    SENT = "sent"
    """On its way; no word from the venue."""
    UNKNOWN = "unknown"
    """It may be at the venue or not; being found out."""
    OPEN = "open"
    """At the venue, nothing filled."""
    PARTLY_FILLED = "partly filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    """The venue said no, or it is proven that it never arrived."""
    DENIED = "denied"
    """We said no, or could not send it; nothing reached the venue."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more is expected of it."""
        return self in _FINAL

    @property
    def is_open(self) -> bool:
        """Whether it is known to be at the venue, and can still be filled."""
        return self in (OrderState.OPEN, OrderState.PARTLY_FILLED)


_FINAL = frozenset(
    {
        OrderState.FILLED,
        OrderState.CANCELED,
        OrderState.EXPIRED,
        OrderState.REJECTED,
        OrderState.DENIED,
    }
)


class Order(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is known of an order at one moment."""

    command: SubmitOrder
    state: OrderState
    venue_order_id: str | None = None
    quantity: Decimal | None = None
    """As last amended; ``None`` for a market order by quote that the venue has not turned into a quantity yet."""
    price: Decimal | None = None
    filled_quantity: Decimal = Decimal(0)
    fills: tuple[Fill, ...] = ()
    """In the order in which they were learned."""
    average_price: Decimal | None = None
    is_working: bool = True
    is_external: bool = False
    """Placed by somebody else on the account; seen, never touched unless asked for."""
    is_understood: bool = True
    """False for an order of somebody else's that is more than ``command`` can say: it can be canceled, and not replaced."""
    placed_ts_ns: int = 0
    """When it was decided on, ns since 1970; of others' orders when the venue says that they were placed, or first spoke of them."""
    code: str = ""
    text: str = ""
    """Why it was denied, rejected, expired or is unknown."""

    @property
    def client_order_id(self) -> str:
        """The order's name."""
        return self.command.client_order_id

    @property
    def name_at_venue(self) -> str:
        """What the venue calls it: an order of somebody else's may go by more here (``name@product``, ``name#number``)."""
        name = self.command.client_order_id
        return name.partition("@")[0].partition("#")[0] if self.is_external else name

    @property
    def leaves_quantity(self) -> Decimal | None:
        """What can still be filled: nothing once it is final."""
        if self.state.is_final:
            return Decimal(0)
        if self.quantity is None or not self.filled_quantity:
            return self.quantity
        return total(self.quantity, -self.filled_quantity)

    @property
    def missing_quantity(self) -> Decimal:
        """What the venue says was filled, and whose executions have not been named yet."""
        if not self.fills:
            return self.filled_quantity
        return total(self.filled_quantity, *[-fill.quantity for fill in self.fills])


class OrderEvent(Stamped, frozen=True, kw_only=True):
    """What became of an order; ``order`` is how it is afterwards."""

    order: Order
    received_ts_ns: int
    """When we learned it."""
    venue_ts_ns: int | None = None


class OrderSent(OrderEvent, frozen=True):
    """It was written to the socket."""


class OrderDenied(OrderEvent, frozen=True):
    """It was never sent: ``order.code`` names the rule, ``order.text`` has its numbers."""


class OrderRejected(OrderEvent, frozen=True):
    """The venue turned it down, or it is proven that it never arrived."""


class OrderAccepted(OrderEvent, frozen=True):
    """It is at the venue."""


class OrderAmended(OrderEvent, frozen=True):
    """Its quantity or price is another."""


class OrderFilled(OrderEvent, frozen=True, kw_only=True):
    """One execution; each is told once (G10)."""

    fill: Fill


class OrderCanceled(OrderEvent, frozen=True):
    """It was canceled; what was filled before stays filled."""


class OrderExpired(OrderEvent, frozen=True):
    """The venue ended it."""


class OrderOutcomeUnknown(OrderEvent, frozen=True):
    """Nobody knows whether it is at the venue (G1); the next event says."""
