"""A recording as a market that users trade with: its frames go out untouched, and its flow meets their orders.

Time: the recording is moved into the present. Its first record happens when the market opens, every other one as much later as it
was recorded later; `speed` stretches that. After the last record the market stands still, with its last book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from tickwright.errors import UnknownInstrument
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.sandbox.playback import PlaybackMarket
from tickwright.sandbox.playedinstrument import PlayedInstrument
from tickwright.venues.dialects import Answer, Frame, RecordedLevels, RecordedTrade
from tickwright.venues.facts import Listing
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.sampling import Beats


__all__ = ["PlayedMarket"]

_OPENED_MS = 1_790_000_000_000
_NS_PER_MS = 1_000_000


class PlayedMarket:
    """A recording, played at its own pace, that accounts can deal with.

    Like `GeneratedMarket` it holds no clock and starts nothing: `run` moves it.

    Args:
        product: For example ``binance.spot``.
        records: A `CaptureReader`, a list of records, or a path.
        opened_ms: The market's time at the first record; see `GeneratedMarket`.

    Raises:
        CaptureError: If there is no frame of a combined stream in it.

    Example:
        >>> market = PlayedMarket("binance.spot", recording)
        >>> market.want("btcusdt@trade")
        >>> for frames in market.run(market.now_ms + 60_000):
        ...     print(len(frames))
    """

    def __init__(
        self,
        product: str,
        records: Iterable[CaptureRecord] | str | Path,
        *,
        opened_ms: int | None = None,
    ) -> None:
        self.product = product
        self._records = CaptureReader(records) if isinstance(records, (str, Path)) else records
        self._playback = PlaybackMarket(
            product, self._records, required=(), now_ms=lambda: self.now_ms
        )
        self._playback.listener = self
        self._playback.kept()  # from the beginning: to catch up later would take as long as all of it
        self.dialect = self._playback.dialect
        self._is_pinned = opened_ms is not None
        self._opened_ms = _OPENED_MS if opened_ms is None else opened_ms
        self._now_ms = float(self._opened_ms)
        self._first_ns: int | None = None
        self._coming = iter(self._records)
        self._next = next(self._coming, None)
        self._calls: list[tuple[int, Callable[[int], None]]] = []
        self._beats = Beats(lambda: self.now_ms)
        self._frames: list[Frame] = []
        rules = self.dialect.recorded_rules(self._playback.symbols, self._playback.info())
        self._instruments = [
            PlayedInstrument(one, self._playback.kept, self._shift_ms) for one in rules
        ]
        self._by_key = {one.listing.key: one for one in self._instruments}

    # ------------------------------------------------------------------ what is there

    @property
    def now_ms(self) -> int:
        """The market's time."""
        return int(self._now_ms)

    @property
    def products(self) -> tuple[str, ...]:
        """The products that have instruments here."""
        return (self.product,)

    @property
    def instruments(self) -> Sequence[PlayedInstrument]:
        """The recorded instruments that can be traded, by symbol."""
        return self._instruments

    @property
    def listings(self) -> list[Listing]:
        """What of it can be traded."""
        return [instrument.listing for instrument in self._instruments]

    @property
    def is_over(self) -> bool:
        """True once the last record was played."""
        return self._next is None

    def find(self, symbol: str) -> PlayedInstrument | None:
        """Return the instrument of that symbol (upper case), if it was recorded."""
        return self._by_key.get(symbol)

    def rules(self, symbol: str) -> MarketRules | None:
        """Return what an instrument's orders are held to, ``None`` where orders are not simulated."""
        instrument = self.find(symbol)
        return None if instrument is None else instrument.rules

    def book(self, symbol: str) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """Return the recorded bids and asks of this moment, price → quantity.

        Raises:
            UnknownInstrument: If there is no such symbol.
        """
        if symbol not in self._playback.symbols:
            raise UnknownInstrument(f"the recording of {self.product} holds no {symbol!r}")
        return self._playback.book(symbol)

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Return a recorded answer, or one made from what the recording says."""
        return self._playback.answer(method, path, params)

    # ------------------------------------------------------------------ moving

    def open_at(self, now_ms: int) -> None:
        """Open at this time instead, unless the market was given its time or has moved already."""
        if not self._is_pinned:
            self._opened_ms, self._now_ms, self._is_pinned = now_ms, float(now_ms), True
            for number, (interval_ms, beat) in enumerate(self._calls):
                self._beats.every(str(number), interval_ms, beat)

    def run(self, to_ms: float, *, frames_max: int = 1 << 62) -> Iterator[list[Frame]]:
        """Play until ``to_ms`` and yield the frames of wanted streams, in parts of about ``frames_max``."""
        self._is_pinned = True
        while True:
            record, beat_ms = self._next, self._beats.next_ms
            due_ms = self._due_ms(record)
            if min(due_ms, beat_ms) > to_ms:
                break
            if beat_ms < due_ms or record is None:
                self._now_ms = max(self._now_ms, beat_ms)
                self._beats.beat()
            else:
                self._now_ms = due_ms
                self._next = next(self._coming, None)
                self._frames += self._playback.play(record)
            if len(self._frames) >= frames_max:
                yield self.take()
        self._now_ms = max(self._now_ms, to_ms)
        yield self.take()

    def _due_ms(self, record: CaptureRecord | None) -> float:
        """Return when a record is due; one without a time comes right after the one before it."""
        if record is None:
            return float("inf")
        if record.received_ts_ns is None:
            return self._now_ms
        if self._first_ns is None:
            self._first_ns = record.received_ts_ns
        elapsed_ms = (record.received_ts_ns - self._first_ns) / _NS_PER_MS
        return max(self._now_ms, self._opened_ms + elapsed_ms)

    def _shift_ms(self) -> int:
        return self._opened_ms - (self._first_ns or 0) // _NS_PER_MS

    def burst(self, frames_max: int) -> list[Frame]:
        """Return no frames: nothing happens on a recording but what was recorded."""
        return []

    def take(self) -> list[Frame]:
        """Return the frames that were made since they were last taken."""
        frames, self._frames = self._frames, []
        return frames

    def want(self, stream: str) -> None:
        """Begin to pass a stream on; one that was not recorded is silent."""
        self._playback.want(stream)

    def unwant(self, stream: str) -> None:
        """Pass a stream on no more."""
        self._playback.unwant(stream)

    def lists(self, key: str) -> bool:
        """Tell whether a symbol was recorded."""
        return self._playback.lists(key)

    def greeting(self, stream: str) -> str | None:
        """Return what a new subscriber of a stream is sent at once."""
        return self._playback.greeting(stream)

    def renumber(self, stream: str) -> None:
        """Do nothing: what is recorded stays as it is."""

    def every(self, interval_ms: int, beat: Callable[[int], None]) -> None:
        """Call ``beat`` with the market's time at every multiple of an interval."""
        self._beats.every(str(len(self._calls)), interval_ms, beat)
        self._calls.append((interval_ms, beat))

    # ------------------------------------------------------------------ what is played

    def on_snapshot(self, symbol: str) -> None:
        """Take that a recorded book is another one now."""
        instrument = self._by_key.get(symbol)
        if instrument is not None:
            instrument.on_snapshot()

    def on_frame(self, stream: str, payload: str, change: RecordedLevels | None) -> None:
        """Take a recorded payload, with what it set in a book if books are followed."""
        if change is not None:
            changed = self._by_key.get(change.symbol)
            if changed is not None:
                changed.on_levels(change)
            return
        event = self.dialect.recorded_event(stream, payload)
        instrument = None if event is None else self._by_key.get(event.symbol)
        if event is None or instrument is None:
            return
        if isinstance(event, RecordedTrade):
            instrument.on_trade(event)
        else:
            instrument.on_mark(event)
