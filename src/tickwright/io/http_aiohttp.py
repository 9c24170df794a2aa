"""The HTTP port on real sockets, over aiohttp."""

from __future__ import annotations

import ssl
from functools import lru_cache
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp
import yarl

from tickwright.errors import (
    Closed,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    RequestTimeout,
    TickwrightError,
)
from tickwright.io.clock import Clock, SystemClock
from tickwright.io.dial import connect_failed, verified_tls
from tickwright.io.http import HttpRequest, HttpResponse, HttpTimeouts
from tickwright.io.redact import safe_url
from tickwright.io.websocket import CLOSED_ABNORMALLY


__all__ = ["AiohttpTransport"]

_CONNECTIONS_PER_HOST = 32
"""More than the lanes of `tickwright.io.gate` let out, so that whatever was let out leaves at once."""
_BODY_BYTES_MAX = 64 * 1024 * 1024
"""The largest answer in use, Binance's exchangeInfo, is near 20 MB."""


class AiohttpTransport:
    """Sends requests over pools of kept-alive connections, one pool a host.

    Args:
        clock: Stamps the answers.
        proxy: ``http://`` or ``https://``, with user and password if need be.
        ssl_context: ``None`` verifies hosts against the system's certificates.
        connections_per_host: Size of each pool.
        body_bytes_max: A longer answer is given up.

    Example:
        >>> async with AiohttpTransport() as transport:
        ...     answer = await transport.send(HttpRequest(method="GET", url="https://api.binance.com/api/v3/time"))
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        connections_per_host: int = _CONNECTIONS_PER_HOST,
        body_bytes_max: int = _BODY_BYTES_MAX,
    ) -> None:
        if proxy is not None and urlsplit(proxy).scheme not in ("http", "https"):
            raise ConfigError(
                f"{safe_url(proxy)} cannot carry REST; give an http:// or https:// proxy"
            )
        self._clock = clock or SystemClock()
        self._proxy = proxy
        self._ssl_context = ssl_context
        self._connections_per_host = connections_per_host
        self._body_bytes_max = body_bytes_max
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    async def __aenter__(self) -> AiohttpTransport:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AiohttpTransport(proxy={self._proxy and safe_url(self._proxy)!r})"

    async def close(self) -> None:
        """Close all connections; twice is fine."""
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send once; see `tickwright.io.http.HttpTransport`."""
        if self._is_closed:
            raise Closed("this HTTP transport was closed; open a new one")
        session = self._session or self._open_session()
        trace = SimpleNamespace(sent_mono_ns=None)
        try:
            async with session.request(
                request.method,
                _address(request),
                headers=request.headers,
                data=request.body or None,
                timeout=_timeouts(request.timeouts),
                proxy=self._proxy,
                allow_redirects=False,
                trace_request_ctx=trace,
            ) as response:
                received_mono_ns = self._clock.monotonic_ns()
                body = await self._read(response)
                return HttpResponse(
                    status=response.status,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=body,
                    sent_mono_ns=trace.sent_mono_ns,
                    received_mono_ns=received_mono_ns,
                    received_ts_ns=self._clock.time_ns(),
                )
        except (aiohttp.ClientError, OSError) as error:
            raise _translated(error, request, is_sent=trace.sent_mono_ns is not None) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        parts = []
        size = 0
        async for part in response.content.iter_any():
            size += len(part)
            if size > self._body_bytes_max:
                response.close()
                raise aiohttp.ClientPayloadError(f"the answer exceeds {self._body_bytes_max} bytes")
            parts.append(part)
        return b"".join(parts)

    def _open_session(self) -> aiohttp.ClientSession:
        tracing = aiohttp.TraceConfig()
        tracing.on_request_headers_sent.append(self._on_sent)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # no limit over all hosts: a slow one must not starve the others
                limit_per_host=self._connections_per_host,
                ssl=self._ssl_context or verified_tls(),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "tickwright"},
            trace_configs=[tracing],
        )
        # aiohttp would send a GET, PUT or DELETE again by itself where a kept-alive connection turns out to be
        # closed: past the rate limiter, and for a cancel past the rule that nothing is resent blindly.
        session._retry_connection = False
        self._session = session
        return session

    async def _on_sent(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _params: aiohttp.TraceRequestHeadersSentParams,
    ) -> None:
        context.trace_request_ctx.sent_mono_ns = self._clock.monotonic_ns()


@lru_cache(maxsize=16)  # a connector has one kind of them, or a few
def _timeouts(timeouts: HttpTimeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=timeouts.total_s,
        connect=timeouts.pool_s,
        sock_connect=timeouts.connect_s,
        sock_read=timeouts.read_s,
    )


def _address(request: HttpRequest) -> yarl.URL:
    try:
        # Not parsed and put together again: the signature covers these very bytes.
        url = yarl.URL(request.url, encoded=True)
        _ = url.port  # which says only now that there is no such port
    except ValueError as error:
        raise ConfigError(f"{safe_url(request.url)} is no HTTP address: {error}") from None
    return url


def _translated(error: Exception, request: HttpRequest, *, is_sent: bool) -> TickwrightError:
    """Return what ``error`` means; whether the request was sent decides whether it may have been carried out."""
    host = request.host
    where = f"{request.method} {safe_url(request.url).partition('?')[0]}"
    if isinstance(error, TimeoutError):
        if is_sent:
            return RequestTimeout(
                f"{where}: no answer within {request.timeouts.read_s:g} s (or {request.timeouts.total_s:g} s in all)"
            )
        return ConnectTimeout(
            f"{host} was not connected within {request.timeouts.connect_s:g} s; check the network"
        )
    if isinstance(error, aiohttp.InvalidURL):
        return ConfigError(f"{safe_url(request.url)} is no HTTP address")
    if isinstance(error, aiohttp.ClientHttpProxyError | aiohttp.ClientProxyConnectionError):
        words = error.message if isinstance(error, aiohttp.ClientHttpProxyError) else error.strerror
        return ConnectFailed(f"{host} cannot be reached through the proxy: {words}")
    if is_sent:
        words = str(error) or "the host hung up"
        return ConnectionLost(CLOSED_ABNORMALLY, f"{where}: {words}")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = error.certificate_error
        return connect_failed(host, cause if isinstance(cause, OSError) else OSError(str(cause)))
    if isinstance(error, aiohttp.ClientConnectorError):
        return connect_failed(host, error.os_error)
    if isinstance(error, OSError):
        return connect_failed(host, error)
    return ConnectFailed(f"{host} cannot be reached ({error}); check the network")
