"""The floor: picows receives the frames, a callback throws them away. Nobody can be cheaper on this socket."""

from __future__ import annotations

from typing import Any

from picows import WSFrame, WSListener, WSTransport, ws_connect

from benchmarks.meter import Meter, Plan, run_client


class Discard(WSListener):
    """Counts frames."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._count = meter.count

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Count one frame; its payload is never touched."""
        self._count()


async def measure(plan: Plan) -> dict[str, Any]:
    """Receive and discard one workload."""
    streams = plan.streams()
    meter = Meter()
    url = f"{plan.ws}/stream?streams={'/'.join(streams)}"
    transport, _ = await ws_connect(lambda: Discard(meter), url, enable_auto_pong=False)
    await meter.settle()
    result = await meter.measure(plan, streams)
    transport.disconnect()
    return result


if __name__ == "__main__":
    run_client(measure)
