"""Faults by chance, injected between a session and any WebSocket transport, in memory or on real sockets.

First everything goes wrong and nothing wrong may be believed (safety); then `FaultyTransport.faults` is set to
``Faults()`` and everything must heal (liveness). All chance comes from one ``random.Random``, so a seed repeats a run.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import msgspec

from tickwright.errors import ConnectFailed, ConnectTimeout, UsageError
from tickwright.io.redact import host_of
from tickwright.io.websocket import (
    CLOSED_ABNORMALLY,
    WebSocketConnection,
    WebSocketHandler,
    WebSocketOptions,
    WebSocketTransport,
)


__all__ = ["Faults", "FaultyTransport"]


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """How likely each fault is: for an attempt to connect, or for a frame that comes in."""

    refuse: float = 0.0
    """An attempt fails at once."""
    hang: float = 0.0
    """An attempt fails after its whole timeout."""
    lose: float = 0.0
    """A frame vanishes."""
    double: float = 0.0
    """A frame comes twice."""
    swap: float = 0.0
    """A frame comes after the one that follows it."""
    cut: float = 0.0
    """The connection ends without a close frame instead of delivering the frame."""

    def __post_init__(self) -> None:
        for group in ((self.refuse, self.hang), (self.lose, self.double, self.swap, self.cut)):
            if min(group) < 0 or sum(group) > 1:
                raise UsageError(
                    f"probabilities lie between 0 and 1, and so does their sum: {self}"
                )


class FaultyTransport:
    """A transport through which everything of ``transport`` passes, or does not.

    Args:
        transport: What connects in the end.
        faults: How likely each fault is; may be replaced at any time.
        rng: All chance.

    Example:
        >>> transport = FaultyTransport(MemoryNetwork(), Faults(lose=0.01, cut=0.001), Random(7))
        >>> transport.faults = Faults()  # from now on all is well
    """

    def __init__(self, transport: WebSocketTransport, faults: Faults, rng: Random) -> None:
        self.faults = faults
        self.done: Counter[str] = Counter()
        """How often each fault struck."""
        self._transport = transport
        self._rng = rng

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> WebSocketConnection:
        """Connect, unless a fault strikes; see `tickwright.io.websocket.WebSocketTransport`."""
        fault = self.draw("refuse", "hang")
        if fault == "refuse":
            raise ConnectFailed(f"{host_of(url)} refused the connection (injected)")
        if fault == "hang":
            await asyncio.sleep(options.connect_timeout_s)
            raise ConnectTimeout(f"{host_of(url)} was not connected in time (injected)")
        faulty = _FaultyHandler(handler, self)
        connection = await self._transport.connect(url, faulty, options)
        faulty.attach(connection)
        return connection

    def draw(self, *kinds: str) -> str | None:
        """Return the fault of ``kinds`` that strikes now, if one does."""
        dice = self._rng.random()
        for kind in kinds:
            dice -= getattr(self.faults, kind)
            if dice < 0:
                self.done[kind] += 1
                return kind
        return None


class _FaultyHandler:
    """Stands in front of the session's handler."""

    def __init__(self, handler: WebSocketHandler, transport: FaultyTransport) -> None:
        self._handler = handler
        self._transport = transport
        self._connection: WebSocketConnection | None = None
        self._held: bytes | None = None
        self._is_cut = False

    def attach(self, connection: WebSocketConnection) -> None:
        self._connection = connection
        if self._is_cut:
            connection.close()

    def on_frame(self, payload: bytes) -> None:
        if self._is_cut:
            return
        fault = self._transport.draw("lose", "double", "swap", "cut")
        if fault == "cut":
            self._cut()
            return
        if fault == "swap" and self._held is None:
            self._held = payload
            return
        if fault != "lose":
            self._handler.on_frame(payload)
        if fault == "double":
            self._handler.on_frame(payload)
        held, self._held = self._held, None
        if held is not None:
            self._handler.on_frame(held)

    def on_ping(self, payload: bytes) -> None:
        if not self._is_cut:
            self._handler.on_ping(payload)

    def on_pong(self, payload: bytes) -> None:
        if not self._is_cut:
            self._handler.on_pong(payload)

    def on_closed(self, code: int, reason: str) -> None:
        if not self._is_cut:
            self._handler.on_closed(code, reason)

    def _cut(self) -> None:
        self._is_cut = True
        if self._connection is not None:
            self._connection.close()
        self._handler.on_closed(CLOSED_ABNORMALLY, "the connection dropped (injected)")
