"""G23: renewal is make-before-break. At the 24 h limit or a shutdown notice there is no gap and no double."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from random import Random
from typing import Any

from tests.guarantees.kit import BTC, Collected, MemoryVenue, sides_of, spot

from tickwright import (
    BookDelta,
    BookState,
    BookStateChanged,
    BookStates,
    BookUpdates,
    Gap,
    Notices,
    Quote,
    Quotes,
    SessionDown,
    SessionUp,
    Trade,
    Trades,
)
from tickwright.app.connector import Connector
from tickwright.core.renewal import RenewalPolicy, RenewalTimer
from tickwright.sandbox import Sandbox
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


def is_unbroken(heard: Collected) -> None:
    """Assert that every stream went on by ones: no hole, no double, no resync."""
    trades = [trade.trade_id for trade in heard.of(Trade)]
    quotes = [quote.sequence for quote in heard.of(Quote)]
    deltas = [(delta.first, delta.last) for delta in heard.of(BookDelta)]
    assert len(trades) > 100
    assert all(after == before + 1 for before, after in pairwise(trades))
    assert all(after > before for before, after in pairwise(quotes))
    assert all(after[0] == before[1] + 1 for before, after in pairwise(deltas))
    assert heard.of(Gap) == []
    states = [change.new for change in heard.of(BookStateChanged)]
    assert set(states) <= {BookState.UNAUDITED, BookState.LIVE}


@virtual_time
async def test_g23_a_shutdown_notice_is_answered_by_a_successor_before_the_cut() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        heard = Collected()
        for topic in (Trades(BTC), Quotes(BTC), BookUpdates(BTC), BookStates(BTC)):
            tw.on(topic, heard)
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        (old,) = venue.open_lines
        venue.boards["binance.spot"].announce('{"e":"serverShutdown","E":1}', "!serverShutdown")
        await asyncio.sleep(10)
        assert old not in venue.open_lines, "it is closed by us, before the venue does"
        assert len(venue.open_lines) == 1
        await asyncio.sleep(20)
        is_unbroken(heard)
        assert book.state is BookState.LIVE
        venue.is_moving = False
        await asyncio.sleep(1)
        assert sides_of(book) == venue.book("BTCUSDT")


@virtual_time
async def test_g23_a_cut_after_the_notice_finds_the_successor_ready() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        heard = Collected()
        for topic in (Trades(BTC), Quotes(BTC), BookUpdates(BTC), BookStates(BTC)):
            tw.on(topic, heard)
        await tw.book(BTC)
        await asyncio.sleep(5)
        (old,) = venue.open_lines
        venue.boards["binance.spot"].announce('{"e":"serverShutdown","E":1}', "!serverShutdown")
        await asyncio.sleep(1.5)
        old.close(1001, "going away")
        await asyncio.sleep(20)
        is_unbroken(heard)


@virtual_time
async def test_g23_a_cut_that_comes_too_soon_is_healed_like_any_other() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        book = await tw.book(BTC)
        (old,) = venue.open_lines
        venue.boards["binance.spot"].announce('{"e":"serverShutdown","E":1}', "!serverShutdown")
        old.close(1001, "going away")
        await asyncio.sleep(0.1)
        assert book.state is BookState.STALE
        await asyncio.sleep(30)
        assert book.is_readable
        assert len(venue.open_lines) == 1


HOUR_S = 3600.0
DAY_S = 24 * HOUR_S

LIFETIME_S = 60.0
"""A venue's day in this test; all that matters is that it is longer than an overlap."""


@virtual_time
async def test_g23_a_venue_that_cuts_every_connection_after_its_lifetime_never_gets_to_it() -> None:
    async with MemoryVenue(spot(rate_per_s=50.0)) as venue, venue.connector() as tw:
        heard, notices = Collected(), Collected()
        for topic in (Trades(BTC), Quotes(BTC), BookUpdates(BTC), BookStates(BTC)):
            tw.on(topic, heard)
        tw.on(Notices(), notices)
        book = await tw.book(BTC)
        policy = RenewalPolicy(lifetime_s=LIFETIME_S, margin_s=10.0, spread_s=5.0)
        for pool in tw.feeds[0]._pools.values():
            pool._timer = lambda opened_s: RenewalTimer(policy, Random(1), opened_s=opened_s)
        for line in venue.open_lines:
            cut_after(line, LIFETIME_S)
        for _ in range(5):
            await asyncio.sleep(LIFETIME_S)
            for line in venue.open_lines:
                cut_after(line, LIFETIME_S)
        is_unbroken(heard)
        assert book.state is BookState.LIVE
        assert len(notices.of(SessionUp)) >= 5
        downs = notices.of(SessionDown)
        assert {down.reason for down in downs} == {"renewed"}, "no cut was ever felt"
        assert len(venue.open_lines) <= 2


def cut_after(line: Any, delay_s: float) -> None:
    """Have the venue close a connection, if it is there so long."""
    asyncio.get_running_loop().call_later(delay_s, line.close, 1001, "24 h are over")


@virtual_time
async def test_g23_the_venues_cut_after_24_hours_under_load_loses_nothing_and_doubles_nothing() -> (
    None
):
    heard, notices = Collected(), Collected()
    sandbox = Sandbox(
        ["binance.spot"],
        instruments=[BTC],
        network=MemoryVenues(latency_s=0.01),
        rate_per_s=0.25,
        step_s=1.0,
        depth=10,
    )
    async with (
        sandbox,
        Connector.open("binance.spot", environment=sandbox) as tw,
    ):
        for topic in (Trades(BTC), Quotes(BTC), BookUpdates(BTC), BookStates(BTC)):
            tw.on(topic, heard)
        tw.on(Notices(), notices)
        await tw.book(BTC)
        lines = sandbox.venue.connections
        await asyncio.sleep(DAY_S - 2 * HOUR_S)
        while len(lines()) == 1:
            await asyncio.sleep(0.25)
        bursts = 0
        while len(lines()) == 2:  # both are there for some seconds: make them busy ones
            bursts += sandbox.burst(50) > 0
            await asyncio.sleep(0.05)
        assert bursts > 50
        await asyncio.sleep(HOUR_S)
        is_unbroken(heard)
        assert sandbox.venue.switchboard("binance.spot").connected == 2
    downs = notices.of(SessionDown)
    assert [down.reason for down in downs] == ["renewed"]
