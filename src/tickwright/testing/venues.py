"""The sandbox without sockets: whole venues in memory, so that their hours pass in milliseconds of virtual time.

What a client sees is the same as on loopback: the same servers answer, the same faults strike. Only the bytes between
take another way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from tickwright.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    HandshakeRefused,
    RequestTimeout,
)
from tickwright.io.clock import Clock
from tickwright.io.http import HttpRequest, HttpResponse
from tickwright.io.websocket import CLOSED_ABNORMALLY, WebSocketHandler, WebSocketOptions
from tickwright.sandbox.connection import Connection
from tickwright.sandbox.frames import CLOSE, PING, PONG
from tickwright.sandbox.productserver import ProductServer
from tickwright.testing.memory_connection import FrameKind, MemoryConnection, Wire
from tickwright.testing.virtual_time import VirtualClock
from tickwright.venues.base import Endpoints
from tickwright.venues.dialects import RestRequest


__all__ = ["MemoryVenues"]

_BUFFER_HIGH = 1 << 18
_DROPPED = "the connection dropped without a close frame"


class MemoryVenues:
    """A `tickwright.sandbox.ports.Network` in memory: give it to a `Sandbox`, and connectors inside find it.

    Args:
        latency_s: How long each frame, request and answer is under way.
        clock: Stamps what arrives; that of the running virtual loop unless given.

    Example:
        >>> @virtual_time
        ... async def test_a_day() -> None:
        ...     async with (
        ...         Sandbox(network=MemoryVenues(), step_s=1.0) as sandbox,
        ...         Connector.open("binance", environment=sandbox) as tw,
        ...     ):
        ...         await tw.book("binance:BTC/USDT")
        ...         await asyncio.sleep(86_400)
    """

    def __init__(self, *, latency_s: float = 0.0, clock: Clock | None = None) -> None:
        self.latency_s = latency_s
        self.clock: Clock = clock or VirtualClock()
        self._hosts: dict[str, _Doors] = {}

    @property
    def websockets(self) -> MemoryVenues:
        """What clients connect through: itself."""
        return self

    @property
    def http(self) -> MemoryVenues:
        """What clients send requests through: itself."""
        return self

    def doors(self, server: ProductServer) -> _Doors:
        """Return the doors of a product, whose host has its name."""
        doors = self._hosts[server.market.product] = _Doors(server)
        return doors

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> MemoryConnection:
        """Connect; see `tickwright.io.websocket.WebSocketTransport`."""
        parts = urlsplit(url)
        doors = self._hosts.get(parts.netloc)
        if doors is not None and doors.is_hanging:
            await asyncio.sleep(options.connect_timeout_s)
            raise ConnectTimeout(
                f"{parts.netloc} was not connected within {options.connect_timeout_s:g} s"
            )
        await asyncio.sleep(self.latency_s)
        if doors is None or not doors.is_open:
            raise ConnectFailed(f"{parts.netloc} refused the connection")
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        found = doors.server.admit(target)
        if not isinstance(found, Connection):
            raise HandshakeRefused(parts.netloc, found, None, "")
        link = _MemoryLink(found, handler, options, self.latency_s)
        found.opened(link)
        return link.client

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Ask; see `tickwright.io.http.HttpTransport`."""
        parts = urlsplit(request.url)
        doors = self._hosts.get(parts.netloc)
        sent_ns = self.clock.monotonic_ns()
        limit_s = min(request.timeouts.read_s, request.timeouts.total_s)
        asked = RestRequest(
            method=request.method,
            path=parts.path,
            query=parts.query,
            body=request.body,
            headers={name.lower(): value for name, value in request.headers},
        )
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.sleep(self.latency_s)
                if doors is None or doors.is_closed:
                    raise ConnectFailed(f"{request.host} refused the connection")
                served = await doors.server.rest.serve(asked)
                try:
                    await asyncio.sleep(0 if served.is_lost else self.latency_s)
                finally:
                    served.has_left()
                if served.is_lost:
                    lost = f"{request.host} closed the connection instead of answering"
                    raise ConnectionLost(CLOSED_ABNORMALLY, lost)
        except TimeoutError:
            raise RequestTimeout(f"{request.host}: no answer within {limit_s:g} s") from None
        return HttpResponse(
            status=served.status,
            headers={name.lower(): value for name, value in served.headers.items()},
            body=served.body,
            sent_mono_ns=sent_ns,
            received_mono_ns=self.clock.monotonic_ns(),
            received_ts_ns=self.clock.time_ns(),
        )


