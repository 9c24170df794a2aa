"""Plays a capture file through the same decoders, books and pipes as a live session, without any socket."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from tickwright.core.audit import QUOTES_MAX
from tickwright.errors import DecodeError, NotSupported, UnknownInstrument
from tickwright.io.files import CaptureRecord
from tickwright.marketdata.pipe_table import make_pipe
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import Quote
from tickwright.model.topics import BookStates, BookUpdates, InstrumentTopic, Quotes, Topic
from tickwright.runtime.routes import Route, Tap
from tickwright.venues.base import Product


__all__ = ["InferringInstruments", "Replay", "beside", "recognise"]

log = logging.getLogger(__name__)

FAILURES_SHOWN = 5
"""Bad frames that are logged one by one; the rest is only counted."""


def recognise(record: CaptureRecord, products: Sequence[Product]) -> Product | None:
    """Return the product that a record's connection or request names, ``None`` if it names none."""
    for url in (record.conn, record.path):
        for product in products:
            if url is not None and product.recordings.recognises(url):
                return product
    return None


class InferringInstruments(Instruments):
    """Instruments of one product that are guessed from their symbols where no listing names them.

    Args:
        product: Whose spelling it is.
    """

    def __init__(self, product: Product) -> None:
        super().__init__()
        self._product = product

    def by_symbol(self, product: str, symbol: str) -> Instrument | None:
        """Return the instrument listed as ``symbol``, else the one that its spelling suggests."""
        found = super().by_symbol(product, symbol)
        if found is None and product == self._product.name:
            try:
                found = self._product.infer(symbol)
            except UnknownInstrument as error:
                log.warning("%s; its frames are skipped", error)
                return None
            self.update([found])
            log.warning(
                "no listing of %s in the file: taken for %s with %d decimals",
                symbol,
                found.id,
                found.price_scale,
            )
        return found


def beside(topic: Topic, product: Product, instruments: Instruments) -> Iterator[Topic]:
    """Yield what else the stream of a topic brings: mark prices bring funding rates, for example.

    Args:
        topic: Of one instrument; there is nothing beside any other.
        product: Whose streams they are.
        instruments: What is listed.
    """
    if not isinstance(topic, InstrumentTopic) or topic.is_wildcard:
        return
    stream = product.channel(topic, instruments).stream
    for kind in sorted(product.topics - {type(topic), BookStates, BookUpdates}, key=_name):
        other = kind(topic.instrument)
        try:
            shared = product.channel(other, instruments).stream == stream
        except NotSupported:
            continue
        if shared:
            yield other


def _name(kind: type[Topic]) -> str:
    return kind.__name__


