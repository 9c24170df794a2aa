"""Orders that wait for a number to be reached: a trigger price, or a time."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from tickwright.sandbox.exchange.order import Order
from tickwright.venues.reports import OrderStatus


__all__ = ["WaitingOrders"]

_SPARE = 64


class WaitingOrders:
    """A heap of orders by what they wait for; those that wait for the same come by id.

    Orders that do not wait any more are left where they are until their turn comes, so that a cancel costs nothing
    here. Once they may be the larger part they are swept out, so that they do not pile up either.

    Args:
        status: Only orders of that status still wait; ``None`` for all open ones.
    """

    __slots__ = ("_heap", "_status", "_sweep_at")

    def __init__(self, status: OrderStatus | None = None) -> None:
        self._status = status
        self._heap: list[tuple[int, int, Order]] = []
        self._sweep_at = _SPARE

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, bound: int, order: Order) -> None:
        """Let an order wait until something is at least ``bound``."""
        heappush(self._heap, (bound, order.id, order))
        if len(self._heap) > self._sweep_at:
            self._heap = [entry for entry in self._heap if self._waits(entry[2])]
            heapify(self._heap)
            self._sweep_at = 2 * len(self._heap) + _SPARE

    def pop(self, reached: int) -> Order | None:
        """Return, and forget, the next order that waited for no more than this."""
        heap = self._heap
        while heap and heap[0][0] <= reached:
            order = heappop(heap)[2]
            if self._waits(order):
                return order
        return None

    def _waits(self, order: Order) -> bool:
        return order.status.is_open if self._status is None else order.status is self._status
