"""Names from symbols, and symbols that name nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tickwright.errors import UnknownInstrument
from tickwright.model.instrument import Instrument
from tickwright.venues.bybit.spec import INVERSE, LINEAR, SPOT
from tickwright.venues.bybit.symbols import expiry_of, infer_inverse, infer_linear, infer_spot


@pytest.mark.parametrize(
    ("infer", "symbol", "instrument_id"),
    [
        (infer_spot, "BTCUSDT", "bybit:BTC/USDT"),
        (infer_spot, "USDCUSDT", "bybit:USDC/USDT"),
        (infer_spot, "ETHBTC", "bybit:ETH/BTC"),
        (infer_spot, "BTCEUR", "bybit:BTC/EUR"),
        (infer_spot, "SUSDT", "bybit:S/USDT"),
        (infer_linear, "BTCUSDT", "bybit:BTC/USDT:USDT"),
        (infer_linear, "1000BONKPERP", "bybit:1000BONK/USDC:USDC"),
        (infer_linear, "BTCUSDT-14AUG26", "bybit:BTC/USDT:USDT-260814"),
        (infer_linear, "BTC-5SEP26", "bybit:BTC/USDC:USDC-260905"),
        (infer_inverse, "BTCUSD", "bybit:BTC/USD:BTC"),
        (infer_inverse, "BTCUSDZ26", "bybit:BTC/USD:BTC-261225"),
        (infer_inverse, "ETHUSDH27", "bybit:ETH/USD:ETH-270326"),
    ],
)
def test_a_symbol_is_taken_for_an_instrument(
    infer: Callable[[str], Instrument], symbol: str, instrument_id: str
) -> None:
    instrument = infer(symbol)
    assert (instrument.id, instrument.symbol, instrument.is_inferred) == (
        instrument_id,
        symbol,
        True,
    )


@pytest.mark.parametrize(
    ("infer", "symbol"),
    [(infer_spot, "BTCXYZ"), (infer_spot, "USDT"), (infer_linear, "BTCUSD"), (infer_inverse, "BTC"),
     (infer_linear, "BTC-99FOO26")],
)  # fmt: skip
def test_a_symbol_of_no_known_form_names_nothing(
    infer: Callable[[str], Instrument], symbol: str
) -> None:
    with pytest.raises(UnknownInstrument, match=symbol):
        infer(symbol)


def test_a_perpetual_has_no_expiry() -> None:
    assert expiry_of(0) is None
    assert expiry_of(1_786_694_400_000) == "260814"


def test_each_id_belongs_to_one_product() -> None:
    owners = {
        "bybit:BTC/USDT": SPOT,
        "bybit.spot:*": SPOT,
        "bybit:BTC/USDT:USDT": LINEAR,
        "bybit:BTC/USDC:USDC-261225": LINEAR,
        "bybit:BTC/USD:BTC": INVERSE,
        "bybit:BTC/USD:BTC-261225": INVERSE,
    }
    for instrument_id, owner in owners.items():
        for product in (SPOT, LINEAR, INVERSE):
            assert product.owns(instrument_id) == (product is owner), instrument_id
    assert not SPOT.owns("binance:BTC/USDT")
