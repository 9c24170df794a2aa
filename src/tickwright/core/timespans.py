"""Long times cut into pieces: venues answer about a day or a week at once, and no more."""

from __future__ import annotations


__all__ = ["pieces"]


def pieces(start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """Return spans that together hold every moment from ``start`` to ``end``, both included, none of them twice.

    Args:
        start: The first moment, in whatever unit.
        end: The last one; before ``start`` there is nothing.
        longest: How far apart a span's ends may be.

    Example:
        >>> pieces(0, 10, 4)
        [(0, 4), (5, 9), (10, 10)]

    Raises:
        ValueError: If ``longest`` is below zero.
    """
    if longest < 0:
        raise ValueError(f"spans of {longest} hold nothing")
    return [(first, min(first + longest, end)) for first in range(start, end + 1, longest + 1)]
