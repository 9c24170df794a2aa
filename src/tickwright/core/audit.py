"""Compare a book with a stream of best bids and offers that carries the same update ids.

The rule, as the recordings show it: after a delta that ends at update id ``u``, the book's best
prices equal those of the last quote with an id of at most ``u``. Quotes are sent at once and deltas
in batches, so the quotes of a delta mostly come before it; but nothing orders two streams, and some
come after it. Hence:

- an *agreement* with the last such quote known is taken at once. Should a quote still on its way say otherwise,
  the next delta is compared with that one.
- a *disagreement* waits until a quote with an id of ``u`` or more proves that no other one is missing.

On 97,000 recorded deltas this leaves four price mismatches, which the venue made (a level gone from
the book for one delta and never from the quotes), and 101 deltas uncompared because no quote had
come yet. Waiting for certainty in both directions would have decided only 8 of 100 deltas when they
came.

Quantities agree just as well (one deviation in 97,000, right after a snapshot), but a wrong
quantity at the best price moves nobody's order by a tick. So they count only where they differ in
several comparisons in a row.
"""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from enum import Enum
from typing import Final

import msgspec

from tickwright.model.market import Level, Quote
from tickwright.model.numbers import format_decimal


__all__ = [
    "MATCH",
    "PENDING_MAX",
    "QUANTITY_ROW_MAX",
    "QUOTES_MAX",
    "BookAudit",
    "Match",
    "Mismatch",
]

QUOTES_MAX: Final = 1_024
"""Quotes kept for the delta that will cover them. The busiest recorded stream sends 1,000 a second, and the slowest
deltas come once a second; beyond that the oldest go, and a delta may find none to be compared
with."""

PENDING_MAX: Final = 256
"""Deltas that wait for the next quote. The recordings need 35; if that many wait, the quotes have stopped, and the
oldest go uncompared."""

QUANTITY_ROW_MAX: Final = 3
"""Comparisons in a row with equal prices and another quantity that make a mismatch: the venue's own hiccup
lasted one."""

_ZERO: Final = Decimal(0)
_EMPTY_SIDE: Final[Level] = (_ZERO, _ZERO)  # how venues quote a side without orders

_Quoted = tuple[int, Quote]
_Pending = tuple[int, Level | None, Level | None]


class Match(Enum):
    """The type of `MATCH`."""

    MATCH = "the book equals the quote"


MATCH: Final = Match.MATCH
"""The book and the second source agree."""


class Mismatch(msgspec.Struct, frozen=True):
    """What the book says at ``sequence``, and what the quote says that was in force there."""

    sequence: int
    book_bid: Level | None
    book_ask: Level | None
    quote: Quote

    def __str__(self) -> str:
        quote = self.quote
        bid, ask = (quote.bid_price, quote.bid_quantity), (quote.ask_price, quote.ask_quantity)
        return (
            f"at {self.sequence} the book says {_text(self.book_bid)} / {_text(self.book_ask)},"
            f" the quote of {quote.sequence} {_text(bid)} / {_text(ask)}"
        )


