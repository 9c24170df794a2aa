"""The WebSocket API through real sockets, and in memory: what a plain client is sent, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.sandbox.conftest import Client

from tickwright.io.websocket import WebSocketOptions
from tickwright.sandbox import GeneratedMarket, LoopbackVenue, Sandbox
from tickwright.sandbox.account import account_of
from tickwright.sandbox.trading import trading_side
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time
from tickwright.venues.privateside import ApiKey


SPOT, USDM = "binance.spot", "binance.usdm"
PATHS = {SPOT: "/ws-api/v3", USDM: "/ws-fapi/v1"}
ACCOUNT = account_of(7)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PEM = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
SESSION_KEY = ApiKey(key="SessionKeyOfTheTests", account="sandbox", public_key=PEM)
ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "price": "60000.00",
    "quantity": "0.010",
}


def signed(params: dict[str, Any], time_ms: int, *, is_session: bool = False) -> dict[str, Any]:
    """Sign as section 9.3 says, with nothing of ours."""
    key = SESSION_KEY.key if is_session else ACCOUNT.key
    found = {"timestamp": time_ms, **params, "apiKey": key}
    payload = "&".join(f"{name}={found[name]}" for name in sorted(found)).encode()
    if is_session:
        return {**found, "signature": b64encode(PRIVATE.sign(payload)).decode()}
    return {**found, "signature": hmac.new(ACCOUNT.secret.encode(), payload, sha256).hexdigest()}


class Caller:
    """One connection to the WebSocket API of a product."""

    def __init__(self, client: Client, venue: LoopbackVenue, product: str = SPOT) -> None:
        self.client, self.venue, self.product = client, venue, product
        self.socket: aiohttp.ClientWebSocketResponse
        self._asked = 0

    async def connect(self, query: str = "") -> Caller:
        path = PATHS[self.product] + query
        self.socket = await self.client.connect(self.venue, self.product, path)
        return self

    @property
    def now_ms(self) -> int:
        (market,) = (one for one in self.venue.markets if one.product == self.product)
        assert isinstance(market, GeneratedMarket)
        return market.now_ms

    async def send(self, method: str, params: dict[str, Any]) -> None:
        self._asked += 1
        request = {"id": self._asked, "method": method, "params": params}
        await self.socket.send_str(json.dumps(request))

    async def ask(self, method: str, **params: Any) -> Any:
        """Send a request as it is, and return the next frame, which must be the reply."""
        await self.send(method, params)
        reply = await self.client.read(self.socket)
        assert reply["id"] == self._asked, reply
        return reply

    async def signed(self, method: str, **params: Any) -> Any:
        return await self.ask(method, **signed(params, self.now_ms))

    async def log_on(self) -> Any:
        return await self.ask("session.logon", **signed({}, self.now_ms, is_session=True))

    async def ended(self) -> aiohttp.WSMessage:
        """Return how the connection ended, whatever was sent before."""
        while True:
            message = await self.client.message(self.socket)
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING):
                return message


@pytest.fixture
async def venue() -> AsyncIterator[LoopbackVenue]:
    markets = [GeneratedMarket(product, 2, seed=7) for product in PATHS]
    sides = {market.product: trading_side(market, ACCOUNT, [SESSION_KEY]) for market in markets}
    private = {product: side for product, side in sides.items() if side is not None}
    async with LoopbackVenue(markets, speed=0, private=private) as opened:
        yield opened


@pytest.fixture
async def caller(client: Client, venue: LoopbackVenue) -> Caller:
    return await Caller(client, venue).connect()


async def open_orders(caller: Caller) -> int:
    method = "openOrders.status"
    connected = await Caller(caller.client, caller.venue).connect()
    return len((await connected.signed(method))["result"])


async def used(caller: Caller) -> int:
    _, _, headers = await caller.client.get(caller.venue, "/api/v3/ping")
    return int(headers["x-mbx-used-weight-1m"])


# ---------------------------------------------------------------------- requests and events


@pytest.mark.parametrize("product", PATHS)
async def test_an_order_is_placed_seen_and_canceled(
    client: Client, venue: LoopbackVenue, product: str
) -> None:
    caller = await Caller(client, venue, product).connect()
    placed = (await caller.signed("order.place", **ORDER))["result"]
    named = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert (await caller.signed("order.status", **named))["result"]["status"] == "NEW"
    depth = (await caller.ask("depth", symbol="BTCUSDT", limit=1000))["result"]
    assert any(float(price) == 60_000 for price, _ in depth["bids"])
    assert (await caller.signed("order.cancel", **named))["result"]["status"] == "CANCELED"


async def test_a_session_places_orders_without_signing_them(caller: Caller) -> None:
    assert (await caller.log_on())["result"]["apiKey"] == SESSION_KEY.key
    placed = await caller.ask("order.place", timestamp=caller.now_ms, **ORDER)
    assert placed["status"] == 200
    assert (await caller.ask("session.logout"))["result"]["apiKey"] is None
    assert (await caller.ask("order.place", timestamp=caller.now_ms, **ORDER))["status"] == 400


async def test_user_events_come_behind_the_reply_with_their_subscription(caller: Caller) -> None:
    subscribed = await caller.signed("userDataStream.subscribe.signature")
    assert subscribed["result"] == {"subscriptionId": 0}
    placed = await caller.signed("order.place", **ORDER)
    event = await caller.client.read(caller.socket)
    assert event["subscriptionId"] == 0
    assert event["event"]["i"] == placed["result"]["orderId"]
    await caller.client.read(caller.socket)  # what it does to the balance
    assert (await caller.ask("userDataStream.unsubscribe"))["result"] == {}
    over = await caller.client.read(caller.socket)
    assert (over["subscriptionId"], over["event"]["e"]) == (0, "eventStreamTerminated")
    await caller.signed("order.place", **ORDER)
    assert await caller.client.read_until_pong(caller.socket) == []


async def test_events_can_be_before_the_reply(caller: Caller) -> None:
    await caller.signed("userDataStream.subscribe.signature")
    caller.venue.faults.fill_before_ack = True
    await caller.send("order.place", signed(ORDER, caller.now_ms))
    frames = [await caller.client.read(caller.socket) for _ in range(3)]
    assert ["id" in frame for frame in frames] == [False, False, True]


async def test_several_accounts_are_heard_on_one_connection_and_on_many(caller: Caller) -> None:
    await caller.log_on()
    assert (await caller.ask("userDataStream.subscribe"))["result"] == {"subscriptionId": 0}
    other = await Caller(caller.client, caller.venue).connect("?timeUnit=MICROSECOND")
    await other.signed("userDataStream.subscribe.signature")
    await caller.signed("order.place", **ORDER)
    mine, theirs = [await caller.client.read(one.socket) for one in (caller, other)]
    assert theirs["event"]["T"] == mine["event"]["T"] * 1000


async def test_the_venue_says_that_it_is_about_to_go(caller: Caller) -> None:
    caller.venue.announce_shutdown()
    notice = await caller.client.read(caller.socket)
    assert set(notice) == {"event"}
    assert notice["event"]["e"] == "serverShutdown"


@pytest.mark.parametrize(
    ("product", "path"),
    [(SPOT, "/ws-fapi/v1"), (USDM, "/ws-api/v3"), (SPOT, "/ws-api/v3?responseFormat=sbe")],
)
async def test_other_paths_are_not_there(
    client: Client, venue: LoopbackVenue, product: str, path: str
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await client.connect(venue, product, path)
    assert raised.value.status == 404


# ---------------------------------------------------------------------- limits


async def test_connecting_and_asking_count_beside_rest(caller: Caller) -> None:
    assert await used(caller) == 2 + 1
    await caller.ask("time")
    reply = await caller.ask("exchangeInfo")
    assert reply["rateLimits"][0]["count"] == 3 + 1 + 20
    assert await used(caller) == 25
    caller.venue.rest(SPOT).meter.limit = 25
    assert (await caller.ask("ping"))["status"] == 429
    status, _, _ = await caller.client.get(caller.venue, "/api/v3/ping")
    assert status == 429


async def test_who_is_over_the_limit_does_not_connect(caller: Caller) -> None:
    caller.venue.rest(SPOT).meter.limit = 2
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await Caller(caller.client, caller.venue).connect()
    assert raised.value.status == 429


async def test_a_ban_ends_the_connection(caller: Caller) -> None:
    caller.venue.rest(SPOT).meter.limit = 0
    statuses = set()
    while 418 not in statuses:
        statuses.add((await caller.ask("ping"))["status"])
    ended = await caller.ended()
    assert (ended.type, ended.data, ended.extra) == (aiohttp.WSMsgType.CLOSE, 1008, "disconnected")
    assert statuses == {429, 418}


async def test_requests_are_weighed_and_pings_are_counted(caller: Caller) -> None:
    for _ in range(20):
        assert (await caller.ask("ping"))["status"] == 200
    for _ in range(6):
        await caller.socket.ping()
    while (message := await caller.client.message(caller.socket)).type is aiohttp.WSMsgType.PONG:
        pass
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1008)


# ---------------------------------------------------------------------- faults


async def test_a_reply_can_be_lost_with_its_connection(caller: Caller) -> None:
    caller.venue.faults.replies_lost = 1
    assert (await caller.ask("ping"))["status"] == 200
    await caller.send("order.place", signed(ORDER, caller.now_ms))
    assert (await caller.ended()).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert caller.socket.close_code == 1006
    assert await open_orders(caller) == 1


async def test_nothing_is_obeyed_behind_a_lost_reply(caller: Caller) -> None:
    caller.venue.faults.replies_lost = 1
    for _ in range(3):
        await caller.send("order.place", signed(ORDER, caller.now_ms))
    await caller.ended()
    assert await open_orders(caller) == 1


async def test_replies_can_hold_what_nobody_knows(caller: Caller) -> None:
    caller.venue.faults.unknown_keys = caller.venue.faults.unknown_enums = True
    reply = await caller.ask("exchangeInfo")
    assert {"zz9"} < set(reply)
    assert "zz9" in reply["result"]
    assert reply["result"]["symbols"][0]["filters"][-1]["filterType"] == "UNHEARD_OF"


@pytest.mark.parametrize("is_executed", [True, False])
async def test_the_outcome_of_an_order_can_be_unknown(caller: Caller, is_executed: bool) -> None:
    faults = caller.venue.faults
    faults.order_failures, faults.order_failure_executes = 1, is_executed
    reply = await caller.signed("order.place", **ORDER)
    assert (reply["status"], reply["error"]["code"]) == (503, -1007)
    assert await open_orders(caller) == is_executed


@pytest.mark.parametrize("method", ["session.logon", "userDataStream.subscribe.signature"])
async def test_a_close_can_strike_on_logging_on(caller: Caller, method: str) -> None:
    faults = caller.venue.faults
    faults.close_on_logon, faults.close_on_subscribe = 1011, 4000
    await caller.send(method, {"apiKey": "nobody"})
    assert (await caller.client.read(caller.socket))["status"] == 401
    is_session = method == "session.logon"
    await caller.send(method, signed({}, caller.now_ms, is_session=is_session))
    assert (await caller.ended()).data == 1011


async def test_requests_can_be_obeyed_and_not_answered(caller: Caller) -> None:
    caller.venue.faults.no_ack = True
    await caller.send("order.place", signed(ORDER, caller.now_ms))
    assert await caller.client.read_until_pong(caller.socket) == []
    caller.venue.faults.no_ack = False
    assert await open_orders(caller) == 1


async def test_a_key_can_be_revoked(caller: Caller) -> None:
    await caller.log_on()
    await caller.ask("userDataStream.subscribe")
    caller.venue.faults.revoked_keys.add(SESSION_KEY.key)
    await caller.send("order.place", {**ORDER, "timestamp": caller.now_ms})
    said, over = [await caller.client.read(caller.socket) for _ in range(2)]
    assert (said["id"], said["status"], said["error"]["code"]) == (None, 401, -2015)
    assert over["event"]["e"] == "eventStreamTerminated"
    assert (await caller.ask("session.status"))["result"]["apiKey"] is None
    assert await open_orders(caller) == 0


# ---------------------------------------------------------------------- in memory


class Heard:
    """A WebSocket handler that keeps what it hears, and answers pings."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.pings = 0
        self.end: int | None = None
        self.client: Any = None

    def on_frame(self, payload: bytes) -> None:
        self.frames.append(json.loads(payload))

    def on_ping(self, payload: bytes) -> None:
        self.pings += 1
        self.client.send_pong(payload)

    def on_pong(self, payload: bytes) -> None:
        """Nobody pings."""

    def on_closed(self, code: int, reason: str) -> None:
        self.end = code

    async def ask(self, method: str, **params: Any) -> Any:
        self.client.send_text(json.dumps({"id": None, "method": method, "params": params}))
        await asyncio.sleep(0.1)
        return self.frames[-1]


