"""Missing trades: seen by their ids, and filled from the venue's history in order, if that is asked for.

Venues number the public trades of an instrument without holes (on all recordings each id is the one
before plus one). So a hole needs no clock and no knowledge of connections: after an outage the
first trade shows it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum
from typing import Final, Generic, TypeVar

import msgspec

from tickwright.core.machine import Table
from tickwright.model.market import AggTrade, Trade


__all__ = [
    "DUPLICATES_IN_ROW_MAX",
    "HELD_MAX",
    "HOLE_MAX",
    "TABLE",
    "Backfill",
    "FillEvent",
    "FillState",
    "Hole",
    "Link",
    "TradeSequence",
]

DUPLICATES_IN_ROW_MAX: Final = 60_000
"""Old ids in a row after which the venue is taken to count anew. A connection that takes over from another may have held
50,000 frames that the other one brought, too (`tickwright.runtime.succession.HELD_MAX`); these are more."""

HOLE_MAX: Final = 10_000
"""Trades that a backfill fetches for one hole: 10 requests of 1,000, which is what 10 minutes of outage cost on
the busiest recorded instrument. A longer hole is reported and left."""

HELD_MAX: Final = 10_000
"""Live trades held while a hole is filled: 10 s of the busiest second ever recorded, about 3 MB. When full, the
rest of the hole is given up, since live trades matter more than old ones."""


class Link(Enum):
    """How a trade id relates to the one before."""

    NEW = "the next one, or the first of all"
    DUPLICATE = "seen before"


class Hole(msgspec.Struct, frozen=True):
    """Trades ``first``..``last`` (ids, both inside) are missing, or follow from history if ``is_filled``."""

    first: int
    last: int
    is_filled: bool = False

    @property
    def count(self) -> int:
        """How many trades that is."""
        return self.last - self.first + 1


_NEW: Final = Link.NEW  # looked up once, because `TradeSequence.check` is on the hot path


class TradeSequence(msgspec.Struct, gc=False):
    """Ids that rise by one.

    Example:
        >>> sequence = TradeSequence()
        >>> [sequence.check(trade_id) for trade_id in (7, 8, 8, 11)]
        [<Link.NEW: 'the next one, or the first of all'>, <Link.NEW: 'the next one, or the first of all'>, \
<Link.DUPLICATE: 'seen before'>, Hole(first=9, last=10, is_filled=False)]
    """

    missing: int = 0
    """Trades inside all holes so far."""
    duplicates: int = 0
    _next: int = -1
    _duplicates: int = 0
    _duplicates_at: int = -1

    @property
    def last(self) -> int | None:
        """The highest id seen."""
        return self._next - 1 if self._next >= 0 else None

    def check(self, trade_id: int) -> Link | Hole:
        """Place an id: ``NEW``, ``DUPLICATE``, or the `Hole` right before it (the id itself is new then)."""
        if trade_id == self._next:
            self._next = trade_id + 1
            return _NEW
        expected = self._next
        if trade_id < expected and not self._is_restart():
            self.duplicates += 1
            return Link.DUPLICATE
        self._next = trade_id + 1
        if expected < 0 or trade_id < expected:
            return Link.NEW
        self.missing += trade_id - expected
        return Hole(expected, trade_id - 1)

    def _is_restart(self) -> bool:
        self._duplicates = self._duplicates + 1 if self._duplicates_at == self._next else 1
        self._duplicates_at = self._next
        return self._duplicates > DUPLICATES_IN_ROW_MAX


class FillState(Enum):
    """What a backfill does with live trades."""

    FLOWING = "passes them on"
    FILLING = "holds them"


class FillEvent(Enum):
    """What can happen to it."""

    TRADE = "the next trade"
    DUPLICATE = "a trade seen before"
    HOLE = "a trade after a hole worth fetching"
    WIDE_HOLE = "a trade after a hole too wide to fetch"
    PROGRESS = "history that leaves a rest to fetch"
    COMPLETE = "history up to the end of the hole"
    GIVEN_UP = "history has no more, cannot be fetched, or takes too long"


class FillAction(Enum):
    """What comes of it."""

    PASS = "deliver"
    DROP = "ignore"
    HOLD = "keep for later"
    REPORT = "report the hole and deliver"
    RELEASE = "report what is missing and deliver what was held"


_S, _E, _A = FillState, FillEvent, FillAction

TABLE: Final[Table[FillState, FillEvent, FillAction]] = Table(
    "backfill",
    FillState.FLOWING,
    {
        (_S.FLOWING, _E.TRADE): (_S.FLOWING, _A.PASS),
        (_S.FLOWING, _E.DUPLICATE): (_S.FLOWING, _A.DROP),
        (_S.FLOWING, _E.HOLE): (_S.FILLING, _A.HOLD),
        (_S.FLOWING, _E.WIDE_HOLE): (_S.FLOWING, _A.REPORT),
        (_S.FLOWING, _E.PROGRESS): (_S.FLOWING, _A.DROP),
        (_S.FLOWING, _E.COMPLETE): (_S.FLOWING, _A.DROP),
        (_S.FLOWING, _E.GIVEN_UP): (_S.FLOWING, _A.DROP),
        (_S.FILLING, _E.TRADE): (_S.FILLING, _A.HOLD),
        (_S.FILLING, _E.PROGRESS): (_S.FILLING, _A.PASS),
        (_S.FILLING, _E.COMPLETE): (_S.FLOWING, _A.RELEASE),
        (_S.FILLING, _E.GIVEN_UP): (_S.FLOWING, _A.RELEASE),
    },
)
"""Every legal move. While FILLING, live trades are held unseen: their links are checked when released."""

T = TypeVar("T", Trade, AggTrade)


class Backfill(Generic[T]):
    """Puts fetched history before the live trades that had to wait for it: in order, each trade once.

    The shell passes live trades to `live`, fetches whatever `wanted` names (one page at a time will
    do), and passes what it got to `history`, or says `failed`. Each call returns what to deliver
    now: trades, and a `Hole` before those that follow from history (``is_filled``) or that stay
    missing.

    Args:
        held_max: Live trades held at most; then the rest of the hole is given up.
        hole_max: Trades in a hole at most; a wider one is reported and not fetched.
    """

    __slots__ = ("_held", "_held_max", "_hole_max", "sequence", "state", "wanted")

    def __init__(self, *, held_max: int = HELD_MAX, hole_max: int = HOLE_MAX) -> None:
        self.state = FillState.FLOWING
        self.wanted: Hole | None = None
        """The ids to fetch next; ``None`` while nothing is missing."""
        self.sequence = TradeSequence()
        self._held: deque[T] = deque()
        self._held_max = held_max
        self._hole_max = hole_max

    @property
    def held(self) -> int:
        """Live trades that wait."""
        return len(self._held)

    def live(self, trade: T) -> list[T | Hole]:
        """Take a trade from the stream."""
        if self.state is FillState.FLOWING:
            return self._flow(trade)
        self._step(FillEvent.TRADE)
        self._held.append(trade)
        return self._give_up() if len(self._held) > self._held_max else []

    def history(self, trades: Iterable[T]) -> list[T | Hole]:
        """Take what the venue's history gave for `wanted`; none of it means that there is no more."""
        wanted = self.wanted
        if wanted is None:
            self._step(FillEvent.PROGRESS)  # of a hole that was given up
            return []
        found = {
            int(trade.trade_id): trade
            for trade in trades
            if wanted.first <= int(trade.trade_id) <= wanted.last
        }
        if not found:
            return self._give_up()
        delivered: list[T | Hole] = []
        for start, end in _runs(sorted(found)):
            if start > wanted.first:
                delivered.append(Hole(wanted.first, start - 1))
            delivered.append(Hole(start, end, is_filled=True))
            delivered.extend(found[trade_id] for trade_id in range(start, end + 1))
            wanted = Hole(end + 1, wanted.last)
        if wanted.count:
            self._step(FillEvent.PROGRESS)
            self.wanted = wanted
            return delivered
        self._step(FillEvent.COMPLETE)
        return delivered + self._release()

    def failed(self) -> list[T | Hole]:
        """The history cannot be had: report what is missing and go on."""
        return self._give_up()

    def _flow(self, trade: T) -> list[T | Hole]:
        link = self.sequence.check(int(trade.trade_id))
        if link is Link.NEW:
            event = FillEvent.TRADE
        elif link is Link.DUPLICATE:
            event = FillEvent.DUPLICATE
        else:
            event = FillEvent.HOLE if link.count <= self._hole_max else FillEvent.WIDE_HOLE
        action = self._step(event)
        if action is FillAction.PASS:
            return [trade]
        if action is FillAction.REPORT and isinstance(link, Hole):
            return [link, trade]
        if action is FillAction.HOLD and isinstance(link, Hole):
            self.wanted = link
            self._held.append(trade)
        return []

    def _give_up(self) -> list[T | Hole]:
        missing = self.wanted
        self._step(FillEvent.GIVEN_UP)
        if missing is None:
            return []
        delivered: list[T | Hole] = [missing]
        return delivered + self._release()

    def _release(self) -> list[T | Hole]:
        """Deliver what was held, up to the next hole among it, if there is one."""
        self.wanted = None
        delivered: list[T | Hole] = [
            self._held.popleft()
        ]  # the one that showed the hole: known to be new
        while self._held and self.state is FillState.FLOWING:
            delivered.extend(self._flow(self._held.popleft()))
        if self.state is FillState.FILLING:
            self._held.rotate(
                1
            )  # the one that showed this hole was appended behind those that came after it
        return delivered

    def _step(self, event: FillEvent) -> FillAction:
        self.state, action = TABLE.step(self.state, event)
        return action


def _runs(ids: list[int]) -> list[tuple[int, int]]:
    """Return (first, last) of each stretch of ``ids`` without a hole."""
    runs: list[tuple[int, int]] = []
    for trade_id in ids:
        if runs and trade_id == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], trade_id
        else:
            runs.append((trade_id, trade_id))
    return runs
