"""Several things at once: results in order, and one failure that stops nobody."""

from __future__ import annotations

import asyncio
import gc
import warnings

import pytest

from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.together import together


async def after(delay_s: float, result: object) -> object:
    await asyncio.sleep(delay_s)
    if isinstance(result, ZeroDivisionError):
        raise result
    return result


@virtual_time
async def test_results_stand_in_the_order_of_the_work_not_of_its_ends() -> None:
    began_s = asyncio.get_running_loop().time()
    assert await together([after(3.0, "slow"), after(1.0, "fast")]) == ["slow", "fast"]
    assert asyncio.get_running_loop().time() - began_s == 3.0
    assert await together([]) == []
    assert await together([after(0.0, "alone")]) == ["alone"]


@virtual_time
async def test_a_failure_is_raised_once_the_others_have_ended() -> None:
    ended: list[str] = []

    async def note(name: str) -> str:
        await asyncio.sleep(2.0)
        ended.append(name)
        return name

    with pytest.raises(ZeroDivisionError):
        await together([after(1.0, ZeroDivisionError()), note("other")])
    assert ended == ["other"]


@virtual_time
async def test_who_stops_waiting_stops_all_of_it_also_what_has_not_begun() -> None:
    ended: list[str] = []

    async def note(name: str) -> None:
        try:
            await asyncio.sleep(60.0)
        finally:
            ended.append(name)

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(together([note("a"), note("b")]))
        await asyncio.sleep(1.0)
        waiting.cancel()
    assert ended == ["a", "b"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as: was never awaited
        async with asyncio.TaskGroup() as group:
            early = group.create_task(together([note("c"), note("d")]))
            await asyncio.sleep(0)  # it has asked for both, and neither has begun
            early.cancel()
        gc.collect()
    assert early.cancelled()
