"""Tickwright as a user writes it: ``await tw.orders.submit(…)``, with a journal and the account's private stream.

The environment says which way: ``ORDERS_TRANSPORT`` (websocket, rest) and ``ORDERS_JOURNAL`` (a URL, or a file of SQLite's).
When an order's bytes were written is taken at the ports, in both cases just before the system's own call, which on loopback
wakes the venue as well: over HTTP the answer tells it, over a socket it is when the frame is handed over.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.orderplan import OrderPlan, measure_orders, percentiles, run_client
from tickwright import Connector
from tickwright.app.assembly import Ports
from tickwright.io.http import HttpRequest, HttpResponse
from tickwright.io.http_aiohttp import AiohttpTransport
from tickwright.io.websocket import WebSocketConnection, WebSocketHandler, WebSocketOptions
from tickwright.io.websocket_picows import PicowsTransport
from tickwright.model.orders import OrderFilled
from tickwright.model.topics import OrderUpdates
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Credentials


TAKEN = 200
"""Market orders of the last part: each is told by the private stream, and by nothing else."""
TAKE_TIMEOUT_S = 30.0


class Stamped:
    """When anything was last written."""

    def __init__(self) -> None:
        self.sent_ns = 0


class StampedHttp:
    """The HTTP port, keeping when the last request was written."""

    def __init__(self, inner: AiohttpTransport, stamped: Stamped) -> None:
        self._inner = inner
        self._stamped = stamped

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send, and keep what the answer tells."""
        response = await self._inner.send(request)
        self._stamped.sent_ns = response.sent_mono_ns
        return response


class StampedConnection:
    """A connection that keeps when the last text was written; all else is the inner one's."""

    def __init__(self, inner: WebSocketConnection, stamped: Stamped) -> None:
        self._inner = inner
        self._send = inner.send_text
        self._stamped = stamped

    def send_text(self, text: str) -> None:
        """Send, and keep when that began."""
        self._stamped.sent_ns = time.monotonic_ns()
        self._send(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class StampedSockets:
    """The WebSocket port, with such connections."""

    def __init__(self, stamped: Stamped) -> None:
        self._inner = PicowsTransport()
        self._stamped = stamped

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> Any:  # as the Protocol's: what is left out here the inner one has
        """Connect."""
        inner = await self._inner.connect(url, handler, options)
        return StampedConnection(inner, self._stamped)


@asynccontextmanager
async def opened(plan: OrderPlan, stamped: Stamped) -> AsyncIterator[Connector]:
    """Open a connector the way that the environment says."""
    async with AiohttpTransport() as http:
        with tempfile.TemporaryDirectory() as folder:
            journal = os.environ.get("ORDERS_JOURNAL") or f"sqlite:{Path(folder) / 'orders.db'}"
            async with Connector.open(
                "binance.usdm",
                endpoints={"binance.usdm": Endpoints(**plan.endpoints)},
                credentials={"binance": Credentials(plan.key, plan.secret)},
                journal=journal,
                order_transport=os.environ.get("ORDERS_TRANSPORT", "websocket"),
                ports=Ports(http=StampedHttp(http, stamped), websockets=StampedSockets(stamped)),
            ) as tw:
                yield tw


async def time_reports(tw: Connector, plan: OrderPlan) -> dict[str, Any]:
    """Buy and sell at once, and take from the arrival of each execution's frame to the handler."""
    delays_us: list[float] = []
    heard = asyncio.Event()

    def on_order(event: object) -> None:
        now_ns = time.time_ns()
        if isinstance(event, OrderFilled):
            delays_us.append((now_ns - event.received_ts_ns) / 1000)
            heard.set()

    listener = tw.on(OrderUpdates(), on_order)
    market = plan.markets[0]
    for number in range(TAKEN):
        heard.clear()
        side = "sell" if number % 2 else "buy"
        await tw.orders.submit(market["id"], side, quantity=market["quantity"])
        async with asyncio.timeout(TAKE_TIMEOUT_S):
            await heard.wait()
    listener.detach()
    p50_us, p99_us = percentiles(delays_us)
    return {"report_p50_us": p50_us, "report_p99_us": p99_us}


async def measure(plan: OrderPlan) -> dict[str, Any]:
    """Measure placing, or (with ``ORDERS_PART=reports``) hearing of executions."""
    wire_us: list[float] = []
    stamped = Stamped()
    async with opened(plan, stamped) as tw:
        if os.environ.get("ORDERS_PART") == "reports":
            return await time_reports(tw, plan)

        async def place(market: dict[str, Any]) -> None:
            began_ns = time.monotonic_ns()
            await tw.orders.submit(
                market["id"], "buy", quantity=market["quantity"], price=market["price"]
            )
            wire_us.append((stamped.sent_ns - began_ns) / 1000)

        result = await measure_orders(plan, place)
    p50_us, p99_us = percentiles(wire_us[-result["orders"] :])
    return {**result, "wire_p50_us": p50_us, "wire_p99_us": p99_us}


if __name__ == "__main__":
    run_client(measure)
