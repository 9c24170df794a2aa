"""Runs commands as a shell would: in this process with their output caught, or in one of their own to be signalled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import pytest

from tickwright.cli.commands import run_command
from tickwright.cli.console import failing_in_one_line
from tickwright.io.files import CaptureWriter
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue


__all__ = ["Command", "Result", "VenueThread", "run", "spawned", "tiny_capture", "written_capture"]

T = TypeVar("T")

BTC = "binance:BTC/USDT"

_KEPT_BACK = ("TICKWRIGHT_", "PYTHONTRACEMALLOC")
"""Variables of the tests' own that would change or slow a command."""
_PATIENCE_S = 30.0
"""Until a venue or a command that is well has done its part, on any machine."""


class Result(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be JSON and nothing else."""
        return json.loads(self.out)

    @property
    def reason(self) -> str:
        """The one line of standard error that says why it failed."""
        lines = [line for line in self.err.splitlines() if line.startswith("tickwright:")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


Command = Callable[..., Result]


def run(capfd: pytest.CaptureFixture[str], *arguments: object) -> Result:
    """Run a command in this process."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    capfd.readouterr()
    code: object = None
    try:
        with failing_in_one_line():
            code = run_command([str(each) for each in arguments])
    except SystemExit as ended:
        code = ended.code
    finally:
        root.handlers[:], root.level = before
    assert isinstance(code, int)
    return Result(code, *capfd.readouterr())


@contextlib.contextmanager
def spawned(*arguments: object, cwd: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a command in a process of its own, which is killed if it is still there at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tickwright.cli.main", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={name: text for name, text in os.environ.items() if not name.startswith(_KEPT_BACK)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()  # or leaving the block would wait for it


class VenueThread:
    """A loopback venue with an event loop of its own, beside the one of the command.

    Args:
        faults: What goes wrong at the venue.
        markets: Product → how many instruments.
    """

    def __init__(self, faults: Faults | None = None, **markets: int) -> None:
        counts = markets or {"spot": 3}
        self._markets = [
            GeneratedMarket(f"binance.{product}", count, depth=20, rate_per_s=100.0)
            for product, count in counts.items()
        ]
        self._faults = faults
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self.venue: LoopbackVenue

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(_PATIENCE_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def options(self) -> list[str]:
        """The options that point a command here."""
        return [
            option
            for product, endpoints in self.venue.endpoints.items()
            for field in ("rest", "ws_public")
            for option in ("--endpoint", f"{product}.{field}={getattr(endpoints, field)}")
        ]

    def call(self, function: Callable[[LoopbackVenue], Awaitable[T]]) -> T:
        """Run ``function`` on the venue's loop and return its result."""

        async def on_loop() -> T:
            return await function(self.venue)

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(_PATIENCE_S)

    def wait_for_frames(self, count: int, product: str = "binance.spot") -> None:
        """Wait until so many frames have been sent over the connections that are open."""

        async def wait(venue: LoopbackVenue) -> None:
            connections = venue.switchboard(product).connections
            while sum(each.frames_sent for each in connections) < count:
                await asyncio.sleep(0.01)

        self.call(wait)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with LoopbackVenue(self._markets, faults=self._faults) as self.venue:
            self._ready.set()
            await self._stop.wait()


def written_capture(
    path: Path, frames: list[str], *, url: str = "wss://stream.binance.com:9443/stream"
) -> Path:
    """Write a capture of ``frames``, received a millisecond apart."""
    with CaptureWriter(path) as writer:
        for number, frame in enumerate(frames):
            writer.write(frame, received_ts_ns=number * 1_000_000, conn=url)
    return path


def tiny_capture(path: Path, trades: int = 3) -> Path:
    """Write a capture of a few trades of BTC/USDT."""
    frames = []
    for number in range(1, trades + 1):
        ids = f'"s":"BTCUSDT","t":{number},"p":"{100 + number}.50","q":"0.10","T":1'
        data = f'{{"e":"trade","E":1,{ids},"m":true,"M":true}}'
        frames.append(f'{{"stream":"btcusdt@trade","data":{data}}}')
    return written_capture(path, frames)
