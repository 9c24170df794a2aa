"""Bybit over real sockets: one origin for all categories, snapshots in the stream, pings that are texts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from tests.conftest import capture_path
from tests.sandbox.conftest import Client

from tickwright.io.websocket import WebSocketOptions
from tickwright.sandbox import Faults, GeneratedMarket, LoopbackVenue, PlaybackMarket, Sandbox
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


LINEAR, SPOT = "bybit.linear", "bybit.spot"
Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
def market() -> GeneratedMarket:
    return GeneratedMarket("bybit", 2, seed=3, rate_per_s=200)


@pytest.fixture
async def venue(market: GeneratedMarket) -> AsyncIterator[LoopbackVenue]:
    async with LoopbackVenue([market], speed=0) as opened:
        yield opened


async def subscribe(socket: Socket, *topics: str) -> Any:
    await socket.send_str(json.dumps({"op": "subscribe", "args": topics}))
    return await Client.read(socket)


async def read_until_pong(socket: Socket) -> list[Any]:
    """Return every frame sent so far: the venue's pong is a text, and comes behind them."""
    await socket.send_str('{"op":"ping"}')
    frames: list[Any] = []
    while True:
        frame = await Client.read(socket)
        if frame.get("ret_msg") == "pong":
            return frames
        frames.append(frame)


