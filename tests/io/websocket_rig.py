"""Two far ends for the tests of the WebSocket port: a real server on loopback, and the one in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

from tickwright.io.websocket import WebSocketConnection, WebSocketOptions
from tickwright.io.websocket_picows import PicowsTransport
from tickwright.testing.memory import MemoryNetwork, MemoryPeer


class Recorder:
    """A handler that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []
        self.raises: Exception | None = None
        self._changed = asyncio.Event()

    def on_frame(self, payload: bytes) -> None:
        self._note("frame", payload)
        if self.raises is not None:
            raise self.raises

    def on_ping(self, payload: bytes) -> None:
        self._note("ping", payload)

    def on_pong(self, payload: bytes) -> None:
        self._note("pong", payload)

    def on_closed(self, code: int, reason: str) -> None:
        self._note("closed", code, reason)

    def _note(self, *event: object) -> None:
        self.events.append(event)
        self._changed.set()

    @property
    def frames(self) -> list[object]:
        return [event[1] for event in self.events if event[0] == "frame"]

    @property
    def ends(self) -> list[tuple[object, ...]]:
        return [event[1:] for event in self.events if event[0] == "closed"]

    async def until(self, is_so: Callable[[], object]) -> None:
        await until(is_so, self._changed)


async def until(is_so: Callable[[], object], changed: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            changed.clear()
            await changed.wait()


class RealPeer(WSListener):
    """The server's end of one real connection."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.answers_close = True
        self.changed = asyncio.Event()
        self.transport: WSTransport

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.changed.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self.received.append((frame.msg_type.name.lower(), frame.get_payload_as_bytes()))
        self.changed.set()
        if frame.msg_type is WSMsgType.CLOSE and self.answers_close:
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    async def until(self, is_so: Callable[[], object]) -> None:
        await until(is_so, self.changed)

    def push(self, *frames: str) -> None:
        for frame in frames:
            self.transport.send(WSMsgType.TEXT, frame)

    def send(self, kind: WSMsgType, payload: bytes, *, fin: bool) -> None:
        self.transport.send(kind, payload, fin=fin)

    def ping(self, payload: bytes) -> None:
        self.transport.send_ping(payload)

    def pong(self, payload: bytes) -> None:
        self.transport.send_pong(payload)

    def close(self, code: int | None, reason: str = "") -> None:
        if code is None:
            self.transport.send(WSMsgType.CLOSE, b"")
        else:
            self.transport.send_close(WSCloseCode(code), reason)

    def drop(self) -> None:
        self.transport.disconnect(graceful=False)

    def black_hole(self) -> None:
        self.answers_close = False


class RealRig:
    """Real sockets on loopback."""

    def __init__(self) -> None:
        self.peers: list[RealPeer] = []
        self.url = ""
        self._server: asyncio.Server

    async def __aenter__(self) -> RealRig:
        self._server = await ws_create_server(
            lambda _request: self._new_peer(), "127.0.0.1", 0, enable_auto_pong=False
        )
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}/ws"
        return self

    async def __aexit__(self, *_: object) -> None:
        for peer in self.peers:
            peer.drop()
            await peer.transport.wait_disconnected()
        self._server.close()
        await self._server.wait_closed()

    def _new_peer(self) -> RealPeer:
        self.peers.append(RealPeer())
        return self.peers[-1]

    async def connect(
        self, handler: Recorder, **options: object
    ) -> tuple[WebSocketConnection, RealPeer]:
        connection = await PicowsTransport().connect(
            self.url,
            handler,
            WebSocketOptions(**options),  # type: ignore[arg-type]  # tests name the fields
        )
        return connection, self.peers[-1]


class MemoryRigPeer:
    """The far end in memory, with the names of `RealPeer`."""

    def __init__(self, peer: MemoryPeer) -> None:
        self._peer = peer
        self._peer.answers_pings = False
        self.push = peer.push
        self.ping = peer.ping
        self.pong = peer.pong
        self.close = peer.close
        self.drop = peer.drop
        self.black_hole = peer.black_hole

    @property
    def received(self) -> list[tuple[str, bytes]]:
        return [(frame.kind, frame.payload) for frame in self._peer.received]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not is_so():
                await self._peer.receive()


class MemoryRig:
    """No sockets at all."""

    def __init__(self) -> None:
        self.network = MemoryNetwork()

    async def __aenter__(self) -> MemoryRig:
        return self

    async def __aexit__(self, *_: object) -> None:
        for peer in self.network.open_peers:
            peer.drop()
        await asyncio.sleep(0)

    async def connect(
        self, handler: Recorder, **options: object
    ) -> tuple[WebSocketConnection, MemoryRigPeer]:
        connection = await self.network.connect(
            "ws://memory/ws",
            handler,
            WebSocketOptions(**options),  # type: ignore[arg-type]  # tests name the fields
        )
        return connection, MemoryRigPeer(await self.network.accepted())


Rig = RealRig | MemoryRig
