"""The ledger of one session's subscriptions: batches out, answers in, and no stream forgotten (G22).

Theory of operation
===================

Each stream goes through the table in `tickwright.core.streamstate`. The ledger holds the queues and
the requests under way, and turns what a venue says about a *request*, about streams of it, or about
all that it sends, into events of *streams*. What was not answered stays under way.

A stream has at most one request under way, so answers cannot be mixed up. Request ids are never
used twice, not even across connections: an answer to a request that was given up finds nothing.

**Refusals.** A venue may refuse a whole request for one bad stream (Bybit does). If it names the
culprit, that one fails with the venue's text and the others are asked for again. If not, the
request is halved, and halved again, until the bad stream stands alone. Groups under suspicion are
never mixed with other streams, and stay so across a reconnect: some venues close the socket on a
bad stream.

**Silence.** A request without an answer within ``ack_timeout_s`` is repeated in halves (venues drop
some frames without a word), on a connection that answers others until each stream stands alone.
After ``tries_max`` unanswered requests for a stream, the socket is to be replaced
(`Expired.must_replace`). A stream that stays unanswered on ``connections_max`` connections, the last
of which had answered others before, fails loudly. Other connections are at fault themselves.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from itertools import islice

import msgspec

from tickwright.core.streamstate import TABLE, Effect, StreamEvent, StreamState
from tickwright.errors import UsageError


__all__ = ["Batch", "Expired", "Ledger", "Refused"]


class Batch(msgspec.Struct, frozen=True):
    """One request to send now."""

    request_id: int
    streams: tuple[str, ...]
    is_subscribe: bool


class Refused(msgspec.Struct, frozen=True):
    """A stream that failed for good, with the venue's own text (or ours, where it never answered)."""

    stream: str
    text: str


class Expired(msgspec.Struct, frozen=True):
    """What became of requests that were not answered in time."""

    streams: tuple[str, ...] = ()
    """To be asked for (or given up) again."""
    refused: tuple[Refused, ...] = ()
    """Failed: unanswered on one connection after the other."""
    must_replace: bool = False
    """True where this connection does not answer and should be replaced."""


class _Group(msgspec.Struct):
    """Streams of one request; if it fails, they are not mixed with others when they are asked for again."""

    streams: tuple[str, ...]
    is_subscribe: bool
    is_suspect: bool
    """True where it holds what is left of a refused request."""


class _Request(_Group):
    """A request under way."""

    deadline_s: float
    was_answering: bool  # whether the connection had answered anything when it was sent


_WORDS = {
    StreamState.WANTED: "wanted",
    StreamState.REPEATED: "wanted",
    StreamState.PENDING: "pending",
    StreamState.RENEWING: "pending",
    StreamState.RETURNING: "pending",
    StreamState.CONFIRMED: "confirmed",
    StreamState.FAILED: "failed",
    StreamState.DROPPED: "leaving",
    StreamState.SURPLUS: "leaving",
    StreamState.DOUBTFUL: "leaving",
    StreamState.LEAVING: "leaving",
}
"""State → the word under which status counts it."""

_SENT_BY_VENUE = (StreamState.CONFIRMED, StreamState.RENEWING, StreamState.SURPLUS)


