from __future__ import annotations

import pytest

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.topics import parse_stream, parse_topic


@pytest.mark.parametrize(
    ("text", "kind", "symbol", "detail"),
    [
        ("orderbook.1.BTCUSDT", "orderbook", "BTCUSDT", "1"),
        ("orderbook.full.BTCUSDT", "orderbook", "BTCUSDT", "full"),
        ("publicTrade.BTCPERP", "publicTrade", "BTCPERP", ""),
        ("kline.D.1000PEPEUSDT", "kline", "1000PEPEUSDT", "D"),
        ("tickers.BTCUSDT", "tickers", "BTCUSDT", ""),
        ("allLiquidation.BTCUSDT", "allLiquidation", "BTCUSDT", ""),
        ("insurance.USDT", "insurance", "", "USDT"),
    ],
)
def test_topics_are_taken_apart(text: str, kind: str, symbol: str, detail: str) -> None:
    topic = parse_topic(LINEAR, text)
    assert topic is not None
    assert (topic.kind, topic.symbol, topic.detail) == (kind, symbol, detail)
    assert parse_stream(topic.stream) == topic


@pytest.mark.parametrize(
    "text",
    [
        "orderbook.500.BTCUSDT",
        "orderbook.50.btcusdt",
        "orderbook.50",
        "kline.2.BTCUSDT",
        "liquidation.BTCUSDT",
        "order",
        "",
    ],
)
def test_what_is_no_topic_any_more_or_never_was_is_none(text: str) -> None:
    assert parse_topic(LINEAR, text) is None


def test_spot_has_no_liquidations() -> None:
    assert parse_topic(SPOT, "allLiquidation.BTCUSDT") is None
    assert parse_stream("nowhere/tickers.BTCUSDT") is None


def test_books_have_documented_depths_and_intervals() -> None:
    names = ("1", "50", "200", "1000", "rpi", "full")
    topics = [parse_topic(SPOT, f"orderbook.{name}.BTCUSDT") for name in names]
    found = [(one.levels, one.book_interval_ms) for one in topics if one is not None]
    assert found == [(1, 10), (50, 20), (200, 100), (1000, 200), (50, 100), (10_000, 200)]
