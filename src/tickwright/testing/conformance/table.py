"""What cards are played on: a sandbox of the product that moves, a connector inside it, and all that it said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from tickwright.app.connector import Connector
from tickwright.errors import NotSupported
from tickwright.model.instrument import Instrument
from tickwright.model.notices import Notice
from tickwright.model.topics import (
    BookStates,
    BookTops,
    Candles,
    InstrumentTopic,
    Notices,
    Topic,
)
from tickwright.sandbox.sandbox import Sandbox
from tickwright.testing.venues import MemoryVenues
from tickwright.venues.base import Product


__all__ = [
    "HEAL_WITHIN_S",
    "INTERVALS",
    "SETTLE_S",
    "Table",
    "all_topics",
    "count_of",
    "set_table",
    "topics_of",
]

SETTLE_S = 3.0
"""What is under way arrives in it, all in virtual time."""
HEAL_WITHIN_S = 120.0
"""Twice the longest delay of a reconnect."""
_LOOK_EVERY_S = 0.1
INTERVALS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600}
"""Of candles, in s, the shortest first."""
_DEPTHS = (5, 10, 20, 1, 25, 50)

Sides = tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]


class Table:
    """What a card is played on: a sandbox that moves, a connector inside, and all that it said."""

    def __init__(self, product: Product, sandbox: Sandbox, tw: Connector) -> None:
        self.product = product
        self.sandbox = sandbox
        self.tw = tw
        self.notices: list[Notice] = []
        self.faults = sandbox.faults
        tw.on(Notices(), self.notices.append)

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the instruments, busiest first."""
        return self.sandbox.instruments

    async def instrument(self) -> Instrument:
        """Return the busiest one."""
        return await self.tw.instrument(self.ids[0])

    async def topic(self, kind: type[Topic]) -> Topic:
        """Return a topic of a kind, in the first form that the product takes.

        Raises:
            AssertionError: It takes none.
        """
        listed = await self.tw.instruments(self.product.name)
        for topic in topics_of(kind, self.ids[0]):
            try:
                self.product.channel(topic, listed)
            except NotSupported:
                continue
            return topic
        raise AssertionError(f"{kind.__name__} is claimed, and taken in no form")

    async def fault_on(self, topic: Topic) -> str:
        """Return what faults of streams name a topic's stream by, wherever on the site it is."""
        return "*" + await self.stream_of(topic)

    async def stream_of(self, topic: Topic) -> str:
        """Return the venue's name of a topic's stream."""
        return self.product.channel(topic, await self.tw.instruments(self.product.name)).stream

    def hear(self, topic: Topic) -> list[Any]:
        """Listen to a topic; the list fills."""
        heard: list[Any] = []
        self.tw.on(topic, heard.append)
        return heard

    async def until(self, condition: Callable[[], bool], what: str, within_s: float) -> None:
        """Let time pass until a condition holds."""
        try:
            async with asyncio.timeout(within_s):
                while not condition():  # noqa: ASYNC110  # a condition of any kind has no event
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            raise AssertionError(f"not within {within_s:g} s: {what}") from None

    async def books_are_equal(self) -> None:
        """Wait until every book that is held equals the venue's own at one moment, level by level."""
        waiting = {book.instrument.id for book in self.books}
        assert waiting, "no book is held"

        def is_equal() -> bool:
            for book in self.books:
                own = (dict(book.bids()), dict(book.asks())) if book.is_readable else None
                if own == _best(self.sandbox.book(book.instrument.id), self.product.book.depth):
                    waiting.discard(book.instrument.id)
            return not waiting

        await self.until(is_equal, f"equal books of {sorted(waiting)}", HEAL_WITHIN_S)

    @property
    def books(self) -> list[Any]:
        """All books that are held."""
        return [pipe.view for feed in self.tw.feeds for pipe in feed.book_pipes]


def _best(truth: Sides, depth: int | None) -> Sides:
    """Return the best levels of the venue's book, as many a side as a feed carries; all where it carries all."""
    bids, asks = truth
    return dict(sorted(bids.items(), reverse=True)[:depth]), dict(sorted(asks.items())[:depth])


@asynccontextmanager
async def set_table(product: Product, **options: Any) -> AsyncIterator[Table]:
    """Open a sandbox of a product and a connector inside it; ``options`` are those of `Sandbox`."""
    chosen = {"instruments": 2, "step_s": 0.1, "network": MemoryVenues(), **options}
    async with (
        Sandbox((product.name,), **chosen) as sandbox,
        Connector.open(product, environment=sandbox) as tw,
    ):
        yield Table(product, sandbox, tw)


def count_of(notices: Sequence[Notice], kind: type[Notice]) -> int:
    """Return how many notices are of a kind."""
    return sum(isinstance(each, kind) for each in notices)


def all_topics() -> list[type[Topic]]:
    """Return every kind of topic that is about one instrument and comes from a stream of its own."""
    found = [
        kind for kind in InstrumentTopic.__subclasses__() if kind is not BookStates
    ]  # of the books that are held, not of a stream
    return sorted(found, key=lambda each: each.__name__)


def topics_of(kind: type[Topic], name: str) -> list[Topic]:
    """Return the forms that a kind of topic has for one instrument, the usual one first."""
    if kind is Candles:
        return [Candles(name, interval) for interval in INTERVALS]
    if kind is BookTops:
        return [BookTops(name, depth) for depth in _DEPTHS]
    return [kind(name)]  # all others name an instrument, and no more
