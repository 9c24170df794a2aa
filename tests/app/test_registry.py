"""The one list of venues: names in, products out."""

from __future__ import annotations

from pathlib import Path

import pytest

import tickwright.venues
from tickwright.app.registry import VENUES, products_of, venue_names
from tickwright.errors import UnknownVenue


def test_a_venue_names_all_its_products_and_a_product_itself() -> None:
    assert {product.venue for product in products_of("binance")} == {"binance"}
    assert [product.name for product in products_of("binance.usdm")] == ["binance.usdm"]


@pytest.mark.parametrize("venue", ["coinbase", "kraken", "okx"])
def test_public_data_of_a_venue_takes_four_files_and_350_lines(venue: str) -> None:
    folder = Path(tickwright.venues.__path__[0]) / venue
    files = [path for path in folder.glob("*.py") if path.name != "dialect.py"]
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(files) <= 4
    assert len(lines) <= 350, "the contract asks for too much: change it"


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
