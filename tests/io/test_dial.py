from __future__ import annotations

import asyncio
import socket
import ssl
from urllib.parse import urlsplit

import pytest

from tickwright.io.dial import Dialler, connect_failed, hang_up, is_origin, verified_tls


async def test_the_address_that_answers_is_taken() -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        opened = await Dialler().open("localhost", port)
        assert opened.getpeername()[1] == port
        opened.close()


async def test_g27_abandoning_ends_the_socket_through_its_transport() -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    async with server:
        dialler = Dialler()
        opened = await dialler.open("127.0.0.1", server.sockets[0].getsockname()[1])
        _, writer = await asyncio.open_connection(sock=opened)
        await dialler.abandon()
        await dialler.abandon()
        writer.close()
        await writer.wait_closed()
        assert opened.fileno() < 0


class Lingering:
    """A socket whose transport needs some turns of the loop to close it."""

    def __init__(self) -> None:
        self.looks = 0

    def fileno(self) -> int:
        self.looks += 1
        return 3 if self.looks < 6 else -1

    def shutdown(self, how: int) -> None: ...


async def test_g27_hanging_up_is_carried_through_however_often_one_is_cancelled() -> None:
    lingering = Lingering()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(hang_up(lingering))  # type: ignore[arg-type]  # all that is asked of a socket
        while not task.done():
            await asyncio.sleep(0)
            task.cancel()
    assert task.cancelled()
    assert lingering.fileno() < 0


async def test_abandoning_what_was_never_opened_is_fine() -> None:
    await Dialler().abandon()


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("ws://127.0.0.1:65535/ws", True),
        ("wss://host", True),
        ("http://host", False),
        ("ws://", False),
        ("ws://host:0", False),
        ("ws://host:65536", False),
        ("ws://host:port", False),
    ],
)
def test_an_origin_has_a_scheme_a_host_and_a_port_that_there_is(url: str, is_one: bool) -> None:
    assert is_origin(urlsplit(url), ("ws", "wss")) is is_one


def test_tls_is_verified_and_the_context_is_shared() -> None:
    assert verified_tls() is verified_tls()
    assert verified_tls().verify_mode is ssl.CERT_REQUIRED
    assert verified_tls().check_hostname


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "does not resolve (Name or service"),
        (ConnectionRefusedError(111, "refused"), "refused the connection; check the port"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "speaks no TLS we know"),
        (OSError(101, "Network is unreachable"), "cannot be reached (Network is unreachable)"),
        (OSError("all attempts failed"), "cannot be reached (all attempts failed)"),
        (ConnectionResetError(), "cannot be reached (ConnectionResetError)"),
    ],
)
def test_each_failure_is_one_line_that_names_the_host(error: OSError, words: str) -> None:
    text = str(connect_failed("api.binance.com", error))
    assert text.startswith("api.binance.com ")
    assert words in text
    assert "\n" not in text
