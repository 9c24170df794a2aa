"""One product's subscriptions: shared streams, counted uses, and what becomes of sessions told to pipes."""

from __future__ import annotations

import asyncio

import pytest
from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    ETH,
    MemoryVenue,
    acquire,
    catches_up,
    spot,
    until,
    usdm,
)

from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model.market import FundingRate, MarkPrice, Quote, Trade
from tickwright.model.topics import (
    BookStates,
    BookUpdates,
    FundingRates,
    IndexPrices,
    MarkPrices,
    Quotes,
    Trades,
)
from tickwright.testing.virtual_time import virtual_time


@virtual_time
async def test_topics_of_one_stream_share_it_and_each_gets_its_own_events() -> None:
    async with MemoryVenue(usdm()) as venue, venue.connector() as tw:
        marks = await acquire(tw, [MarkPrices(BTC_PERP)])
        rates = await acquire(tw, [FundingRates(BTC_PERP), IndexPrices(BTC_PERP)])
        await asyncio.sleep(5)
        assert venue.boards["binance.usdm"].streams == {"btcusdt@markPrice@1s"}
        assert {type(event) for event in marks.events} == {MarkPrice}
        assert rates.of(FundingRate)
        assert not rates.of(MarkPrice)


@virtual_time
async def test_a_topic_wanted_twice_is_one_stream_until_the_last_has_left() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        board = venue.boards["binance.spot"]
        first, second = (tw.on(Trades(BTC), lambda event: None) for _ in range(2))
        await asyncio.sleep(2)
        assert board.streams == {"btcusdt@trade"}
        first.detach()
        first.detach()
        await asyncio.sleep(2)
        assert board.streams == {"btcusdt@trade"}
        second.detach()
        await asyncio.sleep(2)
        assert board.streams == set()
        assert venue.open_lines == [], "a session that serves nothing is closed"


@virtual_time
async def test_a_book_brings_its_quotes_to_audit_it_and_takes_them_away() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        board = venue.boards["binance.spot"]
        book = await tw.book(BTC)
        states = tw.on(BookStates(BTC), lambda event: None)
        assert board.streams == {"btcusdt@depth@100ms", "btcusdt@bookTicker"}
        quotes = await acquire(tw, [Quotes(BTC)])
        await asyncio.sleep(5)
        tw.release(book)
        states.detach()
        await asyncio.sleep(2)
        assert board.streams == {"btcusdt@bookTicker"}
        count = len(quotes.of(Quote))
        await asyncio.sleep(5)
        assert len(quotes.of(Quote)) > count


@virtual_time
async def test_routes_of_a_product_are_sessions_of_their_own() -> None:
    async with MemoryVenue(usdm()) as venue, venue.connector() as tw:
        await acquire(tw, [Trades(BTC_PERP), MarkPrices(BTC_PERP)])
        await asyncio.sleep(2)
        names = [session.name for session in tw.feeds[0].status().sessions]
        assert sorted(names) == ["binance.usdm/market#1", "binance.usdm/public#1"]


@virtual_time
async def test_what_the_product_does_not_offer_is_refused_before_anything_changes() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        await tw.instruments()
        feed = tw.feeds[0]
        with pytest.raises(NotSupported, match=r"it offers .*Trades"):
            feed.acquire([Trades(BTC), MarkPrices(BTC)])
        with pytest.raises(UnknownInstrument):
            feed.acquire([Trades(BTC), Trades("binance:XYZ/USDT")])
        with pytest.raises(UnknownInstrument, match="no book"):
            feed.book_pipe(BTC)
        assert feed.status().topics == {}


@virtual_time
async def test_a_topic_taken_up_during_an_outage_flows_after_it() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        await acquire(tw, [Trades(BTC)])
        await asyncio.sleep(2)
        venue.close_all(1006)
        await asyncio.sleep(0.1)
        seen = await acquire(tw, [Trades(ETH), BookUpdates(ETH)])
        book = await tw.book(ETH)
        await until(lambda: seen.of(Trade), 20)
        await catches_up(book, venue)


@virtual_time
async def test_given_up_and_wanted_again_at_once_it_flows() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        for _ in range(5):
            book = await tw.book(BTC)
            await catches_up(book, venue)
            tw.release(book)
            assert not book.is_readable


@virtual_time
async def test_status_tells_where_each_topic_stands() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        await acquire(tw, [Trades(BTC)])
        await asyncio.sleep(2)
        venue.faults["binance.spot"].no_ack = True
        await acquire(tw, [Trades(ETH)])
        await asyncio.sleep(2)
        status = tw.feeds[0].status()
        assert status.topics == {str(Trades(BTC)): "confirmed", str(Trades(ETH)): "pending"}
        assert status.sessions[0].streams["confirmed"] == 1
        assert tw.feeds[0].frames > 0
