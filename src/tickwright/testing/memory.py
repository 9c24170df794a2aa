"""A WebSocket network in memory: on one side the port that sessions use, on the other a peer to be scripted.

It keeps the contract of `tickwright.io.websocket` to the letter; the same tests hold it and the real one to it.
With `tickwright.testing.virtual_time`, outages that last hours are played in milliseconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

import msgspec

from tickwright.errors import ConnectFailed, ConnectTimeout, HandshakeRefused
from tickwright.io.redact import host_of
from tickwright.io.websocket import (
    CLOSED_ABNORMALLY,
    CLOSED_WITHOUT_CODE,
    WebSocketHandler,
    WebSocketOptions,
)
from tickwright.testing.memory_connection import FrameKind, MemoryConnection, Wire


__all__ = [
    "Accept",
    "Hang",
    "MemoryNetwork",
    "MemoryPeer",
    "Outcome",
    "PeerFrame",
    "Refuse",
]


class Accept(msgspec.Struct, frozen=True):
    """The connection opens, after ``delay_s``."""

    delay_s: float = 0.0


class Refuse(msgspec.Struct, frozen=True):
    """No connection: an HTTP status on the handshake, or nobody listens if ``status`` is ``None``."""

    status: int | None = None
    retry_after_s: float | None = None
    text: str = ""
    delay_s: float = 0.0


class Hang(msgspec.Struct, frozen=True):
    """No answer to the handshake, ever."""


Outcome = Accept | Refuse | Hang


class PeerFrame(msgspec.Struct, frozen=True):
    """What the peer received, and when."""

    at_s: float
    """Time of the event loop."""
    kind: FrameKind
    payload: bytes

    @property
    def text(self) -> str:
        """The payload as text."""
        return self.payload.decode()


class MemoryNetwork:
    """Both ends of every connection. It is itself the ``WebSocketTransport``.

    Args:
        latency_s: How long each frame is under way, each way.
        on_accept: Called with each new peer before its client knows; scripts a server.

    Example:
        >>> network = MemoryNetwork()
        >>> network.plan(Refuse(), Hang(), Accept(delay_s=0.3))     # then every attempt is accepted
        >>> connection = await network.connect("ws://venue/ws", handler, WebSocketOptions())
        >>> peer = await network.accepted()
        >>> peer.push('{"e":"trade"}')
    """

    def __init__(
        self, *, latency_s: float = 0.0, on_accept: Callable[[MemoryPeer], None] | None = None
    ) -> None:
        self.latency_s = latency_s
        self.on_accept = on_accept
        self.attempts: list[tuple[float, str]] = []
        """Time and URL of every attempt to connect."""
        self.peers: list[MemoryPeer] = []
        """The far end of every connection ever accepted."""
        self._plan: deque[Outcome] = deque()
        self._taken = 0
        self._accepted = asyncio.Event()

    def plan(self, *outcomes: Outcome) -> None:
        """Decide the next attempts; those after them are accepted at once."""
        self._plan.extend(outcomes)

    @property
    def open_peers(self) -> list[MemoryPeer]:
        """The peers whose connection has not ended."""
        return [peer for peer in self.peers if not peer.is_closed]

    async def accepted(self) -> MemoryPeer:
        """Return the next peer that was accepted, in order; wait for it if need be."""
        while self._taken == len(self.peers):
            self._accepted.clear()
            await self._accepted.wait()
        self._taken += 1
        return self.peers[self._taken - 1]

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> MemoryConnection:
        """Connect as planned; see `tickwright.io.websocket.WebSocketTransport`."""
        self.attempts.append((asyncio.get_running_loop().time(), url))
        outcome = self._plan.popleft() if self._plan else Accept()
        try:
            async with asyncio.timeout(options.connect_timeout_s):
                await self._handshake(outcome, host_of(url))
        except TimeoutError as error:
            raise ConnectTimeout(
                f"{host_of(url)} was not connected within {options.connect_timeout_s:g} s"
            ) from error
        peer = MemoryPeer(url, handler, options, self.latency_s)
        self.peers.append(peer)
        if self.on_accept is not None:
            self.on_accept(peer)
        self._accepted.set()
        return peer.connection

    async def _handshake(self, outcome: Outcome, host: str) -> None:
        if isinstance(outcome, Hang):
            await asyncio.Event().wait()
        else:
            await asyncio.sleep(outcome.delay_s)
        if isinstance(outcome, Refuse):
            if outcome.status is None:
                raise ConnectFailed(f"{host} refused the connection")
            raise HandshakeRefused(host, outcome.status, outcome.retry_after_s, outcome.text)


class MemoryPeer:
    """The venue's end of one connection: record of what came in, and levers for everything a venue does."""

    def __init__(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions, latency_s: float
    ) -> None:
        self.url = url
        self.received: list[PeerFrame] = []
        self.on_text: Callable[[str], None] | None = None
        """Called with each text that comes in; a script answers from it with `push`."""
        self.answers_pings = True
        self._loop = asyncio.get_running_loop()
        self._to_client = Wire(latency_s)
        self._to_peer = Wire(latency_s)
        self._read = 0
        self._arrived = asyncio.Event()
        self.connection = MemoryConnection(handler, options, self._take, self._to_client)
        """The client's end."""

    @property
    def is_closed(self) -> bool:
        """Whether the client's end has reported the end."""
        return self.connection.is_closed

    @property
    def texts(self) -> list[str]:
        """The texts received so far."""
        return [frame.text for frame in self.received if frame.kind == "text"]

    async def receive(self) -> PeerFrame:
        """Return the next frame from the client; wait for it if need be."""
        while self._read == len(self.received):
            self._arrived.clear()
            await self._arrived.wait()
        self._read += 1
        return self.received[self._read - 1]

    def push(self, *frames: bytes | str) -> None:
        """Send messages; several arrive within one read."""
        for frame in frames:
            payload = frame.encode() if isinstance(frame, str) else frame
            self._to_client.put(partial(self.connection.take_frame, payload))

    def ping(self, payload: bytes = b"") -> None:
        """Send a ping."""
        self._to_client.put(lambda: self.connection.take_ping(payload))

    def pong(self, payload: bytes = b"") -> None:
        """Send a pong that nobody asked for."""
        self._to_client.put(lambda: self.connection.take_pong(payload))

    def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Send a close frame (``None``: one without a code) and hang up once the client has it."""
        self._to_client.put(lambda: self.connection.end(code or CLOSED_WITHOUT_CODE, reason))

    def drop(self) -> None:
        """End the connection without a close frame, as a reset or an end of file does."""
        self._to_client.put(
            lambda: self.connection.end(
                CLOSED_ABNORMALLY, "the connection dropped without a close frame"
            )
        )

    def black_hole(self) -> None:
        """From now on nothing arrives on either side, and nobody is told."""
        self._to_client.is_cut = True
        self._to_peer.is_cut = True

    def stall(self) -> None:
        """Hold back what is sent to the client until `proceed`."""
        self._to_client.hold("stalled")

    def proceed(self) -> None:
        """Let everything that was held back arrive at once."""
        self._to_client.release("stalled")

    def _take(self, kind: FrameKind, payload: bytes) -> None:
        self._to_peer.put(lambda: self._receive(kind, payload))

    def _receive(self, kind: FrameKind, payload: bytes) -> None:
        self.received.append(PeerFrame(self._loop.time(), kind, payload))
        self._arrived.set()
        if kind == "text" and self.on_text is not None:
            self.on_text(payload.decode())
        elif kind == "ping" and self.answers_pings:
            self.pong(payload)
        elif kind == "close":
            self.close(int.from_bytes(payload[:2], "big") or None)
