"""A topic finds its stream in the product's table, or an error that says what there is."""

from __future__ import annotations

import pytest
from tests.venues.binance.samples import COINM_ID, LISTED, SPOT_ID, USDM_ID

from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model import topics
from tickwright.model.market import MarketEvent
from tickwright.venues.binance.streams import AllStream, Stream, StreamTable


def nothing(frame: bytes, received_ts_ns: int, subject: object) -> tuple[MarketEvent, ...]:
    return ()


TABLE = StreamTable(
    product="binance.usdm",
    one={topics.Trades: lambda _: Stream(nothing, "public", suffix="trade", cadence_s=2.0)},
    every={topics.Quotes: lambda _: AllStream(nothing, "public", stream="!bookTicker")},
)


def test_a_stream_is_named_by_the_symbol_in_lower_case() -> None:
    channel = TABLE.channel(topics.Trades("binance:BTC/USDT:USDT-261225"), LISTED)
    assert (channel.stream, channel.kind.route) == ("btcusdt_261225@trade", "public")
    assert (channel.kind.is_many, channel.kind.cadence_s) == (False, 2.0)
    assert channel.kind.decode is nothing


def test_a_frame_s_subject_is_the_instrument_or_all_that_are_listed() -> None:
    trades = topics.Trades("binance:BTC/USDT:USDT-261225")
    assert TABLE.channel(trades, LISTED).subject is LISTED[trades.instrument]
    assert TABLE.channel(topics.Quotes("binance.usdm:*"), LISTED).subject is LISTED


def test_a_wildcard_names_the_product() -> None:
    channel = TABLE.channel(topics.Quotes("binance.usdm:*"), LISTED)
    assert (channel.stream, channel.kind.route) == ("!bookTicker", "public")
    assert channel.kind.is_many


def test_the_topics_are_those_of_one_instrument() -> None:
    assert TABLE.topics == {topics.Trades}


@pytest.mark.parametrize(
    "topic", [topics.AggTrades(USDM_ID), topics.Notices(), topics.Quotes(USDM_ID)]
)
def test_a_topic_without_a_stream_is_refused_with_those_that_have_one(topic: topics.Topic) -> None:
    with pytest.raises(NotSupported, match="Trades"):
        TABLE.channel(topic, LISTED)


def test_a_wildcard_without_a_stream_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(NotSupported, match="Quotes"):
        TABLE.channel(topics.Trades("binance.usdm:*"), LISTED)


@pytest.mark.parametrize("subject", ["binance.spot:*", "bybit.linear:*", "binance:*"])
def test_a_wildcard_of_another_product_is_refused(subject: str) -> None:
    with pytest.raises(UnknownInstrument, match=r"binance\.usdm:\*"):
        TABLE.channel(topics.Quotes(subject), LISTED)


@pytest.mark.parametrize("subject", [SPOT_ID, COINM_ID, "binance:NO/SUCH:SUCH", "btcusdt"])
def test_an_instrument_that_is_not_the_product_s_is_refused(subject: str) -> None:
    with pytest.raises(UnknownInstrument):
        TABLE.channel(topics.Trades(subject), LISTED)
