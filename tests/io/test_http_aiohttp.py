"""HTTP over real sockets: what arrives at the server, and what each failure means."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from tests.io.certificates import server_context

from tickwright.errors import (
    Closed,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    RequestTimeout,
)
from tickwright.io.http import HttpRequest, HttpTimeouts
from tickwright.io.http_aiohttp import AiohttpTransport


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def site(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[str]:
    """Serve with aiohttp; yields the origin."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield "{}://127.0.0.1:{}".format("https" if tls else "http", runner.addresses[0][1])
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw(serve: Serve) -> AsyncIterator[str]:
    """Serve raw TCP; yields the origin."""
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

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def get(url: str, **timeouts: float) -> HttpRequest:
    return HttpRequest(method="GET", url=url, timeouts=HttpTimeouts(**timeouts))


async def ok(request: web.Request) -> web.StreamResponse:
    return web.json_response({"serverTime": 1}, headers={"X-MBX-USED-WEIGHT-1M": "12"})


async def test_an_answer_comes_with_lower_case_headers_and_times_in_order() -> None:
    async with site(ok) as origin, AiohttpTransport() as transport:
        answer = await transport.send(get(f"{origin}/api/v3/time"))
    assert answer.status == 200
    assert answer.body == b'{"serverTime": 1}'
    assert answer.headers["x-mbx-used-weight-1m"] == "12"
    assert 0 < answer.sent_mono_ns <= answer.received_mono_ns
    assert answer.received_ts_ns > 0


async def test_g21_the_url_and_body_arrive_byte_for_byte() -> None:
    seen: list[tuple[str, str, bytes, str | None]] = []

    async def echo(request: web.Request) -> web.StreamResponse:
        header = request.headers.get("X-MBX-APIKEY")
        seen.append((request.method, request.raw_path, await request.read(), header))
        return web.Response()

    path = "/x?symbol=%E5%B8%81&a=1%2C2&b=a+b&c=%7e&signature=A%2Fb%3D"
    async with site(echo) as origin, AiohttpTransport() as transport:
        await transport.send(
            HttpRequest(
                method="POST",
                url=origin + path,
                headers=(("X-MBX-APIKEY", "k"),),
                body=b"a=1&b=%20",
            )
        )
    assert seen == [("POST", path, b"a=1&b=%20", "k")]


@pytest.mark.parametrize("status", [302, 400, 403, 418, 429, 500, 503])
async def test_any_status_is_an_answer_and_no_redirect_is_followed(status: int) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "http://elsewhere.invalid/"})

    async with site(refuse) as origin, AiohttpTransport() as transport:
        assert (await transport.send(get(origin + "/"))).status == status


async def test_connections_are_kept_and_shared() -> None:
    peers = set()

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.Response()

    async with site(note) as origin, AiohttpTransport() as transport:
        for _ in range(5):
            await transport.send(get(origin + "/"))
    assert len(peers) == 1


async def test_one_slow_host_does_not_hold_another_one_up() -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    async with (
        site(slow) as slow_origin,
        site(ok) as quick_origin,
        AiohttpTransport(connections_per_host=1) as transport,
        asyncio.TaskGroup() as tasks,
    ):
        for _ in range(3):
            tasks.create_task(transport.send(get(slow_origin + "/")))
        await asyncio.sleep(0)
        assert (await transport.send(get(quick_origin + "/"))).status == 200
        release.set()


async def test_no_answer_in_time_is_a_request_that_may_have_been_carried_out() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with raw(never) as origin, AiohttpTransport() as transport:
        for timeouts in ({"read_s": 0.05}, {"total_s": 0.05}):
            with pytest.raises(RequestTimeout, match=f"GET {origin}/api/v3/order: no answer"):
                await transport.send(get(origin + "/api/v3/order?signature=planted", **timeouts))


