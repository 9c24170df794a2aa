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

from tickwright.model.market import Level
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

_Quote = tuple[int, Decimal, Decimal, Decimal, Decimal]
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
    quote_sequence: int
    quote_bid: Level
    quote_ask: Level

    def __str__(self) -> str:
        return (
            f"at {self.sequence} the book says {_text(self.book_bid)} / {_text(self.book_ask)},"
            f" the quote of {self.quote_sequence} {_text(self.quote_bid)} / {_text(self.quote_ask)}"
        )


class BookAudit:
    """Second opinion about one book. Feed both streams in the order in which they come.

    A snapshot is not compared (call `reset`), only what deltas made of it. The keeper of the book
    acts on `mismatches_in_row`: 0 after a `MATCH`, one is a reason for doubt, several for a new
    snapshot.

    Example:
        >>> audit = BookAudit()
        >>> one = Decimal(1)
        >>> audit.quote(7, Decimal(10), one, Decimal(11), one)
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
        self._candidate: _Quote | None = None  # the newest quote that the book has reached
        self._quotes: deque[_Quote] = deque(maxlen=QUOTES_MAX)  # those ahead of the book
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

    def quote(
        self,
        sequence: int,
        bid_price: Decimal,
        bid_quantity: Decimal,
        ask_price: Decimal,
        ask_quantity: Decimal,
    ) -> Match | Mismatch | None:
        """Take a quote at update id ``sequence``. On the hot path.

        Returns:
            The verdict on a delta that waited for it (the last one, if there were several; the
            counters count all), or ``None``.
        """
        if sequence <= self._newest and not self._is_restart():
            return None  # doubled, by a second socket for example
        self._newest = sequence
        if self._pending:
            return self._settle((sequence, bid_price, bid_quantity, ask_price, ask_quantity))
        self._quotes.append((sequence, bid_price, bid_quantity, ask_price, ask_quantity))
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
            elif quotes or candidate[0] == sequence or _prices_agree(candidate, best_bid, best_ask):
                return self._compare(candidate, sequence, best_bid, best_ask)
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

    def _settle(self, quote: _Quote) -> Match | Mismatch | None:
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
                verdict = self._compare(candidate, at, best_bid, best_ask)
        if pending:
            self._candidate = quote
        else:
            self._quotes.append(quote)
        return verdict

    def _compare(
        self, quote: _Quote, sequence: int, best_bid: Level | None, best_ask: Level | None
    ) -> Match | Mismatch:
        self.audited += 1
        bid, ask = best_bid or _EMPTY_SIDE, best_ask or _EMPTY_SIDE
        is_wrong = bid[0] != quote[1] or ask[0] != quote[3]
        if bid[1] == quote[2] and ask[1] == quote[4]:
            self._quantity_row = 0
        else:
            self._quantity_row += 1
            is_wrong = is_wrong or self._quantity_row >= QUANTITY_ROW_MAX
        if not is_wrong:
            self.mismatches_in_row = 0
            return MATCH
        self.mismatches += 1
        self.mismatches_in_row += 1
        return Mismatch(
            sequence, best_bid, best_ask, quote[0], (quote[1], quote[2]), (quote[3], quote[4])
        )


def _prices_agree(quote: _Quote, best_bid: Level | None, best_ask: Level | None) -> bool:
    bid, ask = best_bid or _EMPTY_SIDE, best_ask or _EMPTY_SIDE
    return bid[0] == quote[1] and ask[0] == quote[3]


def _text(level: Level | None) -> str:
    return (
        "nothing" if level is None else f"{format_decimal(level[0])} ({format_decimal(level[1])})"
    )
