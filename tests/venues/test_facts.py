from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.model.ids import InstrumentName
from tickwright.venues.facts import Listing, raw_amount, scaled, unscaled


SPOT = Listing(
    name=InstrumentName("binance", "BTC", "USDT"),
    product="binance.spot",
    symbol="BTCUSDT",
    price_scale=2,
    quantity_scale=5,
    tick=1,
)


def test_linear_turnover_is_price_times_quantity() -> None:
    # 65000.10 × 0.01000
    assert SPOT.turnover(6_500_010, 1_000) == 65_000_100_000


def test_inverse_turnover_is_the_contracts_worth_in_base() -> None:
    inverse = Listing(
        name=InstrumentName("binance", "BTC", "USD", "BTC"),
        product="binance.coinm",
        symbol="BTCUSD_PERP",
        price_scale=1,
        quantity_scale=0,
        tick=1,
        contract_size=100,
    )
    # 3 contracts of 100 USD at 60000.0
    assert inverse.turnover(600_000, 3) == 500_000


def test_raw_numbers_become_exact_decimals() -> None:
    assert SPOT.price(6_500_010) == Decimal("65000.10")
    assert SPOT.quantity(1) == Decimal("0.00001")


def test_pair_joins_base_and_quote() -> None:
    assert SPOT.pair == "BTCUSDT"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8))
def test_scaling_there_and_back_changes_nothing(value: Decimal) -> None:
    raw = scaled(value, 8)
    assert raw is not None
    assert unscaled(raw, 8) == value


def test_digits_beyond_the_scale_are_not_rounded_away() -> None:
    assert scaled(Decimal("1.005"), 2) is None
    assert scaled(Decimal("1.0050"), 3) == 1005
    assert raw_amount("0.1") == 10**15
    with pytest.raises(ValueError, match="16 digits"):
        raw_amount("0.00000000000000001")


def test_a_category_tells_instruments_of_one_symbol_apart() -> None:
    linear = msgspec.structs.replace(SPOT, category="linear")
    assert (SPOT.key, linear.key) == ("BTCUSDT", "linear/BTCUSDT")
