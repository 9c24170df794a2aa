"""One side of a simulated book: price levels in whole numbers, best first at hand."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Protocol


__all__ = ["BookSide", "Quotes", "TradingFloor"]


class Quotes(Protocol):
    """One side of a book as the order flow sees it, whoever keeps it."""

    is_bid: bool

    def __len__(self) -> int: ...

    @property
    def best(self) -> int:
        """The best price."""

    @property
    def worst(self) -> int:
        """The price farthest from the market."""

    def price_at(self, index: int) -> int:
        """Return the price of the ``index``-th level from the best."""

    def at(self, price: int) -> int:
        """Return what stands at a price, 0 if nothing does."""

    def set(self, price: int, quantity: int) -> None:
        """Set what stands at a price; 0 removes the level."""

    def top(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels, best first."""


class TradingFloor(Protocol):
    """Where an instrument's order flow, generated or recorded, trades with others."""

    @property
    def sides(self) -> tuple[Quotes, Quotes]:
        """Bids and asks; what is set there may trade."""

    def take(self, *, is_buy: bool, quantity: int, limit: int) -> None:
        """Take from the other side up to a price."""

    def replay(self, *, is_buy: bool, quantity: int, price: int) -> None:
        """Let a recorded trade happen again, with others' orders in its way."""


class BookSide:
    """Levels of one side.

    Args:
        is_bid: Whether the highest price is the best one.
    """

    __slots__ = ("_keys", "_sign", "is_bid", "levels")

    def __init__(self, *, is_bid: bool) -> None:
        self.is_bid = is_bid
        self.levels: dict[int, int] = {}
        self._sign = 1 if is_bid else -1
        # Ascending, so that the best is last and comes off without moving the rest.
        self._keys: list[int] = []

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def best(self) -> int:
        """The best price."""
        return self._sign * self._keys[-1]

    @property
    def worst(self) -> int:
        """The price farthest from the market."""
        return self._sign * self._keys[0]

    def price_at(self, index: int) -> int:
        """Return the price of the ``index``-th level from the best."""
        return self._sign * self._keys[-1 - index]

    def at(self, price: int) -> int:
        """Return what stands at a price, 0 if nothing does."""
        return self.levels.get(price, 0)

    def set(self, price: int, quantity: int) -> None:
        """Set what stands at a price; 0 removes the level."""
        levels = self.levels
        if quantity:
            if price not in levels:
                insort(self._keys, self._sign * price)
            levels[price] = quantity
        elif levels.pop(price, None) is not None:
            del self._keys[bisect_left(self._keys, self._sign * price)]

    def top(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` levels, best first."""
        levels, sign = self.levels, self._sign
        return [(sign * key, levels[sign * key]) for key in self._keys[: -limit - 1 : -1]]
