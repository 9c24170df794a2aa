from __future__ import annotations

import asyncio
import socket

import pytest

from tickwright.io.clock import Clock, SystemClock
from tickwright.testing.virtual_time import (
    Deadlock,
    VirtualClock,
    VirtualTimeLoop,
    run_virtual,
    virtual_time,
)


def test_a_month_of_waiting_takes_no_time() -> None:
    async def main() -> float:
        started_s = asyncio.get_running_loop().time()
        await asyncio.sleep(30 * 86_400)
        return asyncio.get_running_loop().time() - started_s

    before_s = SystemClock().monotonic_s()
    assert run_virtual(main()) == pytest.approx(30 * 86_400)
    assert SystemClock().monotonic_s() - before_s < 1


def test_timers_fire_in_order_and_at_their_times() -> None:
    async def main() -> list[tuple[float, str]]:
        clock = VirtualClock()
        log: list[tuple[float, str]] = []

        async def tick(name: str, every_s: float) -> None:
            for _ in range(3):
                await asyncio.sleep(every_s)
                log.append((round(clock.monotonic_s() - 1000, 6), name))

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tick("slow", 0.7))
            tasks.create_task(tick("fast", 0.3))
        return log

    expected = [
        (0.3, "fast"),
        (0.6, "fast"),
        (0.7, "slow"),
        (0.9, "fast"),
        (1.4, "slow"),
        (2.1, "slow"),
    ]
    assert run_virtual(main()) == expected
    assert run_virtual(main()) == expected


@virtual_time
async def test_timeouts_queues_and_events_work_as_ever() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await queue.get()
    asyncio.get_running_loop().call_later(60, queue.put_nowait, 7)
    assert await queue.get() == 7


def test_waiting_for_nothing_is_an_error_that_names_who_waits() -> None:
    async def wait_for_godot() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match=r"nothing will ever happen.*wait_for_godot line \d+"):
        run_virtual(wait_for_godot())


def test_sockets_and_threads_are_refused() -> None:
    async def thread() -> None:
        await asyncio.to_thread(print)

    async def resolve() -> None:
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)

    for main in (thread, resolve):
        with pytest.raises(RuntimeError, match="no threads on virtual time"):
            run_virtual(main())

    async def serve() -> None:
        await asyncio.start_server(lambda _r, _w: None, sock=listening)

    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        pytest.raises(RuntimeError, match="no sockets on virtual time"),
    ):
        run_virtual(serve())


@virtual_time
async def test_the_clock_follows_the_loop_and_its_wall_can_be_stepped() -> None:
    clock = VirtualClock(time_ns=5_000_000_000)
    port: Clock = clock
    await asyncio.sleep(2.5)
    assert port.time_ns() == 7_500_000_000
    before_ns = port.monotonic_ns()
    clock.step(-30)
    assert port.time_ns() == -22_500_000_000
    assert port.monotonic_ns() == before_ns
    assert port.monotonic_s() == pytest.approx(before_ns / 1e9)


def test_a_clock_can_be_made_outside_the_loop() -> None:
    loop = VirtualTimeLoop()
    clock = VirtualClock(loop)
    loop.run_until_complete(asyncio.sleep(1))
    assert clock.monotonic_ns() == 1_001_000_000_000
    assert clock.time_ns() == 1_700_000_001_000_000_000
    loop.close()


@pytest.mark.parametrize("number", [1, 2])
@virtual_time
async def test_the_decorator_passes_fixtures_and_parameters_on(
    number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert number in (1, 2)
    assert tmp_path_factory is not None


def test_a_result_and_an_exception_come_back() -> None:
    async def fail() -> None:
        raise LookupError("x")

    async def give() -> int:
        return 7

    assert run_virtual(give()) == 7
    with pytest.raises(LookupError):
        run_virtual(fail())
