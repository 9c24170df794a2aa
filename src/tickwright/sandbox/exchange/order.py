"""An order and an order list as the engine keeps them: mutable, with their place in the book inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickwright.model.market import Side
from tickwright.venues.commands import OrderKind, SubmitList, SubmitOrder
from tickwright.venues.reports import ListReport, ListStatus, OrderStatus, OrderView


if TYPE_CHECKING:
    from tickwright.sandbox.exchange.account import Account, Seat
    from tickwright.sandbox.exchange.book import Level
    from tickwright.sandbox.exchange.market import Market

__all__ = ["Order", "OrderList"]


class Order:
    """One order.

    ``quantity`` is always ``filled + prevented`` plus what is left while it is open; ``leaves`` is that rest, and 0
    once it has ended. ``shown`` is the part of it that the book shows. ``budget`` is what a market buy may
    still spend of a spot account.
    """

    __slots__ = (
        "account", "amends", "budget", "client_id", "created_ns", "display", "expires_ns", "extreme", "fees", "filled",
        "following", "id", "is_buy", "is_market", "is_reduce_only", "leaves", "level", "list", "locked",
        "market", "preceding", "prevented", "price", "quantity", "request", "seat", "shown", "status",
        "tracking_ns", "trigger_price", "triggered_ns", "turnover", "updated_ns", "working_ns",
    )  # fmt: skip

    def __init__(self, order_id: int, request: SubmitOrder, seat: Seat, now_ns: int) -> None:
        self.id = order_id
        self.request = request
        self.seat = seat
        self.account: Account = seat.account
        self.market: Market = seat.market
        self.is_buy = request.side is Side.BUY
        self.is_market = request.kind is OrderKind.MARKET
        self.is_reduce_only = request.is_reduce_only or request.closes_position
        self.status = OrderStatus.RECEIVED
        self.client_id = request.client_id or f"order-{order_id}"
        self.price = request.price
        self.quantity = self.leaves = request.quantity
        self.display = request.display
        self.shown = 0
        self.fees = self.filled = self.turnover = self.prevented = self.amends = 0
        self.locked = self.budget = 0
        self.created_ns = self.updated_ns = now_ns
        self.working_ns = self.triggered_ns = self.tracking_ns = 0
        self.expires_ns = request.expires_ns
        self.trigger_price = 0 if request.trigger is None else request.trigger.price
        self.extreme = 0
        self.list: OrderList | None = None
        # Its place in the queue of a price level.
        self.level: Level | None = None
        self.preceding: Order | None = None
        self.following: Order | None = None

    def view(self) -> OrderView:
        """Return the order as it is now."""
        status = self.status
        return OrderView(
            self.id,
            self.request,
            self.client_id,
            status,
            self.price,
            self.quantity,
            self.filled,
            self.turnover,
            self.prevented,
            status is OrderStatus.OPEN or status is OrderStatus.PARTIALLY_FILLED,
            0 if self.list is None else self.list.id,
            self.created_ns,
            self.updated_ns,
            self.working_ns,
            self.triggered_ns,
            self.trigger_price,
            self.tracking_ns,
            self.display,
            self.amends,
        )

    def resize(self, quantity: int) -> None:
        """Set the quantity, and with it what is left."""
        self.quantity = quantity
        self.leaves = quantity - self.filled - self.prevented


class OrderList:
    """Orders that depend on each other.

    Attributes:
        working: The order that the legs wait for, ``None`` for legs that were placed at once.
        winner: The leg that traded or triggered first; from then on the other one needs no funds.
        locked: What the legs lock together, since only one of them can trade.
    """

    __slots__ = (
        "client_id", "id", "is_done", "legs", "locked", "request", "seat", "winner", "working",
    )  # fmt: skip

    def __init__(self, list_id: int, request: SubmitList, seat: Seat) -> None:
        self.id = list_id
        self.request = request
        self.seat = seat
        self.client_id = request.client_id or f"list-{list_id}"
        self.working: Order | None = None
        self.legs: list[Order] = []
        self.winner: Order | None = None
        self.locked = 0
        self.is_done = False

    @property
    def orders(self) -> list[Order]:
        """All of them, the working one first."""
        return self.legs if self.working is None else [self.working, *self.legs]

    def shares_lock(self, order: Order) -> bool:
        """Tell whether an order is one of two legs, whose funds are locked once."""
        return len(self.legs) == 2 and order is not self.working

    def report(self, status: ListStatus, now_ns: int) -> ListReport:
        """Return the list as it is now."""
        return ListReport(
            self.seat.account.name,
            self.seat.market.symbol,
            self.id,
            self.client_id,
            self.working is None,
            status,
            tuple([(order.id, order.client_id) for order in self.orders]),
            now_ns,
            self.request.tag,
        )
