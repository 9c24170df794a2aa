from __future__ import annotations

import pytest

from tickwright.errors import UnknownVenue
from tickwright.model.ids import parse_instrument_id
from tickwright.venues.binance.dialect.products import (
    COINM,
    SPOT,
    USDM,
    DialectProduct,
    product_of,
    spell,
    unspell,
)


IDS = [
    (SPOT, "binance:BTC/USDT", "BTCUSDT"),
    (SPOT, "binance:ETH/BTC", "ETHBTC"),
    (SPOT, "binance:RENBTC/ETH", "RENBTCETH"),
    (SPOT, "binance:BTC/FDUSD", "BTCFDUSD"),
    (SPOT, "binance:HNT/USD", "HNTUSD"),
    (SPOT, "binance:OP/USDT", "OPUSDT"),
    (USDM, "binance:BTC/USDT:USDT", "BTCUSDT"),
    (USDM, "binance:BTC/USDT:USDT-261225", "BTCUSDT_261225"),
    (USDM, "binance:OP/BUSD:BUSD", "OPBUSD"),
    (COINM, "binance:BTC/USD:BTC", "BTCUSD_PERP"),
    (COINM, "binance:BNB/USD:BNB", "BNBUSD_PERP"),
    (COINM, "binance:LINK/USD:LINK-211231", "LINKUSD_211231"),
]


@pytest.mark.parametrize(("product", "instrument_id", "symbol"), IDS)
def test_symbols_are_spelled_as_the_venue_does(
    product: DialectProduct, instrument_id: str, symbol: str
) -> None:
    assert spell(product, parse_instrument_id(instrument_id)) == symbol


@pytest.mark.parametrize(("product", "instrument_id", "symbol"), IDS)
def test_symbols_are_read_back(product: DialectProduct, instrument_id: str, symbol: str) -> None:
    assert unspell(product, symbol).id == instrument_id


def test_an_unknown_quote_asset_is_taken_to_have_three_letters() -> None:
    assert unspell(SPOT, "ABCXYZ").id == "binance:ABC/XYZ"


def test_an_unknown_product_names_those_there_are() -> None:
    with pytest.raises(UnknownVenue, match=r"binance\.spot, binance\.usdm, binance\.coinm"):
        product_of("binance.options")


def test_documented_beats_and_limits_hold() -> None:
    assert (SPOT.frames_per_s, SPOT.ping_interval_s, SPOT.pong_deadline_s) == (5, 20, 60)
    assert (USDM.frames_per_s, USDM.ping_interval_s, USDM.pong_deadline_s) == (10, 180, 600)
    assert SPOT.streams_max == USDM.streams_max == 1024
