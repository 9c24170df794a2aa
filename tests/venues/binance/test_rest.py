"""Calls as data: paths, parameters, costs and priorities, by the venue's tables."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.samples import COINM_ID, LISTED, SPOT_ID, USDM_ID

from tickwright.core.limits import Priority
from tickwright.errors import NotSupported
from tickwright.venues.base import Product, RestCall
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.binance.spec import COINM, PRODUCTS, SPOT, USDM


BTC = LISTED[SPOT_ID]
PERP = LISTED[USDM_ID]
COIN = LISTED[COINM_ID]
MS = 1_000_000


def test_every_call_draws_on_buckets_that_its_product_declares() -> None:
    for product, one in ((SPOT, BTC), (USDM, PERP), (COINM, COIN)):
        known = {bucket.name for bucket in product.rest_limits.buckets}
        calls: list[RestCall[Any]] = [
            product.calls.instruments(),
            product.calls.server_time(),
            product.calls.book(one, 100),
            product.calls.trades(one),
            product.calls.agg_trades(one),
            product.calls.candles(one, "1m"),
            product.calls.ticker(one),
            product.calls.tickers(LISTED),
            product.calls.quote(one),
        ]
        if product is not SPOT:
            calls.append(product.calls.premium_index(one))
            calls.append(product.calls.funding_history(one))
            calls.append(product.calls.open_interest(one))
        for call in calls:
            assert call.costs, call.path
            assert set(call.costs) <= known, call.path
            assert call.method == "GET"
            assert call.is_idempotent


@pytest.mark.parametrize(
    ("product", "prefix"), [(SPOT, "/api/v3"), (USDM, "/fapi/v1"), (COINM, "/dapi/v1")]
)
def test_paths_start_with_the_product_s_prefix(product: Product, prefix: str) -> None:
    assert product.calls.instruments().path == f"{prefix}/exchangeInfo"
    assert product.calls.server_time().path == f"{prefix}/time"


@pytest.mark.parametrize(
    ("product", "limit", "sent", "weight"),
    [
        (SPOT, 1, "1", 5),
        (SPOT, 100, "100", 5),
        (SPOT, 101, "101", 25),
        (SPOT, 1000, "1000", 50),
        (SPOT, 5000, "5000", 250),
        (SPOT, 9999, "5000", 250),
        (USDM, 1, "5", 2),
        (USDM, 21, "50", 2),
        (USDM, 100, "100", 5),
        (USDM, 101, "500", 10),
        (USDM, 1000, "1000", 20),
        (USDM, 5000, "1000", 20),
    ],
)
def test_a_book_costs_by_its_depth_and_asks_for_a_depth_that_exists(
    product: Product, limit: int, sent: str, weight: int
) -> None:
    call = product.calls.book(BTC if product is SPOT else PERP, limit)
    assert dict(call.params) == {"symbol": "BTCUSDT", "limit": sent}
    assert call.costs[WEIGHT] == weight
    assert call.priority is Priority.SNAPSHOT


@pytest.mark.parametrize(
    ("limit", "weight"), [(99, 1), (100, 2), (499, 2), (500, 5), (1000, 5), (1001, 10), (9999, 10)]
)
def test_futures_candles_cost_by_their_number(limit: int, weight: int) -> None:
    assert USDM.calls.candles(PERP, "1m", limit=limit).costs == {WEIGHT: weight}


def test_candles_are_asked_for_by_ms() -> None:
    call = SPOT.calls.candles(BTC, "1s", start_ns=5 * MS, end_ns=7 * MS + 999_999, limit=3)
    assert call.params == (
        ("symbol", "BTCUSDT"),
        ("interval", "1s"),
        ("startTime", "5"),
        ("endTime", "7"),
        ("limit", "3"),
    )
    assert call.priority is Priority.BACKFILL


@pytest.mark.parametrize(("product", "interval"), [(USDM, "1s"), (SPOT, "7m"), (SPOT, "")])
def test_an_interval_that_does_not_exist_is_refused_before_any_request(
    product: Product, interval: str
) -> None:
    with pytest.raises(NotSupported, match="1m"):
        product.calls.candles(PERP, interval)


def test_old_trades_of_spot_are_asked_for_by_id() -> None:
    assert SPOT.calls.trades(BTC).path == "/api/v3/trades"
    call = SPOT.calls.trades(BTC, from_id=7, limit=5000)
    assert call.path == "/api/v3/historicalTrades"
    assert dict(call.params) == {"symbol": "BTCUSDT", "fromId": "7", "limit": "1000"}
    assert call.costs == {WEIGHT: 25, "RAW_REQUESTS": 1}


def test_old_trades_of_futures_need_a_key_and_say_what_does_not() -> None:
    with pytest.raises(NotSupported, match="agg_trades"):
        USDM.calls.trades(PERP, from_id=7)


def test_aggregates_are_asked_for_by_id_or_by_time() -> None:
    by_id = USDM.calls.agg_trades(PERP, from_id=0, limit=10)
    assert dict(by_id.params) == {"symbol": "BTCUSDT", "fromId": "0", "limit": "10"}
    by_time = USDM.calls.agg_trades(PERP, start_ns=MS, end_ns=2 * MS)
    assert dict(by_time.params)["startTime"] == "1"
    assert by_time.costs == {WEIGHT: 20}


def test_one_ticker_is_cheap_and_all_of_them_are_not() -> None:
    assert SPOT.calls.ticker(BTC).costs[WEIGHT] == 2
    assert SPOT.calls.tickers(LISTED).costs[WEIGHT] == 80
    assert SPOT.calls.tickers(LISTED).params == ()
    assert USDM.calls.tickers(LISTED).costs[WEIGHT] == 40


def test_funding_history_has_a_pool_of_its_own() -> None:
    call = USDM.calls.funding_history(PERP, start_ns=3 * MS)
    assert call.costs == {"FUNDING": 1}
    assert dict(call.params) == {"symbol": "BTCUSDT", "startTime": "3", "limit": "100"}


def test_spot_has_no_contracts() -> None:
    for call in (
        SPOT.calls.premium_index,
        SPOT.calls.funding_history,
        SPOT.calls.open_interest,
    ):
        with pytest.raises(NotSupported, match=r"binance\.spot"):
            call(BTC)


def test_the_names_of_symbols_go_out_as_they_are() -> None:
    symbol = SPOT.infer("币安人生USDT")
    assert dict(SPOT.calls.quote(symbol).params) == {"symbol": "币安人生USDT"}


def test_snapshots_of_all_products_cost_little_of_a_minute() -> None:
    for product, one in zip(PRODUCTS, (BTC, PERP, COIN), strict=True):
        budget = {bucket.name: bucket.limit for bucket in product.rest_limits.buckets}
        assert product.book.snapshot is not None
        assert product.book.snapshot(one).costs[WEIGHT] * 100 <= budget[WEIGHT]
