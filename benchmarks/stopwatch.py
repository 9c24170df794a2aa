"""The client's side of a measurement of delays: notes when each update was told, and compares with when it was sent.

Only the standard library is imported, for this runs inside every peer's environment too.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from typing import Any

from benchmarks.meter import Plan


__all__ = ["LATENCY_CASES", "Stopwatch", "take_core"]

LATENCY_CASES = ("trade", "depth")
LOOK_S = 0.1
SETTLE_S = 0.3
DEADLINE_S = 60.0
ID_KEYS = ("t", "u", "a")
"""Where the id of a trade, a delta, or an aggregated trade stands."""


def take_core(index: int) -> None:
    """Stay on one core where there are several, so that sender and client do not push each other aside."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(0, {cores[index]})


class Stopwatch:
    """Notes what a client's callbacks are told, and when.

    Attributes:
        told: ``(when, id)`` of each callback; an id stands for all before it.
        note: Takes one of those; to be called first thing in a callback.
    """

    def __init__(self) -> None:
        self.told: list[tuple[int, Any]] = []
        self.note = self.told.append

    async def settle(self, is_ready: Callable[[], bool] = lambda: True) -> None:
        """Wait until ``is_ready()`` holds and callbacks have been quiet for a moment."""
        deadline_s = time.monotonic() + DEADLINE_S
        before = -1
        while before != len(self.told) or not is_ready():
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"not ready after {DEADLINE_S:.0f} s")
            before = len(self.told)
            await asyncio.sleep(SETTLE_S)

    async def measure(self, plan: Plan, streams: list[str]) -> dict[str, Any]:
        """Warm up, measure, and return the delays in µs by percentile."""
        take_core(0)
        await self._phase(plan, "warm_up", streams)
        self.told.clear()
        sent = json.loads(await self._phase(plan, "main", streams))
        delays_us = self._delays_us(dict(zip(sent["ids"], sent["sent_ns"], strict=True)))
        ordered = sorted(delays_us)
        return {
            "frames": len(ordered),
            "callbacks": len(self.told),
            **{name: _at(ordered, share) for name, share in SHARES.items()},
        }

    async def _phase(self, plan: Plan, phase: str, streams: list[str]) -> bytes:
        last = max(_id(plan.last[phase][name]) for name in streams if name in plan.last[phase])
        plan.play(phase)
        deadline_s = time.monotonic() + DEADLINE_S
        while not self.told or int(self.told[-1][1]) < last:
            if time.monotonic() > deadline_s:
                raise TimeoutError(f"{phase}: the last update was not told in {DEADLINE_S:.0f} s")
            await asyncio.sleep(LOOK_S)
        return plan.played()

    def _delays_us(self, sent_ns: dict[int, int]) -> list[float]:
        """Return the delay of each update: until a callback told of it, or of a later one."""
        ids, delays = sorted(sent_ns), list[float]()
        position = 0
        for told_ns, told in self.told:
            until = int(told)
            while position < len(ids) and ids[position] <= until:
                delays.append((told_ns - sent_ns[ids[position]]) / 1_000)
                position += 1
        return delays


SHARES = {"p50_us": 0.5, "p99_us": 0.99, "p999_us": 0.999, "max_us": 1.0}


def _at(ordered: list[float], share: float) -> float:
    """Return the delay that ``share`` of all do not exceed."""
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]


def _id(payload: dict[str, Any]) -> int:
    found = (payload.get(key) for key in ID_KEYS)
    return next(value for value in found if isinstance(value, int))
