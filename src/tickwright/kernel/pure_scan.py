"""The kernel's scanners in plain Python: numbers out of one JSON frame, exact or not at all.

What `pure_fast` knows from an earlier frame it reads instead, to the same result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, final

from tickwright.errors import DecodeError, InvalidNumber
from tickwright.kernel.fixed import RAW_MAX, SCALE_MAX, check_scale, to_raw
from tickwright.kernel.pure import Levels
from tickwright.kernel.pure_fast import Shapes, read_levels
from tickwright.kernel.pure_fields import (
    Field,
    Frame,
    check_fields,
    check_paths,
    fields_of,
    read_object,
    value_at,
)
from tickwright.kernel.pure_values import read_decimal


__all__ = ["DepthScanner", "FieldScanner"]


@final
class FieldScanner:
    """Takes chosen values out of a JSON frame, in one pass.

    Args:
        fields: ``(dotted path, kind)`` of each value. Kinds are ``int`` (64 bits), ``decimal``, ``bool``, ``text``,
            and ``level``: the price level of an array that has one or none. A question mark after it makes the value
            optional.

    Raises:
        UsageError: If a kind is unknown, or the paths cannot be watched together.

    Example:
        >>> scanner = FieldScanner(fields=[("data.p", "decimal"), ("data.t", "int"), ("data.x", "text?")])
        >>> scanner.scan(b'{"data":{"t":7,"p":"61000.50"}}')
        (Decimal('61000.50'), 7, None)
    """

    __slots__ = ("_fields", "_shapes")

    def __init__(self, *, fields: Sequence[tuple[str, str]]) -> None:
        check_fields(fields)
        self._fields = fields_of(fields)
        self._shapes = Shapes([(field.keys, field.kind) for field in self._fields])

    def scan(self, frame: Frame) -> tuple[Any, ...]:
        """Return the values of ``frame`` in the order of ``fields``; ``None`` for an optional one without.

        A level is two of them, price and quantity; ``None`` both for an empty array.

        Raises:
            DecodeError: If the frame is not JSON, or lacks a value, or one is not of its kind.
        """
        known = self._shapes.read(frame)
        if known is not None:
            return tuple(known)
        document = read_object(frame)
        values = tuple([field.of(document) for field in self._fields])
        self._shapes.learn(frame, document)
        return values


@final
class DepthScanner:
    """Takes the integers, texts and price levels out of a JSON frame, in one pass.

    A level is an array of price, quantity and anything further, which is ignored.

    Args:
        ints: Dotted paths of integers that every frame has.
        bids: Path of the bids' array.
        asks: Path of the asks' array.
        optional_ints: Paths of integers that may be absent or null.
        texts: Paths of texts that every frame has.

    Raises:
        UsageError: If the paths cannot be watched together.

    Example:
        >>> scanner = DepthScanner(ints=["u"], bids="b", asks="a")
        >>> scanner.scan(b'{"u":7,"b":[["99.5","2"]],"a":[]}', 1, 0)
        (7, Levels(1: 99.5 x 2), Levels(0: ))
    """

    __slots__ = ("_asks", "_bids", "_fields", "_shapes")

    def __init__(
        self,
        *,
        ints: Sequence[str] = (),
        bids: str,
        asks: str,
        optional_ints: Sequence[str] = (),
        texts: Sequence[str] = (),
    ) -> None:
        self._fields = [Field(path, "int") for path in ints]
        self._fields += [Field(path, "int?") for path in optional_ints]
        self._fields += [Field(path, "text") for path in texts]
        self._bids = tuple(bids.split("."))
        self._asks = tuple(asks.split("."))
        check_paths([*ints, *optional_ints, *texts, bids, asks])
        self._shapes = Shapes(
            [
                *[(field.keys, field.kind) for field in self._fields],
                (self._bids, "levels"),
                (self._asks, "levels"),
            ]
        )

    def scan(self, frame: Frame, price_scale: int, quantity_scale: int) -> tuple[Any, ...]:
        """Return ints, optional ints, texts, bids and asks of ``frame``.

        Args:
            frame: The whole message.
            price_scale: Digits after the point of a price; a further digit that is not zero is an error.
            quantity_scale: The same for quantities.

        Raises:
            DecodeError: If the frame is not JSON, lacks a value, or holds a number that is not exact at its
                scale, beyond 64 bits, or (a quantity) negative.
            InvalidNumber: If a scale is out of range.
        """
        known = self._shapes.read(frame)
        if known is not None:
            sides = read_levels(known[-2], known[-1], price_scale, quantity_scale)
            if sides is not None:
                known[-2:] = sides
                return tuple(known)
        check_scale(price_scale, "price scale")
        check_scale(quantity_scale, "quantity scale")
        document = read_object(frame)
        values = (
            *[field.of(document) for field in self._fields],
            _levels(value_at(document, self._bids), price_scale, quantity_scale),
            _levels(value_at(document, self._asks), price_scale, quantity_scale),
        )
        if known is None:
            self._shapes.learn(frame, document)
        return values


def _levels(value: object, price_scale: int, quantity_scale: int) -> Levels:
    if not isinstance(value, list):
        raise DecodeError("an array of price levels expected")
    if not set(map(type, value)) <= {list}:
        raise DecodeError("a level is an array of price and quantity")
    try:
        prices = _fixed_column([level[0] for level in value], price_scale)
        quantities = _fixed_column([level[1] for level in value], quantity_scale)
    except IndexError:
        raise DecodeError("a level is an array of price and quantity") from None
    if min(quantities, default=0) < 0:
        raise DecodeError("a quantity is negative")
    return Levels._of(prices, quantities, (price_scale, quantity_scale))


_UNIFORM = [
    re.compile(rf"(?:(?:0|[1-9][0-9]{{0,15}}){rf'[.][0-9]{{{n}}}' if n else ''},)*")
    for n in range(SCALE_MAX + 1)
]
"""Numbers that all have n digits after the point, each followed by a comma."""


def _fixed_column(texts: list[Any], scale: int) -> list[int]:
    """Read many numbers, in one sweep if all have as many digits as the first, as venues do it."""
    try:
        column = ",".join(texts)
    except TypeError:
        raise DecodeError("a level holds something other than numbers") from None
    if column:
        digits = len(texts[0].partition(".")[2])
        if digits <= SCALE_MAX and _UNIFORM[digits].fullmatch(column + ","):
            raws = _rescaled(map(int, column.replace(".", "").split(",")), digits, scale)
            if raws and len(raws) == len(texts) and max(raws) <= RAW_MAX:
                return raws
    return [_fixed(text, scale) for text in texts]


def _rescaled(raws: Iterable[int], digits: int, scale: int) -> list[int]:
    """Return ``raws`` of ``digits`` after the point at ``scale``; none if that loses a digit."""
    if digits <= scale:
        power = 10 ** (scale - digits)
        return list(raws) if power == 1 else [raw * power for raw in raws]
    power = 10 ** (digits - scale)
    wider = list(raws)
    rescaled = [raw // power for raw in wider]
    return rescaled if sum(rescaled) * power == sum(wider) else []


def _fixed(text: str, scale: int) -> int:
    try:
        return to_raw(read_decimal(text, "level"), scale, "level")
    except InvalidNumber as error:
        raise DecodeError(str(error)) from None
