from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.dialect.samples import FixedInstrument

from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM
from tickwright.venues.binance.dialect.spelling import Spelling, decimal_text, levels_text


@given(st.integers(-(10**18), 10**18), st.integers(0, 8))
def test_numbers_keep_their_value_and_show_their_digits(raw: int, scale: int) -> None:
    text = decimal_text(raw, scale, 8)
    assert Decimal(text) == Decimal(raw).scaleb(-scale)
    assert len(text.partition(".")[2]) == 8


def test_fewer_digits_than_the_scale_cut() -> None:
    assert decimal_text(123_456, 4, 2) == "12.34"


def test_whole_numbers_have_no_point_unless_digits_are_shown() -> None:
    assert decimal_text(17, 0) == "17"
    assert decimal_text(17, 0, 2) == "17.00"


def test_spot_shows_eight_digits_and_futures_their_own() -> None:
    spot = Spelling(SPOT, FixedInstrument(SPOT).listing)
    futures = Spelling(USDM, FixedInstrument(USDM).listing)
    assert (spot.price(6_500_010), spot.quantity(1)) == ("65000.10000000", "0.00001000")
    assert (futures.price(6_500_010), futures.quantity(1)) == ("65000.10", "0.001")


def test_averages_divide_turnover_by_quantity() -> None:
    at = Spelling(SPOT, FixedInstrument(SPOT).listing)
    turnover = at.listing.turnover(6_500_000, 100) + at.listing.turnover(6_500_200, 100)
    assert at.average(turnover, 200, 0) == "65001.00000000"
    assert at.average(0, 0, 6_400_000) == "64000.00000000"


def test_inverse_averages_are_harmonic() -> None:
    at = Spelling(COINM, FixedInstrument(COINM, "BTCUSD_PERP").listing)
    assert at.average(at.listing.turnover(600_000, 6), 6, 0) == "60000.0"


def test_changes_are_in_percent() -> None:
    at = Spelling(SPOT, FixedInstrument(SPOT).listing)
    assert at.change_percent(6_400_000, 6_500_010) == "1.563"
    assert at.change_percent(0, 1) == "0.000"


def test_levels_are_pairs_of_text() -> None:
    at = Spelling(USDM, FixedInstrument(USDM).listing)
    assert levels_text(at, [(6_500_010, 3_064), (6_500_020, 0)]) == (
        '[["65000.10","3.064"],["65000.20","0.000"]]'
    )
    assert levels_text(at, []) == "[]"
