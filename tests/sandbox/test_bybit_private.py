"""Bybit's private side over real sockets: what is acknowledged, what is told of it, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Client

from tickwright.io.clock import SystemClock
from tickwright.sandbox import EOF, Sandbox


SPOT, LINEAR = "bybit.spot", "bybit.linear"
ORDER = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.01",
}
Socket = aiohttp.ClientWebSocketResponse


class Trader:
    """A plain client with a key; it knows nothing of our connector."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox
        self.faults = sandbox.faults
        self._at = sandbox.endpoints[LINEAR]

    def _sign(self, text: str) -> str:
        return hmac.new(self.sandbox.account.secret.encode(), text.encode(), sha256).hexdigest()

    async def ask(self, method: str, path: str, **fields: Any) -> Any:
        now, key = str(SystemClock.time_ns() // 1_000_000), self.sandbox.account.key
        query = "&".join(f"{name}={value}" for name, value in fields.items())
        body = json.dumps(fields) if method == "POST" else ""
        signed = body or query
        headers = {
            "X-BAPI-API-KEY": key,
            "X-BAPI-TIMESTAMP": now,
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": self._sign(f"{now}{key}5000{signed}"),
        }
        url = f"{self._at.rest}{path}" + (f"?{query}" if method == "GET" else "")
        async with self.client.http.request(method, url, data=body, headers=headers) as response:
            return json.loads(await response.text())

    async def create(self, **fields: Any) -> Any:
        return await self.ask("POST", "/v5/order/create", **{**ORDER, "price": "64000", **fields})

    async def socket(self, name: str, *topics: str) -> Socket:
        """Return a private or a trade connection that has logged in and subscribed."""
        url = f"{self._at.ws_private}/v5/{name}"
        socket = await self.client.http.ws_connect(url, autoping=False, autoclose=False)
        self.client.sockets.append(socket)
        reply = await self.login(socket)
        assert reply.get("success", reply.get("retCode") == 0), reply
        if topics:
            await socket.send_str(json.dumps({"op": "subscribe", "args": topics}))
            assert (await Client.read(socket))["success"] is True
        return socket

    async def login(self, socket: Socket) -> Any:
        expires = SystemClock.time_ns() // 1_000_000 + 10_000
        sign = self._sign(f"GET/realtime{expires}")
        args = [self.sandbox.account.key, expires, sign]
        await socket.send_str(json.dumps({"op": "auth", "args": args}))
        return await Client.read(socket)

    async def send(self, socket: Socket, op: str, **fields: Any) -> None:
        header = {"X-BAPI-TIMESTAMP": str(SystemClock.time_ns() // 1_000_000)}
        message = {"header": header, "op": op, "args": [{**ORDER, "price": "64000", **fields}]}
        await socket.send_str(json.dumps(message))


async def silent(socket: Socket) -> bool:
    """Tell whether nothing comes before the answer to a ping."""
    await socket.send_str('{"op":"ping"}')
    found: bool = (await Client.read(socket))["op"] == "pong"
    return found


@pytest.fixture
async def trader(client: Client) -> AsyncIterator[Trader]:
    async with Sandbox(["bybit"], instruments=2, seed=3, speed=0) as sandbox:
        yield Trader(client, sandbox)


async def test_an_order_is_acknowledged_and_then_told_of(trader: Trader) -> None:
    socket = await trader.socket("private", "order", "position.linear")
    told = await trader.create(orderLinkId="bot-1")
    (row,) = (await Client.read(socket))["data"]
    assert (row["orderId"], row["orderStatus"]) == (told["result"]["orderId"], "New")
    assert (await Client.read(socket))["topic"] == "position.linear"


async def test_users_see_their_orders_in_the_public_book(trader: Trader, client: Client) -> None:
    public = await client.connect(trader.sandbox.venue, LINEAR, "/v5/public/linear")
    await public.send_str('{"op":"subscribe","args":["orderbook.1000.BTCUSDT"]}')
    assert (await Client.read(public))["success"] is True
    assert (await Client.read(public))["type"] == "snapshot"
    await trader.create(price="60000.1", qty="0.123")
    await trader.sandbox.advance(0.3)
    frame = await Client.read(public)
    assert ["60000.10", "0.123"] in frame["data"]["b"]


async def test_rest_and_trade_socket_share_one_engine(trader: Trader) -> None:
    private = await trader.socket("private", "order")
    trade = await trader.socket("trade")
    await trader.send(trade, "order.create", orderLinkId="ws-1")
    assert (await Client.read(trade))["data"]["orderLinkId"] == "ws-1"
    await Client.read(private)
    told = await trader.ask(
        "POST", "/v5/order/cancel", category="linear", symbol="BTCUSDT", orderLinkId="ws-1"
    )
    assert told["retCode"] == 0
    (row,) = (await Client.read(private))["data"]
    assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "CancelByUser")


async def test_the_stream_may_come_before_the_acknowledgement(trader: Trader) -> None:
    private, trade = await trader.socket("private", "order"), await trader.socket("trade")
    trader.faults.fill_before_ack = True
    trader.faults.replies_lost = 1
    await trader.send(trade, "order.create", orderLinkId="ws-1")
    assert (await Client.read(private))["data"][0]["orderLinkId"] == "ws-1"
    assert (await Client.message(trade)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_g01_a_lost_reply_leaves_an_order_that_can_be_found(trader: Trader) -> None:
    trader.faults.replies_lost = 1
    with pytest.raises(aiohttp.ClientError):
        await trader.create(orderLinkId="bot-1")
    found = await trader.ask("GET", "/v5/order/realtime", category="linear", orderLinkId="bot-1")
    assert found["result"]["list"][0]["orderStatus"] == "New"
    again = await trader.create(orderLinkId="bot-1")
    assert again["retCode"] == 110072, "it landed"


async def test_reports_can_come_twice(trader: Trader) -> None:
    private = await trader.socket("private", "order")
    trader.faults.double_reports = 1
    await trader.create()
    assert await Client.read(private) == await Client.read(private)
    assert await silent(private)


async def test_reports_can_be_late(trader: Trader) -> None:
    private = await trader.socket("private", "order")
    trader.faults.report_delay_s = 0.05
    await trader.create()
    await trader.sandbox.advance(0)
    assert await silent(private)
    assert (await Client.read(private))["topic"] == "order"


async def test_nothing_is_told_again_after_a_reconnect(trader: Trader) -> None:
    private = await trader.socket("private", "order")
    trader.sandbox.close_sockets(EOF)
    await Client.message(private)
    witness = await trader.socket("private", "order")
    await trader.create()
    assert (await Client.read(witness))["topic"] == "order"  # told, before the next one listens
    assert await silent(await trader.socket("private", "order"))


async def test_a_login_can_end_the_connection(trader: Trader, client: Client) -> None:
    trader.faults.close_on_logon = 1008
    url = f"{trader.sandbox.endpoints[SPOT].ws_private}/v5/private"
    socket = await client.http.ws_connect(url, autoping=False, autoclose=False)
    client.sockets.append(socket)
    with pytest.raises(AssertionError):
        await trader.login(socket)
    assert socket.close_code == 1008 or socket.closed


async def test_a_silent_private_topic_loses_what_rest_still_tells(trader: Trader) -> None:
    trader.faults.silent_streams.add("user/*/order")
    private = await trader.socket("private", "order", "wallet")
    await trader.create(category="spot", orderType="Market", qty="1000")
    assert (await Client.read(private))["topic"] == "wallet"
    assert await silent(private)


async def test_spot_and_contracts_spend_the_same_money(trader: Trader) -> None:
    async def usdt() -> dict[str, str]:
        told = await trader.ask(
            "GET", "/v5/account/wallet-balance", accountType="UNIFIED", coin="USDT"
        )
        found: dict[str, str] = told["result"]["list"][0]["coin"][0]
        return found

    await trader.create(category="spot", price="64800", qty="14")
    assert (await usdt())["locked"] == "907200"
    refused = await trader.create(qty="100")
    assert refused["retCode"] == 110007
    assert (await trader.create(qty="10"))["retCode"] == 0
    assert (await usdt())["totalOrderIM"] == "64000"


async def test_orders_of_all_categories_survive_the_markets_own_flow(trader: Trader) -> None:
    private = await trader.socket("private", "order", "execution")
    for category in ("spot", "linear"):
        await trader.create(category=category, price="64999.9", qty="5")
    await trader.sandbox.advance(30)
    await private.send_str('{"op":"ping"}')
    rows = []
    while (frame := await Client.read(private)).get("op") != "pong":
        rows += [(frame["topic"], one) for one in frame["data"]]
    for category in ("spot", "linear"):
        fills = [one for topic, one in rows if topic == "execution" and one["category"] == category]
        states = [one for topic, one in rows if topic == "order" and one["category"] == category]
        filled = sum(float(one["execQty"]) for one in fills)
        assert filled == pytest.approx(float(states[-1]["cumExecQty"]))
        assert len({one["execId"] for one in fills}) == len(fills)


async def test_orders_go_when_the_last_connection_that_guards_them_is_gone(trader: Trader) -> None:
    await trader.ask(
        "POST", "/v5/order/disconnected-cancel-all", timeWindow=3, product="DERIVATIVES"
    )
    private = await trader.socket("private", "dcp.future")
    await trader.create(orderLinkId="bot-1")
    await trader.sandbox.advance(5)
    await private.close()
    await trader.sandbox.wait_until(lambda: not trader.sandbox.venue.connections())
    await trader.sandbox.advance(5)
    found = await trader.ask("GET", "/v5/order/history", category="linear", orderLinkId="bot-1")
    assert found["result"]["list"][0]["cancelType"] == "CancelByDCP"


async def test_accounts_of_two_venues_have_nothing_to_do_with_each_other(client: Client) -> None:
    async with Sandbox(["binance.spot", "bybit"], instruments=1, speed=0) as sandbox:
        trader = Trader(client, sandbox)
        private = await trader.socket("private", "wallet")
        assert (await trader.create(category="spot", orderType="Market", qty="1000"))[
            "retCode"
        ] == 0
        assert (await Client.read(private))["topic"] == "wallet"
        assert sandbox.endpoints["binance.spot"] != sandbox.endpoints[SPOT]
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v5/order/realtime", {"symbol": "BTCUSD"}),
        ("/v5/order/history", {}),
        ("/v5/execution/list", {}),
        ("/v5/position/list", {"settleCoin": "BTC"}),
    ],
)
async def test_an_account_has_nothing_in_inverse_contracts(
    trader: Trader, path: str, fields: dict[str, str]
) -> None:
    found = await trader.ask("GET", path, category="inverse", **fields)
    assert (found["retCode"], found["result"]["list"]) == (0, [])


async def test_inverse_contracts_are_flat_and_have_fees(trader: Trader) -> None:
    asked = {"category": "inverse", "symbol": "BTCUSD"}
    (row,) = (await trader.ask("GET", "/v5/position/list", **asked))["result"]["list"]
    assert (row["symbol"], row["size"], row["side"]) == ("BTCUSD", "0", "")
    (row,) = (await trader.ask("GET", "/v5/account/fee-rate", **asked))["result"]["list"]
    assert row == {"symbol": "BTCUSD", "takerFeeRate": "0.00055", "makerFeeRate": "0.0002"}


async def test_orders_for_inverse_contracts_are_refused(trader: Trader) -> None:
    order = {"category": "inverse", "symbol": "BTCUSD", "qty": "10"}
    assert (await trader.create(**order))["retCode"] == 10001
    assert (await trader.ask("POST", "/v5/order/cancel-all", **order))["retCode"] == 10001
    socket = await trader.socket("trade")
    await trader.send(socket, "order.create", **order)
    assert (await Client.read(socket))["retCode"] != 0
