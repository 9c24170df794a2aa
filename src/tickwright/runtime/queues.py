"""Bounded queues between a topic and one slow reader: what each does when it is full.

The rule of every policy: what is missing is told *in the place where it is missing*, and a book whose
deltas were lost goes on from a fresh snapshot. Nothing here waits; `Subscription` does the waiting.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum
from itertools import count
from typing import Protocol

from tickwright.errors import SlowConsumer, UsageError, WouldBlock
from tickwright.model.account import AccountEvent
from tickwright.model.market import BookDelta, BookSnapshot, Candle, MarketEvent
from tickwright.model.notices import Dropped, Notice
from tickwright.model.orders import OrderEvent
from tickwright.model.topics import Topic


__all__ = ["CAPACITY", "Event", "EventQueue", "Gate", "Overflow", "Source", "open_queue"]

Event = MarketEvent | Notice | OrderEvent | AccountEvent
"""What travels over the bus."""

CAPACITY = 10_000
"""Events a queue holds unless told otherwise: some 10 s of the busiest recorded market, about 5 MB."""


class Overflow(Enum):
    """What happens to an event that finds its reader's queue full."""

    BLOCK = "block"
    """Nothing is lost: the sources stop reading their sockets until half of the queue is free."""
    CONFLATE = "conflate"
    """Only the newest of each kind is kept (of a book: a fresh snapshot), so a slow reader stays fresh."""
    DROP_OLDEST = "drop oldest"
    """The oldest go, counted, and one `Dropped` stands where they were."""
    FAIL = "fail"
    """The reader gets `SlowConsumer` in the place of the first event that found no room."""


class Gate(Protocol):
    """Holds a source back. Calls are counted: it opens when each pause has had its resume."""

    def pause(self) -> None:
        """Stop reading."""

    def resume(self) -> None:
        """Take one pause back."""


class Source(Protocol):
    """Where events come from, as far as a queue needs to know it."""

    @property
    def topic(self) -> Topic:
        """What its events are about."""

    @property
    def snapshot(self) -> Callable[[], BookSnapshot | None] | None:
        """For a topic of deltas: returns the book as of all events so far, ``None`` while it cannot be read."""

    @property
    def gate(self) -> Gate | None:
        """What holds it back; ``None`` for one that cannot wait."""


class EventQueue(ABC):
    """What all policies share: bounds, counts, and how they are closed.

    Args:
        capacity: Events held at most.
        time_ns: Wall clock, for the notices made here.
    """

    def __init__(self, capacity: int, time_ns: Callable[[], int]) -> None:
        self.capacity = capacity
        self.dropped = 0
        self.conflated = 0
        self._time_ns = time_ns

    @abstractmethod
    def put(self, source: Source, event: Event) -> None:
        """Take ``event`` in, by the rule of this policy; never waits and never raises."""

    @abstractmethod
    def pop(self) -> Event:
        """Return the next event.

        Raises:
            WouldBlock: If there is none.
            SlowConsumer: If events found no room, and may not be dropped.
        """

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    def is_ready(self) -> bool:
        """True when `pop` has something to give or to raise."""
        return len(self) > 0

    @property
    def is_paused(self) -> bool:
        """True while sources are held back on this queue's account."""
        return False

    @abstractmethod
    def close(self) -> None:
        """Let go of everything, held-back sources included."""


class _FailingQueue(EventQueue):
    """Loses nothing: the first event without room ends it, after those before it were read."""

    def __init__(self, capacity: int, time_ns: Callable[[], int]) -> None:
        super().__init__(capacity, time_ns)
        self._items: deque[Event] = deque()
        self._failure: str | None = None

    def put(self, source: Source, event: Event) -> None:
        if self._failure is None and len(self._items) < self.capacity:
            self._items.append(event)
            return
        self.dropped += 1
        if self._failure is None:
            self._failure = (
                f"a reader of {source.topic} fell {len(self._items)} events behind; read faster,"
                " or choose another overflow policy or a larger capacity"
            )

    def pop(self) -> Event:
        if self._items:
            return self._items.popleft()
        if self._failure is not None:
            raise SlowConsumer(self._failure)
        raise WouldBlock("no event is waiting")

    def __len__(self) -> int:
        return len(self._items)

    @property
    def is_ready(self) -> bool:
        return bool(self._items) or self._failure is not None

    def close(self) -> None:
        self._items.clear()


class _BlockingQueue(_FailingQueue):
    """Holds its sources back from ``capacity`` on; what is already on its way may fill as much again."""

    def __init__(self, capacity: int, time_ns: Callable[[], int]) -> None:
        super().__init__(2 * capacity, time_ns)
        self._full = capacity
        self._held: list[Gate] = []

    def put(self, source: Source, event: Event) -> None:
        super().put(source, event)
        if len(self._items) >= self._full:
            gate = source.gate
            if gate is not None and gate not in self._held:
                self._held.append(gate)
                gate.pause()

    def pop(self) -> Event:
        event = super().pop()
        if self._held and len(self._items) <= self._full // 2:
            self._let_go()
        return event

    @property
    def is_paused(self) -> bool:
        return bool(self._held)

    def close(self) -> None:
        super().close()
        self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, []
        for gate in held:
            gate.resume()


