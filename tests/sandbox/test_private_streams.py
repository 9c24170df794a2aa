"""USD-M's private route over real sockets: who is told what by which address, and until when."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Client
from tests.sandbox.trader import ACCOUNT, USDM, Trader

from tickwright.io.http import HttpRequest
from tickwright.io.websocket import WebSocketOptions
from tickwright.sandbox import Faults, GeneratedMarket, LoopbackVenue, Sandbox
from tickwright.sandbox.trading import trading_side
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


HOUR_S = 3600
Socket = aiohttp.ClientWebSocketResponse


class Listener(Trader):
    """Trades USD-M, and listens to what becomes of it."""

    async def listen_key(self, method: str = "POST") -> dict[str, Any]:
        url = f"{self.venue.endpoints[USDM].rest}/fapi/v1/listenKey"
        headers = {"X-MBX-APIKEY": ACCOUNT.key}
        async with self.client.http.request(method, url, headers=headers) as response:
            found: dict[str, Any] = await response.json()
        return found

    async def key(self) -> str:
        return str((await self.listen_key())["listenKey"])

    async def connect(self, path: str) -> Socket:
        return await self.client.connect(self.venue, USDM, path)

    async def buy(self, quantity: str = "0.001") -> Any:
        return await self.ok(
            "POST", "/fapi/v1/order", product=USDM, symbol="BTCUSDT", side="BUY", type="MARKET",
            quantity=quantity, newOrderRespType="RESULT",
        )  # fmt: skip

    async def heard(self, socket: Socket) -> list[Any]:
        return await self.client.read_until_pong(socket)


@pytest.fixture
async def listener(client: Client) -> AsyncIterator[Listener]:
    market = GeneratedMarket(USDM, 1, seed=7, rate_per_s=5)
    side = trading_side(market, ACCOUNT)
    assert side is not None
    # Events are there when the answer is: so that what was not sent by then never will be.
    faults = Faults(fill_before_ack=True)
    async with LoopbackVenue([market], speed=0, private={USDM: side}, faults=faults) as venue:
        yield Listener(client, venue)


FILL = ["ORDER_TRADE_UPDATE", "TRADE_LITE", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE"]


def kinds(frames: list[Any]) -> list[str]:
    return [frame.get("data", frame)["e"] for frame in frames]


@pytest.mark.parametrize("path", ["/private/ws/{}", "/private/ws?listenKey={}"])
async def test_a_raw_address_is_sent_events_as_they_are(listener: Listener, path: str) -> None:
    socket = await listener.connect(path.format(await listener.key()))
    placed = await listener.buy()
    frames = await listener.heard(socket)
    assert kinds(frames) == FILL
    assert {frame["o"]["i"] for frame in frames if "o" in frame} == {placed["orderId"]}


async def test_a_combined_address_names_the_key_beside_each_event(listener: Listener) -> None:
    key = await listener.key()
    socket = await listener.connect(f"/private/stream?listenKey={key}")
    await listener.buy()
    frames = await listener.heard(socket)
    assert kinds(frames) == FILL
    assert {frame["stream"] for frame in frames} == {key}


async def test_a_key_can_be_subscribed_to_as_a_stream(listener: Listener) -> None:
    key = await listener.key()
    socket = await listener.connect("/private/stream")
    assert await listener.client.ask(socket, "SUBSCRIBE", key) == {"result": None, "id": 1}
    await listener.buy()
    assert kinds(await listener.heard(socket)) == FILL
    await listener.client.ask(socket, "UNSUBSCRIBE", key)
    await listener.buy()
    assert await listener.heard(socket) == []


async def test_an_address_may_choose_types_of_events(listener: Listener) -> None:
    chosen = "events=ORDER_TRADE_UPDATE/ACCOUNT_UPDATE"
    socket = await listener.connect(f"/private/ws?listenKey={await listener.key()}&{chosen}")
    await listener.buy()
    assert kinds(await listener.heard(socket)) == [kind for kind in FILL if kind != "TRADE_LITE"]


@pytest.mark.parametrize(
    "path", ["/ws/{}", "/public/ws/{}", "/market/ws/{}", "/private/ws/bogus", "/private/ws"]
)
async def test_other_addresses_are_taken_and_stay_silent(listener: Listener, path: str) -> None:
    socket = await listener.connect(path.format(await listener.key()))
    await listener.buy()
    assert await listener.heard(socket) == []


async def test_fills_by_the_generated_flow_are_told_too(listener: Listener) -> None:
    _, book, _ = await listener.client.get(
        listener.venue, "/fapi/v1/depth", USDM, symbol="BTCUSDT", limit="5"
    )
    socket = await listener.connect(f"/private/ws/{await listener.key()}")
    for side, price in (("BUY", book["bids"][0][0]), ("SELL", book["asks"][0][0])):
        await listener.ok(
            "POST", "/fapi/v1/order", product=USDM, symbol="BTCUSDT", side=side, type="LIMIT",
            timeInForce="GTC", quantity="0.005", price=price,
        )  # fmt: skip
    await listener.heard(socket)
    await listener.venue.advance(120)
    frames = await listener.heard(socket)
    trades = [frame["o"] for frame in frames if frame["e"] == "ORDER_TRADE_UPDATE"]
    assert {trade["x"] for trade in trades} == {"TRADE"}
    assert all(trade["m"] for trade in trades)
    fills = await listener.ok("GET", "/fapi/v1/userTrades", product=USDM, symbol="BTCUSDT")
    assert [trade["t"] for trade in trades] == [fill["id"] for fill in fills]


# ---------------------------------------------------------------------- the life of a key


async def test_an_expired_key_is_told_of_and_its_socket_stays_open_and_silent(
    listener: Listener,
) -> None:
    key = await listener.key()
    socket = await listener.connect(f"/private/ws/{key}")
    await listener.venue.advance(HOUR_S + 1)
    (expired,) = await listener.heard(socket)
    assert (expired["e"], expired["listenKey"]) == ("listenKeyExpired", key)
    assert (await listener.listen_key("PUT"))["code"] == -1125
    again = await listener.key()
    assert again != key
    await listener.buy()
    assert await listener.heard(socket) == []
    fresh = await listener.connect(f"/private/ws/{again}")
    await listener.buy()
    assert kinds(await listener.heard(fresh)) == FILL


async def test_a_key_that_is_kept_alive_is_heard_for_hours(listener: Listener) -> None:
    key = await listener.key()
    socket = await listener.connect(f"/private/ws/{key}")
    for _ in range(4):
        await listener.venue.advance(HOUR_S / 2)
        assert await listener.listen_key("PUT") == {"listenKey": key}
        assert await listener.key() == key
    await listener.buy()
    assert kinds(await listener.heard(socket)) == FILL


async def test_a_deleted_key_is_silent(listener: Listener) -> None:
    socket = await listener.connect(f"/private/ws/{await listener.key()}")
    assert await listener.listen_key("DELETE") == {}
    await listener.buy()
    await listener.venue.advance(1)
    assert await listener.heard(socket) == []


async def test_keys_may_live_shortly_and_keeping_them_may_fail(listener: Listener) -> None:
    socket = await listener.connect(f"/private/ws/{await listener.key()}")
    listener.venue.faults.keepalive_failures = 1
    assert (await listener.listen_key("PUT"))["code"] == -1125
    listener.venue.faults.listen_key_lifetime_s = 5
    await listener.venue.advance(4)
    assert "listenKey" in await listener.listen_key("PUT")
    await listener.venue.advance(4)
    assert await listener.heard(socket) == []
    await listener.venue.advance(2)
    assert kinds(await listener.heard(socket)) == ["listenKeyExpired"]


async def test_a_reconnected_socket_is_not_told_what_it_missed(listener: Listener) -> None:
    key = await listener.key()
    await (await listener.connect(f"/private/ws/{key}")).close()
    await listener.buy()
    socket = await listener.connect(f"/private/ws/{key}")
    assert await listener.heard(socket) == []


async def test_who_subscribes_to_a_key_may_be_cut_off(listener: Listener) -> None:
    key = await listener.key()
    listener.venue.faults.close_on_logon = 1008
    socket = await listener.connect("/private/stream")
    await socket.send_str(json.dumps({"method": "SUBSCRIBE", "params": [key], "id": 1}))
    message = await listener.client.message(socket)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1008)


# ---------------------------------------------------------------------- without sockets


class Heard:
    """A WebSocket handler that keeps what it hears, and pongs."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.socket: Any = None

    def on_frame(self, payload: bytes) -> None:
        self.events.append(json.loads(payload))

    def on_ping(self, payload: bytes) -> None:
        self.socket.send_pong(payload)

    def on_pong(self, payload: bytes) -> None: ...

    def on_closed(self, code: int, reason: str) -> None: ...


@virtual_time
async def test_a_key_that_nobody_keeps_alive_expires_after_an_hour_of_virtual_time() -> None:
    network, heard = MemoryVenues(latency_s=0.01), Heard()
    async with Sandbox([USDM], instruments=1, network=network, step_s=1.0) as sandbox:
        endpoints = sandbox.endpoints[USDM]
        asked = HttpRequest(
            method="POST",
            url=f"{endpoints.rest}/fapi/v1/listenKey",
            headers=(("X-MBX-APIKEY", sandbox.account.key),),
        )
        key = json.loads((await network.send(asked)).body)["listenKey"]
        url = f"{endpoints.ws_private}/private/ws/{key}"
        heard.socket = await network.connect(url, heard, WebSocketOptions())
        await asyncio.sleep(HOUR_S - 2)
        assert heard.events == []
        await asyncio.sleep(4)
    assert [(event["e"], event["listenKey"]) for event in heard.events] == [
        ("listenKeyExpired", key)
    ]
