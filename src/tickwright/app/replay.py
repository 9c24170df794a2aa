"""``tickwright replay``: capture files in, one report out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from tickwright.app.registry import products_of
from tickwright.app.report import ReplayReport, Tally
from tickwright.errors import CaptureError, UsageError
from tickwright.io.clock import Clock, SystemClock
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.replay import Replay, recognise
from tickwright.model.topics import AggTrades, Candles, InstrumentTopic, Quotes, Trades
from tickwright.runtime.bus import Bus
from tickwright.venues.base import Product


__all__ = ["Progress", "Replaying", "product_of_file", "replay_files"]

Progress = Callable[[Path, int, int], None]
"""``(file, bytes read, bytes in all)``."""

LOOKED_AT = 2_000
"""Records searched for a URL that names the product; recordings name it within the first hundred."""


def product_of_file(path: Path, name: str | None) -> Product:
    """Return the product whose traffic a file holds.

    Args:
        path: The capture.
        name: The user's word for it (``binance.usdm``); ``None`` lets the file tell.

    Raises:
        UsageError: If the file does not tell.
        UnknownVenue: If ``name`` names no product.
    """
    if name is not None:
        found = products_of(name)
        if len(found) != 1:
            names = ", ".join(product.name for product in found)
            raise UsageError(f"--product {name}: name one of {names}")
        return found[0]
    products = products_of()
    for number, record in enumerate(_records(path)):
        product = recognise(record, products)
        if product is not None:
            return product
        if number >= LOOKED_AT:
            break
    names = ", ".join(product.name for product in products)
    raise UsageError(f"{path}: no URL in it tells the venue; say --product with one of {names}")


class Replaying:
    """The events of capture files on a bus, for handlers of the user's own.

    Args:
        product: The product, ``None`` to let each file tell.
        clock: For the delivery times.

    Example:
        >>> replaying = Replaying()
        >>> handle = replaying.bus.channel(Trades("binance:BTC/USDT")).attach(print)
        >>> report = replaying.run(["btcusdt.jsonl.zst"])  # doctest: +SKIP
    """

    def __init__(self, product: str | None = None, *, clock: Clock | None = None) -> None:
        self._product = product
        self._clock = clock or SystemClock()
        self.bus = Bus(self._clock, _no_tasks)
        self._tallies: dict[str, Tally] = {}

    def run(self, paths: Sequence[str | Path], *, progress: Progress | None = None) -> ReplayReport:
        """Play files one after the other and return what they held.

        Raises:
            CaptureError: A file cannot be read to its end; what came before was played.
            UsageError: A file does not tell its product.
        """
        started_s = self._clock.monotonic_s()
        failures = frames = 0
        for path in map(Path, paths):
            replay = Replay(
                product_of_file(path, self._product),
                PipeTools.for_replay(self.bus, self._clock),
                on_pipe=self._tally,
            )
            on_progress = None if progress is None else _of_file(progress, path)
            for batch in CaptureReader(path, on_progress=on_progress).batches():
                replay.play(batch)
            failures += replay.failures
            frames += replay.frames
        return ReplayReport(
            instruments={name: tally.report() for name, tally in sorted(self._tallies.items())},
            failures=failures,
            seconds=self._clock.monotonic_s() - started_s,
            frames=frames,
        )

    def _tally(self, pipe: Pipe) -> None:
        topic = pipe.topic
        if not isinstance(topic, InstrumentTopic) or topic.is_wildcard:
            return
        tally = self._tallies.setdefault(topic.instrument, Tally())
        channel = self.bus.channel(topic)
        match pipe, topic:
            case BookPipe(), _:
                tally.keeper = pipe.keeper
            case _, Trades() | AggTrades():
                channel.attach(tally.on_trade)
            case _, Quotes():
                channel.attach(tally.on_quote)
            case _, Candles():
                channel.attach(tally.on_candle)


def replay_files(
    paths: Sequence[str | Path], *, product: str | None = None, progress: Progress | None = None
) -> ReplayReport:
    """Replay files and return the report; see `Replaying`."""
    return Replaying(product).run(paths, progress=progress)


def _of_file(progress: Progress, path: Path) -> Callable[[int, int], None]:
    return lambda done, total: progress(path, done, total)


def _records(path: Path) -> Sequence[CaptureRecord]:
    found: list[CaptureRecord] = []
    try:
        for batch in CaptureReader(path).batches():
            found += batch
            if len(found) > LOOKED_AT:
                break
    except CaptureError:
        if not found:
            raise
    return found


def _no_tasks(name: str, coroutine: Coroutine[Any, Any, None]) -> object:
    coroutine.close()
    raise UsageError("a replay has no event loop: attach plain functions, not async ones")
