"""Typed reading: lax about quotes, strict about the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.errors import DecodeError
from tickwright.venues.typed import read_decimal, read_optional, reader


def test_numbers_are_read_from_strings_and_bare() -> None:
    assert reader(list[int])(b'[1,"2"]') == [1, 2]
    assert reader(list[Decimal])(b'["0.10",0.1000000000000000000001]') == [
        Decimal("0.10"),
        Decimal("0.1000000000000000000001"),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1", b"[1]x", b'["x"]', b"[null]", b"\xff", b'["\xff"]', b"[" * 100_000]
)
def test_whatever_else_comes_is_a_decode_error(body: bytes) -> None:
    with pytest.raises(DecodeError):
        reader(list[int])(body)


@pytest.mark.parametrize(
    ("text", "number"),
    [("", None), ("0", None), ("0.00000000", None), ("0.10", Decimal("0.10")), ("-1", Decimal(-1))],
)
def test_nothing_and_zero_are_both_none(text: str, number: Decimal | None) -> None:
    assert read_optional(text) == number


@pytest.mark.parametrize("text", ["x", "NaN", "Infinity", "1,5", "sNaN"])
def test_a_text_that_is_no_finite_number_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        read_optional(text)
    with pytest.raises(DecodeError):
        read_decimal(text)


def test_zero_is_a_number_where_one_is_due() -> None:
    assert read_decimal("0.00") == 0
