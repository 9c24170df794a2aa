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
            free = runner.ledger.free
            if rest and free > 0:
                runner.want(rest[:free])
                rest = rest[free:]
        while rest:
            self._made += 1
            runner = self._make(self._made)
            self._runners.append(runner)
            free = runner.ledger.free
            runner.want(rest[:free])
            rest = rest[free:]

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
