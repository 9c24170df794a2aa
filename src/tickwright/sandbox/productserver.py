"""One product behind its doors: who may come in, and what they find."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit

from tickwright.io.clock import Clock
from tickwright.sandbox.connection import Connection
from tickwright.sandbox.counter import FrameCounter
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.ports import Market, Network
from tickwright.sandbox.rest import RestServer
from tickwright.sandbox.switchboard import Switchboard
from tickwright.venues.base import Endpoints
from tickwright.venues.dialects import Conversation
from tickwright.venues.privateside import PrivateSide


__all__ = ["ProductServer"]

_GOING_AWAY = 1001
_CLOSE_S = 0.5  # loopback answers within a millisecond, unless the client is stuck
_OK, _NOT_FOUND, _TOO_MANY = 200, 404, 429


class ProductServer:
    """Serves one product.

    Args:
        market: What is served.
        faults: Looked at for every handshake, request and frame.
        clock: For limits and pings.
        changed: Called after every event that somebody may wait for.
        network: How clients come in.
        private: What there is for those who hold a key.
        ping_interval_s: Between two pings; the product's own unless given.
        pong_deadline_s: How long a pong may take; the product's own unless given.
        time_scale: How much faster than the clock a connection's life passes.
    """

    def __init__(
        self,
        market: Market,
        faults: Faults,
        clock: Clock,
        changed: Callable[[], None],
        *,
        network: Network,
        private: PrivateSide | None = None,
        ping_interval_s: float | None = None,
        pong_deadline_s: float | None = None,
        time_scale: float = 1.0,
    ) -> None:
        dialect = market.dialect
        self.market = market
        self.switchboard = Switchboard(
            market,
            faults,
            clock,
            changed,
            ping_interval_s=ping_interval_s,
            pong_deadline_s=pong_deadline_s,
            time_scale=time_scale,
            private=private,
        )
        self.rest = RestServer(market, faults, clock, changed, private, self.switchboard.hold)
        self.connects = FrameCounter(dialect.connects_max, dialect.connects_window_s)
        self.doors = network.doors(self)
        self._clock = clock
        self._private = private
        self.faults = faults

    @property
    def faults(self) -> Faults:
        """The faults in force; may be replaced."""
        return self.switchboard.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.switchboard.faults = self.rest.faults = faults
        if self._private is not None:
            self._private.faults = faults

    async def start(self) -> Endpoints:
        """Open the doors and return where they are: only the addresses that the product has."""
        found = await self.doors.open()
        hosts = self.market.dialect.hosts
        return Endpoints(**{name: getattr(found, name) for name in hosts})

    async def stop(self) -> None:
        """Shut the doors, close all connections, and wait until they are gone."""
        await self.doors.shut(is_hanging=False)
        connections = tuple(self.switchboard.connections)
        for connection in connections:
            connection.close(_GOING_AWAY)
        try:
            async with asyncio.timeout(_CLOSE_S):
                for connection in connections:
                    await connection.ended()
        except TimeoutError:
            # Somebody does not read: the close frame is stuck behind all that was sent before.
            for connection in connections:
                connection.abort()
            for connection in connections:
                await connection.ended()
        self.rest.close()
        await self.doors.close()

    def admit(self, target: str) -> Connection | int:
        """Return a connection for a handshake's path and query, or the HTTP status that refuses it."""
        faults = self.switchboard.faults
        is_one_too_many = not self.connects.take(self._clock.monotonic_s())
        if faults.handshake_status is not None:
            return faults.handshake_status
        if is_one_too_many and faults.is_strict:
            return _TOO_MANY
        url = urlsplit(target)
        try:
            conversation = self._converse(unquote(url.path), url.query)
        except ValueError:
            return _NOT_FOUND
        weight = conversation.allowance.connect_weight
        if weight:
            verdict = self.rest.meter.take(weight, self.switchboard.time_ms())
            if verdict.status != _OK:
                return verdict.status
        return Connection(self.switchboard, conversation)

    def _converse(self, path: str, query: str) -> Conversation:
        params = dict(parse_qsl(query))
        if self._private is not None:
            found = self._private.converse(
                path,
                params,
                query=query,
                meter=self.rest.meter,
                now_ms=self.switchboard.time_ms(),
            )
            if found is not None:
                return found
        is_flat = self.switchboard.faults.has_flat_errors
        return self.market.dialect.converse(
            path, params, is_flat=is_flat, is_listed=self.market.lists
        )
