"""The sessions of one route: as few connections as the venue's limits allow, opened and closed as wishes change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tickwright.core.renewal import RenewalTimer
from tickwright.runtime.routes import Route
from tickwright.runtime.session import SessionRunner
from tickwright.runtime.succession import Progress, Succession


__all__ = ["SessionPool"]

RETRY_S = 60.0
"""Between two tries to renew a session."""


class SessionPool:
    """Places streams on sessions; opens another only when all are full, and closes one that serves nothing.

    Connections that the venue will cut are renewed before: a successor takes over while the old one still delivers.

    Args:
        make: Makes the n-th session (from 1) and has it run.
        drop: Ends a session for good.
        timer: Makes the renewal timer of a connection opened at a monotonic time; ``None`` never renews.
    """

    def __init__(
        self,
        make: Callable[[int], SessionRunner],
        drop: Callable[[SessionRunner], None],
        timer: Callable[[float], RenewalTimer] | None = None,
    ) -> None:
        self._make = make
        self._drop = drop
        self._timer = timer
        self._made = 0
        self._runners: list[SessionRunner] = []
        self._timers: dict[SessionRunner, tuple[float, RenewalTimer]] = {}
        self._successions: dict[SessionRunner, Succession] = {}
        self._not_before_s: dict[SessionRunner, float] = {}

    def want(self, routes: Sequence[Route]) -> None:
        """Subscribe ``routes``, each on the first session that has room."""
        rest = list(routes)
        for runner in self._runners:
            rest = self._fill(runner, rest)
        while rest:
            runner = self._another()
            self._runners.append(runner)
            rest = self._fill(runner, rest)

    def unwant(self, route: Route) -> None:
        """Give ``route`` up on the session that carries it."""
        runner = self.carrier(route)
        if runner is None:
            return
        runner.unwant([route])
        succession = self._successions.get(runner)
        if succession is not None:
            succession.unwant(route)
        if not runner.routes:
            self._abandon(runner)
            self._runners.remove(runner)
            self._forget(runner)
            self._drop(runner)

    def carrier(self, route: Route) -> SessionRunner | None:
        """Return the session that carries ``route``."""
        key = route.name
        return next((runner for runner in self._runners if key in runner.routes), None)

    def tick(self, now_s: float, wall_ns: int) -> None:
        """Let time pass: begin renewals that are due, and finish those that are ready."""
        for runner in tuple(self._runners):
            if runner in self._successions:
                self._settle(runner, self._successions[runner].step(now_s), now_s)
            elif self._is_due(runner, now_s, wall_ns):
                self.renew(runner, now_s)

    def renew(self, runner: SessionRunner, now_s: float, reason: str = "") -> None:
        """Have another session take over from ``runner``; nothing happens if one is about to."""
        if runner in self._runners and runner not in self._successions:
            self._successions[runner] = Succession(runner, self._another(), now_s, reason)

    def losing(self, runner: SessionRunner, now_s: float) -> None:
        """The connection of ``runner`` has ended, and nobody was told yet: a successor that is ready takes over."""
        succession = self._successions.get(runner)
        if succession is not None:
            self._settle(runner, succession.rush(), now_s)

    def __iter__(self) -> Iterator[SessionRunner]:
        return iter(self._runners)

    def _another(self) -> SessionRunner:
        self._made += 1
        return self._make(self._made)

    def _fill(self, runner: SessionRunner, routes: list[Route]) -> list[Route]:
        """Give ``runner`` as many routes as it has room for, and return the others."""
        room = len(routes) if runner.ledger.free is None else max(0, runner.ledger.free)
        if routes[:room]:
            runner.want(routes[:room])
            succession = self._successions.get(runner)
            if succession is not None:
                succession.want(routes[:room])
        return routes[room:]

    def _is_due(self, runner: SessionRunner, now_s: float, wall_ns: int) -> bool:
        opened_s = runner.opened_s
        if self._timer is None or opened_s is None or now_s < self._not_before_s.get(runner, now_s):
            return False
        known = self._timers.get(runner)
        if known is None or known[0] != opened_s:
            known = self._timers[runner] = (opened_s, self._timer(opened_s))
        return known[1].is_due(now_s, wall_ns)

    def _settle(self, runner: SessionRunner, progress: Progress, now_s: float) -> None:
        if progress is Progress.DONE:
            succession = self._successions.pop(runner)
            self._runners[self._runners.index(runner)] = succession.new
            self._forget(runner)
            self._drop(runner)
        elif progress is Progress.FAILED:
            self._abandon(runner)
            self._not_before_s[runner] = now_s + RETRY_S

    def _abandon(self, runner: SessionRunner) -> None:
        succession = self._successions.pop(runner, None)
        if succession is not None:
            self._drop(succession.new)

    def _forget(self, runner: SessionRunner) -> None:
        self._timers.pop(runner, None)
        self._not_before_s.pop(runner, None)