class Book:
    """A book kept as section 4.1 tells."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[Decimal, Decimal]] = {"b": {}, "a": {}}
        self.update_id = 0

    def take(self, frame: Any) -> None:
        data = frame["data"]
        if frame["type"] == "snapshot" or data["u"] == 1:
            self.sides = {"b": {}, "a": {}}
        else:
            assert data["u"] == self.update_id + 1
        self.update_id = data["u"]
        for name, side in self.sides.items():
            for price, size in data[name]:
                if Decimal(size):
                    side[Decimal(price)] = Decimal(size)
                else:
                    del side[Decimal(price)]


def held(market: GeneratedMarket, key: str, levels: int) -> dict[str, dict[Decimal, Decimal]]:
    bids, asks = market.book(key)
    return {
        "b": {price: bids[price] for price in sorted(bids, reverse=True)[:levels]},
        "a": {price: asks[price] for price in sorted(asks)[:levels]},
    }


async def test_all_categories_have_the_same_addresses_and_instruments_of_their_own(
    venue: LoopbackVenue, client: Client
) -> None:
    assert venue.endpoints[SPOT] == venue.endpoints[LINEAR]
    assert venue.endpoints[SPOT].ws_api is None
    for category, digits in (("spot", "65000"), ("linear", "65000.00")):
        _, body, _ = await client.get(
            venue, "/v5/market/tickers", LINEAR, category=category, symbol="BTCUSDT"
        )
        assert body["result"]["list"][0]["lastPrice"] == digits


@pytest.mark.parametrize("depth", [1, 50, 200, 1000])
@pytest.mark.parametrize("category", ["spot", "linear"])
async def test_a_book_equals_the_venues_after_every_push(
    venue: LoopbackVenue, client: Client, market: GeneratedMarket, category: str, depth: int
) -> None:
    socket = await client.connect(venue, f"bybit.{category}", f"/v5/public/{category}")
    reply = await subscribe(socket, f"orderbook.{depth}.BTCUSDT")
    assert reply["success"] is True
    book = Book()
    for _ in range(20):
        await venue.advance(0.2)
        for frame in await read_until_pong(socket):
            book.take(frame)
        assert book.sides == held(market, f"{category}/BTCUSDT", depth)


async def test_inverse_contracts_have_market_data_and_no_orders(
    venue: LoopbackVenue, client: Client, market: GeneratedMarket
) -> None:
    inverse = "bybit.inverse"
    socket = await client.connect(venue, inverse, "/v5/public/inverse")
    reply = await subscribe(socket, "orderbook.50.BTCUSD", "tickers.BTCUSD")
    assert reply["success"] is True
    book = Book()
    for _ in range(5):
        await venue.advance(0.2)
        for frame in await read_until_pong(socket):
            if frame["topic"] == "orderbook.50.BTCUSD":
                book.take(frame)
        assert book.sides == held(market, "inverse/BTCUSD", 50)
    _, body, _ = await client.get(venue, "/v5/market/instruments-info", inverse, category="inverse")
    (first, _) = body["result"]["list"]
    assert (first["contractType"], first["settleCoin"]) == ("InversePerpetual", "BTC")


async def test_who_comes_late_gets_a_snapshot_of_his_own_and_goes_on_with_the_others(
    venue: LoopbackVenue, client: Client
) -> None:
    first = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(first, "orderbook.50.BTCUSDT")
    await venue.advance(1)
    early = await read_until_pong(first)
    second = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(second, "orderbook.50.BTCUSDT")
    (snapshot,) = await read_until_pong(second)
    assert snapshot["data"]["u"] == early[-1]["data"]["u"]
    assert await read_until_pong(first) == []
    await venue.advance(1)
    assert await read_until_pong(first) == await read_until_pong(second)


async def test_the_full_book_is_joined_with_its_answer_over_rest(
    venue: LoopbackVenue, client: Client, market: GeneratedMarket
) -> None:
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(socket, "orderbook.full.BTCUSDT")
    await venue.advance(1)
    deltas = await read_until_pong(socket)
    assert {frame["type"] for frame in deltas} == {"delta"}
    _, body, _ = await client.get(
        venue, "/v5/market/full_orderbook", LINEAR, category="linear", symbol="BTCUSDT"
    )
    whole = body["result"]
    assert (whole["u"], whole["seq"]) == (deltas[-1]["data"]["u"], deltas[-1]["data"]["seq"])
    book = Book()
    book.take({"type": "snapshot", "data": whole})
    await venue.advance(1)
    for frame in await read_until_pong(socket):
        book.take(frame)
    assert book.sides == held(market, "linear/BTCUSDT", 10_000)


async def test_a_bad_topic_refuses_all_and_the_socket_lives_on(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    reply = await subscribe(socket, "publicTrade.BTCUSDT", "orderbook.500.BTCUSDT")
    assert reply["ret_msg"] == "error:handler not found,topic:orderbook.500.BTCUSDT"
    await venue.advance(5)
    assert await read_until_pong(socket) == []


async def test_unknown_paths_are_refused_at_the_door(venue: LoopbackVenue, client: Client) -> None:
    for path in ("/v5/public/option", "/ws", "/stream"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.connect(venue, LINEAR, path)
        assert refused.value.status == 404


async def test_faults_of_streams_strike_by_category_and_topic(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.drop["linear/orderbook.50.BTCUSDT"] = 1
    venue.faults.silent_streams.add("*/publicTrade.*")
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(socket, "orderbook.50.BTCUSDT", "publicTrade.BTCUSDT")
    assert await read_until_pong(socket) == []
    await venue.advance(1)
    frames = await read_until_pong(socket)
    assert {frame["topic"] for frame in frames} == {"orderbook.50.BTCUSDT"}
    assert {frame["type"] for frame in frames} == {"delta"}


async def test_snapshots_and_statuses_fail_as_they_are_told(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.snapshot_failures = 1
    asked = {"category": "linear", "symbol": "BTCUSDT"}
    status, body, _ = await client.get(venue, "/v5/market/orderbook", LINEAR, **asked)
    assert (status, body["retCode"]) == (503, 10016)
    venue.faults.rest_status = 403
    status, body, _ = await client.get(venue, "/v5/market/orderbook", LINEAR, **asked)
    assert status == 403


async def test_too_many_requests_ban_the_address(venue: LoopbackVenue, client: Client) -> None:
    venue.rest(LINEAR).meter.limit = 3
    statuses = [(await client.get(venue, "/v5/market/time", SPOT))[0] for _ in range(5)]
    assert statuses == [200, 200, 200, 403, 403]


async def test_both_venues_stand_side_by_side() -> None:
    async with Sandbox(["binance", "bybit"], instruments=2, speed=0) as sandbox:
        ready = sandbox.ready()
        assert set(ready["bybit"]) == {"rest", "ws_public", "ws_private", "ws_trade"}
        assert list(ready) == ["binance.spot", "binance.usdm", "binance.coinm", "bybit", "account"]
        assert sandbox.products[3:] == (SPOT, LINEAR, "bybit.inverse")
        assert len(sandbox.instruments) == 12
        bids, asks = sandbox.book("bybit:BTC/USDT:USDT")
        assert max(bids) < min(asks)


async def test_a_single_product_is_served_without_the_others() -> None:
    async with Sandbox([LINEAR], instruments=2, speed=0) as sandbox:
        assert list(sandbox.endpoints) == [LINEAR]
        assert sandbox.instruments == ("bybit:BTC/USDT:USDT", "bybit:ETH/USDT:USDT")
    async with Sandbox(["bybit"], instruments=["bybit:ETH/USDT"], speed=0) as sandbox:
        assert list(sandbox.endpoints) == [SPOT]


class Listener:
    """Notes when a connection ended."""

    def __init__(self) -> None:
        self.closed: tuple[int, str] | None = None
        self.pings = 0

    def on_frame(self, *args: object) -> None: ...

    def on_ping(self, *args: object) -> None:
        self.pings += 1

    def on_pong(self, *args: object) -> None: ...

    def on_closed(self, code: int, reason: str) -> None:
        self.closed = (code, reason)


@virtual_time
async def test_who_says_nothing_is_cut_after_a_minute_and_who_pings_is_not() -> None:
    network = MemoryVenues()
    async with Sandbox([LINEAR], instruments=1, network=network, step_s=1.0) as sandbox:
        url = f"{sandbox.endpoints[LINEAR].ws_public}/v5/public/linear"
        quiet, lively = Listener(), Listener()
        await network.connect(url, quiet, WebSocketOptions())
        connection = await network.connect(url, lively, WebSocketOptions())
        for _ in range(10):
            await asyncio.sleep(20)
            connection.send_text('{"op":"ping"}')
        assert quiet.closed is not None
        assert quiet.closed[0] == 1006
        assert lively.closed is None


async def test_what_is_sent_can_hold_words_and_keys_that_nobody_knows(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.assign(Faults(unknown_keys=True, unknown_enums=True))
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(socket, "tickers.BTCUSDT")
    (ticker,) = await read_until_pong(socket)
    assert ticker["data"]["tickDirection"] == "UNHEARD_OF"
    assert "zz9" in ticker["data"]


async def test_a_snapshot_in_the_middle_and_a_restarted_service_leave_the_book_right(
    venue: LoopbackVenue, client: Client, market: GeneratedMarket
) -> None:
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(socket, "orderbook.50.BTCUSDT")
    book, kinds, ids = Book(), [], []
    for frame in await read_until_pong(socket):
        book.take(frame)
    venue.faults.resend["linear/orderbook.*"] = 1
    venue.faults.renumber["linear/orderbook.*"] = 1
    for _ in range(20):
        await venue.advance(0.2)
        for frame in await read_until_pong(socket):
            kinds.append(frame["type"])
            ids.append(frame["data"]["u"])
            if frame["type"] == "snapshot" or frame["data"]["u"] > book.update_id:
                book.take(frame)
        assert book.sides == held(market, "linear/BTCUSDT", 50)
    assert kinds.count("snapshot") == 2, "one again, and the restart's"
    assert ids.count(1) == 1


async def test_an_event_of_an_unknown_kind_is_of_the_venues_form(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, SPOT, "/v5/public/spot")
    venue.faults.unknown_events = 1
    await subscribe(socket, "tickers.BTCUSDT")
    topics = [frame["topic"] for frame in await read_until_pong(socket)]
    assert topics == ["tickers.BTCUSDT", "UNHEARD_OF.BTCUSDT"]


async def test_a_recording_is_played_and_who_comes_late_is_greeted(client: Client) -> None:
    capture = capture_path("bybit-linear-1a-btc-sol")
    market = PlaybackMarket(LINEAR, capture, required=["linear/orderbook.200.BTCUSDT"])
    async with LoopbackVenue([market]) as venue:
        first = await client.connect(venue, LINEAR, "/v5/public/linear")
        await subscribe(first, "orderbook.200.BTCUSDT")
        await asyncio.wait_for(venue.finished.wait(), 10)
        book = Book()
        for frame in await read_until_pong(first):
            book.take(frame)
        bids, asks = market.book("BTCUSDT")
        assert book.sides == {"b": bids, "a": asks}
        second = await client.connect(venue, LINEAR, "/v5/public/linear")
        await subscribe(second, "orderbook.200.BTCUSDT")
        (greeting,) = await read_until_pong(second)
        late = Book()
        late.take(greeting)
        assert (late.sides, late.update_id) == (book.sides, book.update_id)
        _, body, _ = await client.get(
            venue, "/v5/market/instruments-info", LINEAR, category="linear", limit="1000"
        )
        assert len(body["result"]["list"]) > 400


@virtual_time
async def test_hours_pass_without_a_ping_of_the_venues_and_without_an_end() -> None:
    network = MemoryVenues()
    faults = {"shutdown_lead_s": 60.0}
    async with Sandbox(
        [SPOT], instruments=1, network=network, step_s=60.0, rate_per_s=0.1, faults=faults
    ) as box:
        listener = Listener()
        url = f"{box.endpoints[SPOT].ws_public}/v5/public/spot"
        connection = await network.connect(url, listener, WebSocketOptions())
        connection.send_text('{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}')
        for _ in range(24):
            await asyncio.sleep(300)
            connection.send_text('{"op":"ping"}')
        assert listener.closed is None
        assert listener.pings == 0


@pytest.mark.parametrize(
    ("fault", "value", "code"),
    [
        ("close_on_open", 1008, 1008),
        ("close_on_subscribe", 1001, 1001),
        ("close_after_frames", 1, 1006),
    ],
)
async def test_connections_end_as_they_are_told(
    venue: LoopbackVenue, client: Client, fault: str, value: int, code: int
) -> None:
    setattr(venue.faults, fault, value)
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    await socket.send_str('{"op":"subscribe","args":["orderbook.50.BTCUSDT"]}')
    while (message := await Client.message(socket)).type is aiohttp.WSMsgType.TEXT:
        pass
    assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    assert socket.close_code == code or (message.data or 1006) == code


async def test_a_black_hole_and_a_mute_venue_differ_in_their_pongs(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, LINEAR, "/v5/public/linear")
    await subscribe(socket, "orderbook.1.BTCUSDT")
    await read_until_pong(socket)
    venue.faults.is_mute = True
    await venue.advance(10)
    assert await read_until_pong(socket) == []
    venue.faults.is_mute, venue.faults.black_hole = False, True
    await venue.advance(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read_until_pong(socket), 0.1)
