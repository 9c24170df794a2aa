"""Candles of one instrument and interval: each close once, in order, holes filled from the venue's history.

A venue's stream sends the candle of the moment again and again, and once more when it closes.
Nothing is sent twice, and nothing at all while the socket is down. So the series keeps the open
time of the candle whose close is due. An update of an earlier one is late; an update of a later one
shows that a close was missed, whenever and however that happened. Then the updates wait, the newest
of each candle, until the history has come.

Rows from the history are closed candles where a later candle has been seen live, whatever they say
of themselves: venues send no such mark there, and the moment of the request proves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

import msgspec

from tickwright.core.intervals import interval_ns, next_open_ns
from tickwright.core.machine import Table
from tickwright.model.market import Candle


__all__ = [
    "ASK_AGAIN_NS",
    "GRACE_NS",
    "HELD_MAX",
    "HOLE_MAX",
    "TABLE",
    "CandleOutput",
    "CandleSeries",
    "MissingCandles",
    "NeedBackfill",
    "SeriesAction",
    "SeriesEvent",
    "SeriesState",
]

HOLE_MAX: Final = 10_000
"""Candles that one hole may cost: 10 requests of 1,000, a week of minutes. A longer hole is reported and left."""

HELD_MAX: Final = 1_000
"""Candles held while history is fetched: 16 minutes of the shortest interval, far beyond any timeout."""

GRACE_NS: Final = 5_000_000_000
"""How long a close may be overdue before it is looked up: streams send at least every 2 s while there are trades."""

ASK_AGAIN_NS: Final = 30_000_000_000
"""Pause between two look-ups of an overdue close, so that a venue that is down is not asked in a loop."""


class NeedBackfill(msgspec.Struct, frozen=True):
    """Fetch the candles that open at ``start_ns`` or later and before ``end_ns``."""

    start_ns: int
    end_ns: int


class MissingCandles(msgspec.Struct, frozen=True):
    """The closes of the candles that opened from ``start_ns`` up to before ``end_ns`` cannot be had."""

    start_ns: int
    end_ns: int


CandleOutput = Candle | NeedBackfill | MissingCandles


class SeriesState(Enum):
    """What a series does with updates."""

    EMPTY = "waits for the first"
    FLOWING = "passes them on"
    FILLING = "holds them"


class SeriesEvent(Enum):
    """What can happen to it."""

    CURRENT = "an update of the candle that is due, or the first of all"
    LATE = "an update of a closed candle, or one older than the last"
    HOLE = "an update of a later candle: a close was missed"
    WIDE_HOLE = "the same, with more missing than history is asked for"
    OVERDUE = "no close long after its time"
    PROGRESS = "history that leaves a rest to fetch"
    COMPLETE = "history up to the end of the hole"
    GIVEN_UP = "history has no more, or cannot be fetched"
    UNPROVEN = "the same for an overdue close, which may still come"


class SeriesAction(Enum):
    """What comes of it."""

    PASS = "deliver"
    DROP = "ignore"
    HOLD = "keep the newest of each candle"
    ASK = "ask for history"
    REPORT = "report the hole and deliver"
    RELEASE = "deliver what was held"


_S, _E, _A = SeriesState, SeriesEvent, SeriesAction

TABLE: Final[Table[SeriesState, SeriesEvent, SeriesAction]] = Table(
    "candles",
    SeriesState.EMPTY,
    {
        (_S.EMPTY, _E.CURRENT): (_S.FLOWING, _A.PASS),
        (_S.EMPTY, _E.PROGRESS): (_S.EMPTY, _A.DROP),
        (_S.EMPTY, _E.GIVEN_UP): (_S.EMPTY, _A.DROP),
        (_S.FLOWING, _E.CURRENT): (_S.FLOWING, _A.PASS),
        (_S.FLOWING, _E.LATE): (_S.FLOWING, _A.DROP),
        (_S.FLOWING, _E.HOLE): (_S.FILLING, _A.HOLD),
        (_S.FLOWING, _E.WIDE_HOLE): (_S.FLOWING, _A.REPORT),
        (_S.FLOWING, _E.OVERDUE): (_S.FILLING, _A.ASK),
        (_S.FLOWING, _E.PROGRESS): (_S.FLOWING, _A.DROP),
        (_S.FLOWING, _E.GIVEN_UP): (_S.FLOWING, _A.DROP),
        (_S.FILLING, _E.CURRENT): (_S.FILLING, _A.HOLD),
        (_S.FILLING, _E.LATE): (_S.FILLING, _A.DROP),
        (_S.FILLING, _E.HOLE): (_S.FILLING, _A.HOLD),
        (_S.FILLING, _E.WIDE_HOLE): (_S.FILLING, _A.HOLD),
        (_S.FILLING, _E.PROGRESS): (_S.FILLING, _A.ASK),
        (_S.FILLING, _E.COMPLETE): (_S.FLOWING, _A.RELEASE),
        (_S.FILLING, _E.GIVEN_UP): (_S.FLOWING, _A.RELEASE),
        (_S.FILLING, _E.UNPROVEN): (_S.FLOWING, _A.RELEASE),
    },
)
"""Every legal move. PROGRESS and GIVEN_UP outside FILLING are answers that came after the hole was closed otherwise."""


class CandleSeries:
    """The candles of one instrument and interval, in order.

    The shell passes the stream's candles to `update`, answers each `NeedBackfill` by `history` (one
    page at a time will do) or `failed`, and calls `tick` now and then. Each call returns what
    follows, in order: candles to deliver, `MissingCandles` where closes are lost, `NeedBackfill`
    where history must be asked. A reconnect needs no call: the first update after it shows what was
    missed.

    Args:
        interval: As in ``1m``; see `tickwright.core.intervals`.

    Raises:
        UsageError: If the interval is none.
    """

    __slots__ = (
        "_ask_after_ns",
        "_due_ns",
        "_held",
        "_last_ts_ns",
        "_length_ns",
        "interval",
        "state",
        "wanted",
    )

    def __init__(self, interval: str) -> None:
        self.interval = interval
        self.state = SeriesState.EMPTY
        self.wanted: NeedBackfill | None = None
        """What history is being waited for."""
        self._length_ns = interval_ns(interval)
        self._due_ns: int | None = None  # open time of the candle whose close comes next
        self._last_ts_ns = 0  # venue time of its last update
        self._held: dict[int, Candle] = {}
        self._ask_after_ns = 0

    @property
    def due_ns(self) -> int | None:
        """Open time of the candle whose close comes next; ``None`` before the first update."""
        return self._due_ns

    @property
    def held(self) -> int:
        """Candles that wait for history."""
        return len(self._held)

    def update(self, candle: Candle) -> list[CandleOutput]:
        """Take a candle from the stream."""
        if self.state is not SeriesState.FILLING:
            return self._flow(candle)
        if self._step(self._classify(candle)) is SeriesAction.HOLD:
            before = self._held.get(candle.open_ts_ns)
            if before is None or not before.is_closed:
                self._held[candle.open_ts_ns] = candle
        if self._is_settled(candle):
            return self.history(())
        return self._give_up() if len(self._held) > HELD_MAX else []

    def history(self, candles: Iterable[Candle]) -> list[CandleOutput]:
        """Take what the venue's history gave for `wanted`; none of it means that there is no more."""
        wanted = self.wanted
        if wanted is None:
            self._step(SeriesEvent.PROGRESS)
            return []
        delivered, due = self._fill(candles, wanted)
        if not delivered:
            return self._give_up()
        self._await(due)
        if due < wanted.end_ns:
            self._step(SeriesEvent.PROGRESS)
            self.wanted = NeedBackfill(due, wanted.end_ns)
            return [*delivered, self.wanted]
        self._step(SeriesEvent.COMPLETE)
        return delivered + self._release()

    def failed(self) -> list[CandleOutput]:
        """The history cannot be had: say what is missing and go on."""
        return self._give_up()

    def tick(self, now_ns: int) -> list[CandleOutput]:
        """Look up a close that is overdue, as when the instrument is quiet after an outage.

        Args:
            now_ns: The venue's time, as well as it is known.
        """
        limit = now_ns - GRACE_NS
        due = self._due_ns
        if self.state is not SeriesState.FLOWING or due is None or now_ns < self._ask_after_ns:
            return []
        end = due
        for _ in range(HOLE_MAX):
            following = next_open_ns(self.interval, end)
            if following > limit:
                break
            end = following
        if end == due:
            return []
        self._step(SeriesEvent.OVERDUE)
        self._ask_after_ns = now_ns + ASK_AGAIN_NS
        self.wanted = NeedBackfill(due, end)
        return [self.wanted]

    def _flow(self, candle: Candle) -> list[CandleOutput]:
        action = self._step(self._classify(candle))
        if action is SeriesAction.DROP:
            return []
        open_ts_ns, due = candle.open_ts_ns, self._due_ns
        if action is SeriesAction.HOLD and due is not None:
            self._held[open_ts_ns] = candle
            self.wanted = NeedBackfill(due, open_ts_ns)
            return [self.wanted]
        if candle.is_closed:
            self._await(next_open_ns(self.interval, open_ts_ns))
        else:
            self._due_ns = open_ts_ns
            self._last_ts_ns = candle.venue_ts_ns or 0
        if action is SeriesAction.REPORT and due is not None:
            return [MissingCandles(due, open_ts_ns), candle]
        return [candle]

    def _classify(self, candle: Candle) -> SeriesEvent:
        due = self._due_ns
        if due is None or candle.open_ts_ns == due:
            # Two sockets that overlap send the same updates twice; only a close cannot be outdated.
            is_outdated = candle.venue_ts_ns is not None and candle.venue_ts_ns < self._last_ts_ns
            is_late = is_outdated and not candle.is_closed
            return SeriesEvent.LATE if is_late else SeriesEvent.CURRENT
        if candle.open_ts_ns < due:
            return SeriesEvent.LATE
        is_wide = candle.open_ts_ns - due > HOLE_MAX * self._length_ns
        return SeriesEvent.WIDE_HOLE if is_wide else SeriesEvent.HOLE

    def _is_settled(self, candle: Candle) -> bool:
        """Whether this is the one close that history was asked for: it was only late."""
        wanted, open_ts_ns = self.wanted, candle.open_ts_ns
        return (
            wanted is not None
            and candle.is_closed
            and open_ts_ns == wanted.start_ns
            and next_open_ns(self.interval, open_ts_ns) == wanted.end_ns
        )

    def _fill(
        self, candles: Iterable[Candle], wanted: NeedBackfill
    ) -> tuple[list[CandleOutput], int]:
        """Return what can be delivered of ``wanted``, holes inside named, and the open time after it."""
        delivered: list[CandleOutput] = []
        due = wanted.start_ns
        for candle in self._final(candles, wanted):
            if candle.open_ts_ns > due:
                delivered.append(MissingCandles(due, candle.open_ts_ns))
            delivered.append(candle)
            due = next_open_ns(self.interval, candle.open_ts_ns)
        return delivered, due

    def _final(self, candles: Iterable[Candle], wanted: NeedBackfill) -> list[Candle]:
        """Return the closed candles inside ``wanted``: from history, and those whose close came live meanwhile."""
        is_proven = self._is_proven(wanted)
        found: dict[int, Candle] = {}
        for candle in (*candles, *self._held.values()):
            is_live = self._held.get(candle.open_ts_ns) is candle
            if not wanted.start_ns <= candle.open_ts_ns < wanted.end_ns:
                continue
            if candle.is_closed:
                found[candle.open_ts_ns] = candle
            elif is_proven and not is_live:
                found[candle.open_ts_ns] = msgspec.structs.replace(candle, is_closed=True)
        return [found[open_ts_ns] for open_ts_ns in sorted(found)]

    def _is_proven(self, wanted: NeedBackfill) -> bool:
        """Whether a candle after the hole was seen live, so that the hole's candles are over."""
        return any(open_ts_ns >= wanted.end_ns for open_ts_ns in self._held)

    def _give_up(self) -> list[CandleOutput]:
        wanted = self.wanted
        if wanted is None:
            self._step(SeriesEvent.GIVEN_UP)
            return []
        if not self._is_proven(wanted):
            self._step(SeriesEvent.UNPROVEN)
            return self._release()
        self._step(SeriesEvent.GIVEN_UP)
        delivered, due = self._fill((), wanted)
        if due < wanted.end_ns:
            delivered.append(MissingCandles(due, wanted.end_ns))
        self._await(wanted.end_ns)
        return delivered + self._release()

    def _release(self) -> list[CandleOutput]:
        """Deliver what was held, up to the next hole among it, if there is one."""
        self.wanted = None
        delivered: list[CandleOutput] = []
        while self._held and self.state is SeriesState.FLOWING:
            delivered.extend(self._flow(self._held.pop(min(self._held))))
        return delivered

    def _await(self, open_ts_ns: int) -> None:
        self._due_ns = open_ts_ns
        self._last_ts_ns = 0

    def _step(self, event: SeriesEvent) -> SeriesAction:
        self.state, action = TABLE.step(self.state, event)
        return action
