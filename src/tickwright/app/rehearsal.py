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

from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.app.replay import Progress, product_of_file
from tickwright.app.report import InstrumentReport, ReplayReport, Tally
from tickwright.errors import ConnectTimeout
from tickwright.io.clock import SystemClock
from tickwright.marketdata.feed import Feed
from tickwright.model.instrument import Instruments
from tickwright.model.topics import (
    AggTrades,
    BookUpdates,
    Candles,
    InstrumentTopic,
    Quotes,
    Topic,
    Trades,
)
from tickwright.sandbox.playback import PlaybackMarket
from tickwright.sandbox.server import LoopbackVenue
from tickwright.venues.base import Product


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
        CaptureError, UsageError: As for a direct replay.
        ConnectTimeout: If what was sent did not arrive in time; the text says what is missing.
    """
    clock = SystemClock()
    started_s = clock.monotonic_s()
    found: dict[str, InstrumentReport] = {}
    failures = frames = 0
    for path in map(Path, paths):
        rehearsal = _Rehearsal(path, product_of_file(path, product))
        found.update(await rehearsal.run(progress))
        failures += rehearsal.failures
        frames += rehearsal.frames
    return ReplayReport(
        instruments=dict(sorted(found.items())),
        failures=failures,
        seconds=clock.monotonic_s() - started_s,
        frames=frames,
    )


class _Rehearsal:
    """One file, from its venue to its tallies."""

    def __init__(self, path: Path, product: Product) -> None:
        self.failures = 0
        self.frames = 0
        self._path = path
        self._product = product
        self._tallies: dict[str, Tally] = {}
        self._market = PlaybackMarket(product.name, path)

    async def run(self, progress: Progress | None) -> dict[str, InstrumentReport]:
        """Play the file to its end, wait until all of it has arrived, and report while the books still stand."""
        async with LoopbackVenue([self._market]) as venue:
            settings = Settings(endpoints=venue.endpoints)
            async with Connector.open(self._product.name, settings=settings) as tw:
                listed = await tw.instruments(self._product.name)
                await self._open_topics(tw, listed)
                feed = tw.feeds[0]
                while not venue.finished.is_set():
                    self._report(feed, progress)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(venue.finished.wait(), LOOK_S)
                await self._settle(feed)
                self._report(feed, progress)
                self.frames = feed.frames
                self.failures = sum(each.decode_failures for each in feed.status().sessions)
                return {name: tally.report() for name, tally in self._tallies.items()}

    async def _open_topics(self, tw: Connector, listed: Instruments) -> None:
        for stream in self._market.streams:
            found = self._product.recordings.stream(stream, listed)
            if found is None:
                log.warning("%s has no stream %s; it is not played", self._product.name, stream)
                continue
            topic, _ = found
            await tw.on(topic, self._handler(tw, topic)).wait_acquired()
            if isinstance(topic, BookUpdates):
                keeper = tw.feeds[0].book_pipe(topic.instrument).keeper
                self._tally(topic.instrument).keeper = keeper

    def _handler(self, tw: Connector, topic: Topic) -> Callable[[Any], None]:
        if isinstance(topic, InstrumentTopic) and not topic.is_wildcard:
            tally = self._tally(topic.instrument)
            match topic:
                case Trades() | AggTrades():
                    return tally.on_trade
                case Quotes():
                    return tally.on_quote
                case Candles():
                    return tally.on_candle
        return _ignore

    def _tally(self, instrument_id: str) -> Tally:
        return self._tallies.setdefault(instrument_id, Tally())

    def _report(self, feed: Feed, progress: Progress | None) -> None:
        if progress is not None:
            progress(self._path, feed.frames, max(self._market.frames, feed.frames))

    async def _settle(self, feed: Feed) -> None:
        """Wait for what is still on its way: on loopback that is a moment, unless something is wrong."""
        try:
            async with asyncio.timeout(SETTLE_S):
                while feed.frames < self._market.frames_played:
                    await asyncio.sleep(LOOK_S / 10)
        except TimeoutError:
            raise ConnectTimeout(
                f"{self._path}: {feed.frames} of {self._market.frames_played} frames arrived"
            ) from None


def _ignore(event: object) -> None:
    """Listen, so that the stream is subscribed."""
