"""G11: outgoing frames are paced, control frames counted. G12: a ban means silence, and work goes on after it."""

from __future__ import annotations

import asyncio
from bisect import bisect_left

import pytest
from tests.guarantees.kit import BTC, MemoryVenue, acquire, in_background, spot, until, usdm

from tickwright.app.connector import Connector
from tickwright.model.market import Quote
from tickwright.model.notices import SessionDown
from tickwright.model.topics import AggTrades, BookUpdates, Notices, Quotes, Topic, Trades
from tickwright.sandbox.market import GeneratedMarket, instrument_ids
from tickwright.sandbox.server import LoopbackVenue
from tickwright.testing.memory import Refuse
from tickwright.testing.virtual_time import virtual_time


def busiest_second(times_s: list[float]) -> int:
    """Return the most frames in any sliding second, its end excluded."""
    return max(bisect_left(times_s, start + 1.0) - n for n, start in enumerate(times_s))


@virtual_time
async def test_g11_hundreds_of_topics_leave_at_four_frames_a_second_pongs_included() -> None:
    market = spot(*instrument_ids("binance.spot", 300), rate_per_s=5, depth=10)
    async with MemoryVenue(market) as venue, venue.connector() as tw:
        ids = instrument_ids("binance.spot", 300)
        board = venue.boards["binance.spot"]
        board.ping_interval_s = 1.0  # twenty times the venue's own
        listeners = [
            tw.on(topic(name), _ignore) for name in ids for topic in (Trades, Quotes, AggTrades)
        ]
        await asyncio.sleep(5)
        for listener in listeners[::3]:
            listener.detach()
        for name in ids[:40]:
            await asyncio.sleep(0.05)
            listeners.append(tw.on(BookUpdates(name), _ignore))
        await asyncio.sleep(20)
        line = venue.open_lines[0]
        assert len(venue.lines) == 1, "nobody was thrown out"
        assert len(board.streams) == 300 * 2 + 40
        assert busiest_second(line.frame_times_s) <= 4
        assert len(line.pong_delays_s) >= 20
        assert max(line.pong_delays_s) <= 1.0


@virtual_time
async def test_g11_reconnecting_counts_against_the_same_second() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        await acquire(tw, [Trades(BTC), Quotes(BTC)])
        for _ in range(6):
            await until(lambda: bool(venue.open_lines), 60)
            venue.open_lines[0].close(1001)
            await asyncio.sleep(0.1)
        await asyncio.sleep(60)
        times = sorted(time for line in venue.lines for time in line.frame_times_s)
        assert busiest_second(times) <= 4


@virtual_time
async def test_g11_more_streams_than_a_connection_carries_open_another() -> None:
    ids = instrument_ids("binance.spot", 450)
    market = spot(*ids, rate_per_s=1, depth=10)
    async with MemoryVenue(market, step_s=1.0) as venue, venue.connector() as tw:
        for name in ids:
            for topic in (Trades, Quotes, AggTrades):
                tw.on(topic(name), _ignore)
        await asyncio.sleep(30)
        assert sorted(len(line.conversation.streams) for line in venue.lines) == [326, 1024]
        assert all(busiest_second(line.frame_times_s) <= 4 for line in venue.lines)


async def test_g11_a_strict_venue_on_real_sockets_throws_nobody_out() -> None:
    ids = instrument_ids("binance.spot", 250)
    market = GeneratedMarket("binance.spot", ids, seed=7, depth=10)
    async with (
        LoopbackVenue([market], speed=0) as venue,
        Connector.open("binance.spot", endpoints=venue.endpoints) as tw,
    ):
        topics: list[Topic] = [kind(name) for name in ids for kind in (Trades, Quotes)]
        await acquire(tw, topics[:100])
        board = venue.switchboard("binance.spot")
        for number in range(100, 500, 50):
            await acquire(tw, topics[number : number + 50])
            venue.ping_all()
            await venue.wait_until(lambda: bool(board.streams))
        await venue.wait_until(lambda: len(board.streams) == 500)
        assert board.connected == 1


@pytest.mark.parametrize("status", [418, 429])
@virtual_time
async def test_g12_after_a_refusal_nothing_reaches_the_host_until_the_time_it_named(
    status: int,
) -> None:
    async with (
        MemoryVenue(spot(BTC, "binance:ETH/USDT"), usdm()) as venue,
        venue.connector() as tw,
    ):
        faults = venue.faults["binance.spot"]
        await tw.instruments()
        faults.rest_status, faults.retry_after_s = status, 120
        book = in_background(tw.book(BTC, timeout_s=None))
        candles = in_background(tw.fetch.candles("binance:ETH/USDT"))
        await asyncio.sleep(1)
        banned_s = next(
            sent.at_s
            for sent in venue.http.requests
            if sent.at_s > 0 and "exchangeInfo" not in sent.request.url
        )
        faults.rest_status = None
        others = [in_background(tw.fetch.ticker(BTC)) for _ in range(20)]
        assert await tw.fetch.candles("binance:BTC/USDT:USDT"), "another host is another matter"
        await asyncio.sleep(118)
        spot_times = [
            sent.at_s
            for sent in venue.http.requests
            if sent.request.host == "binance.spot" and sent.at_s > banned_s
        ]
        assert spot_times == []
        assert not book.done()
        await asyncio.wait([book, candles, *others], timeout=10)
        assert book.result().is_readable
        assert candles.result()
        assert all(other.result() for other in others)


@virtual_time
async def test_g12_a_ban_without_a_time_keeps_still_for_two_minutes() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        await tw.instruments()
        venue.faults["binance.spot"].rest_status = 418
        waiting = in_background(tw.fetch.ticker(BTC))
        await asyncio.sleep(0.5)
        venue.faults["binance.spot"].rest_status = None
        count = len(venue.http.requests)
        await asyncio.sleep(118)
        assert len(venue.http.requests) == count
        await asyncio.wait_for(waiting, 10)


@pytest.mark.parametrize("status", [429, 418, 403])
@virtual_time
async def test_g12_a_handshake_refused_with_a_time_holds_all_sessions_of_the_host_back(
    status: int,
) -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        venue.network.plan(Refuse(status=status, retry_after_s=300))
        seen = await acquire(tw, [Notices(), Quotes(BTC)])
        await asyncio.sleep(299)
        assert len(venue.network.attempts) == 1
        assert str(status) in seen.of(SessionDown)[0].reason
        await until(lambda: seen.of(Quote), 5)


def _ignore(event: object) -> None:
    """Listen, so that the stream is wanted."""
