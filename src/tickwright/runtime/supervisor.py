"""Owns every task, restarts what crashed, and stops all in good order.

Theory of operation
===================

Outages are not crashes: a session meets a `ConnectivityError` by itself and reconnects. What ends a
child all the same is either the outside world at a bad moment (no network at the very start), or a
bug. Both are answered by a fresh start after a delay; a bug is also logged with its traceback and
counted, and too many of them in a while end the supervisor itself, whose parent then starts the
whole branch afresh.

The words are those of Erlang/OTP. A supervisor is a child like any other, so that trees can be
built: ``root.add(venue.as_child())``. Everything runs on one event loop, so nothing here locks.

Nothing outside this module and ``io`` makes a task that is not in a TaskGroup.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Coroutine, Iterable
from enum import Enum
from random import Random
from types import TracebackType
from typing import Any, Self

import msgspec

from tickwright.core.restart import RestartPolicy
from tickwright.errors import (
    CircuitOpen,
    Closed,
    ConnectivityError,
    TooManyRestarts,
    UsageError,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.runtime.children import (
    STOP_TIMEOUT_S,
    Child,
    ChildSpec,
    ChildState,
    ChildStatus,
    Restart,
)


__all__ = ["ChildSpec", "ChildStatus", "Intensity", "Restart", "Strategy", "Supervisor"]

log = logging.getLogger(__name__)

EXPECTED = (ConnectivityError, VenueError, CircuitOpen)
"""What the world does; anything else that ends a child is a bug."""

WAIT_S_MIN = 0.001
"""A wait below the resolution of the loop's clock would end at the very same time, again and again."""


class Strategy(Enum):
    """Who else is started afresh when a child is."""

    ONE_FOR_ONE = "nobody"
    REST_FOR_ONE = "those after it, which build on it"


class Intensity(msgspec.Struct, frozen=True):
    """How many restarts after bugs are borne, and in which while, before the supervisor gives up."""

    restarts: int = 5
    period_s: float = 60.0


DEFAULT_INTENSITY = Intensity()


