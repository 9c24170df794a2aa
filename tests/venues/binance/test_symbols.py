"""Names from listings and from spelling alone."""

from __future__ import annotations

import pytest

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentKind
from tickwright.venues.binance.spec import COINM, SPOT, USDM
from tickwright.venues.binance.symbols import (
    expiry_of,
    infer_coinm,
    infer_spot,
    infer_usdm,
    inverse_name,
    linear_name,
    spot_name,
)


@pytest.mark.parametrize(
    ("symbol", "instrument_id"),
    [
        ("BTCUSDT", "binance:BTC/USDT"),
        ("BTCFDUSD", "binance:BTC/FDUSD"),
        ("BTCUSD", "binance:BTC/USD"),
        ("BTCSTUSDT", "binance:BTCST/USDT"),
        ("RENBTCETH", "binance:RENBTC/ETH"),
        ("AXSBNB", "binance:AXS/BNB"),
        ("ETHBRL", "binance:ETH/BRL"),
        ("BTCAUD", "binance:BTC/AUD"),
        ("RUNEEUR", "binance:RUNE/EUR"),
        ("USDCUSDT", "binance:USDC/USDT"),
        ("EURUSDT", "binance:EUR/USDT"),
        ("1INCHUSDT", "binance:1INCH/USDT"),
        ("币安人生USDT", "binance:币安人生/USDT"),
        ("HNTUSD", "binance:HNT/USD"),
        ("BNBUSD", "binance:BNB/USD"),
        ("ADAEUR", "binance:ADA/EUR"),
        ("OPUSDT", "binance:OP/USDT"),
        ("WUSDT", "binance:W/USDT"),
    ],
)
def test_a_spot_symbol_splits_at_the_longest_quote_asset_that_leaves_a_base(
    symbol: str, instrument_id: str
) -> None:
    instrument = infer_spot(symbol)
    assert (instrument.id, instrument.symbol) == (instrument_id, symbol)
    assert instrument.product == "binance.spot"
    assert instrument.is_inferred
    assert (instrument.price_scale, instrument.quantity_scale) == (8, 8)


@pytest.mark.parametrize(
    ("symbol", "instrument_id", "kind"),
    [
        ("BTCUSDT", "binance:BTC/USDT:USDT", InstrumentKind.LINEAR_PERPETUAL),
        ("ETHBTC", "binance:ETH/BTC:BTC", InstrumentKind.LINEAR_PERPETUAL),
        ("BTCUSDT_261225", "binance:BTC/USDT:USDT-261225", InstrumentKind.LINEAR_FUTURE),
        ("1000SHIBUSDC", "binance:1000SHIB/USDC:USDC", InstrumentKind.LINEAR_PERPETUAL),
        ("OPBUSD", "binance:OP/BUSD:BUSD", InstrumentKind.LINEAR_PERPETUAL),
    ],
)
def test_a_usdm_symbol_settles_in_its_quote_asset(
    symbol: str, instrument_id: str, kind: InstrumentKind
) -> None:
    instrument = infer_usdm(symbol)
    assert (instrument.id, instrument.kind) == (instrument_id, kind)


@pytest.mark.parametrize(
    ("symbol", "instrument_id", "kind"),
    [
        ("BTCUSD_PERP", "binance:BTC/USD:BTC", InstrumentKind.INVERSE_PERPETUAL),
        ("LINKUSD_211231", "binance:LINK/USD:LINK-211231", InstrumentKind.INVERSE_FUTURE),
        ("BNBUSD_PERP", "binance:BNB/USD:BNB", InstrumentKind.INVERSE_PERPETUAL),
    ],
)
def test_a_coinm_symbol_settles_in_its_base_asset(
    symbol: str, instrument_id: str, kind: InstrumentKind
) -> None:
    instrument = infer_coinm(symbol)
    assert (instrument.id, instrument.kind) == (instrument_id, kind)


@pytest.mark.parametrize("symbol", ["", "USDT", "BTCQQQ", "BTC-USDT-C"])
def test_a_symbol_without_a_known_quote_asset_is_not_guessed(symbol: str) -> None:
    for infer in (infer_spot, infer_usdm, infer_coinm):
        with pytest.raises(UnknownInstrument, match="exchange information"):
            infer(symbol)


def test_only_a_delivery_symbol_has_an_expiry() -> None:
    assert expiry_of("BTCUSDT_261225") == "261225"
    assert expiry_of("BTCUSD_PERP") is None
    assert expiry_of("BTCUSDT") is None


def test_names_are_made_of_the_listing_s_assets() -> None:
    assert spot_name("BTC", "USDT").id == "binance:BTC/USDT"
    assert linear_name("BTC", "USDT", "USDT", "BTCUSDT").id == "binance:BTC/USDT:USDT"
    assert inverse_name("BTC", "USD", "BTC", "BTCUSD_PERP").id == "binance:BTC/USD:BTC"


def test_each_id_belongs_to_one_product() -> None:
    owners = {
        "binance:BTC/USDT": SPOT,
        "binance.spot:*": SPOT,
        "binance:BTC/USDT:USDT": USDM,
        "binance:BTC/USDT:USDT-261225": USDM,
        "binance.usdm:*": USDM,
        "binance:BTC/USD:BTC": COINM,
        "binance:BTC/USD:BTC-261225": COINM,
        "binance.coinm:*": COINM,
    }
    for instrument_id, owner in owners.items():
        for product in (SPOT, USDM, COINM):
            assert product.owns(instrument_id) == (product is owner), instrument_id
