"""One product's market data: topics become streams on few sessions, frames become events on the bus.

    topic ──► pipe (what is done with the events) ──► route (one a stream) ──► session (one a connection)

Two topics that need the same stream share its route; a topic wanted twice shares its pipe. The feed also tells its
pipes what becomes of the sessions below them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import msgspec

from tickwright.core.renewal import RenewalTimer
from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.io.clock import Clock
from tickwright.io.rest import RestClient, RestStatus
from tickwright.marketdata.pipe_table import make_pipe
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.snapshots import SnapshotDesk, SnapshotStatus
from tickwright.marketdata.trades import history_call
from tickwright.model.instrument import Instruments
from tickwright.model.notices import Notice, SessionDown, SessionUp, TopicFailed, TopicStale
from tickwright.model.topics import (
    AggTrades,
    BookStates,
    BookUpdates,
    InstrumentTopic,
    Quotes,
    Topic,
    Trades,
)
from tickwright.runtime.pool import SessionPool
from tickwright.runtime.reporting import SessionStatus
from tickwright.runtime.routes import Route
from tickwright.runtime.session import SessionRunner
from tickwright.runtime.twins import TwinPool
from tickwright.venues.base import Product


__all__ = ["Feed", "FeedStatus"]

TICK_S = 1.0
"""How often pipes learn that time passes; the shortest candle lasts a second."""

MakeSession = Callable[["Feed", str, int], SessionRunner]
"""``(feed, URL route, number)`` → a session that someone runs."""


class FeedStatus(msgspec.Struct, frozen=True):
    """One product at a glance."""

    product: str
    sessions: tuple[SessionStatus, ...]
    rest: RestStatus
    snapshots: SnapshotStatus
    topics: dict[str, str]
    """Topic → where its stream stands: wanted, pending, confirmed, failed."""


class Feed:
    """All subscriptions of one product.

    Args:
        product: The venue's declarations.
        rest: Its REST side, for listings, snapshots and backfills.
        clock: For the times of notices.
        desk: Fetches snapshots.
        tools: What pipes need to do their work.
        make_session: Makes sessions.
        drop_session: Ends one for good.
        audits: Whether books are compared with the quotes.
        notify: Takes every notice, for the log and for `Notices`.
        timer: Makes the renewal timer of a connection; ``None`` lets the venue cut them.
    """

    def __init__(
        self,
        product: Product,
        *,
        rest: RestClient,
        clock: Clock,
        desk: SnapshotDesk,
        tools: PipeTools,
        make_session: MakeSession,
        drop_session: Callable[[SessionRunner], None],
        audits: bool,
        notify: Callable[[Notice], None],
        timer: Callable[[float], RenewalTimer] | None = None,
    ) -> None:
        self.product = product
        self.rest = rest
        self.instruments = Instruments()
        self.desk = desk
        self._clock = clock
        self._tools = tools
        self._make_session = make_session
        self._drop_session = drop_session
        self._audits = audits and product.book.has_quote_ids and Quotes in product.topics
        self._notify = notify
        self._timer = timer
        self._pools: dict[tuple[str, bool], SessionPool | TwinPool] = {}
        self._redundant: set[str] = set()
        self._sessions_made: dict[str, int] = {}
        self._pipes: dict[Topic, Pipe] = {}
        self._routes: dict[str, Route] = {}
        self._listing = asyncio.Lock()

    # Listings.

    async def list_instruments(self, *, fresh: bool = False) -> Instruments:
        """Return what the venue lists, asked for once unless ``fresh``."""
        if not fresh and len(self.instruments):
            return self.instruments
        async with self._listing:
            if fresh or not len(self.instruments):
                self.instruments.update(await self.rest.pages(self.product.calls.instruments()))
        return self.instruments

    # Wishes.

    def acquire(self, topics: Iterable[Topic], *, is_redundant: bool = False) -> None:
        """Have ``topics`` streamed; each call is to be matched by a `release`. Listings must be loaded.

        Args:
            topics: What is wanted.
            is_redundant: On two connections, so that the loss of one is not felt. A stream that is there already
                stays on the connections it is on.

        Raises:
            NotSupported: The product has no such stream. Nothing was acquired.
            UnknownInstrument: It does not list the instrument. Nothing was acquired.
        """
        wanted = [_upstream(topic) for topic in topics]
        for topic in wanted:
            self.check(topic)
        fresh: dict[str, list[Route]] = {}
        for topic in wanted:
            for route in self._acquire(topic):
                fresh.setdefault(route.kind.route, []).append(route)
        for name, routes in fresh.items():
            if is_redundant:
                self._redundant.update(route.name for route in routes)
            self._pool(name, is_redundant=is_redundant).want(routes)

    def release(self, topics: Iterable[Topic]) -> None:
        """Take one `acquire` back; a topic that nobody wants is unsubscribed."""
        for topic in map(_upstream, topics):
            pipe = self._pipes.get(topic)
            if pipe is not None:
                pipe.uses -= 1
                if not pipe.uses:
                    self._drop(pipe)

    def check(self, topic: Topic) -> None:
        """Raise what `acquire` would raise for ``topic``."""
        if type(topic) not in self.product.topics:
            offered = ", ".join(sorted(kind.__name__ for kind in self.product.topics))
            raise NotSupported(
                f"{self.product.name} has no {type(topic).__name__}; it offers {offered}"
            )
        self.product.channel(topic, self.instruments)
        if isinstance(topic, (Trades, AggTrades)) and topic.backfill:
            history_call(topic, self.product, self.instruments[topic.instrument])

    def book_pipe(self, instrument_id: str, depth: int | None = None) -> BookPipe:
        """Return the pipe that keeps the book of an acquired ``BookUpdates``."""
        pipe = self._pipes.get(BookUpdates(instrument_id, depth))
        if not isinstance(pipe, BookPipe):
            raise UnknownInstrument(f"no book of {instrument_id} is open")
        return pipe

    @property
    def frames(self) -> int:
        """Data frames of the present subscriptions that came so far."""
        return sum(route.frames for route in self._routes.values())

    @property
    def book_pipes(self) -> list[BookPipe]:
        """All open books."""
        return [pipe for pipe in self._pipes.values() if isinstance(pipe, BookPipe)]

    async def run_ticks(self) -> None:
        """Give pipes a sense of time, until cancelled; run it as a supervised child."""
        while True:
            await asyncio.sleep(TICK_S)
            now_ns = self._clock.time_ns()
            for pool in self._pools.values():
                pool.tick(self._clock.monotonic_s(), now_ns)
            for pipe in tuple(self._pipes.values()):
                pipe.on_tick(now_ns)

    def status(self) -> FeedStatus:
        """Return the product at a glance."""
        runners = [runner for pool in self._pools.values() for runner in pool]
        states = {
            stream: state.value
            for runner in runners
            for stream, state in runner.ledger.states().items()
        }
        return FeedStatus(
            product=self.product.name,
            sessions=tuple(runner.status() for runner in runners),
            rest=self.rest.status(),
            snapshots=self.desk.status(),
            topics={
                str(topic): states.get(pipe.route.name, "unknown")
                for topic, pipe in self._pipes.items()
            },
        )

    def close(self) -> None:
        """Give everything up."""
        now_ns = self._clock.time_ns()
        for pipe in self._pipes.values():
            pipe.close(now_ns)
        self._pipes.clear()

    # What sessions report.

    def on_confirmed(self, runner: SessionRunner, streams: tuple[str, ...]) -> None:
        """The venue acknowledged ``streams``."""
        for stream in streams:
            for pipe in self._pipes_of(runner, stream):
                pipe.on_confirmed()

    def on_notice(self, runner: SessionRunner, notice: Notice) -> None:
        """Tell the pipes that a notice concerns, then everybody."""
        now_ns = notice.received_ts_ns
        match notice:
            case SessionUp():
                for pipe in self._pipes_on(runner):
                    pipe.on_up(now_ns)
            case SessionDown(reason=reason):
                for pipe in self._pipes_on(runner):
                    pipe.on_down(reason, now_ns)
            case TopicStale(stream=stream):
                for pipe in self._pipes_of(runner, stream):
                    pipe.on_silent(notice)
            case TopicFailed(stream=stream):
                for pipe in self._pipes_of(runner, stream):
                    pipe.on_refused(notice)
        self._notify(notice)

    def on_renew(self, runner: SessionRunner, reason: str) -> None:
        """The connection will be closed, or brings not all it should: have another take over."""
        for pool in self._pools.values():
            pool.renew(runner, self._clock.monotonic_s(), reason)

    def on_losing(self, runner: SessionRunner) -> None:
        """The connection has ended: a successor that is ready takes over before anybody notices."""
        for pool in self._pools.values():
            pool.losing(runner, self._clock.monotonic_s())

    # How it is done.

    def _acquire(self, topic: Topic) -> list[Route]:
        known = self._pipes.get(topic)
        if known is not None:
            known.uses += 1
            return []
        declared = self.product.channel(topic, self.instruments)
        route, fresh = self._routes.get(declared.stream), []
        if route is None:
            route = self._routes[declared.stream] = Route(declared)
            fresh = [route]
        pipe = make_pipe(topic, route, self.product, self.instruments, self._tools)
        self._pipes[topic] = pipe
        route.add(pipe)
        if self._audits and isinstance(pipe, BookPipe):
            fresh += self._audit(pipe)
        return fresh

    def _audit(self, pipe: BookPipe) -> list[Route]:
        quotes = Quotes(pipe.instrument.id)
        fresh = self._acquire(quotes)
        pipe.keeper.audit_with_quotes()
        self._pipes[quotes].route.add(pipe.audit)
        return fresh

    def _drop(self, pipe: Pipe) -> None:
        del self._pipes[pipe.topic]
        pipe.close(self._clock.time_ns())
        route = pipe.route
        route.remove(pipe)
        if self._audits and isinstance(pipe, BookPipe):
            quotes = Quotes(pipe.instrument.id)
            self._pipes[quotes].route.remove(pipe.audit)
            self.release([quotes])
        self._tools.bus.forget(pipe.topic)
        if route.is_idle:
            del self._routes[route.name]
            pool = self._pools[route.kind.route, route.name in self._redundant]
            self._redundant.discard(route.name)
            pool.unwant(route)

    def _pool(self, route: str, *, is_redundant: bool) -> SessionPool | TwinPool:
        key = (route, is_redundant)
        if key not in self._pools:

            def make(_: int) -> SessionRunner:
                self._sessions_made[route] = number = self._sessions_made.get(route, 0) + 1
                return self._make_session(self, route, number)

            self._pools[key] = (
                TwinPool(make, self._drop_session, self._revived, self._timer)
                if is_redundant
                else SessionPool(make, self._drop_session, self._timer)
            )
        return self._pools[key]

    def _revived(self, runner: SessionRunner) -> None:
        """Both connections were down, and one of them flows again: as after any outage."""
        for pipe in self._pipes_on(runner):
            pipe.on_up(self._clock.time_ns())
            pipe.on_confirmed()

    def _pipes_on(self, runner: SessionRunner) -> list[Pipe]:
        return [pipe for stream in runner.routes for pipe in self._pipes_of(runner, stream)]

    def _pipes_of(self, runner: SessionRunner, stream: str) -> list[Pipe]:
        """Return the pipes that ``stream`` feeds through ``runner``; a successor that only holds frames feeds none."""
        route = runner.routes.get(stream)
        return [taker for taker in (route.takers if route else ()) if isinstance(taker, Pipe)]


def _upstream(topic: Topic) -> Topic:
    """Return the topic that has a stream of its own: a book's states come with its updates."""
    if isinstance(topic, BookStates) and isinstance(topic, InstrumentTopic):
        return BookUpdates(topic.instrument, topic.depth)
    return topic
