from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import parse_instrument_id
from tickwright.venues.binance.dialect.listings import (
    exchange_info,
    inferred_listing,
    invented_listing,
    upper_limits,
    with_pending,
)
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM, DialectProduct


@pytest.mark.parametrize(
    ("product", "instrument_id", "price"),
    [
        (SPOT, "binance:BTC/USDT", 65_000),
        (SPOT, "binance:DOGE/USDT", 0.12),
        (SPOT, "binance:TINY/USDT", 0.0004),
        (USDM, "binance:BTC/USDT:USDT", 65_000),
        (COINM, "binance:BTC/USD:BTC", 65_000),
    ],
)
def test_listings_have_room_for_exact_turnovers(
    product: DialectProduct, instrument_id: str, price: float
) -> None:
    listing = invented_listing(product, parse_instrument_id(instrument_id), price)
    assert listing.price_scale + listing.quantity_scale <= 8
    assert listing.price(listing.tick) < Decimal(str(price)) / 100


def test_no_price_and_no_quantity_may_be_larger_than_the_venue_shows() -> None:
    listing = invented_listing(SPOT, parse_instrument_id("binance:BTC/USDT"), 65_000)
    price, quantity = upper_limits(listing)
    assert (listing.price(price), listing.quantity(quantity)) == (1_000_000, 9_000)
    (symbol,) = json.loads(exchange_info(SPOT, [listing], 5))["symbols"]
    filters = {one["filterType"]: one for one in symbol["filters"]}
    assert filters["PRICE_FILTER"]["maxPrice"] == "1000000.00000000"
    assert filters["LOT_SIZE"]["maxQty"] == "9000.00000000"


def test_guessed_steps_bound_nothing_that_is_traded() -> None:
    price, quantity = upper_limits(inferred_listing(SPOT, "BTCUSDT"))
    assert min(price, quantity) / 10**8 > 1_000_000


@pytest.mark.parametrize(
    ("product", "instrument_id"),
    [(SPOT, "binance:BTC/USDT:USDT"), (USDM, "binance:BTC/USDT"), (USDM, "binance:BTC/USD:BTC"),
     (COINM, "binance:BTC/USDT:USDT"), (SPOT, "bybit:BTC/USDT")],
)  # fmt: skip
def test_instruments_of_other_products_are_refused(
    product: DialectProduct, instrument_id: str
) -> None:
    with pytest.raises(UnknownInstrument, match=f"no instrument of {product.name}"):
        invented_listing(product, parse_instrument_id(instrument_id), 1.0)


def test_spot_information_has_what_clients_read() -> None:
    listing = invented_listing(SPOT, parse_instrument_id("binance:BTC/USDT"), 65_000)
    body = json.loads(exchange_info(SPOT, [listing], 5))
    (symbol,) = body["symbols"]
    filters = {one["filterType"]: one for one in symbol["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    assert (symbol["status"], symbol["baseAsset"], symbol["quoteAsset"]) == (
        "TRADING",
        "BTC",
        "USDT",
    )
    assert {one["limit"] for one in body["rateLimits"]} == {6000, 100, 200_000, 300_000}


def test_usdm_information_names_margin_and_kind() -> None:
    listing = invented_listing(USDM, parse_instrument_id("binance:BTC/USDT:USDT"), 65_000)
    body = json.loads(exchange_info(USDM, [listing], 5))
    (symbol,) = body["symbols"]
    assert (symbol["contractType"], symbol["marginAsset"], symbol["status"]) == (
        "PERPETUAL",
        "USDT",
        "TRADING",
    )
    assert symbol["filters"][0]["tickSize"] == "0.10"
    assert [one["asset"] for one in body["assets"]] == ["USDT"]


def test_coinm_information_names_its_status_differently() -> None:
    listing = invented_listing(COINM, parse_instrument_id("binance:BTC/USD:BTC"), 65_000)
    (symbol,) = json.loads(exchange_info(COINM, [listing], 5))["symbols"]
    assert (symbol["contractStatus"], symbol["contractSize"]) == ("TRADING", 100)
    assert "status" not in symbol


def test_inferred_listings_take_any_price_of_eight_digits() -> None:
    listing = inferred_listing(SPOT, "BTCUSDT")
    (symbol,) = json.loads(exchange_info(SPOT, [listing], 5))["symbols"]
    price = symbol["filters"][0]
    assert (price["tickSize"], Decimal(price["maxPrice"]) > 10**6) == ("0.00000001", True)
    assert listing.is_inferred


def test_contracts_are_listed_before_they_trade_with_no_tick_size_yet() -> None:
    body = with_pending(exchange_info(USDM, [inferred_listing(USDM, "BTCUSDT")], 0), 2)
    first, *pending = json.loads(body)["symbols"]
    assert first["filters"][0]["tickSize"] == "0.00000001"
    assert [row["symbol"] for row in pending] == ["SOON1USDT", "SOON2USDT"]
    assert {row["status"] for row in pending} == {"PENDING_TRADING"}
    assert {row["filters"][0]["tickSize"] for row in pending} == {"0"}
    assert json.loads(with_pending('{"symbols":[]}', 1)) == {"symbols": []}
