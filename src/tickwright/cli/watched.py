"""What `tickwright watch` knows of one instrument, and how its numbers are written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tickwright.marketdata.book import Book
from tickwright.model.instrument import Instrument
from tickwright.model.market import Level, Trade
from tickwright.model.notices import BookState
from tickwright.model.numbers import format_decimal


__all__ = ["STATE_COLOURS", "Watched", "digits", "plain_line", "shown", "summary"]

TRADES_KEPT = 20

STATE_COLOURS = {
    BookState.LIVE: "green",
    BookState.UNAUDITED: "cyan",
    BookState.SUSPECT: "yellow",
    BookState.SYNCING: "yellow",
    BookState.RESYNCING: "yellow",
    BookState.STALE: "red",
    BookState.CLOSED: "red",
}


class Watched:
    """One instrument: its book once there is one, and its last trades."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.book: Book | None = None
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT)
        self.count = 0

    @property
    def id(self) -> str:
        """The instrument's id."""
        return self.instrument.id

    @property
    def state(self) -> BookState:
        """The book's state; SYNCING before there is a book."""
        return BookState.SYNCING if self.book is None else self.book.state

    @property
    def reason(self) -> str:
        """Why the book is in this state."""
        return "waiting for its first snapshot" if self.book is None else self.book.reason

    @property
    def lag_s(self) -> float | None:
        """From the venue's time of the last trade to its receipt."""
        return self.trades[0].lag_s if self.trades else None

    @property
    def tick(self) -> Decimal | None:
        """The step of prices; ``None`` where it was only guessed, which is finer than any price."""
        return None if self.instrument.is_inferred else self.instrument.tick_size

    @property
    def lot(self) -> Decimal | None:
        """The step of quantities; ``None`` where it was only guessed."""
        return None if self.instrument.is_inferred else self.instrument.lot_size

    def on_trade(self, event: object) -> None:
        """Remember a trade; gap notices on the same topic are shown by the book's state."""
        if isinstance(event, Trade):
            self.trades.appendleft(event)
            self.count += 1


def digits(values: Iterable[Decimal], step: Decimal | None = None) -> int:
    """Return how many decimals show all ``values`` exactly, and at least those of ``step``.

    Example:
        >>> digits([Decimal("1.50000")], Decimal("0.01"))
        2
    """
    return max((_decimals(value) for value in (*values, step) if value is not None), default=0)


def shown(value: Decimal, decimals: int) -> str:
    """Return a number with thousands separators and so many decimals."""
    return f"{value:,.{decimals}f}"


def summary(watched: Watched) -> dict[str, Any]:
    """Return one instrument as plain JSON values."""
    book, last = watched.book, watched.trades[0] if watched.trades else None
    return {
        "state": watched.state.value,
        "reason": watched.reason,
        "best_bid": _pair(None if book is None else book.best_bid),
        "best_ask": _pair(None if book is None else book.best_ask),
        "age_s": None if book is None else book.age_s,
        "updates": 0 if book is None else book.updates,
        "gaps": 0 if book is None else book.gaps,
        "resyncs": 0 if book is None else book.resyncs,
        "trades": watched.count,
        "last_price": None if last is None else format_decimal(last.price),
        "lag_s": None if last is None else last.lag_s,
    }


def plain_line(watched: Watched) -> str:
    """Return one instrument as a line of text, for output that is no terminal."""
    book = watched.book
    bid, ask = (None, None) if book is None else (book.best_bid, book.best_ask)
    parts = [f"{watched.id:<24} {watched.state.value:<9}"]
    if book is None or bid is None or ask is None:
        parts.append(watched.reason)
    else:
        decimals = digits([bid[0], ask[0]], watched.tick)
        parts.append(f"{shown(bid[0], decimals):>12} × {shown(ask[0], decimals):<12}")
        parts.append(f"{book.updates:>6,} updates {watched.count:>6,} trades")
    return " ".join(parts)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _pair(level: Level | None) -> list[str] | None:
    return None if level is None else [format_decimal(level[0]), format_decimal(level[1])]
