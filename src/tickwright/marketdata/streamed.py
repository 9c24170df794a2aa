"""The pipe of a book whose stream begins with a snapshot: to have another one is to subscribe anew."""

from __future__ import annotations

from math import inf

from tickwright.marketdata.keeper import BookKeeper
from tickwright.marketdata.pipes import BookPipe, PipeTools
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot
from tickwright.model.topics import BookUpdates
from tickwright.runtime.bus import TopicChannel
from tickwright.runtime.routes import Route, Sink
from tickwright.venues.base import BookFeed


__all__ = ["StreamedBookPipe"]

AGAIN_S = 5.0
"""Between two subscriptions of one book: one that breaks again and again must not use up its connection's frames."""


class StreamedBookPipe(BookPipe):
    """Keeps a book from one stream alone; made like any `BookPipe`."""

    __slots__ = ("_is_wanted", "_renewed_s")

    def __init__(
        self,
        topic: BookUpdates,
        route: Route,
        channel: TopicChannel,
        instrument: Instrument,
        feed: BookFeed,
        tools: PipeTools,
    ) -> None:
        super().__init__(topic, route, channel, instrument, feed, tools)
        self._renewed_s = -inf
        self._is_wanted = False

    @property
    def sinks(self) -> list[tuple[type, Sink]]:
        """Deltas and snapshots go to the keeper, in the order in which they come."""
        return [(BookDelta, self.keeper.on_delta), (BookSnapshot, self.keeper.on_streamed)]

    def on_tick(self, now_ns: int) -> None:
        """Subscribe anew what had to wait for it."""
        if self._is_wanted:
            self._request_snapshot(self.keeper)

    def _request_snapshot(self, keeper: BookKeeper) -> None:
        now_s = self._tools.clock.monotonic_s()
        self._is_wanted = now_s - self._renewed_s < AGAIN_S
        if not self._is_wanted and keeper.needs_snapshot:
            self._renewed_s = now_s
            self.route.renew()
