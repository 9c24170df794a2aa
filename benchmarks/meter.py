"""The client's side of a measurement: tells the source when to play, and takes the CPU clock.

Only the standard library is imported, for this runs inside every peer's environment too.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit


__all__ = ["CHANNELS", "Meter", "Plan", "report", "run_client"]

CHANNELS = {
    "depth": ("depth@100ms",),
    "bookTicker": ("bookTicker",),
    "trade": ("trade",),
    "audited": ("depth@100ms", "bookTicker"),
    "mix": ("depth@100ms", "bookTicker", "aggTrade"),
}
"""Case → the venue's channels that make it up."""

SETTLE_S = 0.3
DEADLINE_S = 60.0


class Plan:
    """What the source will send, as it announces it."""

    def __init__(self, rest: str, ws: str) -> None:
        self.rest = rest
        self.ws = ws
        parts = urlsplit(rest)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._http.request("GET", "/bench/plan")
        body = json.loads(self._http.getresponse().read())
        self.case: str = body["case"]
        self.symbols: list[dict[str, str]] = body["symbols"]
        self.counts: dict[str, dict[str, int]] = body["counts"]
        self.last: dict[str, dict[str, Any]] = body["last"]

    def streams(self, channels: tuple[str, ...] = ()) -> list[str]:
        """Return the stream names of ``channels``, by default the case's own, of all symbols."""
        wanted = channels or CHANNELS[self.case]
        return [f"{s['name'].lower()}@{channel}" for channel in wanted for s in self.symbols]

    def frames(self, phase: str, streams: list[str]) -> int:
        """Return how many frames ``streams`` bring in ``phase``."""
        return sum(self.counts[phase].get(stream, 0) for stream in streams)

    def play(self, phase: str) -> None:
        """Ask for the frames of ``phase``; returns before they come."""
        self._http.request("GET", f"/bench/play?phase={phase}")

    def played(self) -> bytes:
        """Take the reply of the last `play`, so that the connection can carry the next."""
        return self._http.getresponse().read()


class Meter:
    """Counts a client's callbacks and reads the CPU clock at the last one expected."""

    def __init__(self) -> None:
        self.seen = 0
        self.end_ns = 0
        self._last = -1
        self._done: asyncio.Future[None] | None = None

    def count(self) -> None:
        """Note one callback."""
        self.seen += 1
        if self.seen == self._last:
            self.finish()

    def finish(self) -> None:
        """Note that the phase is over; for clients whose callbacks cannot be counted."""
        self.end_ns = time.process_time_ns()
        if self._done is not None and not self._done.done():
            self._done.set_result(None)

    async def settle(self, is_ready: Callable[[], bool] = lambda: True) -> None:
        """Wait until ``is_ready()`` holds and callbacks have been quiet for a moment.

        Raises:
            TimeoutError: It does not come to that.
        """
        deadline = time.monotonic() + DEADLINE_S
        before = -1
        while before != self.seen or not is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not ready after {DEADLINE_S:.0f} s ({self.seen} callbacks)")
            before = self.seen
            await asyncio.sleep(SETTLE_S)

    async def phase(self, plan: Plan, phase: str, expected: int | None) -> int:
        """Have ``phase`` played and wait for its end; return the CPU time it took in ns.

        Args:
            plan: The source's plan.
            phase: ``warm_up`` or ``main``.
            expected: Callbacks to come, or ``None`` where the client calls `finish` itself.
        """
        self._done = asyncio.get_running_loop().create_future()
        self._last = -1 if expected is None else self.seen + expected
        start_ns = time.process_time_ns()
        plan.play(phase)
        try:
            async with asyncio.timeout(DEADLINE_S):
                await self._done
        except TimeoutError:
            missing = "" if expected is None else f", {self._last - self.seen} callbacks missing"
            raise TimeoutError(f"{phase}: not over after {DEADLINE_S:.0f} s{missing}") from None
        plan.played()
        return self.end_ns - start_ns

    async def measure(self, plan: Plan, streams: list[str]) -> dict[str, Any]:
        """Warm up, measure, and return the result of a client that calls back once a frame."""
        await self.phase(plan, "warm_up", plan.frames("warm_up", streams))
        frames = plan.frames("main", streams)
        return report(frames, await self.phase(plan, "main", frames))


def report(frames: int, used_ns: int, **extra: Any) -> dict[str, Any]:
    """Return one run's result as the orchestrator reads it."""
    return {
        "frames": frames,
        "cpu_us": used_ns / frames / 1000,
        "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **extra,
    }


def run_client(measure: Callable[[Plan], Awaitable[dict[str, Any]]]) -> None:
    """Run a client program: connect it to ``--rest`` and ``--ws``, print its result as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rest", required=True)
    parser.add_argument("--ws", required=True)
    arguments = parser.parse_args()
    plan = Plan(arguments.rest, arguments.ws)

    async def main() -> None:
        print(json.dumps(await measure(plan)), flush=True)

    try:
        import uvloop
    except ImportError:
        print("uvloop is absent: measured on asyncio's own loop", file=sys.stderr)
        asyncio.run(main())
    else:
        uvloop.run(main())
