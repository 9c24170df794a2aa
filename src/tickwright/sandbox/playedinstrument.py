"""One recorded instrument that users trade with: the recorded book and trades, brought to the engine's book.

Theory of operation
===================

The recording is the truth about everybody else, and it does not react. Two books are therefore kept apart: the recorded
one, here, exact after every delta; and the engine's, where a house account quotes the recorded levels and users' orders
queue among them.

- A recorded delta sets the house's quotes at the prices that it names. Less is taken from the end of the queue, more is
  added there, so a user's order keeps its place; what crosses a user's order fills it.
- A recorded trade is a taker of that quantity (`ReplayTrade`): it fills users' orders at better prices, then works
  off the queue at its own.
- What a user took stays gone until a delta names its price again. What a recorded trade worked off stays gone until the
  next delta, whatever that names: a price that traded and is not in it is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from tickwright.sandbox.bookside import BookSide, TradingFloor
from tickwright.venues.dialects import BookRecord, RecordedLevels, RecordedMark, RecordedTrade
from tickwright.venues.facts import RATE_SCALE, ForcedFact, Listing, MarkFact, TradeFact, scaled
from tickwright.venues.marketrules import MarketRules


__all__ = ["PlayedInstrument"]


class PlayedInstrument:
    """One instrument of a recording.

    Args:
        rules: What its orders are held to.
        record: Returns the recorded books at this place of the recording.
        shift_ms: Returns what makes the market's time of a recorded one.
    """

    def __init__(
        self, rules: MarketRules, record: Callable[[], BookRecord], shift_ms: Callable[[], int]
    ) -> None:
        self.rules = rules
        self.listing: Listing = rules.listing
        self.last_price = 0
        self.last_trade_id = 0
        """Users' trades are numbered from 1: the recording has no ids for them."""
        self.update_id = 0
        self._record = record
        self._shift_ms = shift_ms
        self._mark: RecordedMark | None = None
        self._has_single_trades = False
        self._floor: TradingFloor | None = None
        self._sides: tuple[BookSide, BookSide] | None = None
        self._worked_off: set[tuple[bool, int]] = set()

    # ------------------------------------------------------------------ what is there

    def bids(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` recorded levels (price, quantity), best first."""
        return self._book()[0].top(limit)

    def asks(self, limit: int) -> list[tuple[int, int]]:
        """Return up to ``limit`` recorded levels (price, quantity), best first."""
        return self._book()[1].top(limit)

    def mark(self, now_ms: int) -> MarkFact:
        """Return the recorded mark price and funding, or the middle of the book and none."""
        mark = self._mark
        if mark is not None:
            due_ms = mark.next_funding_ms + self._shift_ms()
            # What was due is paid, even if the recording still names it.
            return MarkFact(
                _rate(mark.mark),
                _rate(mark.index),
                _rate(mark.rate),
                due_ms if mark.next_funding_ms and due_ms > now_ms else 0,
            )
        bids, asks = self._book()
        middle = self.last_price
        if len(bids) and len(asks):
            middle = (bids.best + asks.best) // 2
        price = middle * 10 ** (RATE_SCALE - self.listing.price_scale)
        return MarkFact(price, price, 0, 0)

    @property
    def is_settled(self) -> bool:
        """True while the book has stated every price that recorded trades worked off."""
        return not self._worked_off

    def _book(self) -> tuple[BookSide, BookSide]:
        """Return the recorded book; it is followed from the first look on."""
        if self._sides is None:
            self._sides = self._whole()
        return self._sides

    def _whole(self) -> tuple[BookSide, BookSide]:
        """Return the book as the record has it now."""
        sides = BookSide(is_bid=True), BookSide(is_bid=False)
        for side, levels in zip(sides, self._record().book(self.listing.symbol), strict=True):
            for price, quantity in self._raw(levels.items()):
                side.set(price, quantity)
        return sides

    def _raw(self, levels: Iterable[tuple[Decimal, Decimal]]) -> list[tuple[int, int]]:
        """Return levels as whole numbers, without those that are finer than the instrument's digits."""
        listing, found = self.listing, list[tuple[int, int]]()
        for price, quantity in levels:
            raw_price = scaled(price, listing.price_scale)
            raw_quantity = scaled(quantity, listing.quantity_scale)
            if raw_price is not None and raw_quantity is not None:
                found.append((raw_price, raw_quantity))
        return found

    # ------------------------------------------------------------------ what is played

    def on_snapshot(self) -> None:
        """Take that the recorded book is another one now."""
        if self._sides is None:
            return
        before, self._sides = self._sides, self._whole()
        self._worked_off.clear()
        for old, new in zip(before, self._sides, strict=True):
            self._quote([(new, price) for price in dict.fromkeys((*old.levels, *new.levels))])

    def on_levels(self, levels: RecordedLevels) -> None:
        """Take what a recorded delta set."""
        if self._sides is None:
            return
        changed: list[tuple[BookSide, int]] = []
        for side, rows in zip(self._sides, (levels.bids, levels.asks), strict=True):
            for price, quantity in self._raw(rows):
                side.set(price, quantity)
                changed.append((side, price))
        for is_bid, price in self._worked_off:
            changed.append((self._sides[0 if is_bid else 1], price))
        self._worked_off.clear()
        self._quote(changed)

    def _quote(self, changed: list[tuple[BookSide, int]]) -> None:
        """Let the house quote what the recorded book has at some prices."""
        if self._floor is None:
            return
        quotes = self._floor.sides
        # What goes makes room first: a book that moves by a tick must not meet its own former self.
        for side, price in sorted(changed, key=lambda one: one[0].at(one[1]) > 0):
            quotes[0 if side.is_bid else 1].set(price, side.at(price))

    def on_trade(self, trade: RecordedTrade) -> None:
        """Take a recorded trade; the same trades joined are passed over where they are recorded one by one."""
        if trade.is_joined and self._has_single_trades:
            return
        self._has_single_trades |= not trade.is_joined
        for price, quantity in self._raw([(trade.price, trade.quantity)]):
            self.last_price = price
            if self._floor is not None:
                self._worked_off.add((trade.is_buyer_maker, price))
                self._floor.replay(is_buy=not trade.is_buyer_maker, quantity=quantity, price=price)

    def on_mark(self, mark: RecordedMark) -> None:
        """Take a recorded mark price."""
        self._mark = mark

    # ------------------------------------------------------------------ trading with others

    def join(self, floor: TradingFloor) -> None:
        """Bring to somebody's book from now on what is recorded."""
        self._book()
        self._floor = floor

    def on_floor(
        self, trades: Sequence[Sequence[TradeFact]], bids: Iterable[int], asks: Iterable[int]
    ) -> None:
        """Take what happened on the floor: nothing that a recording would show."""

    def on_forced(self, forced: ForcedFact) -> None:
        """Take that somebody's position was liquidated: no recording shows that either."""

    def settle(self, now_ms: int) -> None:
        """Go on after others changed something: as if nobody had."""


def _rate(value: Decimal) -> int:
    return int(value.scaleb(RATE_SCALE))
