"""Fixed point: an exact decimal as a 64-bit integer at a scale (digits after the point).

Both kernels use these functions wherever a number comes from or goes to a caller rather than the wire.
"""

from __future__ import annotations

from decimal import Context, Decimal

from tickwright.errors import InvalidNumber
from tickwright.model.numbers import Number, parse_decimal


__all__ = ["RAW_MAX", "SCALE_MAX", "check_scale", "to_decimal", "to_raw"]

RAW_MAX = 2**63 - 1
"""Largest magnitude of a raw number; the smallest 64-bit integer is left out, so that all can be negated."""

SCALE_MAX = 18
"""Most digits after the point: 10**18 is the largest power of ten in 64 bits."""


_moved = Context(prec=100).scaleb
"""Moves a point, and rounds nothing: no sum of prices times quantities has so many digits, and the caller's own context
does not matter."""


def check_scale(scale: int, name: str) -> int:
    """Return ``scale`` if it is one.

    Raises:
        InvalidNumber: If it is outside 0..`SCALE_MAX`.
    """
    if not 0 <= scale <= SCALE_MAX:
        raise InvalidNumber(
            f"{name}: {scale} digits after the point; the kernel takes 0 to {SCALE_MAX}"
        )
    return scale


def to_raw(value: Number, scale: int, name: str) -> int:
    """Return ``value`` × 10**``scale``, exact.

    Raises:
        InvalidNumber: If a digit would be lost, or the result does not fit 64 bits.

    Example:
        >>> to_raw("61000.50", 2, "price")
        6100050
    """
    number = parse_decimal(value, name=name)
    # Checked before the power of ten is made: it is for what fits.
    if number and number.adjusted() + scale > SCALE_MAX:
        raise InvalidNumber(
            f"{name}: {value!r} needs more than 64 bits at {scale} digits after the point"
        )
    numerator, denominator = number.as_integer_ratio()
    power: int = 10**scale
    raw, rest = divmod(numerator * power, denominator)
    if rest:
        raise InvalidNumber(f"{name}: {value!r} has more than {scale} digits after the point")
    if abs(raw) > RAW_MAX:
        raise InvalidNumber(
            f"{name}: {value!r} needs more than 64 bits at {scale} digits after the point"
        )
    return raw


def to_decimal(raw: int, scale: int) -> Decimal:
    """Return ``raw`` / 10**``scale`` with exactly ``scale`` digits after the point.

    Example:
        >>> to_decimal(6100050, 2)
        Decimal('61000.50')
    """
    return _moved(raw, -scale)
