"""A whole world for one scenario: venues whose truth is known, a connector inside, and all that it said.

The market stands still or moves as the test says, in steps on whole tenths of a second, so that a depth frame and the
venue's book tell of the same moment. Time is virtual, over memory or over real sockets on loopback.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from tickwright.app.assembly import Ports
from tickwright.app.connector import Connector
from tickwright.errors import CircuitOpen, ConnectivityError, VenueError
from tickwright.marketdata.book import Book
from tickwright.model.market import Candle, Quote
from tickwright.model.notices import (
    BookStateChanged,
    CandleGap,
    DecodeFailure,
    Gap,
    HandlerFailed,
    Notice,
    SessionDown,
    TopicFailed,
)
from tickwright.model.topics import (
    AggTrades,
    BookStates,
    BookUpdates,
    Candles,
    Notices,
    Quotes,
    Topic,
    Trades,
)
from tickwright.runtime.children import ChildStatus
from tickwright.sandbox import Sandbox
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.switchboard import Switchboard
from tickwright.testing.loopback_time import run_loopback
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import VirtualClock, run_virtual


__all__ = ["BTC", "PERP", "TRANSPORTS", "World", "open_world", "run_on"]

BTC, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
INSTRUMENTS = (BTC, PERP)
TRANSPORTS = ("memory", "sockets")

STEP_S = 0.1
TOP = 5
"""Levels a side that are compared at every update; at the end all are."""
SETTLE_S = 2.5
"""After all is live again: delayed frames have come, books were compared with quotes, candles closed."""

Level = tuple[Decimal, Decimal]
Tops = tuple[list[Level], list[Level]]

TOPICS: tuple[Topic, ...] = (
    Trades(BTC),
    Trades(BTC, backfill=True),
    AggTrades(PERP),
    AggTrades(PERP, backfill=True),
    *(Quotes(name) for name in INSTRUMENTS),
    *(BookUpdates(name) for name in INSTRUMENTS),
    *(BookStates(name) for name in INSTRUMENTS),
    Candles(BTC, "1s"),
    Candles(PERP, "1m"),
)
TAPES = TOPICS[:4]
STRICT = "Too many requests"


def run_on(transport: str, test: Callable[[str], Any]) -> None:
    """Run ``test(transport)`` on the event loop that goes with a transport."""
    (run_virtual if transport == "memory" else run_loopback)(test(transport))


class World:
    """What a scenario works with.

    Attributes:
        faults: What goes wrong, at all products.
        heard: Topic → what came, in order.
        notices: What the connector said about itself.
    """

    def __init__(self, sandbox: Sandbox, tw: Connector, clock: VirtualClock) -> None:
        self.sandbox = sandbox
        self.tw = tw
        self.faults: Faults = sandbox.faults
        self.heard: dict[Topic, list[Any]] = defaultdict(list)
        self.notices: list[Notice] = []
        self.books: dict[str, Book] = {}
        self._clock = clock
        self._marked: dict[Topic, int] = {}
        self._turned_away = 0
        self._true: dict[tuple[str, int], Tops] = {}
        self._read: list[tuple[str, int, Tops]] = []

    # ------------------------------------------------------------------ what is done

    async def want(self) -> None:
        """Ask for everything, again and again where the venue's listings cannot be had, as a program would."""
        self.tw.on(Notices(), self.notices.append)
        for topic in TOPICS:
            while not await self._listen(topic):
                await asyncio.sleep(1)

    async def _listen(self, topic: Topic) -> bool:
        heard = self.heard[topic].append

        def on_event(event: Any) -> None:
            heard(event)
            if isinstance(topic, BookUpdates):
                self._look_at(topic.instrument)

        try:
            await self.tw.on(topic, on_event).wait_acquired()
        except (ConnectivityError, VenueError, CircuitOpen):
            self._turned_away += 1
            return False
        if isinstance(topic, BookUpdates):
            feed = next(each for each in self.tw.feeds if topic.instrument in each.instruments)
            self.books[topic.instrument] = feed.book_pipe(topic.instrument).view
        return True

    def _look_at(self, name: str) -> None:
        book = self.books.get(name)
        if book is not None and book.is_readable and book.sequence is not None:
            self._read.append((name, book.sequence, (book.bids(TOP), book.asks(TOP))))

    def renew(self) -> None:
        """Have every connection replaced, as before the venue's cut."""
        for feed in self.tw.feeds:
            for pool in tuple(feed._pools.values()):
                for runner in tuple(pool):
                    feed.on_renew(runner, "the scenario says so")

    def hold_snapshots(self) -> None:
        """Let snapshots be taken, and not sent before `release_snapshots`."""
        for name in self.sandbox.products:
            self.sandbox.venue.rest(name).snapshots_open.clear()

    def release_snapshots(self) -> None:
        """Send the snapshots that were held."""
        for name in self.sandbox.products:
            self.sandbox.venue.rest(name).snapshots_open.set()

    async def until(self, condition: Callable[[], object], within_s: float) -> None:
        """Wait, looking every tenth of a second.

        Raises:
            TimeoutError: If it does not hold in time.
        """
        async with asyncio.timeout(within_s):
            while not condition():
                await asyncio.sleep(STEP_S)

    # ------------------------------------------------------------------ what is seen

    @property
    def boards(self) -> list[Switchboard]:
        """The venue's side of all connections."""
        return [self.sandbox.venue.switchboard(name) for name in self.sandbox.products]

    def connections(self) -> list[int]:
        """Return how many connections each product was ever asked for."""
        return [board.connected for board in self.boards]

    def asked(self, path: str) -> int:
        """Return how many requests for a path came so far."""
        servers = [self.sandbox.venue.rest(name) for name in self.sandbox.products]
        return sum(each.path.endswith(path) for server in servers for each in server.requests)

    def market(self, name: str) -> GeneratedMarket:
        """Return the market that lists an instrument."""
        product = "binance.spot" if name == BTC else "binance.usdm"
        return next(each for each in self.markets() if each.product == product)

    def markets(self) -> list[GeneratedMarket]:
        """Return all markets."""
        return [each for each in self.sandbox.venue.markets if isinstance(each, GeneratedMarket)]

    def is_live(self) -> bool:
        """Tell whether every topic was asked for and all is well."""
        return len(self.books) == len(INSTRUMENTS) and self.tw.status().is_healthy

    def unconfirmed(self) -> int:
        """Return how many topics the venue has not acknowledged: their connection may be replaced any moment."""
        states = [state for feed in self.tw.status().products for state in feed.topics.values()]
        return sum(state != "confirmed" for state in states)

    def mark(self) -> None:
        """Remember how far every topic is: what follows is `silent_topics`."""
        self._marked = {topic: len(heard) for topic, heard in self.heard.items()}

    def silent_topics(self) -> set[Topic]:
        """Return the topics that have said nothing since `mark`; books change their state only when they must."""
        marked = self._marked
        return {
            topic
            for topic in TOPICS
            if len(self.heard[topic]) <= marked.get(topic, 0) and not isinstance(topic, BookStates)
        }

    async def heals(self, within_s: float, *, but: tuple[Topic, ...] = ()) -> None:
        """Wait until all is well, then check all that must be true of a world that healed.

        Args:
            within_s: How long that may take.
            but: Topics that the venue has refused.
        """
        try:
            await self.until(lambda: self._has_healed(but), within_s)
        except TimeoutError:
            silent = [str(topic) for topic in self.silent_topics()]
            raise AssertionError(
                f"after {within_s:g} s: silent {silent}\n{self.tw.status()}"
            ) from None
        await asyncio.sleep(SETTLE_S)
        await self.stand_still()
        self.check_books()
        for topic in TAPES:
            self.check_tape(topic)
        self.check_quotes()
        self.check_candles(Candles(BTC, "1s"))
        self.check_candles(Candles(PERP, "1m"))
        self.check_manners(is_refused=bool(but))

    def _has_healed(self, but: tuple[Topic, ...]) -> bool:
        return self.is_live() and self.unconfirmed() <= len(but) and self.silent_topics() <= {*but}

    async def stand_still(self) -> None:
        """Stop the market at a whole tenth of a second, and let everything arrive."""
        self.is_moving = False
        await asyncio.sleep(1.0)

    is_moving = True

    async def drive(self) -> None:
        """Move the markets with the clock, until cancelled."""
        for market in self.markets():
            market.open_at(self._clock.time_ns() // 100_000_000 * 100)
        while True:
            await asyncio.sleep(STEP_S)
            if self.is_moving:
                now_ms = self._clock.time_ns() // 100_000_000 * 100
                await self.sandbox.advance((now_ms - self.markets()[0].now_ms) / 1000)
                self._note()

    def _note(self) -> None:
        """Remember the best levels of every book at its present update."""
        for market in self.markets():
            for instrument in market.instruments:
                price, quantity = instrument.listing.price, instrument.listing.quantity
                bids, asks = (
                    [(price(at), quantity(amount)) for at, amount in levels]
                    for levels in (instrument.bids(TOP), instrument.asks(TOP))
                )
                self._true[instrument.listing.name.id, instrument.update_id] = (bids, asks)

    # ------------------------------------------------------------------ what must be true

    def check_books(self) -> None:
        """Every level of every book is the venue's."""
        for name, book in self.books.items():
            assert book.is_readable, f"{name}: {book.state.value}, {book.reason}"
            bids, asks = self.sandbox.book(name)
            assert (dict(book.bids()), dict(book.asks())) == (bids, asks), name
        self.check_readings()
        for name in INSTRUMENTS:
            changes = self.heard[BookStates(name)]
            assert all(isinstance(each, BookStateChanged) and each.reason for each in changes)
            assert all(before.new is after.old for before, after in pairwise(changes))

    def check_readings(self) -> None:
        """Whatever could be read of a book, also while faults were on, was the venue's at that update."""
        told = [each for each in self._read if (each[0], each[1]) in self._true]
        assert len(told) > len(self._read) // 2
        for name, sequence, tops in told:
            assert tops == self._true[name, sequence], f"{name} at {sequence}"

    def check_tape(self, topic: Any) -> None:
        """Every trade came once, in order, as the venue made it; or a ``Gap`` in its place names it."""
        due = 0
        truth = self._trades(topic)
        for event in self.heard[topic]:
            if isinstance(event, TopicFailed):
                continue
            first: Any = event.first if isinstance(event, Gap) else event.trade_id
            assert not due or first == due, f"{topic}: {first} comes where {due} is due: {event}"
            if isinstance(event, Gap):
                after: Any = event.last  # Binance numbers its trades
                due = first if event.is_backfilled else after + 1
                continue
            due = first + 1
            if event.trade_id in truth:
                assert (event.price, event.quantity) == truth[event.trade_id], event
        if due and truth:
            assert due == max(truth) + 1, f"{topic} ends before its market does"

    def _trades(self, topic: Any) -> dict[int, tuple[Decimal, Decimal]]:
        instrument = self.market(topic.instrument).instruments[0]
        listing = instrument.listing
        facts = (
            instrument.trades(None, 2000)
            if isinstance(topic, Trades)
            else instrument.agg_trades(None, None, None, 2000)
        )
        return {
            fact.id: (listing.price(fact.price), listing.quantity(fact.quantity)) for fact in facts
        }

    def check_quotes(self) -> None:
        """The last quote is the venue's best bid and offer of this moment, and quotes never went back."""
        for name in INSTRUMENTS:
            quotes = [each for each in self.heard[Quotes(name)] if isinstance(each, Quote)]
            bids, asks = self.sandbox.book(name)
            last = quotes[-1]
            assert (last.bid_price, last.bid_quantity) == (max(bids), bids[max(bids)])
            assert (last.ask_price, last.ask_quantity) == (min(asks), asks[min(asks)])

    def check_candles(self, topic: Candles) -> None:
        """Each candle closed once, in order; what is missing was named."""
        step_ns = (1 if topic.interval == "1s" else 60) * 1_000_000_000
        due: int | None = None
        for event in self.heard[topic]:
            if isinstance(event, CandleGap):
                assert due is None or event.start_ts_ns == due, event
                due = event.end_ts_ns
            elif isinstance(event, Candle) and event.is_closed:
                assert due is None or event.open_ts_ns == due, f"{due} is due, not {event}"
                due = event.open_ts_ns + step_ns

    def check_manners(self, *, is_refused: bool) -> None:
        """Nothing crashed, nothing was sent too fast, and nothing good was called unreadable."""
        restarted = [each for each in _all(self.tw.status().tasks) if each.restarts]
        assert restarted == [], restarted
        told = [each for each in self.notices if isinstance(each, HandlerFailed)]
        assert len(told) == self._turned_away, told
        downs = [each for each in self.notices if isinstance(each, SessionDown)]
        assert not [each for each in downs if each.reason == STRICT], "the pace was too fast"
        failed = [each for each in self.notices if isinstance(each, TopicFailed)]
        assert bool(failed) is is_refused, failed
        unread = [each for each in self.notices if isinstance(each, DecodeFailure)]
        assert all(b"UNHEARD_OF" in each.raw for each in unread), unread


def _all(tasks: tuple[ChildStatus, ...]) -> list[ChildStatus]:
    return [each for task in tasks for each in (task, *_all(task.children))]


@asynccontextmanager
async def open_world(transport: str, *, seed: int = 7) -> AsyncIterator[World]:
    """Open a world; when it is left, no task and no connection may be there any more."""
    clock = VirtualClock()
    tasks = asyncio.all_tasks()
    network = MemoryVenues(latency_s=0.01) if transport == "memory" else None
    async with Sandbox(
        ["binance.spot", "binance.usdm"],
        instruments=INSTRUMENTS,
        seed=seed,
        speed=0,
        depth=20,
        rate_per_s=12.0,
        network=network,
        clock=clock,
    ) as sandbox:
        ports = Ports(clock=clock, rng=Random(seed))
        async with Connector.open("binance", environment=sandbox, ports=ports) as tw:
            world = World(sandbox, tw, clock)
            async with asyncio.TaskGroup() as group:
                driver = group.create_task(world.drive(), name="market")
                yield world
                driver.cancel()
        sandbox.faults.assign(Faults())
        await asyncio.sleep(0.1)
        assert sandbox.venue.connections() == []
    assert asyncio.all_tasks() == tasks
