"""What clients that place orders share: where to place them, how many, and how a run is reported.

Only the standard library is imported, for this runs inside every peer's environment too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from benchmarks.stopwatch import take_core


__all__ = ["OrderPlan", "measure_orders", "percentiles", "run_client"]

WARM_UP = 40
ORDERS = 240
"""With the warm-up fewer than the 300 in ten seconds that the venue takes."""
Place = Callable[[dict[str, Any]], Awaitable[object]]
"""Places a resting order at a market of the plan, and returns once the venue has answered."""


class OrderPlan:
    """Addresses, account and markets, as the venue announces them.

    Attributes:
        endpoints: The venue's addresses by their names: ``rest``, ``ws_private`` …
        markets: What to trade in turn: ``id``, ``symbol``, ``unified``, ``price`` far below the market, ``quantity``.
    """

    def __init__(self, announced: dict[str, Any]) -> None:
        self.endpoints: dict[str, str] = announced["endpoints"]
        self.key: str = announced["key"]
        self.secret: str = announced["secret"]
        self.markets: Sequence[dict[str, Any]] = announced["markets"]


async def measure_orders(plan: OrderPlan, place: Place) -> dict[str, Any]:
    """Place orders one after the other and return CPU and round trip of one, in µs."""
    await _place_all(plan, place, WARM_UP)
    began_ns = time.process_time_ns()
    taken_us = await _place_all(plan, place, ORDERS)
    used_ns = time.process_time_ns() - began_ns
    p50_us, p99_us = percentiles(taken_us)
    return {
        "orders": ORDERS,
        "cpu_us": used_ns / ORDERS / 1000,
        "answer_p50_us": p50_us,
        "answer_p99_us": p99_us,
    }


async def _place_all(plan: OrderPlan, place: Place, count: int) -> list[float]:
    taken_us = []
    for number in range(count):
        began_ns = time.perf_counter_ns()
        await place(plan.markets[number % len(plan.markets)])
        taken_us.append((time.perf_counter_ns() - began_ns) / 1000)
    return taken_us


def percentiles(taken_us: Sequence[float]) -> tuple[float, float]:
    """Return the median and what 99 % do not exceed.

    Example:
        >>> percentiles([3.0, 1.0, 2.0])
        (2.0, 3.0)
    """
    ordered = sorted(taken_us)
    return ordered[(len(ordered) - 1) // 2], ordered[(len(ordered) * 99 + 99) // 100 - 1]


def run_client(measure: Callable[[OrderPlan], Awaitable[dict[str, Any]]]) -> None:
    """Run a client program: give it the ``--plan`` and print its result as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plan", required=True, type=json.loads)
    plan = OrderPlan(parser.parse_args().plan)
    take_core(0)

    async def main() -> None:
        print(json.dumps(await measure(plan)), flush=True)

    try:
        import uvloop
    except ImportError:
        print("uvloop is absent: measured on asyncio's own loop", file=sys.stderr)
        asyncio.run(main())
    else:
        uvloop.run(main())
