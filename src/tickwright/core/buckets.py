"""Buckets: how much of one limit is used, and when a call of some cost fits again.

Two kinds, because venues count in two ways. `FixedBucket`: windows that begin at multiples of their
length by the venue's clock (Binance: the minute at :00), all of it free again at once.
`SlidingBucket`: so many in any window, wherever it begins (Bybit: a sliding second).

Background calls (snapshots, backfills) share a part of each bucket, so that resyncing hundreds of
books at once cannot use up what orders need.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import Protocol

import msgspec

from tickwright.core.limits import RateLimit


__all__ = ["Bucket", "BucketUsage", "FixedBucket", "SlidingBucket", "bucket_of"]

BOUNDARY_MARGIN_S = 0.25
"""A full window is left alone so much longer, or a twentieth of it, if that is less.

Our clock may be ahead of the venue's. And where windows slide the venue counts arrivals: the first call of a window may have been
under way for longer than the one after its end. Lines jitter by a few ms; 50 ms of a second is far more, and costs a
twentieth of the pace where one call too early costs a window.
"""


class BucketUsage(msgspec.Struct, frozen=True):
    """How full a bucket is."""

    name: str
    used: int
    limit: int
    background_used: int
    background_limit: int


class Bucket(Protocol):
    """One limit and what was taken of it. Times: ``now_s`` monotonic, ``wall_ns`` by the wall clock."""

    @property
    def limit(self) -> int:
        """Units in a window."""

    @property
    def background_limit(self) -> int:
        """Units in a window that background calls may take together."""

    @property
    def header(self) -> str | None:
        """The response header that tells the units used."""

    def delay_s(self, cost: int, is_background: bool, now_s: float, wall_ns: int) -> float:
        """Return how long until ``cost`` units fit; 0 for now."""

    def take(self, cost: int, is_background: bool, now_s: float, wall_ns: int) -> None:
        """Count ``cost`` units as used."""

    def observed(self, used: int, sent_s: float, now_s: float, wall_ns: int) -> None:
        """Take in the venue's own count, from the answer to a request sent at ``sent_s``.

        More than ours: somebody else uses the limit too, so the venue's count stands. Less than
        ours: our requests under way are not in it yet, so ours stands.
        """

    def fill(self, now_s: float, wall_ns: int) -> None:
        """Count the whole limit as used just now."""

    def usage(self, now_s: float, wall_ns: int) -> BucketUsage:
        """Return how full it is."""


class _Counted:
    """What both kinds share: the declaration, and the units taken."""

    def __init__(self, declared: RateLimit, background_share: float) -> None:
        self._declared = declared
        self.limit = declared.limit
        self.background_limit = int(declared.limit * background_share)
        self.header = declared.header
        self._margin_s = min(BOUNDARY_MARGIN_S, declared.interval_s / 20)
        self._used = 0
        self._background = 0

    def _excess(self, cost: int, is_background: bool) -> tuple[int, int]:
        over = self._used + cost - self.limit
        return over, self._background + cost - self.background_limit if is_background else 0

    def _usage(self) -> BucketUsage:
        return BucketUsage(
            self._declared.name, self._used, self.limit, self._background, self.background_limit
        )


class FixedBucket(_Counted):
    """Windows that begin at multiples of their length by the wall clock.

    The end of a window is fixed on the monotonic clock when the window begins, so a step of the
    wall clock frees nothing early. ``wall_ns`` should be the venue's time where that is known.
    """

    def __init__(self, declared: RateLimit, background_share: float) -> None:
        super().__init__(declared, background_share)
        self._interval_ns = round(declared.interval_s * 1e9)
        self._begin_s = self._end_s = self._open_s = -inf
        self._was_full = False

    def delay_s(self, cost: int, is_background: bool, now_s: float, wall_ns: int) -> float:
        """Return how long until ``cost`` units fit; 0 for now."""
        if now_s >= self._end_s:
            self._roll(now_s, wall_ns)
        if not is_background and self._used + cost <= self.limit and self._open_s <= now_s:
            return 0.0
        over, background_over = self._excess(cost, is_background)
        if over > 0:
            self._was_full = True
            return self._end_s - now_s + self._margin_s
        if background_over > 0:
            return self._end_s - now_s
        return max(0.0, self._open_s - now_s)

    def take(self, cost: int, is_background: bool, now_s: float, wall_ns: int) -> None:
        """Count ``cost`` units as used in the present window."""
        if now_s >= self._end_s:
            self._roll(now_s, wall_ns)
        self._used += cost
        self._background += cost if is_background else 0

    def observed(self, used: int, sent_s: float, now_s: float, wall_ns: int) -> None:
        """Take the venue's count where it is the higher one and speaks of the present window."""
        self._roll(now_s, wall_ns)
        # An answer to a request of the last window counts that window, or this one: it cannot be known.
        if sent_s >= self._begin_s:
            self._used = max(self._used, used)

    def fill(self, now_s: float, wall_ns: int) -> None:
        """Count the whole limit as used in the present window."""
        self._roll(now_s, wall_ns)
        self._used = max(self._used, self.limit)

    def usage(self, now_s: float, wall_ns: int) -> BucketUsage:
        """Return how full the present window is."""
        self._roll(now_s, wall_ns)
        return self._usage()

    def _roll(self, now_s: float, wall_ns: int) -> None:
        if now_s < self._end_s:
            return
        self._open_s = self._end_s + self._margin_s if self._was_full else -inf
        self._begin_s = now_s
        self._end_s = now_s + (self._interval_ns - wall_ns % self._interval_ns) / 1e9
        self._used = self._background = 0
        self._was_full = False


