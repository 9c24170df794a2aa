from __future__ import annotations

import json

from tests.venues.binance.dialect.samples import CANDLE, FixedInstrument, FixedMarket

from tickwright.venues.binance.dialect.contracts import perpetual, price_candle
from tickwright.venues.binance.dialect.products import COINM, USDM


def test_a_pairs_perpetual_is_found_by_the_pair() -> None:
    found = perpetual(FixedMarket(USDM), "BTCUSDT")
    assert found is not None
    assert found.listing.symbol == "BTCUSDT"
    assert perpetual(FixedMarket(USDM), "NOPE") is None


def test_inverse_perpetuals_are_known_by_a_pair_that_is_no_symbol() -> None:
    found = perpetual(FixedMarket(COINM), "BTCUSD")
    assert found is not None
    assert found.listing.symbol == "BTCUSD_PERP"


def test_a_price_candle_has_eight_digits_whatever_the_contract_has() -> None:
    listing = FixedInstrument(USDM).listing
    row = json.loads(price_candle(listing, CANDLE, "indexPriceKlines"))
    assert row[1:5] == ["64990.00000000", "65010.00000000", "64980.50000000", "65000.10000000"]
    assert (row[0], row[6]) == (CANDLE.open_ms, CANDLE.close_ms)
