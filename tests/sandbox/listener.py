"""Somebody who trades over REST and hears of it, on virtual time, over loopback sockets or in memory."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from tickwright.io.http import HttpRequest, HttpTransport
from tickwright.io.http_aiohttp import AiohttpTransport
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport
from tickwright.io.websocket_picows import PicowsTransport
from tickwright.sandbox import Sandbox
from tickwright.testing.loopback_time import run_loopback
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import VirtualClock, run_virtual


__all__ = ["NETWORKS", "PRODUCTS", "SPOT", "USDM", "Listener", "Scenario", "play"]

SPOT, USDM = "binance.spot", "binance.usdm"
PRODUCTS, NETWORKS = (SPOT, USDM), ("memory", "sockets")
ORDERS = {SPOT: "/api/v3/order", USDM: "/fapi/v1/order"}
QUANTITIES = {SPOT: "0.00100", USDM: "0.001"}


class Listener:
    """One client of one product.

    Attributes:
        log: What arrived, in order: ``reply``, and types of events.
        events: The events themselves.
        at_s: When each of them arrived.
        closes: The codes with which connections ended.
    """

    def __init__(
        self, sandbox: Sandbox, product: str, websockets: WebSocketTransport, http: HttpTransport
    ) -> None:
        self.sandbox, self.product = sandbox, product
        self.log: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.at_s: list[float] = []
        self.closes: list[int] = []
        self.socket: Any = None
        self._websockets, self._http = websockets, http
        self._clock = VirtualClock()

    @property
    def faults(self) -> Any:
        return self.sandbox.faults

    @property
    def now_s(self) -> float:
        return self._clock.monotonic_s()

    # ------------------------------------------------------------------ requests

    async def send(self, method: str, path: str, **params: object) -> Any:
        params = {**params, "timestamp": self._clock.time_ns() // 1_000_000}
        signature = self._signature(query := urlencode(params))
        return await self._sent(method, f"{path}?{query}&signature={signature}")

    async def _sent(self, method: str, target: str) -> Any:
        url = f"{self.sandbox.endpoints[self.product].rest}{target}"
        headers = (("X-MBX-APIKEY", self.sandbox.account.key),)
        response = await self._http.send(HttpRequest(method=method, url=url, headers=headers))
        self.log.append("reply")
        return json.loads(response.body)

    def _signature(self, text: str) -> str:
        return hmac.new(self.sandbox.account.secret.encode(), text.encode(), sha256).hexdigest()

    async def buy(self, **more: object) -> Any:
        """Buy a little at the market."""
        return await self.send(
            "POST", ORDERS[self.product], symbol="BTCUSDT", side="BUY", type="MARKET",
            quantity=QUANTITIES[self.product], **more,
        )  # fmt: skip

    # ------------------------------------------------------------------ user events

    async def listen(self) -> None:
        """Connect, and subscribe to the account."""
        endpoints = self.sandbox.endpoints[self.product]
        options = WebSocketOptions()
        if self.product == USDM:
            key = (await self._sent("POST", "/fapi/v1/listenKey"))["listenKey"]
            url = f"{endpoints.ws_private}/private/ws/{key}"
            self.socket = await self._websockets.connect(url, self, options)
        else:
            self.socket = await self._websockets.connect(
                f"{endpoints.ws_api}/ws-api/v3", self, options
            )
            params = {
                "apiKey": self.sandbox.account.key,
                "timestamp": self._clock.time_ns() // 1_000_000,
            }
            params["signature"] = self._signature(
                "&".join(f"{name}={params[name]}" for name in sorted(params))
            )
            method = "userDataStream.subscribe.signature"
            self.socket.send_text(json.dumps({"id": 1, "method": method, "params": params}))
        await self.sandbox.wait_until(
            lambda: bool(self.sandbox.venue.switchboard(self.product).streams)
        )
        self.log.clear()

    def on_frame(self, payload: bytes) -> None:
        frame = json.loads(payload)
        if "result" in frame:
            return
        event = frame.get("event", frame)
        self.events.append(event)
        self.log.append(event["e"])
        self.at_s.append(self.now_s)

    def on_ping(self, payload: bytes) -> None:
        self.socket.send_pong(bytes(payload))

    def on_pong(self, payload: bytes) -> None: ...

    def on_closed(self, code: int, reason: str) -> None:
        self.closes.append(code)


Scenario = Callable[[Listener], Awaitable[None]]


def play(network: str, product: str, scenario: Scenario) -> None:
    """Let a scenario happen on virtual time."""

    async def main() -> None:
        async with _opened(network, product) as listener:
            await listener.listen()
            await scenario(listener)

    (run_virtual if network == "memory" else run_loopback)(main())


@asynccontextmanager
async def _opened(network: str, product: str) -> AsyncIterator[Listener]:
    clock, memory = VirtualClock(), MemoryVenues(latency_s=0.01)
    place: dict[str, Any] = {"network": memory} if network == "memory" else {"clock": clock}
    async with (
        Sandbox([product], instruments=1, rate_per_s=2.0, step_s=0.1, **place) as sandbox,
        AiohttpTransport(clock=clock) as http,
    ):
        if network == "memory":
            yield Listener(sandbox, product, memory, memory)
        else:
            yield Listener(sandbox, product, PicowsTransport(), http)
