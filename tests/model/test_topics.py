"""Topics: values that name a stream."""

from __future__ import annotations

import inspect

import msgspec
import pytest

from tickwright.model import topics
from tickwright.model.account import AccountEvent
from tickwright.model.market import MarketEvent
from tickwright.model.notices import BookStateChanged, Notice
from tickwright.model.orders import OrderEvent
from tickwright.model.topics import (
    BookTops,
    Candles,
    InstrumentTopic,
    MiniTickers,
    Notices,
    Quotes,
    Tickers,
    Topic,
    Trades,
)


BTC = "binance:BTC/USDT"
PUBLIC = [getattr(topics, name) for name in topics.__all__ if name != "Topic"]


def topic_of(kind: type[Topic]) -> Topic:
    return kind(BTC) if issubclass(kind, InstrumentTopic) else kind()


@pytest.mark.parametrize("kind", PUBLIC)
class TestEveryTopic:
    def test_is_a_value_so_that_equal_wishes_are_one_stream(self, kind: type[Topic]) -> None:
        assert topic_of(kind) == topic_of(kind)
        assert len({topic_of(kind), topic_of(kind)}) == 1

    def test_is_frozen(self, kind: type[Topic]) -> None:
        topic = topic_of(kind)
        with pytest.raises(AttributeError):
            setattr(topic, topic.__struct_fields__[0], "other")

    def test_says_what_its_stream_carries(self, kind: type[Topic]) -> None:
        assert issubclass(kind.event, MarketEvent | OrderEvent | AccountEvent | Notice)
        assert kind.event.__name__ in (inspect.getdoc(kind) or "")

    def test_needs_nothing_but_an_instrument(self, kind: type[Topic]) -> None:
        fields = msgspec.structs.fields(kind)
        assert [field.name for field in fields if field.required] == (
            ["instrument"] if issubclass(kind, InstrumentTopic) else []
        )


def test_topics_of_two_types_about_one_instrument_are_two_streams() -> None:
    assert len({Trades(BTC), Quotes(BTC), Tickers(BTC), MiniTickers(BTC)}) == 4


def test_options_are_part_of_what_is_wanted() -> None:
    assert Candles(BTC, "1m") == Candles(BTC)
    assert Candles(BTC, "5m") != Candles(BTC, "1m")
    assert Trades(BTC, backfill=True) != Trades(BTC)
    assert BookTops(BTC, 5) != BookTops(BTC, 20)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        (Trades(BTC), f"Trades({BTC})"),
        (Trades(BTC, backfill=True), f"Trades({BTC}, backfill=True)"),
        (Candles(BTC, "5m", closed_only=True), f"Candles({BTC}, 5m, closed_only=True)"),
        (Quotes("binance.spot:*"), "Quotes(binance.spot:*)"),
        (Notices(), "Notices()"),
        (Notices("binance"), "Notices(binance)"),
    ],
)
def test_a_topic_shows_what_was_asked_for_and_no_option_that_is_off(
    topic: Topic, text: str
) -> None:
    assert str(topic) == text


@pytest.mark.parametrize(
    ("instrument", "is_wildcard"),
    [("binance.spot:*", True), (BTC, False), ("binance:*/USDT", False)],
)
def test_all_instruments_of_a_product_are_asked_for_by_a_star(
    instrument: str, is_wildcard: bool
) -> None:
    assert Tickers(instrument).is_wildcard is is_wildcard


def test_book_states_come_as_notices_among_events() -> None:
    assert topics.BookStates.event is BookStateChanged
