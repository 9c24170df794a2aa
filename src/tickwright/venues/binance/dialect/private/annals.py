"""What the venue tells of an order long after it happened, and the engine tells only once: noted as it happens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from tickwright.venues.reports import (
    EndReason,
    Event,
    Execution,
    FundingPaid,
    ListReport,
    OrderReport,
    Prevention,
)


__all__ = ["Amendment", "Annals", "is_first_fill"]

_KEPT = 10_000

Note = TypeVar("Note")


class Amendment(msgspec.Struct, frozen=True, gc=False):
    """One change of an open order."""

    id: int
    order_id: int
    account: str
    symbol: str
    previous_client_id: str
    client_id: str
    before: tuple[int, int]
    """Price and quantity."""
    after: tuple[int, int]
    ts_ns: int


class Annals:
    """Reasons, prevented matches and amendments of orders, and fundings of accounts; the latest of each."""

    def __init__(self) -> None:
        self._reasons: dict[int, EndReason] = {}
        self._preventions: dict[int, list[Prevention]] = {}
        self._amendments: dict[int, list[Amendment]] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        self._lists: dict[int, ListReport] = {}
        self.fundings: list[FundingPaid] = []

    def take(self, events: Sequence[Event]) -> None:
        """Note what is worth it."""
        for event in events:
            if isinstance(event, OrderReport):
                self._note(event)
            elif isinstance(event, ListReport):
                _keep(self._lists, event.list_id, event)
            elif isinstance(event, FundingPaid):
                self.fundings.append(event)
                del self.fundings[:-_KEPT]

    def _note(self, report: OrderReport) -> None:
        order = report.order
        if report.reason is not None and not order.status.is_open:
            _keep(self._reasons, order.id, report.reason)
        if report.prevention is not None:
            _keep(self._preventions, order.id, self.preventions(order.id))
            self._preventions[order.id].append(report.prevention)
        size = (order.price, order.quantity)
        if report.execution is Execution.AMENDED and report.reason is None:
            _keep(self._amendments, order.id, self.amendments(order.id))
            self._amendments[order.id].append(
                Amendment(
                    report.id,
                    order.id,
                    order.account,
                    order.symbol,
                    report.previous_client_id,
                    order.client_id,
                    self._sizes.get(order.id, size),
                    size,
                    report.ts_ns,
                )
            )
        if order.status.is_open:
            self._sizes[order.id] = size
        else:
            self._sizes.pop(order.id, None)

    def reason(self, order_id: int) -> EndReason | None:
        """Return why an order ended other than by a trade or its owner's wish."""
        return self._reasons.get(order_id)

    def preventions(self, order_id: int) -> list[Prevention]:
        """Return the matches that an order was kept from."""
        return self._preventions.get(order_id, [])

    def all_preventions(self) -> Iterable[tuple[int, Prevention]]:
        """Return order ids and the matches that the orders were kept from."""
        return ((order_id, one) for order_id, found in self._preventions.items() for one in found)

    def lists(self, account: str) -> list[ListReport]:
        """Return an account's order lists, open and closed, oldest first."""
        return [one for one in self._lists.values() if one.account == account]

    def amendments(self, order_id: int) -> list[Amendment]:
        """Return the changes of an order."""
        return self._amendments.get(order_id, [])


def is_first_fill(report: OrderReport) -> bool:
    """Tell whether a report is of an order's first trade."""
    fill = report.fill
    return fill is not None and report.order.filled == fill.quantity


def _keep(notes: dict[int, Note], order_id: int, note: Note) -> None:
    notes[order_id] = note
    while len(notes) > _KEPT:
        del notes[next(iter(notes))]
