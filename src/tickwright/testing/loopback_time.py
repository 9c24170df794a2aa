"""Virtual time over real sockets: both ends are on loopback and in this process, so nothing else takes time.

What one end writes the other can read at once. Where no socket is ready, everybody waits for a timer, and time jumps to
it. Hours of a client and a venue over TCP pass in seconds, and what holds on `tickwright.testing.virtual_time` can be
tried on the sockets that users have.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
import socket
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ParamSpec, TypeVar

from tickwright.testing.virtual_time import Deadlock, VirtualTimeLoop


__all__ = ["LoopbackTimeLoop", "loopback_time", "run_loopback"]

P = ParamSpec("P")
T = TypeVar("T")

_LOOKS = 3
"""How often to look for something to read before time jumps. What came too late for the last look is found after the
jump, as if the network had taken so long."""
_HOPE_S = 2.0
"""Where no timer is set only a socket can go on; this long, by the real clock, before that is called a deadlock."""


class LoopbackTimeLoop(VirtualTimeLoop):
    """An event loop on virtual time that takes sockets, of loopback only.

    Example:
        >>> async def main() -> None:
        ...     async with Sandbox(clock=VirtualClock()) as sandbox:
        ...         ports = Ports(clock=VirtualClock())
        ...         async with Connector.open("binance", environment=sandbox, ports=ports) as tw:
        ...             await tw.book("binance:BTC/USDT")
        ...             await asyncio.sleep(3600)
        >>> run_loopback(main())
    """

    def _selector(self) -> selectors.BaseSelector:
        return _LoopbackSelector(self)

    async def getaddrinfo(
        self,
        host: Any,
        port: Any,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's own name for it
        proto: int = 0,
        flags: int = 0,
    ) -> Any:
        """Read addresses without a thread; names are refused, as asking for them takes real time."""
        flags |= socket.AI_NUMERICHOST
        return socket.getaddrinfo(host, port, family, type, proto, flags)


def run_loopback(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on a new `LoopbackTimeLoop` and return its result.

    Raises:
        Deadlock: Everything waits, and nothing will ever happen.
    """
    with asyncio.Runner(loop_factory=LoopbackTimeLoop) as runner:
        return runner.run(main)


def loopback_time(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Decorate an async test so that it runs on virtual time, with sockets."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return run_loopback(test(*args, **kwargs))

    return run


class _LoopbackSelector(selectors.BaseSelector):
    """Where the loop would sleep, it looks once more, then moves the loop's time."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        for _ in range(1 if timeout == 0 else _LOOKS):
            ready = self._real.select(0)
            if ready or timeout == 0:
                return ready
        if timeout is not None:
            self._loop.jump(timeout)
            return []
        ready = self._real.select(_HOPE_S)
        if not ready:
            raise Deadlock("nothing will ever happen: no timer is set, and no socket has a word")
        return ready

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()
