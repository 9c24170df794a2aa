"""The products as declared: addresses, limits, and that each part is in its place."""

from __future__ import annotations

import pytest
from tests.venues.binance.samples import COINM_ID, LISTED, SPOT_ID, USDM_ID

from tickwright.core.booksync import BookChain
from tickwright.model import topics
from tickwright.venues.base import Product
from tickwright.venues.binance.spec import COINM, PRODUCTS, SPOT, USDM


def test_there_are_three_products_of_one_venue() -> None:
    assert [product.name for product in PRODUCTS] == [
        "binance.spot",
        "binance.usdm",
        "binance.coinm",
    ]
    assert {product.venue for product in PRODUCTS} == {"binance"}


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_every_environment_has_origins_without_paths(product: Product) -> None:
    assert {"live", "testnet"} <= product.endpoints.keys()
    for endpoints in product.endpoints.values():
        assert endpoints.rest is not None
        assert endpoints.rest.startswith("https://")
        assert endpoints.ws_public is not None
        for origin in (endpoints.ws_public, endpoints.ws_private, endpoints.ws_api):
            assert origin is None or origin.startswith("wss://")
            assert origin is None or "/" not in origin.removeprefix("wss://")


def test_live_addresses_are_the_documented_ones() -> None:
    assert SPOT.endpoints["live"].rest == "https://api.binance.com"
    assert SPOT.endpoints["live"].ws_public == "wss://stream.binance.com:9443"
    assert USDM.endpoints["live"].rest == "https://fapi.binance.com"
    assert USDM.endpoints["live"].ws_public == "wss://fstream.binance.com"
    assert COINM.endpoints["live"].rest == "https://dapi.binance.com"
    assert COINM.endpoints["live"].ws_public == "wss://dstream.binance.com"
    assert SPOT.endpoints["demo"].rest == "https://demo-api.binance.com"


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_g11_frames_are_paced_below_the_venue_s_limit(product: Product) -> None:
    limits = product.ws_limits
    assert limits.frames_per_s == 4
    assert limits.streams_per_connection == 1024
    assert limits.lifetime_s == 24 * 3600
    assert limits.ping_interval_s is None
    assert (limits.connects.limit, limits.connects.interval_s) == (300, 300)


def test_weights_are_counted_by_the_clock_and_told_in_a_header() -> None:
    for product, weight in ((SPOT, 6000), (USDM, 2400), (COINM, 2400)):
        (bucket,) = [b for b in product.rest_limits.buckets if b.name == "REQUEST_WEIGHT"]
        assert (bucket.limit, bucket.interval_s) == (weight, 60)
        assert bucket.header == "x-mbx-used-weight-1m"
        assert not bucket.is_sliding


def test_both_futures_share_their_meters() -> None:
    assert USDM.rest_limits is COINM.rest_limits


def test_g12_429_limits_and_418_bans() -> None:
    for product in PRODUCTS:
        assert product.rest_limits.limited_statuses == (429,)
        assert product.rest_limits.banned_statuses == (418,)


def test_books_are_chained_by_the_venue_s_two_rules() -> None:
    assert SPOT.book.chain is BookChain.FIRST_ID
    assert USDM.book.chain is BookChain.PREVIOUS_ID
    assert COINM.book.chain is BookChain.PREVIOUS_ID


def test_a_book_starts_from_a_thousand_levels() -> None:
    for product, name in ((SPOT, SPOT_ID), (USDM, USDM_ID), (COINM, COINM_ID)):
        assert product.book.snapshot is not None
        call = product.book.snapshot(LISTED[name])
        assert dict(call.params)["limit"] == "1000"
        assert call.path.endswith("/depth")


def test_only_contracts_have_mark_prices_and_only_spot_has_average_prices() -> None:
    contracts_only = {
        topics.MarkPrices,
        topics.IndexPrices,
        topics.FundingRates,
        topics.Liquidations,
    }
    assert not contracts_only & SPOT.topics
    assert contracts_only <= USDM.topics == COINM.topics
    assert SPOT.topics - USDM.topics == {topics.AveragePrices}
