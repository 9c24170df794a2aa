"""The connector: what a trading program imports, opens once, and then forgets about sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Self

from tickwright.app.assembly import Assembly, Ports, assemble
from tickwright.app.config import Settings, load_settings
from tickwright.app.orders import Orders
from tickwright.app.queries import Queries
from tickwright.app.registry import products_of
from tickwright.app.sandboxed import entered, own_sandbox, served
from tickwright.app.status import Status, status_of
from tickwright.errors import Closed, TickwrightError, UsageError
from tickwright.marketdata.book import Book
from tickwright.marketdata.feed import Feed
from tickwright.marketdata.market import Market
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.topics import PrivateTopic, Topic
from tickwright.runtime.bus import Handle, Handler
from tickwright.runtime.queues import Overflow
from tickwright.runtime.subscription import Subscription
from tickwright.runtime.supervisor import Supervisor
from tickwright.sandbox.sandbox import Sandbox
from tickwright.venues.base import Endpoints, Product


__all__ = ["Connector", "Listener"]

log = logging.getLogger(__name__)

BOOK_TIMEOUT_S = 30.0
"""How long `Connector.book` waits for a book to sync: a dead host is told by then, a slow one has answered."""


class Listener:
    """A handler's place on a topic; `detach` it to stop its calls and give the topic up."""

    def __init__(self, market: Market, topic: Topic, handle: Handle, *, is_redundant: bool) -> None:
        self._market = market
        self._topic = topic
        self._handle = handle
        self._is_redundant = is_redundant
        self._is_acquired = False
        self._is_detached = False
        self._waiting: asyncio.Task[None] | None = None

    @property
    def errors(self) -> int:
        """How often the handler raised."""
        return self._handle.errors

    async def wait_acquired(self) -> None:
        """Wait until the topic is asked for at the venue, or cannot be.

        Raises:
            UnknownInstrument, NotSupported, ConnectivityError, VenueError: Why it cannot be streamed.
        """
        if self._waiting is not None:
            await asyncio.shield(self._waiting)

    def detach(self) -> None:
        """Make no further calls. Twice is fine."""
        if self._is_detached:
            return
        self._is_detached = True
        self._handle.detach()
        if self._is_acquired:
            self._market.release([self._topic])

    def _acquire(self, supervisor: Supervisor) -> None:
        """Ask for the topic: at once if the listings are there, else as soon as they are."""
        try:
            self._is_acquired = self._market.acquire_nowait(
                [self._topic], is_redundant=self._is_redundant
            )
        except TickwrightError:
            self._handle.detach()
            raise
        if not self._is_acquired:
            self._waiting = supervisor.spawn(f"acquire {self._topic}", self._acquire_later())

    async def _acquire_later(self) -> None:
        try:
            await self._market.acquire([self._topic], is_redundant=self._is_redundant)
        except TickwrightError as error:
            log.error("%s is not streamed: %s", self._topic, error)
            self._handle.failed(error)
            # Not called by accident, either, once somebody else has the topic streamed.
            self._handle.detach()
            raise
        self._is_acquired = True
        if self._is_detached:
            self._market.release([self._topic])


