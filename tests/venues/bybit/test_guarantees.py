"""Bybit through the whole connector, on virtual time, against its side of the sandbox."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.guarantees.kit import Collected, MemoryVenue, Sides, acquire, sides_of, until

from tickwright.marketdata.book import Book
from tickwright.model.market import BookDelta, BookSnapshot, Ticker, Trade
from tickwright.model.notices import (
    BookState,
    DecodeFailure,
    Gap,
    SessionDown,
    TopicFailed,
    TopicStale,
)
from tickwright.model.topics import (
    BookStates,
    BookUpdates,
    MarkPrices,
    Notices,
    Quotes,
    Tickers,
    Trades,
)
from tickwright.sandbox.market import GeneratedMarket, instrument_ids
from tickwright.testing.virtual_time import virtual_time
from tickwright.venues.bybit.streams import WHOLE


SPOT, LINEAR = "bybit.spot", "bybit.linear"
BTC, ETH = "bybit:BTC/USDT:USDT", "bybit:ETH/USDT:USDT"
BOOK = "linear/orderbook.200.BTCUSDT"


def linear(*ids: str) -> GeneratedMarket:
    return GeneratedMarket(LINEAR, ids or (BTC,), depth=20)


def truth(venue: MemoryVenue) -> Sides:
    """Return the exact book of this moment."""
    return venue.book("linear/BTCUSDT")


async def catches_up(book: Book, venue: MemoryVenue) -> None:
    """Wait until all levels of ``book`` equal the venue's at the same moment."""
    await until(lambda: sides_of(book) == truth(venue), 10)


def texts(venue: MemoryVenue) -> list[dict[str, object]]:
    """Return what clients said, over all connections."""
    return [json.loads(text) for line in venue.lines for text in line.peer.texts]


@pytest.mark.parametrize("fault", ["drop", "reorder"])
@virtual_time
async def test_g05_a_hole_is_healed_by_subscribing_that_one_stream_anew(fault: str) -> None:
    async with MemoryVenue(linear(BTC, ETH)) as venue, venue.connector() as tw:
        notices, states = await acquire(tw, [Notices()]), await acquire(tw, [BookStates(BTC)])
        updates = await acquire(tw, [BookUpdates(BTC)])
        book, other = await tw.book(BTC), await tw.book(ETH)
        await asyncio.sleep(5)
        getattr(venue.faults[LINEAR], fault)[BOOK] = 1
        await until(lambda: book.gaps == 1)
        await until(lambda: book.is_readable)
        await catches_up(book, venue)
        assert [change.new for change in states.events][-2:] == [
            BookState.RESYNCING,
            BookState.UNAUDITED,
        ]
        assert (book.gaps, other.gaps, notices.of(SessionDown)) == (1, 0, [])
        assert [said["args"] for said in texts(venue) if said["op"] == "unsubscribe"] == [
            ["orderbook.200.BTCUSDT"]
        ]
        assert len(updates.of(BookSnapshot)) == 2


@virtual_time
async def test_a_doubled_delta_changes_nothing() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        book = await tw.book(BTC)
        venue.faults[LINEAR].double[BOOK] = 5
        await asyncio.sleep(5)
        await catches_up(book, venue)
        assert book.gaps == 0


@virtual_time
async def test_g07_after_an_outage_no_level_from_before_is_left() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        updates = await acquire(tw, [BookUpdates(BTC)])
        book = await tw.book(BTC)
        for code in (1000, 1001, 1006):
            await asyncio.sleep(3)
            venue.close_all(code)
            await asyncio.sleep(0.5)
            assert not book.is_readable
            await until(lambda: book.is_readable)
            await catches_up(book, venue)
        assert len(updates.of(BookSnapshot)) == 4


@virtual_time
async def test_books_of_every_depth_are_whole() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        books = {depth: await tw.book(BTC, depth=depth) for depth in (1, 50, 200, 1000, WHOLE)}
        await asyncio.sleep(10)
        venue.is_moving = False
        await asyncio.sleep(5)
        bids, asks = truth(venue)
        for depth, book in books.items():
            assert book.bids() == sorted(bids.items(), reverse=True)[:depth], depth
            assert book.asks() == sorted(asks.items())[:depth], depth


