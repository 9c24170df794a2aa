from __future__ import annotations

import pytest

from tickwright.errors import UnknownVenue
from tickwright.sandbox.dialects import dialect_of, products_of


def test_a_dialect_is_found_by_its_products_name() -> None:
    assert dialect_of("binance.usdm").name == "binance.usdm"


@pytest.mark.parametrize("product", ["nowhere.spot", "binance.nothing", "", "facts.spot"])
def test_what_is_not_there_is_refused(product: str) -> None:
    with pytest.raises(UnknownVenue):
        dialect_of(product)


def test_a_site_has_a_dialect_of_its_own_and_its_products_by_name() -> None:
    assert dialect_of("bybit").products == products_of("bybit")
    assert products_of("bybit") == ("bybit.spot", "bybit.linear", "bybit.inverse")
    assert {dialect_of(product).site for product in products_of("bybit")} == {"bybit"}
    assert [dialect_of(product).site for product in products_of("binance")] == [
        *products_of("binance")
    ]
