"""An HTTP host that is a function: requests in, scripted answers out, all with their times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import msgspec

from tickwright.errors import ConnectTimeout, RequestTimeout
from tickwright.io.clock import Clock
from tickwright.io.http import HttpRequest, HttpResponse
from tickwright.testing.virtual_time import VirtualClock


__all__ = ["FakeHttp", "Reply", "SentRequest", "script"]


class Reply(msgspec.Struct, frozen=True):
    """An answer, or a failure, that comes after ``delay_s``."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    """Names in lower case."""
    delay_s: float = 0.0
    error: Exception | None = None
    """Raised instead of answering: what the transport raises when the network fails."""


class SentRequest(msgspec.Struct, frozen=True):
    """A request that left, and when."""

    at_s: float
    """Monotonic clock."""
    request: HttpRequest


class FakeHttp:
    """An ``HttpTransport`` whose far end is ``answer``.

    Args:
        answer: Turns each request into its reply; see also `script`.
        clock: Stamps requests and answers; ``None`` takes that of the running virtual loop.

    Example:
        >>> banned, fine = Reply(429, headers={"retry-after": "7"}), Reply(body=b"[]")
        >>> http = FakeHttp(script(banned, fine), clock=clock)
    """

    def __init__(
        self, answer: Callable[[HttpRequest], Reply], *, clock: Clock | None = None
    ) -> None:
        self.requests: list[SentRequest] = []
        self.answer = answer
        self.in_flight = 0
        self._clock = clock or VirtualClock()

    @property
    def times_s(self) -> list[float]:
        """When each request left."""
        return [sent.at_s for sent in self.requests]

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Answer as scripted; see `tickwright.io.http.HttpTransport`."""
        sent_ns = self._clock.monotonic_ns()
        self.requests.append(SentRequest(self._clock.monotonic_s(), request))
        reply = self.answer(request)
        self.in_flight += 1
        try:
            await self._travel(request, reply)
        finally:
            self.in_flight -= 1
        return HttpResponse(
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            sent_mono_ns=sent_ns,
            received_mono_ns=self._clock.monotonic_ns(),
            received_ts_ns=self._clock.time_ns(),
        )

    async def _travel(self, request: HttpRequest, reply: Reply) -> None:
        limit_s = request.timeouts.connect_s
        if not isinstance(reply.error, ConnectTimeout):
            limit_s = min(request.timeouts.read_s, request.timeouts.total_s)
        await asyncio.sleep(min(reply.delay_s, limit_s))
        if reply.error is not None:
            raise reply.error
        if reply.delay_s > limit_s:
            raise RequestTimeout(f"{request.host}: no answer within {limit_s:g} s")


def script(*replies: Reply) -> Callable[[HttpRequest], Reply]:
    """Return a far end that gives ``replies`` in order, and the last one again and again."""
    left = list(replies)

    def answer(request: HttpRequest) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer
