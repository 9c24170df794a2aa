"""One product's two doors: a port for REST, and one for market streams that can be shut, or left hanging."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote, urlsplit

from picows import (
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from tickwright.io.clock import Clock
from tickwright.sandbox.connection import Connection
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.ports import Market
from tickwright.sandbox.rest import RestServer
from tickwright.sandbox.switchboard import Switchboard
from tickwright.venues.base import Endpoints


__all__ = ["ProductServer"]

_HOST = "127.0.0.1"
_GOING_AWAY = 1001
_CLOSE_S = 0.5  # loopback answers within a millisecond, unless the client is stuck
_CLIENT_FRAME_BYTES_MAX = 1 << 20  # 1024 stream names and their envelope take a tenth of it


class ProductServer:
    """Serves one product.

    Args:
        market: What is served.
        faults: Looked at for every handshake, request and frame.
        clock: For limits and pings.
        changed: Called after every event that somebody may wait for.
        ping_interval_s: Between two pings; the product's own unless given.
        pong_deadline_s: How long a pong may take; the product's own unless given.
    """

    def __init__(
        self,
        market: Market,
        faults: Faults,
        clock: Clock,
        changed: Callable[[], None],
        ping_interval_s: float | None,
        pong_deadline_s: float | None,
    ) -> None:
        self.market = market
        self.switchboard = Switchboard(
            market,
            faults,
            clock,
            changed,
            ping_interval_s=ping_interval_s,
            pong_deadline_s=pong_deadline_s,
        )
        self.rest = RestServer(market, faults, clock, changed)
        self._faults = faults
        self._door: asyncio.Server | None = None
        self._hanging: set[asyncio.BaseTransport] = set()
        self._port = 0

    async def start(self) -> Endpoints:
        """Open both ports and return where they are."""
        rest_port = await self.rest.start(_HOST)
        await self.open_door()
        return Endpoints(rest=f"http://{_HOST}:{rest_port}", ws_public=f"ws://{_HOST}:{self._port}")

    async def stop(self) -> None:
        """Close the ports and all connections, and wait until they are gone."""
        await self._shut()
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
        await self.rest.stop()

    async def open_door(self) -> None:
        """Take WebSocket connections, at the same port as ever."""
        await self._shut()
        self._door = await ws_create_server(
            self._admit,
            _HOST,
            self._port,
            enable_auto_pong=False,
            max_frame_size=_CLIENT_FRAME_BYTES_MAX,
        )
        self._port = self._door.sockets[0].getsockname()[1]

    async def shut_door(self, *, is_hanging: bool) -> None:
        """Refuse new WebSocket connections, or take them and never answer."""
        await self._shut()
        if is_hanging:
            self._door = await asyncio.get_running_loop().create_server(
                lambda: _Silence(self._hanging), _HOST, self._port
            )

    async def _shut(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None
        for transport in tuple(self._hanging):
            transport.close()

    def _admit(self, request: WSUpgradeRequest) -> Connection | WSUpgradeResponseWithListener:
        status = self._faults.handshake_status
        if status is None:
            url = urlsplit(request.path.decode())
            try:
                conversation = self.market.dialect.converse(
                    unquote(url.path),
                    dict(parse_qsl(url.query)),
                    is_flat=self._faults.has_flat_errors,
                )
            except ValueError:
                status = 404
            else:
                return Connection(self.switchboard, conversation)
        refusal = WSUpgradeResponse.create_error_response(status, b"")
        return WSUpgradeResponseWithListener(refusal, None)


class _Silence(asyncio.Protocol):
    """Takes a connection and says nothing."""

    def __init__(self, open_ones: set[asyncio.BaseTransport]) -> None:
        self._open = open_ones
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._open.discard(self._transport)
