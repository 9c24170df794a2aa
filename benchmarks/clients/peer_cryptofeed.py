"""cryptofeed on the same frames: its own feed, its own order book, a callback an update."""

from __future__ import annotations

import asyncio
import logging
from importlib import metadata
from typing import Any, ClassVar

from cryptofeed.connection import RestEndpoint, WebsocketEndpoint
from cryptofeed.defines import L2_BOOK, TICKER, TRADES
from cryptofeed.exchanges import Binance

from benchmarks.meter import Meter, Plan, run_client


CHANNELS = {
    "depth": {L2_BOOK: "depth@100ms"},
    "bookTicker": {TICKER: "bookTicker"},
    # cryptofeed's trades are the venue's aggregated ones: the source has a twin of each trade for it.
    "trade": {TRADES: "aggTrade"},
    "audited": {L2_BOOK: "depth@100ms", TICKER: "bookTicker"},
    "mix": {L2_BOOK: "depth@100ms", TICKER: "bookTicker", TRADES: "aggTrade"},
}


def loopback(plan: Plan) -> type[Binance]:
    """Return cryptofeed's Binance with its addresses, and nothing else, replaced."""

    class Loopback(Binance):
        # The library insists on wss://; connect() below takes TLS off again, which is to its favour.
        websocket_endpoints: ClassVar = [WebsocketEndpoint(plan.ws.replace("ws://", "wss://"))]
        rest_endpoints: ClassVar = [
            RestEndpoint(plan.rest, routes=Binance.rest_endpoints[0].routes)
        ]

        def connect(self) -> Any:
            connections = super().connect()
            for connection, *_ in connections:
                connection.address = connection.address.replace("wss://", "ws://")
            return connections

    return Loopback


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure cryptofeed on one workload."""
    logging.getLogger("feedhandler").addHandler(logging.StreamHandler())
    channels = CHANNELS[plan.case]
    meter = Meter()
    books: set[str] = set()

    async def on_event(event: Any, received_s: float) -> None:
        meter.count()

    async def on_book(book: Any, received_s: float) -> None:
        if book.delta is not None:
            meter.count()
        else:
            books.add(book.symbol)

    callbacks = {name: on_book if name == L2_BOOK else on_event for name in channels}
    feed = loopback(plan)(
        symbols=[f"{s['base']}-{s['quote']}" for s in plan.symbols],
        channels=list(channels),
        callbacks=callbacks,
    )
    feed.start(asyncio.get_running_loop())
    wanted = len(plan.symbols) if L2_BOOK in channels else 0
    await meter.settle(lambda: len(books) == wanted)
    result = await meter.measure(plan, plan.streams(tuple(channels.values())))
    feed.stop()
    await feed.shutdown()
    return {**result, "version": metadata.version("cryptofeed")}


if __name__ == "__main__":
    run_client(measure)