class Supervisor:
    """Runs children, each in a task of its own. Use it with ``async with``, or as a child of another.

    Args:
        name: For logs and status.
        clock: Monotonic time, for delays and intensity.
        rng: Chance, for the jitter of delays.
        strategy: Who else restarts with a child.
        intensity: When to give up; ``None`` never does, which is right for a root whose children
            have nothing to do with each other.
        children: The first children, in the order of their start.

    Example:
        >>> async def main(clock: Clock, rng: Random) -> None:
        ...     async with Supervisor("root", clock, rng) as root:
        ...         root.add(ChildSpec(name="ticker", start=tick_for_ever))
        ...         await root.wait()
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        rng: Random,
        *,
        strategy: Strategy = Strategy.ONE_FOR_ONE,
        intensity: Intensity | None = DEFAULT_INTENSITY,
        children: Iterable[ChildSpec] = (),
    ) -> None:
        self.name = name
        self._clock = clock
        self._rng = rng
        self._strategy = strategy
        self._intensity = intensity
        self._children: dict[str, Child] = {}
        self._spawned: set[asyncio.Task[None]] = set()
        self._ended: deque[Child] = deque()
        self._removed: deque[Child] = deque()
        self._crashes_s: deque[float] = deque()
        self._changed = asyncio.Event()
        self._is_running = False
        self._task: asyncio.Task[None] | None = None
        for spec in children:
            self.add(spec)

    # What its owner asks for.

    async def run(self) -> None:
        """Run the children until cancelled; then stop them, the last one first.

        Raises:
            TooManyRestarts: If they crashed more often than ``intensity`` bears.
        """
        self._begin()
        await self._serve()

    async def __aenter__(self) -> Self:
        self._begin()
        self._task = asyncio.get_running_loop().create_task(self._serve(), name=self.name)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await _outlast(task)
            if self._is_running:  # a task that is cancelled before its first step never runs at all
                await self._end()
            failure = _failure_of(task)
            if failure is not None and error is None:
                raise failure

    async def wait(self) -> None:
        """Wait until the supervisor has ended; for one that was entered with ``async with``.

        Raises:
            TooManyRestarts: If it gave up.
        """
        if self._task is None:
            raise UsageError(f"{self.name}: nothing to wait for; enter it with `async with` first")
        task = self._task
        await asyncio.wait({task})
        failure = _failure_of(task)
        if failure is not None:
            raise failure

    def add(self, spec: ChildSpec) -> None:
        """Add a child after all others; it is started now, or as soon as the supervisor runs.

        Raises:
            UsageError: If there is a child of that name.
        """
        if spec.name in self._children:
            raise UsageError(f"{self.name}: there is a child {spec.name!r} already")
        child = self._children[spec.name] = Child(spec, self._rng)
        if self._is_running:
            self._start(child)

    def remove(self, name: str) -> None:
        """Stop the child and forget it; unknown names are ignored, so twice is fine."""
        child = self._children.pop(name, None)
        if child is not None and child.task is not None:
            child.cancel()
            self._removed.append(child)
            self._changed.set()

    def spawn(self, name: str, coroutine: Coroutine[Any, Any, None], /) -> asyncio.Task[None]:
        """Run ``coroutine`` once, as a task of this supervisor: what it raises is logged, and no more.

        Raises:
            Closed: If the supervisor does not run.
        """
        if not self._is_running:
            coroutine.close()
            raise Closed(f"{self.name} does not run, so it cannot own the task {name!r}")
        task = asyncio.get_running_loop().create_task(coroutine, name=f"{self.name}/{name}")
        self._spawned.add(task)
        task.add_done_callback(self._spawned_ended)
        return task

    def as_child(
        self, restart: Restart = Restart.PERMANENT, delays: RestartPolicy | None = None
    ) -> ChildSpec:
        """Return the spec by which another supervisor runs this one."""
        return ChildSpec(
            name=self.name,
            start=self.run,
            restart=restart,
            delays=delays or RestartPolicy(),
            stop_timeout_s=None,
            below=self.status,
        )

    @property
    def is_running(self) -> bool:
        """True from its start until it begins to stop."""
        return self._is_running

    def status(self) -> tuple[ChildStatus, ...]:
        """Return every child at a glance, in order, with those below them."""
        now_s = self._clock.monotonic_s()
        return tuple(child.status(now_s) for child in self._children.values())

    # Running.

    def _begin(self) -> None:
        if self._is_running:
            raise UsageError(f"{self.name} runs already")
        self._is_running = True
        self._crashes_s.clear()
        for child in self._children.values():
            child.forgive()
            self._start(child)

    async def _serve(self) -> None:
        try:
            while True:
                await self._event()
                while self._removed:
                    await self._stop(self._removed[0])
                    self._removed.popleft()
                while self._ended:
                    await self._settle(self._ended.popleft())
                self._start_due()
        finally:
            await self._end()

    async def _end(self) -> None:
        self._is_running = False
        await self._stop_all()

    async def _event(self) -> None:
        due_s = [child.due_s for child in self._children.values() if child.due_s is not None]
        delay_s = max(WAIT_S_MIN, min(due_s) - self._clock.monotonic_s()) if due_s else None
        try:
            async with asyncio.timeout(delay_s):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def _start(self, child: Child) -> None:
        child.rest(ChildState.RUNNING)
        child.delays.connected(self._clock.monotonic_s())
        name = f"{self.name}/{child.spec.name}"
        child.task = asyncio.get_running_loop().create_task(child.run(), name=name)
        child.task.add_done_callback(lambda task: self._child_ended(child, task))

    def _start_due(self) -> None:
        now_s = self._clock.monotonic_s()
        for child in self._children.values():
            if child.due_s is not None and child.due_s <= now_s:
                child.restarts += 1
                self._start(child)

    def _child_ended(self, child: Child, task: asyncio.Task[None]) -> None:
        if child.task is task:
            self._ended.append(child)
            self._changed.set()

    async def _settle(self, child: Child) -> None:
        """Decide what becomes of a child whose task has ended by itself."""
        task = child.task
        if task is None or not task.done() or self._children.get(child.spec.name) is not child:
            return  # stopped, started again or removed since
        child.rest(ChildState.ENDED)
        error = _error_of(task)
        child.last_error = None if error is None else f"{type(error).__name__}: {error}"
        if not child.spec.restart.applies(is_failure=error is not None):
            self._log(child, error, "it stays ended")
            if child.spec.restart is Restart.TEMPORARY:
                del self._children[child.spec.name]
            return
        now_s = self._clock.monotonic_s()
        delay_s = child.delays.failed(now_s)
        if delay_s is None or self._is_too_often(error, now_s):
            self._log(child, error, f"{self.name} gives up")
            raise TooManyRestarts(
                f"{self.name}: gave up on {child.spec.name} after"
                f" {child.restarts} restarts; the last error was {child.last_error}"
            )
        self._log(child, error, f"restart in {delay_s:.1f} s")
        if self._strategy is Strategy.REST_FOR_ONE:
            await self._stop_followers(child, now_s + delay_s)
        child.wait_until(now_s + delay_s)

    async def _stop_followers(self, child: Child, due_s: float) -> None:
        names = list(self._children)
        for name in reversed(names[names.index(child.spec.name) + 1 :]):
            follower = self._children[name]
            await self._stop(follower)
            if follower.spec.restart is Restart.TEMPORARY:
                del self._children[name]
            else:
                follower.wait_until(due_s)

    def _is_too_often(self, error: BaseException | None, now_s: float) -> bool:
        if self._intensity is None or isinstance(error, EXPECTED):
            return False
        self._crashes_s.append(now_s)
        while self._crashes_s[0] <= now_s - self._intensity.period_s:
            self._crashes_s.popleft()
        return len(self._crashes_s) > self._intensity.restarts

    def _log(self, child: Child, error: BaseException | None, then: str) -> None:
        name = f"{self.name}/{child.spec.name}"
        if error is None:
            log.info("%s returned; %s", name, then)
        elif isinstance(error, (*EXPECTED, TooManyRestarts)):
            log.warning("%s: %s; %s", name, child.last_error, then)  # a traceback could add nothing
        else:
            log.error("%s crashed, which is a bug; %s", name, then, exc_info=error)

    def _spawned_ended(self, task: asyncio.Task[None]) -> None:
        self._spawned.discard(task)
        error = _failure_of(task)
        if error is not None and not self._came_too_late(error):
            log.error("%s crashed, which is a bug", task.get_name(), exc_info=error)

    def _came_too_late(self, error: BaseException) -> bool:
        """Tell whether an error says no more than that its task wanted another one while all end."""
        if isinstance(error, BaseExceptionGroup):
            return all(self._came_too_late(each) for each in error.exceptions)
        return isinstance(error, Closed) and not self._is_running

    # Stopping.

    async def _stop(self, child: Child) -> None:
        """Cancel the child's task and wait for its end, as long as its deadline allows."""
        task = child.task
        if task is not None:
            child.cancel()
            await _ended([task], child.spec.stop_timeout_s)
            child.task = None
            error = _failure_of(task) if task.done() else None
            if error is not None and not self._came_too_late(error):
                log.error("%s crashed while it was stopped", task.get_name(), exc_info=error)
        child.rest(ChildState.ENDED)

    async def _stop_all(self) -> None:
        children = [*self._children.values(), *self._removed]
        try:
            await _cancel(self._spawned.copy(), STOP_TIMEOUT_S)
            for child in reversed(children):
                await self._stop(child)
        except asyncio.CancelledError:  # no more patience: all at once, in the time of one
            tasks = [child.task for child in children if child.task is not None]
            await _cancel([*tasks, *self._spawned], STOP_TIMEOUT_S)
            raise
        finally:
            for child in children:
                child.rest(ChildState.IDLE)
            self._removed.clear()
            self._ended.clear()


async def _cancel(tasks: Collection[asyncio.Task[None]], timeout_s: float | None) -> None:
    for task in tasks:
        task.cancel()
    await _ended(tasks, timeout_s)


async def _ended(tasks: Collection[asyncio.Task[None]], timeout_s: float | None) -> None:
    if tasks:
        _, left = await asyncio.wait(tasks, timeout=timeout_s)
        for task in left:
            log.error("%s did not end within %s s and is left behind", task.get_name(), timeout_s)


def _failure_of(task: asyncio.Task[None]) -> BaseException | None:
    return None if task.cancelled() else task.exception()


def _error_of(task: asyncio.Task[None]) -> BaseException | None:
    """Return what ended a task that nobody here has cancelled."""
    if task.cancelled():
        return asyncio.CancelledError("cancelled, though not by its supervisor")
    return task.exception()


async def _outlast(task: asyncio.Task[None]) -> None:
    """Wait for ``task`` even if cancelled meanwhile, which is passed on to it, and raised after it."""
    interruption: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            interruption = error
            task.cancel()
    if interruption is not None:
        raise interruption
