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
        name, command = order.client_order_id, order.command
        before = self._left.get(name)
        if order.state.is_final:
            if before is None:
                return
            del self._left[name]
            left, change = _NOTHING, -1
        else:
            # A market order by quote has no quantity until the venue names one.
            left, change = order.leaves_quantity or _NOTHING, int(before is None)
            self._left[name] = left
        if change:
            self._counts[command.instrument] = self._counts.get(command.instrument, 0) + change
        if left != before:
            key = command.instrument, command.side
            self._sums[key] = total(self._sums.get(key, _NOTHING), left, -(before or _NOTHING))

    def of(self, instrument: str) -> tuple[int, Decimal, Decimal]:
        """Return how many orders of an instrument may still trade, and what buys and sells among them have left."""
        return (
            self._counts.get(instrument, 0),
            self._sums.get((instrument, Side.BUY), _NOTHING),
            self._sums.get((instrument, Side.SELL), _NOTHING),
        )
