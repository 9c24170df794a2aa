"""The book as users read it: what cannot be vouched for cannot be read."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.marketdata.rig import BTC, Bench

from tickwright.errors import Closed, ConnectTimeout, SubscriptionRefused
from tickwright.kernel import Levels
from tickwright.marketdata.book import Book
from tickwright.marketdata.pipes import BookPipe
from tickwright.model.market import BookDelta, BookSnapshot
from tickwright.model.notices import BookState
from tickwright.model.topics import BookUpdates
from tickwright.testing.virtual_time import virtual_time


def levels(*pairs: tuple[str, str]) -> Levels:
    return Levels.from_pairs(pairs, 8, 8)


def a_pipe() -> tuple[Bench, BookPipe]:
    bench = Bench()
    pipe = bench.pipe(BookUpdates(BTC))
    assert isinstance(pipe, BookPipe)
    pipe.on_confirmed()
    return bench, pipe


def sync(pipe: BookPipe, received_ns: int = 5) -> Book:
    bids, asks = levels(("99", "1"), ("98.5", "2")), levels(("101", "3"))
    pipe.keeper.on_snapshot(BookSnapshot(BTC, None, received_ns, bids, asks, 10))
    return pipe.view


def test_before_its_snapshot_there_is_nothing_to_read() -> None:
    _, pipe = a_pipe()
    book = pipe.view
    assert (book.best_bid, book.best_ask, book.mid, book.spread, book.age_s) == (None,) * 5
    assert (book.bids(), book.asks(), book.sequence, book.is_readable) == ([], [], None, False)
    assert repr(book) == "Book(binance:BTC/USDT, syncing, bid none, ask none)"


def test_a_synced_book_reads_exact() -> None:
    bench, pipe = a_pipe()
    book = sync(pipe, bench.clock.now_ns)
    bench.clock.now_ns += 2_500_000_000
    assert book.best_bid == (Decimal(99), Decimal(1))
    assert book.best_ask == (Decimal(101), Decimal(3))
    assert (book.mid, book.spread, book.age_s) == (Decimal(100), Decimal(2), 2.5)
    assert book.bids() == [(Decimal(99), Decimal(1)), (Decimal("98.5"), Decimal(2))]
    assert book.bids(1) == book.bids()[:1]
    assert book.asks() == [(Decimal(101), Decimal(3))]
    assert repr(book) == "Book(binance:BTC/USDT, unaudited, bid 1 @ 99, ask 3 @ 101)"
    assert (book.sequence, book.updates, book.gaps, book.resyncs) == (10, 0, 0, 0)
    assert (book.audited, book.audit_mismatches) == (0, 0)


def test_g06_after_a_gap_nothing_can_be_read() -> None:
    bench, pipe = a_pipe()
    book = sync(pipe)
    bench.feed(pipe, BookDelta(BTC, 5, 6, levels(("100", "1")), levels(), 15, 16))
    assert book.state is BookState.RESYNCING
    assert (book.best_bid, book.bids()) == (None, [])
    assert "gap" in book.reason
    assert book.gaps == 1


def test_an_empty_side_has_no_best_price_and_no_middle() -> None:
    bench, pipe = a_pipe()
    book = sync(pipe)
    bench.feed(pipe, BookDelta(BTC, 5, 6, levels(), levels(("101", "0")), 11, 11))
    assert book.is_readable
    assert (book.best_ask, book.mid, book.spread) == (None, None, None)


@virtual_time
async def test_all_who_wait_are_woken_by_the_first_readable_state() -> None:
    _, pipe = a_pipe()
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(pipe.view.wait_readable(10))
        await asyncio.sleep(1)
        pipe.on_down("cut", 1)
        pipe.on_up(2)
        pipe.on_confirmed()
        await asyncio.sleep(1)
        sync(pipe)
    await pipe.view.wait_readable(0.001)


@virtual_time
async def test_waiting_ends_with_what_it_waited_for() -> None:
    _, pipe = a_pipe()
    with pytest.raises(ConnectTimeout, match="not synced after 3 s: syncing, no snapshot yet"):
        await pipe.view.wait_readable(3)


@virtual_time
async def test_waiting_ends_when_the_book_is_closed_or_refused() -> None:
    _, pipe = a_pipe()
    loop = asyncio.get_running_loop()
    loop.call_later(1, pipe.close, 1)
    with pytest.raises(Closed, match="binance:BTC/USDT was closed"):
        await pipe.view.wait_readable()
    _, other = a_pipe()
    loop.call_later(1, other.view.on_refused, SubscriptionRefused("btcusdt@depth", "delisted"))
    with pytest.raises(SubscriptionRefused, match="delisted"):
        await other.view.wait_readable()