class Replay:
    """One pass over the traffic of one product, in file order.

    Args:
        product: Whose traffic it is.
        tools: What pipes need; its bus gets the events. Nothing is fetched in a replay.
        on_pipe: Told of each stream that the file turns out to hold, before its first event.
    """

    def __init__(
        self, product: Product, tools: PipeTools, *, on_pipe: Callable[[Pipe], None]
    ) -> None:
        self.product = product
        self.instruments = InferringInstruments(product)
        self.frames = 0
        self.failures = 0
        self._tools = tools
        self._on_pipe = on_pipe
        self._audits = product.book.has_quote_ids
        self._routes: dict[str, Route | None] = {}
        self._books: dict[str, BookPipe] = {}
        self._quotes: dict[str, Route] = {}
        self._fetched: dict[str, BookPipe] = {}
        """The books among them that start from an answer."""
        self._early: dict[str, tuple[bytes, int]] = {}
        """Answers that came before the first frame of their book."""
        self._early_quotes: dict[str, tuple[deque[Quote], Tap]] = {}
        self._numbers: dict[str | None, int] = {}
        """Connection → the number of its last frame, where the venue numbers them."""

    def play(self, records: Sequence[CaptureRecord]) -> None:
        """Play the next ``records`` of the file."""
        stream_of, routes = self.product.ws.stream_of, self._routes
        number_of = self.product.frame_number
        for record in records:
            if record.direction != "in":
                if record.direction == "http":
                    self._answer(record)
                continue
            frame = record.data.encode()
            if number_of is not None:
                self._count(record, number_of(frame))
            stream = stream_of(frame)
            if stream is None:
                self._other(frame)
                continue
            route = routes[stream] if stream in routes else self._open(stream)
            if route is None:
                continue
            self.frames += 1
            try:
                route.handle(frame, record.received_ts_ns or 0)
            except DecodeError as error:
                self._failed(route.name, error)

    def _count(self, record: CaptureRecord, number: int | None) -> None:
        """Begin every book anew where frames of the connection are missing."""
        if number is None:
            return
        last = self._numbers.get(record.conn)
        self._numbers[record.conn] = number
        if last is not None and number > last + 1:
            now_ns = record.received_ts_ns or 0
            for book in self._books.values():
                book.on_down(f"frames are missing: {number} came after {last}", now_ns)
                book.on_up(now_ns)

    def _open(self, name: str) -> Route | None:
        found = self.product.recordings.stream(name, self.instruments)
        if found is None:
            log.warning("%s has no stream %s; its frames are skipped", self.product.name, name)
            self._routes[name] = None
            return None
        topic, channel = found
        route = self._routes[name] = Route(channel)
        for each in (topic, *beside(topic, self.product, self.instruments)):
            self._open_topic(each, route)
        return route

    def _open_topic(self, topic: Topic, route: Route) -> None:
        pipe = make_pipe(topic, route, self.product, self.instruments, self._tools)
        route.add(pipe)
        self._on_pipe(pipe)
        if isinstance(pipe, BookPipe):
            self._open_book(pipe)
        elif isinstance(topic, Quotes) and not topic.is_wildcard and self._audits:
            self._quotes[topic.instrument] = route
            self._audit(topic.instrument, route)

    def _open_book(self, pipe: BookPipe) -> None:
        instrument_id = pipe.instrument.id
        self._books[instrument_id] = pipe
        if self._audits:
            pipe.keeper.audit_with_quotes()
        pipe.on_confirmed()
        if pipe.keeper.feed.snapshot is not None:
            self._fetched[instrument_id] = pipe
            early = self._early.pop(instrument_id, None)
            if early is not None:
                self._start(pipe, *early)
        route = self._quotes.get(instrument_id)
        if route is not None:
            self._audit(instrument_id, route)

    def _audit(self, instrument_id: str, quotes: Route) -> None:
        """Show the quotes to the book; those that come before it wait for it."""
        book = self._books.get(instrument_id)
        if book is None:
            waiting: deque[Quote] = deque(maxlen=QUOTES_MAX)
            tap = Tap(Quote, waiting.append)
            self._early_quotes[instrument_id] = waiting, tap
            quotes.add(tap)
            return
        if instrument_id in self._early_quotes:
            waiting, tap = self._early_quotes.pop(instrument_id)
            quotes.remove(tap)
            for quote in waiting:
                book.keeper.on_quote(quote)
        quotes.add(book.audit)

    def _answer(self, record: CaptureRecord) -> None:
        asked = self.product.recordings.url(record.path or "")
        if asked is None:
            return
        body, received_ns = record.data.encode(), record.received_ts_ns or 0
        try:
            if asked.kind == "instruments":
                call = self.product.calls.instruments()
                self.instruments.update(call.decode(body, received_ns))
            elif asked.symbol is not None:
                self._snapshot(asked.symbol, body, received_ns)
        except DecodeError as error:
            self._failed(record.path or "", error)

    def _snapshot(self, symbol: str, body: bytes, received_ns: int) -> None:
        instrument = self.instruments.by_symbol(self.product.name, symbol)
        if instrument is None:
            return
        book = self._fetched.get(instrument.id)
        if book is None:
            self._early[instrument.id] = body, received_ns
        else:
            self._start(book, body, received_ns)

    def _start(self, book: BookPipe, body: bytes, received_ns: int) -> None:
        fetch = book.keeper.feed.snapshot
        assert fetch is not None  # whoever is in `_fetched` has one
        try:
            book.keeper.on_snapshot(fetch(book.instrument).decode(body, received_ns))
        except DecodeError as error:
            self._failed(f"the snapshot of {book.instrument.id}", error)

    def _other(self, frame: bytes) -> None:
        if self.product.ws.control(frame) is None:
            self.frames += 1
            self._failed("no stream", DecodeError("a frame of no known kind"))

    def _failed(self, where: str, error: DecodeError) -> None:
        self.failures += 1
        if self.failures <= FAILURES_SHOWN:
            log.warning("frame %d of %s: %s", self.frames, where, error)
