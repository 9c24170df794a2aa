"""Our own connector inside Bybit's sandbox: two things written apart, from the same documentation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest

from tickwright import Connector
from tickwright.marketdata.book import Book
from tickwright.sandbox import EOF, Sandbox


INSTRUMENTS = ("bybit:BTC/USDT", "bybit:BTC/USDT:USDT")
DEPTH = 50


def best(side: dict[Decimal, Decimal], *, is_bid: bool) -> list[tuple[Decimal, Decimal]]:
    return sorted(side.items(), reverse=is_bid)[:DEPTH]


async def agreed(sandbox: Sandbox, instrument: str, book: Book) -> None:
    """Let the market go on until our book's best levels are the venue's."""
    for _ in range(100):
        await sandbox.advance(0.2)
        await asyncio.sleep(0.02)
        bids, asks = sandbox.book(instrument)
        held = list(book.bids(DEPTH)), list(book.asks(DEPTH))
        if held == (best(bids, is_bid=True), best(asks, is_bid=False)):
            return
    pytest.fail(f"the book of {instrument} is {book.state} and differs from the venue's")


@pytest.mark.slow
async def test_books_are_the_venues_through_every_fault_of_streams_that_begin_with_a_snapshot() -> (
    None
):
    async with (
        Sandbox(["bybit"], instruments=1, seed=5, speed=0, rate_per_s=100) as sandbox,
        Connector.open("bybit", environment=sandbox) as tw,
    ):
        books = {name: await tw.book(name) for name in INSTRUMENTS}
        strikes: tuple[Callable[[], object], ...] = (
            lambda: None,
            lambda: sandbox.faults.drop.update({"*/orderbook.*": 2}),
            lambda: sandbox.faults.double.update({"*/orderbook.*": 2}),
            lambda: sandbox.faults.resend.update({"*/orderbook.*": 2}),
            lambda: sandbox.faults.renumber.update({"*/orderbook.*": 2}),
            lambda: sandbox.close_sockets(EOF),
        )
        for strike in strikes:
            strike()
            for name, book in books.items():
                await agreed(sandbox, name, book)
