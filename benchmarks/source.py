"""A loopback venue that plays one workload as fast as its client reads: ``python -m benchmarks.source depth``.

It speaks just enough of Binance's spot protocol for unmodified clients: SUBSCRIBE with its ack, streams
named in the URL, raw (``/ws``) and combined (``/stream``) framing, exchange information and snapshots.
It runs in its own process, so that none of its work counts as a client's, and keeps every WebSocket frame
ready in memory. Once it listens it prints one JSON object with its addresses; it ends with its standard input.

Beside the venue's paths it answers ``/bench/plan`` (how many frames each stream will bring) and
``/bench/play?phase=`` ``warm_up`` or ``main`` (send them now, on all connections).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import parse_qs, urlsplit

import msgspec
import uvloop
from aiohttp import web
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from benchmarks.exchange_info import exchange_info
from benchmarks.workload import CASES, IDLE, Workload, build, idle


__all__ = ["Source", "main"]

CHUNK_BYTES = 128 * 1024
"""Frames are handed to the socket in runs of this size: large enough to stay ahead of the fastest client."""


class _Control(msgspec.Struct):
    method: str
    params: list[str] = []
    id: int | str | None = None


def wire_frame(payload: bytes) -> bytes:
    """Return ``payload`` as an unmasked WebSocket text frame."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Connection(WSListener):
    """One client socket: what it subscribed to, and the pump that plays it."""

    def __init__(self, source: Source, target: str) -> None:
        super().__init__()
        parts = urlsplit(target)
        self._source = source
        self._is_raw = "/ws" in parts.path
        listed = parse_qs(parts.query).get("streams", [parts.path.rpartition("/ws/")[2]])[0]
        self._named = [name for name in listed.split("/") if "@" in name]
        self._streams: dict[str, None] = {}
        self._writable = asyncio.Event()
        self._writable.set()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._source.connections.add(self)
        self._subscribe(self._named)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._source.connections.discard(self)
        self._writable.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            control = msgspec.json.decode(frame.get_payload_as_memoryview(), type=_Control)
            ack = msgspec.json.encode({"result": None, "id": control.id})
            transport.send(WSMsgType.TEXT, ack)
            if control.method == "SUBSCRIBE":
                self._subscribe(control.params)
            elif control.method == "UNSUBSCRIBE":
                for name in control.params:
                    self._streams.pop(name, None)
        elif frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _subscribe(self, names: list[str]) -> None:
        for name in names:
            if name not in self._streams:
                self._streams[name] = None
                for payload in self._source.workload.lead_in.get(name, ()):
                    self._transport.send(WSMsgType.TEXT, self._framed(name, payload))

    def _framed(self, stream: str, payload: bytes) -> bytes:
        if self._is_raw:
            return payload
        return b'{"stream":"%b","data":%b}' % (stream.encode(), payload)

    @property
    def streams(self) -> Collection[str]:
        """What it is subscribed to."""
        return self._streams

    def fileno(self) -> int:
        """Return the descriptor of its socket."""
        found: int = self._transport.underlying_transport.get_extra_info("socket").fileno()
        return found

    def chunks(self, frames: list[tuple[str, bytes]], size: int) -> list[bytes]:
        """Return the subscribed ones of ``frames``, ready for the socket in runs of at least ``size`` bytes."""
        chunks: list[bytes] = []
        run = bytearray()
        for stream, payload in frames:
            if stream in self._streams:
                run += wire_frame(self._framed(stream, payload))
                if len(run) >= size:
                    chunks.append(bytes(run))
                    run.clear()
        return [*chunks, bytes(run)] if run else chunks

    async def play(self, chunks: list[bytes], pause_s: float) -> None:
        """Write ``chunks``, waiting ``pause_s`` after each, and whenever the client has not read enough."""
        raw = self._transport.underlying_transport
        for chunk in chunks:
            await self._writable.wait()
            if self not in self._source.connections:
                return
            raw.write(chunk)
            if pause_s:
                await asyncio.sleep(pause_s)


