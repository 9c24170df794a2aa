"""The gate by itself: lanes, deadlines, and what a caller that gives up leaves behind."""

from __future__ import annotations

import asyncio

import pytest
from tests.io.rest_rig import LIMITS

from tickwright.core.breaker import Breaker, BreakerState
from tickwright.core.limits import Priority
from tickwright.core.ratelimit import RateLimiter
from tickwright.errors import Banned, CircuitOpen, RateLimited, UsageError
from tickwright.io.gate import HostGate
from tickwright.io.http import HttpResponse
from tickwright.testing.virtual_time import VirtualClock, virtual_time


FREE: dict[str, int] = {}


def gate(breaker: Breaker | None = None) -> HostGate:
    return HostGate("host", LIMITS, RateLimiter(LIMITS), breaker or Breaker(), VirtualClock())


def answer(status: int) -> HttpResponse:
    now_ns = VirtualClock().monotonic_ns()
    return HttpResponse(
        status=status,
        headers={},
        body=b"",
        sent_mono_ns=now_ns,
        received_mono_ns=now_ns,
        received_ts_ns=0,
    )


async def stay(gate: HostGate, priority: Priority, give_up_s: float | None = None) -> None:
    async with gate.passage(FREE, priority, "GET /x", give_up_s):
        await asyncio.sleep(10)


@pytest.mark.parametrize(
    ("priority", "at_once"),
    [
        (Priority.CANCEL, 50),
        (Priority.ORDER, 50),
        (Priority.QUERY, 8),
        (Priority.SNAPSHOT, 8),
        (Priority.BACKFILL, 4),
    ],
)
@virtual_time
async def test_g13_reads_have_lanes_and_orders_have_none(priority: Priority, at_once: int) -> None:
    host = gate()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(50):
            tasks.create_task(stay(host, priority))
        await asyncio.sleep(1)
        assert host.in_flight == at_once
        order = tasks.create_task(stay(host, Priority.ORDER))
        await asyncio.sleep(1)
        assert host.in_flight == at_once + 1
        await order
    assert host.in_flight == 0


@virtual_time
async def test_a_wait_in_a_lane_is_bounded_by_the_deadline_too() -> None:
    host = gate()
    now_s = VirtualClock().monotonic_s()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(stay(host, Priority.QUERY))
        await asyncio.sleep(1)
        with pytest.raises(RateLimited, match="the time allowed for it is over"):
            await stay(host, Priority.QUERY, now_s + 3)
        assert VirtualClock().monotonic_s() == now_s + 3
    await stay(host, Priority.QUERY, now_s + 99)


@virtual_time
async def test_g12_who_was_granted_just_before_a_ban_waits_for_its_end() -> None:
    host = gate()
    left_s: dict[int, float] = {}

    async def go(weight: int) -> None:
        async with host.passage({"weight": weight}, Priority.QUERY, "GET /x", None):
            left_s[weight] = VirtualClock().monotonic_s()

    async with asyncio.TaskGroup() as tasks:
        await go(50)
        first = tasks.create_task(go(60))
        tasks.create_task(go(10))  # waits behind it
        await asyncio.sleep(1)
        first.cancel()
        await asyncio.sleep(0)
        assert host.usage().buckets[0].used == 60  # granted, and about to wake up
        host.answered(answer(418), 100.0, is_refusal=False)
    assert left_s == {50: 1000, 10: pytest.approx(1102)}


@virtual_time
async def test_g12_a_ban_that_outlasts_the_deadline_is_told_at_once_and_says_until_when() -> None:
    host = gate()
    host.answered(answer(403), None, is_refusal=False)
    clock = VirtualClock()
    with pytest.raises(Banned) as caught:
        await stay(host, Priority.ORDER, clock.monotonic_s() + 1)
    assert clock.monotonic_s() == 1000
    assert caught.value.retry_at_ns >= clock.time_ns() + LIMITS.banned_default_s * 1e9


@virtual_time
async def test_a_probe_that_gives_up_waiting_leaves_the_probing_to_the_next() -> None:
    breaker = Breaker(failures_max=1, cooldown_s=5)
    host = gate(breaker)
    late = answer(429)  # to a request that left before
    host.failed()
    await asyncio.sleep(5)
    host.answered(late, 60.0, is_refusal=False)
    with pytest.raises(RateLimited):
        await stay(host, Priority.QUERY, VirtualClock().monotonic_s() + 1)
    assert breaker.wait_s(VirtualClock().monotonic_s()) == 0
    assert breaker.state is BreakerState.HALF_OPEN


@virtual_time
async def test_a_circuit_that_opens_during_the_wait_holds_the_waiting_back() -> None:
    host = gate(Breaker(failures_max=1))
    host.answered(answer(429), 3.0, is_refusal=False)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(_caught(stay(host, Priority.QUERY)))
        await asyncio.sleep(1)
        host.failed()
    assert isinstance(waiting.result(), CircuitOpen)


@virtual_time
async def test_a_cancel_goes_past_an_open_breaker_and_its_answer_closes_it() -> None:
    breaker = Breaker(failures_max=1)
    host = gate(breaker)
    host.failed()
    await asyncio.sleep(1)
    for priority in set(Priority) - {Priority.CANCEL}:
        assert isinstance(await _caught(stay(host, priority)), CircuitOpen)
    async with host.passage(FREE, Priority.CANCEL, "DELETE /x", None):
        host.answered(answer(503), None, is_refusal=False)
    assert breaker.state is BreakerState.OPEN
    async with host.passage(FREE, Priority.CANCEL, "DELETE /x", None):
        host.answered(answer(200), None, is_refusal=False)
    await stay(host, Priority.QUERY)


@virtual_time
async def test_an_impossible_cost_is_refused_and_leaves_nothing_behind() -> None:
    host = gate()
    for costs in ({"weight": 1000}, {"unheard of": 1}):
        with pytest.raises(UsageError):
            async with host.passage(costs, Priority.QUERY, "GET /x", None):
                pass
    assert sum(host.usage().waiting.values()) == 0
    for _ in range(8):
        await stay(host, Priority.QUERY, VirtualClock().monotonic_s() + 99)


@virtual_time
async def test_what_holds_requests_back_is_told_in_words() -> None:
    host = gate()
    assert host.holding() == ""
    async with host.passage(FREE, Priority.QUERY, "GET /x", None):
        host.answered(answer(429), 20.0, is_refusal=False)
    assert "over a limit of the venue, nothing leaves for another 2" in host.holding()
    await asyncio.sleep(60)
    assert host.holding() == ""
    limit = host.usage().buckets[0]
    async with asyncio.TaskGroup() as tasks:
        waiting = [
            tasks.create_task(host.granted({limit.name: limit.limit}, Priority.QUERY))
            for _ in range(3)
        ]
        await asyncio.sleep(0.001)
        assert host.holding() == "requests that wait for the venue's limits: 2"
        for task in waiting:
            task.cancel()


async def _caught(awaitable: object) -> BaseException | None:
    try:
        await awaitable  # type: ignore[misc]  # a coroutine
    except (CircuitOpen, RateLimited) as error:
        return error
    return None
