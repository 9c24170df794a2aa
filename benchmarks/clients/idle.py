"""What a subscription weighs while nothing happens on it: bytes, by allocation (``TRACE=1``) or in RAM."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from benchmarks.clients.loopback import confirmed
from benchmarks.footprint import Scale
from benchmarks.meter import Plan, run_client
from tickwright import Connector, Trades
from tickwright.venues.base import Endpoints


FIRST = 100
"""Subscriptions made before weighing, so that the connection and all caches are there."""
DEADLINE_S = 60.0


def on_trade(event: object) -> None:
    """Take a trade; none comes."""


async def _confirmed(tw: Connector, count: int) -> None:
    """Wait until the venue has confirmed ``count`` streams."""
    async with asyncio.timeout(DEADLINE_S):
        while confirmed(tw) < count:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.1)


async def measure(plan: Plan) -> dict[str, Any]:
    """Weigh the subscriptions after the first hundred."""
    scale = Scale(is_traced=os.environ.get("TRACE") == "1")
    endpoints = {"binance.spot": Endpoints(rest=plan.rest, ws_public=plan.ws)}
    names = [f"binance:{symbol['base']}/{symbol['quote']}" for symbol in plan.symbols]
    async with Connector.open("binance", endpoints=endpoints) as tw:
        for name in names[:FIRST]:
            tw.on(Trades(name), on_trade)
        await _confirmed(tw, FIRST)
        await asyncio.sleep(0.5)
        scale.tare()
        for name in names[FIRST:]:
            tw.on(Trades(name), on_trade)
        await _confirmed(tw, len(names))
        await asyncio.sleep(0.5)
        count = len(names) - FIRST
        return {"subscriptions": count, "bytes": scale.read() / count}


if __name__ == "__main__":
    run_client(measure)
