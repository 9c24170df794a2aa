"""The floor of all delays: picows hands the frame over, its id is read later."""

from __future__ import annotations

from time import monotonic_ns
from typing import Any

import msgspec
from picows import WSFrame, WSListener, WSTransport, ws_connect

from benchmarks.meter import Plan, run_client
from benchmarks.stopwatch import Stopwatch


class _Frame(msgspec.Struct):
    data: dict[str, Any]


class _Told(bytes):
    """A frame that can be asked for its id once the clock has stopped."""

    def __int__(self) -> int:
        data = msgspec.json.decode(self, type=_Frame).data
        found: int = data["t"] if "t" in data else data["u"]
        return found


class Stamp(WSListener):
    """Stamps frames."""

    def __init__(self, watch: Stopwatch) -> None:
        super().__init__()
        self._note = watch.note

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Stamp one frame."""
        self._note((monotonic_ns(), _Told(frame.get_payload_as_bytes())))


async def measure(plan: Plan) -> dict[str, Any]:
    """Measure the delays of the socket alone."""
    streams = plan.streams()
    watch = Stopwatch()
    url = f"{plan.ws}/stream?streams={'/'.join(streams)}"
    transport, _ = await ws_connect(lambda: Stamp(watch), url, enable_auto_pong=False)
    await watch.settle()
    result = await watch.measure(plan, streams)
    transport.disconnect()
    return result


if __name__ == "__main__":
    run_client(measure)
