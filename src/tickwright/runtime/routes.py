"""From a stream's frames to their consumers: one route a stream, looked up once a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tickwright.runtime.queues import Gate
from tickwright.venues.base import Channel


__all__ = ["Carrier", "Route", "Sink", "Taker", "Tap"]

Sink = Callable[[Any], None]
"""Takes one event; it is only ever given the event types it was registered for."""


class Taker(Protocol):
    """Whoever takes events from a stream."""

    @property
    def sinks(self) -> Sequence[tuple[type, Sink]]:
        """What is taken: types of event, and the function of each."""


class Tap:
    """A taker of one type of event, and nothing else.

    Args:
        event: The type.
        sink: Takes one.
    """

    __slots__ = ("sinks",)

    def __init__(self, event: type, sink: Sink) -> None:
        self.sinks = ((event, sink),)


class Carrier(Gate, Protocol):
    """What a stream comes on: a session, or two."""

    def renew(self, stream: str) -> None:
        """Subscribe a stream anew."""


class Route:
    """Decodes the frames of one stream and hands each event to the takers of its type.

    ``take(decode(frame, received_ns, subject))`` is the hot path: what the two are gets chosen anew when the
    takers change, so that a frame pays for nothing that nobody wants of it.

    Args:
        channel: The venue's declaration of the stream.
    """

    __slots__ = (
        "_sampled",
        "carrier",
        "decode",
        "frames",
        "kind",
        "last_frame_s",
        "name",
        "subject",
        "take",
        "takers",
    )

    def __init__(self, channel: Channel) -> None:
        self.name = channel.stream
        """The venue's name of the stream."""
        self.kind = channel.kind
        self.subject = channel.subject
        self.decode: Callable[[bytes, int, Any], Any] = channel.kind.decode
        self.carrier: Carrier | None = None
        """The session that carries the stream, or did last: a pause is taken back where it was made."""
        self.frames = 0
        self.last_frame_s: float | None = None
        self._sampled = 0
        self.takers: tuple[Taker, ...] = ()
        self.take: Sink = _ignore

    def add(self, taker: Taker) -> None:
        """Give ``taker`` its events from now on."""
        self._set((*self.takers, taker))

    def remove(self, taker: Taker) -> None:
        """Give ``taker`` no more."""
        self._set(tuple(each for each in self.takers if each is not taker))

    def handle(self, frame: bytes, received_ns: int) -> None:
        """Decode a frame and hand its events on.

        Raises:
            DecodeError: If it does not say what it must.
        """
        self.take(self.decode(frame, received_ns, self.subject))

    def pause(self) -> None:
        """Hold the socket back that the stream comes on: a reader that may lose nothing is full."""
        if self.carrier is not None:
            self.carrier.pause()

    def resume(self) -> None:
        """Take one `pause` back."""
        if self.carrier is not None:
            self.carrier.resume()

    def renew(self) -> None:
        """Have the stream subscribed anew, so that the venue begins it again; nothing happens where none carries it."""
        if self.carrier is not None:
            self.carrier.renew(self.name)

    def sample(self, now_s: float) -> bool:
        """Note the time if frames came since the last sample; so the hot path counts and reads no clock."""
        if self.frames == self._sampled:
            return False
        self._sampled = self.frames
        self.last_frame_s = now_s
        return True

    def forget_time(self) -> None:
        """Start over on a new connection: nothing was delivered on it yet."""
        self._sampled = self.frames
        self.last_frame_s = None

    @property
    def is_idle(self) -> bool:
        """True when nobody listens."""
        return not self.takers

    def _set(self, takers: tuple[Taker, ...]) -> None:
        self.takers = takers
        sinks = tuple(pair for taker in takers for pair in taker.sinks)
        wanted = {event_type for event_type, _ in sinks}
        only = self.kind.only.get(*wanted) if len(wanted) == 1 else None
        self.decode = only or self.kind.decode
        if self.kind.is_many and only is None:
            self.take = _spreader(sinks)
        elif len(sinks) == 1:
            self.take = sinks[0][1]
        elif len(wanted) < 2:
            self.take = _repeater(tuple(sink for _, sink in sinks))
        else:
            self.take = _sorter(sinks)


def _ignore(event: object) -> None:
    """Take an event that nobody wants."""


def _repeater(sinks: tuple[Sink, ...]) -> Sink:
    def take(event: object) -> None:
        for sink in sinks:
            sink(event)

    return take


def _sorter(sinks: tuple[tuple[type, Sink], ...]) -> Sink:
    by_type = _by_type(sinks)

    def take(event: object) -> None:
        for sink in by_type.get(type(event), ()):
            sink(event)

    return take


def _spreader(sinks: tuple[tuple[type, Sink], ...]) -> Sink:
    if len(sinks) == 1:
        return _picker(*sinks[0])
    by_type = _by_type(sinks)

    def take(events: Sequence[object]) -> None:
        for event in events:
            for sink in by_type.get(type(event), ()):
                sink(event)

    return take


def _picker(event_type: type, sink: Sink) -> Sink:
    def take(events: Sequence[object]) -> None:
        for event in events:
            if type(event) is event_type:
                sink(event)

    return take


def _by_type(sinks: tuple[tuple[type, Sink], ...]) -> dict[type, list[Sink]]:
    found: dict[type, list[Sink]] = {}
    for event_type, sink in sinks:
        found.setdefault(event_type, []).append(sink)
    return found