@virtual_time
async def test_a_connections_life_passes_in_memory() -> None:
    heard, network = Heard(), MemoryVenues(latency_s=0.01)
    async with Sandbox(
        [SPOT],
        instruments=["binance:BTC/USDT"],
        network=network,
        step_s=10.0,
        rate_per_s=0.1,
        faults={"lifetime_s": 7200, "shutdown_lead_s": 60},
        keys=[SESSION_KEY],
    ) as sandbox:
        url = f"{sandbox.endpoints[SPOT].ws_api}/ws-api/v3"
        heard.client = await network.connect(url, heard, WebSocketOptions())
        now_ms = network.clock.time_ns() // 1_000_000
        await heard.ask("session.logon", **signed({}, now_ms, is_session=True))
        # Weights add up within a minute, those of connecting and logging on among them, and begin anew after it.
        for used in (20, 40):
            reply = await heard.ask("exchangeInfo")
            assert reply["rateLimits"][0]["count"] == used + 2 + 2
        await asyncio.sleep(61)
        assert (await heard.ask("ping"))["rateLimits"][0]["count"] == 1
        now_ms = network.clock.time_ns() // 1_000_000
        assert (await heard.ask("order.place", timestamp=now_ms, **ORDER))["status"] == 200
        await asyncio.sleep(7200)
        assert heard.frames[-1]["event"]["e"] == "serverShutdown"
        assert (heard.end, heard.pings) == (1001, 7200 // 20 - 1)
