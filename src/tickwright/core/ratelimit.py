"""The rate limiter of one host: who may send when, so that the venue never has to say no (G12, G13).

Theory of operation
===================

Calls wait in one queue for each priority. `RateLimiter.poll` goes through them, most urgent first,
and grants what fits into all the buckets it costs. A call that does not fit *holds* its buckets:
nothing after it takes from them, so a waiting cancel is never overtaken by a snapshot, and an
expensive call is not starved by cheap ones. A later call that costs none of the held buckets may
pass, since it delays nobody.

A refusal by the venue (429, 418, 403) silences the whole host: nothing is granted until the time it
named has passed on our monotonic clock, then the queue goes on by itself. A ban is never shortened
by a later answer. Where a code says which limit it was (`RateLimit.code`), that bucket alone is full
from then on for a window.

The shell asks (`RateLimiter.request`), polls, sends what was granted, and polls again after
whatever may change the answer: a request, a cancelled one, an observed header, a refusal, or the
delay that `poll` returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from math import inf, isfinite

import msgspec

from tickwright.core.buckets import Bucket, BucketUsage, bucket_of
from tickwright.core.limits import Priority, RestLimits
from tickwright.errors import UsageError


__all__ = ["RateLimiter", "RateUsage", "Ticket"]

RETRY_MARGIN_S = 1.0
"""Retry-After counts whole seconds, perhaps rounded down; asking too early lengthens a ban."""


class Ticket:
    """One call in the queue; compared by identity."""

    __slots__ = ("costs", "is_granted", "priority")

    def __init__(self, costs: Mapping[str, int], priority: Priority) -> None:
        self.costs = costs
        self.priority = priority
        self.is_granted = False

    @property
    def is_background(self) -> bool:
        """True for calls that share the background part of each bucket."""
        return self.priority >= Priority.SNAPSHOT

    def __repr__(self) -> str:
        granted = "granted" if self.is_granted else "waiting"
        return f"Ticket({self.priority.name}, {dict(self.costs)}, {granted})"


class RateUsage(msgspec.Struct, frozen=True):
    """The limiter at a glance."""

    buckets: tuple[BucketUsage, ...]
    waiting: dict[str, int]
    """Priority (lower case) → calls waiting."""
    banned_s: float
    """How long the host is still left alone; 0 if it is not."""


class RateLimiter:
    """All limits of one host.

    Times are ``now_s``, monotonic, and ``wall_ns``, the wall clock (corrected to the venue's if
    known).

    Args:
        limits: What the venue declares.
        waiting_max: Calls that may wait in each priority. 2,048 is four times the snapshots of a
            whole venue; whoever piles up more is looping, and should hear of it.

    Example:
        >>> from tickwright.core.limits import RateLimit
        >>> limiter = RateLimiter(RestLimits(buckets=(RateLimit("weight", 10, 60.0),)))
        >>> first = limiter.request({"weight": 8}, Priority.QUERY)
        >>> second = limiter.request({"weight": 8}, Priority.QUERY)
        >>> limiter.poll(now_s=5.0, wall_ns=50_000_000_000)
        ([Ticket(QUERY, {'weight': 8}, granted)], 10.25)
    """

    def __init__(self, limits: RestLimits, waiting_max: int = 2048) -> None:
        self._limits = limits
        self._waiting_max = waiting_max
        self._buckets: dict[str, Bucket] = {
            declared.name: bucket_of(declared, limits.background_share)
            for declared in limits.buckets
        }
        self._told = {
            bucket.header: bucket for bucket in self._buckets.values() if bucket.header is not None
        }
        """Header → the bucket of which it tells."""
        self._codes = {
            declared.name: declared.code for declared in limits.buckets if declared.code is not None
        }
        self._waiting: dict[Priority, list[Ticket]] = {priority: [] for priority in Priority}
        self._ban_until_s = -inf

    def request(self, costs: Mapping[str, int], priority: Priority) -> Ticket:
        """Queue a call; `poll` grants it.

        Args:
            costs: Bucket name → units.
            priority: Who goes first when a limit is short.

        Raises:
            UsageError: An unknown bucket, a cost that can never be met, or too many calls waiting.
        """
        ticket = Ticket({name: units for name, units in costs.items() if units > 0}, priority)
        for name, units in ticket.costs.items():
            self._refuse_impossible(name, units, ticket)
        queue = self._waiting[priority]
        if len(queue) >= self._waiting_max:
            raise UsageError(
                f"{len(queue)} {priority.name.lower()} calls wait for this host already; ask for less"
            )
        queue.append(ticket)
        return ticket

    def take(
        self, costs: Mapping[str, int], priority: Priority, now_s: float, wall_ns: int
    ) -> bool:
        """Grant a call on the spot, if nobody waits and all that it costs is there.

        Returns:
            False, with nothing taken, for a call that is to be queued (`request`).
        """
        if now_s < self._ban_until_s or any(self._waiting.values()):
            return False
        is_background = priority >= Priority.SNAPSHOT
        for name, units in costs.items():
            bucket = self._buckets.get(name)
            if units > 0 and (
                bucket is None or bucket.delay_s(units, is_background, now_s, wall_ns) > 0
            ):
                return False
        for name, units in costs.items():
            if units > 0:
                self._buckets[name].take(units, is_background, now_s, wall_ns)
        return True

    def poll(self, now_s: float, wall_ns: int) -> tuple[list[Ticket], float | None]:
        """Grant what may leave now.

        Returns:
            The granted calls, most urgent first, and after how many seconds to poll again
            (``None``: not before something changes).
        """
        if not any(self._waiting.values()):
            return [], None
        if now_s < self._ban_until_s:
            return [], self._ban_until_s - now_s
        granted: list[Ticket] = []
        held: set[str] = set()
        wake_s: float | None = None
        for ticket in chain.from_iterable(self._waiting.values()):
            if held.isdisjoint(ticket.costs):
                delay_s = self._delay_s(ticket, now_s, wall_ns)
                if delay_s <= 0:
                    self._grant(ticket, now_s, wall_ns)
                    granted.append(ticket)
                    continue
                wake_s = delay_s if wake_s is None else min(wake_s, delay_s)
            held.update(ticket.costs)
            if len(held) == len(self._buckets):
                break
        for priority in {ticket.priority for ticket in granted}:
            queue = self._waiting[priority]
            queue[:] = [ticket for ticket in queue if not ticket.is_granted]
        return granted, wake_s

    def cancel(self, ticket: Ticket) -> bool:
        """Take a waiting call out; returns False if it was granted already (its units stay used)."""
        queue = self._waiting[ticket.priority]
        if ticket not in queue:
            return False
        queue.remove(ticket)
        return True

    def observed(
        self, headers: Mapping[str, str], sent_s: float, now_s: float, wall_ns: int
    ) -> None:
        """Correct the buckets by what the venue counted.

        Args:
            headers: Of a response; names in lower case, or a case-insensitive mapping.
            sent_s: When its request left, monotonic.
            now_s: Now, monotonic.
            wall_ns: Now, by the wall clock.
        """
        for header, bucket in self._told.items():
            text = headers.get(header)
            if text is not None and text.isascii() and text.isdigit():
                bucket.observed(int(text), sent_s, now_s, wall_ns)

    def refused(
        self, status: int, retry_after_s: float | None, now_s: float, wall_ns: int
    ) -> int | None:
        """Take in a response's status; be silent where it says "over" or "banned".

        Args:
            status: HTTP status of any response.
            retry_after_s: What the venue named; ``None`` takes the default of `RestLimits`.
            now_s: Now, monotonic.
            wall_ns: Now, by the wall clock.

        Returns:
            The wall-clock time in ns before which nothing leaves; ``None`` if the status is none of
            these refusals.
        """
        if status in self._limits.banned_statuses:
            default_s = self._limits.banned_default_s
        elif status in self._limits.limited_statuses:
            default_s = self._limits.limited_default_s
        else:
            return None
        named = retry_after_s is not None and isfinite(retry_after_s) and retry_after_s >= 0
        silent_s = (
            retry_after_s + RETRY_MARGIN_S if named and retry_after_s is not None else default_s
        )
        self._ban_until_s = max(self._ban_until_s, now_s + silent_s)
        return wall_ns + round((self._ban_until_s - now_s) * 1e9)

    def used_up(
        self, costs: Mapping[str, int], code: int | None, now_s: float, wall_ns: int
    ) -> bool:
        """Take in that the venue says by a code that a limit is used up, whatever was counted here.

        Args:
            costs: Of the call that it turned away.
            code: The venue's.
            now_s: Now, monotonic.
            wall_ns: Now, by the wall clock.

        Returns:
            False, with nothing noted, if the code names none of the limits that the call counts on.
        """
        meant = [name for name in costs if name in self._codes and self._codes[name] == code]
        for name in meant:
            self._buckets[name].fill(now_s, wall_ns)
        return bool(meant)

    def banned_s(self, now_s: float) -> float:
        """Return how long the host is still left alone; 0 if it is not."""
        return max(0.0, self._ban_until_s - now_s)

    def usage(self, now_s: float, wall_ns: int) -> RateUsage:
        """Return the limiter at a glance."""
        return RateUsage(
            tuple(bucket.usage(now_s, wall_ns) for bucket in self._buckets.values()),
            {priority.name.lower(): len(queue) for priority, queue in self._waiting.items()},
            self.banned_s(now_s),
        )

    def _refuse_impossible(self, name: str, units: int, ticket: Ticket) -> None:
        bucket = self._buckets.get(name)
        if bucket is None:
            raise UsageError(
                f"no limit named {name!r}; this host has {', '.join(self._buckets) or 'none'}"
            )
        most = bucket.background_limit if ticket.is_background else bucket.limit
        if units > most:
            whose = "background calls" if ticket.is_background else "calls"
            raise UsageError(
                f"{units} units of {name!r} can never be had: {whose} may take {most} in a window"
            )

    def _delay_s(self, ticket: Ticket, now_s: float, wall_ns: int) -> float:
        return max(
            (
                self._buckets[name].delay_s(units, ticket.is_background, now_s, wall_ns)
                for name, units in ticket.costs.items()
            ),
            default=0.0,
        )

    def _grant(self, ticket: Ticket, now_s: float, wall_ns: int) -> None:
        ticket.is_granted = True
        for name, units in ticket.costs.items():
            self._buckets[name].take(units, ticket.is_background, now_s, wall_ns)
