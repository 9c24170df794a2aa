from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.samples import FixedInstrument

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.spelling import (
    Spelling,
    amount_text,
    decimal_text,
    levels_text,
    stripped,
)


def test_contracts_keep_their_digits_and_spot_strips_zeros() -> None:
    spot, linear = (Spelling(FixedInstrument(one).listing) for one in (SPOT, LINEAR))
    assert (linear.price(9_000_000), linear.quantity(1500)) == ("90000.00", "1.500")
    assert (spot.price(900_000), spot.quantity(1_500_000)) == ("90000", "1.5")
    assert levels_text(linear, [(9_000_000, 0)]) == '[["90000.00","0"]]'
    assert levels_text(spot, [(900_001, 0)]) == '[["90000.1","0"]]'


def test_turnovers_changes_and_rates_have_the_digits_of_their_category() -> None:
    spot, linear = (Spelling(FixedInstrument(one).listing) for one in (SPOT, LINEAR))
    assert linear.turnover(812_345_678_912_345) == "8123456.7891"
    assert spot.turnover(812_345_670_000_000) == "8123456.7"
    assert linear.change(100, 101) == "0.010000"
    assert spot.change(100, 99) == "-0.0100"
    assert linear.change(0, 99) == "0.000000"
    assert linear.rate(10_000) == "0.0001"
    assert linear.mark(6_500_120_000_000) == "65001.20"
    assert spot.index(6_500_310_012_300) == "65003.100123"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (0, "0"),
        (10**16, "1"),
        (-25 * 10**14, "-0.25"),
        (-1, "0"),
        (123_456_789 * 10**8, "1.23456789"),
    ],
)
def test_amounts_lose_zeros_and_what_is_not_shown(raw: int, text: str) -> None:
    assert amount_text(raw) == text


def test_whole_numbers_have_no_point() -> None:
    assert decimal_text(7, 0) == "7"
    assert stripped("100") == "100"
