"""G14: a slow consumer is harmless. G15: queues are bounded, and drops are loud."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    ETH,
    Collected,
    MemoryVenue,
    acquire,
    catches_up,
    in_background,
    sides_of,
    spot,
    until,
    usdm,
)

from tickwright.errors import SlowConsumer, WouldBlock
from tickwright.model.market import BookDelta, BookSnapshot, Quote, Trade
from tickwright.model.notices import Dropped, SessionDown
from tickwright.model.topics import BookUpdates, Notices, Quotes, Trades
from tickwright.runtime.queues import Overflow
from tickwright.testing.virtual_time import virtual_time


@virtual_time
async def test_g14_a_handler_asleep_for_a_minute_harms_nobody() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        slept = 0

        async def sleepy(event: Trade) -> None:
            nonlocal slept
            await asyncio.sleep(60)
            slept += 1

        await tw.on(Trades(BTC), sleepy).wait_acquired()
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(300)
        assert slept >= 4
        line = venue.open_lines[0]
        assert seen.of(SessionDown) == []
        assert len(line.pong_delays_s) >= 14
        assert max(line.pong_delays_s) < 0.5
        assert len(seen.of(Trade)) > 300
        await catches_up(book, venue)


@virtual_time
async def test_g14_a_reader_that_never_reads_harms_nobody_under_any_policy_that_drops() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        async with (
            tw.subscribe(Trades(BTC), capacity=5),
            tw.subscribe(Trades(BTC), capacity=5, overflow=Overflow.CONFLATE),
            tw.subscribe(Trades(BTC), capacity=5, overflow=Overflow.FAIL),
        ):
            await asyncio.sleep(120)
        assert seen.of(SessionDown) == []
        assert len(seen.of(Trade)) > 100


@virtual_time
async def test_g15_drop_oldest_counts_what_it_drops_in_its_place() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        everything = await acquire(tw, [Trades(BTC)])
        async with tw.subscribe(Trades(BTC), capacity=10) as line:
            await asyncio.sleep(30)
            read: list[Any] = [line.receive_nowait() for _ in range(11)]
        dropped = read[0]
        assert isinstance(dropped, Dropped)
        assert dropped.count == line.statistics().dropped == len(everything.events) - 10
        assert read[1:] == everything.events[-10:]


@virtual_time
async def test_g15_conflate_keeps_the_newest_of_each_kind() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        everything = await acquire(tw, [Quotes(BTC), Quotes(ETH)])
        async with tw.subscribe(Quotes(BTC), Quotes(ETH), overflow=Overflow.CONFLATE) as line:
            await asyncio.sleep(30)
            read = [line.receive_nowait() for _ in range(2)]
        newest = {quote.instrument: quote for quote in everything.of(Quote)}
        assert {quote.instrument: quote for quote in read} == newest


@virtual_time
async def test_g15_fail_raises_after_what_it_could_keep() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        async with tw.subscribe(Trades(BTC), capacity=10, overflow=Overflow.FAIL) as line:
            await asyncio.sleep(30)
            read = []
            with pytest.raises(SlowConsumer, match="10 events behind"):
                async for event in line:
                    read.append(event)  # noqa: PERF401 - what was read before the error counts
        assert len(read) == 10


@virtual_time
async def test_g15_block_loses_nothing_however_long_the_reader_sleeps() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        notices = await acquire(tw, [Notices()])
        async with tw.subscribe(Trades(BTC), capacity=10, overflow=Overflow.BLOCK) as line:
            await until(lambda: line.statistics().is_paused, 30)
            await asyncio.sleep(
                45
            )  # longer than any silence is borne, shorter than the venue's own patience
            ids: list[int] = []
            async with asyncio.timeout(60):
                async for event in line:
                    assert isinstance(event, Trade)
                    ids.append(int(event.trade_id))
                    if len(ids) == 200:
                        break
        assert ids == list(range(ids[0], ids[0] + 200))
        assert notices.of(SessionDown) == []


@pytest.mark.parametrize("overflow", [Overflow.DROP_OLDEST, Overflow.CONFLATE])
@virtual_time
async def test_g15_a_reader_of_deltas_gets_the_whole_book_after_a_drop(overflow: Overflow) -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        async with tw.subscribe(BookUpdates(BTC), capacity=3, overflow=overflow) as line:
            await asyncio.sleep(1)
            own: tuple[dict[Any, Any], dict[Any, Any]] = ({}, {})
            kinds = []
            for _ in range(60):
                await asyncio.sleep(1.3)
                for _ in range(3):
                    event = await line.receive()
                    kinds.append(type(event))
                    _follow(own, event)
            while line.statistics().queued:
                _follow(own, await line.receive())
            book = await tw.book(BTC)
            assert own == sides_of(book)
        assert BookSnapshot in kinds[5:]
        if overflow is Overflow.DROP_OLDEST:
            at = [n for n, kind in enumerate(kinds[:-1]) if kind is Dropped]
            assert at
            assert all(kinds[n + 1] is BookSnapshot for n in at)


@virtual_time
async def test_g15_a_reader_that_lost_a_suspect_book_gets_it_back_when_it_is_cleared() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        book = await tw.book(BTC)
        keeper = tw.feeds[0].book_pipe(BTC).keeper
        async with tw.subscribe(BookUpdates(BTC), capacity=2) as line:
            await asyncio.sleep(5)
            keeper.on_silent(1.0, venue.clock.time_ns(), is_renewed=True)
            assert not book.is_readable
            assert isinstance(line.receive_nowait(), Dropped)
            with pytest.raises(WouldBlock):
                line.receive_nowait()  # there is no book to go on from
            await until(lambda: book.is_readable, 5)
            await asyncio.sleep(0.3)
            first = await line.receive()
            while not isinstance(first, BookSnapshot):
                assert not isinstance(first, BookDelta), "a delta to a book that the reader lacks"
                first = await line.receive()


@virtual_time
async def test_g15_who_comes_while_the_last_reader_leaves_is_served() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        first = tw.on(Trades(BTC), Collected())
        await asyncio.sleep(1)
        venue.faults["binance.usdm"].rest_delay_s = 2.0
        seen: list[Any] = []

        async def read_both() -> None:
            async with tw.subscribe(Trades(BTC), Trades(BTC_PERP)) as line:
                async for event in line:
                    seen.append(event.instrument)  # noqa: PERF401 - what came before its end counts

        reader = in_background(read_both())
        await asyncio.sleep(1)  # it waits for the listings of the other product
        first.detach()
        await asyncio.sleep(2)
        seen.clear()
        await asyncio.sleep(20)
        assert set(seen) == {BTC, BTC_PERP}
        reader.cancel()
        await asyncio.wait({reader})


def _follow(own: tuple[dict[Any, Any], dict[Any, Any]], event: object) -> None:
    if isinstance(event, BookSnapshot):
        for side in own:
            side.clear()
    if isinstance(event, (BookSnapshot, BookDelta)):
        for side, levels in zip(own, (event.bids, event.asks), strict=True):
            side.update(levels)
            for price in [price for price, quantity in levels if not quantity]:
                del side[price]
