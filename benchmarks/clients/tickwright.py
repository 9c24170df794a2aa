"""Tickwright as a user writes it: books opened, handlers set, callbacks counted."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.clients import loopback
from benchmarks.meter import CHANNELS, Meter, Plan, run_client
from tickwright import AggTrades, BookUpdates, Connector, Quotes, Trades
from tickwright.kernel import IS_COMPILED
from tickwright.venues.base import Endpoints


TOPICS = {
    "depth@100ms": BookUpdates,
    "bookTicker": Quotes,
    "trade": Trades,
    "aggTrade": AggTrades,
}


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure Tickwright on one workload."""
    loopback.install()
    meter = Meter()
    count = meter.count

    def on_event(event: object) -> None:
        count()

    endpoints = {"binance.spot": Endpoints(rest=plan.rest, ws_public=plan.ws)}
    names = [f"binance:{symbol['base']}/{symbol['quote']}" for symbol in plan.symbols]
    channels = CHANNELS[plan.case]
    # An audited book also wants bookTicker frames, which these cases have only where quotes are asked for anyway.
    audits = "bookTicker" in channels
    async with Connector.open("binance", endpoints=endpoints, audit_books=audits) as tw:
        for channel in channels:
            for name in names:
                tw.on(TOPICS[channel](name), on_event)
        if "depth@100ms" in channels:
            books = await asyncio.gather(*(tw.book(name) for name in names))
        else:
            books = []
        streams = plan.streams()
        await meter.settle(lambda: loopback.confirmed(tw) >= len(streams))
        result = await meter.measure(plan, streams)
        gaps = sum(book.gaps + book.resyncs for book in books)
        states = sorted({book.state.value for book in books})
    return {
        **result,
        "kernel": "compiled" if IS_COMPILED else "twin",
        "gaps": gaps,
        "books": states,
    }


if __name__ == "__main__":
    run_client(measure)
