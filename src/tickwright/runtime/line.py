"""One connection as its session hears it, and the hot path: from a frame to its route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tickwright.errors import DecodeError
from tickwright.io.clock import Clock
from tickwright.io.websocket import WebSocketConnection
from tickwright.runtime.routes import Route
from tickwright.venues.base import WsProtocol


__all__ = ["Line", "LineOwner", "NumberedLine"]


class LineOwner(Protocol):
    """Who is told of everything that is not a data frame of a route."""

    def on_other(self, frame: bytes, stream: str | None) -> None:
        """Take a frame that no route wants."""

    def on_unreadable(self, stream: str, error: DecodeError, frame: bytes) -> None:
        """Take a frame that does not say what it must."""

    def on_crash(self, error: Exception) -> None:
        """Take a bug that a route ran into."""

    def on_hole(self, last: int, number: int) -> None:
        """Take that frames are missing between two numbers."""

    def on_pinged(self, payload: bytes) -> None:
        """Take a ping."""

    def on_ponged(self) -> None:
        """Take a pong."""

    def on_lost(self, line: Line, code: int, reason: str) -> None:
        """Take the end of the connection."""


class Line:
    """One connection as its session hears it. A retired line says nothing more."""

    __slots__ = ("_owner", "_routes", "_stream_of", "_time_ns", "closed", "connection")

    def __init__(
        self,
        owner: LineOwner,
        routes: dict[str, Route],
        protocol: WsProtocol,
        clock: Clock,
    ) -> None:
        self._owner: LineOwner | None = owner
        self._routes: dict[str, Route] = routes
        self._stream_of = protocol.stream_of
        self._time_ns = clock.time_ns
        self.connection: WebSocketConnection | None = None
        self.closed: tuple[int, str] | None = None

    def retire(self) -> None:
        """Fall silent: what still arrives belongs to a connection that was given up."""
        self._owner = None
        self._routes = {}

    def on_frame(self, frame: bytes) -> None:
        """Hand a frame to its route. The hot path: one look-up, one call.

        What is called stands in a local name first: a call through a slot costs a fifth more.
        """
        stream_of, time_ns = self._stream_of, self._time_ns
        stream = stream_of(frame)
        route = self._routes.get(stream)  # type: ignore[arg-type]  # None is no key, and that is the answer
        if route is None:
            if self._owner is not None:
                self._owner.on_other(frame, stream)
            return
        route.frames += 1
        decode, take = route.decode, route.take
        try:
            take(decode(frame, time_ns(), route.subject))
        except DecodeError as error:
            if self._owner is not None:
                self._owner.on_unreadable(route.name, error, frame)
        except Exception as error:  # noqa: BLE001 - a bug ends the session, not the socket's callback
            if self._owner is not None:
                self._owner.on_crash(error)

    def on_ping(self, payload: bytes) -> None:
        """Take a ping."""
        if self._owner is not None:
            self._owner.on_pinged(payload)

    def on_pong(self, payload: bytes) -> None:
        """Take a pong."""
        if self._owner is not None:
            self._owner.on_ponged()

    def on_closed(self, code: int, reason: str) -> None:
        """Take the end; it may come before the connection is handed over."""
        self.closed = (code, reason)
        if self._owner is not None:
            self._owner.on_lost(self, code, reason)


class NumberedLine(Line):
    """A connection whose frames the venue numbers, so that a lost one shows, whatever stream it was of.

    Args:
        number_of: Returns a frame's number, ``None`` where it has none.
    """

    __slots__ = ("_last", "_number_of")

    def __init__(
        self,
        owner: LineOwner,
        routes: dict[str, Route],
        protocol: WsProtocol,
        clock: Clock,
        number_of: Callable[[bytes], int | None],
    ) -> None:
        super().__init__(owner, routes, protocol, clock)
        self._number_of = number_of
        self._last: int | None = None

    def on_frame(self, frame: bytes) -> None:
        """Hand a frame on if it is the next one; one that came before is passed over."""
        number, last = self._number_of(frame), self._last
        if number is not None:
            if last is not None and number <= last:
                return
            self._last = number
            if last is not None and number > last + 1 and self._owner is not None:
                self._owner.on_hole(last, number)
                return
        super().on_frame(frame)
