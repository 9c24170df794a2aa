from __future__ import annotations

from decimal import Decimal

import pytest
from tests.venues.bybit.dialect.samples import read

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import parse_instrument_id
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category
from tickwright.venues.bybit.dialect.listings import (
    inferred_listing,
    instrument_row,
    instruments_result,
    invented_listing,
)
from tickwright.venues.facts import TURNOVER_SCALE


@pytest.mark.parametrize("price", [0.0000012, 0.55, 14.0, 3500.0, 65_000.0, 2_000_000.0])
@pytest.mark.parametrize(
    ("category", "instrument"), [(SPOT, "bybit:X/USDT"), (LINEAR, "bybit:X/USDT:USDT")]
)
def test_turnovers_of_any_listing_are_exact(
    category: Category, instrument: str, price: float
) -> None:
    listing = invented_listing(category, parse_instrument_id(instrument), price)
    assert listing.price_scale + listing.quantity_scale <= TURNOVER_SCALE
    assert listing.key == f"{category.name}/XUSDT"


@pytest.mark.parametrize(
    ("category", "instrument"),
    [
        (SPOT, "bybit:BTC/USDT:USDT"),
        (LINEAR, "bybit:BTC/USDT"),
        (LINEAR, "bybit:BTC/USD:BTC"),
        (LINEAR, "bybit:BTC/USDT:USDT-261225"),
        (SPOT, "binance:BTC/USDT"),
        (SPOT, "bybit:BTC/NOP"),
    ],
)
def test_what_does_not_belong_to_the_category_is_refused(
    category: Category, instrument: str
) -> None:
    with pytest.raises(UnknownInstrument):
        invented_listing(category, parse_instrument_id(instrument), 65_000)


def test_a_contract_lists_its_filters() -> None:
    listing = invented_listing(LINEAR, parse_instrument_id("bybit:BTC/USDT:USDT"), 65_000)
    row = read(instruments_result(LINEAR, [listing], 1, ""))["list"][0]
    assert row["priceFilter"]["tickSize"] == "0.10"
    assert row["lotSizeFilter"]["qtyStep"] == "0.001"
    assert row["priceScale"] == "2"
    assert row["settleCoin"] == "USDT"
    assert row["leverageFilter"]["maxLeverage"] == "100.00"


def test_spot_lists_steps_of_base_and_quote() -> None:
    listing = invented_listing(SPOT, parse_instrument_id("bybit:BTC/USDT"), 65_000)
    lots = instrument_row(listing)["lotSizeFilter"]
    assert isinstance(lots, dict)
    assert Decimal(lots["basePrecision"]) == Decimal("0.000001")
    assert Decimal(lots["quotePrecision"]) == Decimal("0.0000001")


def test_contracts_come_in_pages_and_spot_at_once() -> None:
    linear = [inferred_listing(LINEAR, f"COIN{n}USDT") for n in range(5)]
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        body = read(instruments_result(LINEAR, linear, 2, cursor))
        seen += [row["symbol"] for row in body["list"]]
        cursor = body["nextPageCursor"]
    assert cursor == ""
    assert seen == [listing.symbol for listing in linear]
    spot = read(instruments_result(SPOT, [inferred_listing(SPOT, "BTCUSDT")], 2, ""))
    assert "nextPageCursor" not in spot


def test_a_cursor_is_encoded_when_it_is_handed_out_and_taken_either_way() -> None:
    linear = [inferred_listing(LINEAR, f"COIN{n}USDT") for n in range(3)]
    cursor = read(instruments_result(LINEAR, linear, 1, ""))["nextPageCursor"]
    assert "%3D" in cursor
    once = instruments_result(LINEAR, linear, 1, cursor)
    assert instruments_result(LINEAR, linear, 1, cursor.replace("%3D", "=")) == once