async def test_waiting_for_a_free_connection_is_a_request_that_never_left() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with (
        raw(never) as origin,
        AiohttpTransport(connections_per_host=1) as transport,
    ):
        first = asyncio.ensure_future(transport.send(get(origin + "/", read_s=0.15)))
        await asyncio.sleep(0)
        with pytest.raises(ConnectTimeout):
            await transport.send(get(origin + "/", pool_s=0.03))
        with pytest.raises(RequestTimeout):
            await first


@pytest.mark.parametrize(
    "part", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"]
)
async def test_g01_a_connection_that_ends_before_the_answer_is_lost_not_failed(part: bytes) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(part)
        await writer.drain()

    async with raw(cut) as origin, AiohttpTransport() as transport:
        with pytest.raises(ConnectionLost, match=f"GET {origin}/x") as caught:
            await transport.send(get(origin + "/x?signature=planted"))
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
async def test_g02_nothing_is_sent_again_on_a_connection_that_went_stale(method: str) -> None:
    arrived: list[bytes] = []

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        arrived.append(await reader.readuntil(b"\r\n\r\n"))

    async with raw(once) as origin, AiohttpTransport() as transport:
        request = HttpRequest(method=method, url=origin + "/")
        await transport.send(request)
        with pytest.raises(ConnectionLost):
            await transport.send(request)
    assert len(arrived) == 2


async def test_what_cannot_be_reached_says_why() -> None:
    async with site(ok) as origin:
        pass
    async with AiohttpTransport() as transport:
        with pytest.raises(ConnectFailed, match="refused the connection"):
            await transport.send(get(origin + "/"))
        with pytest.raises(ConnectFailed, match=r"nowhere\.invalid does not resolve"):
            await transport.send(get("http://nowhere.invalid/"))
        for none in ("host", "http://127.0.0.1:99999/", "http://127.0.0.1:port/"):
            with pytest.raises(ConfigError, match="no HTTP address"):
                await transport.send(get(none))


async def test_tls_is_verified_unless_a_context_of_ones_own_says_otherwise() -> None:
    async with site(ok, server_context()) as origin:
        async with AiohttpTransport() as transport:
            with pytest.raises(ConnectFailed, match="certificate that is not trusted"):
                await transport.send(get(origin + "/"))
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        async with AiohttpTransport(ssl_context=trusting) as transport:
            assert (await transport.send(get(origin + "/"))).status == 200


async def test_an_answer_without_end_is_given_up() -> None:
    async def much(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 100_000)

    async with site(much) as origin, AiohttpTransport(body_bytes_max=50_000) as transport:
        with pytest.raises(ConnectionLost, match="exceeds 50000 bytes"):
            await transport.send(get(origin + "/"))


async def test_requests_go_through_the_proxy() -> None:
    async with site(ok) as proxy, AiohttpTransport(proxy=proxy) as transport:
        assert (await transport.send(get("http://venue.invalid/api/v3/time"))).status == 200


async def test_g30_a_proxy_that_fails_is_named_without_its_password() -> None:
    async with site(ok) as origin:
        pass
    proxy = origin.replace("http://", "http://user:hunter2@")
    async with AiohttpTransport(proxy=proxy) as transport:
        assert "hunter2" not in repr(transport)
        with pytest.raises(ConnectFailed, match="through the proxy") as caught:
            await transport.send(get("http://venue.invalid/"))
    assert "hunter2" not in str(caught.value)


def test_a_proxy_that_cannot_carry_http_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ConfigError, match=r"socks5://\*\*\*@proxy:1080 cannot carry REST"):
        AiohttpTransport(proxy="socks5://user:pass@proxy:1080")


async def test_g27_closing_twice_is_fine_and_then_nothing_is_sent() -> None:
    async with site(ok) as origin:
        transport = AiohttpTransport()
        await transport.send(get(origin + "/"))
        await transport.close()
        await transport.close()
        with pytest.raises(Closed):
            await transport.send(get(origin + "/"))


async def test_g27_a_cancelled_request_leaves_no_connection_busy() -> None:
    ended = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async with raw(never) as origin, AiohttpTransport() as transport:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.03):
                await transport.send(get(origin + "/"))
        async with asyncio.timeout(1):
            await ended.wait()
