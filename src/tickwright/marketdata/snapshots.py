"""Fetches book snapshots for every keeper that asks, a few at a time, until each has one that fits."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable

import msgspec

from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import CircuitOpen, ConnectivityError, DecodeError, VenueError
from tickwright.io.clock import Clock
from tickwright.io.rest import RestClient
from tickwright.marketdata.keeper import BookKeeper


__all__ = ["SnapshotDesk", "SnapshotStatus"]

AT_ONCE = 8
"""Requests in flight. The rate limiter paces them; this bounds how many answers of up to 1 MB are in memory."""

RETRY = RestartPolicy(first_s=0.25, factor=2.0, max_s=30.0, jitter=0.1, healthy_s=0.0)
"""Between tries for one book: a snapshot that was too old is younger a moment later, a failing host needs peace."""


class SnapshotStatus(msgspec.Struct, frozen=True):
    """The desk at a glance."""

    waiting: int
    in_flight: int
    served: int
    failed: int
    last_error: str | None


class SnapshotDesk:
    """Serves keepers in the order of their asking; one that fails is asked for again later, others go first.

    Args:
        rest: Sends the calls; its limiter keeps snapshots to their share.
        clock: For the time between tries.
        rng: For the jitter of the delays.
        on_error: Told of each failure, for the log.
    """

    def __init__(
        self,
        rest: RestClient,
        *,
        clock: Clock,
        rng: random.Random,
        on_error: Callable[[BookKeeper, Exception], None],
    ) -> None:
        self._rest = rest
        self._clock = clock
        self._rng = rng
        self._on_error = on_error
        self._queue: deque[BookKeeper] = deque()
        self._delays: dict[BookKeeper, RestartDelays] = {}
        self._arrived = asyncio.Event()
        self._in_flight = 0
        self._served = 0
        self._failed = 0
        self._last_error: str | None = None

    def request(self, keeper: BookKeeper) -> None:
        """Have a snapshot fetched for ``keeper``; asking twice is fine."""
        if keeper not in self._queue:
            self._queue.append(keeper)
            self._arrived.set()

    def status(self) -> SnapshotStatus:
        """Return how far the desk is."""
        return SnapshotStatus(
            waiting=len(self._queue),
            in_flight=self._in_flight,
            served=self._served,
            failed=self._failed,
            last_error=self._last_error,
        )

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            while not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
            keeper = self._queue.popleft()
            if not keeper.needs_snapshot:
                continue
            self._in_flight += 1
            try:
                is_served = await self._serve(keeper)
            except BaseException:  # a bug: whoever runs the desk again finds the wish still there
                self._queue.append(keeper)
                raise
            finally:
                self._in_flight -= 1
            if is_served:
                self._served += 1
                self._delays.pop(keeper, None)
            else:
                self._again(keeper)

    async def _serve(self, keeper: BookKeeper) -> bool:
        epoch = keeper.epoch
        fetch = keeper.feed.snapshot
        assert fetch is not None  # whose stream brings its snapshots never asks here
        try:
            snapshot = await self._rest.call(fetch(keeper.instrument))
        except (ConnectivityError, VenueError, DecodeError, CircuitOpen) as error:
            self._failed += 1
            self._last_error = f"{keeper.instrument.id}: {error}"
            self._on_error(keeper, error)
            return False
        return keeper.on_snapshot(snapshot, epoch)

    def _again(self, keeper: BookKeeper) -> None:
        delays = self._delays.setdefault(keeper, RestartDelays(RETRY, self._rng))
        delay_s = delays.failed(self._clock.monotonic_s()) or 0.0
        asyncio.get_running_loop().call_later(delay_s, self._retry, keeper)

    def _retry(self, keeper: BookKeeper) -> None:
        if keeper.needs_snapshot:
            self.request(keeper)
        else:
            self._delays.pop(keeper, None)
