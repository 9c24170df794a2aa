"""Streams by channel and symbol: what a topic becomes, what a recorded name means, what is refused."""

from __future__ import annotations

import pytest

from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model import topics
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.venues.channels import (
    ChannelKind,
    ChannelRecordings,
    ChannelTable,
    candle_kinds,
    channel_of,
    public_channels,
    symbols_of,
)


def decode(frame: bytes, received_ts_ns: int, subject: object) -> tuple[()]:
    return ()


def made(instrument_id: str, product: str = "acme.spot") -> Instrument:
    name = parse_instrument_id(instrument_id)
    return Instrument.inferred(name, product=product, symbol=f"{name.base}-{name.quote}")


BTC = "acme:BTC/USD"
KNOWN = Instruments([made(BTC), made("acme:BTC/USD:USD", "acme.swap")])
TABLE = ChannelTable(
    product="acme.spot",
    kinds={
        topics.Trades(""): ChannelKind(decode, name="trade"),
        topics.BookUpdates(""): ChannelKind(decode, name="book"),
        **candle_kinds(decode, {"1m": "1", "1h": "60"}, "bar.", route="slow"),
    },
)
RECORDED = ChannelRecordings(TABLE, hosts=("acme.com",), listing="/v1/symbols")


@pytest.mark.parametrize(
    ("topic", "stream"),
    [
        (topics.Trades(BTC), "trade:BTC-USD"),
        (topics.Trades(BTC, backfill=True), "trade:BTC-USD"),
        (topics.BookUpdates(BTC), "book:BTC-USD"),
        (topics.BookStates(BTC), "book:BTC-USD"),
        (topics.Candles(BTC, "1h", closed_only=True), "bar.60:BTC-USD"),
    ],
)
def test_a_topic_has_a_stream_whatever_is_done_with_it_later(
    topic: topics.Topic, stream: str
) -> None:
    channel = TABLE.channel(topic, KNOWN)
    assert (channel.stream, channel.subject) == (stream, KNOWN[BTC])


def test_a_book_s_states_are_offered_where_the_book_is() -> None:
    assert TABLE.topics == {topics.Trades, topics.BookUpdates, topics.BookStates, topics.Candles}


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        (topics.Quotes(BTC), "it has: BookStates, BookUpdates, Candles, Trades"),
        (topics.BookUpdates(BTC, 5), "choose one of: the usual"),
        (topics.Candles(BTC, "7m"), "choose one of: 1m, 1h"),
        (topics.Trades("acme.spot:*"), "no all-market streams"),
    ],
)
def test_what_is_not_in_the_table_is_refused_with_what_there_is(
    topic: topics.Topic, text: str
) -> None:
    with pytest.raises(NotSupported, match=text):
        TABLE.channel(topic, KNOWN)


def test_an_instrument_of_another_product_is_not_ours() -> None:
    with pytest.raises(UnknownInstrument, match=r"belongs to acme\.swap"):
        TABLE.channel(topics.Trades("acme:BTC/USD:USD"), KNOWN)


def test_a_recorded_name_tells_the_topic() -> None:
    found = RECORDED.stream("bar.60:BTC-USD", KNOWN)
    assert found is not None
    assert found[0] == topics.Candles(BTC, "1h")
    assert found[1].kind.route == "slow"


@pytest.mark.parametrize("name", ["bar.7:BTC-USD", "trade:NOPE-USD", "trade", ""])
def test_an_unknown_name_tells_nothing(name: str) -> None:
    assert RECORDED.stream(name, KNOWN) is None


def test_urls_are_known_by_host_and_path() -> None:
    assert RECORDED.recognises("wss://stream.acme.com/x")
    assert not RECORDED.recognises("wss://notacme.com/x")
    assert not RECORDED.recognises("")
    listing = RECORDED.url("https://acme.com/v1/symbols?x=1")
    assert listing is not None
    assert listing.kind == "instruments"
    assert RECORDED.url("https://acme.com/v1/time") is None


def test_the_channel_is_what_stands_before_the_symbol() -> None:
    assert channel_of("trade:BTC:USD") == "trade"


def test_a_table_may_join_by_another_sign_and_put_its_own_subjects_together() -> None:
    both = ChannelKind(decode, name="tick.24", make_subject=lambda instrument: [instrument])
    table = ChannelTable(
        product="acme.spot",
        kinds={topics.Tickers(""): both, topics.MarkPrices(""): both},
        sign=".",
    )
    channel = table.channel(topics.MarkPrices(BTC), KNOWN)
    assert (channel.stream, channel.subject) == ("tick.24.BTC-USD", [KNOWN[BTC]])
    recorded = ChannelRecordings(table, hosts=(), listing="")
    found = recorded.stream("tick.24.BTC-USD", KNOWN)
    assert found is not None
    assert found[0] == topics.Tickers(BTC)


def test_three_channels_and_candles_make_a_table() -> None:
    kinds = public_channels(
        trades=("t", decode),
        quotes=("q", decode),
        books=("b", decode),
        candles=candle_kinds(decode, {"1m": "1"}, "c"),
    )
    assert {str(topic): kind.name for topic, kind in kinds.items()} == {
        "Trades()": "t",
        "Quotes()": "q",
        "BookUpdates()": "b",
        "Candles(1m)": "c1",
    }
    assert all(kind.is_many for kind in kinds.values())


def test_symbols_are_what_stands_after_the_channels() -> None:
    assert symbols_of(["b:BTC:USD", "b:ETH"]) == ["BTC:USD", "ETH"]
