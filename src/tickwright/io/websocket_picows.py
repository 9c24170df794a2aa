"""The WebSocket port on real sockets, over picows."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlsplit

from picows import WSHandshakeError, WSParsedURL, ws_connect
from python_socks import ProxyError  # what picows raises when a proxy of any kind turns us down

from tickwright.errors import ConfigError, ConnectFailed, ConnectTimeout, HandshakeRefused
from tickwright.io.dial import Dialler, connect_failed, is_origin, verified_tls
from tickwright.io.http import retry_after_s
from tickwright.io.redact import host_of, safe_url
from tickwright.io.websocket import WebSocketHandler, WebSocketOptions
from tickwright.io.websocket_connection import PicowsConnection


__all__ = ["PicowsTransport"]

_EXCERPT_BYTES = 200

# picows logs each step, the handshake with the listen key in its path among them, and each error, which we report
# ourselves. This logger lets nothing through; outside the hierarchy, no setting of the user's can open it again.
_SILENT = logging.Logger("picows", logging.CRITICAL + 1)  # noqa: LOG001 - see above


class PicowsTransport:
    """Makes connections over picows, on whatever event loop runs.

    Example:
        >>> connection = await PicowsTransport().connect(url, handler, WebSocketOptions())
    """

    __slots__ = ()

    async def connect(
        self, url: str, handler: WebSocketHandler, options: WebSocketOptions
    ) -> PicowsConnection:
        """Connect; see `tickwright.io.websocket.WebSocketTransport`."""
        if not is_origin(urlsplit(url), ("ws", "wss")):
            raise ConfigError(
                f"{safe_url(url)} is no WebSocket address; it begins with ws:// or wss://, and its port is from"
                " 1 to 65535"
            )
        try:
            async with asyncio.timeout(options.connect_timeout_s):
                return await _open(url, handler, options)
        except Exception as error:
            meaning = _translated(error, url, options)
            if meaning is error:
                raise
            raise meaning from error


async def _open(url: str, handler: WebSocketHandler, options: WebSocketOptions) -> PicowsConnection:
    connection = PicowsConnection(handler, options)
    dialler = Dialler()

    async def dial(address: WSParsedURL) -> socket.socket:
        return await dialler.open(address.host, address.port)

    try:
        _, listener = await ws_connect(
            lambda _request, _response: connection,
            url,
            ssl_context=options.ssl_context or verified_tls(),
            websocket_handshake_timeout=None,
            logger_name=_SILENT,
            enable_auto_pong=False,
            max_frame_size=options.frame_bytes_max,
            extra_headers=options.headers,
            max_redirects=0,
            proxy=options.proxy,
            socket_factory=dial,
        )
        # picows returns without a listener where the peer hung up during the handshake.
        if listener is None:
            raise ConnectFailed(f"{host_of(url)} hung up during the handshake; try again later")
    except BaseException:
        connection.disown()
        await dialler.abandon()
        raise
    return connection


def _translated(error: Exception, url: str, options: WebSocketOptions) -> Exception:
    """Return what ``error``, caught while connecting, means; a bug comes back as it is."""
    host = host_of(url)
    if options.proxy is not None:
        host += f" (through the proxy {host_of(options.proxy)})"
    if isinstance(error, TimeoutError):
        return ConnectTimeout(
            f"{host} was not connected within {options.connect_timeout_s:g} s; "
            "check the network and the venue's status"
        )
    if isinstance(error, WSHandshakeError):
        return _handshake_refused(host, error)
    if isinstance(error, ProxyError):
        return ConnectFailed(f"{host} cannot be reached: {error}")
    if isinstance(error, OSError):
        return connect_failed(host, error)
    return error


def _handshake_refused(host: str, error: WSHandshakeError) -> ConnectFailed:
    status = 0
    # picows reads no status that Python's list lacks (Cloudflare's 52x), so it is read from the line itself.
    words = (error.raw_header or b"").split(None, 2)
    if len(words) > 1 and words[0].startswith(b"HTTP/"):
        with suppress(ValueError):
            status = int(words[1])
    if status in (0, HTTPStatus.SWITCHING_PROTOCOLS):
        return ConnectFailed(f"{host} answered, but not as a WebSocket server: {error}")
    headers = {} if error.response is None else error.response.headers
    body = (error.raw_body or b"")[:_EXCERPT_BYTES].decode(errors="replace")
    return HandshakeRefused(host, status, retry_after_s(headers), " ".join(body.split()))
