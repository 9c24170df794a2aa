"""How many digits after the point the market data of an instrument may need."""

from __future__ import annotations

from decimal import Decimal

from tickwright.model.numbers import scale_of


__all__ = ["DIGITS", "data_scale"]

DIGITS = 8
"""What venues print at most, but for coins whose steps are finer."""


def data_scale(step: Decimal, largest: Decimal | None) -> int:
    """Return how many digits after the point the market data of a symbol may need.

    Eight, since steps are no bound: a tick or lot that was made coarser leaves finer orders standing in the book,
    and venues print eight digits anyway. Fewer only where ``largest`` would not fit into 63 bits with eight; never
    fewer than ``step`` needs.

    Args:
        step: Tick or lot size; zero where the venue sets none.
        largest: The largest number to be held at that scale, ``None`` where there is no bound.

    Example:
        >>> data_scale(Decimal("0.01"), None), data_scale(Decimal(1), Decimal("2e13"))
        (8, 5)
    """
    needed = scale_of(step)
    if largest is None or largest <= 0:
        return max(needed, DIGITS)
    room = len(str(2**63 // (int(largest) + 1))) - 1
    return max(needed, min(DIGITS, room))
