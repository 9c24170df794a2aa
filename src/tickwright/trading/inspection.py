"""Reads a journal from end to end, beside whoever writes it: what became of every order, and whether all of it holds together."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.errors import IllegalTransition
from tickwright.model.orders import Order
from tickwright.trading.board import KEPT, OrderBoard
from tickwright.trading.journal import Entry, Forgotten, Journal, Reported, Submitted, damaged


__all__ = ["Inspection", "fold", "inspect"]


class Inspection:
    """What a journal says.

    Args:
        forgotten: Called with each order that a program which opened the journal would remember no more, and when anything was
            last written of it.
        kept: How many orders that have ended such a program remembers.

    Attributes:
        board: As such a program would have it, after the last entry.
        entries: How many there are.
        news_ns: Order on the board → when anything was last written of it, ns since 1970.
    """

    def __init__(
        self, forgotten: Callable[[Order, int], object] | None = None, *, kept: int = KEPT
    ) -> None:
        self.board = OrderBoard(kept=kept, forgotten=self._forget)
        self.entries = 0
        self.news_ns: dict[str, int] = {}
        self._forgotten = forgotten
        self._forgotten_count = 0

    @property
    def orders(self) -> int:
        """How many orders there are, the forgotten ones among them."""
        return self._forgotten_count + len(self.board)

    def _forget(self, order: Order) -> None:
        self._forgotten_count += 1
        news_ns = self.news_ns.pop(order.client_order_id, order.placed_ts_ns)
        if self._forgotten is not None:
            self._forgotten(order, news_ns)

    def take(self, number: int, entry: Entry) -> str | None:
        """Fold the next entry in, and return which order on the board it is about, ``None`` if nobody can tell.

        Raises:
            StoreError: It is not the next one, or cannot follow what was before.
        """
        self.entries += 1
        if number != self.entries:
            raise damaged(self.entries, "is missing")
        fold(self.board, number, entry)
        if isinstance(entry, Forgotten):
            return None
        name = entry.client_order_id
        if isinstance(entry, Reported):
            name = self.board.name_of(entry.product, entry.report)
        if self.board.order(name) is None:
            return None
        self.news_ns[name] = entry.at_ns
        return name


def fold(board: OrderBoard, number: int, entry: Entry) -> None:
    """Have a board apply the next entry of a journal.

    Raises:
        StoreError: It cannot follow those before it; the text has its number.
    """
    if type(entry) is Submitted and entry.client_order_id in board:
        raise damaged(number, f"places order {entry.client_order_id!r} a second time")
    try:
        board.apply(entry)
    except IllegalTransition as error:
        raise damaged(number, f"cannot be: {error}") from error
    except KeyError as error:
        raise damaged(number, f"is about order {error}, which nobody placed before") from error


async def inspect(
    journal: Journal, forgotten: Callable[[Order, int], object] | None = None
) -> Inspection:
    """Read a whole journal.

    Args:
        journal: Which.
        forgotten: As for `Inspection`.

    Raises:
        StoreError: At the first entry that cannot be read, or cannot follow those before it; the text has its number.

    Example:
        >>> inspection = await inspect(Journal(store))
        >>> [order.client_order_id for order in inspection.board.unfinished()]
        ['desk1-3f9k2m7q0x-1b']
    """
    found = Inspection(forgotten)
    async for number, entry in journal.numbered():
        found.take(number, entry)
    return found
