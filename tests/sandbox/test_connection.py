"""One socket: frames, pings, limits, closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from tests.sandbox.conftest import Client

from tickwright.sandbox import EOF, Faults, GeneratedMarket, LoopbackVenue


SPOT = "binance.spot"


@pytest.fixture
async def venue() -> AsyncIterator[LoopbackVenue]:
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0) as opened:
        yield opened


async def test_pings_carry_a_payload_and_pongs_are_noted(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue)
    venue.ping_all()
    ping = await client.message(socket)
    assert ping.type is aiohttp.WSMsgType.PING
    assert ping.data.isdigit()
    await socket.pong(ping.data)
    (connection,) = venue.switchboard(SPOT).connections
    await venue.wait_until(lambda: list(connection.pongs) == [ping.data])


async def test_who_does_not_pong_is_closed_with_1008(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1)
    async with LoopbackVenue([market], speed=0, pong_deadline_s=0.01) as venue:
        socket = await client.connect(venue)
        venue.ping_all()
        await client.message(socket)
        closed = await client.message(socket)
        assert (closed.type, closed.data, closed.extra) == (
            aiohttp.WSMsgType.CLOSE,
            1008,
            "Pong timeout",
        )


async def test_pings_come_by_themselves(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1)
    async with LoopbackVenue([market], speed=0, ping_interval_s=0.005) as venue:
        socket = await client.connect(venue)
        for _ in range(2):
            ping = await client.message(socket)
            assert ping.type is aiohttp.WSMsgType.PING
            await socket.pong(ping.data)


async def test_a_clients_ping_is_answered(venue: LoopbackVenue, client: Client) -> None:
    socket = await client.connect(venue)
    await socket.ping(b"hello")
    pong = await client.message(socket)
    assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"hello")


async def test_g11_the_sixth_frame_in_a_second_ends_the_connection(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue)
    for _ in range(6):
        await socket.send_str('{"method":"LIST_SUBSCRIPTIONS","id":1}')
    messages = [await client.message(socket) for _ in range(6)]
    assert [m.type for m in messages[:5]] == [aiohttp.WSMsgType.TEXT] * 5
    assert (messages[5].type, messages[5].data) == (aiohttp.WSMsgType.CLOSE, 1008)


async def test_control_frames_count_too(venue: LoopbackVenue, client: Client) -> None:
    socket = await client.connect(venue)
    for _ in range(6):
        await socket.pong(b"")
    assert (await client.message(socket)).type is aiohttp.WSMsgType.CLOSE


async def test_an_easygoing_venue_counts_nothing(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.is_strict = False
    socket = await client.connect(venue)
    for _ in range(50):
        assert await client.ask(socket, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1012, 4321])
async def test_every_connection_can_be_closed_with_any_code(
    venue: LoopbackVenue, client: Client, code: int
) -> None:
    socket = await client.connect(venue)
    assert venue.close_sockets(code, "so long") == 1
    closed = await client.message(socket)
    assert (closed.type, closed.data, closed.extra) == (aiohttp.WSMsgType.CLOSE, code, "so long")


async def test_a_cut_socket_just_ends(venue: LoopbackVenue, client: Client) -> None:
    socket = await client.connect(venue)
    venue.close_sockets(EOF)
    ended = await client.message(socket)
    assert ended.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert socket.close_code == 1006


async def test_a_close_can_strike_on_opening(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.close_on_open = 1013
    socket = await client.connect(venue)
    assert (await client.message(socket)).data == 1013


async def test_a_close_can_strike_on_subscribing(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.close_on_subscribe = 1011
    socket = await client.connect(venue)
    assert await client.ask(socket, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}
    await socket.send_str('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
    assert (await client.message(socket)).data == 1011


async def test_a_clients_close_is_answered(venue: LoopbackVenue, client: Client) -> None:
    socket = await client.connect(venue)
    await socket.close(code=1000)
    assert socket.close_code == 1000
    await venue.wait_until(lambda: not venue.switchboard(SPOT).connections)


async def test_a_black_hole_takes_everything_and_says_nothing(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.black_hole = True
    socket = await client.connect(venue)
    await socket.ping(b"anybody?")
    await socket.send_str('{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"],"id":1}')
    await venue.wait_until(lambda: bool(venue.switchboard(SPOT).streams))
    await venue.advance(5)
    venue.ping_all()
    venue.faults.black_hole = False
    assert await client.ask(socket, "LIST_SUBSCRIPTIONS") == {
        "result": ["btcusdt@depth@100ms"],
        "id": 1,
    }


async def test_a_venue_that_does_not_acknowledge_delivers_all_the_same(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.no_ack = True
    socket = await client.connect(venue)
    await socket.send_str('{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"],"id":1}')
    await venue.wait_until(lambda: bool(venue.switchboard(SPOT).streams))
    await venue.advance(1)
    assert (await client.read(socket))["stream"] == "btcusdt@depth@100ms"


async def test_a_stream_can_be_refused(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.refuse["btcusdt@trade"] = "Invalid request: delisted"
    socket = await client.connect(venue)
    reply = await client.ask(socket, "SUBSCRIBE", "btcusdt@trade")
    assert reply == {"error": {"code": 2, "msg": "Invalid request: delisted"}, "id": 1}
    assert not venue.switchboard(SPOT).streams


async def test_errors_have_the_shape_that_is_set(client: Client) -> None:
    async with LoopbackVenue(
        [GeneratedMarket(SPOT, 1)], speed=0, faults=Faults(has_flat_errors=True)
    ) as venue:
        socket = await client.connect(venue)
        assert (await client.ask(socket, "NOPE"))["code"] == 2


async def test_what_a_client_sent_is_kept(venue: LoopbackVenue, client: Client) -> None:
    socket = await client.connect(venue)
    await client.ask(socket, "LIST_SUBSCRIPTIONS")
    (connection,) = venue.switchboard(SPOT).connections
    assert [text for text in connection.received if "LIST_SUBSCRIPTIONS" in text]
    assert connection.is_open
    assert connection.waiting_bytes == 0
    connection.close()
    await asyncio.wait_for(connection.ended(), 5)
    assert not connection.is_open


async def test_a_connection_ends_with_its_lifetime_and_says_so_before(client: Client) -> None:
    faults = Faults(lifetime_s=0.02, shutdown_lead_s=0.015, lifetime_code=1001)
    async with LoopbackVenue([GeneratedMarket(SPOT, 1)], speed=0, faults=faults) as venue:
        socket = await client.connect(venue, path="/ws")
        assert (await client.read(socket))["e"] == "serverShutdown"
        assert (await client.message(socket)).data == 1001


async def test_a_day_passes_as_fast_as_the_market_does(client: Client) -> None:
    market = GeneratedMarket(SPOT, 1, rate_per_s=0.0001)
    async with LoopbackVenue([market], speed=86_400 / 0.02) as venue:
        socket = await client.connect(venue)
        assert (await client.message(socket)).data == 1001


async def test_a_close_can_strike_after_so_many_frames(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.close_after_frames = 3
    venue.faults.close_after_code = 1012
    socket = await client.connect(venue, path="/stream?streams=btcusdt@depth@100ms")
    await venue.advance(2)
    messages = [await client.message(socket) for _ in range(4)]
    assert [message.type for message in messages[:3]] == [aiohttp.WSMsgType.TEXT] * 3
    assert messages[3].data == 1012


async def test_answers_to_pings_can_be_late(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.pong_delay_s = 0.005
    socket = await client.connect(venue)
    await socket.ping(b"1")
    assert await client.ask(socket, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}
    assert (await client.message(socket)).type is aiohttp.WSMsgType.PONG


async def test_the_rhythm_of_pings_can_change_while_it_runs(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.ping_interval_s, venue.faults.pong_deadline_s = 0.005, 0.01
    socket = await client.connect(venue)
    assert (await client.message(socket)).type is aiohttp.WSMsgType.PING
    while (message := await client.message(socket)).type is aiohttp.WSMsgType.PING:
        pass
    assert message.data == 1008


async def test_one_of_two_connections_can_fall_silent(venue: LoopbackVenue, client: Client) -> None:
    path = "/stream?streams=btcusdt@depth@100ms"
    first, second = await client.connect(venue, path=path), await client.connect(venue, path=path)
    venue.connections(SPOT)[0].is_black_hole = True
    await venue.advance(1)
    assert await client.read_until_pong(second)
    await first.ping(b"anybody?")
    venue.close_sockets(1001)
    assert (await client.message(first)).data == 1001


async def test_g11_too_many_connections_are_refused(venue: LoopbackVenue, client: Client) -> None:
    for _ in range(300):
        await (await client.connect(venue)).close()
    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await client.connect(venue)
    assert raised.value.status == 429
    venue.faults.is_strict = False
    await client.connect(venue)


async def test_control_messages_can_be_read_late_and_keep_their_order(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.ack_delay_s = 0.05
    socket = await client.connect(venue)
    for number in range(3):
        await socket.send_str(f'{{"method":"LIST_SUBSCRIPTIONS","id":{number}}}')
    await venue.wait_until(lambda: len(venue.connections()[0].received) == 3)
    venue.faults.ack_delay_s = 0.0
    await socket.send_str('{"method":"LIST_SUBSCRIPTIONS","id":3}')
    assert [(await client.read(socket))["id"] for _ in range(4)] == [0, 1, 2, 3]
