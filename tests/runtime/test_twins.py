"""Twins, through the whole connector: two connections for the same topics, the first arrival wins, and one of them may die."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.guarantees.kit import BTC, Collected, MemoryVenue, sides_of, spot
from tests.guarantees.test_g23_renewal import is_unbroken

from tickwright import (
    BookState,
    BookStates,
    BookUpdates,
    Connector,
    Notices,
    Quotes,
    SessionDown,
    Trade,
    Trades,
)
from tickwright.testing.virtual_time import virtual_time


TOPICS = (Trades(BTC), Quotes(BTC), BookUpdates(BTC), BookStates(BTC))


async def heard_twice(tw: Connector) -> Collected:
    """Subscribe everything redundantly, and wait until both connections count."""
    heard = Collected()
    for topic in TOPICS:
        tw.on(topic, heard, redundant=True)
    await tw.book(BTC, redundant=True)
    await asyncio.sleep(10)
    return heard


@virtual_time
async def test_every_event_comes_once_though_two_connections_bring_it() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        heard = await heard_twice(tw)
        assert len(venue.open_lines) == 2
        await asyncio.sleep(20)
        is_unbroken(heard)


@virtual_time
async def test_the_end_of_either_connection_is_not_felt_and_it_comes_back() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        heard, notices = await heard_twice(tw), Collected()
        tw.on(Notices(), notices)
        for which in (0, 1, 0, 1):
            venue.open_lines[which].close(1006, "cut")
            await asyncio.sleep(15)
            assert len(venue.open_lines) == 2
        assert len(notices.of(SessionDown)) == 4
        is_unbroken(heard)


@virtual_time
async def test_with_one_of_the_two_black_holed_no_update_is_late() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        heard = await heard_twice(tw)
        venue.open_lines[0].peer.black_hole()
        before = len(heard.events)
        await asyncio.sleep(60)
        late = [each.lag_s or 0.0 for each in heard.events[before:] if isinstance(each, Trade)]
        assert len(late) > 100
        assert max(late) < 0.5
        is_unbroken(heard)


@virtual_time
async def test_when_both_are_lost_the_first_one_back_heals_the_book() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        await heard_twice(tw)
        book = await tw.book(BTC, redundant=True)
        for line in venue.open_lines:
            line.close(1006, "cut")
        await asyncio.sleep(0.5)
        assert book.state is BookState.STALE
        await asyncio.sleep(30)
        assert book.is_readable
        venue.is_moving = False
        await asyncio.sleep(2)
        assert sides_of(book) == venue.book("BTCUSDT")
        assert len(venue.open_lines) == 2


@virtual_time
async def test_what_nobody_wants_any_more_is_given_up_on_both() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        async with tw.subscribe(*TOPICS, redundant=True) as events:
            first: Any = await events.receive()
            assert first is not None
            await asyncio.sleep(10)
            assert len(venue.open_lines) == 2
        await asyncio.sleep(2)
        assert venue.open_lines == []
        assert tw.status().products[0].sessions == ()
