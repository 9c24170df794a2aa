"""One side of a book of orders: queues by time at prices, best price at hand."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from tickwright.sandbox.exchange.order import Order


__all__ = ["BookHalf", "Level"]


class Level:
    """The orders at a price, in the order of their priority; a chain, so that any of them leaves at once."""

    __slots__ = ("first", "last", "price", "shown")

    def __init__(self, price: int) -> None:
        self.price = price
        self.shown = 0
        self.first: Order | None = None
        self.last: Order | None = None

    def __iter__(self) -> Iterator[Order]:
        order = self.first
        while order is not None:
            # Kept beforehand: whoever iterates may take the order out.
            following = order.following
            yield order
            order = following

    def append(self, order: Order) -> None:
        """Queue an order behind all others."""
        last = self.last
        order.level = self
        order.preceding = last
        order.following = None
        if last is None:
            self.first = order
        else:
            last.following = order
        self.last = order
        self.shown += order.shown

    def remove(self, order: Order) -> None:
        """Take an order out of the queue."""
        before, after = order.preceding, order.following
        if before is None:
            self.first = after
        else:
            before.following = after
        if after is None:
            self.last = before
        else:
            after.preceding = before
        order.level = order.preceding = order.following = None
        self.shown -= order.shown


class BookHalf:
    """One side of a book.

    Args:
        is_bid: Whether the highest price is the best one.

    Attributes:
        levels: Price → its queue; none of them is empty.
        changed: Prices that were touched since `take_changes`, each with what was there before.
    """

    __slots__ = ("_keys", "_sign", "changed", "is_bid", "levels")

    def __init__(self, *, is_bid: bool) -> None:
        self.is_bid = is_bid
        self.levels: dict[int, Level] = {}
        self.changed: dict[int, int] = {}
        self._sign = 1 if is_bid else -1
        # Ascending, so that the best is last and comes off without moving the rest.
        self._keys: list[int] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Level]:
        """Yield the levels, best first."""
        levels, sign = self.levels, self._sign
        return (levels[sign * key] for key in reversed(self._keys))

    @property
    def best(self) -> Level | None:
        """The level at the best price."""
        return self.levels[self._sign * self._keys[-1]] if self._keys else None

    def price_at(self, index: int) -> int:
        """Return the price of the ``index``-th level from the best; -1 is the worst."""
        return self._sign * self._keys[-1 - index]

    def add(self, order: Order) -> None:
        """Queue an order at its price, with the part of it that it shows."""
        price, display = order.price, order.display
        level = self.levels.get(price)
        if level is None:
            level = self.levels[price] = Level(price)
            insort(self._keys, self._sign * price)
        if price not in self.changed:
            self.changed[price] = level.shown
        leaves = order.leaves
        order.shown = display if 0 < display < leaves else leaves
        level.append(order)

    def remove(self, order: Order) -> None:
        """Take an order out."""
        level = order.level
        if level is None:
            return
        self.changed.setdefault(level.price, level.shown)
        level.remove(order)
        if level.first is None:
            self._drop(level.price)

    def consume(self, order: Order, quantity: int) -> None:
        """Take a traded quantity, already off the order's leaves, off what it shows; refill an iceberg."""
        level = order.level
        assert level is not None
        self.changed.setdefault(level.price, level.shown)
        level.shown -= quantity
        order.shown -= quantity
        if not order.leaves:
            level.remove(order)
            if level.first is None:
                self._drop(level.price)
        elif not order.shown:
            level.remove(order)
            order.shown = min(order.display, order.leaves)
            level.append(order)

    def shrink(self, order: Order) -> None:
        """Fit what an order shows to its leaves, which became less; it keeps its place."""
        level = order.level
        if level is not None and order.shown > order.leaves:
            self.changed.setdefault(level.price, level.shown)
            level.shown -= order.shown - order.leaves
            order.shown = order.leaves

    def _drop(self, price: int) -> None:
        del self.levels[price]
        keys, key = self._keys, self._sign * price
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]

    def take_changes(self) -> list[tuple[int, int]]:
        """Return the prices whose quantity is not what it was, with what it is now."""
        changes = []
        for price, before in self.changed.items():
            quantity = self.quantity_at(price)
            if quantity != before:
                changes.append((price, quantity))
        self.changed.clear()
        return changes

    def quantity_at(self, price: int) -> int:
        """Return what the book shows at a price."""
        level = self.levels.get(price)
        return 0 if level is None else level.shown

    def top(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels (price, quantity), best first."""
        levels, sign = self.levels, self._sign
        return [(sign * key, levels[sign * key].shown) for key in self._keys[: -limit - 1 : -1]]
