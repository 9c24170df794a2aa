"""cryptofeed, each update stamped in its callback."""

from __future__ import annotations

import asyncio
import logging
from importlib import metadata
from time import monotonic_ns
from typing import Any

from cryptofeed.defines import L2_BOOK

from benchmarks.clients.peer_cryptofeed import CHANNELS, loopback
from benchmarks.meter import Plan, run_client
from benchmarks.stopwatch import Stopwatch


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure cryptofeed's delays."""
    logging.getLogger("feedhandler").addHandler(logging.StreamHandler())
    channels = CHANNELS[plan.case]
    watch = Stopwatch()
    note = watch.note

    async def on_trade(trade: Any, received_s: float) -> None:
        note((monotonic_ns(), trade.id))

    async def on_book(book: Any, received_s: float) -> None:
        note((monotonic_ns(), book.sequence_number or 0))

    (symbol,) = plan.symbols
    feed = loopback(plan)(
        symbols=[f"{symbol['base']}-{symbol['quote']}"],
        channels=list(channels),
        callbacks={name: on_book if name == L2_BOOK else on_trade for name in channels},
    )
    feed.start(asyncio.get_running_loop())
    await watch.settle(lambda: bool(watch.told))
    result = await watch.measure(plan, plan.streams(tuple(channels.values())))
    feed.stop()
    await feed.shutdown()
    return {**result, "version": metadata.version("cryptofeed")}


if __name__ == "__main__":
    run_client(measure)