class _Doors:
    """See `tickwright.sandbox.ports.Doors`."""

    def __init__(self, server: ProductServer) -> None:
        self.server = server
        self.is_open = False
        self.is_hanging = False
        self.is_closed = True

    async def open(self) -> Endpoints:
        self.is_open, self.is_closed = True, False
        host = self.server.market.product
        ws = f"ws://{host}"
        return Endpoints(rest=f"http://{host}", ws_public=ws, ws_private=ws, ws_api=ws, ws_trade=ws)

    async def close(self) -> None:
        self.is_open, self.is_closed = False, True

    async def shut(self, *, is_hanging: bool) -> None:
        self.is_open, self.is_hanging = False, is_hanging

    async def reopen(self) -> None:
        self.is_open, self.is_hanging = True, False


class _MemoryLink:
    """Joins the venue's end of a connection with the client's."""

    def __init__(
        self,
        venue: Connection,
        handler: WebSocketHandler,
        options: WebSocketOptions,
        latency_s: float,
    ) -> None:
        self.waiting_bytes = 0
        self._venue = venue
        self._loop = asyncio.get_running_loop()
        self._to_client = Wire(latency_s)
        self._to_venue = Wire(latency_s)
        self._is_lost = False
        watched = _Watched(handler, self._client_ended)
        self.client = MemoryConnection(watched, options, self._send, self._to_client)

    # What the venue's end calls.

    def write(self, data: bytes) -> None:
        position = 0
        while position < len(data):
            kind, size = data[position], data[position + 1]
            head = {126: 4, 127: 10}.get(size, 2)
            if head > 2:
                size = int.from_bytes(data[position + 2 : position + head], "big")
            position += head + size
            self._deliver(kind, data[position - size : position])

    def finish(self) -> None:
        self._to_client.put(partial(self.client.end, CLOSED_ABNORMALLY, _DROPPED))
        self._loop.call_soon(self._lose)

    abort = finish

    def _deliver(self, kind: int, payload: bytes) -> None:
        client = self.client
        if kind == CLOSE:
            code = int.from_bytes(payload[:2], "big") or 1005
            self._to_client.put(partial(client.end, code, payload[2:].decode()))
        elif kind in (PING, PONG):
            self._to_client.put(
                partial(client.take_ping if kind == PING else client.take_pong, payload)
            )
        else:
            self.waiting_bytes += len(payload)
            if self.waiting_bytes > _BUFFER_HIGH:
                self._venue.writable.clear()
            self._to_client.put(partial(self._arrive, payload))

    def _arrive(self, payload: bytes) -> None:
        self.waiting_bytes -= len(payload)
        if self.waiting_bytes <= _BUFFER_HIGH // 4:
            self._venue.writable.set()
        self.client.take_frame(payload)

    # What the client's end calls.

    def _send(self, kind: FrameKind, payload: bytes) -> None:
        venue = self._venue
        take = {
            "text": venue.take_text,
            "ping": venue.take_ping,
            "pong": venue.take_pong,
            "close": venue.take_close,
        }[kind]
        self._to_venue.put(partial(take, payload))

    def _client_ended(self) -> None:
        self._loop.call_soon(self._lose)

    def _lose(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._to_venue.end()
            self._venue.lost()


class _Watched:
    """The client's handler, and a word to the venue when the client's end is gone."""

    def __init__(self, handler: WebSocketHandler, ended: Callable[[], None]) -> None:
        self.on_frame = handler.on_frame
        self.on_ping = handler.on_ping
        self.on_pong = handler.on_pong
        self._handler = handler
        self._ended = ended

    def on_closed(self, code: int, reason: str) -> None:
        self._ended()
        self._handler.on_closed(code, reason)
