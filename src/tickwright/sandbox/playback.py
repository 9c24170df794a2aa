"""A capture file as the market: its frames to whoever subscribes, its snapshots to whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec

from tickwright.errors import CaptureError
from tickwright.io.clock import SystemClock
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.sandbox.dialects import dialect_of
from tickwright.venues.dialects import Answer, BookRecord, Frame, RecordedLevels


__all__ = ["Part", "PlaybackMarket", "RecordListener"]

_PART_RECORDS = 256
_SNAPSHOT_WEIGHT = 20
_LEVELS_MAX = 5000


class Part(msgspec.Struct, frozen=True):
    """A piece of the recording, to be sent at once."""

    frames: list[Frame]
    ts_ns: int | None
    """When its last frame was recorded."""
    awaits: str | None = None
    """A symbol whose snapshot comes next: wait until a client asked for it once."""


class RecordListener(Protocol):
    """Who is told of records as they are played."""

    def on_snapshot(self, symbol: str) -> None:
        """Take that a book is another one now."""

    def on_frame(self, stream: str, payload: str, change: RecordedLevels | None) -> None:
        """Take a recorded payload, with what it set in a book if books are followed."""


class _Recorded(msgspec.Struct):
    position: int
    body: str


class PlaybackMarket:
    """A recording, played.

    The first pass over the records, on construction, learns which streams and symbols there are. `parts` is the
    second: the frames in file order. Frames are passed on as recorded; only where a client subscribed to the same
    stream at another speed (``@depth@100ms`` for a recorded ``@depth@0ms``) does the frame name what it asked for.

    Snapshots: the recorded one until frames after it were played, from then on the book as the recording has it
    at that place, so that a client that lost its book can get it back.

    Args:
        product: For example ``binance.spot``.
        records: A `CaptureReader`, a list of records, or a path.
        required: Streams that must be subscribed before playing starts, and while it goes on; all those of the
            recording unless given.
        now_ms: Tells the venue's time; a recording is played in the present unless it is given.

    Raises:
        CaptureError: If there is no frame of a combined stream in it.

    Example:
        >>> market = PlaybackMarket("binance.spot", recording)
        >>> market.streams
        ('btcusdt@bookTicker', 'btcusdt@depth@100ms', 'btcusdt@trade')
    """

    def __init__(
        self,
        product: str,
        records: Iterable[CaptureRecord] | str | Path,
        *,
        required: Collection[str] | None = None,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        self.product = product
        self.dialect = dialect_of(product)
        self._records = CaptureReader(records) if isinstance(records, (str, Path)) else records
        self._http: dict[tuple[str, str], list[_Recorded]] = {}
        self._streams: dict[str, None] = {}
        self._now_ms = now_ms or _present_ms
        self.frames = 0
        """Frames of streams in the whole recording."""
        self._index()
        if not self._streams:
            raise CaptureError(
                "the capture holds no frame of a combined stream; record with /stream"
            )
        self.required = tuple(self._streams) if required is None else tuple(required)
        """May be changed until playing starts."""
        self.requested: set[str] = set()
        """Symbols whose snapshot was asked for."""
        self.frames_played = 0
        """Frames of the recording that were due so far, wanted or not."""
        self.frames_sent = 0
        """Those of them that somebody had subscribed to."""
        self._position = 0
        self.listener: RecordListener | None = None
        """Told of what is played."""
        self._wanted: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        """Recorded stream → the names that it goes out under."""
        self._keeper: BookRecord | None = None

    @property
    def products(self) -> tuple[str, ...]:
        """The one product that was recorded."""
        return (self.product,)

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams of the recording, sorted."""
        return tuple(sorted(self._streams))

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the recording, sorted."""
        named = {self.dialect.symbol_of(stream) for stream in self._streams}
        asked = {symbol for _, symbol in self._http}
        return tuple(sorted((named | asked) - {""}))

    @property
    def is_ready(self) -> bool:
        """True while every required stream is subscribed, at whatever speed."""
        return all(self.dialect.family_of(stream) in self._wanted for stream in self.required)

    def want(self, stream: str) -> None:
        """Begin to pass a stream on."""
        self._wanted.setdefault(self.dialect.family_of(stream), []).append(stream)
        self._names.clear()

    def unwant(self, stream: str) -> None:
        """Pass a stream on no more."""
        family = self.dialect.family_of(stream)
        names = self._wanted.get(family, [])
        if stream in names:
            names.remove(stream)
        if not names:
            self._wanted.pop(family, None)
        self._names.clear()

    def lists(self, key: str) -> bool:
        """Tell whether an instrument was recorded."""
        return key.rpartition("/")[2] in self.symbols

    def greeting(self, stream: str) -> str | None:
        """Return what a stream begins with for who comes late: the book so far, where the venue's streams begin with one."""
        return self.kept().greeting(stream) if self.dialect.has_greetings else None

    def renumber(self, stream: str) -> None:
        """Do nothing: what is recorded stays as it is."""

    # ------------------------------------------------------------------ playing

    def parts(self, records_max: int = _PART_RECORDS) -> Iterator[Part]:
        """Yield the recording from its beginning; who wants what is looked up record by record."""
        frames: list[Frame] = []
        ts_ns: int | None = None
        first = 0
        for position, record in enumerate(self._records):
            symbol = self._snapshot_of(record)
            if symbol:
                yield Part(frames, ts_ns, symbol if self._wants_book(symbol) else None)
                frames, first = [], position
            if record.direction == "in":
                ts_ns = record.received_ts_ns
            frames += self.play(record)
            if position >= first + records_max - 1:
                yield Part(frames, ts_ns)
                frames, first = [], position + 1
        yield Part(frames, ts_ns)

    def play(self, record: CaptureRecord) -> list[Frame]:
        """Let the next record happen, and return it as it goes out to whoever subscribed to its stream."""
        self._position += 1
        symbol = self._snapshot_of(record)
        if symbol:
            self._take_snapshot(symbol, record.data)
        if record.direction != "in":
            return []
        stream, payload = self.dialect.taken_apart(record.data)
        if stream is None:
            return []
        self.frames_played += 1
        change = None if self._keeper is None else self._keeper.follow(stream, payload)
        if self.listener is not None:
            self.listener.on_frame(stream, payload, change)
        names = self._names.get(stream)
        if names is None:
            wanted = self._wanted.get(self.dialect.family_of(stream), ())
            names = self._names[stream] = list(wanted)
        self.frames_sent += bool(names)
        return [(name, payload) for name in names]

    def _take_snapshot(self, symbol: str, body: str) -> None:
        if self._keeper is None:
            return
        if self._keeper.snapshot(symbol, body) and self.listener is not None:
            self.listener.on_snapshot(symbol)

    def _snapshot_of(self, record: CaptureRecord) -> str:
        """Return the symbol of a recorded snapshot, empty for any other record."""
        if record.direction != "http":
            return ""
        endpoint, symbol = self._resource(record.path)
        return symbol if endpoint == "depth" else ""

    def _wants_book(self, symbol: str) -> bool:
        return symbol not in self.requested and self.dialect.book_family(symbol) in self._wanted

    # ------------------------------------------------------------------ answering

    def take(self) -> list[Frame]:
        """Return no frames: nobody trades on a recording."""
        return []

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Return a recorded answer, or one made from what the recording says."""
        endpoint, symbol = self._resource(path)[0], params.get("symbol", "")
        if endpoint == "ping":
            return Answer(200, "{}")
        if endpoint == "time":
            return Answer(200, self.dialect.time_body(self._now_ms()))
        if endpoint == "depth":
            return self._snapshot(symbol, params)
        found = self._recorded(endpoint, symbol) or self._recorded(endpoint, "")
        if found is not None:
            return Answer(200, found.body, _SNAPSHOT_WEIGHT)
        if endpoint == "exchangeInfo":
            return Answer(200, self.dialect.exchange_info(self.symbols, self._now_ms()))
        return self.dialect.unlisted(())

    def _snapshot(self, symbol: str, params: Mapping[str, str]) -> Answer:
        found = self._recorded("depth", symbol)
        if found is None:
            return self.dialect.unlisted(self.symbols)
        self.requested.add(symbol)
        if self._position <= found.position:
            return Answer(200, found.body, _SNAPSHOT_WEIGHT)
        limit = params.get("limit", "")
        levels = int(limit) if limit.isdigit() else _LEVELS_MAX
        body = self.kept().body(symbol, max(1, min(levels, _LEVELS_MAX)))
        return Answer(200, body or found.body, _SNAPSHOT_WEIGHT)

    def _recorded(self, endpoint: str, symbol: str) -> _Recorded | None:
        """Return the last answer recorded up to here, or the first one there is."""
        found = self._http.get((endpoint, symbol))
        if not found:
            return None
        past = [one for one in found if one.position <= self._position]
        return past[-1] if past else found[0]

    def book(self, symbol: str) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """Return the exact bids and asks of what was played so far, price → quantity."""
        return self.kept().book(symbol)

    def last_id(self, symbol: str) -> int | None:
        """Return the update id of the book of what was played so far."""
        return self.kept().last_id(symbol)

    def kept(self) -> BookRecord:
        """Return the books at this place; they are followed only once somebody needed them."""
        if self._keeper is None:
            self._keeper = self.dialect.book_record()
            for record in islice(self._records, self._position):
                self._follow(self._keeper, record)
        return self._keeper

    def info(self) -> str | None:
        """Return the exchange information recorded up to here, or the first there is; ``None`` without any."""
        found = self._recorded("exchangeInfo", "")
        return None if found is None else found.body

    def _follow(self, keeper: BookRecord, record: CaptureRecord) -> None:
        symbol = self._snapshot_of(record)
        if symbol:
            keeper.snapshot(symbol, record.data)
        elif record.direction == "in":
            stream, payload = self.dialect.taken_apart(record.data)
            if stream is not None:
                keeper.follow(stream, payload)

    def _index(self) -> None:
        for position, record in enumerate(self._records):
            if record.direction == "http":
                key = self._resource(record.path)
                self._http.setdefault(key, []).append(_Recorded(position, record.data))
            elif record.direction == "in":
                stream, _ = self.dialect.taken_apart(record.data)
                if stream is not None:
                    self.frames += 1
                    self._streams[stream] = None

    def _resource(self, path: str | None) -> tuple[str, str]:
        """Return endpoint and symbol of a URL, whatever its host, version and limit."""
        parts = urlsplit(path or "")
        symbol = parse_qs(parts.query).get("symbol", [""])[0]
        return self.dialect.resource(parts.path), symbol


def _present_ms() -> int:
    return SystemClock.time_ns() // 1_000_000
