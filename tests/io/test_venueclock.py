"""The venue's time: asked for when somebody needs it, then kept, whatever the venue answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from random import Random

from tickwright.core.clocksync import ClockSync
from tickwright.errors import ConnectFailed
from tickwright.io.venueclock import VenueClock
from tickwright.testing.virtual_time import VirtualClock, virtual_time


S = 1_000_000_000


class Venue:
    """Tells a time that is ``ahead_s`` of ours, unless it is down or slow."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.ahead_s = 30
        self.is_down = False
        self.takes_s = 0.02
        self.asked_s: list[float] = []
        self.sync = ClockSync()
        self.kept = VenueClock(self.sync, self.sample, self.clock, Random(7))

    async def sample(self) -> None:
        sent_ns = self.clock.monotonic_ns()
        self.asked_s.append(self.clock.monotonic_s())
        await asyncio.sleep(self.takes_s)
        if self.is_down:
            raise ConnectFailed("nobody listens")
        told_ns = self.clock.time_ns() + self.ahead_s * S - round(self.takes_s / 2 * S)
        self.sync.add(sent_ns, told_ns, self.clock.monotonic_ns())

    def is_right(self) -> bool:
        """Tell whether the venue's time is known to 50 ms."""
        known_ns = self.sync.server_ns(self.clock.monotonic_ns())
        truth_ns = self.clock.time_ns() + self.ahead_s * S
        return known_ns is not None and abs(known_ns - truth_ns) < S // 20


@asynccontextmanager
async def running(venue: Venue) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(venue.kept.run())
        yield
        task.cancel()


@virtual_time
async def test_who_needs_no_time_asks_for_none() -> None:
    venue = Venue()
    async with running(venue):
        await asyncio.sleep(3600)
    assert venue.asked_s == []


@virtual_time
async def test_g20_the_first_need_is_waited_for_and_one_question_serves_all() -> None:
    venue = Venue()
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(venue.kept.known())
    assert len(venue.asked_s) == 1
    assert venue.is_right()


@virtual_time
async def test_g20_from_then_on_it_is_kept_four_times_quickly_and_once_a_minute() -> None:
    venue = Venue()
    async with running(venue):
        await venue.kept.known()
        await asyncio.sleep(600)
        assert venue.is_right()
    gaps = [round(after - before) for before, after in pairwise(venue.asked_s)]
    assert gaps[:3] == [1, 1, 1]
    assert set(gaps[3:]) == {60}
    assert 12 <= len(gaps) <= 14


@virtual_time
async def test_g20_a_step_of_the_venue_s_clock_is_met_within_a_minute() -> None:
    venue = Venue()
    async with running(venue):
        await venue.kept.known()
        await asyncio.sleep(100)
        venue.ahead_s = -30
        await asyncio.sleep(61)
        assert venue.is_right()


@virtual_time
async def test_g20_a_refused_time_is_forgotten_and_asked_for_at_once() -> None:
    venue = Venue()
    await venue.kept.known()
    venue.ahead_s = -30
    await venue.kept.relearn()
    assert venue.is_right()


@virtual_time
async def test_a_venue_that_does_not_tell_holds_nobody_up_and_is_asked_less_and_less() -> None:
    venue = Venue()
    venue.takes_s, venue.is_down = 100.0, True
    loop = asyncio.get_running_loop()
    async with running(venue):
        started_s = loop.time()
        await venue.kept.known()
        assert loop.time() - started_s <= 3.1
        venue.takes_s = 0.02
        await asyncio.sleep(1800)
        assert venue.sync.sample_count == 0
        assert len(venue.asked_s) < 45
        venue.is_down = False
        await asyncio.sleep(70)
        assert venue.is_right()
