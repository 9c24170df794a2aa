"""Reads a journal from end to end, beside whoever writes it: what became of every order, and whether all of it holds together."""

from __future__ import annotations

import msgspec

from tickwright.errors import IllegalTransition
from tickwright.trading.board import OrderBoard
from tickwright.trading.journal import Entry, Journal, Reported, Submitted, damaged


__all__ = ["Inspection", "fold", "inspect"]


class Inspection(msgspec.Struct):
    """What a journal says.

    Attributes:
        board: Every order, as after the last entry.
        entries: How many there are.
        news_ns: Order → when anything was last written of it, ns since 1970.
    """

    board: OrderBoard = msgspec.field(default_factory=OrderBoard)
    entries: int = 0
    news_ns: dict[str, int] = msgspec.field(default_factory=dict)

    def take(self, number: int, entry: Entry) -> None:
        """Fold the next entry in.

        Raises:
            StoreError: It is not the next one, or cannot follow what was before.
        """
        self.entries += 1
        if number != self.entries:
            raise damaged(self.entries, "is missing")
        fold(self.board, number, entry)
        name = entry.client_order_id
        if isinstance(entry, Reported):
            name = self.board.name_of(entry.product, entry.report)
        if name in self.board:
            self.news_ns[name] = entry.at_ns


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


async def inspect(journal: Journal) -> Inspection:
    """Read a whole journal.

    Raises:
        StoreError: At the first entry that cannot be read, or cannot follow those before it; the text has its number.

    Example:
        >>> inspection = await inspect(Journal(store))
        >>> [order.client_order_id for order in inspection.board.unfinished()]
        ['desk1-3f9k2m7q0x-1b']
    """
    found = Inspection()
    async for number, entry in journal.numbered():
        found.take(number, entry)
    return found
