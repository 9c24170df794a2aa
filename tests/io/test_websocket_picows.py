"""Every way in which connecting can fail, and what it leaves behind: nothing."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.io.certificates import server_context
from tests.io.websocket_rig import RealRig, Recorder

from tickwright.errors import ConfigError, ConnectFailed, ConnectTimeout, HandshakeRefused
from tickwright.io.loop import run
from tickwright.io.websocket import WebSocketOptions
from tickwright.io.websocket_picows import PicowsTransport


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LISTEN_KEY = "pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1"


@asynccontextmanager
async def server(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve raw TCP; yields host:port."""
    tasks: set[asyncio.Task[None]] = set()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        finally:
            writer.close()
            tasks.discard(task)

    listener = await asyncio.start_server(keep, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()


def answers(response: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response)
        await writer.drain()

    return serve


async def connect(url: str, timeout_s: float = 5, **options: object) -> None:
    handler = Recorder()
    try:
        await PicowsTransport().connect(
            url,
            handler,
            WebSocketOptions(connect_timeout_s=timeout_s, **options),  # type: ignore[arg-type]  # tests name the fields
        )
    finally:
        await asyncio.sleep(0)
        assert handler.events == []


@pytest.mark.parametrize(
    ("head", "body", "status", "retry_after_s"),
    [
        (b"429 Too Many Requests\r\nRetry-After: 17", b'{"code":-1003}', 429, 17.0),
        (b"418 I'm a teapot\r\nretry-after: 300", b"banned", 418, 300.0),
        (b"403 Forbidden", b"<html>\n  access too frequent\n</html>", 403, None),
        (b"302 Found\r\nLocation: wss://elsewhere/", b"", 302, None),
        (b"522 Connection timed out", b"", 522, None),
    ],
)
async def test_g12_a_refused_handshake_tells_status_waiting_time_and_text(
    head: bytes, body: bytes, status: int, retry_after_s: float | None
) -> None:
    response = b"HTTP/1.1 " + head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with server(answers(response)) as host:
        with pytest.raises(HandshakeRefused) as caught:
            await connect(f"ws://{host}/ws")
    assert caught.value.status == status
    assert caught.value.retry_after_s == retry_after_s
    assert caught.value.text == " ".join(body.decode().split())
    assert str(caught.value).startswith(
        f"{host} refused the WebSocket handshake with HTTP {status}"
    )


@pytest.mark.parametrize(
    "response", [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]
)
async def test_an_answer_that_is_no_handshake_says_so(response: bytes) -> None:
    async with server(answers(response)) as host:
        with pytest.raises(ConnectFailed, match="not as a WebSocket server"):
            await connect(f"ws://{host}/ws")


async def test_g03_a_peer_that_hangs_up_during_the_handshake_is_a_failure_to_connect() -> None:
    async with server(answers(b"")) as host:
        with pytest.raises(ConnectFailed, match="hung up during the handshake"):
            await connect(f"ws://{host}/ws")


async def test_nobody_listening_says_refused() -> None:
    async with server(answers(b"")) as host:
        pass
    with pytest.raises(ConnectFailed, match=f"{host} refused the connection; check the port"):
        await connect(f"ws://{host}/ws")


async def test_a_name_that_does_not_resolve_says_so() -> None:
    with pytest.raises(ConnectFailed, match=r"nowhere\.invalid does not resolve"):
        await connect("ws://nowhere.invalid/ws")


@pytest.mark.parametrize(
    "url", ["http://host/ws", "wss:///ws", "host:9443", "ws://127.0.0.1:99999"]
)
async def test_an_address_that_is_none_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(ConfigError, match="no WebSocket address"):
        await connect(url)


async def test_g27_a_handshake_that_hangs_ends_in_time_and_hangs_up() -> None:
    ended = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with server(hang) as host:
        with pytest.raises(ConnectTimeout, match=f"{host} was not connected within 0.05 s"):
            await connect(f"ws://{host}/ws", 0.05)
        async with asyncio.timeout(1):
            await ended.wait()


async def test_g27_a_cancelled_connect_leaves_no_socket() -> None:
    arrived, ended = asyncio.Event(), asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await reader.read()
        ended.set()

    async with server(hang) as host, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(connect(f"ws://{host}/ws"))
        await arrived.wait()
        task.cancel()
        async with asyncio.timeout(1):
            await ended.wait()


async def test_tls_is_verified_by_default() -> None:
    async with server(answers(b""), server_context()) as host:
        with pytest.raises(ConnectFailed, match="certificate that is not trusted"):
            await connect(f"wss://{host}/ws")


async def test_a_context_of_ones_own_is_used() -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    async with server(answers(b"HTTP/1.1 418 x\r\n\r\n"), server_context()) as host:
        with pytest.raises(HandshakeRefused):
            await connect(f"wss://{host}/ws", ssl_context=trusting)


async def test_a_port_that_speaks_no_tls_says_so() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read()

    async with server(plain) as host:
        with pytest.raises(ConnectFailed, match="speaks no TLS we know"):
            await connect(f"wss://{host}/ws")


async def test_a_proxy_is_asked_for_a_tunnel_to_the_host() -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 418 x\r\n\r\n")
        await writer.drain()

    async with server(proxy) as host:
        with pytest.raises(HandshakeRefused):
            await connect("ws://venue.invalid:9443/ws", proxy=f"http://u:p@{host}")
    assert asked[0].startswith(b"CONNECT venue.invalid:9443 HTTP/1.1")
    assert asked[1].startswith(b"GET /ws HTTP/1.1")


async def test_g30_a_proxy_that_refuses_is_named_without_its_password() -> None:
    async with server(answers(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) as host:
        with pytest.raises(ConnectFailed, match=f"through the proxy {host}.*407") as caught:
            await connect("ws://venue.invalid/ws", proxy=f"http://user:hunter2@{host}")
    assert "hunter2" not in str(caught.value)


async def test_a_socks_proxy_is_spoken_to_in_its_own_words() -> None:
    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(3) == b"\x05\x01\x00"
        writer.write(b"\x05\x00")
        await reader.readexactly(4 + 1 + len("venue.invalid") + 2)
        writer.write(b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00")
        await writer.drain()

    async with server(socks) as host:
        with pytest.raises(ConnectFailed, match="through the proxy"):
            await connect("ws://venue.invalid/ws", proxy=f"socks5://{host}")


async def test_g30_a_listen_key_in_the_path_appears_in_no_log_and_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(1)
    logging.getLogger("picows").setLevel(1)
    async with server(answers(b"HTTP/1.1 403 x\r\n\r\n")) as host:
        with pytest.raises(HandshakeRefused) as caught:
            await connect(f"ws://{host}/ws/{LISTEN_KEY}")
    assert LISTEN_KEY not in caplog.text
    assert LISTEN_KEY not in str(caught.value)


def test_it_runs_on_the_fast_loop_too() -> None:
    async def main() -> list[object]:
        async with RealRig() as rig:
            handler = Recorder()
            connection, peer = await rig.connect(handler)
            peer.push("x" * 300)
            peer.close(1001)
            await connection.wait_closed()
            return handler.frames + handler.ends

    assert run(main()) == [b"x" * 300, (1001, "")]


async def test_g16_many_connections_leave_no_socket_and_no_task() -> None:
    async def cycle(rig: RealRig, refusing: str) -> None:
        handler = Recorder()
        connection, peer = await rig.connect(handler)
        peer.push("x")
        await handler.until(lambda: handler.frames)
        connection.close()
        await connection.wait_closed()
        with pytest.raises(HandshakeRefused):
            await connect(f"ws://{refusing}/ws")

    async with RealRig() as rig, server(answers(b"HTTP/1.1 403 x\r\n\r\n")) as refusing:
        await cycle(rig, refusing)
        before = (_open_descriptors(), len(asyncio.all_tasks()))
        for _ in range(50):
            await cycle(rig, refusing)
        await asyncio.sleep(0.01)
        rig.peers.clear()
        assert _open_descriptors() <= before[0]
        assert len(asyncio.all_tasks()) <= before[1]


def _open_descriptors() -> int:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("open descriptors can be counted on Linux only")
    return len(list(folder.iterdir()))