class _LossyQueue(EventQueue):
    """Drops at its head, so the hole is always just before what `pop` would give next."""

    def __init__(self, capacity: int, time_ns: Callable[[], int]) -> None:
        super().__init__(capacity, time_ns)
        self._holes: dict[Source, int] = {}
        self._blind: set[Source] = set()

    @property
    def is_ready(self) -> bool:
        return len(self) > 0 or bool(self._holes)

    @abstractmethod
    def _forget(self, source: Source) -> None:
        """Remove all that is queued of ``source``."""

    @abstractmethod
    def _next(self) -> Event | None:
        """Take the first of the queue out; ``None`` if it came to nothing."""

    def pop(self) -> Event:
        while self.is_ready:
            event = self._at_hole() if self._holes else self._next()
            if event is not None:
                return event
        raise WouldBlock("no event is waiting")

    def _lose(self, source: Source) -> None:
        self.dropped += 1
        self._holes[source] = self._holes.get(source, 0) + 1

    def _at_hole(self) -> Event | None:
        source, lost = next(iter(self._holes.items()))
        if lost:
            if source.snapshot is None:
                del self._holes[source]
            else:
                self._holes[source] = 0  # told; a snapshot comes next
            return Dropped(topic=str(source.topic), count=lost, received_ts_ns=self._time_ns())
        del self._holes[source]
        # The snapshot holds all that was published so far, so nothing queued of it matters any more.
        self._forget(source)
        return self._snapshot(source)

    def _snapshot(self, source: Source) -> Event | None:
        snapshot = source.snapshot() if source.snapshot is not None else None
        if snapshot is None:
            self._blind.add(source)  # until the book can be read again
        return snapshot

    def _see(self, source: Source, event: Event) -> Event | None:
        """Return what a reader without the book is to get for ``event``: of a delta the whole book, if it can be read."""
        if source in self._blind and isinstance(event, BookDelta):
            # A delta is published after it was applied, so the book holds it.
            snapshot = source.snapshot() if source.snapshot is not None else None
            if snapshot is None:
                return None
            event = snapshot
        if isinstance(event, BookSnapshot):
            self._blind.discard(source)
        return event

    def close(self) -> None:
        self._holes.clear()
        self._blind.clear()


class _DroppingQueue(_LossyQueue):
    """A plain line; who is longest in it goes first."""

    def __init__(self, capacity: int, time_ns: Callable[[], int]) -> None:
        super().__init__(capacity, time_ns)
        self._items: deque[tuple[Source, Event]] = deque()

    def put(self, source: Source, event: Event) -> None:
        seen = self._see(source, event) if self._blind else event
        if seen is None:
            return
        if len(self._items) >= self.capacity:
            self._lose(self._items.popleft()[0])
        self._items.append((source, seen))

    def _next(self) -> Event | None:
        return self._items.popleft()[1]

    def _forget(self, source: Source) -> None:
        self._items = deque(item for item in self._items if item[0] is not source)

    def __len__(self) -> int:
        return len(self._items)

    def close(self) -> None:
        super().close()
        self._items.clear()


class _ConflatingQueue(_LossyQueue):
    """One place for each kind of event, taken at its first arrival and filled by the newest."""

    def __init__(self, capacity: int, time_ns: Callable[[], int]) -> None:
        super().__init__(capacity, time_ns)
        # An event of None asks for the book's snapshot when its turn comes.
        self._items: OrderedDict[object, tuple[Source, Event | None]] = OrderedDict()
        self._serial = count()

    def put(self, source: Source, event: Event) -> None:
        seen = self._see(source, event) if self._blind else event
        if seen is None:
            return
        key = self._key(source, seen)
        if key in self._items:
            self.conflated += 1
            self._items[key] = (source, seen if source.snapshot is None else None)
            return
        if len(self._items) >= self.capacity:
            self._lose(self._items.popitem(last=False)[1][0])
        self._items[key] = (source, seen)

    def _key(self, source: Source, event: Event) -> object:
        if isinstance(event, Notice | OrderEvent | AccountEvent):
            return next(self._serial)  # each says something of its own
        if source.snapshot is not None:
            return source
        if isinstance(event, Candle):
            return (
                source,
                event.instrument,
                event.open_ts_ns,
            )  # a close is not undone by the next open
        return source, event.instrument, type(event)

    def _next(self) -> Event | None:
        source, event = self._items.popitem(last=False)[1]
        return self._snapshot(source) if event is None else event

    def _forget(self, source: Source) -> None:
        for key in [key for key, item in self._items.items() if item[0] is source]:
            del self._items[key]

    def __len__(self) -> int:
        return len(self._items)

    def close(self) -> None:
        super().close()
        self._items.clear()


_QUEUES: dict[Overflow, type[EventQueue]] = {
    Overflow.BLOCK: _BlockingQueue,
    Overflow.CONFLATE: _ConflatingQueue,
    Overflow.DROP_OLDEST: _DroppingQueue,
    Overflow.FAIL: _FailingQueue,
}


def open_queue(overflow: Overflow, capacity: int, time_ns: Callable[[], int]) -> EventQueue:
    """Return an empty queue with the policy ``overflow``.

    Raises:
        UsageError: If ``capacity`` is not positive.
    """
    if capacity < 1:
        raise UsageError(f"capacity must be at least 1 event, not {capacity}")
    return _QUEUES[overflow](capacity, time_ns)
