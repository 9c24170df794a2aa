"""G32: books are audited, and every book says how far it is trusted."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from tests.guarantees.kit import (
    BTC,
    BTC_PERP,
    MemoryVenue,
    acquire,
    catches_up,
    sides_of,
    spot,
    until,
    usdm,
)

from tickwright.kernel import Levels
from tickwright.marketdata.book import Book
from tickwright.model.notices import BookState, BookStateChanged
from tickwright.model.topics import BookStates, BookUpdates
from tickwright.testing.virtual_time import virtual_time


S = BookState


def spoil(book: Book, tw: Any, name: str) -> None:
    """Put a wrong level on top of a book, as a bug or a venue's slip would."""
    keeper = tw.feeds[0].book_pipe(name).keeper if book.instrument.id == name else None
    assert keeper is not None
    scales = keeper.book.price_scale, keeper.book.quantity_scale
    # Take the best bids away: nothing crosses, and no sequence shows it.
    gone = [(price, Decimal(0)) for price, _ in book.bids(8)]
    keeper.book.apply(Levels.from_pairs(gone, *scales), Levels.from_pairs([], *scales))


@pytest.mark.parametrize("name", [BTC, BTC_PERP])
@virtual_time
async def test_g32_a_wrong_level_goes_suspect_resyncing_and_live_again(name: str) -> None:
    product = "binance.spot" if name == BTC else "binance.usdm"
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector(product) as tw:
        seen = await acquire(tw, [BookStates(name)])
        book = await tw.book(name)
        await asyncio.sleep(10)
        assert book.state is S.LIVE
        assert book.audit_mismatches == 0
        assert book.audited > 50

        # A wrong book that stays wrong: spoilt again after every delta until it is given up.
        def spoil_again(event: object) -> None:
            if not book.resyncs:
                spoil(book, tw, name)

        bug = tw.on(BookUpdates(name), spoil_again)
        await until(lambda: book.state is S.LIVE and book.resyncs, 10)
        assert bug.errors == 0
        changes = seen.of(BookStateChanged)
        states = [change.new for change in changes]
        assert states[:3] == [S.UNAUDITED, S.LIVE, S.SUSPECT]
        assert states[-3:] == [S.RESYNCING, S.UNAUDITED, S.LIVE]
        assert all(a.new is b.old for a, b in pairwise(changes))
        assert "the quote of" in changes[2].reason
        assert "mismatches in" in changes[-3].reason
        assert book.audit_mismatches >= 3
        await until(lambda: dict(book.bids()) == venue.markets[product].book("BTCUSDT")[0], 5)


@virtual_time
async def test_g32_a_book_that_the_market_mends_at_the_top_only_is_found_out_all_the_same() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        book = await tw.book(BTC)
        await asyncio.sleep(10)
        spoil(book, tw, BTC)
        await until(lambda: book.resyncs, 60)
        assert sides_of(book) == venue.book("BTCUSDT")


@virtual_time
async def test_g32_a_book_without_a_second_source_says_so() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector(audit_books=False) as tw:
        book = await tw.book(BTC)
        await asyncio.sleep(30)
        assert (book.state, book.audited) == (S.UNAUDITED, 0)
        assert venue.boards["binance.spot"].streams == {"btcusdt@depth@100ms"}


@virtual_time
async def test_g32_without_quotes_a_book_never_pretends_to_be_live() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        venue.faults["binance.spot"].silent_streams.add("btcusdt@bookTicker")
        book = await tw.book(BTC)
        for _ in range(20):
            await asyncio.sleep(0.5)
            assert book.state is S.UNAUDITED
        venue.faults["binance.spot"].silent_streams.clear()
        await until(lambda: book.state is S.LIVE, 5)


@virtual_time
async def test_g32_every_state_tells_its_reason() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [BookStates(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(5)
        venue.close_all(1006)
        await asyncio.sleep(5)
        await catches_up(book, venue)
        tw.release(book)
        changes = seen.of(BookStateChanged)
        assert [change.new for change in changes] == [
            S.UNAUDITED, S.LIVE, S.STALE, S.RESYNCING, S.UNAUDITED, S.LIVE,
        ]  # fmt: skip
        assert all(change.reason for change in changes)
        assert book.state is S.LIVE, "the handler of its states still wants it"
