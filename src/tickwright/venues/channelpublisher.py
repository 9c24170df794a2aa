"""The streams of a simulated market for venues that name them ``<channel>:<symbol>`` and begin books with a snapshot.

What is sent when is decided here, once for all of them; a `Voice` says it in a venue's words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import msgspec

from tickwright.venues.dialects import Frame
from tickwright.venues.facts import (
    AggTradeFact,
    CandleFact,
    ForcedFact,
    InstrumentView,
    MarketView,
    TradeFact,
)
from tickwright.venues.sampling import Beats, CandleWatch


__all__ = ["BookChange", "BookWindow", "ChannelPublisher", "Levels", "Voice", "Wanted"]

Levels = list[tuple[int, int]]
"""Prices and quantities at the listing's scales."""

_CANDLE_INTERVAL_MS = 1000


class Wanted(msgspec.Struct, frozen=True):
    """A stream that the venue has, taken apart."""

    stream: str
    kind: str
    """``book``, ``quote``, ``trade``, ``candle``, or ``beat``: once a second, of no instrument."""
    symbol: str
    detail: str = ""
    """A candle's interval, as markets name it."""


class BookChange(msgspec.Struct, frozen=True):
    """What a book sends: all that its subscribers are to hold, or what changed of it."""

    bids: Levels
    asks: Levels
    is_whole: bool
    sequence: int
    """Update id that it ends at."""
    previous: int
    """Update id that the one before ended at."""
    made_ms: int
    """When the book changed last."""
    top: tuple[Levels, Levels]
    """The best ten levels a side after it."""


class Voice(Protocol):
    """How a venue says what its streams carry."""

    depth: int
    """Levels a side of its books."""
    book_interval_ms: int
    """How often a book is sent, at most."""
    names_exits: bool
    """Whether levels that better ones pushed out of the depth are deleted by name."""

    def wanted(self, stream: str) -> Wanted | None:
        """Return a stream taken apart, ``None`` if the venue has none of that name."""

    def book(self, wanted: Wanted, at: InstrumentView, change: BookChange, now_ms: int) -> str:
        """Return a book's frame."""

    def trades(
        self, wanted: Wanted, at: InstrumentView, found: Sequence[TradeFact], *, is_first: bool
    ) -> str:
        """Return the frame of one taker's matches, or (``is_first``) of those before the subscription."""

    def quote(self, wanted: Wanted, at: InstrumentView, now_ms: int) -> str:
        """Return the frame of the best bid and offer."""

    def candle(
        self, wanted: Wanted, at: InstrumentView, found: CandleFact, *, is_closed: bool, now_ms: int
    ) -> str:
        """Return a candle's frame."""

    def beat(self, now_ms: int) -> str:
        """Return the frame that says that the connection lives, where there is one."""


class BookWindow:
    """What the subscribers of one book hold.

    Args:
        instrument: Whose book.
        depth: Levels a side.
        names_exits: See `Voice.names_exits`.
    """

    def __init__(self, instrument: InstrumentView, depth: int, *, names_exits: bool) -> None:
        self._instrument = instrument
        self._depth = depth
        self._names_exits = names_exits
        self._offset = 0
        self._read()

    def renumber(self) -> None:
        """Let the ids begin anew with the next change."""
        self._offset = self._instrument.update_id

    def _read(self) -> None:
        at = self._instrument
        self._bids, self._asks = dict(at.bids(self._depth)), dict(at.asks(self._depth))
        self._sequence = self._previous = at.update_id - self._offset
        self._made_ms = at.book_ms

    def whole(self) -> BookChange:
        """Return all that subscribers hold, for one more of them."""
        return self._change(list(self._bids.items()), list(self._asks.items()), is_whole=True)

    def flush(self) -> BookChange | None:
        """Return what changed since the last time, ``None`` if nothing did."""
        bids, asks, previous = self._bids, self._asks, self._sequence
        self._read()
        changed_bids = self._changes(bids, self._bids, is_bid=True)
        changed_asks = self._changes(asks, self._asks, is_bid=False)
        if not changed_bids and not changed_asks:
            self._sequence = previous
            return None
        self._previous = previous
        return self._change(changed_bids, changed_asks, is_whole=False)

    def _changes(self, old: dict[int, int], new: dict[int, int], *, is_bid: bool) -> Levels:
        changed = [level for level in new.items() if old.get(level[0]) != level[1]]
        gone = [price for price in old if price not in new]
        if not self._names_exits:
            at = self._instrument
            gone = [price for price in gone if not at.quantity_at(price, is_bid=is_bid)]
        return changed + [(price, 0) for price in gone]

    def _change(self, bids: Levels, asks: Levels, *, is_whole: bool) -> BookChange:
        top = list(self._bids.items())[:10], list(self._asks.items())[:10]
        return BookChange(bids, asks, is_whole, self._sequence, self._previous, self._made_ms, top)


