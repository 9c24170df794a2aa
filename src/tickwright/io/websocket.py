"""The WebSocket port: what a session asks of a connection, whoever provides it.

`tickwright.io.websocket_picows.PicowsTransport` provides it on real sockets,
`tickwright.testing.memory` in memory. A connection is callbacks, not coroutines: a frame reaches
its handler within the read that brought it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Protocol

import msgspec

from tickwright.io.redact import safe_headers, safe_url


__all__ = [
    "CLOSED_ABNORMALLY",
    "CLOSED_WITHOUT_CODE",
    "Ending",
    "WebSocketConnection",
    "WebSocketHandler",
    "WebSocketOptions",
    "WebSocketTransport",
    "wait_all_closed",
]

CLOSED_WITHOUT_CODE = 1005
"""The peer sent a close frame that holds no code."""
CLOSED_ABNORMALLY = 1006
"""The connection ended without any close frame: cut, reset, timed out, or our handler raised."""


class WebSocketOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to connect, and what to allow."""

    connect_timeout_s: float = 10.0
    """For everything up to the accepted handshake: name, TCP, proxy, TLS, upgrade."""
    close_timeout_s: float = 1.0
    """How long a peer may take to answer our close frame before it is cut off; Ctrl-C waits for it."""
    frame_bytes_max: int = 16 * 1024 * 1024
    """A longer message, whole or in fragments, closes the connection with 1009."""
    proxy: str | None = None
    """``http://``, ``https://``, ``socks4://`` or ``socks5://``, with user and password if need be."""
    ssl_context: ssl.SSLContext | None = None
    """``None`` verifies the host against the system's certificates."""
    headers: tuple[tuple[str, str], ...] = ()
    """Sent with the handshake."""

    def __repr__(self) -> str:
        proxy = None if self.proxy is None else safe_url(self.proxy)
        return (
            f"WebSocketOptions(connect_timeout_s={self.connect_timeout_s}, close_timeout_s={self.close_timeout_s}, "
            f"frame_bytes_max={self.frame_bytes_max}, proxy={proxy!r}, "
            f"tls={'given' if self.ssl_context else 'verified'}, headers={safe_headers(self.headers)})"
        )


class WebSocketHandler(Protocol):
    """Whom a connection tells what arrived.

    Calls come in the order of arrival, `on_closed` exactly once and last. The first frame may come
    before `WebSocketTransport.connect` has returned. A handler that raises has a bug: the
    connection is closed with 1011, `on_closed` is told 1006, and `WebSocketConnection.wait_closed`
    raises the exception.
    """

    def on_frame(self, payload: bytes) -> None:
        """Take a whole text or binary message. On the hot path."""

    def on_ping(self, payload: bytes) -> None:
        """Take a ping. No pong is sent by itself: its owner paces it with all other frames."""

    def on_pong(self, payload: bytes) -> None:
        """Take a pong."""

    def on_closed(self, code: int, reason: str) -> None:
        """Take the end: the peer's code and reason, else 1005 or 1006, or the code by which we refused its bytes."""


class WebSocketConnection(Protocol):
    """One open socket. The ``send_*`` calls never wait, and raise ``ConnectionLost`` once it closes or has closed."""

    @property
    def is_open(self) -> bool:
        """Whether frames can be sent."""

    def send_text(self, text: str) -> None:
        """Send a text message."""

    def send_ping(self, payload: bytes = b"") -> None:
        """Send a ping with at most 125 bytes."""

    def send_pong(self, payload: bytes = b"") -> None:
        """Send a pong with at most 125 bytes."""

    def pause_reading(self) -> None:
        """Leave what the peer sends in the kernel's buffers, pings included, until `resume_reading`."""

    def resume_reading(self) -> None:
        """Read on."""

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Start closing; no message is handed over any more. Safe to call at any time and again.

        `WebSocketHandler.on_closed` follows within ``close_timeout_s`` even if the peer is gone.
        """

    async def wait_closed(self) -> None:
        """Wait for the end of the socket; raise what a handler raised, if that ended it."""


class WebSocketTransport(Protocol):
    """Makes connections."""

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> WebSocketConnection:
        """Connect to ``url`` and report to ``handler``. Cancelling it leaves no socket behind.

        Raises:
            ConnectTimeout: The handshake was not done within ``connect_timeout_s``.
            HandshakeRefused: The host answered with an HTTP status (429, 418, 403, …) instead.
            ConnectFailed: The name does not resolve, nobody listens, or TLS failed.
        """


class Ending(Protocol):
    """What was told to close: a connection, or what wraps one."""

    async def wait_closed(self) -> None:
        """Wait for the end; raise what a handler raised, if that was it."""


async def wait_all_closed(connections: Iterable[Ending], timeout_s: float) -> None:
    """Wait until connections that were told to close have closed, ``timeout_s`` at most.

    Whoever is cancelled meanwhile, even again and again, waits all the same, and is cancelled after it: a socket that is left in
    the middle of its goodbye is closed by nobody once the event loop ends (G27).

    Raises:
        Exception: What a handler raised, if that ended a connection.
    """
    interruption: asyncio.CancelledError | None = None
    deadline_s = asyncio.get_running_loop().time() + timeout_s
    for connection in connections:
        is_over = False
        while not is_over:
            try:
                async with asyncio.timeout_at(deadline_s):
                    await connection.wait_closed()
            except TimeoutError:
                is_over = True
            except asyncio.CancelledError as error:
                interruption = error
            else:
                is_over = True
    if interruption is not None:
        raise interruption
