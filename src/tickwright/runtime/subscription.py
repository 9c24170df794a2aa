"""One reader's view of one or many topics: an async iterator over a bounded queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Protocol, Self

import msgspec
from msgspec.structs import force_setattr

from tickwright.errors import Closed, UsageError, WouldBlock
from tickwright.runtime.queues import CAPACITY, Event, Overflow, Source, open_queue


__all__ = ["Subscription", "SubscriptionStatistics", "TopicSource"]

TURNS = 64
"""Events given to a reader in one go: then the event loop gets its turn, however full the queue is."""


class TopicSource(Source, Protocol):
    """A source that one can join and leave."""

    def join(self, reader: Subscription) -> None:
        """Offer every event to ``reader`` from now on."""

    def leave(self, reader: Subscription) -> None:
        """Offer it no more."""


class SubscriptionStatistics(msgspec.Struct, frozen=True):
    """What went through a subscription so far."""

    capacity: int
    overflow: Overflow
    queued: int
    """Waiting now."""
    delivered: int
    dropped: int
    """Found no room, or made room, by the overflow policy."""
    conflated: int
    """Replaced by a newer one before they were read."""
    lag_s: float | None
    """From receiving to delivering the last event; ``None`` before the first."""
    lag_s_max: float
    is_paused: bool
    """True while sources are held back because this reader is full."""


class Subscription:
    """Reads the events of ``sources`` in the order of their arrival. One reader at a time.

    It collects events from `open` (or ``async with``) until `close`. What happens when the reader
    is slower than the market is the overflow policy's to say, and the reader is told in the stream
    itself.

    Args:
        sources: The topics to read.
        time_ns: Wall clock, for stamping.
        capacity: Events that may wait; must be at least 1.
        overflow: What happens beyond that.

    Example:
        >>> async def watch(bus: Bus) -> None:
        ...     async with bus.subscribe(Trades("binance:BTC/USDT")) as events:
        ...         async for event in events:
        ...             print(event)
    """

    def __init__(
        self,
        sources: Iterable[TopicSource],
        time_ns: Callable[[], int],
        *,
        capacity: int = CAPACITY,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> None:
        self._sources = tuple(dict.fromkeys(sources))
        self._time_ns = time_ns
        self._capacity = capacity
        self._overflow = overflow
        self._queue = open_queue(overflow, capacity, time_ns)
        self._waiter: asyncio.Future[None] | None = None
        self._is_open = False
        self._is_closed = False
        self._delivered = 0
        self._lag_ns: int | None = None
        self._lag_ns_max = 0

    def open(self) -> Self:
        """Start to collect; nothing changes if it has.

        Raises:
            Closed: If it was closed.
        """
        if self._is_closed:
            raise Closed("this subscription was closed; make a new one")
        if not self._is_open:
            self._is_open = True
            for source in self._sources:
                source.join(self)
        return self

    def close(self) -> None:
        """Leave all topics and let the reader's iteration end; nothing changes if it was closed."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._is_open:
            for source in self._sources:
                source.leave(self)
        self._queue.close()
        self._wake()

    @property
    def is_closed(self) -> bool:
        """True once `close` was called."""
        return self._is_closed

    async def __aenter__(self) -> Self:
        return self.open()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def offer(self, source: Source, event: Event) -> None:
        """Take ``event`` of ``source`` in, as far as there is room; called by the source."""
        self._queue.put(source, event)
        if self._waiter is not None:
            self._wake()

    def receive_nowait(self) -> Event:
        """Return the next event.

        Raises:
            WouldBlock: If none is waiting.
            SlowConsumer: If events found no room, and may not be dropped.
            Closed: If the subscription is not open.
        """
        self._check_open()
        event = self._queue.pop()
        now_ns = self._time_ns()
        if not event.delivered_ts_ns:
            force_setattr(event, "delivered_ts_ns", now_ns)
        self._delivered += 1
        self._lag_ns = lag_ns = now_ns - event.received_ts_ns
        if lag_ns > self._lag_ns_max:
            self._lag_ns_max = lag_ns
        return event

    async def receive(self) -> Event:
        """Return the next event, waiting for it. To stop waiting loses nothing.

        Raises:
            SlowConsumer: If events found no room, and may not be dropped.
            Closed: If the subscription is not open, or gets closed meanwhile.
            UsageError: If another task is waiting already.
        """
        if self._delivered % TURNS == TURNS - 1:
            await asyncio.sleep(0)
        while True:
            try:
                return self.receive_nowait()
            except WouldBlock:
                await self._arrival()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        if self._is_closed:
            raise StopAsyncIteration
        try:
            return await self.receive()
        except Closed:
            if self._is_closed:
                raise StopAsyncIteration from None
            raise

    def statistics(self) -> SubscriptionStatistics:
        """Return counts and times as of now."""
        return SubscriptionStatistics(
            capacity=self._capacity,
            overflow=self._overflow,
            queued=len(self._queue),
            delivered=self._delivered,
            dropped=self._queue.dropped,
            conflated=self._queue.conflated,
            lag_s=None if self._lag_ns is None else self._lag_ns / 1e9,
            lag_s_max=self._lag_ns_max / 1e9,
            is_paused=self._queue.is_paused,
        )

    def __repr__(self) -> str:
        topics = ", ".join(str(source.topic) for source in self._sources[:3])
        more = ", …" if len(self._sources) > 3 else ""
        return f"Subscription({topics}{more}; {self._overflow.value}, {len(self._queue)} queued)"

    def _check_open(self) -> None:
        if self._is_closed:
            raise Closed("this subscription was closed; make a new one")
        if not self._is_open:
            raise Closed("this subscription is not open yet; enter it with `async with`")

    async def _arrival(self) -> None:
        if self._waiter is not None:
            raise UsageError("another task is reading this subscription; give each its own")
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
