"""Ids that are names: whether one was seen lately is all that they tell."""

from __future__ import annotations

from collections import deque
from typing import Final


__all__ = ["SEEN_MAX", "SeenIds"]

SEEN_MAX: Final = 8_192
"""Ids remembered. While one connection takes over from another, both bring the same trades for some seconds, at 1,000 a
second at most."""


class SeenIds:
    """The last ids of a stream, whose names say nothing about what is missing between them.

    Args:
        seen_max: How many are remembered; the oldest goes first.

    Example:
        >>> seen = SeenIds()
        >>> seen.is_new("20f43950-d8dd"), seen.is_new("20f43950-d8dd")
        (True, False)
    """

    __slots__ = ("_ids", "_order", "_seen_max")

    def __init__(self, seen_max: int = SEEN_MAX) -> None:
        self._ids: set[int | str] = set()
        self._order: deque[int | str] = deque()
        self._seen_max = seen_max

    def __len__(self) -> int:
        return len(self._order)

    def is_new(self, name: int | str) -> bool:
        """Return whether ``name`` was not seen lately, and remember it."""
        if name in self._ids:
            return False
        self._ids.add(name)
        self._order.append(name)
        if len(self._order) > self._seen_max:
            self._ids.remove(self._order.popleft())
        return True