class Connector:
    """Connections to venues, supervised: market data now, orders later.

    Make one with `Connector.open` and use it with ``async with``; everything that it started has ended when the block is
    left. Its methods may be called from the event loop that it was entered on.

    Example:
        >>> async with Connector.open("binance") as tw:
        ...     book = await tw.book("binance:BTC/USDT")
        ...     print(book.best_bid, book.best_ask, book.state)
    """

    def __init__(
        self,
        venues: tuple[str | Product, ...],
        settings: Settings,
        ports: Ports,
        sandbox: Sandbox | None = None,
    ) -> None:
        self.settings = settings
        self._ports = ports
        self._products = products_of(*venues)
        self._sandbox = sandbox or own_sandbox(self._products, settings)
        if self._sandbox is not None:
            self._products = served(self._products, venues, self._sandbox, settings)
        self._assembly: Assembly | None = None
        self._stack = AsyncExitStack()

    @classmethod
    def open(
        cls,
        *venues: str | Product,
        environment: str | Sandbox | None = None,
        endpoints: Mapping[str, Endpoints] | None = None,
        settings: Settings | None = None,
        ports: Ports | None = None,
        **options: Any,
    ) -> Self:
        """Return a connector to ``venues``, to be entered with ``async with``. Nothing is sent before a topic is wanted.

        Args:
            venues: Venues (``"binance"``), single products (``"binance.spot"``), or a `Product` of your own.
            environment: ``live``, ``testnet``, ``demo``, ``sandbox`` (one of its own, up and down with the connector),
                or a `Sandbox`, open or not.
            endpoints: Product → origins that replace the venue's own.
            settings: Ready-made settings, instead of reading environment, ``.env`` and YAML.
            ports: Clocks and transports to use instead of the real ones.
            options: Any field of `Settings`, and ``file`` and ``dotenv`` as for `load_settings`.

        Raises:
            UnknownVenue: For a name that is neither.
            ConfigError: If a setting is wrong; the text says which and what it may be.
        """
        if not venues:
            raise UsageError('name what to open, for example Connector.open("binance")')
        given = {**options}
        sandbox = environment if isinstance(environment, Sandbox) else None
        if environment is not None:
            given["environment"] = "sandbox" if sandbox is not None else environment
        if endpoints is not None:
            given["endpoints"] = endpoints
        chosen = settings if settings is not None else load_settings(**given)
        return cls(venues, chosen, ports or Ports(), sandbox)

    async def __aenter__(self) -> Self:
        if self._assembly is not None:
            raise UsageError("this connector is open already; make another one")
        settings, ports = self.settings, self._ports
        async with AsyncExitStack() as stack:
            if self._sandbox is not None:
                inside = entered(self._sandbox, settings, ports)
                settings, ports = await stack.enter_async_context(inside)
            opened = assemble(self._products, settings, ports)
            self._assembly = await stack.enter_async_context(opened)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, traceback)

    async def start(self) -> Self:
        """Open without ``async with``, as in a notebook, where cells outlive blocks; `close` it yourself."""
        return await self.__aenter__()

    async def close(self) -> None:
        """Close everything; the same as leaving the ``async with`` block. Twice is fine."""
        await self._stack.aclose()

    # Books.

    async def book(
        self,
        instrument: str,
        *,
        depth: int | None = None,
        timeout_s: float | None = BOOK_TIMEOUT_S,
        redundant: bool = False,
    ) -> Book:
        """Return the local order book of ``instrument`` once it is synced; it stays current until `release`.

        Args:
            instrument: Its id, for example ``binance:BTC/USDT``.
            depth: Levels a side, where the venue sends books of several depths; its usual one unless given.
            timeout_s: How long to wait; ``None`` waits for ever.
            redundant: Keep it from two connections, so that the loss of one is not felt.

        Raises:
            UnknownInstrument: If there is none; the error names the nearest.
            NotSupported: If the venue sends no books of that depth.
            ConnectTimeout: If it is not synced in time; the text says what it is waiting for.
            SubscriptionRefused: If the venue refuses its stream.
        """
        return await self._market.book(
            instrument, depth=depth, timeout_s=timeout_s, is_redundant=redundant
        )

    def release(self, book: Book) -> None:
        """Give a book up: it is unsubscribed unless someone else wants it, and cannot be read any more."""
        if self._assembly is not None:  # a closed one has given everything up
            self._assembly.market.release([book.topic])

    # Streams.

    @asynccontextmanager
    async def subscribe(
        self,
        *topics: Topic,
        overflow: Overflow | None = None,
        capacity: int | None = None,
        redundant: bool = False,
    ) -> AsyncIterator[Subscription]:
        """Stream ``topics`` as one line of events, to be read with ``async for``.

        Args:
            topics: What to stream.
            overflow: What happens when you read slower than the market writes: the oldest events are dropped unless said, of
                `OrderUpdates`, `BalanceUpdates` and `PositionUpdates` never any.
            capacity: Events that may wait for you; the setting ``queue_capacity`` unless given.
            redundant: On two connections, the first arrival of each event wins. A topic that is streamed already
                stays as it is.

        Raises:
            UnknownInstrument, NotSupported: Before anything is subscribed.

        Example:
            >>> async with tw.subscribe(Trades("binance:BTC/USDT")) as events:
            ...     async for event in events:
            ...         print(event)
        """
        market = self._market
        room = capacity or self.settings.queue_capacity
        chosen = _overflow(topics, overflow)
        async with self._open.bus.subscribe(*topics, overflow=chosen, capacity=room) as line:
            await market.acquire(topics, is_redundant=redundant)
            try:
                yield line
            finally:
                market.release(topics)

    def on(
        self,
        topic: Topic,
        handler: Handler,
        *,
        overflow: Overflow | None = None,
        capacity: int | None = None,
        redundant: bool = False,
    ) -> Listener:
        """Call ``handler`` with every event of ``topic``: the fastest form.

        A plain function runs at once, on the event loop, and should be quick; an async one gets a queue and a task of
        its own, so that it may wait. What it raises is reported, and the stream goes on. The options are those of
        `subscribe`.

        Raises:
            UnknownInstrument, UnknownVenue, NotSupported: If the topic cannot be had. Before the venue's listings are
                loaded only the form of the id can be judged; what turns out later is logged, counted in ``errors`` and
                raised by `Listener.wait_acquired`.
        """
        opened = self._open
        opened.market.resolve([topic])
        room = capacity or self.settings.queue_capacity
        chosen = _overflow([topic], overflow)
        handle = opened.bus.channel(topic).attach(handler, overflow=chosen, capacity=room)
        listener = Listener(opened.market, topic, handle, is_redundant=redundant)
        listener._acquire(opened.supervisor)
        return listener

    # Instruments and questions.

    async def instrument(self, instrument: str) -> Instrument:
        """Return an instrument and its rules.

        Raises:
            UnknownInstrument: If there is none; the error names the nearest.
        """
        return await self._market.instrument(instrument)

    async def instruments(self, product: str | None = None) -> Instruments:
        """Return everything that is listed, of one product or venue, or of all that are open."""
        return await self._market.instruments(product)

    @property
    def fetch(self) -> Queries:
        """Questions that are answered once, over REST."""
        return self._open.queries

    @property
    def orders(self) -> Orders:
        """Orders, balances and positions, for those who have credentials; nothing happens before it is used."""
        return self._open.orders

    def status(self) -> Status:
        """Return the health of everything at a glance; print it, or read its fields."""
        return status_of(self._open)

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The products that are open, for those who look below the surface."""
        return self._market.feeds

    @property
    def _open(self) -> Assembly:
        if self._assembly is None or not self._assembly.supervisor.is_running:
            raise Closed(
                "this connector is not open; use it inside `async with Connector.open(...)`"
            )
        return self._assembly

    @property
    def _market(self) -> Market:
        return self._open.market


def _overflow(topics: Iterable[Topic], asked: Overflow | None) -> Overflow:
    """Return what happens to a slow reader: who reads of their account is told that they are too slow, and miss nothing (G15)."""
    if not any(isinstance(topic, PrivateTopic) for topic in topics):
        return asked or Overflow.DROP_OLDEST
    if asked in (Overflow.DROP_OLDEST, Overflow.CONFLATE):
        raise UsageError(
            f"overflow {asked.value}: news of orders and accounts is never dropped; leave it out, or choose fail or block"
        )
    return asked or Overflow.FAIL
