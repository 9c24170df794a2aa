"""What a dialect asks of the sandbox's matching engine: orders and other commands, without any venue's spelling.

All numbers are whole: prices at the listing's ``price_scale``, quantities at its ``quantity_scale``, amounts of
an asset (turnovers, balances, fees, margins) at `facts.AMOUNT_SCALE`. Zero means "none" where a value may be left out.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from tickwright.model.market import Side


__all__ = [
    "AdjustMargin",
    "AmendOrder",
    "CancelAll",
    "CancelList",
    "CancelOnly",
    "CancelOrder",
    "CancelReplace",
    "Command",
    "Deposit",
    "OpenAccount",
    "OrderKind",
    "ReplayTrade",
    "Scope",
    "SelfTrade",
    "SetLevel",
    "SetLeverage",
    "SetMarginMode",
    "SetMark",
    "SetReference",
    "SetStatus",
    "SubmitList",
    "SubmitOrder",
    "TimeInForce",
    "Trigger",
    "TriggerBy",
    "TriggerKind",
]


class OrderKind(Enum):
    """What an order does once it works."""

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(Enum):
    """How long an order works; post-only is a property of its own."""

    GTC = "good till canceled"
    IOC = "immediate or cancel"
    FOK = "fill or kill"
    GTD = "good till date"


class SelfTrade(Enum):
    """What happens instead of a trade of an account with itself; the taker's word decides."""

    NONE = "they trade"
    EXPIRE_TAKER = "the taker's rest expires"
    EXPIRE_MAKER = "the maker expires"
    EXPIRE_BOTH = "both expire"
    DECREMENT = "both shrink by the smaller one"


class TriggerKind(Enum):
    """On which side of the market the trigger price lies."""

    STOP = "buys when the price rises to it, sells when it falls to it"
    TAKE_PROFIT = "buys when the price falls to it, sells when it rises to it"


class TriggerBy(Enum):
    """Which price triggers."""

    LAST = "last trade"
    MARK = "mark price"


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """Keeps an order dormant until a price is reached.

    With ``trail_bps`` the order first waits for ``price`` (0: for the next price), then follows the market's
    extreme, and triggers when the price has come back by that many hundredths of a percent: up from the lowest
    for a buy, down from the highest for a sell.
    """

    kind: TriggerKind
    price: int = 0
    by: TriggerBy = TriggerBy.LAST
    trail_bps: int = 0
    starts_at_last: bool = False
    """Follow from the price of this moment on, where no ``price`` is waited for."""
    is_protected: bool = False
    """Turn the order down at its trigger while last price and mark price lie too far apart."""


class SubmitOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Place an order.

    A market order names ``quantity`` or ``quote_amount``; a limit order ``quantity`` and ``price``.
    """

    account: str
    symbol: str
    side: Side
    kind: OrderKind = OrderKind.LIMIT
    quantity: int = 0
    price: int = 0
    quote_amount: int = 0
    """What a market order spends or earns, instead of a quantity."""
    time_in_force: TimeInForce = TimeInForce.GTC
    expires_ns: int = 0
    """When a GTD order ends."""
    is_post_only: bool = False
    is_reduce_only: bool = False
    closes_position: bool = False
    """Takes the quantity that closes the position when it triggers; only with a trigger."""
    display: int = 0
    """The part of an iceberg that is shown; 0 shows all."""
    self_trade: SelfTrade = SelfTrade.NONE
    trigger: Trigger | None = None
    is_forced: bool = False
    """The venue's own, which closes a position that lost its margin; the engine alone makes such orders."""
    client_id: str = ""
    """Left empty, the engine makes one."""
    tag: object = None
    """Whatever the dialect wants back with every report."""


class CancelOnly(Enum):
    """Cancels only an order in that state."""

    UNFILLED = "nothing filled yet"
    PARTIALLY_FILLED = "something filled"


class CancelOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Cancel one order, and the list it belongs to. With both ids, both must be its own."""

    account: str
    symbol: str
    order_id: int = 0
    client_id: str = ""
    only: CancelOnly | None = None
    cancel_id: str = ""
    """The client id that the canceled order is reported with; empty keeps its own."""


class Scope(Enum):
    """Which orders a command is about."""

    ALL = "all"
    WORKING = "without dormant ones"
    DORMANT = "only dormant ones"


class CancelAll(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Cancel an account's open orders; it is no error if there are none."""

    account: str
    symbol: str = ""
    """Empty for every instrument."""
    scope: Scope = Scope.ALL


