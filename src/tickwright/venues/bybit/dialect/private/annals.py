"""What the venue shows of orders that the engine does not keep: why they ended, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tickwright.venues.reports import EndReason, Event, OrderReport


__all__ = ["Annals", "Note"]

_KEPT = 20_000


class Note(msgspec.Struct):
    """What is known of one order besides."""

    reason: EndReason | None = None
    fees: dict[str, int] = {}
    """Coin → what was paid."""
    realized: int = 0
    """Profit of what it closed."""


class Annals:
    """Notes on orders, the latest ones."""

    def __init__(self) -> None:
        self._notes: dict[int, Note] = {}

    def take(self, events: Sequence[Event]) -> None:
        """Note what happened at the engine."""
        for event in events:
            if isinstance(event, OrderReport):
                self._take(event)

    def _take(self, report: OrderReport) -> None:
        fill = report.fill
        if report.reason is None and fill is None:
            return
        note = self._notes.setdefault(report.order.id, Note())
        if report.reason is not None:
            note.reason = report.reason
        if fill is not None:
            note.fees[fill.fee_asset] = note.fees.get(fill.fee_asset, 0) + fill.fee
            note.realized += fill.realized
        while len(self._notes) > _KEPT:
            del self._notes[next(iter(self._notes))]

    def note(self, order_id: int) -> Note:
        """Return what is known of an order."""
        return self._notes.get(order_id) or Note()
