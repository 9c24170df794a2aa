"""How a process reaches the world: requests, sockets and its journal, all of which end at once when it is killed.

What has left a killed process is on its way all the same; what comes back finds nobody. What was written to the journal stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import msgspec

from tickwright.errors import ConnectFailed, ConnectionLost, RequestTimeout, StoreError
from tickwright.io.http import HttpRequest, HttpResponse, HttpTimeouts
from tickwright.io.store import MemoryStore
from tickwright.io.websocket import (
    CLOSED_ABNORMALLY,
    WebSocketConnection,
    WebSocketHandler,
    WebSocketOptions,
)
from tickwright.testing.memory_connection import MemoryConnection
from tickwright.testing.venues import MemoryVenues


__all__ = ["Lines", "Roads", "Sent"]

_PATIENT = HttpTimeouts(pool_s=600, connect_s=600, read_s=600, total_s=600)
"""Whoever gives up waiting does not take back what has left."""


class Sent(msgspec.Struct):
    """One request or message that left."""

    at_s: float
    host: str
    method: str
    """Of a message on a socket ``SOCKET``."""
    path: str
    text: str
    """Query and body, or the message."""
    status: int | None = None
    heard_s: float | None = None
    """When the answer was there; ``None`` if nobody waited for it any more."""
    retry_after: str = ""
    life: int = 0


class Roads:
    """What all processes of a world share: the network and what troubles it.

    Attributes:
        unreachable: Hosts that refuse every connection of a request.
        losing: Hosts whose requests get lost on their way.
        sent: Everything that ever left.
        on_sent: Called whenever something leaves.
    """

    def __init__(self, venues: MemoryVenues, group: asyncio.TaskGroup) -> None:
        self.venues = venues
        self.unreachable: set[str] = set()
        self.losing: set[str] = set()
        self.sent: list[Sent] = []
        self.on_sent: Callable[[], None] = lambda: None
        self._group = group
        self._travelling: set[asyncio.Task[Any]] = set()

    def spawn(self, name: str, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run what does not end with a process."""
        task = self._group.create_task(coroutine, name=name)
        self._travelling.add(task)
        task.add_done_callback(self._travelling.discard)
        return task

    def close(self) -> None:
        """Let go of what is still on its way when the world ends."""
        for task in self._travelling:
            task.cancel()


class Lines:
    """One process's ways to the outside; the ports of its connector."""

    def __init__(self, roads: Roads, life: int, rows: list[bytes], write_s: float) -> None:
        self.is_dead = False
        self._life = life
        self._roads = roads
        self._rows = rows
        self._write_s = write_s
        self._connections: list[MemoryConnection] = []

    def cut(self) -> None:
        """End the process as a power failure does."""
        self.is_dead = True
        for connection in self._connections:
            connection.end(CLOSED_ABNORMALLY, "the process is gone")

    def breathe(self) -> None:
        """Let nothing come in or out of a dead process any more."""
        if self.is_dead:
            raise ConnectionLost(CLOSED_ABNORMALLY, "the process is gone")

    def _leaves(self, method: str, host: str, path: str, text: str) -> Sent:
        now_s = asyncio.get_running_loop().time()
        sent = Sent(now_s, host, method, path, text, life=self._life)
        self._roads.sent.append(sent)
        self._roads.on_sent()
        return sent

    # ------------------------------------------------------------------ requests

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Ask; see `tickwright.io.http.HttpTransport`."""
        self.breathe()
        roads, host = self._roads, request.host
        if host in roads.unreachable:
            raise ConnectFailed(f"{host} refused the connection")
        url, _, query = request.url.partition("?")
        text = f"{query} {request.body.decode()}"
        sent = self._leaves(request.method, host, url.partition(host)[2], text)
        if host in roads.losing:
            await asyncio.sleep(roads.venues.latency_s)
            raise ConnectionLost(CLOSED_ABNORMALLY, f"{host}: the connection was reset")
        limit_s = min(request.timeouts.read_s, request.timeouts.total_s)
        travelling = roads.spawn("request", self._travel(request, sent))
        try:
            async with asyncio.timeout(limit_s):
                answer = await asyncio.shield(travelling)
        except TimeoutError:
            raise RequestTimeout(f"{host}: no answer within {limit_s:g} s") from None
        self.breathe()
        if isinstance(answer, Exception):
            raise answer
        sent.heard_s = asyncio.get_running_loop().time()
        return answer

    async def _travel(self, request: HttpRequest, sent: Sent) -> HttpResponse | Exception:
        patient = msgspec.structs.replace(request, timeouts=_PATIENT)
        try:
            answer = await self._roads.venues.send(patient)
        except (ConnectionLost, ConnectFailed, RequestTimeout) as error:
            return error
        sent.status = answer.status
        sent.retry_after = answer.headers.get("retry-after", "")
        return answer

    # ------------------------------------------------------------------ sockets

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> WebSocketConnection:
        """Connect; see `tickwright.io.websocket.WebSocketTransport`."""
        self.breathe()
        connection = await self._roads.venues.connect(url, handler, options)
        self._connections = [each for each in self._connections if not each.is_closed]
        self._connections.append(connection)
        if self.is_dead:
            connection.end(CLOSED_ABNORMALLY, "the process is gone")
        host = url.split("/")[2]
        return _Socket(connection, lambda text: self._leaves("SOCKET", host, "", text))

    # ------------------------------------------------------------------ the journal

    async def open_store(self, url: str) -> MortalStore:
        """Open the journal that outlives the process."""
        self.breathe()
        return MortalStore(self, self._rows, self._write_s)


class _Socket:
    """A connection whose messages are noted as they leave; in all else the connection itself."""

    def __init__(self, connection: WebSocketConnection, leaves: Callable[[str], object]) -> None:
        self._connection = connection
        self._leaves = leaves

    def send_text(self, text: str) -> None:
        """Send a text message."""
        self._connection.send_text(text)
        self._leaves(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class MortalStore(MemoryStore):
    """A journal in memory whose rows outlive its process, and which takes its time."""

    def __init__(self, lines: Lines, rows: list[bytes], write_s: float) -> None:
        super().__init__()
        self.contents = rows
        self.is_immediate = not write_s
        self._lines = lines
        self._write_s = write_s

    async def append(self, rows: Sequence[bytes]) -> int:
        """Write a batch; a process may be killed before it, and between its end and knowing of it."""
        if self._write_s:
            await asyncio.sleep(self._write_s / 2)
        number = self.append_nowait(rows)
        if self._write_s:
            await asyncio.sleep(self._write_s / 2)
        self._breathe()
        return number

    def append_nowait(self, rows: Sequence[bytes]) -> int:
        """Write a batch, which a killed process does not."""
        self._breathe()
        return super().append_nowait(rows)

    def _breathe(self) -> None:
        try:
            self._lines.breathe()
        except ConnectionLost as error:
            raise StoreError(error.reason) from None

    async def rows(self, after: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """Yield the rows behind a number."""
        self._breathe()
        for row in [each async for each in super().rows(after)]:
            yield row
