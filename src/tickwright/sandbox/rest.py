"""The HTTP side of one product: parameters in, the market's answer out, limits and faults between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec
from aiohttp import web

from tickwright.io.clock import Clock
from tickwright.sandbox.faults import Faults
from tickwright.sandbox.ports import Market
from tickwright.venues.dialects import Answer


__all__ = ["Request", "RestServer"]

_KEPT = 10_000
_JSON = "application/json;charset=UTF-8"
_HTML = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Request(msgspec.Struct, frozen=True):
    """One request as it came."""

    method: str
    path: str
    params: dict[str, str]


class RestServer:
    """Serves one product's REST on a port of its own.

    Attributes:
        requests: The last requests.
        meter: Counts requests; change its ``limit`` to make 429 come sooner.
        snapshots_open: Cleared, book snapshots wait (taken, not sent) until it is set again.
    """

    def __init__(
        self, market: Market, faults: Faults, clock: Clock, changed: Callable[[], None]
    ) -> None:
        self.requests: deque[Request] = deque(maxlen=_KEPT)
        self.meter = market.dialect.meter()
        self.snapshots_open = asyncio.Event()
        self.snapshots_open.set()
        self._market = market
        self._faults = faults
        self._clock = clock
        self._changed = changed
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self, host: str) -> int:
        """Listen on a free port and return it."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, 0)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Close the port and all its connections."""
        self._closing.set()
        self.snapshots_open.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        params = dict(request.query)
        faults, market = self._faults, self._market
        self.requests.append(Request(request.method, request.path, params))
        self._changed()
        if faults.rest_black_hole:
            await self._closing.wait()
        if faults.rest_delay_s:
            await asyncio.sleep(faults.rest_delay_s)
        now_ms = self._clock.time_ns() // 1_000_000
        if faults.rest_status is not None:
            return self._refusal(faults.rest_status, now_ms)
        answer = market.answer(request.method, request.path, params)
        verdict = self.meter.take(answer.weight, now_ms)
        self._changed()
        if verdict.status != 200:
            return _response(verdict.status, verdict.body, verdict.headers)
        if market.dialect.is_snapshot(request.path):
            answer, is_html = self._spoiled(answer)
            if is_html:
                return web.Response(status=200, text=_HTML, content_type="text/html")
            if faults.snapshot_delay_s:
                await asyncio.sleep(faults.snapshot_delay_s)
            await self.snapshots_open.wait()
        return _response(answer.status, answer.body, verdict.headers)

    def _refusal(self, status: int, now_ms: int) -> web.Response:
        faults, headers = self._faults, dict[str, str]()
        if faults.retry_after_s is not None:
            headers["Retry-After"] = str(faults.retry_after_s)
        body = self._market.dialect.refusal(status, now_ms, faults.retry_after_s)
        return _response(status, faults.rest_body or body, headers)

    def _spoiled(self, answer: Answer) -> tuple[Answer, bool]:
        """Return a snapshot's answer with the faults set for it, and whether it is a web page."""
        faults = self._faults
        if faults.take("snapshot_failures"):
            return Answer(503, self._market.dialect.refusal(503, 0, None), answer.weight), False
        if faults.take("snapshot_html"):
            return answer, True
        if faults.take("snapshot_old"):
            aged = self._market.dialect.aged(answer.body)
            return msgspec.structs.replace(answer, body=aged), False
        return answer, False


def _response(status: int, body: str, headers: dict[str, str]) -> web.Response:
    return web.Response(
        status=status, body=body.encode(), headers={"Content-Type": _JSON, **headers}
    )
