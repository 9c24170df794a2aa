"""Real sockets on loopback: a port for REST, and one for WebSocket that can be shut, or left hanging."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import web
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from tickwright.errors import ConfigError
from tickwright.io.dial import hang_up
from tickwright.sandbox.connection import Connection
from tickwright.venues.base import Endpoints
from tickwright.venues.dialects import RestRequest


if TYPE_CHECKING:
    from tickwright.sandbox.productserver import ProductServer


__all__ = ["HOST", "HttpDoor", "SocketDoors", "SocketNetwork", "port_in_use"]

HOST = "127.0.0.1"
_BUFFER_HIGH = 1 << 18
_CLIENT_FRAME_BYTES_MAX = 1 << 20  # 1024 stream names and their envelope take a tenth of it
_BODY_BYTES_MAX = 1 << 20
_HTTP_STOP_S = 0.1
# picows logs each request line at DEBUG, which a test or a demo has beside its own client; listen keys are in it (G30).
_SILENT = logging.Logger("picows", logging.CRITICAL + 1)  # noqa: LOG001 - outside the hierarchy, no setting opens it


class SocketNetwork:
    """Serves products on loopback.

    Args:
        first_port: REST of the first product; the ports after it follow, two a product. Free ones unless given.
    """

    clock = websockets = http = None

    def __init__(self, first_port: int | None = None) -> None:
        self._next_port = first_port

    def doors(self, server: ProductServer) -> SocketDoors:
        """Return the doors of a product."""
        return SocketDoors(server, self._port(), self._port())

    def _port(self) -> int:
        if self._next_port is None:
            return 0
        self._next_port += 1
        return self._next_port - 1


class SocketDoors:
    """The two ports of one product.

    Args:
        server: Whose.
        rest_port: For REST; 0 takes a free one.
        ws_port: For WebSocket; 0 takes a free one.
    """

    def __init__(self, server: ProductServer, rest_port: int = 0, ws_port: int = 0) -> None:
        self._server = server
        self._ws_port = ws_port
        self._rest = HttpDoor(self._handle, rest_port)
        self._ws: asyncio.Server | None = None
        self._accepted: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._hanging: set[asyncio.BaseTransport] = set()

    async def open(self) -> Endpoints:
        """Open both ports."""
        rest_port = await self._rest.open()
        await self.reopen()
        ws = f"ws://{HOST}:{self._ws_port}"
        return Endpoints(
            rest=f"http://{HOST}:{rest_port}", ws_public=ws, ws_private=ws, ws_api=ws, ws_trade=ws
        )

    async def close(self) -> None:
        """Close both ports and every HTTP connection."""
        await self._close_ws()
        for left in tuple(
            self._accepted
        ):  # those whose handshake is not done: nobody else knows them
            await hang_up(left)
        await self._rest.close()

    async def shut(self, *, is_hanging: bool) -> None:
        """Refuse new WebSocket connections, or take them and never answer."""
        await self._close_ws()
        if is_hanging:
            self._ws = await asyncio.get_running_loop().create_server(
                lambda: _Silence(self._hanging), HOST, self._ws_port
            )

    async def reopen(self) -> None:
        """Take WebSocket connections, at the same port as ever."""
        await self._close_ws()
        listening = _Listening(self._accepted)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((HOST, self._ws_port))
            self._ws = await ws_create_server(
                self._admit,
                sock=listening,
                enable_auto_pong=False,
                max_frame_size=_CLIENT_FRAME_BYTES_MAX,
                logger_name=_SILENT,
            )
        except OSError as error:
            listening.close()
            raise port_in_use(self._ws_port, error) from None
        self._ws_port = self._ws.sockets[0].getsockname()[1]

    async def _close_ws(self) -> None:
        if self._ws is not None:
            self._ws.close()
            self._ws = None
        for transport in tuple(self._hanging):
            transport.close()

    def _admit(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        found = self._server.admit(request.path.decode())
        if isinstance(found, Connection):
            return _SocketLink(found)
        refusal = WSUpgradeResponse.create_error_response(found, b"")
        return WSUpgradeResponseWithListener(refusal, None)

    async def _handle(self, request: web.Request) -> web.Response:
        raw = request.raw_path.partition("?")[2]
        served = await self._server.rest.serve(
            RestRequest(
                method=request.method,
                path=request.path,
                query=raw,
                body=await request.read(),
                headers={name.lower(): value for name, value in request.headers.items()},
            )
        )
        response = web.Response(
            status=served.status or 500, body=served.body, headers=dict(served.headers)
        )
        try:
            if served.is_lost and request.transport is not None:
                request.transport.abort()
            else:
                # A client that waits no longer is no fault of the venue's.
                with suppress(ConnectionError):
                    await response.prepare(request)
                    await response.write_eof()
        finally:
            served.has_left()
        return response


class _Listening(socket.socket):
    """A listening socket that remembers what it accepted for as long as it lives.

    An asyncio server does not end what it accepted when it is closed, and picows tells of no connection before
    its handshake.
    """

    __slots__ = ("_accepted",)

    def __init__(self, accepted: weakref.WeakSet[socket.socket]) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._accepted = accepted

    def accept(self) -> tuple[socket.socket, Any]:
        found, address = super().accept()
        self._accepted.add(found)
        return found, address


class HttpDoor:
    """A port for HTTP, all of whose requests go to one handler.

    Args:
        handle: Answers them.
        port: 0 takes a free one.
    """

    def __init__(
        self, handle: Callable[[web.Request], Awaitable[web.Response]], port: int = 0
    ) -> None:
        self._handle = handle
        self._port = port
        self._runner: web.AppRunner | None = None

    async def open(self) -> int:
        """Listen, and return the port.

        Raises:
            ConfigError: If somebody else has it.
        """
        app = web.Application(client_max_size=_BODY_BYTES_MAX)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_HTTP_STOP_S)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            await self.close()
            raise port_in_use(self._port, error) from None
        self._port = self._runner.addresses[0][1]
        return self._port

    async def close(self) -> None:
        """Close the port and all its connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def port_in_use(port: int, error: OSError) -> ConfigError:
    """Return what to say where a port could not be had."""
    if error.errno == errno.EADDRINUSE:
        return ConfigError(f"port {port} is in use: choose another one, or 0 for any that is free")
    return ConfigError(f"port {port} cannot be used: {error.strerror}")


class _SocketLink(WSListener):
    """Joins a connection with the WebSocket library."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._transport: WSTransport | None = None

    # What the library calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=_BUFFER_HIGH)
        self._connection.opened(self)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._transport = None
        self._connection.lost()

    def pause_writing(self) -> None:
        self._connection.writable.clear()

    def resume_writing(self) -> None:
        self._connection.writable.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind, payload, connection = frame.msg_type, frame.get_payload_as_bytes(), self._connection
        if kind == WSMsgType.TEXT:
            connection.take_text(payload)
        elif kind == WSMsgType.PONG:
            connection.take_pong(payload)
        elif kind == WSMsgType.PING:
            connection.take_ping(payload)
        elif kind == WSMsgType.CLOSE:
            connection.take_close(payload)

    # What the connection calls.

    @property
    def waiting_bytes(self) -> int:
        if self._transport is None:
            return 0
        waiting: int = self._transport.underlying_transport.get_write_buffer_size()
        return waiting

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.underlying_transport.write(data)

    def finish(self) -> None:
        if self._transport is not None:
            self._transport.disconnect()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.underlying_transport.abort()


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
