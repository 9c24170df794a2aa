"""Exchange information of each product becomes instruments."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tickwright.errors import DecodeError, InvalidNumber
from tickwright.model.ids import InstrumentKind
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.base import Product
from tickwright.venues.binance.spec import COINM, SPOT, USDM


D = Decimal

SPOT_ROW: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "baseAsset": "BTC",
    "baseAssetPrecision": 8,
    "quoteAsset": "USDT",
    "filters": [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "0.01000000",
            "maxPrice": "1000000.00000000",
            "tickSize": "0.01000000",
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": "0.00001000",
            "maxQty": "9000.00000000",
            "stepSize": "0.00001000",
        },
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": "0.00000000",
            "maxQty": "120.50000000",
            "stepSize": "0.00000000",
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": "5.00000000",
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
    ],
    "permissionSets": [["SPOT"]],
}
USDM_ROW: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "pair": "BTCUSDT",
    "contractType": "PERPETUAL",
    "deliveryDate": 4133404800000,
    "status": "TRADING",
    "baseAsset": "BTC",
    "quoteAsset": "USDT",
    "marginAsset": "USDT",
    "pricePrecision": 2,
    "filters": [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "556.80",
            "maxPrice": "4529764",
            "tickSize": "0.10",
        },
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
        {"filterType": "MIN_NOTIONAL", "notional": "50"},
    ],
}
COINM_ROW: dict[str, Any] = {
    "symbol": "BTCUSD_PERP",
    "contractType": "PERPETUAL",
    "deliveryDate": 4133404800000,
    "contractStatus": "TRADING",
    "contractSize": 100,
    "baseAsset": "BTC",
    "quoteAsset": "USD",
    "marginAsset": "BTC",
    "filters": [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "1000",
            "maxPrice": "4520958",
            "tickSize": "0.1",
        },
        {"filterType": "LOT_SIZE", "minQty": "1", "maxQty": "1000000", "stepSize": "1"},
    ],
}


def listed(product: Product, *rows: dict[str, Any]) -> list[Instrument]:
    body = json.dumps({"timezone": "UTC", "rateLimits": [], "symbols": rows}).encode()
    return product.calls.instruments().decode(body, 1)


def one(product: Product, row: dict[str, Any], **changes: Any) -> Instrument:
    (instrument,) = listed(product, {**row, **changes})
    return instrument


def test_a_spot_row_gives_steps_bounds_and_notional() -> None:
    instrument = one(SPOT, SPOT_ROW)
    assert instrument.id == "binance:BTC/USDT"
    assert (instrument.product, instrument.symbol) == ("binance.spot", "BTCUSDT")
    assert (instrument.tick_size, instrument.lot_size) == (D("0.01"), D("0.00001"))
    assert (instrument.min_price, instrument.max_price) == (D("0.01"), D(1000000))
    assert (instrument.min_quantity, instrument.max_quantity) == (D("0.00001"), D(9000))
    assert (instrument.min_notional, instrument.max_notional) == (D(5), D(9000000))
    assert instrument.contract_size is None
    assert instrument.expiry_ts_ns is None
    assert not instrument.is_inferred
    with pytest.raises(InvalidNumber):
        instrument.price("60000.001")


def test_a_usdm_row_is_a_contract_of_one_unit_of_base() -> None:
    instrument = one(USDM, USDM_ROW)
    assert instrument.id == "binance:BTC/USDT:USDT"
    assert instrument.contract_size == 1
    assert instrument.min_notional == 50
    assert instrument.max_notional is None
    assert instrument.expiry_ts_ns is None


def test_a_delivery_contract_expires() -> None:
    instrument = one(
        USDM,
        USDM_ROW,
        symbol="BTCUSDT_261225",
        contractType="CURRENT_QUARTER",
        deliveryDate=1798185600000,
    )
    assert instrument.id == "binance:BTC/USDT:USDT-261225"
    assert instrument.kind is InstrumentKind.LINEAR_FUTURE
    assert instrument.expiry_ts_ns == 1798185600000 * 1_000_000


def test_a_coinm_row_has_its_contract_size_and_its_own_word_for_status() -> None:
    instrument = one(COINM, COINM_ROW)
    assert instrument.id == "binance:BTC/USD:BTC"
    assert instrument.kind is InstrumentKind.INVERSE_PERPETUAL
    assert instrument.contract_size == 100
    assert instrument.status is InstrumentStatus.TRADING
    assert instrument.check_notional(D(60000), D(3)) == 300


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("TRADING", InstrumentStatus.TRADING),
        ("BREAK", InstrumentStatus.HALTED),
        ("HALT", InstrumentStatus.HALTED),
        ("CANCEL_ONLY", InstrumentStatus.CANCEL_ONLY),
        ("PENDING_TRADING", InstrumentStatus.PENDING),
        ("SETTLING", InstrumentStatus.HALTED),
        ("CLOSE", InstrumentStatus.CLOSED),
        ("SOMETHING_NEW", InstrumentStatus.UNKNOWN),
    ],
)
def test_g25_an_unknown_status_is_unknown_and_keeps_the_venue_s_word(
    word: str, status: InstrumentStatus
) -> None:
    instrument = one(USDM, USDM_ROW, status=word, contractType="TRADIFI_PERPETUAL")
    assert (instrument.status, instrument.status_raw) == (status, word)


def test_g25_unknown_filters_and_fields_are_ignored() -> None:
    filters = [*SPOT_ROW["filters"], {"filterType": "T_PLUS_SELL", "endTime": 1, "x": [{}]}]
    assert one(SPOT, SPOT_ROW, filters=filters, newField={"a": 1}) == one(SPOT, SPOT_ROW)


def test_a_tick_of_zero_means_no_step_and_divides_nothing() -> None:
    filters = [
        {"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "0", "tickSize": "0"},
        {"filterType": "LOT_SIZE", "minQty": "0", "maxQty": "0", "stepSize": "0.00000000"},
    ]
    instrument = one(USDM, USDM_ROW, status="PENDING_TRADING", filters=filters)
    assert (instrument.tick_size, instrument.lot_size) == (D(0), D(0))
    assert instrument.min_price is instrument.max_price is instrument.max_quantity is None
    assert instrument.price("1.23456") == D("1.23456")
    assert (instrument.price_scale, instrument.quantity_scale) == (8, 8)


def test_a_row_without_filters_has_no_rules() -> None:
    instrument = one(SPOT, SPOT_ROW, filters=[])
    assert (instrument.tick_size, instrument.lot_size) == (D(0), D(0))
    assert instrument.min_notional is None


def test_the_older_notional_filter_of_spot_is_read() -> None:
    filters = [{"filterType": "MIN_NOTIONAL", "minNotional": "10.00000000", "applyToMarket": True}]
    assert one(SPOT, SPOT_ROW, filters=filters).min_notional == 10


def test_symbols_need_not_be_ascii() -> None:
    instrument = one(SPOT, SPOT_ROW, symbol="币安人生USDT", baseAsset="币安人生")
    assert instrument.id == "binance:币安人生/USDT"


def test_a_row_that_names_no_assets_is_refused() -> None:
    with pytest.raises(DecodeError, match="baseAsset"):
        listed(SPOT, {"symbol": "BTCUSDT"})
