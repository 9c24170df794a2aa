"""Typed reading: lax about quotes, strict about the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.errors import DecodeError
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.venues.typed import (
    read_decimal,
    read_levels,
    read_optional,
    read_time,
    reader,
    tolerant_reader,
)


SCALED = Instrument.inferred(
    parse_instrument_id("acme:BTC/USD"), product="acme.spot", symbol="BTC-USD", scale=2
)


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


def test_levels_are_exact_or_an_error() -> None:
    found = read_levels([["1.5", "2", "0", "3"], [Decimal(1), Decimal(0)]], SCALED)
    assert list(found) == [(Decimal("1.5"), Decimal(2)), (Decimal(1), Decimal(0))]
    for rows in ([["1.555", "1"]], [["1", "-1"]], [["1"]], [["x", "1"]]):
        with pytest.raises(DecodeError):
            read_levels(rows, SCALED)


@pytest.mark.parametrize("text", ['1","1"],["2', "1\\", '"', "1\\u0022", "[1]", ""])
def test_g25_a_text_that_is_no_number_makes_no_levels(text: str) -> None:
    for row in ([text, "1"], ["1", text]):
        with pytest.raises(DecodeError):
            read_levels([row], SCALED)


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-20T12:00:00.123456Z", 1_795_176_000_123_456_000),
        ("2026-08-09T21:05:48.228568804Z", 1_786_309_548_228_568_804),
    ],
)
def test_times_are_read_to_the_nanosecond(text: str, ns: int) -> None:
    assert read_time(text) == ns


@pytest.mark.parametrize("text", ["", "noon", "2026-11-20T12:00:00", "2026-11-20T12:00:00.xZ", "Z"])
def test_a_text_that_is_no_time_in_utc_is_an_error(text: str) -> None:
    with pytest.raises(DecodeError):
        read_time(text)


def test_a_tolerant_reader_has_nothing_where_others_complain() -> None:
    read = tolerant_reader(list[int])
    assert read(b"[1]") == [1]
    assert read(b'{"a"') is None


def test_what_stands_within_is_read_without_what_stands_beside_it() -> None:
    read = reader(list[int], "result", "rows")
    assert read(b'{"more":[],"result":{"rows":[1],"next":null}}') == [1]
    for body in (b"[1]", b'{"result":[1]}', b'{"result":{}}', b'{"result":{"rows":["x"]}}'):
        with pytest.raises(DecodeError):
            read(body)
    assert tolerant_reader(int, "time")(b"{}") is None
    assert tolerant_reader(int, "time")(b'{"time":"5"}') == 5
