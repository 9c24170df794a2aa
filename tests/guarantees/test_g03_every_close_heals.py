"""G3: whatever ends a connection, and whenever: the session reconnects, resubscribes, and data flows again."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from tests.guarantees.kit import BTC, MemoryVenue, acquire, catches_up, sides_of, spot, until

from tickwright.app.connector import Connector
from tickwright.model.market import Trade
from tickwright.model.notices import SessionDown, SessionUp
from tickwright.model.topics import Notices, Trades
from tickwright.sandbox.faults import EOF
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue
from tickwright.testing.memory import Hang, Outcome, Refuse
from tickwright.testing.virtual_time import virtual_time


CODES = (1000, 1001, 1005, EOF, 1008, 1009, 1011, 1012, 1013, 3000, 4000)


@pytest.mark.parametrize("code", CODES)
@virtual_time
async def test_g03_streaming_is_closed_with_a_code_and_flows_again(code: int) -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        before = len(seen.of(Trade))
        venue.open_lines[0].close(code, "so long")
        await until(lambda: not book.is_readable, 1)
        assert book.best_bid is None
        await until(lambda: book.is_readable, 5)
        await asyncio.sleep(5)
        assert len(seen.of(Trade)) > before
        await catches_up(book, venue)
        down = seen.of(SessionDown)[0]
        assert down.code == code
        assert 0.9 <= down.retry_in_s <= 1.1
        assert not down.is_final
        assert len(seen.of(SessionUp)) == 2


@pytest.mark.parametrize("phase", ["close_on_open", "close_on_subscribe"])
@pytest.mark.parametrize("code", CODES)
@virtual_time
async def test_g03_closed_right_after_opening_or_before_the_acknowledgement(
    phase: str, code: int
) -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        setattr(venue.faults["binance.spot"], phase, code)
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        await until(lambda: len(seen.of(SessionDown)) == 4, 20)
        setattr(venue.faults["binance.spot"], phase, None)
        await until(lambda: seen.of(Trade), 20)
        assert venue.network.attempts[0][0] < venue.network.attempts[1][0] - 0.8


@pytest.mark.parametrize(
    "outcome", [Refuse(), Refuse(status=503), Refuse(status=429), Refuse(status=403), Hang()]
)
@virtual_time
async def test_g03_a_handshake_that_is_refused_or_never_answered_is_tried_again(
    outcome: Outcome,
) -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        venue.network.plan(outcome, outcome, outcome)
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        await until(lambda: seen.of(Trade), 60)
        assert len(seen.of(SessionDown)) == 3
        assert seen.of(SessionUp)[0].attempt == 4


@virtual_time
async def test_g03_a_black_hole_is_noticed_within_half_a_minute() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        venue.open_lines[0].peer.black_hole()
        took_s = await until(lambda: seen.of(SessionDown), 60)
        assert 9 <= took_s <= 32
        await until(lambda: book.is_readable, 10)
        await asyncio.sleep(1)
        await catches_up(book, venue)


@virtual_time
async def test_g03_a_venue_that_obeys_and_never_acknowledges_still_gives_data() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        venue.faults["binance.spot"].no_ack = True
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        book = await tw.book(BTC)
        await until(lambda: seen.of(Trade), 5)
        await until(lambda: seen.of(SessionDown), 60)
        venue.faults["binance.spot"].no_ack = False
        await until(lambda: book.is_readable, 10)


@virtual_time
async def test_g03_an_outage_of_hours_ends_with_data_within_its_last_delay() -> None:
    async with MemoryVenue(spot(), step_s=1.0) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC)])
        await asyncio.sleep(60)
        venue.is_moving = False
        venue.network.plan(*[Refuse()] * 200)
        venue.open_lines[0].close(EOF)
        await asyncio.sleep(2 * 3600)
        delays = [down.retry_in_s for down in seen.of(SessionDown)]
        assert len(delays) > 100
        assert max(delays) <= 66
        assert all(a < b for a, b in pairwise(delays[:6]))
        venue.network._plan.clear()
        venue.is_moving = True
        before = len(seen.of(Trade))
        await until(lambda: len(seen.of(Trade)) > before, 70)


@pytest.mark.parametrize("code", [1000, 1008, EOF])
async def test_g03_on_real_sockets_a_close_heals(code: int) -> None:
    market = GeneratedMarket("binance.spot", (BTC,), seed=7, depth=20)
    async with (
        LoopbackVenue([market], speed=0) as venue,
        Connector.open("binance.spot", endpoints=venue.endpoints) as tw,
    ):
        book = await tw.book(BTC, timeout_s=5)
        await venue.advance(1.0)
        venue.close_sockets(code)
        board = venue.switchboard("binance.spot")
        await venue.wait_until(lambda: board.connected == 2 and len(board.streams) == 2)
        await book.wait_readable(5)
        await venue.advance(1.0)
        async with asyncio.timeout(5):
            while sides_of(book) != market.book("BTCUSDT"):
                await asyncio.sleep(0)


async def test_g03_on_real_sockets_shut_doors_are_tried_until_they_open() -> None:
    market = GeneratedMarket("binance.spot", (BTC,), seed=7, depth=20)
    async with LoopbackVenue([market], speed=1) as venue:
        await venue.shut_doors()
        async with Connector.open("binance.spot", endpoints=venue.endpoints) as tw:
            seen = await acquire(tw, [Notices(), Trades(BTC)])
            async with asyncio.timeout(5):
                while not seen.of(SessionDown):
                    await asyncio.sleep(0)
            await venue.open_doors()
            async with asyncio.timeout(5):
                while not seen.of(Trade):
                    await asyncio.sleep(0.001)
