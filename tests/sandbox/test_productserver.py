"""The two doors of a product."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.sandbox.conftest import Client

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


SPOT, USDM = "binance.spot", "binance.usdm"


@pytest.fixture
async def venue() -> AsyncIterator[LoopbackVenue]:
    markets = [GeneratedMarket(SPOT, 1, rate_per_s=100), GeneratedMarket(USDM, 1, rate_per_s=100)]
    async with LoopbackVenue(markets, speed=0) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/nothing", "/stream?streams=btcusdt@trade,ethusdt@trade"])
async def test_a_wrong_path_fails_the_handshake(
    venue: LoopbackVenue, client: Client, path: str
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await client.connect(venue, path=path)
    assert raised.value.status == 404


async def test_handshakes_can_be_turned_down(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.handshake_status = 503
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await client.connect(venue)
    assert raised.value.status == 503


async def test_a_shut_door_refuses_and_keeps_its_port(venue: LoopbackVenue, client: Client) -> None:
    before = await client.connect(venue)
    await venue.shut_doors()
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.connect(venue)
    await venue.open_doors()
    assert await client.ask(await client.connect(venue), "LIST_SUBSCRIPTIONS")
    assert await client.ask(before, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}


async def test_a_hanging_door_never_answers_the_handshake(venue: LoopbackVenue) -> None:
    await venue.shut_doors(is_hanging=True)
    port = int((venue.endpoints[SPOT].ws_public or "").rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n")
    answer = asyncio.gather(reader.read())
    for _ in range(50):
        await asyncio.sleep(0)
    assert not answer.done()
    await venue.open_doors()
    assert await answer == [b""]
    writer.close()


async def test_percent_encoded_names_are_understood(venue: LoopbackVenue, client: Client) -> None:
    socket = await client.connect(venue, path="/stream?streams=%E6%B5%8B%E8%AF%95usdt%40trade")
    reply = await client.ask(socket, "LIST_SUBSCRIPTIONS")
    assert reply["result"] == ["测试usdt@trade"]


@pytest.mark.parametrize(
    ("path", "heard"),
    [
        ("/public/stream", {"btcusdt@depth@100ms"}),
        ("/market/stream", {"btcusdt@aggTrade"}),
        ("/stream", {"btcusdt@depth@100ms"}),
        ("/private/stream", set()),
    ],
)
async def test_usdm_routes_accept_everything_and_carry_their_own(
    venue: LoopbackVenue, client: Client, path: str, heard: set[str]
) -> None:
    socket = await client.connect(venue, USDM, path)
    reply = await client.ask(socket, "SUBSCRIBE", "btcusdt@depth@100ms", "btcusdt@aggTrade")
    assert reply == {"result": None, "id": 1}
    await venue.advance(5)
    assert {frame["stream"] for frame in await client.read_until_pong(socket)} == heard


async def test_g27_a_client_that_does_not_read_cannot_hold_the_end_up(client: Client) -> None:
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0) as venue:
        socket = await client.connect(venue, path="/stream?streams=btcusdt@depth@100ms")
        (connection,) = venue.switchboard(SPOT).connections
        transport = socket._response.connection.transport  # nothing public pauses it
        transport.pause_reading()
        while connection.writable.is_set():
            venue.switchboard(SPOT).publish([("btcusdt@depth@100ms", "0" * 100_000)])
            await asyncio.sleep(0)
    assert not connection.is_open
    transport.resume_reading()
