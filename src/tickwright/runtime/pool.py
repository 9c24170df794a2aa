"""The sessions of one route: as few connections as the venue's limits allow, opened and closed as wishes change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tickwright.runtime.routes import Route
from tickwright.runtime.session import SessionRunner


__all__ = ["SessionPool"]


class SessionPool:
    """Places streams on sessions; opens another only when all are full, and closes one that serves nothing.

    Args:
        make: Makes the n-th session (from 1) and has it run.
        drop: Ends a session for good.
    """

    def __init__(
        self, make: Callable[[int], SessionRunner], drop: Callable[[SessionRunner], None]
    ) -> None:
        self._make = make
        self._drop = drop
        self._made = 0
        self._runners: list[SessionRunner] = []

    def want(self, routes: Sequence[Route]) -> None:
        """Subscribe ``routes``, each on the first session that has room."""
        rest = list(routes)
        for runner in self._runners:
            rest = _fill(runner, rest)
        while rest:
            self._made += 1
            runner = self._make(self._made)
            self._runners.append(runner)
            rest = _fill(runner, rest)

    def unwant(self, route: Route) -> None:
        """Give ``route`` up on the session that carries it."""
        runner = self.carrier(route)
        if runner is None:
            return
        runner.unwant([route])
        if not runner.routes:
            self._runners.remove(runner)
            self._drop(runner)

    def carrier(self, route: Route) -> SessionRunner | None:
        """Return the session that carries ``route``."""
        key = route.name.encode()
        return next((runner for runner in self._runners if key in runner.routes), None)

    def __iter__(self) -> Iterator[SessionRunner]:
        return iter(self._runners)


def _fill(runner: SessionRunner, routes: list[Route]) -> list[Route]:
    """Give ``runner`` as many routes as it has room for, and return the others."""
    room = len(routes) if runner.ledger.free is None else max(0, runner.ledger.free)
    if routes[:room]:
        runner.want(routes[:room])
    return routes[room:]
