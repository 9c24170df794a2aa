"""``tickwright replay --via-socket``: the same report, but through loopback sockets and the whole connector.

The file becomes a venue that answers listings and snapshots and streams what is subscribed; a connector opens exactly the
topics that the file holds. What it ends with must equal a direct replay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tickwright.app.assembly import Ports
from tickwright.app.captures import PartOfCapture
from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.app.replay import Progress, Traffic
from tickwright.app.report import ReplayReport, Tally
from tickwright.errors import ConnectTimeout
from tickwright.io.clock import SystemClock
from tickwright.io.files import CaptureReader
from tickwright.marketdata.feed import Feed
from tickwright.marketdata.replay import beside
from tickwright.model.topics import BookUpdates, InstrumentTopic, Topic
from tickwright.sandbox.playback import PlaybackMarket
from tickwright.sandbox.server import LoopbackVenue


__all__ = ["rehearse_files"]

log = logging.getLogger(__name__)

LOOK_S = 0.1
"""How often progress is looked at."""

SETTLE_S = 10.0
"""How long the last frames may take from the venue to the tallies, once all were sent."""


async def rehearse_files(
    paths: Sequence[str | Path], *, product: str | None = None, progress: Progress | None = None
) -> ReplayReport:
    """Play files through sockets, one after the other, and return what arrived.

    Raises:
        CaptureError: A file cannot be read to its end; nothing of it was played.
        ConfigError, UsageError: As for a direct replay.
        ConnectTimeout: If what was sent did not arrive in time; the text says what is missing.
    """
    clock = SystemClock()
    started_s = clock.monotonic_s()
    tallies: dict[str, Tally] = {}
    failures = frames = 0
    for path in map(Path, paths):
        rehearsal = _Rehearsal(path, product, tallies)
        await rehearsal.run(progress)
        failures += rehearsal.failures
        frames += rehearsal.frames
    return ReplayReport(
        instruments={name: tally.report() for name, tally in sorted(tallies.items())},
        failures=failures,
        seconds=clock.monotonic_s() - started_s,
        frames=frames,
    )


class _Rehearsal:
    """One file, from its venue to the tallies."""

    def __init__(self, path: Path, product: str | None, tallies: dict[str, Tally]) -> None:
        self.failures = 0
        self.frames = 0
        self._path = path
        self._tallies = tallies
        reader = CaptureReader(path)
        traffic = Traffic(path, product)
        self._parts = {
            name: PartOfCapture(reader, traffic, name) for name in traffic.products(reader)
        }
        self._markets = {name: PlaybackMarket(name, part) for name, part in self._parts.items()}

    async def run(self, progress: Progress | None) -> None:
        """Play the file to its end, and wait until all of it has arrived."""
        async with LoopbackVenue(list(self._markets.values())) as venue:
            settings = Settings(endpoints=venue.endpoints)
            ports = Ports(clock=_UndatedClock())
            async with Connector.open(*self._markets, settings=settings, ports=ports) as tw:
                for feed in tw.feeds:
                    await self._open_topics(tw, feed)
                while not venue.finished.is_set():
                    self._report(tw, progress)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(venue.finished.wait(), LOOK_S)
                await self._settle(tw)
                self._report(tw, progress)
                for tally in self._tallies.values():
                    tally.settle()
                self.frames = _frames(tw)
                self.failures = sum(
                    session.decode_failures
                    for feed in tw.feeds
                    for session in feed.status().sessions
                )

    async def _open_topics(self, tw: Connector, feed: Feed) -> None:
        product = feed.product
        listed = await feed.list_instruments()
        opened: set[Topic] = set()  # one topic may have been recorded at two speeds
        for stream in self._parts[product.name].streams(product):
            found = product.recordings.stream(stream, listed)
            if found is None:
                log.warning("%s has no stream %s; it is not played", product.name, stream)
                continue
            for topic in (found[0], *beside(found[0], product, listed)):
                if topic not in opened:
                    opened.add(topic)
                    await self._open_topic(tw, feed, topic)

    async def _open_topic(self, tw: Connector, feed: Feed, topic: Topic) -> None:
        await tw.on(topic, self._handler(topic)).wait_acquired()
        if isinstance(topic, BookUpdates):
            keeper = feed.book_pipe(topic.instrument, topic.depth).keeper
            self._tally(topic.instrument).keep(keeper, topic.depth)

    def _handler(self, topic: Topic) -> Callable[[Any], None]:
        if isinstance(topic, InstrumentTopic) and not topic.is_wildcard:
            return self._tally(topic.instrument).handler(topic) or _ignore
        return _ignore

    def _tally(self, instrument_id: str) -> Tally:
        return self._tallies.setdefault(instrument_id, Tally())

    def _report(self, tw: Connector, progress: Progress | None) -> None:
        if progress is not None:
            total = sum(market.frames for market in self._markets.values())
            progress(self._path, min(_frames(tw), total), total)

    async def _settle(self, tw: Connector) -> None:
        """Wait for what is still on its way: on loopback that is a moment, unless something is wrong."""
        sent = sum(market.frames_played for market in self._markets.values())
        clock = SystemClock()
        give_up_s = clock.monotonic_s() + SETTLE_S
        while (arrived := _frames(tw)) < sent:
            if clock.monotonic_s() > give_up_s:
                raise ConnectTimeout(f"{self._path}: {arrived} of {sent} frames arrived")
            await asyncio.sleep(LOOK_S / 10)


class _UndatedClock(SystemClock):
    """A wall clock that began when the machine did, long before anything was recorded.

    Beside the present every recorded candle is overdue: its updates would be held while the venue is asked for the
    close, and a recording has no such history.
    """

    time_ns = staticmethod(SystemClock.monotonic_ns)


def _frames(tw: Connector) -> int:
    return sum(feed.frames for feed in tw.feeds)


def _ignore(event: object) -> None:
    """Listen, so that the stream is subscribed."""
