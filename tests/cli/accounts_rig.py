"""A sandbox beside the command that is tested, as `tickwright sandbox --ready-file` serves one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tickwright import Sandbox


__all__ = ["BTC", "PERP", "SandboxThread"]

T = TypeVar("T")

BTC, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
_PATIENCE_S = 30.0


class SandboxThread:
    """A sandbox of Binance spot and USD-M with an event loop of its own, and its ready file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.box: Sandbox
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    @property
    def options(self) -> list[str]:
        """The options that point a command here."""
        return ["--sandbox", str(self.path)]

    @property
    def secrets(self) -> tuple[str, str]:
        """What no output may show."""
        return self.box.account.key, self.box.account.secret

    def call(self, function: Callable[[Sandbox], Awaitable[T]]) -> T:
        """Run ``function`` on the sandbox's loop and return its result."""

        async def on_loop() -> T:
            return await function(self.box)

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(_PATIENCE_S)

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

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        products = ("binance.spot", "binance.usdm")
        async with Sandbox(products, instruments=1, rate_per_s=5.0) as self.box:
            self.path.write_text(json.dumps(self.box.ready()), encoding="utf-8")
            self._ready.set()
            await self._stop.wait()
