"""What the sandbox's matching engine tells a dialect: refusals, events, and views of what there is.

Numbers are whole, at the scales that `tickwright.venues.commands` names. Every event is a value: it keeps what was true
when it happened, whatever comes after it in the same command.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from tickwright.venues.commands import Command, SubmitOrder


__all__ = [
    "AccountChange",
    "AccountChanged",
    "BalanceView",
    "BookChanged",
    "EndReason",
    "Event",
    "Execution",
    "Fill",
    "FundingPaid",
    "ListReport",
    "ListStatus",
    "MarginCalled",
    "OrderReport",
    "OrderStatus",
    "OrderView",
    "PositionLiquidated",
    "PositionView",
    "Prevention",
    "Refusal",
    "Refused",
    "Rule",
    "TradePrinted",
]


class Rule(Enum):
    """Why a command was refused."""

    UNKNOWN_ACCOUNT = "no such account"
    UNKNOWN_SYMBOL = "no such instrument"
    UNKNOWN_ORDER = "no such open order"
    UNKNOWN_LIST = "no such open list"
    NOT_TRADING = "the instrument takes no orders"
    DUPLICATE_CLIENT_ID = "an open order has this client id"
    COMBINATION = "these properties do not go together"
    PRICE_NOT_POSITIVE = "price not above zero"
    PRICE_MIN = "price below the minimum"
    PRICE_MAX = "price above the maximum"
    PRICE_TICK = "price off the tick"
    PRICE_BAND_UP = "price too far above the reference"
    PRICE_BAND_DOWN = "price too far below the reference"
    QUANTITY_NOT_POSITIVE = "quantity not above zero"
    QUANTITY_MIN = "quantity below the minimum"
    QUANTITY_MAX = "quantity above the maximum"
    QUANTITY_LOT = "quantity off the lot"
    MARKET_QUANTITY_MIN = "market order's quantity below the minimum"
    MARKET_QUANTITY_MAX = "market order's quantity above the maximum"
    MARKET_QUANTITY_LOT = "market order's quantity off the lot"
    NOTIONAL_MIN = "notional below the minimum"
    NOTIONAL_MAX = "notional above the maximum"
    ICEBERG_PARTS = "too many parts of an iceberg"
    ICEBERG_DISPLAY = "shows more than there is"
    TRAIL_RANGE = "trailing distance out of range"
    MAX_ORDERS = "too many open orders"
    MAX_DORMANT = "too many dormant orders"
    MAX_ICEBERGS = "too many icebergs"
    MAX_LISTS = "too many open lists"
    MAX_AMENDS = "amended too often"
    MAX_POSITION = "too large a position"
    EXPIRY = "ends before it begins"
    BALANCE = "balance too small"
    MARGIN = "margin too small"
    REDUCE_ONLY = "would not reduce a position"
    WOULD_TAKE = "post-only would take"
    WOULD_TRIGGER = "would trigger at once"
    PRICE_GAP = "last price and mark price too far apart to trigger"
    FOK_UNFILLABLE = "cannot be filled at once"
    NO_LIQUIDITY = "the book holds less than one lot for it"
    CANCEL_ONLY = "not in the state that the cancel is for"
    AMEND_INCREASES = "an amend in place may only lower the quantity"
    AMEND_UNCHANGED = "would change nothing"
    AMEND_STATE = "this order cannot be amended"
    LIST_PRICES = "prices of the legs on the wrong sides"
    LEVERAGE = "leverage out of range"
    POSITION_LIMIT = "position too large for the leverage"
    NO_POSITION = "there is no such position"
    MARGIN_MODE = "not in this margin mode"


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """A rule that was broken, and its numbers."""

    rule: Rule
    value: int = 0
    """What was given."""
    limit: int = 0
    """What the rule allows."""
    subject: str = ""
    """Which number it was where that is not plain: ``price``, ``trigger price``, ``display`` …"""


class OrderStatus(Enum):
    """Where an order is in its life."""

    RECEIVED = "being looked at"
    PENDING = "waits for another order"
    DORMANT = "waits for its trigger"
    OPEN = "working"
    PARTIALLY_FILLED = "working, partially filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PREVENTED = "ended by self-trade prevention"
    REJECTED = "turned down after it was accepted"

    @property
    def is_open(self) -> bool:
        """Whether something can still become of it."""
        return self in _OPEN


_OPEN = frozenset(
    {
        OrderStatus.PENDING,
        OrderStatus.DORMANT,
        OrderStatus.OPEN,
        OrderStatus.PARTIALLY_FILLED,
    }
)


class Execution(Enum):
    """What an order report is about."""

    ACCEPTED = "accepted"
    FORCED = "placed by the venue, to close a position that lost its margin"
    TRACKING = "a trailing order began to follow"
    TRIGGERED = "a dormant order works now"
    ACTIVATED = "a pending order is placed now"
    TRADED = "traded"
    AMENDED = "amended"
    CANCELED = "canceled"
    EXPIRED = "expired"
    PREVENTED = "kept from trading with its own account"
    REJECTED = "turned down at its trigger or activation"


class EndReason(Enum):
    """Why an order ended or shrank other than by a trade or its owner's wish."""

    IOC = "immediate or cancel, the rest unfilled"
    FOK = "fill or kill, unfillable"
    NO_LIQUIDITY = "market order met an empty book"
    PRICE_REACH = "the next match was too far from the reference price"
    GTD = "its time was over"
    REDUCE_ONLY = "nothing left to reduce"
    SELF_TRADE = "self-trade prevention"
    OCO = "the other leg filled or triggered"
    WORKING_ENDED = "the order it waited for ended unfilled"
    REFUSED = "refused at its trigger or activation"
    WOULD_TAKE = "a post-only order would take after its amendment"
    LIQUIDATION = "its account is being liquidated"
    SHRUNK = "amended to no more than was filled"
    QUOTE_SPENT = "what is left buys less than a lot"


