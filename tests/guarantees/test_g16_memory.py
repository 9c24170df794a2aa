"""G16: memory is flat. After a thousand reconnects, resyncs and unsubscribes nothing is left of them."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter

import pytest
from tests.guarantees.kit import BTC, ETH, MemoryVenue, spot

from tickwright import BookUpdates, Candles, Quotes, Trades
from tickwright.app.connector import Connector
from tickwright.testing.virtual_time import virtual_time


ROUNDS = 1_000
"""Each is one subscription and one unsubscription of five topics, or (an eighth of them) one reconnect with its resyncs."""

KINDS = (
    "Route", "TopicChannel", "Handle", "Subscription", "BookKeeper", "L2Book", "BookSync", "BookAudit", "TradePipe",
    "QuotePipe", "BookPipe", "CandlePipe", "Line", "MemoryConnection", "SessionRunner", "Task", "TimerHandle",
)  # fmt: skip
"""Objects of ours, and those of asyncio that we could leave behind."""


@pytest.fixture(autouse=True)
def _tidy() -> None:
    gc.collect()


def census() -> Counter[str]:
    """Count the objects that could pile up."""
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects() if type(each).__name__ in KINDS)


def grown(before: Counter[str], after: Counter[str]) -> dict[str, int]:
    """Return what there is more of, a handful allowed."""
    return {kind: after[kind] - before[kind] for kind in KINDS if after[kind] > before[kind] + 5}


async def subscribe_and_leave(tw: Connector) -> None:
    topics = (Trades(ETH), Quotes(ETH), BookUpdates(ETH), Candles(ETH, "1m"), Trades(BTC))
    async with tw.subscribe(*topics) as events:
        await events.receive()


@virtual_time
async def test_g16_hundreds_of_subscriptions_leave_nothing_behind() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        await tw.book(BTC)
        for _ in range(20):
            await subscribe_and_leave(tw)
        await asyncio.sleep(5)
        before = census()
        for _ in range(ROUNDS):
            await subscribe_and_leave(tw)
        await asyncio.sleep(
            180
        )  # as long as snapshots nobody needs any more wait behind the venue's weights
        assert grown(before, census()) == {}
        assert len(tw.status().topics) < 12
        assert len(venue.open_lines) == 1


@virtual_time
async def test_g16_hundreds_of_reconnects_and_resyncs_leave_nothing_behind() -> None:
    async with MemoryVenue(spot(BTC, rate_per_s=2.0)) as venue, venue.connector() as tw:
        book = await tw.book(BTC)

        async def reconnect() -> None:
            venue.open_lines[0].close(1001, "again")
            await asyncio.sleep(90)
            await book.wait_readable(60)
            venue.lines = venue.open_lines  # the venue's memory of the past, and the network's
            venue.network.peers[:] = [line.peer for line in venue.lines]

        for _ in range(10):
            await reconnect()
        before = census()
        for _ in range(ROUNDS // 8):
            await reconnect()
        assert grown(before, census()) == {}
        assert book.resyncs >= ROUNDS // 8
