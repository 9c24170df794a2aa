"""ccxt.pro, each update stamped where ``await exchange.watch_…()`` gives it back.

It conflates: one return may tell of many updates. Each counts from its own sending to that return.
"""

from __future__ import annotations

import asyncio
from time import monotonic_ns
from typing import Any

import ccxt.pro

from benchmarks.clients.peer_ccxt import exchange_at
from benchmarks.meter import Plan, run_client
from benchmarks.stopwatch import Stopwatch


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure ccxt.pro's delays."""
    exchange = exchange_at(plan)
    watch = Stopwatch()
    note = watch.note
    (listed,) = plan.symbols
    symbol = f"{listed['base']}/{listed['quote']}"

    async def trades() -> None:
        while True:
            told = await exchange.watch_trades(symbol)
            note((monotonic_ns(), told[-1]["id"]))

    async def book() -> None:
        while True:
            told = await exchange.watch_order_book(symbol)
            note((monotonic_ns(), told["nonce"]))

    await exchange.load_markets()
    loop = asyncio.get_running_loop().create_task(book() if plan.case == "depth" else trades())
    await watch.settle(lambda: bool(watch.told))
    result = await watch.measure(plan, plan.streams())
    loop.cancel()
    await exchange.close()
    return {**result, "version": ccxt.__version__}


if __name__ == "__main__":
    run_client(measure)
