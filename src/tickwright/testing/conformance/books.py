"""Books equal the venue's own, whatever happens to their updates."""

from __future__ import annotations

import asyncio

from tickwright.model.topics import BookUpdates
from tickwright.sandbox.faults import EOF
from tickwright.testing.conformance.deck import card
from tickwright.testing.conformance.table import SETTLE_S, set_table
from tickwright.venues.base import Product


__all__: list[str] = []


@card
async def keeps_books_that_equal_the_venue_s_own(product: Product) -> None:
    """Local books equal the engine's, level by level (G5)."""
    async with set_table(product) as table:
        for name in table.ids:
            await table.tw.book(name)
        await asyncio.sleep(30)
        await table.books_are_equal()


@card
async def heals_books_whose_updates_are_lost_doubled_or_overtaken(product: Product) -> None:
    """A dropped, a doubled and a reordered update end in equal books, and a loss is counted (G5, G7)."""
    async with set_table(product) as table:
        book = await table.tw.book(table.ids[0])
        stream = await table.fault_on(BookUpdates(table.ids[0]))
        for fault in ("drop", "double", "reorder"):
            await asyncio.sleep(SETTLE_S)
            getattr(table.faults, fault)[stream] = 1
            await asyncio.sleep(SETTLE_S)
            await table.books_are_equal()
        assert book.resyncs >= 1, "a lost update went unnoticed"


@card
async def shows_no_book_that_is_out_of_date(product: Product) -> None:
    """While the line is cut a book gives no prices (G6), and after it none of the old levels (G7)."""
    async with set_table(product) as table:
        book = await table.tw.book(table.ids[0])
        await table.sandbox.shut_doors()
        table.sandbox.close_sockets(EOF)
        await table.until(lambda: not book.is_readable, "a book that is marked", SETTLE_S)
        assert book.best_bid is None, "a stale book gave a price"
        await asyncio.sleep(10)
        await table.sandbox.open_doors()
        await table.books_are_equal()