class ChannelPublisher:
    """Turns a market's events into the frames of the streams that are wanted.

    Args:
        market: Where the streams look.
        voice: What they say.
    """

    def __init__(self, market: MarketView, voice: Voice) -> None:
        self.market = market
        self.voice = voice
        self.frames: list[Frame] = []
        """Frames made and not yet taken."""
        self.beats = Beats(lambda: market.now_ms)
        self._wanted: dict[str, Wanted] = {}
        self._taps: dict[str, _Taps] = {}

    @property
    def next_ms(self) -> float:
        """When the next beat is due; infinity if none is."""
        return self.beats.next_ms

    def take(self) -> list[Frame]:
        """Return the frames made since the last call."""
        frames = self.frames[:]
        self.frames.clear()
        return frames

    def every(self, stream: str, interval_ms: int, sample: Callable[[int], None]) -> None:
        """Call ``sample`` at every multiple of ``interval_ms``."""
        self.beats.every(stream, interval_ms, sample)

    def beat(self) -> None:
        """Do what is due."""
        self.beats.beat()

    def want(self, stream: str) -> None:
        """Begin a stream; of names that the venue lacks nothing comes."""
        wanted = self.voice.wanted(stream)
        if wanted is None or stream in self._wanted:
            return
        if wanted.kind == "beat":
            self._wanted[stream] = wanted
            self.every(stream, 1000, lambda now_ms: self.send(wanted, self.voice.beat(now_ms)))
            return
        instrument = self.market.find(wanted.symbol)
        if instrument is not None:
            self._wanted[stream] = wanted
            taps = self._taps.setdefault(wanted.symbol, _Taps(self, instrument))
            taps.open(wanted)

    def unwant(self, stream: str) -> None:
        """End a stream."""
        wanted = self._wanted.pop(stream, None)
        if wanted is not None:
            self.beats.stop(stream)
            if wanted.kind != "beat":
                self._taps[wanted.symbol].close(wanted)

    def greeting(self, stream: str) -> str | None:
        """Return what a new subscriber of a wanted stream is sent at once, ``None`` where it is nothing."""
        wanted = self._wanted.get(stream)
        if wanted is None or wanted.kind == "beat":
            return None
        return self._taps[wanted.symbol].greeting(wanted)

    def renumber(self, stream: str) -> None:
        """Let a wanted book's ids begin anew with its next frame."""
        wanted = self._wanted.get(stream)
        if wanted is not None and wanted.kind == "book":
            self._taps[wanted.symbol].renumber()

    def send(self, wanted: Wanted, payload: str) -> None:
        """Send a frame to whoever hears its stream."""
        self.frames.append((wanted.stream, payload))


class _Taps:
    """The wanted streams of one instrument."""

    def __init__(self, publisher: ChannelPublisher, instrument: InstrumentView) -> None:
        self.instrument = instrument
        self._publisher = publisher
        self._voice = publisher.voice
        self._open: dict[str, Wanted] = {}
        """Kind → its stream, of kinds with one stream an instrument."""
        self._window: BookWindow | None = None
        self._best: tuple[int, int, int, int] | None = None

    def open(self, wanted: Wanted) -> None:
        at, voice, now_ms = self.instrument, self._voice, self._publisher.market.now_ms
        if wanted.kind == "candle":
            watch = CandleWatch(at, wanted.detail, now_ms)
            candles = partial(self._candles, wanted, watch)
            self._publisher.every(wanted.stream, _CANDLE_INTERVAL_MS, candles)
            return
        self._open[wanted.kind] = wanted
        if wanted.kind == "book":
            self._window = BookWindow(at, voice.depth, names_exits=voice.names_exits)
        at.listener = self

    def close(self, wanted: Wanted) -> None:
        self._open.pop(wanted.kind, None)
        if not self._open:
            self.instrument.listener = None

    def renumber(self) -> None:
        if self._window is not None:
            self._window.renumber()

    def greeting(self, wanted: Wanted) -> str | None:
        at, voice, now_ms = self.instrument, self._voice, self._publisher.market.now_ms
        if wanted.kind == "book" and self._window is not None:
            return voice.book(wanted, at, self._window.whole(), now_ms)
        if wanted.kind == "quote":
            return voice.quote(wanted, at, now_ms)
        if wanted.kind == "trade":
            return voice.trades(wanted, at, at.trades(None, 50), is_first=True)
        return None

    def on_trades(
        self, instrument: InstrumentView, trades: Sequence[TradeFact], joined: AggTradeFact
    ) -> None:
        wanted = self._open.get("trade")
        if wanted is not None:
            text = self._voice.trades(wanted, instrument, trades, is_first=False)
            self._publisher.send(wanted, text)

    def on_forced(self, instrument: InstrumentView, forced: ForcedFact) -> None:
        """Nothing: these venues' liquidations are not simulated."""

    def on_book(
        self,
        instrument: InstrumentView,
        first_id: int,
        bid_prices: Sequence[int],
        ask_prices: Sequence[int],
    ) -> None:
        interval_ms = self._voice.book_interval_ms
        for kind, sample in (("book", self._book), ("quote", self._quote)):
            wanted = self._open.get(kind)
            if wanted is not None:
                self._publisher.beats.soon(wanted.stream, interval_ms, partial(sample, wanted))

    def _book(self, wanted: Wanted, now_ms: int) -> None:
        change = None if self._window is None else self._window.flush()
        if change is not None:
            self._publisher.send(wanted, self._voice.book(wanted, self.instrument, change, now_ms))

    def _quote(self, wanted: Wanted, now_ms: int) -> None:
        best = self.instrument.best()
        if best != self._best:
            self._best = best
            self._publisher.send(wanted, self._voice.quote(wanted, self.instrument, now_ms))

    def _candles(self, wanted: Wanted, watch: CandleWatch, now_ms: int) -> None:
        at = self.instrument
        for found, is_closed in watch.due(now_ms):
            text = self._voice.candle(wanted, at, found, is_closed=is_closed, now_ms=now_ms)
            self._publisher.send(wanted, text)
