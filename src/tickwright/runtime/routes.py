"""From a stream's frames to their consumers: one route a stream, looked up once a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tickwright.venues.base import Channel


__all__ = ["Route", "Sink"]

Sink = Callable[[Any], None]
"""Takes one event; it is only ever given the event types it was registered for."""


class Route:
    """Decodes the frames of one stream and hands each event to the sinks of its type.

    ``handle`` is the hot path: it is chosen anew when the sinks change, so that a frame pays for nothing that its
    stream does not need.

    Args:
        channel: The venue's declaration of the stream.
    """

    __slots__ = ("_sampled", "_sinks", "channel", "frames", "handle", "last_frame_s", "name")

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.name = channel.stream
        self.frames = 0
        self.last_frame_s: float | None = None
        self._sampled = 0
        self._sinks: list[tuple[type, Sink]] = []
        self.handle: Callable[[bytes, int], None] = self._choose()

    def add(self, event_type: type, sink: Sink) -> None:
        """Give ``sink`` all events of ``event_type`` from now on."""
        self._sinks.append((event_type, sink))
        self.handle = self._choose()

    def remove(self, sink: Sink) -> None:
        """Give ``sink`` no more."""
        self._sinks = [entry for entry in self._sinks if entry[1] != sink]
        self.handle = self._choose()

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
        return not self._sinks

    def _choose(self) -> Callable[[bytes, int], None]:
        if self.channel.is_many:
            return _spread(self.channel.decode, tuple(self._sinks))
        if len(self._sinks) == 1:
            return _pass_on(self.channel.decode, self._sinks[0][1])
        return _repeat(self.channel.decode, tuple(sink for _, sink in self._sinks))


def _pass_on(decode: Callable[[bytes, int], Any], sink: Sink) -> Callable[[bytes, int], None]:
    def handle(frame: bytes, received_ns: int) -> None:
        sink(decode(frame, received_ns))

    return handle


def _repeat(
    decode: Callable[[bytes, int], Any], sinks: Sequence[Sink]
) -> Callable[[bytes, int], None]:
    def handle(frame: bytes, received_ns: int) -> None:
        event = decode(frame, received_ns)
        for sink in sinks:
            sink(event)

    return handle


def _spread(
    decode: Callable[[bytes, int], Any], sinks: Sequence[tuple[type, Sink]]
) -> Callable[[bytes, int], None]:
    by_type: dict[type, list[Sink]] = {}
    for event_type, sink in sinks:
        by_type.setdefault(event_type, []).append(sink)

    def handle(frame: bytes, received_ns: int) -> None:
        for event in decode(frame, received_ns):
            for sink in by_type.get(type(event), ()):
                sink(event)

    return handle
