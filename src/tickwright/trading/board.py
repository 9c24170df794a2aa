"""All orders, as the journal's entries say: the one fold, used while things happen and after a restart.

Orders that have ended are forgotten at last, the oldest once more than `KEPT` are known (`tickwright.trading.past`). That too is
decided by the entries alone, so that a restart comes to the same orders by the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

import msgspec

from tickwright.core.order import GONE, OrderLife
from tickwright.errors import UsageError
from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import (
    Order,
    OrderEvent,
    OrderReport,
    OrderState,
    ReportedState,
    SubmitOrder,
)
from tickwright.trading import journal
from tickwright.trading.past import EndedOrders, Kind, Past
from tickwright.trading.pending import PendingOrders


__all__ = ["KEPT", "OrderBoard"]

KEPT = 50_000
"""Orders that have ended, of each kind: half an hour at the fastest that a venue lets anybody place them."""

_SAID = {
    ReportedState.QUEUED: tuple(OrderState),
    ReportedState.OPEN: (OrderState.OPEN, OrderState.PARTLY_FILLED),
    ReportedState.FILLED: (OrderState.FILLED,),
    ReportedState.CANCELED: (OrderState.CANCELED,),
    ReportedState.EXPIRED: (OrderState.EXPIRED,),
    ReportedState.REJECTED: (OrderState.REJECTED,),
}
"""What a venue says, and the states in which that is no news."""
_ENDED_WITH = (
    ReportedState.FILLED,
    ReportedState.CANCELED,
    ReportedState.EXPIRED,
    ReportedState.REJECTED,
)
_ENDED_THERE = (OrderState.FILLED, OrderState.CANCELED, OrderState.EXPIRED)
"""Told by the venue: who lists such an order as open began to write the list before it ended."""


class OrderBoard:
    """Orders by name, and what follows from each entry.

    Args:
        names_fills: Product → whether its venue names executions.
        kept: How many orders of each kind are remembered that have ended.
        forgotten: Called with each order that is forgotten.

    Attributes:
        forgotten_count: How many were.

    Example:
        >>> board = OrderBoard()
        >>> board.apply(Submitted(at_ns=1, product="binance.spot", command=command))
        []
        >>> board.apply(Sent(at_ns=2, client_order_id=command.client_order_id))
        [OrderSent(...)]
    """

    def __init__(
        self,
        names_fills: Callable[[str], bool] = lambda product: True,
        *,
        kept: int = KEPT,
        forgotten: Callable[[Order], None] = lambda order: None,
    ) -> None:
        self._names_fills = names_fills
        self._forgotten = forgotten
        self.forgotten_count = 0
        self._lives: dict[str, OrderLife] = {}
        self._unfinished: dict[str, None] = {}
        self._ended = EndedOrders(kept)
        """The others."""
        self._listed: set[str] = set()
        """Orders that had ended when they were first heard of."""
        self._past = Past()
        self._by_venue_id: dict[tuple[str, str], str] = {}
        self._pending = PendingOrders()
        self._filled: dict[str, Decimal] = {}
        self._traded: dict[str, Decimal] = {}

    # ------------------------------------------------------------------ the fold

    def apply(self, entry: journal.Entry) -> list[OrderEvent]:
        """Take an entry in and return the events to tell."""
        match entry:
            case journal.Submitted(at_ns=at_ns, product=product, command=command):
                life = self._begin(command, product, at_ns)
                events = life.sent(at_ns) if entry.is_leaving else []
                self._noted(life)
                return events
            case journal.Reported(product=product, report=report):
                return self._reported(product, report)
            case journal.AmendAsked() | journal.CancelAsked():
                return []
            case journal.Forgotten(called=called):
                self._past.take(entry)
                self._by_venue_id |= {(product, id_): name for product, id_, name in called}
                return []
        name = entry.client_order_id
        if name not in self._lives and not self._past.is_empty:
            return []  # it had ended, and was forgotten
        life = self._lives[name]
        events = _learned(life, entry)
        self._noted(life)
        return events

    def _reported(self, product: str, report: OrderReport) -> list[OrderEvent]:
        name = self.name_of(product, report)
        life = self._lives.get(name)
        if life is None:
            placing = self._placing(product, report, name)
            if placing is None:
                return []
            command, is_understood = placing
            if report.state in _ENDED_WITH:
                self._listed.add(name)
            life = self._begin(
                command, product, _placed_ns(report), is_external=True, is_understood=is_understood
            )
        events = life.reported(report)
        if report.venue_order_id is not None:
            self._by_venue_id.setdefault((product, report.venue_order_id), name)
        self._noted(life)
        return events

    def name_of(self, product: str, report: OrderReport) -> str:
        """Return what the order of a report goes by here.

        Some channels call it otherwise once it was triggered or canceled. Others may use a name at another product
        (``name@product``), or again once its order has ended, as venues allow (``name#number``, the venue's own id); or have used
        it before us, and our order was refused.
        """
        name, venue_order_id = report.client_order_id, report.venue_order_id
        if venue_order_id is not None:
            known = self._by_venue_id.get((product, venue_order_id))
            if known is not None:
                return known
        life = self._lives.get(name)
        if life is not None and life.product != product:
            name = f"{name}@{product}"
            life = self._lives.get(name)
        if venue_order_id is None:
            return name
        is_taken = life is not None and (
            life.order.venue_order_id is not None or _contradicts(report, life.order)
        )
        return f"{name}#{venue_order_id}" if is_taken else name

    def named(self, product: str, venue_order_id: str) -> str | None:
        """Return what the order goes by here that a venue calls so, ``None`` if it was not heard of."""
        return self._by_venue_id.get((product, venue_order_id))

    def has_news(self, entry: journal.Reported) -> bool:
        """Tell whether a report says anything that is not known: listings repeat what streams have told."""
        report = entry.report
        name = self.name_of(entry.product, report)
        life = self._lives.get(name)
        if life is None:
            return self._placing(entry.product, report, name) is not None
        order = life.order
        is_late = (
            report.state is ReportedState.OPEN
            and order.state in _ENDED_THERE
            and order.code != GONE
        )
        return (
            (order.state not in _SAID[report.state] and not is_late)
            or (order.venue_order_id is None and report.venue_order_id is not None)
            or (report.filled_quantity or 0) > order.filled_quantity
            or (order.state.is_open and not _are_same(report, order))
            or not {fill.trade_id for fill in report.fills}
            <= {each.trade_id for each in order.fills}
        )

    def repeats(self, entry: journal.Reported) -> bool:
        """Tell whether a report says no more than was said before, and need not be kept."""
        report = entry.report
        life = self._lives.get(self.name_of(entry.product, report))
        return life is not None and life.repeats(report)

    def _begin(
        self,
        command: SubmitOrder,
        product: str,
        placed_ns: int,
        *,
        is_external: bool = False,
        is_understood: bool = True,
    ) -> OrderLife:
        name = command.client_order_id
        life = OrderLife(
            command,
            product,
            names_fills=self._names_fills(product),
            is_external=is_external,
            is_understood=is_understood,
            placed_ts_ns=placed_ns,
        )
        self._lives[name] = life
        return life

    def _noted(self, life: OrderLife) -> None:
        order = life.order
        name = order.command.client_order_id
        is_finished = order.state.is_final and not order.missing_quantity
        self._pending.note(order)
        if order.filled_quantity:
            self._count_filled(order)
        if is_finished:
            self._unfinished.pop(name, None)
            surplus = self._ended.add(name, self._kind(order))
            if surplus is not None:
                self._forget(surplus)
        elif name not in self._unfinished:
            self._unfinished[name] = None
            self._ended.remove(name)

    def _kind(self, order: Order) -> Kind:
        if order.venue_order_id is None:
            return Kind.NEVER_THERE
        return Kind.LISTED if order.client_order_id in self._listed else Kind.LIVED

    def _forget(self, name: str) -> None:
        life = self._lives.pop(name)
        order = life.order
        if order.venue_order_id is not None:
            self._by_venue_id.pop((life.product, order.venue_order_id), None)
        self._filled.pop(name, None)
        self._listed.discard(name)
        self._past.add(life)
        self.forgotten_count += 1
        self._forgotten(order)

    def _placing(
        self, product: str, report: OrderReport, name: str
    ) -> tuple[SubmitOrder, bool] | None:
        """Return the command behind a report of an unknown order, and whether it says all; ``None`` if it is not to be taken in."""
        if report.state in _ENDED_WITH and self._past.covers(product, _placed_ns(report)):
            return None
        return _command_of(report, name)

    def _count_filled(self, order: Order) -> None:
        name, instrument = order.client_order_id, order.command.instrument
        more = total(order.filled_quantity, -self._filled.get(name, Decimal(0)))
        if more:
            self._filled[name] = order.filled_quantity
            signed = more if order.command.side is Side.BUY else -more
            self._traded[instrument] = total(self._traded.get(instrument, Decimal(0)), signed)

    # ------------------------------------------------------------------ questions

    def __contains__(self, client_order_id: object) -> bool:
        """Tell whether an order goes by a name, or went by it and is forgotten: names are used once."""
        return client_order_id in self._lives or client_order_id in self._past

    def __len__(self) -> int:
        return len(self._lives)

    def life(self, client_order_id: str) -> OrderLife | None:
        """Return an order as it lives, ``None`` if there is none of that name. What is held is never forgotten."""
        return self._lives.get(client_order_id) or self._past.life(client_order_id)

    def order(self, client_order_id: str) -> Order | None:
        """Return an order as it is known now, ``None`` if there is none of that name."""
        life = self.life(client_order_id)
        return None if life is None else life.order

    def product(self, client_order_id: str) -> str:
        """Return the product that an order was placed at.

        Raises:
            KeyError: If there is none of that name.
        """
        life = self.life(client_order_id)
        if life is None:
            raise KeyError(client_order_id)
        return life.product

    def orders(self, instrument: str | None = None) -> list[Order]:
        """Return all orders, of one instrument or of all, in the order in which they became known."""
        return [
            life.order
            for life in self._lives.values()
            if instrument is None or life.order.command.instrument == instrument
        ]

    def unfinished(self, instrument: str | None = None) -> list[Order]:
        """Return the orders of which something is still to be learned: not final, or with executions missing."""
        found = (self._lives[name].order for name in self._unfinished)
        return [
            order for order in found if instrument is None or order.command.instrument == instrument
        ]

    def traded(self, instrument: str) -> Decimal:
        """Return all that was bought of an instrument, less all that was sold, by the orders that are known."""
        return self._traded.get(instrument, Decimal(0))

    def is_past(self, product: str, venue_ts_ns: int) -> bool:
        """Tell whether something unknown of a time, by the venue's clock, may be of an order that is forgotten."""
        return self._past.covers(product, venue_ts_ns)

    def without(self, names: Collection[str], at_ns: int) -> journal.Forgotten | None:
        """Return what a journal must say first that has no entries of some orders, ``None`` if there is nothing to be said.

        Args:
            names: Of those orders; of forgotten ones it has none either.
            at_ns: Our clock.
        """
        called = [
            (life.product, life.order.venue_order_id, name)
            for name, life in self._lives.items()
            if name not in names
            and life.order.venue_order_id is not None
            and not {"#", "@"}.isdisjoint(name)  # see `name_of`
        ]
        return self._past.entry([self._lives[name] for name in names], called, at_ns)

    def pending(self, instrument: str) -> tuple[int, Decimal, Decimal]:
        """Return how many orders of an instrument may still trade, and what buys and sells among them have left."""
        return self._pending.of(instrument)


def _contradicts(report: OrderReport, order: Order) -> bool:
    """Tell whether a report cannot be of an order: price and quantity may be amended before anybody hears of it, its side cannot."""
    return report.side not in (Side.UNKNOWN, order.command.side)


def _are_same(report: OrderReport, order: Order) -> bool:
    """Tell whether a report has an order's quantity and price, as far as it tells them."""
    return report.quantity in (None, order.quantity) and report.price in (None, order.price)


def _learned(life: OrderLife, entry: journal.Entry) -> list[OrderEvent]:
    now_ns = entry.at_ns
    match entry:
        case journal.Sent():
            return life.sent(now_ns)
        case journal.Denied(code=code, text=text):
            return life.denied(code, text, now_ns)
        case journal.Lost(text=text):
            return life.lost(text, now_ns)
        case journal.Absent(text=text):
            return life.absent(text, now_ns)
        case journal.Rejected(code=code, text=text):
            return life.rejected(code, text, now_ns)
        case journal.Executed(fills=fills):
            return life.executed(fills, now_ns)
    raise AssertionError(f"unreachable: {type(entry).__name__} is no news of an order")


def _placed_ns(report: OrderReport) -> int:
    return report.placed_ts_ns or report.venue_ts_ns or report.received_ts_ns


def _command_of(report: OrderReport, name: str) -> tuple[SubmitOrder, bool] | None:
    """Return the command that somebody else must have given, and whether it says all; ``None`` if a report tells too little."""
    terms, quantity = report.terms, report.quantity
    quote_quantity = terms.quote_quantity if terms is not None and quantity is None else None
    if report.side is Side.UNKNOWN or (quantity is None and quote_quantity is None):
        return None
    plain = SubmitOrder(
        client_order_id=name,
        instrument=report.instrument,
        side=report.side,
        quantity=quantity,
        quote_quantity=quote_quantity,
        price=None if quantity is None else report.price,
    )
    if terms is None:
        return plain, True
    try:
        command = msgspec.structs.replace(
            plain,
            time_in_force=terms.time_in_force,
            expire_ts_ns=terms.expire_ts_ns,
            post_only=terms.post_only,
            reduce_only=terms.reduce_only,
            trigger=terms.trigger,
        )
    except UsageError:  # venues take what contradicts itself here
        return plain, False
    return command, terms.is_understood