class BookAudit:
    """Second opinion about one book. Feed both streams in the order in which they come.

    A snapshot is not compared (call `reset`), only what deltas made of it. The keeper of the book
    acts on `mismatches_in_row`: 0 after a `MATCH`, one is a reason for doubt, several for a new
    snapshot.

    Example:
        >>> audit = BookAudit()
        >>> one = Decimal(1)
        >>> audit.quote(Quote("binance:BTC/USDT", None, 1, Decimal(10), one, Decimal(11), one, 7))
        >>> audit.book(8, (Decimal(10), one), (Decimal(11), one))
        <Match.MATCH: 'the book equals the quote'>
    """

    __slots__ = (
        "_candidate",
        "_newest",
        "_old_at",
        "_old_in_row",
        "_pending",
        "_quantity_row",
        "_quotes",
        "audited",
        "mismatches",
        "mismatches_in_row",
        "uncompared",
    )

    def __init__(self) -> None:
        self.audited = 0
        """Deltas compared."""
        self.mismatches = 0
        self.mismatches_in_row = 0
        """Disagreements since the last agreement, or since `reset`."""
        self.uncompared = 0
        """Deltas for which no quote was there in time."""
        self._candidate: _Quoted | None = None  # the newest quote that the book has reached
        self._quotes: deque[_Quoted] = deque(maxlen=QUOTES_MAX)  # those ahead of the book
        self._pending: deque[_Pending] = (
            deque()
        )  # books ahead of the quotes, while `_quotes` is empty
        self._quantity_row = 0
        self._newest = -1
        self._old_at = -1
        self._old_in_row = 0

    def reset(self) -> None:
        """The book starts anew; quotes stay, for they are the venue's word at their ids."""
        self.uncompared += len(self._pending)
        self._pending.clear()
        self.mismatches_in_row = 0
        self._quantity_row = 0

    def quote(self, quote: Quote) -> Match | Mismatch | None:
        """Take a quote; one without an update id says nothing. On the hot path.

        Returns:
            The verdict on a delta that waited for it (the last one, if there were several; the
            counters count all), or ``None``.
        """
        sequence = quote.sequence
        if sequence is None or (sequence <= self._newest and not self._is_restart()):
            return None  # doubled, by a second socket for example
        self._newest = sequence
        if self._pending:
            return self._settle((sequence, quote))
        self._quotes.append((sequence, quote))
        return None

    def book(
        self, sequence: int, best_bid: Level | None, best_ask: Level | None
    ) -> Match | Mismatch | None:
        """Take the book's best levels after a delta that ends at ``sequence``.

        Returns:
            The verdict on it, or ``None`` while quotes that decide it are not there yet.
        """
        quotes = self._quotes
        while quotes and quotes[0][0] <= sequence:
            self._candidate = quotes.popleft()
        candidate = self._candidate
        if not self._pending:
            if candidate is None:
                if quotes:
                    self.uncompared += 1
                    return None
            elif (
                quotes
                or candidate[0] == sequence
                or _prices_agree(candidate[1], best_bid, best_ask)
            ):
                return self._compare(candidate[1], sequence, best_bid, best_ask)
        # Behind one that waits, all wait: verdicts stay in order, and "in a row" means what it says.
        self._pending.append((sequence, best_bid, best_ask))
        if len(self._pending) > PENDING_MAX:
            self._pending.popleft()
            self.uncompared += 1
        return None

    def _is_restart(self) -> bool:
        """Count one more old quote; True where so many came in a row that the venue's ids began anew."""
        self._old_in_row = self._old_in_row + 1 if self._old_at == self._newest else 1
        self._old_at = self._newest
        if self._old_in_row <= QUOTES_MAX:
            return False
        self._quotes.clear()
        self._candidate = None
        self.reset()
        return True

    def _settle(self, quote: _Quoted) -> Match | Mismatch | None:
        """Decide every waiting delta that this quote proves to have all its quotes."""
        verdict: Match | Mismatch | None = None
        pending = self._pending
        sequence = quote[0]
        while pending and pending[0][0] <= sequence:
            at, best_bid, best_ask = pending.popleft()
            candidate = quote if at == sequence else self._candidate
            if candidate is None:
                self.uncompared += 1
            else:
                verdict = self._compare(candidate[1], at, best_bid, best_ask)
        if pending:
            self._candidate = quote
        else:
            self._quotes.append(quote)
        return verdict

    def _compare(
        self, quote: Quote, sequence: int, best_bid: Level | None, best_ask: Level | None
    ) -> Match | Mismatch:
        self.audited += 1
        bid, ask = best_bid or _EMPTY_SIDE, best_ask or _EMPTY_SIDE
        is_wrong = bid[0] != quote.bid_price or ask[0] != quote.ask_price
        if bid[1] == quote.bid_quantity and ask[1] == quote.ask_quantity:
            self._quantity_row = 0
        else:
            self._quantity_row += 1
            is_wrong = is_wrong or self._quantity_row >= QUANTITY_ROW_MAX
        if not is_wrong:
            self.mismatches_in_row = 0
            return MATCH
        self.mismatches += 1
        self.mismatches_in_row += 1
        return Mismatch(sequence, best_bid, best_ask, quote)


def _prices_agree(quote: Quote, best_bid: Level | None, best_ask: Level | None) -> bool:
    bid, ask = best_bid or _EMPTY_SIDE, best_ask or _EMPTY_SIDE
    return bid[0] == quote.bid_price and ask[0] == quote.ask_price


def _text(level: Level | None) -> str:
    return (
        "nothing" if level is None else f"{format_decimal(level[0])} ({format_decimal(level[1])})"
    )