class OrderView(msgspec.Struct, frozen=True, gc=False):
    """An order at one moment."""

    id: int
    request: SubmitOrder
    """As it was submitted."""
    client_id: str
    status: OrderStatus
    price: int
    quantity: int
    filled: int
    turnover: int
    prevented: int
    """What self-trade prevention took from it."""
    is_working: bool
    """Whether it is in the book or being matched."""
    list_id: int
    """0 without a list."""
    created_ns: int
    updated_ns: int
    working_ns: int
    """Since when it works; 0 before."""
    triggered_ns: int
    trigger_price: int
    """What a dormant order waits for; a trailing order's moves."""
    tracking_ns: int
    """Since when a trailing order follows; 0 before."""
    display: int
    amends: int

    @property
    def leaves(self) -> int:
        """What may still trade."""
        return self.quantity - self.filled - self.prevented if self.status.is_open else 0

    @property
    def account(self) -> str:
        """Whose it is."""
        return self.request.account

    @property
    def symbol(self) -> str:
        """The instrument's."""
        return self.request.symbol


class Fill(msgspec.Struct, frozen=True, gc=False):
    """One account's side of a trade."""

    trade_id: int
    account: str
    symbol: str
    order_id: int
    client_id: str
    is_buy: bool
    is_maker: bool
    price: int
    quantity: int
    turnover: int
    fee: int
    fee_asset: str
    realized: int
    """Profit of what it closed, without the fee."""
    ts_ns: int


class Prevention(msgspec.Struct, frozen=True, gc=False):
    """A match that self-trade prevention kept from happening."""

    id: int
    maker_order_id: int
    taker_order_id: int
    price: int
    quantity: int
    """What would have traded."""
    taken: int
    """What this order lost by it."""


class OrderReport(msgspec.Struct, frozen=True, gc=False):
    """Something happened to an order."""

    id: int
    """Running number over all reports of the engine."""
    execution: Execution
    order: OrderView
    ts_ns: int
    fill: Fill | None = None
    reason: EndReason | None = None
    prevention: Prevention | None = None
    refusal: Refusal | None = None
    """Why it was rejected."""
    previous_client_id: str = ""
    """Before a cancel or an amendment gave it another one."""
    tag: object = None
    """The amendment's."""


