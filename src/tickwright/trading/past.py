"""Orders that have ended: which of them are to be forgotten, and what is kept of those that were.

A program may run for months, so not all can be remembered (G16). Three kinds displace none of another: orders that lived while somebody
here listened; those of which a listing of the past told; and those that no venue ever had, which nothing holds up, so that a strategy
that is denied at every tick makes thousands in a minute.

Of an order that is forgotten its name is kept, if a user gave it, for names are used once; and for all of a product together how far they
reach, by the venue's clock. What a venue tells of an unknown order from before is left out: nobody could tell it from a stranger's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from enum import Enum
from weakref import WeakValueDictionary

from tickwright.core.clientids import is_made
from tickwright.core.order import OrderLife
from tickwright.trading.journal import Forgotten


__all__ = ["EndedOrders", "Kind", "Past"]


class Kind(Enum):
    """How an order that has ended came to be known."""

    LIVED = "lived"
    LISTED = "listed"
    NEVER_THERE = "never there"


class EndedOrders:
    """Orders that have ended, the first to end before all.

    Args:
        kept: How many of each kind.

    Example:
        >>> ended = EndedOrders(kept=1)
        >>> ended.add("a", Kind.LIVED), ended.add("b", Kind.NEVER_THERE), ended.add("c", Kind.LIVED)
        (None, None, 'a')
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._by_kind: dict[Kind, OrderedDict[str, None]] = {kind: OrderedDict() for kind in Kind}

    def __len__(self) -> int:
        return sum(map(len, self._by_kind.values()))

    def add(self, name: str, kind: Kind) -> str | None:
        """Note that an order has ended, and return which one is too many now."""
        self.remove(name)
        names = self._by_kind[kind]
        names[name] = None
        return names.popitem(last=False)[0] if len(names) > self._kept else None

    def remove(self, name: str) -> None:
        """Note that an order lives again. One that never ended is fine."""
        for names in self._by_kind.values():
            names.pop(name, None)


class Past:
    """What is kept of orders that are forgotten."""

    def __init__(self) -> None:
        self._until_ns: dict[str, int] = {}
        self._names: set[str] = set()
        self._held: WeakValueDictionary[str, OrderLife] = WeakValueDictionary()
        self.is_empty = True
        """Whether nothing was ever forgotten."""

    def __contains__(self, client_order_id: object) -> bool:
        """Tell whether a user gave an order that name."""
        return client_order_id in self._names

    def add(self, life: OrderLife) -> None:
        """Keep what has to be kept of an order."""
        self._held[life.order.client_order_id] = life
        self._reach(life)

    def take(self, entry: Forgotten) -> None:
        """Keep what a journal says of orders that were left behind."""
        self.is_empty = False
        self._names.update(entry.names)
        for product, until_ns in entry.until_ns.items():
            self._until_ns[product] = max(until_ns, self._until_ns.get(product, 0))

    def life(self, client_order_id: str) -> OrderLife | None:
        """Return a forgotten order that somebody else holds."""
        return None if self.is_empty else self._held.get(client_order_id)

    def covers(self, product: str, venue_ts_ns: int) -> bool:
        """Tell whether a forgotten order may have been told of at a time, by the venue's clock."""
        return venue_ts_ns <= self._until_ns.get(product, -1)

    def entry(
        self, left: Iterable[OrderLife], called: Iterable[tuple[str, str, str]], at_ns: int
    ) -> Forgotten | None:
        """Return what a journal has to say of forgotten orders and of those that it leaves; ``None`` if there are none.

        Args:
            left: Orders that it has no entries of.
            called: See `Forgotten.called`.
            at_ns: Our clock.
        """
        past = Past()
        past._names |= self._names
        past._until_ns |= self._until_ns
        past.is_empty = self.is_empty
        for life in left:
            past._reach(life)
        if past.is_empty:
            return None
        return Forgotten(
            at_ns=at_ns,
            until_ns=past._until_ns,
            names=tuple(sorted(past._names)),
            called=tuple(called),
        )

    def _reach(self, life: OrderLife) -> None:
        self.is_empty = False
        order, product = life.order, life.product
        if not order.is_external and not is_made(order.client_order_id):
            self._names.add(order.client_order_id)
        if order.venue_order_id is not None:
            self._until_ns[product] = max(life.changed_ts_ns, self._until_ns.get(product, 0))
