"""The one list of venues: names in, products out."""

from __future__ import annotations

import pytest

from tickwright.app.registry import VENUES, products_of, venue_names
from tickwright.errors import UnknownVenue


def test_a_venue_names_all_its_products_and_a_product_itself() -> None:
    assert {product.venue for product in products_of("binance")} == {"binance"}
    assert [product.name for product in products_of("binance.usdm")] == ["binance.usdm"]


def test_no_name_stands_for_everything_that_is_known() -> None:
    assert {product.venue for product in products_of()} == set(venue_names()) == set(VENUES)


def test_a_product_named_twice_is_there_once() -> None:
    names = [product.name for product in products_of("binance.spot", "binance")]
    assert len(names) == len(set(names))


def test_a_product_stands_for_itself() -> None:
    (spot,) = products_of("binance.spot")
    assert products_of(spot) == (spot,)


@pytest.mark.parametrize("name", ["binanse", "binance.spott", "", "ftx"])
def test_an_unknown_name_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(UnknownVenue, match="known are"):
        products_of(name)
