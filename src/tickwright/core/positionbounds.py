"""How large a position may be by now: what was told of it lags behind what was told of the orders that made it.

Theory of operation
===================

Executions and positions come on different channels, and nothing orders the two. An order that was filled has nothing left to
trade, and its position may not have been told yet: for that moment it would count nowhere, and a limit would let too much through.

So two figures are kept: the position as told, and the one that follows from the executions since both last agreed. Whichever is
worse counts. Where no execution was told for a while, the told one is right: nobody is held back for ever by what was counted twice.
"""

from __future__ import annotations

from decimal import Decimal

from tickwright.model.numbers import total


__all__ = ["PositionBounds"]

LATE_S = 10.0
"""What the venue has not told of a position for so long after an execution will not be told."""


class PositionBounds:
    """Bounds of positions, by instrument.

    Example:
        >>> bounds = PositionBounds()
        >>> bounds.of("x", told=Decimal(1), traded=Decimal(0), now_s=0.0)
        (Decimal('1'), Decimal('1'))
        >>> bounds.of("x", told=Decimal(1), traded=Decimal(2), now_s=1.0)
        (Decimal('1'), Decimal('3'))
    """

    def __init__(self) -> None:
        self._anchors: dict[str, Decimal] = {}
        """Instrument → the position without anything that was traded."""
        self._seen: dict[str, tuple[Decimal, float]] = {}
        """Instrument → what was traded when last looked at, and when that changed."""

    def of(
        self, instrument: str, *, told: Decimal, traded: Decimal, now_s: float
    ) -> tuple[Decimal, Decimal]:
        """Return the least and the most that a position may be.

        Args:
            instrument: Whose.
            told: As the venue told it last.
            traded: All that was bought, less all that was sold, as far as is known of orders.
            now_s: Monotonic.
        """
        seen, changed_s = self._seen.get(instrument, (traded, -LATE_S))
        if traded != seen:
            changed_s = now_s
        self._seen[instrument] = traded, changed_s
        anchor = self._anchors.get(instrument)
        if anchor is None or now_s - changed_s >= LATE_S:
            anchor = self._anchors[instrument] = total(told, -traded)
        running = total(anchor, traded)
        return min(told, running), max(told, running)
