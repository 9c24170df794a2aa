"""The trading floor: everything that the parts of the engine share, and the one place where orders change state."""

from __future__ import annotations

from collections import deque

from tickwright.sandbox.exchange.account import Account, Seat
from tickwright.sandbox.exchange.ledger import Ledger
from tickwright.sandbox.exchange.life import LIFE, LifeEvent
from tickwright.sandbox.exchange.market import Market
from tickwright.sandbox.exchange.order import Order, OrderList
from tickwright.sandbox.exchange.waiting import WaitingOrders
from tickwright.venues.commands import SubmitOrder, TriggerBy
from tickwright.venues.reports import (
    EndReason,
    Event,
    Fill,
    ListStatus,
    OrderReport,
    OrderStatus,
    Prevention,
    Refusal,
    Rule,
)


__all__ = ["Floor"]

_NEVER_NS = 1 << 62
_PRIVATE_IDS_FROM = 10**15
"""Of trades that are not public: far beyond the others, and still exact as a float."""


class Floor:
    """Accounts, markets, orders, running numbers, and the events of the command at work.

    Attributes:
        prints: Prices that triggers have not looked at yet.
        woken: Dormant orders whose price was reached, which do not work yet.
        next_funding_ns: When some market pays funding next.
        stirred: Orders of lists to which something happened that their list has not looked at yet.
    """

    def __init__(self, *, first_order_id: int, kept: int) -> None:
        self.kept = kept
        self.now_ns = 0
        self.ledger = Ledger()
        self.accounts: dict[str, Account] = {}
        self.markets: dict[str, Market] = {}
        self.orders: dict[int, Order] = {}
        self.lists: dict[int, OrderList] = {}
        self.events: list[Event] = []
        self.prints: deque[tuple[Market, TriggerBy, int]] = deque()
        self.woken: deque[Order] = deque()
        self.stirred: deque[Order] = deque()
        self.touched_markets: dict[Market, None] = {}
        self.next_funding_ns = _NEVER_NS
        self.last_order_id = first_order_id - 1
        self.last_list_id = 0
        self.last_report_id = 0
        self.last_prevention_id = 0
        self.last_private_id = _PRIVATE_IDS_FROM
        self._deadlines = WaitingOrders()

    # ------------------------------------------------------------------ finding

    def seat(self, account_name: str, symbol: str) -> Seat | Refusal:
        """Return what an account has in a market, or why there is no such thing."""
        market = self.markets.get(symbol)
        if market is None:
            return Refusal(Rule.UNKNOWN_SYMBOL, subject=symbol)
        seat = market.seats.get(account_name)
        if seat is not None:
            return seat
        account = self.accounts.get(account_name)
        if account is None:
            return Refusal(Rule.UNKNOWN_ACCOUNT, subject=account_name)
        seat = market.seats[account_name] = account.seats[symbol] = Seat(account, market)
        return seat

    @staticmethod
    def open_order(seat: Seat, order_id: int, client_id: str) -> Order | Refusal:
        """Return an open order by its id, or by its client id; with both, both must be its own."""
        order = seat.orders.get(order_id) if order_id else seat.clients.get(client_id)
        if order is None or (client_id and order.client_id != client_id):
            return Refusal(Rule.UNKNOWN_ORDER, order_id, subject=client_id)
        return order

    # ------------------------------------------------------------------ prices

    def print_price(self, market: Market, price: int) -> None:
        """Take a price as the last one; who looks at it is told once the command at work is over."""
        market.last_price = price
        self.prints.append((market, TriggerBy.LAST, price))
        if not market.mark and market.rules.brackets:
            self.shake(market)

    def shake(self, market: Market) -> None:
        """Have all positions of a market looked at again, whose mark price moved."""
        for seat in market.seats.values():
            self.ledger.shake(seat)

    # ------------------------------------------------------------------ an order's life

    def receive(self, request: SubmitOrder, seat: Seat) -> Order:
        """Return a new order, which nobody knows of yet."""
        self.last_order_id += 1
        return Order(self.last_order_id, request, seat, self.now_ns)

    def begin(self, order: Order, event: LifeEvent) -> None:
        """Accept an order: from now on it can be found, and it counts."""
        seat = order.seat
        seat.orders[order.id] = order
        seat.clients[order.client_id] = order
        self.orders[order.id] = order
        if order.display:
            seat.icebergs += 1
        if order.expires_ns:
            self._deadlines.add(order.expires_ns, order)
        self.advance(order, event)

    def advance(
        self,
        order: Order,
        event: LifeEvent,
        *,
        fill: Fill | None = None,
        reason: EndReason | None = None,
        prevention: Prevention | None = None,
        refusal: Refusal | None = None,
        previous_client_id: str = "",
        tag: object = None,
    ) -> None:
        """Let something happen to an order, and report it."""
        before = order.status
        order.status, execution = LIFE.step(before, event)
        now_ns = order.updated_ns = self.now_ns
        if event is LifeEvent.WORK or event is LifeEvent.FORCE:
            order.working_ns = now_ns
            if before is OrderStatus.DORMANT:
                order.triggered_ns = now_ns
        if order.request.trigger is not None:
            order.seat.dormant += (order.status is OrderStatus.DORMANT) - (
                before is OrderStatus.DORMANT
            )
        if order.account.is_house:
            return
        self.last_report_id += 1
        self.events.append(
            OrderReport(
                self.last_report_id,
                execution,
                order.view(),
                now_ns,
                fill,
                reason,
                prevention,
                refusal,
                previous_client_id,
                tag,
            )
        )

    def finish(
        self,
        order: Order,
        event: LifeEvent,
        *,
        reason: EndReason | None = None,
        prevention: Prevention | None = None,
        refusal: Refusal | None = None,
        client_id: str = "",
    ) -> None:
        """End an order other than by a trade: out of the book, its funds free again.

        Args:
            order: The order.
            event: How it ends.
            reason: Why.
            prevention: The match that ended it.
            refusal: The rule that ended it.
            client_id: What it is called from now on, if anything else.
        """
        if order.level is not None:
            order.market.half(is_bid=order.is_buy).remove(order)
            self.touched_markets[order.market] = None
        order.leaves = 0
        self.ledger.fit(order)
        self.unseat(order)
        previous = ""
        if client_id:
            previous, order.client_id = order.client_id, client_id
        self.advance(
            order,
            event,
            reason=reason,
            prevention=prevention,
            refusal=refusal,
            previous_client_id=previous,
        )
        self._keep(order)

    def finish_filled(self, order: Order, fill: Fill) -> None:
        """End an order by the trade that filled the rest of it."""
        self.unseat(order)
        self.advance(order, LifeEvent.FILL_REST, fill=fill)
        self._keep(order)

    def unseat(self, order: Order) -> None:
        """Take an order out of the open ones."""
        seat = order.seat
        del seat.orders[order.id]
        del seat.clients[order.client_id]
        if order.display:
            seat.icebergs -= 1
        if order.is_reduce_only:
            seat.resting_reducers.pop(order.id, None)
        if order.list is not None:
            self.stirred.append(order)

    def rename(self, order: Order, client_id: str) -> str:
        """Give an open order another client id and return the previous one."""
        previous = order.client_id
        clients = order.seat.clients
        del clients[previous]
        clients[client_id] = order
        order.client_id = client_id
        return previous

    def _keep(self, order: Order) -> None:
        account = order.account
        if account.is_house:
            del self.orders[order.id]
            return
        order.seat.closed_clients[order.client_id] = order
        closed = account.closed
        closed.append(order)
        if len(closed) > account.kept:
            old = closed.popleft()
            del self.orders[old.id]
            names = old.seat.closed_clients
            if names.get(old.client_id) is old:
                del names[old.client_id]

    # ------------------------------------------------------------------ lists, time, the end of a command

    def report_list(self, order_list: OrderList, status: ListStatus) -> None:
        """Report what became of an order list."""
        if not order_list.seat.account.is_house:
            self.events.append(order_list.report(status, self.now_ns))

    def note_fundings(self) -> None:
        """Find out when the next funding is due."""
        due = [market.funding_ns for market in self.markets.values() if market.funding_ns]
        self.next_funding_ns = min(due, default=_NEVER_NS)

    def keep_list(self, order_list: OrderList) -> None:
        """Remember an order list, and forget the oldest ones if they are done."""
        self.last_list_id = order_list.id
        self.lists[order_list.id] = order_list
        if len(self.lists) > self.kept:
            oldest = next(iter(self.lists.values()))
            if oldest.is_done:
                del self.lists[oldest.id]

    def overdue(self, now_ns: int) -> Order | None:
        """Return the next order whose time is over, off the list of deadlines."""
        return self._deadlines.pop(now_ns)

    def tell_accounts(self, change: int = 0) -> None:
        """Tell which accounts changed so far, before they change for another reason."""
        self.events.extend(self.ledger.changes(self.now_ns, change))

    def take(self, change: int = 0) -> list[Event]:
        """Return the events of a command, book and account changes last."""
        events = self.events
        for market in self.touched_markets:
            delta = market.changes(self.now_ns)
            if delta is not None:
                events.append(delta)
        self.touched_markets.clear()
        events.extend(self.ledger.changes(self.now_ns, change))
        self.events = []
        return events