class ListStatus(Enum):
    """Where an order list is."""

    EXECUTING = "executing"
    UPDATED = "executing, an order's client id changed"
    DONE = "done"


class ListReport(msgspec.Struct, frozen=True, gc=False):
    """Something happened to an order list."""

    account: str
    symbol: str
    list_id: int
    client_id: str
    is_oco: bool
    """Two legs that cancel each other; otherwise a working order with pending ones."""
    status: ListStatus
    orders: tuple[tuple[int, str], ...]
    """Order ids with client ids."""
    ts_ns: int
    tag: object = None


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A command, or a part of one, was not carried out."""

    command: Command
    refusal: Refusal


class TradePrinted(msgspec.Struct, frozen=True, gc=False):
    """A public trade."""

    symbol: str
    id: int
    price: int
    quantity: int
    is_buyer_maker: bool
    buy_order_id: int
    sell_order_id: int
    ts_ns: int


class BookChanged(msgspec.Struct, frozen=True, gc=False):
    """What a command left changed in a book: the new quantity at each price, 0 where nothing is left."""

    symbol: str
    first_id: int
    last_id: int
    bids: list[tuple[int, int]]
    asks: list[tuple[int, int]]
    ts_ns: int


class BalanceView(msgspec.Struct, frozen=True, gc=False):
    """An account's holding of an asset."""

    asset: str
    free: int
    """Spot: not locked. Margined: the wallet's balance."""
    locked: int


class PositionView(msgspec.Struct, frozen=True, gc=False):
    """A margined position; ``quantity`` is below zero for a short one."""

    symbol: str
    quantity: int
    cost: int
    """What was paid for it, never below zero; divided by the quantity it is the entry price."""
    realized: int
    """Since the account was opened, without fees."""
    unrealized: int
    mark: int
    leverage: int
    margin: int
    """Initial margin of the position."""
    order_margin: int
    """Initial margin of open orders beyond it."""
    bid_notional: int
    ask_notional: int
    updated_ns: int
    maintenance: int = 0
    """Maintenance margin of the position."""
    liquidation_price: int = 0
    """Mark price at which it is liquidated if nothing else changes; 0 if there is none."""
    is_isolated: bool = False
    isolated: int = 0
    """What of the wallet is set apart for it, without its open profit."""


class AccountChange(Enum):
    """What changed an account."""

    ORDERS = "orders locked or freed funds"
    TRADES = "trades"
    FUNDING = "funding"
    INSURANCE = "the insurance fund paid what a liquidation left owing"
    MARGIN = "margin was set apart for a position, or set free"
    TRANSFER = "a deposit or a withdrawal"


class AccountChanged(msgspec.Struct, frozen=True, gc=False):
    """Balances and positions after a command, those that it touched."""

    account: str
    cause: AccountChange
    balances: tuple[BalanceView, ...]
    positions: tuple[PositionView, ...]
    ts_ns: int
    change: int = 0
    """Of the one balance, for a transfer and funding."""


class FundingPaid(msgspec.Struct, frozen=True, gc=False):
    """An account paid (below zero) or got funding."""

    account: str
    symbol: str
    asset: str
    amount: int
    balance: int
    """The wallet's after it."""
    rate: int
    ts_ns: int


class MarginCalled(msgspec.Struct, frozen=True, gc=False):
    """An account's positions come near to liquidation: those that share the margin that gets scarce."""

    account: str
    asset: str
    balance: int
    """The wallet's part that stands for them, without their open profits."""
    maintenance: int
    positions: tuple[PositionView, ...]
    ts_ns: int


class PositionLiquidated(msgspec.Struct, frozen=True, gc=False):
    """A position was closed for want of margin."""

    order: OrderView
    """The venue's order as it ended."""
    taken_over: int
    """What the book did not take of it: the insurance fund did, at the order's price and without a public trade."""
    average: int
    """The average price of its trades, rounded down."""
    ts_ns: int


Event = (
    OrderReport
    | TradePrinted
    | BookChanged
    | AccountChanged
    | ListReport
    | FundingPaid
    | MarginCalled
    | PositionLiquidated
    | Refused
)
