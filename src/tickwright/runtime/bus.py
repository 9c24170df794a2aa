"""From one publisher of a topic to all who want it: handlers at once, subscriptions through bounded queues.

Everything runs on one event loop, so there are no locks. `TopicChannel.publish` is on the hot path.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeGuard

import msgspec
from msgspec.structs import force_setattr

from tickwright.errors import SlowConsumer
from tickwright.io.clock import Clock
from tickwright.model.market import BookSnapshot
from tickwright.model.notices import HandlerFailed
from tickwright.model.topics import Notices, Topic
from tickwright.runtime.queues import CAPACITY, Event, Gate, Overflow
from tickwright.runtime.subscription import Subscription


__all__ = [
    "Bus",
    "ChannelStatistics",
    "Handle",
    "Handler",
    "QueuedHandle",
    "Spawn",
    "TopicChannel",
]

log = logging.getLogger(__name__)

Handler = Callable[[Any], object]
"""A user's function of one event; one that is async gets a queue and a task of its own."""

AsyncHandler = Callable[[Any], Awaitable[object]]


class Spawn(Protocol):
    """Runs a coroutine as a task that somebody owns; the supervisor's `spawn`."""

    def __call__(self, name: str, coroutine: Coroutine[Any, Any, None], /) -> object:
        """Start ``coroutine`` under ``name``, for status and logs."""


class ChannelStatistics(msgspec.Struct, frozen=True):
    """What went through a topic so far."""

    topic: str
    published: int
    handlers: int
    subscriptions: int
    handler_errors: int
    lag_s: float | None
    """From receiving the last event to handing it to a handler; ``None`` before the first."""


class Handle:
    """A handler's place on a topic; keep it to `detach`."""

    __slots__ = ("_channel", "_reported", "errors", "handler")

    def __init__(self, channel: TopicChannel, handler: Handler) -> None:
        self.handler = handler
        self.errors = 0
        self._channel = channel
        self._reported: tuple[type[BaseException], ...] = ()

    def detach(self) -> None:
        """Make no further calls from the next event on; a call under way may end. Twice is fine."""
        self._channel._remove(self)

    def failed(self, error: Exception) -> None:
        """Count what a handler raised, and report it unless that type was reported before."""
        self.errors += 1
        self._channel._handler_errors += 1
        if type(error) not in self._reported:
            self._reported += (type(error),)
            self._channel._report(self, error)


class QueuedHandle(Handle):
    """The place of an async handler, which reads from a queue of its own."""

    __slots__ = ("reader",)

    def __init__(self, channel: TopicChannel, handler: Handler, reader: Subscription) -> None:
        super().__init__(channel, handler)
        self.reader = reader
        """The queue, with its statistics."""

    def detach(self) -> None:
        """Give the handler no further events. Twice is fine."""
        self.reader.close()


