"""Which stream serves a topic: one table a product, and the two ways to look something up in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model.instrument import Instruments
from tickwright.model.topics import InstrumentTopic, Topic
from tickwright.venues.base import Channel, StreamKind


__all__ = ["AllStream", "Stream", "StreamTable"]


class Stream(StreamKind, frozen=True, kw_only=True):
    """The streams of one symbol named ``<symbol>@<suffix>``; their subject is the instrument."""

    suffix: str


class AllStream(StreamKind, frozen=True, kw_only=True):
    """The stream of all symbols named ``stream``; its subject is everything that is listed."""

    stream: str
    is_many: bool = True


class StreamTable(msgspec.Struct, frozen=True, kw_only=True):
    """The streams of a product.

    Both tables go from the kind of topic to a function that reads the topic's own settings (depth, interval) and
    raises ``NotSupported`` where the venue has no such stream.
    """

    product: str
    one: Mapping[type[Topic], Callable[[Any], Stream]]
    every: Mapping[type[Topic], Callable[[Any], AllStream]]

    @property
    def topics(self) -> frozenset[type[Topic]]:
        """The kinds of topic that have a stream."""
        return frozenset(self.one)

    def channel(self, topic: Topic, instruments: Instruments) -> Channel:
        """Return the channel behind ``topic``.

        Raises:
            NotSupported: If the product has no such stream; the text says what it has instead.
            UnknownInstrument: If the product does not list the instrument.
        """
        if isinstance(topic, InstrumentTopic):
            if topic.is_wildcard:
                return self._all_channel(topic, instruments)
            if type(topic) in self.one:
                return self._channel(topic, instruments)
        offered = ", ".join(sorted(kind.__name__ for kind in self.one))
        raise NotSupported(f"{self.product} has no stream for {topic}; it has: {offered}")

    def _channel(self, topic: InstrumentTopic, instruments: Instruments) -> Channel:
        stream = self.one[type(topic)](topic)
        instrument = instruments[topic.instrument]
        if instrument.product != self.product:
            raise UnknownInstrument(f"{instrument.id!r} belongs to {instrument.product}")
        return Channel(f"{instrument.symbol.lower()}@{stream.suffix}", stream, instrument)

    def _all_channel(self, topic: InstrumentTopic, instruments: Instruments) -> Channel:
        if topic.instrument != f"{self.product}:*":
            raise UnknownInstrument(
                f"{topic.instrument!r} does not name {self.product}; write {self.product}:*"
            )
        if type(topic) not in self.every:
            offered = ", ".join(sorted(kind.__name__ for kind in self.every))
            raise NotSupported(
                f"{self.product} has no all-market stream for {type(topic).__name__};"
                f" it has them for: {offered}"
            )
        stream = self.every[type(topic)](topic)
        return Channel(stream.stream, stream, instruments)
