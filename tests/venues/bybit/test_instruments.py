"""Listings become instruments with the rules that the venue checks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.bybit.samples import RECEIVED_NS, reply

from tickwright.errors import DecodeError
from tickwright.model.ids import InstrumentKind
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.venues.base import Product
from tickwright.venues.bybit.spec import INVERSE, LINEAR, SPOT


D = Decimal

LINEAR_ROW: dict[str, Any] = {
    "symbol": "BTCUSDT", "symbolId": 5, "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
    "quoteCoin": "USDT", "launchTime": "1585526400000", "deliveryTime": "0", "deliveryFeeRate": "",
    "priceScale": "2", "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
    "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
    "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": "0.001", "qtyStep": "0.001",
                      "postOnlyMaxOrderQty": "1190.000", "maxMktOrderQty": "500.000", "minNotionalValue": "5"},
    "unifiedMarginTrade": True, "fundingInterval": 480, "settleCoin": "USDT", "preListingInfo": None, "tags": [],
}  # fmt: skip
SPOT_ROW: dict[str, Any] = {
    "symbolId": 9, "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading",
    "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.0000001", "minOrderQty": "0.000011",
                      "maxOrderQty": "83", "minOrderAmt": "5", "maxOrderAmt": "8000000", "maxLimitOrderQty": "84"},
    "priceFilter": {"tickSize": "0.1"},
}  # fmt: skip
INVERSE_ROW: dict[str, Any] = {
    **LINEAR_ROW, "symbol": "BTCUSDZ26", "contractType": "InverseFutures", "quoteCoin": "USD", "settleCoin": "BTC",
    "deliveryTime": "1798185600000",
    "lotSizeFilter": {"maxOrderQty": "25000000", "minOrderQty": "1", "qtyStep": "1", "minNotionalValue": ""},
}  # fmt: skip


def one(product: Product, row: dict[str, Any], **changes: Any) -> Instrument:
    body = reply({"category": "x", "list": [{**row, **changes}], "nextPageCursor": ""})
    (instrument,) = product.calls.instruments().decode(body, RECEIVED_NS)
    return instrument


def test_a_perpetual_has_its_rules() -> None:
    btc = one(LINEAR, LINEAR_ROW)
    assert (btc.id, btc.product, btc.symbol) == ("bybit:BTC/USDT:USDT", "bybit.linear", "BTCUSDT")
    assert (btc.status, btc.status_raw) == (InstrumentStatus.TRADING, "Trading")
    assert (btc.tick_size, btc.lot_size) == (D("0.1"), D("0.001"))
    assert (btc.min_price, btc.max_price) == (D("0.1"), D("1999999.8"))
    assert (btc.min_quantity, btc.max_quantity, btc.min_notional) == (D("0.001"), D(1190), D(5))
    assert (btc.contract_size, btc.expiry_ts_ns) == (D(1), None)
    assert (btc.price_scale, btc.quantity_scale) == (8, 8)


def test_spot_has_a_least_amount_in_place_of_a_least_quantity() -> None:
    btc = one(SPOT, SPOT_ROW)
    assert (btc.id, btc.kind) == ("bybit:BTC/USDT", InstrumentKind.SPOT)
    assert (btc.tick_size, btc.lot_size) == (D("0.1"), D("0.000001"))
    assert (btc.min_quantity, btc.max_quantity, btc.min_notional) == (None, D(84), D(5))
    assert btc.contract_size is None


def test_an_inverse_future_is_delivered_and_worth_a_dollar_a_contract() -> None:
    btc = one(INVERSE, INVERSE_ROW)
    assert (btc.id, btc.kind) == ("bybit:BTC/USD:BTC-261225", InstrumentKind.INVERSE_FUTURE)
    assert btc.expiry_ts_ns == 1_798_185_600_000_000_000
    assert (btc.contract_size, btc.min_notional) == (D(1), None)


def test_a_coin_that_costs_next_to_nothing_has_room_for_its_quantities() -> None:
    lots = {"basePrecision": "1", "maxLimitOrderQty": "300000000000", "minOrderAmt": "5"}
    pepe = one(SPOT, SPOT_ROW, lotSizeFilter=lots, priceFilter={"tickSize": "0.0000000001"})
    assert pepe.price_scale == 10
    assert D(300000000000 * 1000).scaleb(pepe.quantity_scale) < 2**63


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("PreLaunch", InstrumentStatus.PENDING),
        ("PendingOpen", InstrumentStatus.PENDING),
        ("Delivering", InstrumentStatus.HALTED),
        ("Closed", InstrumentStatus.CLOSED),
        ("Somersault", InstrumentStatus.UNKNOWN),
    ],
)
def test_g25_a_status_is_ours_or_unknown(word: str, status: InstrumentStatus) -> None:
    instrument = one(LINEAR, LINEAR_ROW, status=word)
    assert (instrument.status, instrument.status_raw) == (status, word)


def test_a_row_without_its_tick_is_refused() -> None:
    with pytest.raises(DecodeError, match="tickSize"):
        one(LINEAR, LINEAR_ROW, priceFilter={})


def test_all_pages_are_asked_for_one_after_the_other() -> None:
    call = LINEAR.calls.instruments()
    assert call.next_page is not None
    first = reply(
        {"category": "linear", "list": [LINEAR_ROW], "nextPageCursor": "first%3DBTC%26last%3DZIL"}
    )
    following = call.next_page(first)
    assert following is not None
    assert dict(following.params) == {
        **dict(call.params),
        "cursor": "first%3DBTC%26last%3DZIL",
    }
    assert following.next_page is not None
    last = msgspec.json.encode({"retCode": 0, "result": {"list": []}})
    assert following.next_page(last) is None
