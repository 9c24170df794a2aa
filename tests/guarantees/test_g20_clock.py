"""G20: neither a step of our clock nor one slow answer about the venue's spoils what is known of its time."""

from __future__ import annotations

import asyncio

import pytest
from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    MemoryVenue,
    acquire,
    in_background,
    spot,
    until,
    usdm,
)

from tickwright.io.rest import RestClient
from tickwright.model.market import Candle
from tickwright.model.notices import BookState, BookStateChanged, SessionDown
from tickwright.model.topics import BookStates, Candles, Notices
from tickwright.testing.virtual_time import VirtualClock, virtual_time


def error_s(rest: RestClient, venue: MemoryVenue) -> float:
    """Return how far what is known of the venue's clock is off."""
    known_ns = rest.clock_sync.server_ns(venue.clock.monotonic_ns())
    assert known_ns is not None
    return abs(known_ns - venue.clock.time_ns()) / 1e9


@pytest.mark.parametrize("step_s", [30.0, -30.0])
@virtual_time
async def test_g20_a_step_of_our_clock_changes_nothing_of_what_is_known(step_s: float) -> None:
    async with MemoryVenue(spot()) as venue:
        ours = VirtualClock()
        async with venue.connector(clock=ours) as tw:
            rest = tw.feeds[0].rest
            await rest.sync_clock(3)
            ours.step(step_s)
            assert error_s(rest, venue) < 0.05
            status = rest.status()
            assert status.clock_offset_ns == pytest.approx(-step_s * 1e9, abs=5e7)
            await rest.sync_clock()
            assert error_s(rest, venue) < 0.05


@virtual_time
async def test_g20_once_it_is_needed_the_venues_time_is_kept_and_not_before() -> None:
    async with MemoryVenue(spot()) as venue:
        ours = VirtualClock()
        async with venue.connector(clock=ours) as tw:
            await tw.book(BTC)
            await asyncio.sleep(600)
            assert not [path for path in venue.paths() if path.endswith("/time")]
            rest = tw.feeds[0].rest
            await rest.venue_clock.known()
            await asyncio.sleep(600)
            asked = [path for path in venue.paths() if path.endswith("/time")]
            assert 12 <= len(asked) <= 14, "four at first, then one a minute"
            ours.step(30)
            assert error_s(rest, venue) < 0.05
            assert "clock -30,000 ms" in str(tw.status())


@virtual_time
async def test_g20_one_slow_answer_is_outvoted() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        rest = tw.feeds[0].rest
        venue.faults["binance.spot"].rest_delay_s = 0.02
        await rest.sync_clock(5)
        venue.faults["binance.spot"].rest_delay_s = 5.0
        await rest.sync_clock()
        venue.faults["binance.spot"].rest_delay_s = 0.02
        assert error_s(rest, venue) < 0.05
        await rest.sync_clock()
        assert error_s(rest, venue) < 0.05


@pytest.mark.parametrize("step_s", [30.0, -30.0])
@virtual_time
async def test_g20_streams_and_books_do_not_notice_a_step_of_our_clock(step_s: float) -> None:
    async with MemoryVenue(spot(), usdm()) as venue:
        ours = VirtualClock()
        async with venue.connector(clock=ours) as tw:
            seen = await acquire(
                tw, [Notices(), BookStates(BTC), BookStates(BTC_PERP), Candles(BTC, "1m")]
            )
            book = await tw.book(BTC)
            await asyncio.sleep(70)
            ours.step(step_s)
            await asyncio.sleep(130)
            assert book.is_readable
            assert seen.of(SessionDown) == []
            assert BookState.STALE not in {each.new for each in seen.of(BookStateChanged)}
            closes = [candle.open_ts_ns for candle in seen.of(Candle) if candle.is_closed]
            assert closes == [closes[0] + n * 60_000_000_000 for n in range(len(closes))]
            assert len(closes) == 3


@virtual_time
async def test_g20_a_ban_lasts_as_long_as_it_should_whatever_our_clock_does() -> None:
    async with MemoryVenue(spot()) as venue:
        ours = VirtualClock()
        async with venue.connector(clock=ours) as tw:
            await tw.instruments()
            faults = venue.faults["binance.spot"]
            faults.rest_status, faults.retry_after_s = 429, 60
            waiting = in_background(tw.fetch.ticker(BTC))
            await asyncio.sleep(1)
            faults.rest_status = None
            ours.step(3600)
            count = len(venue.http.requests)
            await asyncio.sleep(57)
            assert len(venue.http.requests) == count
            await until(waiting.done, 5)
            assert waiting.result().instrument == BTC
