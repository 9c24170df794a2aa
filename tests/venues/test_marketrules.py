from __future__ import annotations

import msgspec
import pytest

from tickwright.errors import ConfigError
from tickwright.model.ids import InstrumentName
from tickwright.venues.facts import Listing
from tickwright.venues.marketrules import MarketRules


def listing(price_scale: int, quantity_scale: int, contract_size: int | None = None) -> Listing:
    return Listing(
        name=InstrumentName("binance", "BTC", "USDT"),
        product="spot",
        symbol="BTCUSDT",
        price_scale=price_scale,
        quantity_scale=quantity_scale,
        tick=1,
        contract_size=contract_size,
    )


def test_amounts_hold_eight_digits_of_each() -> None:
    assert MarketRules(listing=listing(8, 8)).symbol == "BTCUSDT"
    with pytest.raises(ConfigError, match="9 and 8 digits"):
        MarketRules(listing=listing(9, 8))


def test_inverse_contracts_are_not_traded() -> None:
    with pytest.raises(ConfigError, match="inverse"):
        MarketRules(listing=listing(1, 0, contract_size=100))


def test_the_engine_knows_an_instrument_by_its_key() -> None:
    linear = msgspec.structs.replace(listing(2, 3), category="linear")
    assert MarketRules(listing=linear).symbol == "linear/BTCUSDT"
