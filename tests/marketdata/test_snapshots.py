"""The snapshot desk: every keeper gets one that fits, a few at a time, whatever the host does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tickwright.io.rest import RestClient
from tickwright.marketdata.keeper import BookKeeper
from tickwright.marketdata.snapshots import AT_ONCE, SnapshotDesk
from tickwright.model.market import BookSnapshot
from tickwright.testing.http import FakeHttp, Reply, script
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.venues.binance.spec import SPOT


BODY = b'{"lastUpdateId":10,"bids":[["99","1"]],"asks":[["101","1"]]}'


class Wish(BookKeeper):
    """A keeper that wants a snapshot until it has had so many."""

    def __init__(self, refusals: int = 0, error: Exception | None = None) -> None:
        super().__init__(
            SPOT.infer("BTCUSDT"),
            SPOT.book,
            publish=_ignore,
            publish_state=_ignore,
            request_snapshot=_ignore,
        )
        self.got: list[int] = []
        self._refusals = refusals
        self._error = error

    @property
    def needs_snapshot(self) -> bool:
        return len(self.got) <= self._refusals

    def on_snapshot(self, snapshot: BookSnapshot, epoch: int | None = None) -> bool:
        error, self._error = self._error, None
        if error is not None:
            raise error
        self.got.append(snapshot.sequence)
        return len(self.got) > self._refusals


class Bench:
    """A desk before a fake host."""

    def __init__(self, *replies: Reply) -> None:
        clock = VirtualClock()
        self.http = FakeHttp(script(*(replies or (Reply(body=BODY),))))
        self.failures: list[Exception] = []
        rest = RestClient(SPOT, "http://venue", self.http, clock=clock, rng=Random(1))
        self.desk = SnapshotDesk(
            rest,
            clock=clock,
            rng=Random(2),
            on_error=lambda keeper, error: self.failures.append(error),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.get_running_loop().create_task(self.desk.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _ignore(event: Any) -> None:
    """Take an event."""


@virtual_time
async def test_every_keeper_is_served_and_asking_twice_is_asking_once() -> None:
    bench = Bench()
    wishes = [Wish() for _ in range(30)]
    async with bench.running():
        for wish in wishes:
            bench.desk.request(wish)
            bench.desk.request(wish)
        assert bench.desk.status().waiting == 30
        await asyncio.sleep(1)
    assert [wish.got for wish in wishes] == [[10]] * 30
    assert len(bench.http.requests) == 30
    status = bench.desk.status()
    assert (status.served, status.failed, status.waiting, status.in_flight) == (30, 0, 0, 0)


@virtual_time
async def test_only_a_few_are_under_way_at_once() -> None:
    bench = Bench(Reply(body=BODY, delay_s=1.0))
    async with bench.running():
        for _ in range(30):
            bench.desk.request(Wish())
        await asyncio.sleep(0.5)
        assert bench.http.in_flight == bench.desk.status().in_flight == AT_ONCE
        await asyncio.sleep(10)
        assert bench.desk.status().served == 30


@virtual_time
async def test_g05_one_that_is_too_old_is_asked_for_again_with_growing_pauses() -> None:
    bench = Bench()
    wish = Wish(refusals=4)
    async with bench.running():
        bench.desk.request(wish)
        await asyncio.sleep(10)
    assert len(wish.got) == 5
    times = bench.http.times_s
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(0.25, rel=0.2)


@virtual_time
async def test_g05_a_host_that_fails_is_asked_again_while_others_are_served() -> None:
    bench = Bench(*[Reply(503)] * 3, Reply(body=BODY))
    first, second = Wish(), Wish()
    async with bench.running():
        bench.desk.request(first)
        await asyncio.sleep(0.1)
        bench.desk.request(second)
        await asyncio.sleep(60)
    assert (first.got, second.got) == ([10], [10])


@virtual_time
async def test_html_instead_of_a_snapshot_is_reported_and_tried_again() -> None:
    bench = Bench(Reply(body=b"<html>"), Reply(body=b"{}"), Reply(body=BODY))
    wish = Wish()
    async with bench.running():
        bench.desk.request(wish)
        await asyncio.sleep(10)
    assert wish.got == [10]
    assert len(bench.failures) == bench.desk.status().failed == 2
    assert "HTML" in str(bench.failures[0])
    assert bench.desk.status().last_error is not None


@virtual_time
async def test_who_needs_none_any_more_is_passed_over() -> None:
    bench = Bench()
    wish = Wish()
    wish.got.append(1)
    async with bench.running():
        bench.desk.request(wish)
        await asyncio.sleep(1)
    assert bench.http.requests == []


@virtual_time
async def test_g33_a_bug_ends_the_desk_and_the_next_run_finds_the_wish_again() -> None:
    bench = Bench()
    wish = Wish(error=ZeroDivisionError("a bug"))
    bench.desk.request(wish)
    with pytest.raises(ExceptionGroup):
        await bench.desk.run()
    assert bench.desk.status().waiting == 1
    async with bench.running():
        await asyncio.sleep(1)
    assert wish.got == [10]