class Ledger:
    """Subscriptions of one session.

    Args:
        streams_per_request: How many streams one request may name.
        ack_timeout_s: How long an answer may take. Venues answer within one second; ten is patient.
        streams_max: How many streams one connection may carry; ``None`` for no limit.
        tries_max: Unanswered requests for a stream, on one connection, that condemn the connection.
        connections_max: Connections on which a stream may stay unanswered before it fails. Two, so
            that one bad connection is not taken for a bad stream.
        batch_of: What the streams of one request must agree in (a channel); ``None`` for nothing.

    Example:
        >>> ledger = Ledger(streams_per_request=2)
        >>> ledger.want("btcusdt@trade")
        >>> batch = ledger.next_batch(0.0)
        >>> batch.streams, batch.is_subscribe
        (('btcusdt@trade',), True)
        >>> ledger.acked(batch.request_id)
        ('btcusdt@trade',)
    """

    def __init__(
        self,
        *,
        streams_per_request: int,
        ack_timeout_s: float = 10.0,
        streams_max: int | None = None,
        tries_max: int = 3,
        connections_max: int = 2,
        batch_of: Callable[[str], str] | None = None,
    ) -> None:
        if min(streams_per_request, tries_max, connections_max) < 1 or not ack_timeout_s > 0:
            raise UsageError("a ledger's limits must be at least 1, and its time-out above 0 s")
        self._streams_per_request = streams_per_request
        self._ack_timeout_s = ack_timeout_s
        self._streams_max = streams_max
        self._tries_max = tries_max
        self._connections_max = connections_max
        self._batch_of = batch_of
        self._states: dict[str, StreamState] = {}
        self._failed_count = 0
        # Of the few that need it: requests unanswered on this connection since the last answer, and connections in
        # a row on which all `tries_max` went unanswered.
        self._tries: Counter[str] = Counter()
        self._silent_connections: Counter[str] = Counter()
        # Dictionaries as ordered sets: first come, first sent, and taken out from the middle at no cost.
        self._to_ask: dict[str, None] = {}
        self._to_leave: dict[str, None] = {}
        self._groups: deque[_Group] = deque()
        self._requests: dict[int, _Request] = {}
        self._last_request_id = 0
        self._is_answering = False

    def want(self, stream: str) -> None:
        """Wish for ``stream``; wanting it twice is wanting it once, and a failed one is tried again.

        Raises:
            UsageError: The connection carries as many streams as it may.
        """
        is_new = self.state(stream) in (StreamState.GONE, StreamState.FAILED)
        if is_new and self.free is not None and self.free < 1:
            raise UsageError(
                f"no room for {stream!r}: the connection carries {self._streams_max} streams"
            )
        self._fire(stream, StreamEvent.WANT)

    def unwant(self, stream: str) -> None:
        """Give ``stream`` up; unknown ones are none of our business."""
        self._fire(stream, StreamEvent.UNWANT)

    def renew(self, stream: str) -> None:
        """Give a confirmed stream up and ask for it again, because it went silent."""
        self._fire(stream, StreamEvent.RENEW)

    def next_batch(self, now_s: float) -> Batch | None:
        """Return the next request, as large as allowed, and count it as sent at ``now_s``; else ``None``.

        Groups under suspicion come first, then streams to give up, so that their places are free
        again.
        """
        group = self._next_group()
        if group is None:
            return None
        for stream in group.streams:
            self._fire(stream, StreamEvent.SENT)
        if not self._to_ask:
            self._to_ask.clear()  # for an emptied dictionary keeps the room that it had
        self._last_request_id += 1
        asked, deadline_s = (group.streams, group.is_subscribe), now_s + self._ack_timeout_s
        request = _Request(*asked, group.is_suspect, deadline_s, self._is_answering)
        self._requests[self._last_request_id] = request
        return Batch(self._last_request_id, *asked)

    def acked(self, request_id: int | None, named: Iterable[str] = ()) -> tuple[str, ...]:
        """Note that the venue accepted a request, or no more than ``named`` of it.

        Args:
            request_id: Which one; ``None`` as for `nacked`.
            named: The streams that this answer is about; all of the request if there are none.

        Returns:
            The streams confirmed by it.
        """
        request = self._taken(request_id, frozenset(named))
        return () if request is None else self._confirmed(request, request.streams)

    def listed(self, streams: Iterable[str]) -> tuple[str, ...]:
        """Note that the venue told all that it sends on this connection by now; returns the streams confirmed by it.

        That accepts what was asked for and is listed, and what was given up and is not.
        """
        sent, confirmed = frozenset(streams), list[str]()
        for number, request in tuple(self._requests.items()):
            named = [each for each in request.streams if (each in sent) is request.is_subscribe]
            confirmed += self.acked(number, named) if named else ()
        return tuple(confirmed)

    def already(self, request_id: int | None, named: Iterable[str]) -> tuple[str, ...]:
        """Note that the venue refused a request because it sends ``named`` already: the others are asked for again.

        Args:
            request_id: Which one; ``None`` as for `nacked`.
            named: The streams that it sends.

        Returns:
            The streams confirmed by it.
        """
        sent = frozenset(named)
        request = self._taken(request_id or self._attributed(sent))
        return () if request is None else self._confirmed(request, sent)

    def nacked(
        self,
        request_id: int | None,
        text: str,
        named: Iterable[str] = (),
        *,
        is_alone: bool = False,
    ) -> tuple[Refused, ...]:
        """Note that the venue refused a request.

        Args:
            request_id: Which one. ``None`` where the venue did not say: then it is the oldest that
                holds a named stream, or else the oldest of all, for venues answer in order.
            text: The venue's own words.
            named: The streams it names, if any. A confirmed stream named without a request was
                taken from us by the venue, and fails.
            is_alone: Only ``named`` was refused; the others of the request are answered by themselves.

        Returns:
            The streams that failed for good.
        """
        culprits = frozenset(named)
        request_id = self._attributed(culprits) if request_id is None else request_id
        if request_id is None:
            return self._revoked(culprits, text)
        request = self._taken(request_id, culprits if is_alone else frozenset())
        if request is None:
            return ()
        culprits = culprits.intersection(request.streams)
        if not culprits and len(request.streams) == 1:
            culprits = frozenset(request.streams)
        refused = []
        for stream in request.streams:
            event = StreamEvent.REFUSED if stream in culprits else StreamEvent.RETRY
            if self._fire(stream, event) is StreamState.FAILED:
                refused.append(Refused(stream, text))
        if not culprits:
            self._halve(request, is_suspect=True)
        return tuple(refused)

    def expired(self, now_s: float) -> Expired:
        """Take back requests whose answer is overdue; call it about once a second."""
        deadline_s = self.deadline_s
        if deadline_s is None or now_s < deadline_s:
            return Expired()
        streams: list[str] = []
        refused: list[Refused] = []
        must_replace = False
        late = [number for number, request in self._requests.items() if request.deadline_s <= now_s]
        for request in [self._requests.pop(number) for number in late]:
            is_alone = len(request.streams) == 1
            for stream in request.streams:
                is_exhausted = self._count_try(stream) and (is_alone or not request.was_answering)
                if is_exhausted and request.was_answering and self._is_hopeless(stream):
                    self._fire(stream, StreamEvent.REFUSED)
                    self._silent_connections.pop(stream, None)
                    refused.append(Refused(stream, self._silence_text()))
                else:
                    self._fire(stream, StreamEvent.UNANSWERED)
                    streams.append(stream)
                    must_replace |= is_exhausted
            self._halve(request, is_suspect=request.is_suspect)
        return Expired(tuple(streams), tuple(refused), must_replace)

    def reconnected(self) -> None:
        """Start on a new connection: everything wanted and not failed is asked for again."""
        # Suspicion after a refusal is against the streams, and stays. Halves of unanswered requests are
        # forgotten: an hour of silence would else leave a thousand requests of one stream each.
        under_way = [
            _Group(request.streams, request.is_subscribe, request.is_suspect)
            for request in self._requests.values()
        ]
        groups = (*under_way, *self._groups)
        self._groups = deque(group for group in groups if group.is_suspect and group.is_subscribe)
        self._requests.clear()
        self._is_answering = False
        self._tries.clear()
        for stream in tuple(self._states):
            self._fire(stream, StreamEvent.RECONNECTED)

    @property
    def has_work(self) -> bool:
        """True where `next_batch` has something to send."""
        return bool(self._to_ask or self._to_leave)

    @property
    def deadline_s(self) -> float | None:
        """When the oldest request under way is overdue; ``None`` where all are answered."""
        oldest = next(iter(self._requests.values()), None)
        return None if oldest is None else oldest.deadline_s

    @property
    def free(self) -> int | None:
        """How many more streams may be wanted; ``None`` without a limit. Failed ones take no place."""
        if self._streams_max is None:
            return None
        return self._streams_max - (len(self._states) - self._failed_count)

    def state(self, stream: str) -> StreamState:
        """Return where ``stream`` stands."""
        return self._states.get(stream, StreamState.GONE)

    def states(self) -> dict[str, StreamState]:
        """Return where every stream stands."""
        return dict(self._states)

    def counts(self) -> dict[str, int]:
        """Return how many streams are wanted, pending, confirmed, failed and leaving."""
        counts = dict.fromkeys(_WORDS.values(), 0)
        for state in self._states.values():
            counts[_WORDS[state]] += 1
        return counts

    def _fire(self, stream: str, event: StreamEvent) -> StreamState:
        old = self.state(stream)
        new, effect = TABLE.step(old, event)
        if new is StreamState.GONE:
            self._states.pop(stream, None)
            self._tries.pop(stream, None)
            self._silent_connections.pop(stream, None)
        else:
            self._states[stream] = new
        self._failed_count += (new is StreamState.FAILED) - (old is StreamState.FAILED)
        if effect is not None:
            self._to_ask.pop(stream, None)
            self._to_leave.pop(stream, None)
            if effect is not Effect.UNQUEUE:
                queue = self._to_ask if effect is Effect.ASK else self._to_leave
                queue[stream] = None
        return new

    def _next_group(self) -> _Group | None:
        while self._groups:
            group = self._groups.popleft()
            queue = self._to_ask if group.is_subscribe else self._to_leave
            streams = tuple(stream for stream in group.streams if stream in queue)
            if streams:
                return _Group(streams, group.is_subscribe, group.is_suspect)
        queue = self._to_leave or self._to_ask
        if not queue:
            return None
        streams = tuple(islice(self._alike(queue), self._streams_per_request))
        return _Group(streams, is_subscribe=queue is self._to_ask, is_suspect=False)

    def _alike(self, queue: Iterable[str]) -> Iterable[str]:
        """Return those of a queue that one request may name together with the first."""
        batch_of = self._batch_of
        if batch_of is None:
            return queue
        batch = batch_of(next(iter(queue)))
        return (stream for stream in queue if batch_of(stream) == batch)

    def _taken(
        self, request_id: int | None, named: frozenset[str] = frozenset()
    ) -> _Request | None:
        """Take ``named``, or all, out of a request that was answered; return what the answer is about."""
        number = self._attributed(named) if request_id is None else request_id
        request = self._requests.get(number or 0)
        if request is None or (named and named.isdisjoint(request.streams)):
            return None
        self._is_answering = True
        answered = tuple(each for each in request.streams if not named or each in named)
        request.streams = tuple(each for each in request.streams if each not in answered)
        if not request.streams:
            del self._requests[number or 0]
        for stream in answered:
            self._tries.pop(stream, None)
        return msgspec.structs.replace(request, streams=answered)

    def _confirmed(self, request: _Request, sent: Iterable[str]) -> tuple[str, ...]:
        """Confirm the streams of a request that are ``sent``, and let the others be asked for again."""
        confirmed = []
        for stream in request.streams:
            self._silent_connections.pop(stream, None)
            event = StreamEvent.ACKED if stream in sent else StreamEvent.RETRY
            if self._fire(stream, event) is StreamState.CONFIRMED:
                confirmed.append(stream)
        return tuple(confirmed)

    def _halve(self, request: _Request, *, is_suspect: bool) -> None:
        middle = (len(request.streams) + 1) // 2
        for streams in (request.streams[middle:], request.streams[:middle]):
            if streams:
                self._groups.appendleft(_Group(streams, request.is_subscribe, is_suspect))

    def _attributed(self, named: frozenset[str]) -> int | None:
        for number, request in self._requests.items():
            if not named.isdisjoint(request.streams):
                return number
        if any(self.state(stream) is not StreamState.GONE for stream in named):
            return None
        return next(iter(self._requests), None)

    def _revoked(self, named: frozenset[str], text: str) -> tuple[Refused, ...]:
        return tuple(
            Refused(stream, text)
            for stream in sorted(named)
            if self.state(stream) in _SENT_BY_VENUE
            and self._fire(stream, StreamEvent.REFUSED) is StreamState.FAILED
        )

    def _count_try(self, stream: str) -> bool:
        self._tries[stream] += 1
        if self._tries[stream] == self._tries_max:
            self._silent_connections[stream] += 1
        return self._tries[stream] >= self._tries_max

    def _is_hopeless(self, stream: str) -> bool:
        return (
            self.state(stream) is StreamState.PENDING
            and self._silent_connections[stream] >= self._connections_max
        )

    def _silence_text(self) -> str:
        return (
            f"no acknowledgement within {self._ack_timeout_s:g} s, asked {self._tries_max} times"
            f" on each of {self._connections_max} connections"
        )
