"""Two sessions that bring the same streams: the first arrival of each event wins, and the loss of one is not felt.

Each session by itself brings a stream whole and in order. So what both bring together is whole and in order too, once the
one behind has reached the place where the other began; and what comes a second time is dropped by the pipe behind
the route, which knows ids and sequences. Until a session has reached that place its frames are held, as a successor's
are (``runtime.succession``). A session that loses its connection holds again when it is back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from tickwright.core.renewal import RenewalTimer
from tickwright.core.session import SessionState
from tickwright.errors import DecodeError
from tickwright.runtime.routes import Route
from tickwright.runtime.session import SessionRunner
from tickwright.runtime.succession import HELD_MAX, OVERLAP_S, holding


__all__ = ["TwinPool"]


class _Twin:
    """One of two sessions, and whether its frames count already."""

    def __init__(self, runner: SessionRunner, *, is_joined: bool) -> None:
        self.runner = runner
        self.is_joined = is_joined
        self.settled_s: float | None = None
        self.timer: tuple[float, RenewalTimer] | None = None
        self.held: deque[tuple[Route, bytes, int]] = deque(maxlen=HELD_MAX)

    @property
    def is_live(self) -> bool:
        """True while its connection is open."""
        return self.runner.machine.state is SessionState.LIVE

    def want(self, routes: Sequence[Route]) -> None:
        """Subscribe ``routes``; what they bring counts if what this twin brings does."""
        self.runner.want(list(routes) if self.is_joined else self._holding(routes))

    def join(self, routes: Sequence[Route]) -> None:
        """Let its frames count: first those that were held, then all that come."""
        self.is_joined = True
        for route in routes:
            self.runner.routes[route.name] = route
        while self.held:
            route, frame, received_ns = self.held.popleft()
            route.frames += 1
            try:
                route.handle(frame, received_ns)
            except DecodeError as error:
                self.runner.on_unreadable(route.name, error, frame)

    def part(self) -> None:
        """Hold its frames: its connection is gone, and the other twin goes on."""
        self.is_joined = False
        self.settled_s = None
        self.held.clear()
        for route in self._holding(list(self.runner.routes.values())):
            self.runner.routes[route.name] = route

    def _holding(self, routes: Sequence[Route]) -> list[Route]:
        return [holding(route, self.held) for route in routes]


class _Both:
    """Both sockets, where a reader may lose nothing, or a stream is to begin anew."""

    def __init__(self, pair: tuple[_Twin, _Twin]) -> None:
        self._pair = pair

    def pause(self) -> None:
        """Stop reading."""
        for twin in self._pair:
            twin.runner.pause()

    def resume(self) -> None:
        """Take one pause back."""
        for twin in self._pair:
            twin.runner.resume()

    def renew(self, stream: str) -> None:
        """Subscribe a stream anew."""
        for twin in self._pair:
            twin.runner.renew(stream)


class TwinPool:
    """Carries every stream on two sessions. It has the interface of ``runtime.pool.SessionPool``.

    Args:
        make: Makes the n-th session (from 1) and has it run.
        drop: Ends a session for good.
        revived: Told when the streams of a session flow again after both were down.
        timer: Makes the renewal timer of a connection; ``None`` never renews.
    """

    def __init__(
        self,
        make: Callable[[int], SessionRunner],
        drop: Callable[[SessionRunner], None],
        revived: Callable[[SessionRunner], None],
        timer: Callable[[float], RenewalTimer] | None = None,
    ) -> None:
        self._make = make
        self._drop = drop
        self._revived = revived
        self._timer = timer
        self._made = 0
        self._pairs: list[tuple[_Twin, _Twin]] = []
        self._routes: dict[str, tuple[Route, tuple[_Twin, _Twin]]] = {}

    def want(self, routes: Sequence[Route]) -> None:
        """Subscribe ``routes`` twice, each on the first pair that has room."""
        rest = list(routes)
        for pair in self._pairs:
            rest = self._fill(pair, rest)
        while rest:
            pair = (self._another(is_joined=True), self._another(is_joined=False))
            self._pairs.append(pair)
            rest = self._fill(pair, rest)

    def unwant(self, route: Route) -> None:
        """Give ``route`` up on both sessions."""
        _, pair = self._routes.pop(route.name)
        for twin in pair:
            carried = twin.runner.routes.get(route.name)
            if carried is not None:
                twin.runner.unwant([carried])
        if not pair[0].runner.routes:
            self._pairs.remove(pair)
            for twin in pair:
                self._drop(twin.runner)

    def tick(self, now_s: float, wall_ns: int) -> None:
        """Let time pass: join who has overlapped for long enough, and renew who is due."""
        for pair in self._pairs:
            for twin, other in (pair, pair[::-1]):
                self._settle(twin, other, pair, now_s)
                if other.is_joined and other.is_live and self._is_due(twin, now_s, wall_ns):
                    self.renew(twin.runner, now_s, "")

    def renew(self, runner: SessionRunner, now_s: float, reason: str = "") -> None:
        """Give the connection of ``runner`` up for another; its twin goes on meanwhile, if it can."""
        for twin, other in self._both(runner):
            if not (other.is_joined and other.is_live):
                continue
            if twin.is_joined:
                twin.part()
            runner.replace(f"renewed: {reason}" if reason else "renewed")

    def losing(self, runner: SessionRunner, now_s: float) -> None:
        """The connection of ``runner`` has ended, and nobody was told yet: let its twin go on alone."""
        for twin, other in self._both(runner):
            if twin.is_joined and other.is_live:
                if not other.is_joined and other.runner.is_settled:
                    other.join(self._carried(other))
                if other.is_joined:
                    twin.part()

    def __iter__(self) -> Iterator[SessionRunner]:
        return iter([twin.runner for pair in self._pairs for twin in pair])

    def _settle(self, twin: _Twin, other: _Twin, pair: tuple[_Twin, _Twin], now_s: float) -> None:
        if twin.is_joined or not twin.runner.is_settled:
            twin.settled_s = None
            return
        if twin.settled_s is None:
            twin.settled_s = now_s
        if other.is_joined and not other.is_live:
            # Both were down, and this one is back first: nothing is to be waited for.
            twin.join(self._carried(twin))
            other.part()
            self._revived(twin.runner)
        elif now_s - twin.settled_s >= OVERLAP_S:
            twin.join(self._carried(twin))

    def _carried(self, twin: _Twin) -> list[Route]:
        return [route for route, pair in self._routes.values() if twin in pair]

    def _fill(self, pair: tuple[_Twin, _Twin], routes: list[Route]) -> list[Route]:
        free = pair[0].runner.ledger.free
        room = len(routes) if free is None else max(0, free)
        if routes[:room]:
            for twin in pair:
                twin.want(routes[:room])
        gate = _Both(pair)
        for route in routes[:room]:
            self._routes[route.name] = (route, pair)
            route.carrier = gate
        return routes[room:]

    def _another(self, *, is_joined: bool) -> _Twin:
        self._made += 1
        return _Twin(self._make(self._made), is_joined=is_joined)

    def _both(self, runner: SessionRunner) -> Iterator[tuple[_Twin, _Twin]]:
        for pair in self._pairs:
            for twin, other in (pair, pair[::-1]):
                if twin.runner is runner:
                    yield twin, other

    def _is_due(self, twin: _Twin, now_s: float, wall_ns: int) -> bool:
        opened_s = twin.runner.opened_s
        if self._timer is None or opened_s is None or not twin.is_live:
            return False
        if twin.timer is None or twin.timer[0] != opened_s:
            twin.timer = (opened_s, self._timer(opened_s))
        return twin.timer[1].is_due(now_s, wall_ns)
