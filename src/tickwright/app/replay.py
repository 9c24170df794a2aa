"""``tickwright replay``: capture files in, one report out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from tickwright.app.registry import products_of
from tickwright.app.report import ReplayReport, Tally
from tickwright.errors import CaptureError, UsageError
from tickwright.io.clock import Clock, SystemClock
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.replay import Replay, recognise
from tickwright.model.topics import InstrumentTopic, Topic
from tickwright.runtime.bus import Bus, Handle
from tickwright.venues.base import Product


__all__ = ["Progress", "Replaying", "Traffic", "replay_files"]

Progress = Callable[[Path, int, int], None]
"""``(file, done, in all)``: bytes of a file, or frames where they go through sockets."""

LOOKED_AT = 2_000
"""Records searched for a URL that names the product; recordings name it within the first hundred."""


class Traffic:
    """Tells whose traffic each record of a file is, by the URL of its connection or request.

    Args:
        path: The capture; its beginning is read.
        name: The user's word (``binance.usdm``) for whose records those without a telling URL are; ``None`` gives
            them to the first product that the file names.

    Raises:
        UsageError: If neither the file nor the user tells.
        UnknownVenue: If ``name`` names no product.
        CaptureError: If not even one record can be read.
    """

    def __init__(self, path: Path, name: str | None) -> None:
        self._products = products_of()
        self._known: dict[str | None, Product] = {}
        named = None if name is None else _product(name)
        self.default = named or self._first_named(path)

    def split(self, records: Sequence[CaptureRecord]) -> dict[str, list[CaptureRecord]]:
        """Return the records of each product, by its name, in order."""
        found: dict[str, list[CaptureRecord]] = {}
        known = self._known
        for record in records:
            url = record.conn or record.path
            product = known.get(url) or self._learn(url, record)
            found.setdefault(product.name, []).append(record)
        return found

    def products(self, records: Iterable[CaptureRecord]) -> list[str]:
        """Return the names of the products whose frames are among ``records``, in order of their first ones."""
        found: dict[str, None] = {}
        for record in records:
            if record.direction == "in":
                url = record.conn or record.path
                product = self._known.get(url) or self._learn(url, record)
                found[product.name] = None
        return list(found)

    def _learn(self, url: str | None, record: CaptureRecord) -> Product:
        product = self._known[url] = recognise(record, self._products) or self.default
        return product

    def _first_named(self, path: Path) -> Product:
        is_empty = True
        for record in _beginning(path):
            is_empty = False
            product = recognise(record, self._products)
            if product is not None:
                return product
        if is_empty:
            raise CaptureError(f"{path} is empty; record into it again")
        names = ", ".join(product.name for product in self._products)
        raise UsageError(f"{path}: no URL in it tells the venue; say --product with one of {names}")


class Replaying:
    """The events of capture files on a bus, for handlers of the user's own.

    Args:
        product: The product of records whose URL tells nothing; ``None`` lets each file tell.
        clock: For the delivery times.

    Example:
        >>> replaying = Replaying()
        >>> handle = replaying.on(Trades("binance:BTC/USDT"), print)
        >>> report = replaying.run(["btcusdt.jsonl.zst"])
    """

    def __init__(self, product: str | None = None, *, clock: Clock | None = None) -> None:
        self._product = product
        self._clock = clock or SystemClock()
        self.bus = Bus(self._clock, _no_tasks)
        self._tallies: dict[str, Tally] = {}
        self._counted: set[InstrumentTopic] = set()
        self._replays: list[Replay] = []
        self._seconds = 0.0

    def on(self, topic: Topic, handler: Callable[[Any], None]) -> Handle:
        """Call ``handler`` with every event of ``topic`` that is played from now on, as `Connector.on` does live."""
        return self.bus.channel(topic).attach(handler)

    def run(self, paths: Sequence[str | Path], *, progress: Progress | None = None) -> ReplayReport:
        """Play files one after the other and return what they held; raises what `play` raises."""
        for path in paths:
            self.play(path, progress=progress)
        return self.report()

    def play(self, path: str | Path, *, progress: Progress | None = None) -> None:
        """Play one file.

        Raises:
            ConfigError: There is no such file.
            CaptureError: It cannot be read to its end; what came before was played and is reported.
            UsageError: It does not tell its product.
        """
        path = Path(path)
        started_s = self._clock.monotonic_s()
        reader = CaptureReader(path, on_progress=None if progress is None else _of(progress, path))
        traffic = Traffic(path, self._product)
        replays: dict[str, Replay] = {}
        try:
            for batch in reader.batches():
                for name, records in traffic.split(batch).items():
                    if name not in replays:
                        replays[name] = self._replay(name)
                    replays[name].play(records)
        finally:
            self._seconds += self._clock.monotonic_s() - started_s

    def report(self) -> ReplayReport:
        """Return what was played so far."""
        return ReplayReport(
            instruments={name: tally.report() for name, tally in sorted(self._tallies.items())},
            failures=sum(replay.failures for replay in self._replays),
            seconds=self._seconds,
            frames=sum(replay.frames for replay in self._replays),
        )

    def _replay(self, product: str) -> Replay:
        tools = PipeTools.for_replay(self.bus, self._clock)
        replay = Replay(_product(product), tools, on_pipe=self._tally)
        self._replays.append(replay)
        return replay

    def _tally(self, pipe: Pipe) -> None:
        topic = pipe.topic
        if not isinstance(topic, InstrumentTopic) or topic.is_wildcard:
            return
        tally = self._tallies.setdefault(topic.instrument, Tally())
        if isinstance(pipe, BookPipe):
            tally.keep(pipe.keeper, pipe.view.topic.depth)
        elif topic not in self._counted:  # a second file may hold the same topic
            self._counted.add(topic)
            handler = tally.handler(topic)
            if handler is not None:
                self.bus.channel(topic).attach(handler)


def replay_files(
    paths: Sequence[str | Path], *, product: str | None = None, progress: Progress | None = None
) -> ReplayReport:
    """Replay files and return the report; see `Replaying`."""
    return Replaying(product).run(paths, progress=progress)


def _product(name: str) -> Product:
    found = products_of(name)
    if len(found) != 1:
        names = ", ".join(product.name for product in found)
        raise UsageError(f"--product {name}: name one of {names}")
    return found[0]


def _of(progress: Progress, path: Path) -> Callable[[int, int], None]:
    return lambda done, total: progress(path, done, total)


def _beginning(path: Path) -> list[CaptureRecord]:
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
