"""What a supervisor knows of one child: how to run it, when to run it again, and what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from enum import Enum
from random import Random
from typing import Any

import msgspec

from tickwright.core.restart import RestartDelays, RestartPolicy


__all__ = ["STOP_TIMEOUT_S", "Child", "ChildSpec", "ChildState", "ChildStatus", "Restart"]

STOP_TIMEOUT_S = 2.0
"""How long a child may take to clean up after it was cancelled; Ctrl-C shall end everything in about that."""


class Restart(Enum):
    """When a child that ended is started again."""

    PERMANENT = "always"
    TRANSIENT = "after a failure"
    TEMPORARY = "never"
    """Such a child is forgotten when it ends."""

    def applies(self, *, is_failure: bool) -> bool:
        """Return whether a child that ended so is started again."""
        return _RESTARTS[self, is_failure]


_RESTARTS: dict[tuple[Restart, bool], bool] = {
    (Restart.PERMANENT, False): True,
    (Restart.PERMANENT, True): True,
    (Restart.TRANSIENT, False): False,
    (Restart.TRANSIENT, True): True,
    (Restart.TEMPORARY, False): False,
    (Restart.TEMPORARY, True): False,
}


class ChildState(Enum):
    """Where a child stands."""

    IDLE = "idle"
    """The supervisor itself does not run."""
    RUNNING = "running"
    WAITING = "waiting"
    """For the delay before its next start."""
    ENDED = "ended"
    """For good, as its `Restart` says."""


class ChildStatus(msgspec.Struct, frozen=True):
    """One child at a glance, with those below it."""

    name: str
    state: str
    restarts: int
    last_error: str | None
    restart_in_s: float | None
    children: tuple[ChildStatus, ...] = ()


class ChildSpec(msgspec.Struct, frozen=True, kw_only=True):
    """How to run one child.

    ``start`` is called for every start and returns a new coroutine, which usually runs until it is
    cancelled.
    """

    name: str
    start: Callable[[], Coroutine[Any, Any, None]]
    restart: Restart = Restart.PERMANENT
    delays: RestartPolicy = RestartPolicy()
    stop_timeout_s: float | None = STOP_TIMEOUT_S
    """``None`` for a supervisor: its own children have deadlines."""
    below: Callable[[], tuple[ChildStatus, ...]] | None = None
    """A supervisor's `status`, so that its parent's shows the whole tree."""


class Child:
    """A spec and what became of it; the supervisor is the only one to change it."""

    __slots__ = (
        "_cancelled",
        "_rng",
        "delays",
        "due_s",
        "last_error",
        "restarts",
        "spec",
        "state",
        "task",
    )

    def __init__(self, spec: ChildSpec, rng: Random) -> None:
        self.spec = spec
        self.state = ChildState.IDLE
        self.task: asyncio.Task[None] | None = None
        self.due_s: float | None = None
        self.restarts = 0
        self.last_error: str | None = None
        self._cancelled: asyncio.Task[None] | None = None
        self._rng = rng
        self.delays = RestartDelays(spec.delays, rng)

    async def run(self) -> None:
        """Run one life of the child; what ``start`` itself raises counts as the child's failure."""
        await self.spec.start()

    def cancel(self) -> None:
        """Cancel its task, once: a second time would cut short what the task does to end properly."""
        if self.task is not None and self.task is not self._cancelled:
            self._cancelled = self.task
            self.task.cancel()

    def rest(self, state: ChildState) -> None:
        """Note that it runs no more and waits for nothing."""
        self.task, self.due_s, self.state = None, None, state

    def wait_until(self, due_s: float) -> None:
        """Note when it shall be started next."""
        self.task, self.due_s, self.state = None, due_s, ChildState.WAITING

    def forgive(self) -> None:
        """Forget earlier failures: its supervisor starts afresh."""
        self.delays = RestartDelays(self.spec.delays, self._rng)

    def status(self, now_s: float) -> ChildStatus:
        """Return it at a glance."""
        return ChildStatus(
            name=self.spec.name,
            state=self.state.value,
            restarts=self.restarts,
            last_error=self.last_error,
            restart_in_s=None if self.due_s is None else max(0.0, self.due_s - now_s),
            children=() if self.spec.below is None else self.spec.below(),
        )
