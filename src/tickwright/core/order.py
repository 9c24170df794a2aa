"""The life of one order: everything that can be learned of it, in whatever order it is learned.

`OrderLife` keeps what is known, turns reports into news (`tickwright.core.ordertable` says what they are worth), and returns the
events to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tickwright.core.ordertable import TABLE, News, Tell
from tickwright.model.numbers import format_decimal, multiply, total
from tickwright.model.orders import (
    Fill,
    Order,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderDenied,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderOutcomeUnknown,
    OrderRejected,
    OrderReport,
    OrderSent,
    ReportedState,
    SubmitOrder,
)


__all__ = ["GONE", "OrderLife"]


GONE = "GONE"
"""Code of an order that was there, and that the venue neither lists nor finds any more."""

_EVENTS: dict[Tell, type[OrderEvent]] = {
    Tell.SENT: OrderSent,
    Tell.DENIED: OrderDenied,
    Tell.UNKNOWN: OrderOutcomeUnknown,
    Tell.REJECTED: OrderRejected,
    Tell.ACCEPTED: OrderAccepted,
    Tell.CANCELED: OrderCanceled,
    Tell.EXPIRED: OrderExpired,
    Tell.REVIVED: OrderAccepted,
}

_NEWS = {
    ReportedState.FILLED: News.FILLED,
    ReportedState.CANCELED: News.CANCELED,
    ReportedState.EXPIRED: News.EXPIRED,
    ReportedState.REJECTED: News.REJECTED,
}


class OrderLife:
    """What is known of one order, and what follows from each piece of news.

    Args:
        command: What was asked for.
        product: Where.
        names_fills: Whether the venue names executions. Where it does not, what was filled more than was known counts
            as an execution of its own.
        is_external: Whether somebody else placed it.
        is_understood: Whether the command says all of it.
        placed_ts_ns: When that was.

    Attributes:
        product: Where it was placed.
        order: All that is known now.

    Example:
        >>> life = OrderLife(command, "binance.spot")
        >>> life.sent(now_ns)
        [OrderSent(...)]
        >>> life.reported(report)
        [OrderAccepted(...), OrderFilled(...)]
    """

    __slots__ = (
        "__weakref__",
        "_changed_ts_ns",
        "_names_fills",
        "_trade_ids",
        "order",
        "product",
    )

    def __init__(
        self,
        command: SubmitOrder,
        product: str,
        *,
        names_fills: bool = True,
        is_external: bool = False,
        is_understood: bool = True,
        placed_ts_ns: int = 0,
    ) -> None:
        self.order = Order(
            command=command,
            state=TABLE.initial,
            quantity=command.quantity,
            price=command.price,
            is_working=command.trigger is None,
            is_external=is_external,
            is_understood=is_understood,
            placed_ts_ns=placed_ts_ns,
        )
        self.product = product
        self._names_fills = names_fills
        self._trade_ids: set[str] = set()
        self._changed_ts_ns = 0

    @property
    def changed_ts_ns(self) -> int:
        """When the venue last said that anything became of it, by the venue's clock; 0 if it never did."""
        return self._changed_ts_ns

    def sent(self, now_ns: int) -> list[OrderEvent]:
        """Note that it was written to a socket."""
        return self._step(News.SENT, now_ns)

    def denied(self, code: str, text: str, now_ns: int) -> list[OrderEvent]:
        """Note that it will not be sent, or certainly was not."""
        return self._step(News.DENIED, now_ns, code=code, text=text)

    def lost(self, text: str, now_ns: int) -> list[OrderEvent]:
        """Note that its outcome cannot be known from what came back."""
        return self._step(News.LOST, now_ns, text=text)

    def absent(self, text: str, now_ns: int) -> list[OrderEvent]:
        """Note that the venue does not have it and can no longer get it; «not found» alone is no proof."""
        code = GONE if self.order.state.is_open else "NEVER_ARRIVED"
        return self._step(News.ABSENT, now_ns, code=code, text=text)

    def rejected(self, code: str, text: str, now_ns: int) -> list[OrderEvent]:
        """Note that the venue refused the command."""
        return self._step(News.REJECTED, now_ns, code=code, text=text)

    def reported(self, report: OrderReport) -> list[OrderEvent]:
        """Take in what the venue says, whatever came before it."""
        if report.state is ReportedState.QUEUED:
            # What it is called there; of what becomes of it nothing is said, not even whether it works or waits.
            name = report.venue_order_id or self.order.venue_order_id
            self.order = msgspec.structs.replace(self.order, venue_order_id=name)
            return []
        fresh = self._fresh_fills(report)
        changes = self._changes(report)
        is_amended = bool(changes) and any(
            getattr(self.order, name) is not None for name in changes
        )
        self._learn(report, changes, fresh)
        now_ns = report.received_ts_ns
        events = self._step(
            self._news(report),
            now_ns,
            report.venue_ts_ns,
            code=report.code,
            text=report.text,
        )
        if is_amended and not events:
            events.append(self._event(OrderAmended, now_ns, report.venue_ts_ns))
        if not fresh:
            return events
        filled = [
            OrderFilled(
                order=self.order, received_ts_ns=now_ns, venue_ts_ns=fill.venue_ts_ns, fill=fill
            )
            for fill in fresh
        ]
        # An order is accepted before it is filled, and filled before it ends, whatever came first.
        return _in_order(events, filled)

    def repeats(self, report: OrderReport) -> bool:
        """Tell whether a report says nothing new: answers and the stream tell of the same change, at the venue's same time."""
        order, told_ns = self.order, report.venue_ts_ns
        return (
            told_ns is not None
            and told_ns == self._changed_ts_ns
            and report.venue_order_id == order.venue_order_id
            and report.filled_quantity == order.filled_quantity
            and _says(report.quantity, order.quantity)
            and _says(report.price, order.price)
            and _says(report.average_price, order.average_price)
            and (order.is_working or not report.is_working)
            and (not report.fills or not self._fresh_fills(report))
            and report.state is not ReportedState.QUEUED
            and TABLE.step(order.state, self._news(report)) == (order.state, None)
        )

    def executed(self, fills: Sequence[Fill], now_ns: int) -> list[OrderEvent]:
        """Take in executions that were asked for: they say that it was at the venue, and not whether it still is."""
        if not fills:
            return []
        return self.reported(
            OrderReport(
                client_order_id=self.order.client_order_id,
                instrument=self.order.command.instrument,
                state=ReportedState.OPEN,
                received_ts_ns=now_ns,
                fills=tuple(fills),
            )
        )

    # ------------------------------------------------------------------ what a report holds

    def _fresh_fills(self, report: OrderReport) -> list[Fill]:
        if self._names_fills and not report.fills:
            return []
        fresh = {
            fill.trade_id: fill for fill in report.fills if fill.trade_id not in self._trade_ids
        }
        if not self._names_fills:
            fresh = self._difference(report)
        return list(fresh.values())

    def _difference(self, report: OrderReport) -> dict[str, Fill]:
        """Return what was filled beyond what is known, as one execution; its price keeps the average right."""
        filled, known = report.filled_quantity, self.order.filled_quantity
        if filled is None or filled <= known:
            return {}
        quantity = total(filled, -known)
        average, old = report.average_price, self.order.average_price
        price = average or report.price or self.order.price or Decimal(0)
        if average is not None and old is not None:
            price = (average * filled - old * known) / quantity
        name = f"{self.order.client_order_id}:{format_decimal(filled)}"
        return {
            name: Fill(
                trade_id=name, price=price, quantity=quantity, venue_ts_ns=report.venue_ts_ns
            )
        }

    def _changes(self, report: OrderReport) -> dict[str, Decimal]:
        """Return quantity and price where they are others than before, unless the report is old news."""
        told_ns = report.venue_ts_ns
        if told_ns is not None and told_ns < self._changed_ts_ns:
            return {}
        self._changed_ts_ns = told_ns or self._changed_ts_ns
        order = self.order
        changes = {}
        if report.quantity is not None and report.quantity != order.quantity:
            changes["quantity"] = report.quantity
        if report.price is not None and order.price is not None and report.price != order.price:
            changes["price"] = report.price
        return changes

    def _learn(self, report: OrderReport, changes: dict[str, Decimal], fresh: list[Fill]) -> None:
        order = self.order
        fills, filled = order.fills, order.filled_quantity
        average = report.average_price or order.average_price
        if fresh:
            fills = (*fills, *fresh)
            self._trade_ids.update([fill.trade_id for fill in fresh])
            filled = max(filled, total(*[fill.quantity for fill in fills]))
        if report.filled_quantity is not None and report.filled_quantity > filled:
            filled = report.filled_quantity
        self.order = msgspec.structs.replace(
            order,
            **changes,
            venue_order_id=report.venue_order_id or order.venue_order_id,
            fills=fills,
            filled_quantity=filled,
            average_price=(_average(fills, filled) or average) if fills else average,
            is_working=order.is_working or report.is_working,
        )

    def _news(self, report: OrderReport) -> News:
        order = self.order
        if order.quantity and order.filled_quantity >= order.quantity:
            return News.FILLED
        if order.code == GONE and report.state is ReportedState.OPEN and report.venue_order_id:
            return News.FOUND
        news = _NEWS.get(report.state)
        if news is News.REJECTED and order.state.is_open:
            return (
                News.EXPIRED
            )  # it had been accepted: a post-only order, amended through the market
        if news is not None:
            return news
        return News.PARTLY_FILLED if order.filled_quantity else News.OPEN

    # ------------------------------------------------------------------ what follows

    def _step(
        self,
        news: News,
        now_ns: int,
        venue_ts_ns: int | None = None,
        *,
        code: str = "",
        text: str = "",
    ) -> list[OrderEvent]:
        before = self.order.state
        state, tell = TABLE.step(before, news)
        if tell is None:
            if state is not before:
                self.order = msgspec.structs.replace(self.order, state=state)
            return []
        self.order = msgspec.structs.replace(self.order, state=state, code=code, text=text)
        return [self._event(_EVENTS[tell], now_ns, venue_ts_ns)]

    def _event(self, kind: type[OrderEvent], now_ns: int, venue_ts_ns: int | None) -> OrderEvent:
        return kind(order=self.order, received_ts_ns=now_ns, venue_ts_ns=venue_ts_ns)


def _says(told: Decimal | None, known: Decimal | None) -> bool:
    """Tell whether a number is as known, or was not told; comparing a Decimal with None takes as long as ten other comparisons."""
    return told is None or (known is not None and told == known)


def _average(fills: tuple[Fill, ...], filled: Decimal) -> Decimal | None:
    """Return the average price of executions, ``None`` if some are missing."""
    if total(*(fill.quantity for fill in fills)) != filled:
        return None
    return total(*(multiply(fill.price, fill.quantity) for fill in fills)) / filled


def _in_order(events: list[OrderEvent], filled: list[OrderFilled]) -> list[OrderEvent]:
    first = [event for event in events if isinstance(event, OrderAccepted | OrderAmended)]
    last = [event for event in events if not isinstance(event, OrderAccepted | OrderAmended)]
    return [*first, *filled, *last]
