"""All orders, as the journal's entries say: the one fold, used while things happen and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tickwright.core.order import OrderLife
from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import Order, OrderEvent, OrderReport, SubmitOrder
from tickwright.trading import journal


__all__ = ["OrderBoard"]


class OrderBoard:
    """Orders by name, and what follows from each entry.

    Args:
        names_fills: Product → whether its venue names executions.

    Example:
        >>> board = OrderBoard()
        >>> board.apply(Submitted(at_ns=1, product="binance.spot", command=command))
        []
        >>> board.apply(Sent(at_ns=2, client_order_id=command.client_order_id))
        [OrderSent(...)]
    """

    def __init__(self, names_fills: Callable[[str], bool] = lambda product: True) -> None:
        self._names_fills = names_fills
        self._lives: dict[str, OrderLife] = {}
        self._products: dict[str, str] = {}
        self._unfinished: dict[str, None] = {}
        self._by_venue_id: dict[tuple[str, str], str] = {}

    # ------------------------------------------------------------------ the fold

    def apply(self, entry: journal.Entry) -> list[OrderEvent]:
        """Take an entry in and return the events to tell."""
        match entry:
            case journal.Submitted(product=product, command=command):
                self._begin(command, product, is_external=False)
                return []
            case journal.Reported(product=product, report=report):
                return self._reported(product, report)
            case journal.AmendAsked() | journal.CancelAsked():
                return []
        life = self._lives[entry.client_order_id]
        events = _learned(life, entry)
        self._noted(life)
        return events

    def _reported(self, product: str, report: OrderReport) -> list[OrderEvent]:
        life = self._lives.get(self.name_of(product, report))
        if life is None:
            command = _command_of(report)
            if command is None:
                return []
            life = self._begin(command, product, is_external=True)
        events = life.reported(report)
        if report.venue_order_id is not None:
            name = life.order.client_order_id
            self._by_venue_id.setdefault((product, report.venue_order_id), name)
        self._noted(life)
        return events

    def name_of(self, product: str, report: OrderReport) -> str:
        """Return what the order of a report goes by here: some channels call it otherwise once it was triggered or canceled."""
        if report.client_order_id in self._lives or report.venue_order_id is None:
            return report.client_order_id
        known = self._by_venue_id.get((product, report.venue_order_id))
        return known or report.client_order_id

    def _begin(self, command: SubmitOrder, product: str, *, is_external: bool) -> OrderLife:
        name = command.client_order_id
        life = OrderLife(command, names_fills=self._names_fills(product), is_external=is_external)
        self._lives[name] = life
        self._products[name] = product
        self._unfinished[name] = None
        return life

    def _noted(self, life: OrderLife) -> None:
        order = life.order
        if order.state.is_final and not order.missing_quantity:
            self._unfinished.pop(order.client_order_id, None)
        else:
            self._unfinished[order.client_order_id] = None

    # ------------------------------------------------------------------ questions

    def __contains__(self, client_order_id: object) -> bool:
        return client_order_id in self._lives

    def __len__(self) -> int:
        return len(self._lives)

    def order(self, client_order_id: str) -> Order | None:
        """Return an order as it is known now, ``None`` if there is none of that name."""
        life = self._lives.get(client_order_id)
        return None if life is None else life.order

    def product(self, client_order_id: str) -> str:
        """Return the product that an order was placed at."""
        return self._products[client_order_id]

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

    def pending(self, instrument: str) -> tuple[int, Decimal, Decimal]:
        """Return how many orders of an instrument may still trade, and what buys and sells among them have left."""
        left: dict[Side, list[Decimal]] = {Side.BUY: [], Side.SELL: []}
        for order in self.unfinished(instrument):
            if not order.state.is_final:
                left[order.command.side].append(order.leaves_quantity or Decimal(0))
        count = sum(len(quantities) for quantities in left.values())
        return count, total(*left[Side.BUY]), total(*left[Side.SELL])


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


def _command_of(report: OrderReport) -> SubmitOrder | None:
    """Return the command that somebody else must have given, as far as a report tells; ``None`` if it tells too little."""
    if report.side is Side.UNKNOWN or report.quantity is None:
        return None
    return SubmitOrder(
        client_order_id=report.client_order_id,
        instrument=report.instrument,
        side=report.side,
        quantity=report.quantity,
        price=report.price,
    )
