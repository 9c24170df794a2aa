"""What a scanner makes of one JSON value: a number, a text, a price level; in plain Python.

Each kind of value has a reader, which takes the value as the JSON decoder left it, and its path for errors. Numbers may be
quoted or bare, and have at most `NUMBER_LENGTH_MAX` characters and three digits of exponent, because nothing a venue sends
needs more. (Digits written as JSON escapes are the one thing that the twin reads and the compiled kernel refuses.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tickwright.errors import DecodeError
from tickwright.kernel.fixed import RAW_MAX


__all__ = [
    "KINDS",
    "LEVEL_PARTS",
    "NUMBER_LENGTH_MAX",
    "ROW_KINDS",
    "Bare",
    "Read",
    "read_decimal",
    "read_id",
    "reader_of",
]

Read = Callable[[object, str], Any]
"""Takes a value and its path, and returns what a scanner gives for it."""

NUMBER_LENGTH_MAX = 64
"""Characters of one number; the longest that a venue sends have about 30."""

_NS_PER_MS = 1_000_000
_ZERO = Decimal(0)
_NO_WORD = object()
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")


class Bare(str):
    """The text of a number without quotes, so that ``5`` is not taken for the text ``"5"``."""

    __slots__ = ()


def _int(value: object, path: str) -> int:
    if isinstance(value, str) and _INT.fullmatch(value):
        number = int(value)
        if abs(number) <= RAW_MAX:
            return number
    raise DecodeError(f"{path}: an integer of 64 bits expected, not {value!r:.80}")


def read_decimal(value: object, path: str) -> Decimal:
    """Return the number that ``value`` spells.

    Raises:
        DecodeError: If it is none, or one too long.
    """
    if isinstance(value, str) and len(value) <= NUMBER_LENGTH_MAX and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise DecodeError(f"{path}: a number expected, not {value!r:.80}")


def _bool(value: object, path: str) -> bool:
    if isinstance(value, bool):
        return value
    raise DecodeError(f"{path}: true or false expected, not {value!r:.80}")


def _text(value: object, path: str) -> str:
    if type(value) is str:
        return value
    raise DecodeError(f"{path}: a text expected, not {value!r:.80}")


def _level(value: object, path: str) -> tuple[Decimal | None, Decimal | None]:
    """Read the one level of an array; nothing, twice, where it is empty."""
    if not isinstance(value, list):
        raise DecodeError(f"{path}: an array of levels expected")
    if not value:
        return None, None
    if len(value) > 1:
        raise DecodeError(f"{path}: one level expected, not {len(value)}")
    if not isinstance(value[0], list) or len(value[0]) < 2:
        raise DecodeError(f"{path}: a level is an array of price and quantity")
    price, quantity, *_ = value[0]
    return read_decimal(price, path), read_decimal(quantity, path)


def read_id(text: str) -> int | str:
    """Return the number that ``text`` is, where 64 bits hold it and it is written in no other way; else the text.

    Example:
        >>> read_id("2290000000019296063"), read_id("007"), read_id("20f43950-d8dd")
        (2290000000019296063, '007', '20f43950-d8dd')
    """
    if text.isdecimal() and text.isascii() and _INT.fullmatch(text):
        number = int(text)
        if number <= RAW_MAX:
            return number
    return text


def _ms(value: object, path: str) -> int:
    time_ns = _int(value, path) * _NS_PER_MS
    if abs(time_ns) > RAW_MAX:
        raise DecodeError(f"{path}: a time of 64 bits in ns expected, not {time_ns} ns")
    return time_ns


def _positive(value: object, path: str) -> Decimal:
    number = read_decimal(value, path)
    if number <= _ZERO:
        raise DecodeError(f"{path}: a positive number expected, not {value!r:.80}")
    return number


def _word_of(words: Mapping[str, Any]) -> Read:
    meanings, other = dict(words), words.get("", _NO_WORD)

    def read(value: object, path: str) -> Any:
        found = meanings.get(_text(value, path), other)
        if found is _NO_WORD:
            raise DecodeError(f"{path}: no word is {value!r:.80}")
        return found

    return read


_READERS: dict[str, Read] = {
    "bool": _bool,
    "decimal": read_decimal,
    "id": lambda value, path: read_id(_text(value, path)),
    "int": _int,
    "ms": _ms,
    "positive": _positive,
    "price": lambda value, path: _level(value, path)[0],
    "quantity": lambda value, path: _level(value, path)[1],
    "text": _text,
}
KINDS = ("bool", "decimal", "int", "level", "text")
"""What a `FieldScanner` reads."""

ROW_KINDS = (*KINDS, "id", "ms", "positive")
"""What a `RowScanner` reads, besides words with a meaning."""

LEVEL_PARTS = ("price", "quantity")
"""The kinds that a level is read as: it is two values."""


def reader_of(kind: str | Mapping[str, Any]) -> Read:
    """Return the reader of a kind, or of words and what they stand for."""
    return _READERS[kind] if isinstance(kind, str) else _word_of(kind)
