"""One session takes over from another without a gap and without a double: make before break.

The successor connects and subscribes the same streams while the old one still delivers. What it receives meanwhile is held,
undecoded. When both have run side by side for a while, everything that the old one was still bringing has come; then
the held frames go through the very same routes, where sequences and ids tell what was seen already, and from there
on the successor's frames are the stream.
"""

from __future__ import annotations

from collections import deque
from enum import Enum

from msgspec.structs import replace

from tickwright.core.session import SessionState
from tickwright.errors import DecodeError
from tickwright.runtime.routes import Route, Tap
from tickwright.runtime.session import SessionRunner
from tickwright.venues.base import Channel


__all__ = ["HELD_MAX", "OVERLAP_S", "PATIENCE_S", "Progress", "Succession", "holding"]

OVERLAP_S = 3.0
"""How long both run side by side: far longer than one connection lags behind another in normal weather."""

PATIENCE_S = 60.0
"""How long a successor may take to be subscribed; then it is given up, and another is tried later."""

HELD_MAX = 50_000
"""Frames held. The oldest go first, and those the old session has brought long since."""


class Progress(Enum):
    """How far a succession is."""

    WAITING = "the successor is not ready"
    DONE = "the successor has taken over"
    FAILED = "given up; the old session goes on"


class Succession:
    """From ``old`` to ``new``, which runs and has nothing subscribed yet.

    Args:
        old: Carries the streams.
        new: Is to carry them.
        now_s: Monotonic.
        reason: Why; empty for a renewal that was due.
    """

    def __init__(
        self, old: SessionRunner, new: SessionRunner, now_s: float, reason: str = ""
    ) -> None:
        self.old = old
        self.new = new
        self._farewell = f"renewed: {reason}" if reason else "renewed"
        self._started_s = now_s
        self._settled_s: float | None = None
        self._held: deque[tuple[Route, bytes, int]] = deque(maxlen=HELD_MAX)
        new.want([holding(route, self._held) for route in old.routes.values()])

    def want(self, routes: list[Route]) -> None:
        """Follow the old session, which was given more ``routes``."""
        self.new.want([holding(route, self._held) for route in routes])
        self._settled_s = None

    def unwant(self, route: Route) -> None:
        """Follow the old session, which gave ``route`` up."""
        held = self.new.routes.get(route.name)
        if held is not None:
            self.new.unwant([held])

    def step(self, now_s: float) -> Progress:
        """Look how far it is; hand over when both ran side by side for long enough."""
        if self.old.machine.state is not SessionState.LIVE:
            return Progress.FAILED  # its books were told; they heal as after any outage
        if not self.new.is_settled:
            self._settled_s = None
            is_too_late = now_s - self._started_s > PATIENCE_S
            return Progress.FAILED if is_too_late else Progress.WAITING
        if self._settled_s is None:
            self._settled_s = now_s
        if now_s - self._settled_s < OVERLAP_S:
            return Progress.WAITING
        self._hand_over()
        return Progress.DONE

    def rush(self) -> Progress:
        """The old connection ends now: hand over at once if that is possible without a gap."""
        if not self.new.is_settled:
            return Progress.FAILED
        self._hand_over()
        return Progress.DONE

    def _hand_over(self) -> None:
        routes = list(self.old.routes.values())
        self.new.adopt(routes, *self.old.disown(self._farewell))
        while self._held:
            route, frame, received_ns = self._held.popleft()
            route.frames += 1
            try:
                route.handle(frame, received_ns)
            except DecodeError as error:
                self.new.on_unreadable(route.name, error, frame)


def holding(route: Route, held: deque[tuple[Route, bytes, int]]) -> Route:
    """Return a route of the same stream whose frames go, undecoded, into ``held`` for ``route``."""
    kind = replace(route.kind, decode=_undecoded, is_many=False)
    substitute = Route(Channel(route.name, kind, route))
    substitute.add(Tap(tuple, held.append))
    return substitute


def _undecoded(frame: bytes, received_ns: int, route: Route) -> tuple[Route, bytes, int]:
    return route, frame, received_ns
