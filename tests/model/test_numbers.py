"""Exact numbers: what is taken, what is refused, and the one text of each."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import InvalidNumber, UsageError
from tickwright.model.numbers import (
    Number,
    Rounding,
    fit_to_step,
    format_decimal,
    is_multiple,
    multiply,
    parse_decimal,
    scale_of,
    total,
)


D = Decimal

decimals = st.builds(
    lambda digits, exponent: D(digits).scaleb(exponent),
    st.integers(-(10**20), 10**20),
    st.integers(-18, 18),
)
steps = st.builds(
    lambda digits, exponent: D(digits).scaleb(exponent),
    st.sampled_from([1, 2, 5, 25]),
    st.integers(-18, 3),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("60000.5", "60000.5"),
        ("0.10", "0.10"),
        ("-1", "-1"),
        ("2e-8", "0.00000002"),
        (" 7 ", "7"),
        (7, "7"),
        (D("0.00000001"), "0.00000001"),
    ],
)
def test_text_ints_and_decimals_are_taken_exactly(value: Number, expected: str) -> None:
    assert parse_decimal(value) == D(expected)


def test_the_digits_that_were_typed_are_kept() -> None:
    assert str(parse_decimal("0.10")) == "0.10"


@given(st.integers(-(10**65) + 1, 10**65 - 1))
def test_an_int_is_taken_exactly(value: int) -> None:
    assert int(parse_decimal(value)) == value


@pytest.mark.parametrize("value", [0.1, 1.0, float("nan"), True, False, None, b"1", 1j])
def test_g24_a_float_and_what_is_no_number_are_refused_by_their_type(value: object) -> None:
    with pytest.raises(InvalidNumber, match=f"price: .* is a {type(value).__name__}"):
        parse_decimal(value, name="price")  # type: ignore[arg-type]  # the point of the test


def test_g24_the_refusal_of_a_float_shows_what_to_write_instead() -> None:
    with pytest.raises(InvalidNumber, match=r'pass text.*for example "0\.1"'):
        parse_decimal(0.1)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    "value", ["NaN", "sNaN", "Infinity", "-inf", D("NaN"), D("sNaN"), D("Infinity")]
)
def test_g24_nan_and_infinity_are_refused(value: Number) -> None:
    with pytest.raises(InvalidNumber, match=r"quantity: .* is not finite"):
        parse_decimal(value, name="quantity")


@pytest.mark.parametrize("value", ["", "abc", "1,5", "0x10", "1.2.3", "--1", "1_000", "٣", "1٫5"])
def test_g24_text_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(InvalidNumber, match="is not a number; write digits"):
        parse_decimal(value)


@pytest.mark.parametrize(
    "value",
    ["1e9999999999", "1e400", "-1e65", "1e-65", "0e-999999999", "1" * 5000, D("1e999999"), 10**70],
)
def test_g24_a_number_that_no_instrument_can_have_is_refused_before_it_fills_the_memory(
    value: Number,
) -> None:
    with pytest.raises(InvalidNumber, match="quantity: no instrument has such a number"):
        parse_decimal(value, name="quantity")


def test_g24_a_callers_context_that_traps_nothing_lets_nothing_through() -> None:
    with localcontext() as context:
        context.clear_traps()
        with pytest.raises(InvalidNumber):
            parse_decimal("abc")


def test_a_refused_number_is_the_callers_mistake_and_a_value_error() -> None:
    assert issubclass(InvalidNumber, UsageError)
    assert issubclass(InvalidNumber, ValueError)


@given(decimals)
def test_g24_text_and_number_are_the_same_thing(number: Decimal) -> None:
    assert parse_decimal(format_decimal(number)) == number


@given(decimals)
def test_g24_no_text_has_an_exponent_a_spare_zero_or_a_negative_zero(number: Decimal) -> None:
    text = format_decimal(number)
    assert set(text) <= set("-.0123456789")
    assert "." not in text or text[-1] not in ".0"
    assert text not in ("", "-0")


@given(decimals)
def test_equal_numbers_have_equal_texts(number: Decimal) -> None:
    padded = D(f"{number:f}") if number.as_tuple().exponent else D(f"{number}.000")
    assert format_decimal(padded) == format_decimal(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2E-8", "0.00000002"),
        ("1E+3", "1000"),
        ("0E-8", "0"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("100", "100"),
        ("61000.50", "61000.5"),
        (".5", "0.5"),
    ],
)
def test_the_plain_text_of(number: str, text: str) -> None:
    assert format_decimal(D(number)) == text


@pytest.mark.parametrize(
    ("step", "scale"), [("0.0100", 2), ("1E-8", 8), ("10", 0), ("1E+2", 0), ("0", 0), ("2.5", 1)]
)
def test_the_scale_of_a_step_is_the_digits_its_multiples_need(step: str, scale: int) -> None:
    assert scale_of(D(step)) == scale


@given(st.integers(-(10**15), 10**15), steps)
def test_every_multiple_of_a_step_needs_no_more_digits_than_its_scale(
    count: int, step: Decimal
) -> None:
    _, _, after_point = format_decimal(multiply(D(count), step)).partition(".")
    assert len(after_point) <= scale_of(step)


@given(decimals, steps)
def test_g24_down_is_the_next_step_below(value: Decimal, step: Decimal) -> None:
    fitted = Fraction(fit_to_step(value, step, name="price", rounding=Rounding.DOWN))
    assert fitted % Fraction(step) == 0
    assert 0 <= Fraction(value) - fitted < Fraction(step)


@given(decimals, steps)
def test_g24_up_is_the_next_step_above(value: Decimal, step: Decimal) -> None:
    fitted = Fraction(fit_to_step(value, step, name="price", rounding=Rounding.UP))
    assert fitted % Fraction(step) == 0
    assert 0 <= fitted - Fraction(value) < Fraction(step)


@given(decimals, steps)
def test_g24_nearest_is_never_further_than_half_a_step(value: Decimal, step: Decimal) -> None:
    fitted = Fraction(fit_to_step(value, step, name="price", rounding=Rounding.NEAREST))
    assert fitted % Fraction(step) == 0
    assert abs(Fraction(value) - fitted) <= Fraction(step) / 2


@pytest.mark.parametrize(("value", "expected"), [("0.5", 0), ("1.5", 2), ("2.5", 2), ("-0.5", 0)])
def test_nearest_goes_from_the_middle_to_the_even_step(value: str, expected: int) -> None:
    assert fit_to_step(D(value), D(1), name="price", rounding=Rounding.NEAREST) == expected


@given(st.integers(-(10**15), 10**15), steps, st.sampled_from([None, *Rounding]))
def test_a_multiple_is_left_as_it_is(count: int, step: Decimal, rounding: Rounding | None) -> None:
    value = multiply(D(count), step)
    assert fit_to_step(value, step, name="price", rounding=rounding) is value


@given(decimals, steps)
def test_g24_without_a_direction_nothing_is_moved(value: Decimal, step: Decimal) -> None:
    try:
        fitted = fit_to_step(value, step, name="price")
    except InvalidNumber:
        assert Fraction(value) % Fraction(step) != 0
    else:
        assert fitted is value


def test_g24_the_refusal_names_the_number_the_step_and_the_way_out() -> None:
    with pytest.raises(
        InvalidNumber,
        match=r"price of X: 60000\.123 is no multiple of 0\.01; .* rounding direction",
    ):
        fit_to_step(D("60000.123"), D("0.01"), name="price of X")


def test_g24_one_digit_off_far_behind_the_point_is_still_off() -> None:
    value = D(f"1.{'0' * 70}1")
    with pytest.raises(InvalidNumber, match="no multiple"):
        fit_to_step(value, D(1), name="price")
    assert fit_to_step(value, D(1), name="price", rounding=Rounding.UP) == 2


def test_a_step_of_zero_is_no_step() -> None:
    assert fit_to_step(D("0.123456789"), D(0), name="price") == D("0.123456789")


@pytest.mark.parametrize("value", ["1e999999999", "-1e65", "1e-65"])
@pytest.mark.parametrize("step", ["0.01", "0"])
def test_a_number_of_an_absurd_size_is_refused_before_it_costs_memory(
    value: str, step: str
) -> None:
    with pytest.raises(InvalidNumber, match="beyond what any venue trades"):
        fit_to_step(D(value), D(step), name="price", rounding=Rounding.DOWN)


def test_zero_is_a_multiple_of_every_step_however_it_is_written() -> None:
    for zero in (D(0), D("0E-99"), D("0E+999999999")):
        assert fit_to_step(zero, D("0.01"), name="price") == 0


def test_g24_the_callers_context_rounds_nothing() -> None:
    with localcontext() as context:
        context.prec = 3
        assert multiply(D("60000.123"), D("0.00012345")) == D("7.40701518435")
        assert fit_to_step(D("60000.129"), D("0.01"), name="price", rounding=Rounding.DOWN) == D(
            "60000.12"
        )


@given(st.lists(decimals, max_size=4))
def test_g24_a_product_is_exact(factors: list[Decimal]) -> None:
    expected = Fraction(1)
    for factor in factors:
        expected *= Fraction(factor)
    assert Fraction(multiply(*factors)) == expected


def test_g24_sums_are_exact_whatever_the_caller_s_context() -> None:
    with localcontext(prec=3):
        assert total(Decimal("123456.789"), Decimal("0.0001")) == Decimal("123456.7891")
    assert total() == 0


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [
        ("0", "0.1", True),
        ("0.3", "0.1", True),
        ("0.25", "0.1", False),
        ("-0.3", "0.1", True),
        ("7.123", "0", True),
        ("1E+64", "0.001", True),
        ("1E+65", "0.001", False),
        ("1E-65", "0", False),
    ],
)
def test_a_multiple_is_told_exactly_and_of_no_absurd_size(
    value: str, step: str, expected: bool
) -> None:
    assert is_multiple(Decimal(value), Decimal(step)) is expected