class TopicChannel:
    """One topic: its publisher on this side, its consumers on the other.

    The publisher may set ``snapshot`` (how to get the book, on a topic of deltas), ``gate`` (how to hold
    the source back) and ``on_idle`` (called when the last consumer has left).
    """

    __slots__ = (
        "_bus",
        "_handler_errors",
        "_handles",
        "_last",
        "_published",
        "_readers",
        "gate",
        "on_idle",
        "snapshot",
        "topic",
    )

    def __init__(self, topic: Topic, bus: Bus) -> None:
        self.topic = topic
        self.snapshot: Callable[[], BookSnapshot | None] | None = None
        self.gate: Gate | None = None
        self.on_idle: Callable[[TopicChannel], None] | None = None
        self._bus = bus
        # Replaced and never changed in place, so that a handler may attach and detach while they run.
        self._handles: tuple[Handle, ...] = ()
        self._readers: tuple[Subscription, ...] = ()
        self._published = 0
        self._handler_errors = 0
        self._last: Event | None = None

    def publish(self, event: Event) -> None:
        """Give ``event`` to every consumer: to handlers now, in the order they came, then to the queues.

        Never raises on a consumer's account, and never waits.
        """
        self._published += 1
        handles = self._handles
        if handles:
            if not event.delivered_ts_ns:
                force_setattr(event, "delivered_ts_ns", self._bus.time_ns())
            self._last = event
            for handle in handles:
                handler = handle.handler
                try:
                    handler(event)
                except Exception as error:  # noqa: BLE001 - a user's error must not stop the stream
                    handle.failed(error)
        for reader in self._readers:
            reader.offer(self, event)

    def attach(
        self,
        handler: Handler,
        *,
        capacity: int = CAPACITY,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> Handle:
        """Call ``handler`` with every event from now on.

        A plain function is called at once, on the event loop: it should be quick. An async one gets a bounded
        queue and a task of its own, which ``capacity`` and ``overflow`` are for; asleep, it harms nobody.
        What either raises is counted and reported, and the next event is delivered.
        """
        if _is_async(handler):
            reader = Subscription((self,), self._bus.time_ns, capacity=capacity, overflow=overflow)
            queued = QueuedHandle(self, handler, reader)
            reader.open()
            self._bus.spawn(
                f"handler {_name(handler)} of {self.topic}", _drain(reader, queued, handler)
            )
            return queued
        handle = Handle(self, handler)
        self._handles = (*self._handles, handle)
        return handle

    def join(self, reader: Subscription) -> None:
        """Offer every event to ``reader`` from now on; `Subscription.open` calls it."""
        self._readers = (*self._readers, reader)

    def leave(self, reader: Subscription) -> None:
        """Offer ``reader`` no more; `Subscription.close` calls it."""
        self._readers = tuple(each for each in self._readers if each is not reader)
        self._check_idle()

    @property
    def is_idle(self) -> bool:
        """True when nobody listens."""
        return not self._handles and not self._readers

    def statistics(self) -> ChannelStatistics:
        """Return counts and times as of now."""
        return ChannelStatistics(
            topic=str(self.topic),
            published=self._published,
            handlers=len(self._handles),
            subscriptions=len(self._readers),
            handler_errors=self._handler_errors,
            lag_s=None
            if self._last is None
            else (self._last.delivered_ts_ns - self._last.received_ts_ns) / 1e9,
        )

    def __repr__(self) -> str:
        counts = f"{len(self._handles)} handlers, {len(self._readers)} readers"
        return f"TopicChannel({self.topic}, {counts})"

    def _remove(self, handle: Handle) -> None:
        if handle in self._handles:
            self._handles = tuple(each for each in self._handles if each is not handle)
            self._check_idle()

    def _check_idle(self) -> None:
        if self.on_idle is not None and self.is_idle:
            self.on_idle(self)

    def _report(self, handle: Handle, error: Exception) -> None:
        name = _name(handle.handler)
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, SlowConsumer):
            log.error("handler %s of %s is called no more: %s", name, self.topic, error)
        else:
            log.error(
                "handler %s of %s raised; the stream goes on", name, self.topic, exc_info=error
            )
        if isinstance(self.topic, Notices):
            return  # a broken reader of notices is not told about itself
        self._bus.channel(Notices()).publish(
            HandlerFailed(
                topic=str(self.topic), handler=name, error=text, received_ts_ns=self._bus.time_ns()
            )
        )


class Bus:
    """All topics of one connector.

    Args:
        clock: Wall time, for stamping.
        spawn: Runs the tasks of async handlers, and owns them.
    """

    def __init__(self, clock: Clock, spawn: Spawn) -> None:
        self.time_ns = clock.time_ns
        self.spawn = spawn
        self._channels: dict[Topic, TopicChannel] = {}

    def channel(self, topic: Topic) -> TopicChannel:
        """Return the one channel of ``topic``, made when it is first asked for."""
        channel = self._channels.get(topic)
        if channel is None:
            channel = self._channels[topic] = TopicChannel(topic, self)
        return channel

    def publisher(self, topic: Topic) -> TopicChannel:
        """Return the channel of ``topic`` to whoever publishes on it from now on, until `forget`."""
        channel = self.channel(topic)
        channel.on_idle = None
        return channel

    def channels(self) -> tuple[TopicChannel, ...]:
        """Return all channels there are."""
        return tuple(self._channels.values())

    def forget(self, topic: Topic) -> None:
        """Let the channel of ``topic`` go as soon as nobody listens; for its publisher, who publishes no more.

        Whoever still listens may be waiting for the next publisher.
        """
        channel = self._channels.get(topic)
        if channel is not None:
            channel.on_idle = self._drop
            channel._check_idle()

    def _drop(self, channel: TopicChannel) -> None:
        self._channels.pop(channel.topic, None)

    def subscribe(
        self,
        *topics: Topic,
        capacity: int = CAPACITY,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> Subscription:
        """Return a reader of all ``topics`` in one line; it collects from ``async with`` on."""
        return Subscription(
            [self.channel(topic) for topic in topics],
            self.time_ns,
            capacity=capacity,
            overflow=overflow,
        )

    def close(self) -> None:
        """Detach every handler, end every subscription, forget every topic. Twice is fine."""
        for channel in self.channels():
            for handle in channel._handles:
                handle.detach()
            for reader in channel._readers:
                reader.close()
        self._channels.clear()


async def _drain(reader: Subscription, handle: Handle, handler: AsyncHandler) -> None:
    try:
        async for event in reader:
            try:
                await handler(event)
            except Exception as error:  # noqa: BLE001 - a user's error must not stop the stream
                handle.failed(error)
    except SlowConsumer as error:  # the policy that was asked for: this handler is at its end
        handle.failed(error)
    finally:
        reader.close()


def _is_async(handler: Handler) -> TypeGuard[AsyncHandler]:
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(
        getattr(handler, "__call__", None)  # noqa: B004 - an object whose call is async
    )


def _name(handler: Handler) -> str:
    return getattr(handler, "__qualname__", None) or repr(handler)
