"""G6: whatever happens, a book that can be read equals the venue's at its own update id, and is never crossed."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    MemoryVenue,
    Sides,
    acquire,
    catches_up,
    sides_of,
    spot,
    until,
    usdm,
)

from tickwright.marketdata.book import Book
from tickwright.model.market import BookDelta
from tickwright.model.notices import BookStateChanged
from tickwright.model.topics import BookStates, BookUpdates, Quotes
from tickwright.testing.faults import Faults, FaultyTransport
from tickwright.testing.virtual_time import virtual_time


WORST = Faults(refuse=0.2, hang=0.05, lose=0.01, double=0.02, swap=0.02, cut=0.002)


class Watch:
    """Reads a book at every chance and compares it with the venue's own."""

    def __init__(self, book: Book, truth: dict[int, Sides]) -> None:
        self.reads = 0
        self.refused = 0
        self.failures: list[str] = []
        self._book = book
        self._truth = truth

    def __call__(self, event: object = None) -> None:
        try:
            self._look()
        except AssertionError as error:  # raised where it happens, it would be contained (G26)
            self.failures.append(f"{event}: {error}")

    def _look(self) -> None:
        book = self._book
        if not book.is_readable:
            self.refused += 1
            assert (book.best_bid, book.best_ask, book.mid, book.spread) == (None,) * 4
            assert (book.bids(), book.asks()) == ([], [])
            return
        self.reads += 1
        bids, asks = book.bids(), book.asks()
        truth = self._truth.get(book.sequence or 0)
        assert truth == (dict(bids), dict(asks))
        assert bids == sorted(bids, reverse=True)
        assert asks == sorted(asks)
        assert bids[0] == book.best_bid
        assert asks[0] == book.best_ask
        assert bids[0][0] <= asks[0][0]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", [BTC, BTC_PERP])
@virtual_time
async def test_g06_a_readable_book_is_the_venues_whatever_the_network_does(
    name: str, seed: int
) -> None:
    rng = Random(seed)
    async with MemoryVenue(spot(), usdm(), latency_s=0.02) as venue:
        product = "binance.spot" if name == BTC else "binance.usdm"
        venue.keep_truth(product)
        network = FaultyTransport(venue.network, WORST, rng)
        faults = venue.faults[product]
        async with venue.connector(product, websockets=network) as tw:
            network.faults = Faults()
            book = await tw.book(name)
            network.faults = WORST
            watch = Watch(book, venue.truth["BTCUSDT"])
            listeners = [
                tw.on(topic, watch) for topic in (BookUpdates(name), BookStates(name), Quotes(name))
            ]
            for _ in range(400):
                await asyncio.sleep(rng.random())
                watch()
                faults.snapshot_delay_s = rng.choice([0.0, 0.0, 0.3, 3.0])
                if rng.random() < 0.05:
                    setattr(faults, rng.choice(["snapshot_old", "snapshot_failures"]), 2)
            assert network.done["lose"]
            assert network.done["cut"]
            assert book.gaps
            assert watch.reads > 500
            assert watch.refused
            network.faults, faults.snapshot_delay_s = Faults(), 0.0
            faults.snapshot_failures = faults.snapshot_old = 0
            await until(lambda: book.is_readable, 120)
            await until(lambda: sides_of(book) == venue.markets[product].book("BTCUSDT"), 10)
            assert watch.failures == []
            assert [listener.errors for listener in listeners] == [0, 0, 0]


@virtual_time
async def test_g06_a_delta_that_crosses_the_book_is_never_handed_out() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector(audit_books=False) as tw:
        book = await tw.book(BTC)
        seen = await acquire(tw, [BookUpdates(BTC), BookStates(BTC)])
        await asyncio.sleep(5)
        assert book.sequence is not None
        assert book.best_ask is not None
        following = book.sequence + 1
        crossing = f"{book.best_ask[0] + 10:f}"
        venue.open_lines[0].peer.push(
            '{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000000,"s":"BTCUSDT",'
            f'"U":{following},"u":{following},"b":[["{crossing}","1.00000"]],"a":[]}}}}'
        )
        before = len(seen.of(BookDelta))
        await asyncio.sleep(0.01)
        assert len(seen.of(BookDelta)) == before
        assert "crossed" in seen.of(BookStateChanged)[0].reason
        await until(lambda: book.resyncs, 5)
        await catches_up(book, venue)


@virtual_time
async def test_g06_a_book_that_was_given_up_cannot_be_read() -> None:
    async with MemoryVenue(spot()) as venue:
        async with venue.connector() as tw:
            book = await tw.book(BTC)
            kept = await tw.book(BTC)
            tw.release(kept)
            assert book.is_readable, "somebody else still wants it"
            tw.release(book)
            assert not book.is_readable
            assert book.bids() == []
            other = await tw.book(BTC)
        assert not other.is_readable
