from __future__ import annotations

import pytest

from tickwright.errors import UnknownVenue
from tickwright.sandbox.dialects import dialect_of


def test_a_dialect_is_found_by_its_products_name() -> None:
    assert dialect_of("binance.usdm").name == "binance.usdm"


@pytest.mark.parametrize("product", ["nowhere.spot", "binance.nothing", "", "facts.spot"])
def test_what_is_not_there_is_refused(product: str) -> None:
    with pytest.raises(UnknownVenue):
        dialect_of(product)
