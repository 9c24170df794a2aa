"""The kernel's twin in plain Python: price levels in fixed point, and the book that they change.

It has the interface of the compiled kernel and is its reference in tests. It serves where no compiler was
there at install time.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from operator import neg
from typing import final

from tickwright.errors import InvalidNumber
from tickwright.kernel.fixed import check_scale, to_decimal, to_raw
from tickwright.model.market import LevelRun
from tickwright.model.numbers import Number


__all__ = ["L2Book", "Levels"]

_RAW_BYTES = 16
"""A level's price and quantity as 64-bit integers."""

_INT_OBJECT_BYTES = 32
"""What CPython spends on an int of this size."""


@final
class Levels:
    """An immutable run of price levels, as 64-bit integers at the instrument's own scales.

    Scanners make it from frames. Reading it makes exact ``Decimal`` pairs ``(price, quantity)``; a
    quantity of zero in a delta means that the level is gone. `as_array` shows the integers, without a copy
    in the compiled kernel, which supports the buffer protocol too: ``numpy.asarray(levels)``.

    Example:
        >>> levels = Levels.from_pairs([("61000.5", "0.25"), ("60999", "3")], 2, 8)
        >>> levels[0]
        (Decimal('61000.50'), Decimal('0.25000000'))
        >>> levels.raw(1)
        (6099900, 300000000)
    """

    __slots__ = ("_prices", "_quantities", "_scales")

    _prices: list[int]
    _quantities: list[int]
    _scales: tuple[int, int]

    def __init__(self) -> None:
        raise TypeError("Levels come from a scanner, a book or Levels.from_pairs")

    @classmethod
    def from_pairs(
        cls, pairs: Iterable[tuple[Number, Number]], price_scale: int, quantity_scale: int
    ) -> Levels:
        """Return the levels of ``pairs`` (text, int or Decimal), in their order.

        Raises:
            InvalidNumber: For a float, a negative quantity, or a number that a scale cannot hold exactly.
        """
        check_scale(price_scale, "price scale")
        check_scale(quantity_scale, "quantity scale")
        prices: list[int] = []
        quantities: list[int] = []
        for price, quantity in pairs:
            prices.append(to_raw(price, price_scale, "price"))
            quantities.append(to_raw(quantity, quantity_scale, "quantity"))
            if quantities[-1] < 0:
                raise InvalidNumber(f"quantity: {quantity!r} is negative")
        return cls._of(prices, quantities, (price_scale, quantity_scale))

    @classmethod
    def _of(cls, prices: list[int], quantities: list[int], scales: tuple[int, int]) -> Levels:
        levels = object.__new__(cls)
        levels._prices = prices
        levels._quantities = quantities
        levels._scales = scales
        return levels

    @property
    def price_scale(self) -> int:
        """Digits after the point of a price."""
        return self._scales[0]

    @property
    def quantity_scale(self) -> int:
        """Digits after the point of a quantity."""
        return self._scales[1]

    @property
    def nbytes(self) -> int:
        """Bytes of the levels themselves: 16 each."""
        return _RAW_BYTES * len(self._prices)

    def raw(self, index: int, /) -> tuple[int, int]:
        """Return price and quantity of a level as integers at the two scales."""
        return self._prices[index], self._quantities[index]

    def as_array(self) -> memoryview:
        """Return the levels as a read-only view of shape (n, 2) and format ``q``: price, quantity."""
        flat = array("q", bytes(self.nbytes or _RAW_BYTES))
        flat[0 : 2 * len(self) : 2] = array("q", self._prices)
        flat[1 : 2 * len(self) : 2] = array("q", self._quantities)
        view = memoryview(flat).toreadonly().cast("B").cast("q", (len(flat) // 2, 2))
        return view[: len(self)]  # cast refuses a shape of no rows; slicing does not

    def __len__(self) -> int:
        return len(self._prices)

    def __getitem__(self, index: int, /) -> tuple[Decimal, Decimal]:
        price, quantity = self.raw(index)
        return to_decimal(price, self._scales[0]), to_decimal(quantity, self._scales[1])

    def __iter__(self) -> Iterator[tuple[Decimal, Decimal]]:
        for index in range(len(self)):
            yield self[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Levels):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[tuple[int, int], tuple[int, ...], tuple[int, ...]]:
        return self._scales, tuple(self._prices), tuple(self._quantities)

    def __repr__(self) -> str:
        shown = ", ".join(f"{price:f} x {quantity:f}" for price, quantity in islice(self, 3))
        return f"Levels({len(self)}: {shown}{', …' if len(self) > 3 else ''})"


class _Side:
    """One side: keys in rising order with the best at the end, and the quantity of each.

    A key is the price of a bid and the negated price of an ask, so that one piece of code does both.
    """

    __slots__ = ("_shown", "_shown_raw", "keys", "quantities", "scales", "sign")

    def __init__(self, sign: int, scales: tuple[int, int]) -> None:
        self.sign = sign
        self.scales = scales
        self.keys: list[int] = []
        self.quantities: dict[int, int] = {}
        self._shown_raw: tuple[int, int] | None = None
        self._shown: tuple[Decimal, Decimal] | None = None

    def apply(self, levels: Levels) -> None:
        keys, quantities = self.keys, self.quantities
        changed = levels._prices if self.sign > 0 else map(neg, levels._prices)
        for key, quantity in zip(changed, levels._quantities):  # noqa: B905 - as long by construction
            if quantity:
                if key not in quantities:
                    insort(keys, key)
                quantities[key] = quantity
            elif quantities.pop(key, 0):
                del keys[bisect_left(keys, key)]

    def replace(self, levels: Levels) -> None:
        pairs = zip(levels._prices, levels._quantities, strict=True)
        quantities = {price * self.sign: quantity for price, quantity in pairs}
        self.quantities = {key: quantity for key, quantity in quantities.items() if quantity}
        self.keys = sorted(self.quantities)

    def clear(self) -> None:
        self.keys.clear()
        self.quantities.clear()

    def best_first(self, n: int | None = None) -> Iterator[tuple[int, int]]:
        for key in islice(reversed(self.keys), n):
            yield key * self.sign, self.quantities[key]

    def best(self) -> tuple[int, int] | None:
        if not self.keys:
            return None
        key = self.keys[-1]
        return key * self.sign, self.quantities[key]

    def best_shown(self) -> tuple[Decimal, Decimal] | None:
        """Return the best level in Decimals, which are made when it changes: two of three deltas leave it."""
        best = self.best()
        if best != self._shown_raw:
            self._shown_raw = best
            self._shown = None if best is None else self.shown(best)
        return self._shown

    def shown(self, level: tuple[int, int]) -> tuple[Decimal, Decimal]:
        price_scale, quantity_scale = self.scales
        return to_decimal(level[0], price_scale), to_decimal(level[1], quantity_scale)

    @property
    def nbytes(self) -> int:
        containers = sys.getsizeof(self.keys) + sys.getsizeof(self.quantities)
        return containers + 2 * _INT_OBJECT_BYTES * len(self.keys)


@final
class L2Book:
    """Aggregated bids and asks of one instrument in fixed point, changed by `Levels`.

    It checks that scales fit, and nothing else: whether a delta is the next one, and whether the book may be
    trusted, is decided above it. Decimals are made when it is read, not when it changes.

    Args:
        price_scale: Digits after the point of its prices, 0 to 18.
        quantity_scale: Digits after the point of its quantities, 0 to 18.

    Raises:
        InvalidNumber: If a scale is out of range.

    Example:
        >>> book = L2Book(1, 2)
        >>> book.replace(Levels.from_pairs([("99.5", "2")], 1, 2), Levels.from_pairs([("100", "1")], 1, 2))
        >>> book.best_bid
        (Decimal('99.5'), Decimal('2.00'))
    """

    __slots__ = ("_asks", "_bids", "_scales")

    def __init__(self, price_scale: int, quantity_scale: int) -> None:
        check_scale(price_scale, "price scale")
        check_scale(quantity_scale, "quantity scale")
        self._scales = price_scale, quantity_scale
        self._bids = _Side(1, self._scales)
        self._asks = _Side(-1, self._scales)

    @property
    def price_scale(self) -> int:
        """Digits after the point of a price."""
        return self._scales[0]

    @property
    def quantity_scale(self) -> int:
        """Digits after the point of a quantity."""
        return self._scales[1]

    def apply(self, bids: LevelRun, asks: LevelRun) -> None:
        """Set each level's absolute quantity; zero removes it, and an unknown one removed is no error.

        Where a price occurs twice in a run, the last one counts.

        Raises:
            InvalidNumber: If the scales differ from the book's; the book is unchanged then.
        """
        own_bids, own_asks = self._own(bids), self._own(asks)
        if own_bids._prices:
            self._bids.apply(own_bids)
        if own_asks._prices:
            self._asks.apply(own_asks)

    def replace(self, bids: LevelRun, asks: LevelRun) -> None:
        """Forget all levels and take these, in any order; see `apply` for zeros, doubles and errors."""
        own_bids, own_asks = self._own(bids), self._own(asks)
        self._bids.replace(own_bids)
        self._asks.replace(own_asks)

    def clear(self) -> None:
        """Forget all levels."""
        self._bids.clear()
        self._asks.clear()

    def copy(self) -> L2Book:
        """Return an independent book with the same levels."""
        twin = L2Book(*self._scales)
        twin.replace(self.bid_levels(), self.ask_levels())
        return twin

    @property
    def best_bid(self) -> tuple[Decimal, Decimal] | None:
        """Highest bid and its quantity; ``None`` without bids."""
        return self._bids.best_shown()

    @property
    def best_ask(self) -> tuple[Decimal, Decimal] | None:
        """Lowest ask and its quantity; ``None`` without asks."""
        return self._asks.best_shown()

    @property
    def best_bid_raw(self) -> tuple[int, int] | None:
        """`best_bid` as integers at the book's scales."""
        return self._bids.best()

    @property
    def best_ask_raw(self) -> tuple[int, int] | None:
        """`best_ask` as integers at the book's scales."""
        return self._asks.best()

    @property
    def is_crossed(self) -> bool:
        """True if the best bid is above the best ask."""
        bids, asks = self._bids.keys, self._asks.keys
        return bool(bids and asks) and bids[-1] > -asks[-1]

    @property
    def is_locked(self) -> bool:
        """True if the best bid equals the best ask."""
        bids, asks = self._bids.keys, self._asks.keys
        return bool(bids and asks) and bids[-1] == -asks[-1]

    @property
    def bid_count(self) -> int:
        """Number of bid levels."""
        return len(self._bids.keys)

    @property
    def ask_count(self) -> int:
        """Number of ask levels."""
        return len(self._asks.keys)

    @property
    def nbytes(self) -> int:
        """Bytes that the book occupies, its spare room included."""
        return sys.getsizeof(self) + self._bids.nbytes + self._asks.nbytes

    def bids(self, n: int | None = None) -> list[tuple[Decimal, Decimal]]:
        """Return the best ``n`` bids (all if ``None``), highest first."""
        return list(map(self._bids.shown, self._bids.best_first(_count(n))))

    def asks(self, n: int | None = None) -> list[tuple[Decimal, Decimal]]:
        """Return the best ``n`` asks (all if ``None``), lowest first."""
        return list(map(self._asks.shown, self._asks.best_first(_count(n))))

    def bid_levels(self, n: int | None = None) -> Levels:
        """Return the best ``n`` bids (all if ``None``) as `Levels`, highest first."""
        return self._levels(list(self._bids.best_first(_count(n))))

    def ask_levels(self, n: int | None = None) -> Levels:
        """Return the best ``n`` asks (all if ``None``) as `Levels`, lowest first."""
        return self._levels(list(self._asks.best_first(_count(n))))

    def checksum_input(self, n: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the best ``n`` bids and asks as integers, for a venue that builds its checksum of them."""
        return list(self._bids.best_first(_count(n))), list(self._asks.best_first(_count(n)))

    def depth_to(
        self, quantity: Number, *, is_bid: bool
    ) -> tuple[Decimal, Decimal, Decimal] | None:
        """Walk one side from its best level until ``quantity`` is found.

        Selling into the bids or buying from the asks at once would trade these levels, so the average
        price is ``notional / filled``.

        Args:
            quantity: What is wanted, positive, at the book's quantity scale.
            is_bid: True to walk the bids, False to walk the asks.

        Returns:
            ``(worst price, notional, filled)``, all exact: the last price reached, the sum of price × quantity
            taken, and the quantity found, which is less than asked where the side is too thin. ``None``
            if the side is empty.

        Raises:
            InvalidNumber: If ``quantity`` is not positive or finer than the scale.
        """
        price_scale, quantity_scale = self._scales
        wanted = to_raw(quantity, quantity_scale, "quantity")
        if wanted <= 0:
            raise InvalidNumber(f"quantity: {quantity!r} is not positive")
        worst, notional, left = 0, 0, wanted
        for worst, available in (self._bids if is_bid else self._asks).best_first():
            taken = min(left, available)
            notional += worst * taken
            left -= taken
            if not left:
                break
        if left == wanted:
            return None
        return (
            to_decimal(worst, price_scale),
            to_decimal(notional, price_scale + quantity_scale),
            to_decimal(wanted - left, quantity_scale),
        )

    def __repr__(self) -> str:
        bid, ask = self.best_bid, self.best_ask
        return (
            f"L2Book({self.bid_count} bids from {bid[0] if bid else None},"
            f" {self.ask_count} asks from {ask[0] if ask else None})"
        )

    def _own(self, levels: LevelRun) -> Levels:
        if not isinstance(levels, Levels):
            raise TypeError(f"Levels of the same kernel expected, not {type(levels).__name__}")
        if levels._scales != self._scales:
            raise InvalidNumber(
                f"levels at scales {levels.price_scale} and {levels.quantity_scale} do not fit a book at"
                f" {self.price_scale} and {self.quantity_scale}; scan them at the instrument's own scales"
            )
        return levels

    def _levels(self, pairs: Sequence[tuple[int, int]]) -> Levels:
        prices = [price for price, _ in pairs]
        quantities = [quantity for _, quantity in pairs]
        return Levels._of(prices, quantities, self._scales)


def _count(n: int | None) -> int | None:
    if n is not None and n < 0:
        raise InvalidNumber(f"n: {n} levels; give 0 or more, or None for all")
    return n
