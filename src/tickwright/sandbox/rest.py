"""REST of one product: requests in, the market's answers out, limits and faults between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

import msgspec

from tickwright.io.clock import Clock
from tickwright.io.entropy import Entropy
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.ports import Market
from tickwright.sandbox.strange import Strange
from tickwright.sandbox.userevents import Release, nothing
from tickwright.venues.dialects import Answer, RestRequest, Verdict
from tickwright.venues.privateside import PrivateSide


__all__ = ["Request", "RestServer", "Served"]

_KEPT = 10_000
_JSON, _TEXT = "application/json;charset=UTF-8", "text/plain;charset=UTF-8"
_HTML = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Request(msgspec.Struct, frozen=True):
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]


class Served(msgspec.Struct, frozen=True):
    """What goes back to a client."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    is_lost: bool = False
    """Nothing goes back: the connection is cut instead."""
    has_left: Release = nothing
    """To be called once it has left, or cannot: user events wait for it."""


class RestServer:
    """Answers one product's requests, whatever carries them.

    Args:
        market: What is asked about.
        faults: Looked at for every request; may be replaced.
        clock: For limits.
        changed: Called after every event that somebody may wait for.
        private: Answers those who hold a key.
        tell: Called after each of their requests, which may have moved the market; what it returns is called once
            the answer has left.

    Attributes:
        requests: The last requests.
        served: Requests ever made.
        meter: Counts requests; change its ``limit`` to make 429 come sooner.
        snapshots_open: Cleared, book snapshots wait (taken, not sent) until it is set again.
    """

    def __init__(
        self,
        market: Market,
        faults: Faults,
        clock: Clock,
        changed: Callable[[], None],
        private: PrivateSide | None = None,
        tell: Callable[[], Release] = lambda: nothing,
    ) -> None:
        self.faults = faults
        self.requests: deque[Request] = deque(maxlen=_KEPT)
        self.served = 0
        self.meter = market.dialect.meter()
        self.snapshots_open = asyncio.Event()
        self.snapshots_open.set()
        self._market = market
        self._clock = clock
        self._changed = changed
        self._private = private
        self._tell = tell
        self._closing = asyncio.Event()
        self._strange = Strange(Entropy(0).stream("strange"))

    def close(self) -> None:
        """Let go of every request that waits."""
        self._closing.set()
        self.snapshots_open.set()

    async def serve(self, request: RestRequest) -> Served:
        """Return what the venue answers; faults may hold it back for ever, that is, until `close`."""
        faults = self.faults
        params = dict(parse_qsl(request.query, keep_blank_values=True))
        self.requests.append(Request(request.method, request.path, params))
        self.served += 1
        self._changed()
        is_struck = faults.strikes_rest(request.path)
        if is_struck and faults.rest_black_hole:
            await self._closing.wait()
        if is_struck and faults.rest_delay_s:
            await asyncio.sleep(faults.rest_delay_s)
        now_ms = self._clock.time_ns() // 1_000_000
        if is_struck and faults.rest_status is not None:
            return self._refusal(faults.rest_status, now_ms)
        answer, verdict = self._charged(request, params, now_ms)
        has_left = self._tell()
        self._changed()
        served = await self._spoilt(request, answer, verdict)
        return msgspec.structs.replace(served, has_left=has_left)

    async def _spoilt(self, request: RestRequest, answer: Answer, verdict: Verdict) -> Served:
        """Return what goes back of an answer, with the faults that strike it."""
        faults, market = self.faults, self._market
        if verdict.status != 200:
            return _served(Answer(verdict.status, verdict.body), verdict.headers)
        if self._is_command(request) and faults.take("replies_lost"):
            return Served(0, b"", {}, is_lost=True)
        if market.dialect.is_snapshot(request.path):
            answer, is_html = self._snapshot(answer)
            if is_html:
                return Served(200, _HTML.encode(), {"Content-Type": "text/html"})
            if faults.snapshot_delay_s:
                await asyncio.sleep(faults.snapshot_delay_s)
            await self.snapshots_open.wait()
        answer = market.dialect.in_asked_unit(answer, request.headers)
        if faults.touches_content:
            body = self._strange.payload(answer.body, faults, market.dialect)
            answer = msgspec.structs.replace(answer, body=body)
        return _served(answer, verdict.headers)

    def _is_command(self, request: RestRequest) -> bool:
        private = self._private
        return (
            private is not None and request.method != "GET" and private.weight(request) is not None
        )

    def _charged(
        self, request: RestRequest, params: dict[str, str], now_ms: int
    ) -> tuple[Answer, Verdict]:
        """Return the answer, and whether the limits allow it; an order must not be executed where they do not."""
        private, meter = self._private, self.meter
        charged = None if private is None else private.weight(request)
        if private is None or charged is None:
            answer = self._answer(request, params)
            return answer, meter.take(answer.weight, now_ms)
        verdict = meter.take(charged, now_ms)
        if verdict.status != 200:
            return Answer(verdict.status, verdict.body), verdict
        found = private.answer(request, now_ms + round(self.faults.clock_step_s * 1000))
        if found is None:
            return self._answer(request, params), verdict
        if found.weight > charged:
            rest = meter.take(found.weight - charged, now_ms)
            verdict = msgspec.structs.replace(verdict, headers=rest.headers)
        return found, verdict

    def _answer(self, request: RestRequest, params: dict[str, str]) -> Answer:
        dialect, faults = self._market.dialect, self.faults
        answer = self._market.answer(request.method, request.path, params)
        if faults.pending_listings and dialect.resource(request.path) == "exchangeInfo":
            body = dialect.with_pending(answer.body, faults.pending_listings)
            answer = msgspec.structs.replace(answer, body=body)
        if self.faults.clock_step_s and answer.status == 200:
            return self._stepped(answer, request.path)
        return answer

    def _stepped(self, answer: Answer, path: str) -> Answer:
        """Return the answer of a clock that is off, if it was the clock that was asked for."""
        dialect = self._market.dialect
        if dialect.resource(path) != "time":
            return answer
        body = dialect.time_stepped(answer.body, round(self.faults.clock_step_s * 1000))
        return msgspec.structs.replace(answer, body=body)

    def _refusal(self, status: int, now_ms: int) -> Served:
        faults, headers = self.faults, dict[str, str]()
        if faults.retry_after_s is not None:
            headers["Retry-After"] = str(faults.retry_after_s)
        body = self._market.dialect.refusal(status, now_ms, faults.retry_after_s)
        return _served(Answer(status, faults.rest_body or body), headers)

    def _snapshot(self, answer: Answer) -> tuple[Answer, bool]:
        """Return a snapshot's answer with the faults set for it, and whether it is a web page."""
        faults = self.faults
        if faults.take("snapshot_failures"):
            return Answer(503, self._market.dialect.refusal(503, 0, None), answer.weight), False
        if faults.take("snapshot_html"):
            return answer, True
        if faults.take("snapshot_old"):
            aged = self._market.dialect.aged(answer.body)
            return msgspec.structs.replace(answer, body=aged), False
        return answer, False


def _served(answer: Answer, headers: Mapping[str, str]) -> Served:
    kind = _JSON if answer.body.startswith(("{", "[")) else _TEXT
    everything = {"Content-Type": kind, **headers, **answer.headers}
    return Served(answer.status, answer.body.encode(), everything)
