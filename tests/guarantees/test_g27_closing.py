"""G27: closing is clean: at any point, in bounded time, with nothing left behind; and twice is fine."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tests.guarantees.kit import BTC, ETH, MemoryVenue, acquire, in_background, spot, until

from tickwright.app.connector import Connector
from tickwright.errors import Closed
from tickwright.model.market import Trade
from tickwright.model.topics import BookUpdates, Candles, Notices, Quotes, Trades
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue
from tickwright.testing.memory import Accept, Hang
from tickwright.testing.virtual_time import virtual_time


CLOSE_S = 3.0
"""A closing handshake may take two seconds; nothing else may take any time."""


def threads_of_ours() -> set[threading.Thread]:
    """Return all threads but those in which the event loop itself looks names up, which end with it."""
    return {each for each in threading.enumerate() if not each.name.startswith("asyncio_")}


@contextmanager
def nothing_left() -> Iterator[None]:
    """Fail if tasks, file descriptors, threads or warnings are left behind."""
    gc.collect()
    tasks, threads = asyncio.all_tasks(), threads_of_ours()
    descriptors = set(os.listdir("/proc/self/fd"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert asyncio.all_tasks() - tasks == set()
    assert threads_of_ours() == threads
    assert [str(each.message) for each in caught] == []
    left = set(os.listdir("/proc/self/fd")) - descriptors
    assert len(left) <= 1, "the listing itself holds one"


async def use_everything(tw: Connector) -> None:
    """Use a connector in every way, until cancelled."""

    async def slow(event: Trade) -> None:
        await asyncio.sleep(1)

    book = await tw.book(BTC, timeout_s=None)
    tw.on(Trades(BTC, backfill=True), slow)
    tw.on(Notices(), lambda notice: None)
    tw.on(Candles(BTC), lambda candle: None)
    async with tw.subscribe(Quotes(ETH), BookUpdates(ETH)) as line:
        async for _ in line:
            await tw.fetch.ticker(BTC)
            assert book.instrument is not None


@pytest.mark.parametrize("steps", [*range(40), 50, 70, 100, 150, 250, 400])
@virtual_time
async def test_g27_cancelled_after_any_number_of_steps_nothing_is_left(steps: int) -> None:
    venue = MemoryVenue(spot(BTC, ETH), latency_s=0.01)
    venue.network.plan(*[Accept(delay_s=0.05)] * 3)
    venue.faults["binance.spot"].rest_delay_s = 0.03
    loop = asyncio.get_running_loop()
    async with venue:
        with nothing_left():
            async with asyncio.timeout(60):
                connector = venue.connector()

                async def run() -> None:
                    async with connector as tw:
                        await use_everything(tw)

                task = loop.create_task(run())
                for _ in range(steps):
                    await asyncio.sleep(0.01 if steps >= 40 else 0)
                task.cancel()
                began_s = loop.time()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert loop.time() - began_s <= CLOSE_S
                await connector.close()
        assert venue.open_lines == []


PHASES: dict[str, Callable[[MemoryVenue], None]] = {
    "handshake": lambda venue: venue.network.plan(Hang()),
    "listing": lambda venue: setattr(venue.faults["binance.spot"], "rest_black_hole", True),
    "snapshot": lambda venue: setattr(venue.faults["binance.spot"], "snapshot_delay_s", 9.0),
    "no acknowledgement": lambda venue: setattr(venue.faults["binance.spot"], "no_ack", True),
    "black hole": lambda venue: setattr(venue.faults["binance.spot"], "black_hole", True),
    "a ban": lambda venue: setattr(venue.faults["binance.spot"], "rest_status", 418),
    "back-off": lambda venue: setattr(venue.faults["binance.spot"], "close_on_open", 1001),
    "streaming": lambda venue: None,
}


@pytest.mark.parametrize("phase", PHASES)
@virtual_time
async def test_g27_closed_in_any_phase_it_returns_in_time_and_twice_is_fine(phase: str) -> None:
    venue = MemoryVenue(spot(BTC, ETH))
    PHASES[phase](venue)
    loop = asyncio.get_running_loop()
    async with venue:
        with nothing_left():
            connector = venue.connector()
            tw = await connector.__aenter__()
            user = loop.create_task(use_everything(tw))
            await asyncio.sleep(3.7)
            began_s = loop.time()
            await tw.close()
            assert loop.time() - began_s <= CLOSE_S
            await tw.close()
            user.cancel()
            await asyncio.wait({user}, timeout=1)
            assert user.done()
            user.cancelled() or user.exception()


@virtual_time
async def test_g27_who_waits_for_a_book_or_an_event_is_told_that_it_was_closed() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue:
        venue.faults["binance.spot"].snapshot_failures = 1 << 30
        connector = venue.connector()
        tw = await connector.__aenter__()
        waiting = in_background(tw.book(BTC, timeout_s=None))
        events = []

        async def read() -> None:
            async with tw.subscribe(Trades(ETH)) as line:
                events.extend([event async for event in line])

        reader = in_background(read())
        await asyncio.sleep(10)
        await tw.close()
        await asyncio.wait({waiting, reader}, timeout=1)
        assert isinstance(waiting.exception(), Closed)
        assert reader.done()
        assert reader.exception() is None, "the line just ends"
        assert len(events) > 2
        with pytest.raises(Closed):
            tw.status()


@virtual_time
async def test_g27_a_handler_that_never_ends_is_cancelled() -> None:
    async with MemoryVenue(spot()) as venue:
        with nothing_left():
            async with venue.connector() as tw:
                was_cancelled = asyncio.Event()

                async def stuck(event: Trade) -> None:
                    try:
                        await asyncio.Event().wait()
                    finally:
                        was_cancelled.set()

                await tw.on(Trades(BTC), stuck).wait_acquired()
                await asyncio.sleep(5)
            assert was_cancelled.is_set()


async def _stream(tw: Connector) -> None:
    await tw.book(BTC)
    await acquire(tw, [Trades(BTC)])


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144])
async def test_g27_on_real_sockets_nothing_is_left_whenever_it_is_cancelled(turns: int) -> None:
    market = GeneratedMarket("binance.spot", (BTC,), seed=7, depth=20)
    async with LoopbackVenue([market], speed=50) as venue:
        board = venue.switchboard("binance.spot")
        with nothing_left():
            connector = Connector.open("binance.spot", endpoints=venue.endpoints)

            async def run() -> None:
                async with connector as tw:
                    await _stream(tw)
                    await asyncio.Event().wait()

            task = asyncio.get_running_loop().create_task(run())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            async with asyncio.timeout(CLOSE_S):
                with pytest.raises(asyncio.CancelledError):
                    await task
            await connector.close()
            await venue.wait_until(lambda: not board.connections)
            # Sockets of the server's end close a turn later.
            for _ in range(20):
                await asyncio.sleep(0)


@virtual_time
async def test_g27_sixty_openings_leave_nothing() -> None:
    async with MemoryVenue(spot()) as venue:
        with nothing_left():
            for _ in range(60):
                async with venue.connector() as tw:
                    await _stream(tw)
        await until(lambda: not venue.open_lines, 1)
