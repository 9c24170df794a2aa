"""What may still trade, counted as it changes: the checks before an order must not take longer with every order that rests."""

from __future__ import annotations

from decimal import Decimal

from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import Order


__all__ = ["PendingOrders"]

_NOTHING = Decimal(0)


class PendingOrders:
    """Counts and quantities of orders that are not final, by instrument.

    Example:
        >>> pending = PendingOrders()
        >>> pending.note(order)  # whenever it is another than before
        >>> pending.of("binance:BTC/USDT")
        (1, Decimal('0.5'), Decimal('0'))
    """

    def __init__(self) -> None:
        self._left: dict[str, Decimal] = {}
        """Order → what it was last counted with."""
        self._counts: dict[str, int] = {}
        self._sums: dict[tuple[str, Side], Decimal] = {}

    def note(self, order: Order) -> None:
        """Take in an order as it is now."""
        command = order.command
        before = self._left.get(command.client_order_id)
        # A market order by quote has no quantity until the venue names one.
        left = None if order.state.is_final else order.leaves_quantity or _NOTHING
        # Not compared with None: a Decimal looks through its abstract base classes first.
        if left is before or (left is not None and before is not None and left == before):
            return
        if left is None:
            del self._left[command.client_order_id]
        else:
            self._left[command.client_order_id] = left
        more = (left is not None) - (before is not None)
        self._counts[command.instrument] = self._counts.get(command.instrument, 0) + more
        key = command.instrument, command.side
        known = self._sums.get(key, _NOTHING)
        self._sums[key] = total(known, left or _NOTHING, -(before or _NOTHING))

    def of(self, instrument: str) -> tuple[int, Decimal, Decimal]:
        """Return how many orders of an instrument may still trade, and what buys and sells among them have left."""
        return (
            self._counts.get(instrument, 0),
            self._sums.get((instrument, Side.BUY), _NOTHING),
            self._sums.get((instrument, Side.SELL), _NOTHING),
        )