class Source:
    """The venue: one workload, served to any number of connections.

    Args:
        workload: What to serve.
        pause_s: If not 0, the frames to measure go out one by one with this pause between them.
    """

    def __init__(self, workload: Workload, pause_s: float = 0.0) -> None:
        self.workload = workload
        self._pause_s = pause_s
        self.connections: set[Connection] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    async def listen(self) -> dict[str, str]:
        """Start both servers on free ports and return their origins."""

        def accept(request: WSUpgradeRequest) -> Connection:
            return Connection(self, request.path.decode())

        sockets = await ws_create_server(accept, "127.0.0.1", 0)
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/v3/exchangeInfo", self._exchange_info),
                web.get("/api/v3/depth", self._depth),
                web.get("/api/v3/time", _time),
                web.get("/api/v3/ping", _ping),
                web.get("/bench/plan", self._plan),
                web.get("/bench/play", self._play),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runner = runner
        self._sockets = sockets
        ws_port = sockets.sockets[0].getsockname()[1]
        return {
            "rest": f"http://127.0.0.1:{runner.addresses[0][1]}",
            "ws": f"ws://127.0.0.1:{ws_port}",
            "origin": self.workload.origin,
        }

    async def _exchange_info(self, request: web.Request) -> web.Response:
        wanted = _symbols_asked(request)
        symbols = [s for s in self.workload.symbols if wanted is None or s.name in wanted]
        return _json(exchange_info(symbols))

    async def _depth(self, request: web.Request) -> web.Response:
        body = self.workload.snapshots.get(request.query.get("symbol", ""))
        if body is None:
            return web.Response(status=400, body=b'{"code":-1121,"msg":"Invalid symbol."}')
        return _json(body)

    async def _plan(self, request: web.Request) -> web.Response:
        """Frames a stream in each phase, and the streams' last ids."""
        work = self.workload
        counts = {
            "lead_in": {name: len(payloads) for name, payloads in work.lead_in.items()},
            "warm_up": Counter(stream for stream, _ in work.warm_up),
            "main": Counter(stream for stream, _ in work.main),
        }
        last = {
            "warm_up": {stream: msgspec.Raw(payload) for stream, payload in work.warm_up},
            "main": {stream: msgspec.Raw(payload) for stream, payload in work.main},
        }
        symbols = [{"name": s.name, "base": s.base, "quote": s.quote} for s in work.symbols]
        plan = {"case": work.case, "symbols": symbols, "counts": counts, "last": last}
        return _json(msgspec.json.encode(plan))

    async def _play(self, request: web.Request) -> web.Response:
        is_main = request.query["phase"] == "main"
        frames = self.workload.main if is_main else self.workload.warm_up
        pause_s = self._pause_s if is_main else 0.0
        size = 1 if pause_s else CHUNK_BYTES
        ready = [(connection, connection.chunks(frames, size)) for connection in self.connections]
        for connection, chunks in ready:
            task = asyncio.get_running_loop().create_task(connection.play(chunks, pause_s))
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)
        return web.Response(status=204)


def _symbols_asked(request: web.Request) -> set[str] | None:
    if "symbols" in request.query:
        return set(msgspec.json.decode(request.query["symbols"], type=list[str]))
    if "symbol" in request.query:
        return {request.query["symbol"]}
    return None


def _json(body: bytes) -> web.Response:
    headers = {"X-MBX-USED-WEIGHT": "1", "X-MBX-USED-WEIGHT-1M": "1"}
    return web.Response(body=body, content_type="application/json", headers=headers)


async def _time(request: web.Request) -> web.Response:
    return _json(b'{"serverTime":%d}' % (time.time_ns() // 1_000_000))


async def _ping(request: web.Request) -> web.Response:
    return _json(b"{}")


async def _until_stdin_ends() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


async def serve(source: Source, until: Callable[[], Awaitable[None]] = _until_stdin_ends) -> None:
    """Serve until ``until`` returns, having announced the addresses on standard output."""
    origins = await source.listen()
    print(msgspec.json.encode(origins).decode(), flush=True)
    await until()


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", choices=(*CASES, IDLE))
    parser.add_argument("--frames", type=int, default=26_000, help="frames to measure")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between frames")
    arguments = parser.parse_args()
    case = arguments.case
    workload = idle() if case == IDLE else build(case, arguments.frames)
    uvloop.run(serve(Source(workload, arguments.pause)))


if __name__ == "__main__":
    main()
