"""Tickwright as a user writes it, each update stamped in its callback."""

from __future__ import annotations

import asyncio
from time import monotonic_ns
from typing import Any

from benchmarks.clients import loopback
from benchmarks.clients.tickwright import TOPICS
from benchmarks.meter import CHANNELS, Plan, run_client
from benchmarks.stopwatch import Stopwatch
from tickwright import BookDelta, Connector, Trade
from tickwright.venues.base import Endpoints


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure Tickwright's delays."""
    loopback.install()
    watch = Stopwatch()
    note = watch.note

    def on_trade(event: Trade) -> None:
        note((monotonic_ns(), event.trade_id))

    def on_book(event: BookDelta) -> None:
        if isinstance(event, BookDelta):
            note((monotonic_ns(), event.last))

    endpoints = {"binance.spot": Endpoints(rest=plan.rest, ws_public=plan.ws)}
    (symbol,) = plan.symbols
    name = f"binance:{symbol['base']}/{symbol['quote']}"
    (channel,) = CHANNELS[plan.case]
    async with Connector.open("binance", endpoints=endpoints, audit_books=False) as tw:
        if plan.case == "depth":
            tw.on(TOPICS[channel](name), on_book)
            await tw.book(name)
        else:
            await tw.on(TOPICS[channel](name), on_trade).wait_acquired()
            await asyncio.sleep(0.5)
        await watch.settle()
        return await watch.measure(plan, plan.streams())


if __name__ == "__main__":
    run_client(measure)
