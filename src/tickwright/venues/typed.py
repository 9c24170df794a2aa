"""Typed JSON reading: one decoder a type, made once, whose every complaint is a ``DecodeError``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tickwright.errors import DecodeError


__all__ = ["MS", "read_decimal", "read_optional", "reader"]

MS = 1_000_000
"""Nanoseconds in a millisecond, the unit of most venues' times."""


def reader(kind: Any) -> Callable[[bytes], Any]:
    """Return a function from bytes to ``kind``.

    It is lax in one way only: a number or a boolean that comes as a string is read all the same.

    Example:
        >>> reader(list[int])(b'[1, "2"]')
        [1, 2]
    """
    decode = msgspec.json.Decoder(kind, strict=False).decode

    def read(data: bytes) -> Any:
        try:
            return decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise DecodeError(str(error)) from None

    return read


def read_decimal(text: str) -> Decimal:
    """Return the number in ``text``.

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
    return (read_decimal(text) if text else None) or None
