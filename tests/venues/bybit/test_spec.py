"""The products as declared: addresses, limits, and that each part is in its place."""

from __future__ import annotations

import pytest

from tickwright.core.booksync import BookChain
from tickwright.model.topics import Trades
from tickwright.venues.base import Product, TradeIds
from tickwright.venues.bybit.signed_calls import QUESTIONS
from tickwright.venues.bybit.spec import INVERSE, LINEAR, PRODUCTS, SPOT


def test_there_are_three_products_of_one_venue() -> None:
    assert [product.name for product in PRODUCTS] == ["bybit.spot", "bybit.linear", "bybit.inverse"]
    assert {product.venue for product in PRODUCTS} == {"bybit"}


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_every_environment_has_origins_without_paths(product: Product) -> None:
    assert product.endpoints.keys() == {"live", "testnet", "demo"}
    for endpoints in product.endpoints.values():
        assert endpoints.rest is not None
        assert endpoints.rest.startswith("https://")
        for origin in (endpoints.ws_public, endpoints.ws_private, endpoints.ws_trade):
            assert origin is None or "/" not in origin.removeprefix("wss://")


def test_live_addresses_are_the_documented_ones() -> None:
    live = LINEAR.endpoints["live"]
    assert (live.rest, live.ws_public) == ("https://api.bybit.com", "wss://stream.bybit.com")
    assert LINEAR.ws.url(live.ws_public or "", "") == "wss://stream.bybit.com/v5/public/linear"
    assert SPOT.endpoints["demo"].ws_private == "wss://stream-demo.bybit.com"
    assert SPOT.endpoints["demo"].ws_trade is None


def test_the_client_pings_and_nobody_cuts_a_living_connection() -> None:
    for product in PRODUCTS:
        assert product.ws_limits.ping_interval_s == 20
        assert product.ws_limits.lifetime_s is None


def test_g22_a_request_names_no_more_topics_than_are_taken() -> None:
    assert SPOT.ws_limits.streams_per_request == 10
    assert LINEAR.ws_limits.streams_per_request == 50


def test_the_names_of_a_full_connection_fit_the_venue_s_limit() -> None:
    longest = "allLiquidation.1000000BABYDOGEUSDT-25DEC26"
    assert LINEAR.ws_limits.streams_per_connection * len(longest) <= 21_000


def test_g12_one_limit_for_all_products_and_a_ban_of_ten_minutes() -> None:
    assert SPOT.rest_limits is LINEAR.rest_limits is INVERSE.rest_limits
    bucket, *others = SPOT.rest_limits.buckets
    commands = [each for each in others if each.name not in QUESTIONS.values()]
    assert {(each.limit, each.interval_s) for each in commands} == {(10, 1)}
    questions = [each for each in others if each.name in QUESTIONS.values()]
    assert {(each.limit, each.interval_s) for each in questions} == {(50, 1)}
    assert {(each.is_sliding, each.code) for each in others} == {(True, 10006)}
    assert bucket.code is None
    assert (bucket.limit, bucket.interval_s, bucket.is_sliding) == (500, 5, True)
    assert SPOT.rest_limits.banned_statuses == (403,)
    assert SPOT.rest_limits.banned_default_s == 600
    assert SPOT.ws_limits.refused_s == {403: 600}


def test_books_begin_in_the_stream_and_no_quote_vouches_for_them() -> None:
    for product in PRODUCTS:
        assert product.book.chain is BookChain.FIRST_ID
        assert product.book.snapshot is None
        assert not product.book.has_quote_ids


def test_spot_alone_numbers_its_trades() -> None:
    assert SPOT.trade_ids is TradeIds.COUNTED
    assert LINEAR.trade_ids is INVERSE.trade_ids is TradeIds.OPAQUE


def test_contracts_offer_more_than_spot() -> None:
    assert SPOT.topics < LINEAR.topics == INVERSE.topics
    assert Trades in SPOT.topics
