"""The names, routes and cadences of every stream, as the venue documents them."""

from __future__ import annotations

import pytest
from tests.venues.binance.samples import COINM_ID, SPOT_ID, USDM_ID, channel

from tickwright.errors import NotSupported
from tickwright.model import topics
from tickwright.venues.base import Product
from tickwright.venues.binance.spec import COINM, SPOT, USDM
from tickwright.venues.binance.stream_tables import (
    FUTURE_INTERVALS,
    SPOT_INTERVALS,
    future_streams,
    spot_streams,
)


SPOT_ALL, USDM_ALL = "binance.spot:*", "binance.usdm:*"

STREAMS = [
    (SPOT, topics.Trades(SPOT_ID), "btcusdt@trade", "", None),
    (SPOT, topics.AggTrades(SPOT_ID), "btcusdt@aggTrade", "", None),
    (SPOT, topics.Quotes(SPOT_ID), "btcusdt@bookTicker", "", None),
    (SPOT, topics.BookUpdates(SPOT_ID), "btcusdt@depth@100ms", "", None),
    (SPOT, topics.BookStates(SPOT_ID), "btcusdt@depth@100ms", "", None),
    (SPOT, topics.BookTops(SPOT_ID, 5), "btcusdt@depth5@100ms", "", None),
    (SPOT, topics.BookTops(SPOT_ID), "btcusdt@depth20@100ms", "", None),
    (SPOT, topics.Candles(SPOT_ID, "1s"), "btcusdt@kline_1s", "", None),
    (SPOT, topics.Tickers(SPOT_ID), "btcusdt@ticker", "", None),
    (SPOT, topics.Tickers(SPOT_ID, "1d"), "btcusdt@ticker_1d", "", None),
    (SPOT, topics.Tickers(SPOT_ALL, "4h"), "!ticker_4h@arr", "", 1.0),
    (SPOT, topics.MiniTickers(SPOT_ID), "btcusdt@miniTicker", "", None),
    (SPOT, topics.MiniTickers(SPOT_ALL), "!miniTicker@arr", "", 1.0),
    (SPOT, topics.AveragePrices(SPOT_ID), "btcusdt@avgPrice", "", None),
    (USDM, topics.Trades(USDM_ID), "btcusdt@trade", "public", None),
    (USDM, topics.AggTrades(USDM_ID), "btcusdt@aggTrade", "market", None),
    (USDM, topics.Quotes(USDM_ID), "btcusdt@bookTicker", "public", None),
    (USDM, topics.Quotes(USDM_ALL), "!bookTicker", "public", None),
    (USDM, topics.BookUpdates(USDM_ID), "btcusdt@depth@100ms", "public", None),
    (USDM, topics.BookTops(USDM_ID, 10), "btcusdt@depth10@100ms", "public", None),
    (USDM, topics.Candles(USDM_ID, "1M"), "btcusdt@kline_1M", "market", None),
    (USDM, topics.Tickers(USDM_ID), "btcusdt@ticker", "market", None),
    (USDM, topics.Tickers(USDM_ALL), "!ticker@arr", "market", 1.0),
    (USDM, topics.MiniTickers(USDM_ID), "btcusdt@miniTicker", "market", None),
    (USDM, topics.MiniTickers(USDM_ALL), "!miniTicker@arr", "market", 1.0),
    (USDM, topics.MarkPrices(USDM_ID), "btcusdt@markPrice@1s", "market", 1.0),
    (USDM, topics.IndexPrices(USDM_ID), "btcusdt@markPrice@1s", "market", 1.0),
    (USDM, topics.FundingRates(USDM_ID), "btcusdt@markPrice@1s", "market", 1.0),
    (USDM, topics.MarkPrices(USDM_ALL), "!markPrice@arr@1s", "market", 1.0),
    (USDM, topics.IndexPrices(USDM_ALL), "!markPrice@arr@1s", "market", 1.0),
    (USDM, topics.FundingRates(USDM_ALL), "!markPrice@arr@1s", "market", 1.0),
    (USDM, topics.Liquidations(USDM_ID), "btcusdt@forceOrder", "market", None),
    (USDM, topics.Liquidations(USDM_ALL), "!forceOrder@arr", "market", None),
    (COINM, topics.Trades(COINM_ID), "btcusd_perp@trade", "", None),
    (COINM, topics.MarkPrices(COINM_ID), "btcusd_perp@markPrice@1s", "", 1.0),
    (COINM, topics.MarkPrices("binance.coinm:*"), "!markPrice@arr@1s", "", 1.0),
]


@pytest.mark.parametrize(("product", "topic", "stream", "route", "cadence_s"), STREAMS)
def test_each_topic_has_the_documented_stream_and_route(
    product: Product, topic: topics.Topic, stream: str, route: str, cadence_s: float | None
) -> None:
    found = channel(product, topic)
    assert (found.stream, found.kind.route, found.kind.cadence_s) == (stream, route, cadence_s)


def test_every_topic_of_every_table_is_tried_above() -> None:
    for table in (spot_streams(), future_streams("binance.usdm", public="p", market="m")):
        tried = {type(topic) for product, topic, *_ in STREAMS if product.name == table.product}
        assert table.topics - {topics.BookStates} <= tried
        assert table.every.keys() <= tried


@pytest.mark.parametrize("interval", SPOT_INTERVALS)
def test_every_interval_has_a_stream(interval: str) -> None:
    spot = channel(SPOT, topics.Candles(SPOT_ID, interval))
    assert spot.stream == f"btcusdt@kline_{interval}"
    if interval in FUTURE_INTERVALS:
        channel(USDM, topics.Candles(USDM_ID, interval))


def test_intervals_tell_minutes_from_months() -> None:
    assert channel(SPOT, topics.Candles(SPOT_ID, "1m")) != channel(
        SPOT, topics.Candles(SPOT_ID, "1M")
    )


@pytest.mark.parametrize(
    ("product", "topic", "hint"),
    [
        (SPOT, topics.Tickers(SPOT_ALL), "MiniTickers"),
        (SPOT, topics.Tickers(SPOT_ID, "2h"), "24h, 1h, 4h, 1d"),
        (SPOT, topics.Tickers(SPOT_ALL, "2h"), "1h, 4h, 1d"),
        (SPOT, topics.BookTops(SPOT_ID, 50), "5, 10, 20"),
        (SPOT, topics.Candles(SPOT_ID, "7m"), "1m, 3m"),
        (SPOT, topics.Quotes(SPOT_ALL), "MiniTickers, Tickers"),
        (SPOT, topics.MarkPrices(SPOT_ID), "AveragePrices"),
        (SPOT, topics.Liquidations(SPOT_ID), "Trades"),
        (USDM, topics.Candles(USDM_ID, "1s"), "1m, 3m"),
        (USDM, topics.Tickers(USDM_ID, "1h"), "24h"),
        (USDM, topics.Tickers(USDM_ALL, "4h"), "24h"),
        (USDM, topics.AveragePrices(USDM_ID), "MarkPrices"),
    ],
)
def test_what_the_venue_lacks_is_refused_with_what_it_has(
    product: Product, topic: topics.Topic, hint: str
) -> None:
    with pytest.raises(NotSupported, match=hint):
        channel(product, topic)
