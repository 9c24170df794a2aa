"""What the venue shows that the engine does not keep: why orders ended and what they cost, and fundings."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec

from tickwright.venues.bybit.dialect.private.funding import Funding
from tickwright.venues.reports import EndReason, Event, FundingPaid, OrderReport, PositionView


__all__ = ["Annals", "Note"]

_KEPT = 20_000
_FUNDINGS_KEPT = 1000


class Note(msgspec.Struct):
    """What is known of one order besides."""

    reason: EndReason | None = None
    fees: dict[str, int] = {}
    """Coin → what was paid."""
    realized: int = 0
    """Profit of what it closed."""
    cancel_type: str = "CancelByUser"
    """By whom it was cancelled, if it was."""


class Annals:
    """Notes on orders, the latest ones."""

    def __init__(self) -> None:
        self._notes: dict[int, Note] = {}
        self._fundings: deque[Funding] = deque(maxlen=_FUNDINGS_KEPT)
        self._funded = 0

    def fund(self, paid: FundingPaid, position: PositionView) -> Funding:
        """Note a payment of funding for a position, and return the note."""
        self._funded += 1
        found = Funding(self._funded, paid, position)
        self._fundings.append(found)
        return found

    def fundings(self, account: str) -> list[Funding]:
        """Return an account's payments, oldest first."""
        return [one for one in self._fundings if one.paid.account == account]

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

    def note_cancel(self, order_id: int, cancel_type: str) -> None:
        """Note that it is not its owner who cancels an order."""
        self._notes.setdefault(order_id, Note()).cancel_type = cancel_type

    def note(self, order_id: int) -> Note:
        """Return what is known of an order."""
        return self._notes.get(order_id) or Note()
