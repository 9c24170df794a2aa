"""The whole venue over real sockets: books that heal, recordings that arrive, clean ends."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Client, NaiveBook

from tickwright.errors import ConfigError
from tickwright.io.files import CaptureReader, CaptureRecord
from tickwright.sandbox import EOF, GeneratedMarket, LoopbackVenue, PlaybackMarket


SPOT = "binance.spot"
PREFIXES = {"binance.spot": "/api/v3", "binance.usdm": "/fapi/v1", "binance.coinm": "/dapi/v1"}


async def synced(
    client: Client, venue: LoopbackVenue, product: str, symbol: str, path: str = "/stream"
) -> tuple[aiohttp.ClientWebSocketResponse, NaiveBook]:
    socket = await client.connect(venue, product, path)
    await client.ask(socket, "SUBSCRIBE", f"{symbol.lower()}@depth@100ms")
    book = NaiveBook(is_futures=product != SPOT)
    url = f"{PREFIXES[product]}/depth"
    _, body, _ = await client.get(venue, url, product, symbol=symbol, limit="1000")
    book.replace(body)
    return socket, book


@pytest.mark.parametrize(
    ("product", "symbol", "path"),
    [
        (SPOT, "BTCUSDT", "/stream"),
        ("binance.usdm", "BTCUSDT", "/public/stream"),
        ("binance.coinm", "BTCUSD_PERP", "/stream"),
    ],
)
async def test_g05_snapshot_and_stream_give_the_markets_book(
    client: Client, product: str, symbol: str, path: str
) -> None:
    market = GeneratedMarket(product, 3, seed=11, rate_per_s=300)
    async with LoopbackVenue([market], speed=0) as venue:
        socket, book = await synced(client, venue, product, symbol, path)
        await venue.advance(30)
        for frame in await client.read_until_pong(socket):
            book.update(frame["data"])
        assert (book.bids, book.asks) == market.book(symbol)


async def test_g07_after_a_cut_a_new_snapshot_replaces_the_book(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1, seed=4, rate_per_s=300)
    async with LoopbackVenue([market], speed=0) as venue:
        first, _ = await synced(client, venue, SPOT, "BTCUSDT")
        venue.close_sockets(EOF)
        await client.message(first)
        await venue.advance(30)
        socket, book = await synced(client, venue, SPOT, "BTCUSDT")
        await venue.advance(10)
        for frame in await client.read_until_pong(socket):
            book.update(frame["data"])
        assert (book.bids, book.asks) == market.book("BTCUSDT")


async def test_a_market_runs_by_itself_at_its_speed(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1, rate_per_s=100)
    async with LoopbackVenue([market], speed=100.0) as venue:
        socket = await client.connect(venue, path="/ws/btcusdt@depth@100ms")
        events = [await client.read(socket) for _ in range(20)]
    assert all(b["U"] == a["u"] + 1 for a, b in itertools.pairwise(events))


async def test_a_market_can_run_as_fast_as_it_is_read(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1)
    async with LoopbackVenue([market], speed=math.inf) as venue:
        socket = await client.connect(venue, path="/ws/btcusdt@miniTicker")
        first, *_, last = [await client.read(socket) for _ in range(50)]
        assert last["E"] - first["E"] >= 49_000


async def test_several_products_are_served_side_by_side(client: Client) -> None:
    markets = [GeneratedMarket(product, 1) for product in PREFIXES]
    async with LoopbackVenue(markets, speed=0) as venue:
        assert set(venue.endpoints) == set(PREFIXES)
        for product, prefix in PREFIXES.items():
            status, body, _ = await client.get(venue, f"{prefix}/exchangeInfo", product)
            assert (status, len(body["symbols"])) == (200, 1)


async def test_it_holds_500_instruments_of_one_client(client: Client) -> None:
    market = GeneratedMarket("binance.usdm", 500)
    async with LoopbackVenue([market], speed=0) as venue:
        socket = await client.connect(venue, "binance.usdm", "/public/stream")
        names = [f"{listing.symbol.lower()}@depth@100ms" for listing in market.listings]
        assert await client.ask(socket, "SUBSCRIBE", *names) == {"result": None, "id": 1}
        await venue.advance(10)
        heard = {frame["stream"] for frame in await client.read_until_pong(socket)}
        assert len(heard) > 400


def test_two_markets_of_one_product_are_refused() -> None:
    markets = [GeneratedMarket(SPOT, 1), GeneratedMarket(SPOT, 1)]
    with pytest.raises(ConfigError, match="one market for each product"):
        LoopbackVenue(markets)
    with pytest.raises(ConfigError):
        LoopbackVenue([])


async def test_asking_for_a_product_that_is_not_served_says_which_are() -> None:
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0) as venue:
        with pytest.raises(ConfigError, match=r"serves \['binance\.spot'\]"):
            venue.switchboard("binance.usdm")


async def test_waiting_for_what_does_not_come_ends() -> None:
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0) as venue:
        with pytest.raises(TimeoutError):
            await venue.wait_until(lambda: False, 0.001)


async def test_an_error_inside_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with LoopbackVenue([GeneratedMarket(SPOT, 1)]):
            raise KeyError("mine")


async def test_g27_the_end_closes_sockets_and_leaves_nothing(client: Client) -> None:
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)]) as venue:
        socket = await client.connect(venue)
        url = f"{venue.endpoints[SPOT].rest}/api/v3/ping"
    assert (await client.message(socket)).data == 1001
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.http.get(url)


# ---------------------------------------------------------------------- recordings


def frame(stream: str, payload: str, ts_ns: int | None = None) -> CaptureRecord:
    data = f'{{"stream":"{stream}","data":{payload}}}'
    return CaptureRecord(received_ts_ns=ts_ns, conn=None, direction="in", data=data)


TRADES = [frame("btcusdt@trade", f'{{"t":{n}}}', n * 1_000_000) for n in range(1000)]


async def test_a_recording_is_played_once_its_streams_are_wanted(client: Client) -> None:
    market = PlaybackMarket(SPOT, [*TRADES, frame("ethusdt@trade", "{}")])
    async with LoopbackVenue([market]) as venue:
        socket = await client.connect(venue)
        await client.ask(socket, "SUBSCRIBE", "btcusdt@trade")
        assert await client.read_until_pong(socket) == []
        await client.ask(socket, "SUBSCRIBE", "ethusdt@trade")
        await asyncio.wait_for(venue.finished.wait(), 5)
        frames = await client.read_until_pong(socket)
        assert [each["data"].get("t") for each in frames] == [*range(1000), None]


async def test_a_recording_can_keep_its_pace(client: Client) -> None:
    market = PlaybackMarket(SPOT, TRADES[:20])
    async with LoopbackVenue([market], is_paced=True, speed=10.0) as venue:
        loop = asyncio.get_running_loop()
        began = loop.time()
        socket = await client.connect(venue, path="/stream?streams=btcusdt@trade")
        await asyncio.wait_for(venue.finished.wait(), 5)
        assert len(await client.read_until_pong(socket)) == 20
        assert loop.time() - began >= 0.0019


async def test_a_recording_waits_for_the_snapshot_to_be_asked_for(client: Client) -> None:
    body = '{"lastUpdateId":1,"bids":[],"asks":[]}'
    snapshot = CaptureRecord(
        received_ts_ns=None,
        conn=None,
        direction="http",
        path="/api/v3/depth?symbol=BTCUSDT",
        data=body,
    )
    event = frame("btcusdt@depth", '{"U":1,"u":2,"b":[],"a":[]}')
    market = PlaybackMarket(SPOT, [event, snapshot, event])
    async with LoopbackVenue([market]) as venue:
        socket = await client.connect(venue, path="/stream?streams=btcusdt@depth")
        await client.read(socket)
        assert not venue.finished.is_set()
        _, answer, _ = await client.get(venue, "/api/v3/depth", symbol="BTCUSDT")
        assert answer == json.loads(body)
        await client.read(socket)
        await asyncio.wait_for(venue.finished.wait(), 5)


async def test_the_wait_for_a_snapshot_is_bounded(client: Client) -> None:
    snapshot = CaptureRecord(
        received_ts_ns=None,
        conn=None,
        direction="http",
        path="/api/v3/depth?symbol=BTCUSDT",
        data="{}",
    )
    market = PlaybackMarket(SPOT, [frame("btcusdt@depth", "{}"), snapshot])
    async with LoopbackVenue([market], request_wait_s=0.001) as venue:
        socket = await client.connect(venue, path="/stream?streams=btcusdt@depth")
        await asyncio.wait_for(venue.finished.wait(), 5)
        assert len(await client.read_until_pong(socket)) == 1


async def test_a_recording_stands_still_while_its_client_is_gone(client: Client) -> None:
    market = PlaybackMarket(SPOT, TRADES * 20)
    async with LoopbackVenue([market]) as venue:
        first = await client.connect(venue, path="/stream?streams=btcusdt@trade")
        await client.read(first)
        venue.close_sockets(EOF)
        await venue.wait_until(lambda: not market.is_ready)
        for _ in range(50):
            await asyncio.sleep(0)
        played = market.frames_played
        for _ in range(50):
            await asyncio.sleep(0)
        assert market.frames_played == played < market.frames
        second = await client.connect(venue, path="/stream?streams=btcusdt@trade")
        await asyncio.wait_for(venue.finished.wait(), 5)
        frames = await client.read_until_pong(second)
        assert frames[-1]["data"]["t"] == 999


@pytest.mark.parametrize(
    ("product", "name"),
    [("binance.coinm", "binance-coinm-4"), (SPOT, "binance-spot-8"), (SPOT, "binanceus-spot-4")],
)
async def test_a_real_recording_gives_its_books_over_sockets(
    client: Client, capture_path: Callable[[str], Path], product: str, name: str
) -> None:
    market = PlaybackMarket(product, CaptureReader(capture_path(name)))
    books: dict[str, NaiveBook] = {}
    async with LoopbackVenue([market]) as venue:
        socket = await client.connect(venue, product)
        await client.ask(socket, "SUBSCRIBE", *market.streams)
        wanted = [
            symbol for symbol in market.symbols if f"{symbol.lower()}@depth@100ms" in market.streams
        ]
        pending: list[Any] = []
        for symbol in wanted:
            url = f"{PREFIXES[product]}/depth"
            status, body, _ = await client.get(venue, url, product, symbol=symbol, limit="1000")
            assert status == 200
            books[symbol] = NaiveBook(is_futures=product != SPOT)
            books[symbol].replace(body)
        while not venue.finished.is_set():
            pending += await client.read_until_pong(socket)
        pending += await client.read_until_pong(socket)
    for message in pending:
        symbol, _, kind = message["stream"].partition("@")
        if kind.startswith("depth"):
            books[symbol.upper()].update(message["data"])
    assert len(pending) == market.frames
    for symbol, book in books.items():
        assert (book.bids, book.asks) == market.book(symbol)
