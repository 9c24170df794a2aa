"""A whole day of outages, drawn from the product's name."""

from __future__ import annotations

import asyncio
from random import Random

from tickwright.model.topics import BookStates, BookUpdates
from tickwright.sandbox.faults import EOF
from tickwright.testing.conformance.deck import card
from tickwright.testing.conformance.table import Table, set_table
from tickwright.venues.base import Product


__all__ = ["DAY_S"]

DAY_S = 86_400.0
_PAUSE_S = (600.0, 3000.0)
_STEP_S = 10.0
_RATE_PER_S = 0.2
"""A quiet market: a day of a busy one takes minutes."""
_CODES = (1000, 1001, 1008, 1011, EOF)


@card
async def survives_a_day_of_outages(product: Product) -> None:
    """Twenty-four hours with something going wrong every half hour; then all is as it should be."""
    rng = Random(f"a day of {product.name}")
    async with set_table(product, instruments=1, step_s=_STEP_S, rate_per_s=_RATE_PER_S) as table:
        book = await table.tw.book(table.ids[0])
        stream = await table.fault_on(BookUpdates(table.ids[0]))
        changes = table.hear(BookStates(table.ids[0]))
        passed_s = 0.0
        while passed_s < DAY_S:
            pause_s = rng.uniform(*_PAUSE_S)
            passed_s += pause_s
            await asyncio.sleep(pause_s)
            await _strike(table, stream, rng)
        await table.until(lambda: book.is_readable, "a live book after the day", 300)
        await table.books_are_equal()
        assert changes, "a whole day, and no book ever changed its state"


async def _strike(table: Table, stream: str, rng: Random) -> None:
    match rng.randrange(5):
        case 0:
            table.sandbox.close_sockets(rng.choice(_CODES))
        case 1:
            table.faults.drop[stream] = rng.randint(1, 3)
        case 2:
            for connection in table.sandbox.venue.connections():
                connection.is_black_hole = True
        case 3:
            await table.sandbox.shut_doors()
            table.sandbox.close_sockets(EOF)
            await asyncio.sleep(rng.uniform(5, 200))
            await table.sandbox.open_doors()
        case _:
            table.faults.rest_status = 503
            table.sandbox.close_sockets(EOF)
            await asyncio.sleep(rng.uniform(5, 60))
            table.faults.rest_status = None
