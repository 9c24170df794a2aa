"""Reads frames that look like an earlier one, many times as fast as the scanners that judge every frame.

Frames of one stream differ in their values and in nothing else. So a frame that was scanned well is made into a
regular expression, its *shape*: the same keys in the same order, each with a value of the same type, and a
group around each wanted one. Whatever matches is valid JSON without a repeated key, and its groups are
numbers that need no further check. Whatever does not match, for any reason, is left to the exact scanner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from tickwright.kernel.fixed import SCALE_MAX
from tickwright.kernel.pure import Levels
from tickwright.kernel.pure_values import LEVEL_PARTS


__all__ = ["SHAPES_MAX", "Shapes", "read_levels"]

SHAPES_MAX: Final = 8
"""Shapes that one scanner tries to learn. Products differ in a key or two; what varies more is not worth it."""

_DEPTH_MAX: Final = 4
_PATTERN_LENGTH_MAX: Final = 4000  # characters; a trade's has about 500

# Narrower than JSON and than the exact scanner, so that no value can be too long or beyond 64 bits. Where the end of a
# value is clear, nothing is tried twice (`*+`).
_INT = r"-?+(?:[1-9][0-9]{0,17}+|0)"
_NUMBER = _INT + r"(?:\.[0-9]{1,18}+)?+"
_TEXT = r'[^"\\\x00-\x1f]*+'
_BOOL = "true|false"
_LEVELS = r'[0-9".,\[\]]*'

_KINDS: dict[str, tuple[str, Any]] = {
    "bool": (_BOOL, "true".__eq__),
    "decimal": (_NUMBER, Decimal),
    "int": (_INT, int),
    "levels": (_LEVELS, str),
    "price": (_NUMBER, Decimal),
    "quantity": (_NUMBER, Decimal),
    "text": (_TEXT, str),
}
_TO_SPACE: Final = bytes.maketrans(b'[]",', b"    ")
_CACHED_MAX: Final = 256  # there are hardly more combinations of digits and scales in use


class _Unusual(Exception):
    """Something in a frame that has no place in a shape."""


class Shapes:
    """The shapes that one scanner has met.

    Args:
        fields: Keys that lead to each wanted value, and its kind: one of a `FieldScanner`, with or without a
            question mark, ``levels`` for the text between the brackets of an array, or ``price`` and ``quantity``,
            both, for those of its only level.
    """

    __slots__ = ("_fields", "_learned", "_tries_left")

    def __init__(self, fields: Sequence[tuple[tuple[str, ...], str]]) -> None:
        self._fields = [(keys, kind.removesuffix("?")) for keys, kind in fields]
        self._learned: list[_Shape] = []
        self._tries_left = SHAPES_MAX

    def read(self, frame: Any) -> list[Any] | None:
        """Return the wanted values of ``frame`` in order; ``None`` if it has none of the shapes."""
        try:
            text = str(frame, "utf-8")
        except UnicodeDecodeError:
            return None
        for shape in self._learned:
            match = shape.match(text)
            if match is not None:
                return [read(match[group]) for group, read in shape.values]
        return None

    def learn(self, frame: Any, document: dict[str, Any]) -> None:
        """Remember the shape of ``frame``, which no shape matched and the exact scanner has taken.

        Args:
            frame: The frame.
            document: The same, decoded: a bare number is a text of a type of its own.
        """
        if not self._tries_left:
            return
        self._tries_left -= 1
        text = str(frame, "utf-8")
        if "\\" in text:  # keys are compared as they are spelled
            return
        try:
            shape = _Shape(document, self._fields)
        except _Unusual:
            return
        # White space and repeated keys are lost in the document; they show up here.
        if shape.match(text):
            self._learned.append(shape)


class _Shape:
    """One shape: the expression, and for each wanted value its group and what reads it."""

    __slots__ = ("_kinds", "_wanted", "match", "values")

    def __init__(self, document: object, fields: list[tuple[tuple[str, ...], str]]) -> None:
        self._kinds = dict(fields)
        self._wanted: list[tuple[tuple[str, ...], str]] = []
        pattern = self._pattern(document, ())
        if len(pattern) > _PATTERN_LENGTH_MAX:
            raise _Unusual
        self.match = re.compile(pattern).fullmatch
        numbers = {wanted: n for n, wanted in enumerate(self._wanted, start=1)}
        self.values = [
            (numbers[field], _KINDS[field[1]][1]) if field in numbers else (0, _none)
            for field in fields
        ]

    def _pattern(self, value: object, keys: tuple[str, ...]) -> str:
        if isinstance(value, dict):
            if len(keys) == _DEPTH_MAX:
                raise _Unusual
            pairs = [
                f'"{re.escape(key)}":{self._pattern(inner, (*keys, key))}'
                for key, inner in value.items()
            ]
            return rf"\{{{','.join(pairs)}\}}"
        if value is None:
            return "null"
        kind = self._kinds.get(keys) or _kind_of(value)
        if kind in LEVEL_PARTS:
            return self._level_pattern(value, keys)
        pattern = _KINDS[kind][0]
        if keys in self._kinds:
            self._wanted.append((keys, kind))
            pattern = f"({pattern})"
        if kind == "levels":
            return rf"\[{pattern}\]"
        return f'"{pattern}"' if type(value) is str else f"(?:{pattern})"

    def _level_pattern(self, levels: Any, keys: tuple[str, ...]) -> str:
        if not levels:
            return r"\[\]"
        if [type(part) for part in levels[0]] != [str, str]:
            raise _Unusual
        self._wanted += [(keys, part) for part in LEVEL_PARTS]
        return rf'\[\["({_NUMBER})","({_NUMBER})"\]\]'


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "text" if type(value) is str else "decimal"
    raise _Unusual


def _none(_text: str) -> None:
    return None


def read_levels(
    bids: str, asks: str, price_scale: int, quantity_scale: int
) -> tuple[Levels, Levels] | None:
    """Return both sides, from texts like ``["1.50","2.0"],["1.25","4.0"]``.

    ``None`` if a level is spelled in any other way, if there is none, or if one has not as many digits after its points
    as the first: then the exact scanner has to look.
    """
    run = f"{bids},{asks}," if bids and asks else f"{bids}{asks},"
    scales = price_scale, quantity_scale
    spelling = _recent.get(scales)
    if spelling is None or not spelling.match(run):
        spelling = _spelling_of(run, price_scale, quantity_scale)
        if spelling is None or not spelling.match(run):
            return None
        _recent[scales] = spelling
    # Now it is known what stands where: `","` behind each price and `"],` behind each quantity.
    if spelling.price_end != '","':
        run = run.replace(spelling.price_end, '","')
    if spelling.quantity_end != '"],':
        run = run.replace(spelling.quantity_end, '"],')
    raws = list(map(int, run.encode().translate(_TO_SPACE, b".").split()))
    prices, quantities = raws[::2], raws[1::2]
    if spelling.price_power != 1:
        prices = [raw * spelling.price_power for raw in prices]
    if spelling.quantity_power != 1:
        quantities = [raw * spelling.quantity_power for raw in quantities]
    count = bids.count("[")
    return (
        Levels._of(prices[:count], quantities[:count], scales),
        Levels._of(prices[count:], quantities[count:], scales),
    )


class _Spelling(NamedTuple):
    """How levels are spelled that all have the same digits after their points, and what brings them to scale."""

    match: Callable[[str], object]
    price_end: str  # with the zeros behind the scale's last digit
    quantity_end: str
    price_power: int  # what a number of the digits that are read lacks to the scale
    quantity_power: int


_recent: dict[tuple[int, int], _Spelling] = {}
"""What matched last at two scales, which is nearly always what matches next."""


def _spelling_of(text: str, price_scale: int, quantity_scale: int) -> _Spelling | None:
    price, _, quantity = text[2 : text.find("]") - 1].partition('","')
    spelled = (
        len(price.partition(".")[2]),
        len(quantity.partition(".")[2]),
        price_scale,
        quantity_scale,
    )
    return _spelling(*spelled) if min(spelled) >= 0 and max(spelled) <= SCALE_MAX else None


@lru_cache(_CACHED_MAX)
def _spelling(
    price_digits: int, quantity_digits: int, price_scale: int, quantity_scale: int
) -> _Spelling:
    price_read, quantity_read = min(price_digits, price_scale), min(quantity_digits, quantity_scale)
    price = _column(price_digits, price_scale)
    quantity = _column(quantity_digits, quantity_scale)
    return _Spelling(
        re.compile(rf'(?:\["{price}","{quantity}"\],)+').fullmatch,
        "0" * (price_digits - price_read) + '","',
        "0" * (quantity_digits - quantity_read) + '"],',
        10 ** (price_scale - price_read),
        10 ** (quantity_scale - quantity_read),
    )


def _column(digits: int, scale: int) -> str:
    # With the scale's digits there are 18 at most, which 64 bits always hold.
    whole = f"(?:0|[1-9][0-9]{{0,{SCALE_MAX - 1 - scale}}})" if scale < SCALE_MAX else "0"
    read = min(digits, scale)
    return rf"{whole}\.[0-9]{{{read}}}0{{{digits - read}}}" if digits else whole