class CancelReplace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Cancel one order, then place another."""

    cancel: CancelOrder
    submit: SubmitOrder
    stops_on_failure: bool = True
    """Place nothing if the cancel was refused."""


class AmendOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Change an open order.

    With ``keeps_priority`` only a smaller quantity is taken, and the order keeps its place; otherwise price and
    quantity (0: as it was) are set, and it queues anew.
    """

    account: str
    symbol: str
    order_id: int = 0
    client_id: str = ""
    quantity: int = 0
    price: int = 0
    keeps_priority: bool = True
    new_client_id: str = ""
    tag: object = None
    """Whatever the dialect wants back with the report."""


class SubmitList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Place orders that depend on each other.

    Without ``working`` the two ``legs`` work at once and cancel each other (OCO). With it they stay pending until
    it is filled: one leg makes an OTO, two an OTOCO. With ``legs_take_proceeds`` the legs sell what
    ``working`` bought, net of fees, and name no quantity (OPO, OPOCO).
    """

    account: str
    symbol: str
    legs: tuple[SubmitOrder, ...]
    working: SubmitOrder | None = None
    legs_take_proceeds: bool = False
    client_id: str = ""
    tag: object = None


class CancelList(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Cancel all orders of a list."""

    account: str
    symbol: str
    list_id: int = 0
    client_id: str = ""


class OpenAccount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Make an account known.

    A house account is the market's other side: it has no limits, gets no reports, and pays no fees.
    """

    account: str
    group: str = ""
    """Accounts of one group count as one for self-trade prevention."""
    is_house: bool = False
    maker_fee: int | None = None
    """At `facts.RATE_SCALE`; ``None`` for the instrument's own rate."""
    taker_fee: int | None = None


class Deposit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Give an account an amount of an asset; below zero it is withdrawn."""

    account: str
    asset: str
    amount: int


class SetLeverage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Set an account's leverage of a margined instrument."""

    account: str
    symbol: str
    leverage: int


class SetMarginMode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Let an account's position of an instrument have margin of its own (isolated), or share the wallet's (cross)."""

    account: str
    symbol: str
    is_isolated: bool


class AdjustMargin(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Set more of the wallet apart for an isolated position, or less (below zero)."""

    account: str
    symbol: str
    amount: int


class SetMark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Set a mark price, and the rate and time of the next funding."""

    symbol: str
    mark: int
    funding_rate: int | None = None
    """At `facts.RATE_SCALE`; ``None`` leaves it."""
    funding_ns: int | None = None
    """When it is paid; ``None`` leaves it."""


class SetReference(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Set the price that price bands and market orders' notionals refer to; 0 goes back to the last trade's."""

    symbol: str
    price: int


class SetStatus(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Open or close an instrument for new orders; cancels are always taken."""

    symbol: str
    is_trading: bool


class SetLevel(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Let a house account's orders at a price add up to a quantity; 0 takes them away.

    This is how generated flow and played captures quote: less takes from the newest orders, more queues behind
    everybody, and what crosses trades.
    """

    account: str
    symbol: str
    side: Side
    price: int
    quantity: int


class ReplayTrade(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Let a recorded trade of others happen again, with everybody who queues here in its way.

    A house account's taker of that quantity first meets clients' orders at better prices, then whoever queues at the
    price, in their turn. The house's own quotes at better prices stay: the recording says itself what became of
    them. Afterwards the price is that of the last trade, whoever traded.
    """

    account: str
    symbol: str
    side: Side
    """The taker's."""
    price: int
    quantity: int


Command = (
    SubmitOrder
    | CancelOrder
    | CancelAll
    | CancelReplace
    | AmendOrder
    | SubmitList
    | CancelList
    | OpenAccount
    | Deposit
    | ReplayTrade
    | SetLeverage
    | SetMarginMode
    | AdjustMargin
    | SetLevel
    | SetMark
    | SetReference
    | SetStatus
)
