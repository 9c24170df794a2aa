"""Whole venues in memory, on virtual time."""

from __future__ import annotations

import asyncio

import pytest

from tickwright import Connector, Gap, Trade, Trades
from tickwright.errors import (
    ConnectFailed,
    ConnectionLost,
    ConnectTimeout,
    HandshakeRefused,
    RequestTimeout,
)
from tickwright.io.http import HttpRequest
from tickwright.io.websocket import WebSocketOptions
from tickwright.sandbox import Sandbox
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


BTC = "binance:BTC/USDT"
SPOT = "binance.spot"


class Heard:
    """A WebSocket handler that keeps what it hears."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.pings = 0
        self.end: tuple[int, str] | None = None

    def on_frame(self, payload: bytes) -> None:
        self.frames.append(payload)

    def on_ping(self, payload: bytes) -> None:
        self.pings += 1

    def on_pong(self, payload: bytes) -> None:
        self.frames.append(b"pong " + payload)

    def on_closed(self, code: int, reason: str) -> None:
        self.end = (code, reason)


def box(**options: object) -> Sandbox:
    given = {"instruments": [BTC], "network": MemoryVenues(latency_s=0.01), "step_s": 0.1}
    return Sandbox(**{**given, **options})  # type: ignore[arg-type]  # options of many kinds


@virtual_time
async def test_a_connector_lives_through_hours_and_many_lifetimes() -> None:
    events: list[Trade | Gap] = []  # a cut costs the trades meanwhile, and says so
    async with (
        box(rate_per_s=2.0, step_s=1.0, faults={"lifetime_s": 600}) as sandbox,
        Connector.open(SPOT, environment=sandbox) as tw,
    ):
        tw.on(Trades(BTC), events.append)
        book = await tw.book(BTC)
        await asyncio.sleep(3600)
        assert sandbox.venue.switchboard(SPOT).connected >= 6
        # Between two steps of the market, with nothing under way, both have the same book.
        while (dict(book.bids()), dict(book.asks())) != sandbox.book(BTC):
            await asyncio.sleep(0.25)
    ids = [event.trade_id for event in events if isinstance(event, Trade)]
    assert len(ids) == len(set(ids)) > 100


@virtual_time
async def test_frames_pings_and_closes_go_both_ways() -> None:
    heard = Heard()
    async with box() as sandbox:
        url = f"{sandbox.endpoints[SPOT].ws_public}/ws/btcusdt@bookTicker"
        assert sandbox.network is not None
        assert isinstance(sandbox.network, MemoryVenues)
        client = await sandbox.network.connect(url, heard, WebSocketOptions())
        client.send_text('{"method":"LIST_SUBSCRIPTIONS","id":1}')
        client.send_ping(b"hello")
        await asyncio.sleep(25)
        assert b'{"result":["btcusdt@bookTicker"],"id":1}' in heard.frames
        assert b"pong hello" in heard.frames
        assert heard.pings == 1
        client.send_pong(b"")
        sandbox.close_sockets(1008, "so long")
        await asyncio.sleep(1)
        assert heard.end == (1008, "so long")
        assert not sandbox.venue.connections()


@virtual_time
async def test_who_leaves_is_gone_at_the_venue_even_through_a_black_hole() -> None:
    async with box() as sandbox:
        assert isinstance(sandbox.network, MemoryVenues)
        url = f"{sandbox.endpoints[SPOT].ws_public}/ws"
        for is_silent in (False, True):
            client = await sandbox.network.connect(url, Heard(), WebSocketOptions())
            sandbox.faults.black_hole = is_silent
            client.close()
            await client.wait_closed()
            await asyncio.sleep(1)
            assert not sandbox.venue.connections()


@virtual_time
async def test_a_client_that_does_not_read_is_waited_for() -> None:
    heard = Heard()
    async with box(speed=0, rate_per_s=1000) as sandbox:
        assert isinstance(sandbox.network, MemoryVenues)
        url = f"{sandbox.endpoints[SPOT].ws_public}/ws/btcusdt@bookTicker"
        client = await sandbox.network.connect(url, heard, WebSocketOptions())
        client.pause_reading()
        async with asyncio.TaskGroup() as tasks:
            moving = tasks.create_task(sandbox.advance(60))
            await asyncio.sleep(5)
            assert not moving.done()
            assert heard.frames == []
            client.resume_reading()
        assert len(heard.frames) > 1000


@virtual_time
async def test_doors_can_be_shut_or_hang_or_refuse() -> None:
    async with box() as sandbox:
        assert isinstance(sandbox.network, MemoryVenues)
        connect, url = sandbox.network.connect, f"{sandbox.endpoints[SPOT].ws_public}/ws"
        await sandbox.shut_doors()
        with pytest.raises(ConnectFailed):
            await connect(url, Heard(), WebSocketOptions())
        await sandbox.shut_doors(is_hanging=True)
        with pytest.raises(ConnectTimeout):
            await connect(url, Heard(), WebSocketOptions(connect_timeout_s=3))
        await sandbox.open_doors()
        sandbox.faults.handshake_status = 418
        with pytest.raises(HandshakeRefused):
            await connect(url, Heard(), WebSocketOptions())
        with pytest.raises(ConnectFailed):
            await connect("ws://nowhere/ws", Heard(), WebSocketOptions())


@virtual_time
async def test_requests_are_answered_or_run_out_of_time() -> None:
    async with box() as sandbox:
        assert isinstance(sandbox.network, MemoryVenues)
        request = HttpRequest(method="GET", url=f"{sandbox.endpoints[SPOT].rest}/api/v3/ping")
        answer = await sandbox.network.send(request)
        assert (answer.status, answer.body, answer.headers["x-mbx-used-weight-1m"]) == (
            200,
            b"{}",
            "1",
        )
        assert answer.received_mono_ns - answer.sent_mono_ns == 20_000_000
        sandbox.faults.rest_black_hole = True
        with pytest.raises(RequestTimeout):
            await sandbox.network.send(request)
        network = sandbox.network
    with pytest.raises(ConnectFailed):
        await network.send(request)


@virtual_time
async def test_an_answer_may_be_lost() -> None:
    async with box(faults={"replies_lost": 1}) as sandbox:
        network = sandbox.network
        assert isinstance(network, MemoryVenues)
        url = f"{sandbox.endpoints[SPOT].rest}/api/v3/order"
        with pytest.raises(ConnectionLost, match="instead of answering"):
            await network.send(HttpRequest(method="DELETE", url=url))
        assert (await network.send(HttpRequest(method="DELETE", url=url))).status == 401
