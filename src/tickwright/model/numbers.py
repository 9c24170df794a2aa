"""Exact numbers: in from text, out to text, never through a float."""

from __future__ import annotations

from collections.abc import Callable
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, InvalidOperation
from enum import Enum
from fractions import Fraction
from functools import reduce
from math import ceil, floor

from tickwright.errors import InvalidNumber


__all__ = [
    "Number",
    "Rounding",
    "fit_to_step",
    "format_decimal",
    "is_multiple",
    "multiply",
    "parse_decimal",
    "scale_of",
    "total",
]

Number = str | int | Decimal
"""What users may give for a price or a quantity."""

_ADJUSTED_MAX = 64
"""No venue has a number beyond 10**64 or below 10**-64; without a bound, "1e999999999" would fill the memory."""
_LENGTH_MAX = 160
"""Of a text: more than a number within these bounds has characters."""

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_ZERO, _ONE = Decimal(0), Decimal(1)


class Rounding(Enum):
    """The direction that a caller names when a number may be changed to fit."""

    DOWN = "down"
    """To the step below."""
    UP = "up"
    """To the step above."""
    NEAREST = "nearest"
    """To the nearer step; from the middle to the even one."""


_WHOLE: dict[Rounding, Callable[[Fraction], int]] = {
    Rounding.DOWN: floor,
    Rounding.UP: ceil,
    Rounding.NEAREST: round,
}


def parse_decimal(value: Number, *, name: str = "number") -> Decimal:
    """Return ``value`` as an exact, finite Decimal.

    Args:
        value: Text, an int or a Decimal. ``bool`` and ``float`` are refused.
        name: What the number is, for the error.

    Raises:
        InvalidNumber: For a float (its digits are not what was typed), NaN, infinity, other text, and what has more digits
            than any instrument.

    Example:
        >>> parse_decimal("0.10", name="price")
        Decimal('0.10')
    """
    if (
        type(value) is str
        and len(value) <= _ADJUSTED_MAX
        and value.isascii()
        and value.replace(".", "", 1).isdigit()
    ):
        return Decimal(value)  # the way of nearly every number
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise InvalidNumber(
            f"{name}: {value!r} is a {type(value).__name__}, whose digits are not exactly what was written;"
            f' pass text, an int or a Decimal, for example "{value}"'
        )
    if isinstance(value, str):
        number = _read(value, name)
    else:
        number = Decimal(value)
    if not number.is_finite():
        raise InvalidNumber(f'{name}: {value!r} is not finite; write digits, for example "60000.5"')
    if not _is_sized(number):
        raise _oversized(name)
    return number


def _read(text: str, name: str) -> Decimal:
    if len(text) > _LENGTH_MAX:
        raise _oversized(name)
    try:
        # Python reads the digits of every script, and skips underscores: venues do neither.
        if text.isascii() and "_" not in text:
            return Decimal(text)
    except InvalidOperation:
        pass
    raise InvalidNumber(f'{name}: {text!r} is not a number; write digits, for example "60000.5"')


def _is_sized(number: Decimal) -> bool:
    """Tell whether a number can be one of an instrument's: its first and its last digit are within bounds."""
    is_fine = int(number.as_tuple().exponent) >= -_ADJUSTED_MAX
    return is_fine and (not number or number.adjusted() <= _ADJUSTED_MAX)


def _oversized(name: str) -> InvalidNumber:
    # Without the number: it may have thousands of digits.
    return InvalidNumber(
        f"{name}: no instrument has such a number; at most {_ADJUSTED_MAX} digits before the point and behind it"
    )


def format_decimal(value: Decimal) -> str:
    """Return the one plain text of a number: no exponent, no trailing zeros, no negative zero.

    Example:
        >>> format_decimal(Decimal("2E-8")), format_decimal(Decimal("61000.50"))
        ('0.00000002', '61000.5')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def scale_of(step: Decimal) -> int:
    """Return how many digits after the point a multiple of ``step`` can need.

    Example:
        >>> scale_of(Decimal("0.0100")), scale_of(Decimal("10"))
        (2, 0)
    """
    text = format_decimal(step)
    return len(text) - text.index(".") - 1 if "." in text else 0


def fit_to_step(
    value: Decimal, step: Decimal, *, name: str, rounding: Rounding | None = None
) -> Decimal:
    """Return ``value`` as a multiple of ``step``.

    Args:
        value: The number wanted.
        step: Tick or lot size; zero means that the venue sets no step.
        name: What the number is, for the error.
        rounding: The direction in which it may be moved; ``None`` refuses any change.

    Raises:
        InvalidNumber: If it is no multiple and no rounding was named, or of an absurd size.
    """
    if is_multiple(value, step):
        return value
    if abs(value.adjusted()) > _ADJUSTED_MAX:
        raise InvalidNumber(f"{name}: {value} is beyond what any venue trades")
    if rounding is None:
        raise InvalidNumber(
            f"{name}: {format_decimal(value)} is no multiple of {format_decimal(step)};"
            " round it yourself or name a rounding direction"
        )
    return multiply(Decimal(_WHOLE[rounding](Fraction(value) / Fraction(step))), step)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Tell whether ``value`` is a multiple of ``step``, of which zero sets none; no absurd size is.

    Example:
        >>> is_multiple(Decimal("0.3"), Decimal("0.1")), is_multiple(Decimal("0.25"), Decimal("0.1"))
        (True, False)
    """
    if not value:
        return True
    return abs(value.adjusted()) <= _ADJUSTED_MAX and not (step and _EXACT.remainder(value, step))


def total(*terms: Decimal) -> Decimal:
    """Return the exact sum, whatever precision the caller's decimal context is set to.

    Example:
        >>> total(Decimal("0.1"), Decimal("-0.03"))
        Decimal('0.07')
    """
    return reduce(_EXACT.add, terms, _ZERO)


def multiply(*factors: Decimal) -> Decimal:
    """Return the exact product, whatever precision the caller's decimal context is set to.

    Example:
        >>> multiply(Decimal("61000.5"), Decimal("0.001"))
        Decimal('61.0005')
    """
    return reduce(_EXACT.multiply, factors, _ONE)
