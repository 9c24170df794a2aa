"""An event loop whose time jumps to the next timer, so that hours of waiting are tested in milliseconds.

Nothing else about asyncio changes: tasks, timeouts, queues and locks run as they are. A run depends on no
clock, so it repeats itself exactly. There is no outside: sockets and threads are refused, as their answers would
take real time. What waits for something that can never come ends with `Deadlock` instead of hanging.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

from tickwright.errors import TickwrightError


__all__ = ["Deadlock", "VirtualClock", "VirtualTimeLoop", "run_virtual", "virtual_time"]

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_EPOCH_NS = 1_700_000_000_000_000_000
"""Wall clock at the start of every virtual run: 2023-11-14 22:13:20 UTC."""
_EPOCH_MONO_S = 1000.0


class Deadlock(TickwrightError):
    """Every task waits, and no timer is set: nothing will ever happen again."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time.

    Example:
        >>> async def main() -> str:
        ...     await asyncio.sleep(86_400)
        ...     return "the next day"
        >>> run_virtual(main())
        'the next day'
    """

    def __init__(self) -> None:
        self._now_s = _EPOCH_MONO_S
        super().__init__(self._selector())

    def _selector(self) -> selectors.BaseSelector:
        return _JumpSelector(self)

    def time(self) -> float:
        """Return the virtual time in s."""
        return self._now_s

    def jump(self, by_s: float) -> None:
        """Move time on; the selector does it when nothing is ready."""
        self._now_s += by_s

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Refuse: a thread takes real time."""
        raise RuntimeError(f"no threads on virtual time: {func!r} would take real time")


class VirtualClock:
    """The `tickwright.io.clock.Clock` of a virtual loop; its wall clock can be stepped.

    Args:
        loop: The loop to tell the time of; ``None`` takes the running one.
        time_ns: What the wall clock shows now; ``None`` makes all clocks of a loop agree.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop | None = None, *, time_ns: int | None = None
    ) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._wall_offset_ns = _EPOCH_NS - round(_EPOCH_MONO_S * 1e9)
        if time_ns is not None:
            self._wall_offset_ns = time_ns - self.monotonic_ns()

    def time_ns(self) -> int:
        """Return the wall clock in ns since 1970."""
        return self.monotonic_ns() + self._wall_offset_ns

    def monotonic_ns(self) -> int:
        """Return the loop's time in ns."""
        return round(self._loop.time() * 1e9)

    def monotonic_s(self) -> float:
        """Return the loop's time in s."""
        return self._loop.time()

    def step(self, by_s: float) -> None:
        """Set the wall clock forward or back; the monotonic clock does not notice."""
        self._wall_offset_ns += round(by_s * 1e9)


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on a new `VirtualTimeLoop` and return its result.

    Raises:
        Deadlock: Everything waits, and nothing will ever happen.
    """
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


def virtual_time(test: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Decorate an async test so that it runs on virtual time.

    Example:
        >>> @virtual_time
        ... async def test_a_day_passes() -> None:
        ...     await asyncio.sleep(86_400)
    """

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return run_virtual(test(*args, **kwargs))

    return run


class _JumpSelector(selectors.BaseSelector):
    """Where the loop would sleep, it moves the loop's time instead."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        # The first registration is the loop's own wake-up pipe, by which signals (Ctrl-C) reach it.
        if self._real.get_map():
            raise RuntimeError("no sockets on virtual time: use tickwright.testing.memory")
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise Deadlock(
                "nothing will ever happen: every task waits and no timer is set; the tasks are "
                + ", ".join(sorted(_where(task) for task in asyncio.all_tasks(self._loop)))
            )
        self._loop.jump(timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def _where(task: asyncio.Task[Any]) -> str:
    frames = task.get_stack(limit=1)
    line = f" line {frames[0].f_lineno}" if frames else ""
    return f"{getattr(task.get_coro(), '__qualname__', task.get_name())}{line}"
