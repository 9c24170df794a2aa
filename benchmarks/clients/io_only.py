"""Tickwright's WebSocket port alone: frames come up as bytes and are thrown away. A stage of the profile."""

from __future__ import annotations

from typing import Any

from benchmarks.meter import Meter, Plan, run_client
from tickwright.io.websocket import WebSocketOptions
from tickwright.io.websocket_picows import PicowsTransport


class Discard:
    """Counts frames."""

    def __init__(self, meter: Meter) -> None:
        self._count = meter.count

    def on_frame(self, payload: bytes) -> None:
        """Count one frame."""
        self._count()

    def on_ping(self, payload: bytes) -> None: ...
    def on_pong(self, payload: bytes) -> None: ...
    def on_closed(self, code: int, reason: str) -> None: ...


async def measure(plan: Plan) -> dict[str, Any]:
    """Receive one workload through `tickwright.io` and discard it."""
    streams = plan.streams()
    meter = Meter()
    url = f"{plan.ws}/stream?streams={'/'.join(streams)}"
    connection = await PicowsTransport().connect(url, Discard(meter), WebSocketOptions())
    await meter.settle()
    result = await meter.measure(plan, streams)
    connection.close()
    await connection.wait_closed()
    return result


if __name__ == "__main__":
    run_client(measure)
