"""What is done with a topic's events between their decoder and the bus. One pipe a topic, chosen by its kind.

A pipe is synchronous. What it needs from elsewhere (a snapshot, a page of history) it asks for through `PipeTools`, and
the answer comes back as a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from tickwright.errors import NotSupported, SubscriptionRefused
from tickwright.io.clock import Clock
from tickwright.marketdata.book import Book
from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, Quote
from tickwright.model.notices import BookStateChanged, TopicFailed, TopicStale
from tickwright.model.topics import BookStates, BookUpdates, Topic
from tickwright.runtime.bus import Bus, TopicChannel
from tickwright.runtime.routes import Route, Sink, Tap
from tickwright.venues.base import BookFeed, RestCall


__all__ = ["BookPipe", "Fetch", "Pipe", "PipeTools"]

T = TypeVar("T")


class Fetch(Protocol):
    """Asks a venue something in the background; exactly one of the two callbacks is called, later."""

    def __call__(
        self,
        call: RestCall[T],
        on_answer: Callable[[T], None],
        on_failure: Callable[[Exception], None],
        /,
    ) -> None:
        """Ask ``call`` in the background."""


class PipeTools:
    """What pipes work with.

    Args:
        bus: Where events go.
        clock: For the times of notices and of delivery.
        request_snapshot: Has a snapshot fetched for a book.
        fetch: Asks a venue for history.
    """

    __slots__ = ("bus", "clock", "fetch", "request_snapshot")

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        *,
        request_snapshot: Callable[[BookKeeper], None],
        fetch: Fetch,
    ) -> None:
        self.bus = bus
        self.clock = clock
        self.request_snapshot = request_snapshot
        self.fetch = fetch

    @classmethod
    def for_replay(cls, bus: Bus, clock: Clock) -> PipeTools:
        """Return tools that fetch nothing: what a recording does not hold is not to be had."""
        return cls(bus, clock, request_snapshot=lambda keeper: None, fetch=_refuse)


class Pipe:
    """Passes events on as they are; the base of pipes that do more.

    Args:
        topic: What is wanted.
        route: Where its events come from.
        channel: Where they go.
    """

    __slots__ = ("channel", "route", "uses")

    def __init__(self, topic: Topic, route: Route, channel: TopicChannel) -> None:
        self.route = route
        self.channel = channel
        channel.gate = route
        self.uses = 1
        """How often the topic is wanted."""

    @property
    def topic(self) -> Topic:
        """What is wanted."""
        return self.channel.topic

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route: event type and taker."""
        return [(self.topic.event, self.channel.publish)]

    def on_confirmed(self) -> None:
        """The venue acknowledged the stream."""

    def on_up(self, now_ns: int) -> None:
        """The session has a connection."""

    def on_down(self, reason: str, now_ns: int) -> None:
        """The session lost its connection."""

    def on_silent(self, notice: TopicStale) -> None:
        """The stream is silent beyond what is due."""

    def on_refused(self, notice: TopicFailed) -> None:
        """The venue refused the stream: whoever reads the topic is told in its own line."""
        self.channel.publish(notice)

    def on_tick(self, now_ns: int) -> None:
        """A second or so has passed."""

    def close(self, now_ns: int) -> None:
        """Nobody wants the topic any more."""


class BookPipe(Pipe):
    """Keeps the local book of an instrument, and publishes what was applied to it.

    Args:
        instrument: Whose book.
        feed: For how its deltas link.
        tools: Bus, clock, and who fetches snapshots.
    """

    __slots__ = ("_publish_state", "_states", "_tools", "audit", "instrument", "keeper", "view")

    def __init__(
        self,
        topic: BookUpdates,
        route: Route,
        channel: TopicChannel,
        instrument: Instrument,
        feed: BookFeed,
        tools: PipeTools,
    ) -> None:
        super().__init__(topic, route, channel)
        self.instrument = instrument
        self._tools = tools
        self._states = BookStates(instrument.id, topic.depth)
        self._publish_state = tools.bus.publisher(self._states).publish
        self.keeper = BookKeeper(
            instrument,
            feed,
            publish=channel.publish,
            publish_state=self._on_state,
            request_snapshot=self._request_snapshot,
        )
        self.audit = Tap(Quote, self.keeper.on_quote)
        """For the route of the quotes that the book is compared with."""
        channel.snapshot = self.keeper.as_snapshot
        self.view = Book(self.keeper, tools.clock, topic)

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """Deltas go to the keeper."""
        return [(BookDelta, self.keeper.on_delta)]

    def on_confirmed(self) -> None:
        """The stream is acknowledged: a snapshot can be asked for."""
        self.keeper.on_subscribed()

    def on_up(self, now_ns: int) -> None:
        """The session has a connection."""
        self.keeper.on_up(now_ns)

    def on_down(self, reason: str, now_ns: int) -> None:
        """The session lost its connection."""
        self.keeper.on_down(reason, now_ns)

    def on_silent(self, notice: TopicStale) -> None:
        """The stream is silent: let a snapshot tell whether it is only quiet."""
        self.keeper.on_silent(
            notice.silent_s, notice.received_ts_ns, is_renewed=notice.action == "resubscribe"
        )

    def on_refused(self, notice: TopicFailed) -> None:
        """The venue refused the stream: who waits for the book is told, too."""
        super().on_refused(notice)
        self.view.on_refused(SubscriptionRefused(notice.stream, notice.text))

    def close(self, now_ns: int) -> None:
        """Nobody wants the book any more."""
        self.keeper.close(now_ns)
        self.channel.snapshot = None
        self._tools.bus.forget(self._states)

    def _request_snapshot(self, keeper: BookKeeper) -> None:
        self._tools.request_snapshot(keeper)

    def _on_state(self, change: BookStateChanged) -> None:
        self.view.on_state(change)
        self._publish_state(change)


def _refuse(
    call: RestCall[Any],
    on_answer: Callable[[Any], None],
    on_failure: Callable[[Exception], None],
) -> None:
    on_failure(NotSupported("a replay fetches nothing"))
