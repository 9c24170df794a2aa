"""What a replay saw, instrument by instrument: the object that ``tickwright replay --json`` prints."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import inf
from typing import Any

import msgspec

from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.market import AggTrade, Candle, Level, Quote, Trade
from tickwright.model.numbers import format_decimal
from tickwright.model.topics import AggTrades, Candles, Quotes, Topic, Trades


__all__ = [
    "BookReport",
    "CandleReport",
    "InstrumentReport",
    "QuoteReport",
    "ReplayReport",
    "Tally",
    "TradeReport",
]

LEVELS = 20
"""Levels a side in the report."""


class TradeReport(msgspec.Struct, frozen=True):
    """Public trades; aggregated ones where there are no others."""

    count: int
    base_volume: str
    """Sum of the quantities, in the venue's unit (contracts where inverse)."""
    last_price: str | None


class QuoteReport(msgspec.Struct, frozen=True):
    """Best bids and offers."""

    count: int


class BookReport(msgspec.Struct, frozen=True):
    """The book at the end of the file."""

    state: str
    updates: int
    gaps: int
    resyncs: int
    sequence: int | None
    audited: int
    audit_mismatches: int
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class CandleReport(msgspec.Struct, frozen=True):
    """Candle updates, and how many of them were closes."""

    count: int
    closed: int


class InstrumentReport(msgspec.Struct, frozen=True):
    """Everything about one instrument."""

    trades: TradeReport
    quotes: QuoteReport
    book: BookReport | None
    """``None`` where the file holds no deltas of it."""
    candles: CandleReport


class ReplayReport(msgspec.Struct, frozen=True):
    """A whole replay."""

    instruments: dict[str, InstrumentReport]
    failures: int
    """Frames that could not be read, or broke an invariant."""
    seconds: float
    """What the replay took."""
    frames: int
    """Frames of streams, unreadable ones included."""

    def contract(self) -> dict[str, Any]:
        """Return the object that ``--json`` prints: its keys are fixed, ours may grow."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        del found["frames"]
        for instrument in found["instruments"].values():
            del instrument["candles"]["closed"]
        return found


class Tally:
    """Counts what one instrument's streams bring. `handler` says which of its methods takes a topic's events."""

    def __init__(self) -> None:
        self.keepers: list[BookKeeper] = []
        """The books that are kept now, one a file; the last one is reported, with the counts of all."""
        self._books: list[BookReport] = []
        self._depth = 0.0
        self._trades = _TradeCount()
        self._agg_trades = _TradeCount()
        self._quotes = 0
        self._candles = 0
        self._closed = 0

    def handler(self, topic: Topic) -> Callable[[Any], None] | None:
        """Return what is to be attached to ``topic``, ``None`` if nothing of it is counted."""
        match topic:
            case Trades():
                return self._trades.add
            case AggTrades():
                return self._agg_trades.add
            case Quotes():
                return self._on_quote
            case Candles():
                return self._on_candle
        return None

    def report(self) -> InstrumentReport:
        """Return the counts as of now."""
        # Both streams tell of the same trades.
        trades = self._trades if self._trades.count else self._agg_trades
        return InstrumentReport(
            trades=trades.report(),
            quotes=QuoteReport(self._quotes),
            book=_merged([*self._books, *map(_book_report, self.keepers)]),
            candles=CandleReport(self._candles, self._closed),
        )

    def keep(self, keeper: BookKeeper, depth: int | None) -> None:
        """Report a book that is kept; of several depths the deepest one alone, which is the usual one unless named."""
        levels = inf if depth is None else depth
        if levels > self._depth:
            self._depth = levels
            self.keepers.clear()
            self._books.clear()
        if levels == self._depth:
            self.keepers.append(keeper)

    def settle(self) -> None:
        """Take down where the books stand, before what keeps them is closed."""
        self._books += map(_book_report, self.keepers)
        self.keepers.clear()

    def _on_quote(self, event: object) -> None:
        self._quotes += isinstance(event, Quote)

    def _on_candle(self, event: object) -> None:
        if isinstance(event, Candle):  # a gap notice on the same topic is none
            self._candles += 1
            self._closed += event.is_closed


class _TradeCount:
    """Count, volume and last price of one stream of trades."""

    def __init__(self) -> None:
        self.count = 0
        self._volume = Decimal(0)
        self._last_price: Decimal | None = None

    def add(self, event: object) -> None:
        if isinstance(event, (Trade, AggTrade)):  # a gap notice on the same topic is none
            self.count += 1
            self._volume += event.quantity
            self._last_price = event.price

    def report(self) -> TradeReport:
        last = self._last_price
        return TradeReport(
            count=self.count,
            base_volume=format_decimal(self._volume),
            last_price=None if last is None else format_decimal(last),
        )


def _book_report(keeper: BookKeeper) -> BookReport:
    is_readable = keeper.state.is_readable
    return BookReport(
        state=keeper.state.value,
        updates=keeper.updates,
        gaps=keeper.gaps,
        resyncs=keeper.resyncs,
        sequence=keeper.sequence,
        audited=keeper.audited,
        audit_mismatches=keeper.mismatches,
        bids=_texts(keeper.book.bids(LEVELS)) if is_readable else [],
        asks=_texts(keeper.book.asks(LEVELS)) if is_readable else [],
    )


def _merged(books: list[BookReport]) -> BookReport | None:
    if not books:
        return None
    counts = ("updates", "gaps", "resyncs", "audited", "audit_mismatches")
    sums = {name: sum(getattr(book, name) for book in books) for name in counts}
    return msgspec.structs.replace(books[-1], **sums)


def _texts(levels: list[Level]) -> list[tuple[str, str]]:
    return [(format_decimal(price), format_decimal(quantity)) for price, quantity in levels]
