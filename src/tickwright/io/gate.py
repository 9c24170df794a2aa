"""The gate of one host: every request passes it, and learns here when it may leave.

Three things stand in the way, in this order. *Lanes* bound how many requests of one priority are
under way, so that what the limiter has granted leaves at once: a request that waits for a
connection after its grant would still leave when the venue has meanwhile banned us (G12). The
*breaker* turns callers away while the host fails. The *limiter* queues them by priority, and holds
all of them back while the host wants silence.

Orders and cancels have no lane: they are few, and nothing but the limits may hold them up. Cancels go past the breaker as well:
a host that fails most of the time may take the one that matters.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tickwright.core.breaker import Breaker, BreakerState
from tickwright.core.clocksync import ClockSync
from tickwright.core.limits import Priority, RestLimits
from tickwright.core.ratelimit import RateLimiter, RateUsage, Ticket
from tickwright.errors import Banned, CircuitOpen, CommandDenied, RateLimited
from tickwright.io.clock import Clock
from tickwright.io.http import HttpResponse


__all__ = ["SERVER_ERROR", "HostGate"]

log = logging.getLogger(__name__)

_LANES = {Priority.QUERY: 8, Priority.SNAPSHOT: 8, Priority.BACKFILL: 4}
"""Requests under way at once. Eight keep any line busy; a venue's weights bind long before."""
_POLL_S_MIN = 0.001
"""A delay below the resolution of the loop's clock would poll again at the very same time, for ever."""
SERVER_ERROR = 500
"""From this status on the host, not the request, is at fault."""


