"""Typed JSON reading: one decoder a type, made once, whose every complaint is a ``DecodeError``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tickwright.errors import DecodeError
from tickwright.kernel import DepthScanner, Levels
from tickwright.model.instrument import Instrument


__all__ = [
    "MS",
    "SECOND_NS",
    "read_decimal",
    "read_levels",
    "read_optional",
    "read_time",
    "reader",
    "tolerant_reader",
]

_scan_levels = DepthScanner(bids="b", asks="a").scan
_LEVEL_QUOTES, _FRAME_QUOTES = 4, 4

MS = 1_000_000
"""Nanoseconds in a millisecond, the unit of most venues' times."""
SECOND_NS = 1000 * MS
"""Nanoseconds in a second."""


def reader(kind: Any, *path: str) -> Callable[[bytes], Any]:
    """Return a function from bytes to ``kind``.

    It is lax in one way only: a number or a boolean that comes as a string is read all the same.

    Args:
        kind: What to make of the JSON.
        path: The keys under which it stands, the outermost first; nothing beside them is looked at.

    Example:
        >>> reader(list[int])(b'[1, "2"]')
        [1, 2]
        >>> reader(list[int], "result", "data")(b'{"result":{"data":[1],"more":0}}')
        [1]
    """
    for key in reversed(path):
        kind = msgspec.defstruct("Within", [("content", kind, msgspec.field(name=key))])
    decode = msgspec.json.Decoder(kind, strict=False).decode

    def read(data: bytes) -> Any:
        try:
            found = decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise DecodeError(str(error)) from None
        for _ in path:
            found = found.content
        return found

    return read


def tolerant_reader(kind: Any, *path: str) -> Callable[[bytes], Any]:
    """Return a function like that of `reader`, which returns ``None`` for bytes that are none of its kind.

    Example:
        >>> read = tolerant_reader(list[int])
        >>> read(b"[1]"), read(b"pong")
        ([1], None)
    """
    read = reader(kind, *path)

    def look(data: bytes) -> Any:
        try:
            return read(data)
        except DecodeError:
            return None

    return look


def read_decimal(text: str | Decimal) -> Decimal:
    """Return the number in ``text``, which may be read already.

    Raises:
        DecodeError: If it is no finite number.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise DecodeError(f"{text!r} is not a number") from None
    if not number.is_finite():
        raise DecodeError(f"{text!r} is not finite")
    return number


def read_optional(text: str) -> Decimal | None:
    """Return the number in ``text``; ``None`` for nothing and for zero, venues' two ways to say «none».

    Raises:
        DecodeError: If it is neither empty nor a finite number.
    """
    if not text or text == "0":
        return None
    return read_decimal(text) or None


def read_levels(rows: Iterable[Sequence[Decimal | str]], instrument: Instrument) -> Levels:
    """Return the levels of ``rows``, for venues whose levels the kernel's scanner does not know as they come.

    They are written as it does know them: reading them there costs a fifth of making numbers of them here.

    Args:
        rows: Price, quantity, and anything further.
        instrument: For the scales.

    Raises:
        DecodeError: If a row is too short, or a number negative or not exact at the instrument's scales.
    """
    try:
        texts = [f'["{row[0]}","{row[1]}"]' for row in rows]
    except IndexError:
        raise DecodeError("a level is an array of price and quantity") from None
    frame = f'{{"b":[{",".join(texts)}],"a":[]}}'
    if frame.count('"') != _LEVEL_QUOTES * len(texts) + _FRAME_QUOTES or "\\" in frame:
        raise DecodeError("a level holds something other than numbers")
    levels, _ = _scan_levels(frame.encode(), instrument.price_scale, instrument.quantity_scale)
    found: Levels = levels
    return found


def read_time(text: str) -> int:
    """Return a time such as ``2026-11-20T12:00:00.123456789Z`` in ns since 1970.

    Raises:
        DecodeError: If it is none, or names no zone.

    Example:
        >>> read_time("1970-01-01T00:00:01.000000005Z"), read_time("1970-01-01T00:00:01Z")
        (1000000005, 1000000000)
    """
    whole, _, fraction = text.removesuffix("Z").partition(".")
    try:
        if not text.endswith("Z") or (fraction and not fraction.isdecimal()):
            raise ValueError(text)
        seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
    except ValueError:
        raise DecodeError(f"{text!r} is not a time in UTC") from None
    return seconds * 1_000_000_000 + int(fraction[:9].ljust(9, "0"))
