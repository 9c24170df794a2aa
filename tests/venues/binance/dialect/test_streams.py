from __future__ import annotations

import pytest

from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM, DialectProduct
from tickwright.venues.binance.dialect.streams import (
    family_of,
    is_well_formed,
    parse_stream,
    route_of,
)


@pytest.mark.parametrize(
    ("product", "text", "kind", "symbol", "interval", "levels", "speed_ms"),
    [
        (SPOT, "btcusdt@trade", "trade", "BTCUSDT", "", 0, 0),
        (SPOT, "btcusdt@depth", "depth", "BTCUSDT", "", 0, 1000),
        (SPOT, "btcusdt@depth@100ms", "depth", "BTCUSDT", "", 0, 100),
        (SPOT, "btcusdt@depth20@100ms", "depth", "BTCUSDT", "", 20, 100),
        (SPOT, "btcusdt@kline_1M", "kline", "BTCUSDT", "1M", 0, 0),
        (SPOT, "btcusdt@kline_1h@+08:00", "kline", "BTCUSDT", "1h", 0, 0),
        (SPOT, "btcusdt@ticker_4h", "ticker", "BTCUSDT", "4h", 0, 0),
        (SPOT, "!miniTicker@arr", "!miniTicker", "", "", 0, 0),
        (SPOT, "!ticker_1h@arr", "!ticker", "", "1h", 0, 0),
        (USDM, "btcusdt@depth", "depth", "BTCUSDT", "", 0, 250),
        (USDM, "btcusdt@depth@0ms", "depth", "BTCUSDT", "", 0, 0),
        (USDM, "btcusdt@markPrice", "markPrice", "BTCUSDT", "", 0, 3000),
        (USDM, "!markPrice@arr@1s", "!markPrice", "", "", 0, 1000),
        (USDM, "btcusdt_perpetual@continuousKline_1m", "continuousKline", "BTCUSDT_PERPETUAL", "1m", 0, 0),
        (COINM, "btcusd_perp@bookTicker", "bookTicker", "BTCUSD_PERP", "", 0, 0),
    ],
)  # fmt: skip
def test_documented_streams_are_taken_apart(
    product: DialectProduct,
    text: str,
    kind: str,
    symbol: str,
    interval: str,
    levels: int,
    speed_ms: int,
) -> None:
    name = parse_stream(product, text)
    assert name is not None
    assert (name.kind, name.symbol, name.interval, name.levels, name.speed_ms) == (
        kind,
        symbol,
        interval,
        levels,
        speed_ms,
    )


@pytest.mark.parametrize(
    ("product", "text"),
    [
        (SPOT, "BTCUSDT@trade"),
        (SPOT, "@trade"),
        (SPOT, "btcusdt@nonsense"),
        (SPOT, "btcusdt@depth7"),
        (SPOT, "btcusdt@depth@250ms"),
        (SPOT, "btcusdt@kline_7m"),
        (SPOT, "!ticker@arr"),
        (SPOT, "btcusdt@markPrice"),
        (USDM, "btcusdt@kline_1s"),
        (USDM, "btcusdt@avgPrice"),
    ],
)
def test_other_names_are_no_streams_of_the_product(product: DialectProduct, text: str) -> None:
    assert parse_stream(product, text) is None


@pytest.mark.parametrize("text", ["btcusdt", "", "@", "btc usdt@trade", "!", 'a"@trade', "a@"])
def test_malformed_names_are_told_from_unknown_ones(text: str) -> None:
    assert not is_well_formed(text)
    assert is_well_formed("nosuch@whatever")


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("btcusdt@depth@100ms", "public"),
        ("btcusdt@bookTicker", "public"),
        ("!bookTicker", "public"),
        ("btcusdt@trade", "public"),
        ("btcusdt@aggTrade", "market"),
        ("btcusdt@kline_1m", "market"),
        ("!forceOrder@arr", "market"),
        ("nosuch@depth9", "public"),
        ("nosuch@thing", "market"),
    ],
)
def test_usdm_streams_have_their_route(text: str, route: str) -> None:
    assert route_of(USDM, text) == route


def test_other_products_have_no_routes() -> None:
    assert route_of(SPOT, "btcusdt@aggTrade") == route_of(COINM, "btcusd_perp@aggTrade") == ""


def test_a_family_is_a_stream_without_its_speed() -> None:
    assert family_of("btcusdt@depth@0ms") == family_of("btcusdt@depth@100ms") == "btcusdt@depth"
    assert family_of("btcusdt@markPrice@1s") == "btcusdt@markPrice"
    assert family_of("btcusdt@kline_1m") == "btcusdt@kline_1m"
