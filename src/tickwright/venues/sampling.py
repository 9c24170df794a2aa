"""When a dialect's publisher looks at the market: beats at fixed intervals, beats once something changed, candles.

Whatever the venue, its streams are of three kinds: sent as things happen, sent at every beat, or sent at the next
beat after a change. The last two wait here, in the order in which they are due.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from tickwright.venues.facts import CandleFact, InstrumentView


__all__ = ["Beats", "CandleWatch"]

Sample = Callable[[int], None]


class Beats:
    """What is due, and when.

    Args:
        now_ms: Tells the market's time.

    Example:
        >>> seen = []
        >>> beats = Beats(lambda: 1_050)
        >>> beats.every("ticker", 100, seen.append)
        >>> beats.beat(), beats.beat(), beats.next_ms
        (None, None, 1300)
        >>> seen
        [1100, 1200]
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._due: list[tuple[int, int, str]] = []
        self._samplers: dict[str, tuple[int, int, Sample]] = {}
        """Name → serial number, interval (0: once), what to call."""
        self._serial = 0

    @property
    def next_ms(self) -> float:
        """When the next beat is due; infinity if none is."""
        return self._due[0][0] if self._due else math.inf

    def every(self, name: str, interval_ms: int, sample: Sample) -> None:
        """Call ``sample`` with the time at every multiple of an interval, until the name is stopped or used again."""
        self._add(name, self._after(interval_ms), interval_ms, sample)

    def soon(self, name: str, interval_ms: int, sample: Sample) -> None:
        """Call ``sample`` once, at the next multiple of an interval, unless the name is waiting already."""
        if name not in self._samplers:
            self._add(name, self._after(interval_ms), 0, sample)

    def at(self, name: str, due_ms: int, sample: Sample) -> None:
        """Call ``sample`` once, then, and forget for what else the name was waiting."""
        self._add(name, due_ms, 0, sample)

    def stop(self, name: str) -> None:
        """Call nothing under this name any more."""
        self._samplers.pop(name, None)

    def beat(self) -> None:
        """Do what is due next."""
        due_ms, serial, name = heappop(self._due)
        sampler = self._samplers.get(name)
        if sampler is None or sampler[0] != serial:
            return
        _, interval_ms, sample = sampler
        if interval_ms:
            heappush(self._due, (due_ms + interval_ms, serial, name))
        else:
            del self._samplers[name]
        sample(due_ms)

    def _after(self, interval_ms: int) -> int:
        return (self._now_ms() // interval_ms + 1) * interval_ms

    def _add(self, name: str, due_ms: int, interval_ms: int, sample: Sample) -> None:
        self._serial += 1
        self._samplers[name] = (self._serial, interval_ms, sample)
        heappush(self._due, (due_ms, self._serial, name))


class CandleWatch:
    """One candle stream: the growing candle when it changed, and every close exactly once.

    Args:
        instrument: Whose candles.
        interval: As `InstrumentView.candles` names it.
        now_ms: When it begins.
    """

    def __init__(self, instrument: InstrumentView, interval: str, now_ms: int) -> None:
        self.interval = interval
        self._instrument = instrument
        (current,) = instrument.candles(interval, None, now_ms, 1, now_ms)
        self._open_ms = current.open_ms
        self._told: tuple[int, int] | None = None

    def due(self, now_ms: int) -> Iterator[tuple[CandleFact, bool]]:
        """Yield the candles to send now, each with whether it is closed."""
        found = self._instrument.candles(self.interval, self._open_ms, now_ms, 1000, now_ms)
        for candle in found:
            is_closed = candle.close_ms < now_ms
            version = (candle.open_ms, candle.last_id)
            if is_closed or (version != self._told and candle.trades):
                yield candle, is_closed
            self._told = version
            if is_closed:
                self._open_ms = candle.close_ms + 1