class SlidingBucket(_Counted):
    """At most ``limit`` units in any half-open window of ``interval_s`` and the margin."""

    def __init__(self, declared: RateLimit, background_share: float) -> None:
        super().__init__(declared, background_share)
        self._window_s = declared.interval_s + self._margin_s
        # Every entry is at least one unit of those in the window, so there are never more than `limit`.
        self._takes: deque[tuple[float, int, bool]] = deque()

    def delay_s(self, cost: int, is_background: bool, now_s: float, wall_ns: int) -> float:
        """Return how long until ``cost`` units fit; 0 for now."""
        self._forget(now_s)
        over, background_over = self._excess(cost, is_background)
        delay_s = 0.0
        for taken_s, units, was_background in self._takes:
            if over <= 0 and background_over <= 0:
                break
            over -= units
            background_over -= units if was_background else 0
            delay_s = taken_s + self._window_s - now_s
        return delay_s

    def take(self, cost: int, is_background: bool, now_s: float, wall_ns: int) -> None:
        """Count ``cost`` units as used at ``now_s``."""
        self._forget(now_s)
        self._takes.append((now_s, cost, is_background))
        self._used += cost
        self._background += cost if is_background else 0

    def observed(self, used: int, sent_s: float, now_s: float, wall_ns: int) -> None:
        """Count what the venue saw and we did not as used just now by somebody else."""
        self._forget(now_s)
        if used > self._used:
            self.take(used - self._used, False, now_s, wall_ns)

    def fill(self, now_s: float, wall_ns: int) -> None:
        """Count the whole limit as used just now: nothing fits before a window has passed."""
        self._takes.clear()
        self._used = self._background = 0
        self.take(self.limit, False, now_s, wall_ns)

    def usage(self, now_s: float, wall_ns: int) -> BucketUsage:
        """Return how full the window that ends now is."""
        self._forget(now_s)
        return self._usage()

    def _forget(self, now_s: float) -> None:
        while self._takes and self._takes[0][0] + self._window_s <= now_s:
            _taken_s, units, was_background = self._takes.popleft()
            self._used -= units
            self._background -= units if was_background else 0


def bucket_of(declared: RateLimit, background_share: float) -> Bucket:
    """Return the kind of bucket that a venue declared."""
    kind = SlidingBucket if declared.is_sliding else FixedBucket
    return kind(declared, background_share)
