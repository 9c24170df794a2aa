"""Who hears which stream: one product's connections, and the faults on the way to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from tickwright.io.clock import Clock
from tickwright.io.entropy import Entropy
from tickwright.sandbox.connection import Connection
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.frames import text_frame
from tickwright.sandbox.ports import Market
from tickwright.sandbox.strange import UNHEARD_OF, Strange
from tickwright.sandbox.userevents import Release, UserEvents
from tickwright.venues.dialects import Frame
from tickwright.venues.privateside import PrivateSide


__all__ = ["Switchboard"]


class Switchboard:
    """All connections of one product, and their subscriptions.

    Args:
        market: Told which streams anybody wants.
        faults: Looked at for every frame; may be replaced.
        clock: For pings and frame counters.
        changed: Called after every event that somebody may wait for.
        ping_interval_s: Between two pings; the product's own unless given.
        pong_deadline_s: How long a pong may take; the product's own unless given.
        slow_bytes_max: A client that leaves more than this unread is cut off, as the venue does.
        time_scale: How much faster than the clock a connection's life passes.
        private: Makes user events.
    """

    def __init__(
        self,
        market: Market,
        faults: Faults,
        clock: Clock,
        changed: Callable[[], None],
        *,
        ping_interval_s: float | None = None,
        pong_deadline_s: float | None = None,
        slow_bytes_max: int = 64 * 1024 * 1024,
        time_scale: float = 1.0,
        private: PrivateSide | None = None,
    ) -> None:
        self.market = market
        self.dialect = market.dialect
        self.faults = faults
        self.changed = changed
        self.connections: set[Connection] = set()
        self.connected = 0
        """Connections ever made."""
        self.frames_sent = 0
        """Market data frames ever sent, to each connection."""
        self.monotonic_s = clock.monotonic_s
        self.slow_bytes_max = slow_bytes_max
        self._clock = clock
        self.ping_interval_s = _or(ping_interval_s, self.dialect.ping_interval_s)
        self.pong_deadline_s = _or(pong_deadline_s, self.dialect.pong_deadline_s)
        self._time_scale = time_scale
        self._subscribers: dict[str, list[Connection]] = {}
        self._held: dict[str, str] = {}
        """Stream → a payload that the next one is to overtake."""
        self._strange = Strange(Entropy(0).stream("strange"))
        self._user_events = UserEvents(private, self)

    def time_ms(self) -> int:
        """Return the wall clock in ms."""
        return self._clock.time_ns() // 1_000_000

    def rhythm(self) -> tuple[float, float]:
        """Return the time between two pings, and how long a pong may take, both in s."""
        faults = self.faults
        return (
            _or(faults.ping_interval_s, self.ping_interval_s),
            _or(faults.pong_deadline_s, self.pong_deadline_s),
        )

    def lifetime(self) -> tuple[float, float]:
        """Return how long a new connection lives, and how long before its end the venue says so, both in s."""
        lifetime_s = _or(self.faults.lifetime_s, self.dialect.lifetime_s)
        return lifetime_s / self._time_scale, self.faults.shutdown_lead_s / self._time_scale

    # ------------------------------------------------------------------ subscriptions

    def joined(self, connection: Connection) -> None:
        """Take a new connection in, with the streams that its URL named."""
        self.connections.add(connection)
        self.connected += 1
        self.resubscribed(connection, tuple(connection.conversation.streams), ())

    def left(self, connection: Connection) -> None:
        """Let a connection go."""
        self.connections.discard(connection)
        self.resubscribed(connection, (), tuple(connection.conversation.streams))

    def resubscribed(
        self, connection: Connection, added: Iterable[str], removed: Iterable[str]
    ) -> None:
        """Change what a connection hears; streams of another route are accepted and silent."""
        for stream in added:
            if connection.conversation.is_served(stream):
                listeners = self._subscribers.setdefault(stream, [])
                if not listeners:
                    self.market.want(stream)
                listeners.append(connection)
                self._greet(connection, stream)
        for stream in removed:
            listeners = self._subscribers.get(stream, [])
            if connection in listeners:
                listeners.remove(connection)
                if not listeners:
                    del self._subscribers[stream]
                    self.market.unwant(stream)
        self.changed()

    def _greet(self, connection: Connection, stream: str) -> None:
        """Send a new subscriber, and nobody else, what its stream begins with."""
        payload = self.market.greeting(stream)
        if payload is None:
            return
        frames = [(stream, payload)]
        if self.faults.touches_streams:
            frames = self._spoiled(frames, lambda late: self._deliver(late, connection))
        self._deliver(frames, connection)

    @property
    def streams(self) -> set[str]:
        """The streams that anybody hears."""
        return set(self._subscribers)

    # ------------------------------------------------------------------ delivery

    def publish(self, frames: Iterable[Frame]) -> None:
        """Send frames of the market's, and then the user events that came of the same."""
        self.send(frames)
        self._user_events.send()

    def send(self, frames: Iterable[Frame]) -> None:
        """Send frames to whoever subscribed to their streams, in order, in few writes."""
        if self.faults.touches_streams or self._held:
            frames = self._spoiled(frames, self._deliver)
        self._deliver(frames)

    def tell(self) -> None:
        """Send what requests made, outside of the market's own course."""
        self.publish(self.market.take())

    def hold(self) -> Release:
        """Send what a request made as `tell` does, but user events only once its answer has left: call what is returned."""
        self.send(self.market.take())
        return self._user_events.hold()

    def dressed(self, text: str) -> str:
        """Return a reply as it is sent: with the faults of content, if any is set."""
        if not self.faults.touches_content:
            return text
        return self._strange.payload(text, self.faults, self.dialect)

    def _deliver(self, frames: Iterable[Frame], only: Connection | None = None) -> None:
        subscribers, frames_max = self._subscribers, self.faults.close_after_frames
        dirty: dict[Connection, None] = {}
        for stream, payload in frames:
            listeners = subscribers.get(stream)
            if listeners is None:
                continue
            if only is not None:
                listeners = [connection for connection in listeners if connection is only]
            made: dict[str, bytes] = {}
            for connection in listeners:
                if frames_max is not None and connection.frames_sent >= frames_max:
                    continue
                conversation = connection.conversation
                framing = conversation.framing
                if framing not in made:
                    made[framing] = text_frame(conversation.wrap(stream, payload).encode())
                connection.outbox.append(made[framing])
                connection.frames_sent += 1
                dirty[connection] = None
            self.frames_sent += len(listeners)
        for connection in dirty:
            connection.flush()
            if connection.waiting_bytes > self.slow_bytes_max:
                connection.abort()
            elif frames_max is not None and connection.frames_sent >= frames_max:
                connection.close(self.faults.close_after_code)

    def announce(self, payload: str, stream: str) -> None:
        """Send a frame to every connection, subscribed or not."""
        for connection in tuple(self.connections):
            self._tell(connection, payload, stream)

    def announce_shutdown(self, *connections: Connection) -> None:
        """Say to some connections, or to all, that they are about to end: where the venue says so."""
        notice = self.dialect.shutdown_notice(self.time_ms())
        if notice is None:
            return
        stream, payload = notice
        for connection in connections or tuple(self.connections):
            self._tell(connection, payload, stream)

    def _tell(self, connection: Connection, payload: str, stream: str) -> None:
        text = connection.conversation.wrap(stream, payload)
        connection.outbox.append(text_frame(text.encode()))
        connection.flush()

    async def drained(self) -> None:
        """Wait until every client has taken enough for more to be written."""
        for connection in tuple(self.connections):
            if not connection.writable.is_set():
                await connection.writable.wait()
        await asyncio.sleep(0)

    # ------------------------------------------------------------------ faults

    def _spoiled(
        self, frames: Iterable[Frame], deliver: Callable[[list[Frame]], None]
    ) -> list[Frame]:
        """Return what the faults leave of frames; ``deliver`` takes what they make late."""
        faults, out, again = self.faults, list[Frame](), dict[str, None]()
        if faults.black_hole or faults.is_mute:
            return out
        for stream, payload in frames:
            if stream not in self._subscribers or faults.is_silent(stream):
                continue
            if faults.take_of("drop", stream):
                continue
            if faults.touches_content:
                payload = self._strange.payload(payload, faults, self.dialect)
            if faults.take_of("delay", stream):
                loop = asyncio.get_running_loop()
                loop.call_later(faults.delay_s, deliver, [(stream, payload)])
                continue
            held = self._held.pop(stream, None)
            if held is None and faults.take_of("reorder", stream):
                self._held[stream] = payload
                continue
            out.append((stream, payload))
            if held is not None:
                out.append((stream, held))
            if faults.take_of("double", stream):
                out.append((stream, payload))
            if faults.take("unknown_events"):
                out.append((stream, self.dialect.unheard_of(UNHEARD_OF, self.time_ms())))
            if faults.take_of("renumber", stream):
                self.market.renumber(stream)
            if faults.take_of("resend", stream):
                again[stream] = None
        # Behind everything else: a snapshot is of the present, and the frames before it are older.
        greetings = [(stream, self.market.greeting(stream)) for stream in again]
        return out + [(stream, payload) for stream, payload in greetings if payload is not None]


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
