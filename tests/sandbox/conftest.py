"""What the sandbox's tests share: a plain aiohttp client, and a book kept as the venue's documentation says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from tickwright.sandbox import LoopbackVenue


TIMEOUT_S = 10.0


class Client:
    """A plain client of a loopback venue; it knows nothing of our connector."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []

    async def connect(
        self, venue: LoopbackVenue, product: str = "binance.spot", path: str = "/stream"
    ) -> aiohttp.ClientWebSocketResponse:
        url = f"{venue.endpoints[product].ws_public}{path}"
        socket = await self.http.ws_connect(url, autoping=False, autoclose=False, max_msg_size=0)
        self.sockets.append(socket)
        return socket

    async def get(
        self, venue: LoopbackVenue, path: str, product: str = "binance.spot", **params: str
    ) -> tuple[int, Any, dict[str, str]]:
        url = f"{venue.endpoints[product].rest}{path}"
        async with self.http.get(url, params=params) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return response.status, json.loads(text) if is_json else text, dict(response.headers)

    @staticmethod
    async def ask(socket: aiohttp.ClientWebSocketResponse, method: str, *params: object) -> Any:
        """Send a control message and return the next frame, which must be its reply."""
        await socket.send_str(json.dumps({"method": method, "params": list(params), "id": 1}))
        return await Client.read(socket)

    @staticmethod
    async def read(socket: aiohttp.ClientWebSocketResponse) -> Any:
        """Return the next frame, which must be text."""
        message = await Client.message(socket)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    @staticmethod
    async def message(socket: aiohttp.ClientWebSocketResponse) -> aiohttp.WSMessage:
        return await asyncio.wait_for(socket.receive(), TIMEOUT_S)

    @staticmethod
    async def read_until_pong(socket: aiohttp.ClientWebSocketResponse) -> list[Any]:
        """Return every frame sent so far: those that come before the answer to a ping."""
        await socket.ping(b"mark")
        frames: list[Any] = []
        while True:
            message = await Client.message(socket)
            if message.type is aiohttp.WSMsgType.PONG:
                return frames
            if message.type is aiohttp.WSMsgType.TEXT:
                frames.append(json.loads(message.data))


class NaiveBook:
    """A local book exactly as section 6 of the venue's reference tells to keep it."""

    def __init__(self, *, is_futures: bool) -> None:
        self.is_futures = is_futures
        self.bids: dict[Decimal, Decimal] = {}
        self.asks: dict[Decimal, Decimal] = {}
        self.last_id = 0
        self.is_synced = False

    def replace(self, snapshot: dict[str, Any]) -> None:
        self.last_id, self.is_synced = snapshot["lastUpdateId"], False
        self.bids, self.asks = {}, {}
        self._apply(snapshot["bids"], snapshot["asks"])

    def update(self, event: dict[str, Any]) -> None:
        """Apply a diff event; a gap is a failure."""
        if self.is_futures:
            if not self.is_synced and event["u"] < self.last_id:
                return
            if self.is_synced:
                assert event["pu"] == self.last_id, "gap"
            else:
                assert event["U"] <= self.last_id <= event["u"] or event["pu"] == self.last_id
        else:
            if event["u"] <= self.last_id:
                return
            assert event["U"] <= self.last_id + 1, "gap"
            assert not self.is_synced or event["U"] == self.last_id + 1
        self.is_synced, self.last_id = True, event["u"]
        self._apply(event["b"], event["a"])

    def _apply(self, bids: list[list[str]], asks: list[list[str]]) -> None:
        for side, levels in ((self.bids, bids), (self.asks, asks)):
            for price, quantity in levels:
                if Decimal(quantity):
                    side[Decimal(price)] = Decimal(quantity)
                else:
                    side.pop(Decimal(price), None)
        if self.bids and self.asks:
            assert max(self.bids) < min(self.asks), "crossed"


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        opened = Client(session)
        yield opened
        for socket in opened.sockets:
            await socket.close()
