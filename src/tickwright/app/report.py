"""What a replay saw, instrument by instrument: the object that ``tickwright replay --json`` prints."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.market import AggTrade, Candle, Level, Quote, Trade
from tickwright.model.numbers import format_decimal


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
    """Public trades, aggregated ones included."""

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
    """A whole replay; the contract of ``--json``."""

    instruments: dict[str, InstrumentReport]
    failures: int
    """Frames that could not be read, or broke an invariant."""
    seconds: float
    """What the replay took."""
    frames: int


class Tally:
    """Counts what one instrument's streams bring. Its methods are handlers."""

    def __init__(self) -> None:
        self.keeper: BookKeeper | None = None
        self.trades = 0
        self.volume = Decimal(0)
        self.last_price: Decimal | None = None
        self.quotes = 0
        self.candles = 0
        self.closed = 0

    def on_trade(self, event: object) -> None:
        """Count a trade; a gap notice on the same topic is none."""
        if isinstance(event, (Trade, AggTrade)):
            self.trades += 1
            self.volume += event.quantity
            self.last_price = event.price

    def on_quote(self, event: Quote) -> None:
        """Count a quote."""
        self.quotes += 1

    def on_candle(self, event: object) -> None:
        """Count a candle update; a gap notice on the same topic is none."""
        if isinstance(event, Candle):
            self.candles += 1
            self.closed += event.is_closed

    def report(self) -> InstrumentReport:
        """Return the counts as of now."""
        last = self.last_price
        return InstrumentReport(
            trades=TradeReport(
                count=self.trades,
                base_volume=format_decimal(self.volume),
                last_price=None if last is None else format_decimal(last),
            ),
            quotes=QuoteReport(self.quotes),
            book=None if self.keeper is None else _book_report(self.keeper),
            candles=CandleReport(self.candles, self.closed),
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


def _texts(levels: list[Level]) -> list[tuple[str, str]]:
    return [(format_decimal(price), format_decimal(quantity)) for price, quantity in levels]
