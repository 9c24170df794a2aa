"""Ids that are names: whether one was seen lately is all that they tell."""

from __future__ import annotations

from typing import Final


__all__ = ["SEEN_MIN", "SeenIds"]

SEEN_MIN: Final = 8_192
"""Ids remembered at least. While one connection takes over from another, both bring the same trades for some seconds, at
1,000 a second at most."""


class SeenIds:
    """The last ids of a stream, whose names say nothing about what is missing between them.

    They are kept in two generations: when the young one is full, it becomes the old one, which is forgotten.

    Args:
        seen_min: How many are remembered at least; twice as many at most.

    Example:
        >>> seen = SeenIds()
        >>> seen.is_new("20f43950-d8dd"), seen.is_new("20f43950-d8dd")
        (True, False)
    """

    __slots__ = ("_old", "_seen_min", "_young")

    def __init__(self, seen_min: int = SEEN_MIN) -> None:
        self._young: set[int | str] = set()
        self._old: set[int | str] = set()
        self._seen_min = seen_min

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def is_new(self, name: int | str) -> bool:
        """Return whether ``name`` was not seen lately, and remember it. On the hot path of trades."""
        young = self._young
        if name in young or name in self._old:
            return False
        young.add(name)
        if len(young) >= self._seen_min:
            self._old, self._young = young, set()
        return True
