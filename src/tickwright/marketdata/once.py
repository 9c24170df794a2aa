"""Pipes that pass each event on once: while one connection takes over from another, both bring the same events.

Trades, books and candles have ids or open times of their own, and pipes that know them. These are for the others.
"""

from __future__ import annotations

from msgspec.structs import astuple

from tickwright.marketdata.pipes import Pipe
from tickwright.model.market import BookSnapshot, MarketEvent, Quote
from tickwright.model.topics import Topic
from tickwright.runtime.bus import TopicChannel
from tickwright.runtime.routes import Route, Sink


__all__ = ["OncePipe", "QuotePipe"]

COUNTS_ANEW_NS = 10_000_000_000
"""A quote with an old id that came in so long after the last good one is no leftover of another connection: those were
received before, or lag by a second or two, however many they are. The venue counts anew."""

OLD_IN_ROW_MIN = 3
"""So many of them, for one alone may only show that our clock was set."""

STEP_BACK_NS = 60_000_000_000
"""A venue's time that goes back by more is a new clock, not an old event."""


class QuotePipe(Pipe):
    """Passes quotes on whose update ids rise. On the hot path."""

    __slots__ = ("_last", "_last_ns", "_old_in_row")

    def __init__(self, topic: Topic, route: Route, channel: TopicChannel) -> None:
        super().__init__(topic, route, channel)
        self._last = -1
        self._last_ns = 0
        self._old_in_row = 0

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route."""
        return [(Quote, self._take)]

    def _take(self, quote: Quote) -> None:
        sequence = quote.sequence
        if sequence is not None:
            if sequence <= self._last and not self._counts_anew(quote):
                return
            self._last = sequence
            self._last_ns = quote.received_ts_ns
            self._old_in_row = 0
        self.channel.publish(quote)

    def _counts_anew(self, quote: Quote) -> bool:
        if quote.received_ts_ns - self._last_ns < COUNTS_ANEW_NS:
            return False
        self._old_in_row += 1
        return self._old_in_row >= OLD_IN_ROW_MIN


class OncePipe(Pipe):
    """Passes an event on unless the same one, or a newer one of its instrument, was passed on before."""

    __slots__ = ("_last",)

    def __init__(self, topic: Topic, route: Route, channel: TopicChannel) -> None:
        super().__init__(topic, route, channel)
        self._last: dict[str, MarketEvent] = {}

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """What to register with the route."""
        return [(self.topic.event, self._take)]

    def _take(self, event: MarketEvent) -> None:
        last = self._last.get(event.instrument)
        if last is None or _is_newer(event, last):
            self._last[event.instrument] = event
            self.channel.publish(event)


def _is_newer(event: MarketEvent, last: MarketEvent) -> bool:
    then, now = _order(last), _order(event)
    if now is None or then is None or now == then:
        return _content(event) != _content(last)
    return now > then or then - now > STEP_BACK_NS


def _order(event: MarketEvent) -> int | None:
    if event.venue_ts_ns is None and isinstance(event, BookSnapshot):
        return event.sequence
    return event.venue_ts_ns


def _content(event: MarketEvent) -> tuple[object, ...]:
    """Return everything but the instrument, and the times that depend on the connection."""
    names = event.__struct_fields__
    skipped = ("instrument", "received_ts_ns", "delivered_ts_ns")
    return tuple(
        value for name, value in zip(names, astuple(event), strict=True) if name not in skipped
    )