@pytest.mark.parametrize("fault", ["drop", "reorder", "renumber"])
@virtual_time
async def test_g05_a_whole_book_starts_from_an_answer_and_is_healed_by_another(fault: str) -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        book = await tw.book(BTC, depth=WHOLE)
        await asyncio.sleep(5)
        await catches_up(book, venue)
        getattr(venue.faults[LINEAR], fault)["linear/orderbook.full.BTCUSDT"] = 1
        await until(lambda: book.gaps == 1)
        await until(lambda: book.is_readable)
        await catches_up(book, venue)
        await asyncio.sleep(5)
        await catches_up(book, venue)
        assert (book.gaps, book.resyncs) == (1, 1)
        assert not [said for said in texts(venue) if said["op"] == "unsubscribe"]


@virtual_time
async def test_a_doubled_delta_of_a_whole_book_changes_nothing() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        book = await tw.book(BTC, depth=WHOLE)
        venue.faults[LINEAR].double["linear/orderbook.full.BTCUSDT"] = 5
        await asyncio.sleep(5)
        await catches_up(book, venue)
        assert book.gaps == 0


@virtual_time
async def test_the_client_pings_while_data_flow() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        await acquire(tw, [Quotes(BTC)])
        await asyncio.sleep(205)
        pings = [said for said in texts(venue) if said == {"op": "ping"}]
        assert len(pings) == 10


@virtual_time
async def test_g22_a_bad_topic_of_a_full_request_fails_alone_with_the_venues_text() -> None:
    ids = instrument_ids(SPOT, 24)
    async with MemoryVenue(GeneratedMarket(SPOT, ids, depth=5)) as venue, venue.connector() as tw:
        bad = "spot/publicTrade.ETHUSDT"
        text = "error:handler not found,topic:publicTrade.ETHUSDT"
        venue.faults[SPOT].refuse[bad] = text
        own = {name: await acquire(tw, [Trades(name)]) for name in ids}
        notices = await acquire(tw, [Notices()])
        await asyncio.sleep(90)
        for name in ids:
            failures = own[name].of(TopicFailed)
            is_bad = name == "bybit:ETH/USDT"
            assert [each.stream for each in failures] == ["publicTrade.ETHUSDT"] * is_bad
            assert bool(own[name].of(Trade)) != is_bad, name
        assert notices.of(SessionDown) == []
        sizes = [len(said["args"]) for said in texts(venue) if "args" in said]  # type: ignore[arg-type]  # lists
        assert max(sizes) == 10


@virtual_time
async def test_a_ticker_is_whole_from_its_first_event_on() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        tickers = await acquire(tw, [Tickers(BTC)])
        marks = await acquire(tw, [MarkPrices(BTC)])
        notices = await acquire(tw, [Notices()])
        await asyncio.sleep(5)
        venue.close_all(1006)
        await asyncio.sleep(10)
        assert len(tickers.of(Ticker)) > 20
        assert marks.events
        assert all(
            ticker.bid_price and ticker.ask_price and ticker.change_percent is not None
            for ticker in tickers.of(Ticker)
        )
        assert notices.of(DecodeFailure) == []


@virtual_time
async def test_g17_an_outage_is_told_before_the_next_trade() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        trades = await acquire(tw, [Trades(BTC)])
        await until(lambda: len(trades.of(Trade)) > 3)
        venue.close_all(1006)
        await asyncio.sleep(60)
        (gap,) = trades.of(Gap)
        assert (gap.first, gap.last) == (None, None)
        at = trades.events.index(gap)
        ids = [event.trade_id for event in trades.events if isinstance(event, Trade)]
        assert 3 < at < len(trades.events) - 1
        assert len(ids) == len(set(ids))


@virtual_time
async def test_g04_a_book_that_was_acknowledged_and_never_came_is_asked_for_again() -> None:
    async with MemoryVenue(linear()) as venue, venue.connector() as tw:
        venue.faults[LINEAR].silent_streams.add(BOOK)
        notices: Collected = await acquire(tw, [Notices()])
        states = await acquire(tw, [BookStates(BTC)])
        updates = await acquire(tw, [BookUpdates(BTC)])
        await until(lambda: bool(notices.of(TopicStale)), 200)
        venue.faults[LINEAR].silent_streams.clear()
        await until(lambda: bool(updates.of(BookDelta)), 200)
        assert states.events[-1].new is BookState.UNAUDITED
