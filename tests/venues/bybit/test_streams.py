"""Topics and the venue's names for them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.bybit.samples import INVERSE_ID, LINEAR_ID, LISTED, SPOT_ID

from tickwright.core.booksync import BookChain
from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model import topics
from tickwright.venues.base import Product
from tickwright.venues.bybit.spec import INVERSE, LINEAR, SPOT
from tickwright.venues.bybit.tickers import MergedTicker


@pytest.mark.parametrize(
    ("product", "topic", "stream"),
    [
        (SPOT, topics.Trades(SPOT_ID), "publicTrade.BTCUSDT"),
        (LINEAR, topics.Trades(LINEAR_ID), "publicTrade.BTCUSDT"),
        (LINEAR, topics.Quotes(LINEAR_ID), "orderbook.1.BTCUSDT"),
        (LINEAR, topics.BookUpdates(LINEAR_ID), "orderbook.200.BTCUSDT"),
        (LINEAR, topics.BookStates(LINEAR_ID), "orderbook.200.BTCUSDT"),
        (LINEAR, topics.BookUpdates(LINEAR_ID, depth=1), "orderbook.1.BTCUSDT"),
        (LINEAR, topics.BookUpdates(LINEAR_ID, depth=1000), "orderbook.1000.BTCUSDT"),
        (SPOT, topics.BookUpdates(SPOT_ID, depth=10_000), "orderbook.full.BTCUSDT"),
        (INVERSE, topics.BookUpdates(INVERSE_ID, depth=50), "orderbook.50.BTCUSD"),
        (LINEAR, topics.Candles(LINEAR_ID, "1h"), "kline.60.BTCUSDT"),
        (SPOT, topics.Tickers(SPOT_ID), "tickers.BTCUSDT"),
        (LINEAR, topics.MarkPrices(LINEAR_ID), "tickers.BTCUSDT"),
        (LINEAR, topics.IndexPrices(LINEAR_ID), "tickers.BTCUSDT"),
        (LINEAR, topics.FundingRates(LINEAR_ID), "tickers.BTCUSDT"),
        (LINEAR, topics.Liquidations(LINEAR_ID), "allLiquidation.BTCUSDT"),
    ],
)
def test_a_topic_has_its_stream(product: Product, topic: topics.Topic, stream: str) -> None:
    channel = product.channel(topic, LISTED)
    assert (channel.stream, channel.kind.route) == (stream, "")


def test_topics_of_one_stream_are_read_by_one_decoder() -> None:
    quotes = LINEAR.channel(topics.Quotes(LINEAR_ID), LISTED)
    book = LINEAR.channel(topics.BookUpdates(LINEAR_ID, 1), LISTED)
    assert quotes.kind is book.kind
    ticker = LINEAR.channel(topics.Tickers(LINEAR_ID), LISTED)
    assert ticker.kind is LINEAR.channel(topics.MarkPrices(LINEAR_ID), LISTED).kind


def test_the_whole_book_alone_starts_from_an_answer() -> None:
    whole, other = (
        LINEAR.channel(topics.BookUpdates(LINEAR_ID, depth), LISTED).kind.book
        for depth in (10_000, 200)
    )
    assert other is None
    assert whole is not None
    assert whole.chain is BookChain.COUNTED
    assert whole.snapshot is not None
    assert whole.snapshot(LISTED[LINEAR_ID]).path == "/v5/market/full_orderbook"


def test_g04_the_topic_that_repeats_itself_is_missed_soon() -> None:
    assert LINEAR.channel(topics.Quotes(LINEAR_ID), LISTED).kind.cadence_s == 3
    assert LINEAR.channel(topics.Trades(LINEAR_ID), LISTED).kind.cadence_s is None


def test_each_ticker_is_merged_by_itself() -> None:
    first, second = (LINEAR.channel(topics.Tickers(LINEAR_ID), LISTED).subject for _ in range(2))
    assert isinstance(first, MergedTicker)
    assert first is not second
    assert first.instrument is LISTED[LINEAR_ID]


@pytest.mark.parametrize(
    ("product", "topic", "text"),
    [
        (SPOT, topics.MarkPrices(SPOT_ID), "bybit.spot has no stream"),
        (SPOT, topics.Liquidations(SPOT_ID), "it has: "),
        (LINEAR, topics.AggTrades(LINEAR_ID), "Trades"),
        (LINEAR, topics.BookTops(LINEAR_ID), "BookUpdates"),
        (LINEAR, topics.BookUpdates(LINEAR_ID, depth=500), "1, 50, 200, 1000"),
        (LINEAR, topics.Candles(LINEAR_ID, "1s"), "1m, 3m"),
        (LINEAR, topics.Tickers(LINEAR_ID, "1h"), "24h"),
        (LINEAR, topics.Trades("bybit.linear:*"), "all-market"),
        (LINEAR, topics.Notices("bybit"), "has no stream"),
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(
    product: Product, topic: topics.Topic, text: str
) -> None:
    with pytest.raises(NotSupported, match=text):
        product.channel(topic, LISTED)


def test_an_instrument_of_another_product_is_unknown() -> None:
    for instrument_id in (LINEAR_ID, "bybit:NOPE/USDT"):
        with pytest.raises(UnknownInstrument):
            SPOT.channel(topics.Trades(instrument_id), LISTED)


def test_every_kind_of_topic_that_is_offered_has_a_stream() -> None:
    settings: dict[Any, dict[str, Any]] = {topics.Candles: {"interval": "1m"}}
    for product, name in ((SPOT, SPOT_ID), (LINEAR, LINEAR_ID), (INVERSE, INVERSE_ID)):
        for kind in product.topics:
            topic: Any = kind
            product.channel(topic(instrument=name, **settings.get(kind, {})), LISTED)
