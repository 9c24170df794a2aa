"""Conversions between exact decimals and 64-bit fixed point."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import InvalidNumber
from tickwright.kernel.fixed import RAW_MAX, SCALE_MAX, check_scale, to_decimal, to_raw


@given(st.integers(-RAW_MAX, RAW_MAX), st.integers(0, SCALE_MAX))
def test_every_raw_number_survives_the_way_to_a_decimal_and_back(raw: int, scale: int) -> None:
    number = to_decimal(raw, scale)
    assert to_raw(number, scale, "price") == raw
    assert number.as_tuple().exponent == -scale


def test_conversion_ignores_the_precision_of_the_callers_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert to_decimal(123456789, 4) == Decimal("12345.6789")
        assert to_raw("12345.6789", 4, "price") == 123456789


@pytest.mark.parametrize("value", ["1.50", 1, Decimal("1.5E+1"), "-0.1", "0E+999999", "1E-2"])
def test_text_ints_and_decimals_are_taken_exactly(value: str | int | Decimal) -> None:
    assert to_raw(value, 2, "price") == Decimal(value) * 100


@pytest.mark.parametrize("value", ["0.001", "1E-3", "1.239"])
def test_g24_a_digit_beyond_the_scale_is_refused_and_never_rounded(value: str) -> None:
    with pytest.raises(InvalidNumber, match="more than 2 digits after the point"):
        to_raw(value, 2, "price")


@pytest.mark.parametrize(
    "value", ["92233720368547758.08", "1E+17", "1E+64", "-92233720368547758.08"]
)
def test_what_does_not_fit_64_bits_is_refused(value: str) -> None:
    with pytest.raises(InvalidNumber, match="64 bits"):
        to_raw(value, 2, "price")


@pytest.mark.parametrize("value", [1.5, "NaN", "Infinity", "abc", True, None])
def test_g24_what_is_no_exact_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidNumber, match="price"):
        to_raw(value, 2, "price")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("scale", [-1, SCALE_MAX + 1])
def test_a_scale_out_of_range_is_refused(scale: int) -> None:
    with pytest.raises(InvalidNumber, match="price scale"):
        check_scale(scale, "price scale")
    assert check_scale(SCALE_MAX, "price scale") == SCALE_MAX
