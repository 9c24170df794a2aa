"""Accounts: what they hold of each asset, and what they have in each market."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tickwright.sandbox.exchange.margin import liquidation_price, shared
from tickwright.sandbox.exchange.order import Order, OrderList
from tickwright.venues.facts import AMOUNT_SCALE, RATE_SCALE
from tickwright.venues.marketrules import MarginBracket
from tickwright.venues.reports import AccountChange, BalanceView, Fill, PositionView


if TYPE_CHECKING:
    from tickwright.sandbox.exchange.market import Market

__all__ = ["Account", "Balance", "Seat"]

_ONE: int = 10**RATE_SCALE


class Balance:
    """An account's holding of one asset; of margined markets, ``free`` is the wallet."""

    __slots__ = ("asset", "free", "locked")

    def __init__(self, asset: str) -> None:
        self.asset = asset
        self.free = 0
        self.locked = 0

    def view(self) -> BalanceView:
        """Return the holding as it is now."""
        return BalanceView(self.asset, self.free, self.locked)


class Account:
    """One account.

    Args:
        name: Its name in commands.
        group: Accounts of a group count as one for self-trade prevention.
        is_house: Whether it is the market's other side, without limits and reports.
        kept: Closed orders, and fills, that it can be asked for.

    Attributes:
        called: Markets and assets whose margin was called, until it is enough again.
        cause: Why it changed since the last `AccountChanged`; ``None`` if it did not.
    """

    __slots__ = (
        "balances", "called", "cause", "closed", "fills", "group", "is_house", "kept", "lists", "maker_fee", "name",
        "seats", "taker_fee", "touched", "touched_seats",
    )  # fmt: skip

    def __init__(self, name: str, *, group: str, is_house: bool, kept: int) -> None:
        self.name = name
        self.group = group or name
        self.is_house = is_house
        self.maker_fee: int | None = None
        self.taker_fee: int | None = None
        self.balances: dict[str, Balance] = {}
        self.seats: dict[str, Seat] = {}
        self.lists: dict[int, OrderList] = {}
        self.called: set[str] = set()
        self.kept = kept
        self.closed: deque[Order] = deque()
        self.fills: deque[Fill] = deque(maxlen=kept)
        self.cause: AccountChange | None = None
        self.touched: dict[Balance, None] = {}
        self.touched_seats: dict[Seat, None] = {}

    def balance(self, asset: str) -> Balance:
        """Return the holding of an asset, an empty one if there was none."""
        found = self.balances.get(asset)
        if found is None:
            found = self.balances[asset] = Balance(asset)
        return found

    def available(self, asset: str) -> int:
        """Return what may still be used as margin: the shared wallet with open profits, less the margins."""
        free = shared(self, asset)
        for seat in self.seats.values():
            if seat.position:
                if seat.wallet.asset == asset:
                    free -= seat.order_margin()
                    free += 0 if seat.is_isolated else seat.unrealized() - seat.margin()
            elif (seat.bid_notional or seat.ask_notional) and seat.wallet.asset == asset:
                free += -max(seat.bid_notional, seat.ask_notional) // seat.leverage
        return free


class Seat:
    """What one account has in one market.

    Attributes:
        orders: Its open orders by id, oldest first.
        clients: The same by client id.
        closed_clients: Closed orders that are still kept, by client id, the latest of each.
        resting_reducers: Reduce-only orders in the book; they shrink with the position.
        bid_notional: Of working buys that may open a position.
        position: Contracts held, below zero if short.
        cost: What was paid for them, never below zero.
        is_isolated: Whether the position has margin of its own.
        isolated: What of the wallet is set apart for it.
    """

    __slots__ = (
        "account", "ask_notional", "base", "bid_notional", "clients", "closed_clients", "cost",
        "dormant", "icebergs", "is_isolated", "isolated", "leverage", "lists", "market", "orders", "position", "quote", "realized",
        "resting_reducers", "updated_ns", "wallet",
    )  # fmt: skip

    def __init__(self, account: Account, market: Market) -> None:
        self.account = account
        self.market = market
        self.orders: dict[int, Order] = {}
        self.clients: dict[str, Order] = {}
        self.closed_clients: dict[str, Order] = {}
        self.dormant = 0
        self.icebergs = 0
        self.lists = 0
        self.base = account.balance(market.base)
        self.quote = account.balance(market.quote)
        self.wallet = account.balance(market.settle)
        self.resting_reducers: dict[int, Order] = {}
        self.leverage = market.rules.default_leverage
        self.bid_notional = 0
        self.ask_notional = 0
        self.position = 0
        self.cost = 0
        self.realized = 0
        self.is_isolated = False
        self.isolated = 0
        self.updated_ns = 0

    def value(self) -> int:
        """Return what the position is worth at the mark price, without its sign."""
        return abs(self.position) * self.market.mark_price * self.market.notional_unit

    def unrealized(self) -> int:
        """Return the position's profit at the mark price."""
        value = self.value()
        return value - self.cost if self.position > 0 else self.cost - value

    def margin(self) -> int:
        """Return the position's initial margin."""
        return -(-self.value() // self.leverage)

    def bracket(self) -> MarginBracket | None:
        """Return the bracket that the position is in, ``None`` where there are none."""
        brackets, value = self.market.rules.brackets, self.value()
        return next(
            (one for one in brackets if value <= one.cap), brackets[-1] if brackets else None
        )

    def maintenance(self) -> int:
        """Return the position's maintenance margin."""
        bracket = self.bracket() if self.position else None
        if bracket is None:
            return 0
        return max(0, self.value() * bracket.rate // _ONE - bracket.deduction)

    def notional_max(self) -> int:
        """Return how large a position may get with the leverage that is set; 0 for any size."""
        caps = [one.cap for one in self.market.rules.brackets if one.leverage >= self.leverage]
        return caps[-1] if caps else 0

    def order_margin(self, more_bids: int = 0, more_asks: int = 0) -> int:
        """Return what open orders need beyond the position's margin, with more of them or without."""
        value = self.value()
        signed = value if self.position > 0 else -value
        worst = max(
            abs(signed + self.bid_notional + more_bids),
            abs(signed - self.ask_notional - more_asks),
        )
        return max(0, -(-worst // self.leverage) - self.margin())

    def closable(self, *, is_buy: bool) -> int:
        """Return how much an order of that side could reduce the position by."""
        return max(0, -self.position if is_buy else self.position)

    def view(self) -> PositionView:
        """Return the position as it is now."""
        return PositionView(
            self.market.symbol,
            self.position,
            self.cost,
            self.realized,
            self.unrealized(),
            self.market.mark_price,
            self.leverage,
            self.margin(),
            self.order_margin(),
            self.bid_notional,
            self.ask_notional,
            self.updated_ns,
            self.maintenance(),
            liquidation_price(self),
            self.is_isolated,
            self.isolated,
        )

    def holding(self) -> int:
        """Return the base asset held, at the quantity's scale, rounded down."""
        unit: int = 10 ** (AMOUNT_SCALE - self.market.rules.listing.quantity_scale)
        return (self.base.free + self.base.locked) // unit
