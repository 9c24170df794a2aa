"""The HTTP port: a request, a response, the one method that turns one into the other, and what goes in between."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Protocol

import msgspec

from tickwright.io.redact import host_of, safe_headers, safe_url


__all__ = [
    "HttpRequest",
    "HttpResponse",
    "HttpTimeouts",
    "HttpTransport",
    "Middleware",
    "Next",
    "retry_after_s",
    "with_middlewares",
]


class HttpTimeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long each phase of a request may take."""

    pool_s: float = 30.0
    """Waiting for a free connection and making it."""
    connect_s: float = 10.0
    """TCP and TLS of a new connection."""
    read_s: float = 10.0
    """Silence while waiting for the answer or for its next part."""
    total_s: float = 30.0


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request; ``url`` goes out exactly as it stands, as signatures cover its bytes."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeouts: HttpTimeouts = HttpTimeouts()

    @property
    def host(self) -> str:
        """``host`` or ``host:port``."""
        return host_of(self.url)

    def __repr__(self) -> str:
        headers = f", headers={safe_headers(self.headers)}" if self.headers else ""
        body = f", body={len(self.body)} bytes" if self.body else ""
        return f"HttpRequest({self.method} {safe_url(self.url)}{headers}{body})"


class HttpResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One answer with its times."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    sent_mono_ns: int
    """Monotonic clock just before the request was written."""
    received_mono_ns: int
    """Monotonic clock once the status line and headers were in."""
    received_ts_ns: int
    """Wall clock once the body was in."""

    def __repr__(self) -> str:
        took_ms = (self.received_mono_ns - self.sent_mono_ns) / 1e6
        return f"HttpResponse({self.status}, {len(self.body)} bytes, {took_ms:.1f} ms)"


class HttpTransport(Protocol):
    """Sends requests; `tickwright.io.http_aiohttp.AiohttpTransport` on real sockets."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send ``request`` once and return the answer, whatever its status.

        Raises:
            ConnectTimeout: No connection within the time allowed; nothing was sent.
            ConnectFailed: No connection to be had; nothing was sent.
            RequestTimeout: Sent, and no whole answer within the time allowed.
            ConnectionLost: Sent, and the connection ended before a whole answer.
        """


Next = Callable[[HttpRequest], Awaitable[HttpResponse]]
"""What a middleware calls to go on with a request."""

Middleware = Callable[[HttpRequest, Next], Awaitable[HttpResponse]]
"""Stands around every attempt: may change the request, answer by itself, look at the answer.

Example:
    >>> async def stamp(request: HttpRequest, go_on: Next) -> HttpResponse:
    ...     return await go_on(msgspec.structs.replace(request, headers=(("x-desk", "7"),)))
"""


def with_middlewares(send: Next, middlewares: Sequence[Middleware]) -> Next:
    """Return ``send`` with ``middlewares`` around it, the first one outermost."""
    for middleware in reversed(middlewares):
        send = _around(middleware, send)
    return send


def _around(middleware: Middleware, inner: Next) -> Next:
    async def call(request: HttpRequest) -> HttpResponse:
        return await middleware(request, inner)

    return call


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return what ``Retry-After`` asks for, given in seconds or as a date; ``None`` where it says nothing."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    with suppress(ValueError):
        seconds = float(text)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    with suppress(ValueError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    return None