class HostGate:
    """Limiter, breaker and clock of one host, and the callers that wait for them.

    Clients of one host share its gate: limits and bans are the host's.

    Args:
        host: For texts.
        limits: What the venue declares.
        limiter: Who may send when.
        breaker: Whether the host works at all.
        clock: Both clocks.
    """

    def __init__(
        self, host: str, limits: RestLimits, limiter: RateLimiter, breaker: Breaker, clock: Clock
    ) -> None:
        self.host = host
        self.breaker = breaker
        self.clock_sync = ClockSync()
        """The venue's clock; `tickwright.io.rest.RestClient.sync_clock` feeds it."""
        self.in_flight = 0
        self._limits = limits
        self._limiter = limiter
        self._clock = clock
        self._lanes = {priority: asyncio.Semaphore(width) for priority, width in _LANES.items()}
        self._waiting: dict[Ticket, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._refusal: type[RateLimited] = RateLimited

    @asynccontextmanager
    async def passage(
        self, costs: Mapping[str, int], priority: Priority, where: str, give_up_s: float | None
    ) -> AsyncIterator[None]:
        """Wait until a request may leave; it is under way while the block runs.

        Whoever passes tells `answered`, `failed` or, if given up halfway, nothing: leaving the
        block by cancellation, or denied at the last moment, is noted here.

        Args:
            costs: Bucket name → units.
            priority: Who goes first.
            where: Method and path, for texts.
            give_up_s: Monotonic time after which not to wait any more; ``None`` waits as long as it
                takes.

        Raises:
            CircuitOpen: The host fails, and is left alone.
            RateLimited: It cannot leave before ``give_up_s`` (`Banned`: because the host has banned
                us).
        """
        lane = self._lanes.get(priority)
        if lane is not None:
            async with self._in_time(where, give_up_s):
                await lane.acquire()
        try:
            await self._wait_to_leave(costs, priority, where, give_up_s)
            self.in_flight += 1
            try:
                yield
            finally:
                self.in_flight -= 1
        except (asyncio.CancelledError, CommandDenied):
            self.breaker.abandoned(self._clock.monotonic_s())
            raise
        finally:
            if lane is not None:
                lane.release()

    async def granted(self, costs: Mapping[str, int], priority: Priority) -> None:
        """Wait until something may leave that counts here and goes another way: over a socket, to another host.

        Limits and bans hold it back; how this host fares does not matter to it.

        Args:
            costs: Bucket name → units.
            priority: Who goes first.
        """
        if not self.grants(costs, priority):
            await self._wait_for_limits(costs, priority)

    def grants(self, costs: Mapping[str, int], priority: Priority) -> bool:
        """Let something leave as `granted`, if nothing holds it back now; return whether it may."""
        return self._limiter.take(costs, priority, *self._now())

    def answered(
        self, response: HttpResponse, retry_after_s: float | None, *, is_refusal: bool
    ) -> None:
        """Take in an answer.

        Args:
            response: The answer.
            retry_after_s: How long the venue wants silence, if it said so.
            is_refusal: Its body says «over a limit», whatever its status.
        """
        now_s = self._clock.monotonic_s()
        if response.status >= SERVER_ERROR:
            self.breaker.failed(now_s)
        else:
            self.breaker.succeeded(now_s, response.sent_mono_ns / 1e9)
        self.counted(response, retry_after_s, is_refusal=is_refusal)

    def counted(
        self, response: HttpResponse, retry_after_s: float | None, *, is_refusal: bool
    ) -> None:
        """Take in what an answer says of limits and bans, whichever way it came; as `answered`."""
        now_ns = response.received_mono_ns
        now_s = now_ns / 1e9
        wall_ns = self.clock_sync.server_ns(now_ns) or response.received_ts_ns
        self._limiter.observed(response.headers, response.sent_mono_ns / 1e9, now_s, wall_ns)
        status = response.status
        if is_refusal and not self.is_refusal(status):
            status = self._limits.limited_statuses[0]
        if self._limiter.refused(status, retry_after_s, now_s, wall_ns) is not None:
            self._refusal = Banned if status in self._limits.banned_statuses else RateLimited
            silent_s = self._limiter.banned_s(now_s)
            log.warning("%s: HTTP %d, nothing leaves for %.0f s", self.host, status, silent_s)
        if self._waiting:
            self._pump()

    def used_up(self, costs: Mapping[str, int], code: int | None, response: HttpResponse) -> bool:
        """Take in that an answer says by a code that a limit is used up; see `RateLimiter.used_up`."""
        now_ns = response.received_mono_ns
        wall_ns = self.clock_sync.server_ns(now_ns) or response.received_ts_ns
        return self._limiter.used_up(costs, code, now_ns / 1e9, wall_ns)

    def failed(self) -> None:
        """Note that no answer came."""
        self.breaker.failed(self._clock.monotonic_s())

    def is_refusal(self, status: int) -> bool:
        """Return whether a status says «over a limit» or «banned»."""
        return status in self._limits.limited_statuses or status in self._limits.banned_statuses

    def refusal(self, where: str, text: str = "", code: int | None = None) -> RateLimited:
        """Return the host's wish for silence as an error, with the venue's code if it has one."""
        silent_s = self._limiter.banned_s(self._clock.monotonic_s())
        kind = self._refusal if silent_s > 0 else RateLimited
        return kind(where, self._clock.time_ns() + round(silent_s * 1e9), text, code)

    def holding(self) -> str:
        """Return in words why requests wait, nothing if none does."""
        silent_s = self._limiter.banned_s(self._clock.monotonic_s())
        if silent_s > 0:
            return f"over a limit of the venue, nothing leaves for another {silent_s:.0f} s"
        if self._waiting:
            return f"requests that wait for the venue's limits: {len(self._waiting)}"
        return ""

    def usage(self) -> RateUsage:
        """Return the limiter at a glance."""
        return self._limiter.usage(*self._now())

    def _require_closed_circuit(self, priority: Priority) -> bool:
        """Return whether this caller is the probe of a host that failed."""
        if priority is Priority.CANCEL:
            return False
        wait_s = self.breaker.wait_s(self._clock.monotonic_s())
        if wait_s > 0:
            raise CircuitOpen(self.host, wait_s)
        return self.breaker.state is BreakerState.HALF_OPEN

    async def _wait_to_leave(
        self, costs: Mapping[str, int], priority: Priority, where: str, give_up_s: float | None
    ) -> None:
        is_probe = self._require_closed_circuit(priority)
        if self.grants(costs, priority):
            return  # as nearly always: a place in the queue and a turn of the loop would be the dearest part of a request
        try:
            async with self._in_time(where, give_up_s):
                await self._wait_for_limits(costs, priority)
        except RateLimited:
            if is_probe:  # it never left, so it proves nothing about the host
                self.breaker.abandoned(self._clock.monotonic_s())
            raise
        if not is_probe:
            self._require_closed_circuit(priority)

    async def _wait_for_limits(self, costs: Mapping[str, int], priority: Priority) -> None:
        while True:
            ticket = self._limiter.request(costs, priority)
            granted = asyncio.get_running_loop().create_future()
            self._waiting[ticket] = granted
            self._pump()
            try:
                await granted
            finally:
                del self._waiting[ticket]
                if self._limiter.cancel(ticket):
                    self._pump()  # what waited behind it may go now
            # Between its grant and this line the host may have asked for silence.
            if self._limiter.banned_s(self._clock.monotonic_s()) == 0:
                return

    @asynccontextmanager
    async def _in_time(self, where: str, give_up_s: float | None) -> AsyncIterator[None]:
        """Bound a wait by ``give_up_s``, at once where it is bound to be in vain."""
        if give_up_s is None:
            yield
            return
        left_s = give_up_s - self._clock.monotonic_s()
        if self._limiter.banned_s(self._clock.monotonic_s()) > max(left_s, 0):
            raise self.refusal(where, "(the time allowed for it ends sooner)")
        try:
            async with asyncio.timeout(left_s):
                yield
        except TimeoutError:
            raise self.refusal(where, "(the time allowed for it is over)") from None

    def _pump(self) -> None:
        """Let go whoever may go, and come back when the limiter says so."""
        granted, delay_s = self._limiter.poll(*self._now())
        for ticket in granted:
            waiter = self._waiting.get(ticket)
            if waiter is not None and not waiter.done():
                waiter.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay_s is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(delay_s, _POLL_S_MIN), self._pump)

    def _now(self) -> tuple[float, int]:
        """Return the monotonic time in s and the venue's wall clock in ns (ours while it is not known)."""
        server_ns = self.clock_sync.server_ns(self._clock.monotonic_ns())
        return self._clock.monotonic_s(), server_ns or self._clock.time_ns()
