"""The gate before a host: connections no faster than it allows, and none while it wants silence."""

from __future__ import annotations

import asyncio

from tickwright.core.limits import RateLimit
from tickwright.runtime.gates import ConnectGate
from tickwright.testing.virtual_time import VirtualClock, virtual_time


async def passed_at(gate: ConnectGate, clock: VirtualClock, count: int) -> list[float]:
    """Send ``count`` sessions at once; return after how many seconds each came through."""
    start_s = clock.monotonic_s()

    async def passed() -> float:
        await gate.pass_through()
        return clock.monotonic_s() - start_s

    return sorted(await asyncio.gather(*(passed() for _ in range(count))))


def gate_of(clock: VirtualClock, limit: int, window_s: float) -> ConnectGate:
    return ConnectGate(RateLimit("connections", limit, window_s), clock)


@virtual_time
async def test_as_many_as_allowed_pass_at_once() -> None:
    clock = VirtualClock()
    assert await passed_at(gate_of(clock, 3, 60.0), clock, 3) == [0, 0, 0]


@virtual_time
async def test_g12_never_more_than_allowed_in_any_window() -> None:
    clock = VirtualClock()
    times = await passed_at(gate_of(clock, 3, 60.0), clock, 10)
    for first, fourth in zip(times, times[3:], strict=False):
        assert fourth - first >= 60.0
    assert times[-1] < 181, "and no later than need be"


@virtual_time
async def test_what_passed_long_ago_is_forgotten() -> None:
    clock = VirtualClock()
    gate = gate_of(clock, 1, 60.0)
    await gate.pass_through()
    await asyncio.sleep(61)
    assert await passed_at(gate, clock, 1) == [0]


@virtual_time
async def test_g12_nobody_passes_while_the_host_wants_silence() -> None:
    clock = VirtualClock()
    gate = gate_of(clock, 5, 60.0)
    gate.hold(120.0)
    (after_s,) = await passed_at(gate, clock, 1)
    assert 120.0 <= after_s < 120.1


@virtual_time
async def test_g12_a_hold_reaches_those_who_wait_already() -> None:
    clock = VirtualClock()
    gate = gate_of(clock, 1, 10.0)
    await gate.pass_through()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(passed_at(gate, clock, 1))
        await asyncio.sleep(5)
        gate.hold(100.0)
    assert waiting.result()[0] >= 105.0


@virtual_time
async def test_a_shorter_wish_for_silence_does_not_cut_a_longer_one() -> None:
    clock = VirtualClock()
    gate = gate_of(clock, 5, 60.0)
    gate.hold(120.0)
    gate.hold(1.0)
    (after_s,) = await passed_at(gate, clock, 1)
    assert after_s >= 120.0


@virtual_time
async def test_giving_up_while_waiting_costs_no_place() -> None:
    clock = VirtualClock()
    gate = gate_of(clock, 1, 10.0)
    await gate.pass_through()
    try:
        async with asyncio.timeout(1):
            await gate.pass_through()
    except TimeoutError:
        pass
    assert (await passed_at(gate, clock, 1))[0] < 9.1


@virtual_time
async def test_g12_a_refused_handshake_keeps_everybody_away_for_as_long_as_its_status_means() -> (
    None
):
    clock = VirtualClock()
    gate = ConnectGate(RateLimit("connections", 3, 60.0), clock, {403: 600.0})
    gate.refused(502, None)
    assert await passed_at(gate, clock, 1) == [0]
    gate.refused(403, None)
    assert await passed_at(gate, clock, 2) == [600, 600]


@virtual_time
async def test_g12_the_host_s_own_word_goes_before_what_the_status_means() -> None:
    clock = VirtualClock()
    gate = ConnectGate(RateLimit("connections", 3, 60.0), clock, {403: 600.0})
    gate.refused(403, 30.0)
    assert await passed_at(gate, clock, 1) == [30]
