from __future__ import annotations

import pytest

from tickwright.errors import UnknownVenue
from tickwright.model.ids import parse_instrument_id
from tickwright.venues.bybit.dialect.categories import (
    INTERVALS,
    INVERSE,
    LINEAR,
    SPOT,
    Category,
    categories_of,
    category_of,
    spell,
    unspell,
)


@pytest.mark.parametrize(
    ("category", "symbol", "instrument"),
    [
        (SPOT, "BTCUSDT", "bybit:BTC/USDT"),
        (SPOT, "ETHBTC", "bybit:ETH/BTC"),
        (SPOT, "USDEUSDT", "bybit:USDE/USDT"),
        (LINEAR, "BTCUSDT", "bybit:BTC/USDT:USDT"),
        (LINEAR, "1000PEPEUSDT", "bybit:1000PEPE/USDT:USDT"),
        (LINEAR, "BTCPERP", "bybit:BTC/USDC:USDC"),
        (INVERSE, "BTCUSD", "bybit:BTC/USD:BTC"),
    ],
)
def test_symbols_and_instruments_name_each_other(
    category: Category, symbol: str, instrument: str
) -> None:
    assert unspell(category, symbol).id == instrument
    assert spell(parse_instrument_id(instrument)) == symbol


def test_the_site_has_all_categories_and_a_product_one() -> None:
    assert categories_of("bybit") == (SPOT, LINEAR, INVERSE)
    assert category_of("bybit.linear") is LINEAR


@pytest.mark.parametrize("name", ["bybit.option", "binance.spot", ""])
def test_what_is_not_served_is_refused_with_what_is(name: str) -> None:
    with pytest.raises(UnknownVenue, match=r"bybit\.spot, bybit\.linear"):
        categories_of(name)


def test_intervals_are_those_that_the_documentation_lists() -> None:
    assert " ".join(INTERVALS) == "1 3 5 15 30 60 120 240 360 720 D W M"
