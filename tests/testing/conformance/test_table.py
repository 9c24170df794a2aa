"""What cards are played on: every kind of topic in the form that a product takes, and books beside the venue's own."""

from __future__ import annotations

import pytest

from tickwright.app.registry import products_of
from tickwright.model.topics import AveragePrices, BookStates, BookTops, Candles, Topic, Trades
from tickwright.testing.conformance.table import all_topics, count_of, set_table, topics_of
from tickwright.testing.virtual_time import virtual_time


(SPOT,) = products_of("binance.spot")
(KRAKEN,) = products_of("kraken.spot")
BTC = "binance:BTC/USDT"


def test_topics_are_all_that_come_from_a_stream_of_their_own() -> None:
    kinds = all_topics()
    assert {Trades, Candles, BookTops} <= set(kinds)
    assert BookStates not in kinds


@pytest.mark.parametrize(("kind", "forms"), [(Candles, 4), (BookTops, 6), (Trades, 1)])
def test_a_kind_of_topic_has_forms(kind: type[Topic], forms: int) -> None:
    found = topics_of(kind, BTC)
    assert len(found) == forms
    assert {type(topic) for topic in found} == {kind}


@virtual_time
async def test_a_product_is_asked_for_the_first_form_that_it_takes() -> None:
    async with set_table(KRAKEN) as table:
        assert await table.topic(Candles) == Candles(table.ids[0], "1m")
        with pytest.raises(AssertionError, match="taken in no form"):
            await table.topic(AveragePrices)


@virtual_time
async def test_books_are_compared_once_they_are_held() -> None:
    async with set_table(SPOT) as table:
        with pytest.raises(AssertionError, match="no book is held"):
            await table.books_are_equal()
        await table.tw.book(table.ids[0])
        await table.books_are_equal()


@virtual_time
async def test_a_book_that_differs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with set_table(SPOT) as table:
        await table.tw.book(BTC)
        monkeypatch.setattr(table.sandbox, "book", lambda _: ({}, {}))
        with pytest.raises(AssertionError, match=rf"equal books of \['{BTC}'\]"):
            await table.books_are_equal()


@virtual_time
async def test_what_is_said_is_kept_and_counted() -> None:
    async with set_table(SPOT) as table:
        await table.tw.book(BTC)
        kinds = {type(notice) for notice in table.notices}
        assert sum(count_of(table.notices, kind) for kind in kinds) == len(table.notices) > 0
