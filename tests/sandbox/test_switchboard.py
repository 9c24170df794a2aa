"""Delivery and its faults, over real sockets and a market that moves only when told."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from tests.sandbox.conftest import Client

from tickwright.sandbox import Faults, GeneratedMarket, LoopbackVenue


SPOT = "binance.spot"
DEPTH = "btcusdt@depth@100ms"


@pytest.fixture
async def venue() -> AsyncIterator[LoopbackVenue]:
    market = GeneratedMarket(SPOT, 2, seed=3, rate_per_s=200)
    async with LoopbackVenue([market], speed=0) as opened:
        yield opened


async def test_frames_reach_only_who_subscribed(venue: LoopbackVenue, client: Client) -> None:
    first, second = await client.connect(venue), await client.connect(venue)
    await client.ask(first, "SUBSCRIBE", "btcusdt@trade")
    await client.ask(second, "SUBSCRIBE", "ethusdt@trade")
    await venue.advance(5)
    assert {frame["stream"] for frame in await client.read_until_pong(first)} == {"btcusdt@trade"}
    assert {frame["stream"] for frame in await client.read_until_pong(second)} == {"ethusdt@trade"}


async def test_raw_and_combined_sockets_get_the_same_payloads(
    venue: LoopbackVenue, client: Client
) -> None:
    raw = await client.connect(venue, path=f"/ws/{DEPTH}")
    combined = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    await venue.advance(2)
    bare = await client.read_until_pong(raw)
    framed = await client.read_until_pong(combined)
    assert bare
    assert framed == [{"stream": DEPTH, "data": payload} for payload in bare]


async def test_the_framing_can_change_on_an_open_socket(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, path=f"/ws/{DEPTH}")
    await client.ask(socket, "SET_PROPERTY", "combined", True)
    await venue.advance(0.5)
    frames = await client.read_until_pong(socket)
    assert {frame["stream"] for frame in frames} == {DEPTH}


async def test_what_the_last_listener_left_is_not_made_any_more(
    venue: LoopbackVenue, client: Client
) -> None:
    board = venue.switchboard(SPOT)
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    await client.ask(socket, "SUBSCRIBE", "btcusdt@trade")
    assert board.streams == {DEPTH, "btcusdt@trade"}
    await client.ask(socket, "UNSUBSCRIBE", "btcusdt@trade")
    assert board.streams == {DEPTH}
    await socket.close()
    await venue.wait_until(lambda: not board.connections)
    assert board.streams == set()
    assert board.connected == 1


async def sequence(client: Client, venue: LoopbackVenue, faults: Faults) -> list[int]:
    """Return the ids of five deltas under faults, as distances from the first."""
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    for name in ("drop", "double", "reorder"):
        getattr(venue.faults, name).update(getattr(faults, name))
    for _ in range(5):
        await venue.advance(0.1)
    return [frame["data"]["u"] for frame in await client.read_until_pong(socket)]


async def test_a_dropped_delta_leaves_a_gap(venue: LoopbackVenue, client: Client) -> None:
    ids = await sequence(client, venue, Faults(drop={DEPTH: 1}))
    assert len(ids) == 4
    assert not venue.faults.drop


async def test_a_doubled_delta_comes_twice(venue: LoopbackVenue, client: Client) -> None:
    ids = await sequence(client, venue, Faults(double={DEPTH: 1}))
    assert ids[0] == ids[1]
    assert len(ids) == 6


async def test_a_reordered_delta_is_overtaken_by_the_next(
    venue: LoopbackVenue, client: Client
) -> None:
    ids = await sequence(client, venue, Faults(reorder={DEPTH: 1}))
    assert ids[0] > ids[1]
    assert sorted(ids) == [ids[1], ids[0], *ids[2:]]


async def test_one_stream_can_be_silent_while_others_go_on(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}/ethusdt@depth@100ms")
    venue.faults.silent_streams.add(DEPTH)
    await venue.advance(1)
    frames = await client.read_until_pong(socket)
    assert {frame["stream"] for frame in frames} == {"ethusdt@depth@100ms"}


async def test_a_mute_venue_answers_and_sends_no_data(venue: LoopbackVenue, client: Client) -> None:
    venue.faults.is_mute = True
    socket = await client.connect(venue)
    assert await client.ask(socket, "SUBSCRIBE", DEPTH) == {"result": None, "id": 1}
    await venue.advance(1)
    assert await client.read_until_pong(socket) == []


async def test_a_client_that_does_not_read_is_waited_for(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    board = venue.switchboard(SPOT)
    (connection,) = board.connections
    transport = socket._response.connection.transport  # nothing public pauses it
    transport.pause_reading()
    while connection.writable.is_set():
        board.publish([(DEPTH, "0" * 100_000)])
        await asyncio.sleep(0)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(board.drained())
        for _ in range(20):
            await asyncio.sleep(0)
        assert not waiting.done()
        transport.resume_reading()
        while not waiting.done():
            await client.message(socket)


async def test_a_client_that_leaves_too_much_unread_is_cut_off(
    venue: LoopbackVenue, client: Client
) -> None:
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    board = venue.switchboard(SPOT)
    board.slow_bytes_max = 1_000_000
    (connection,) = board.connections
    transport = socket._response.connection.transport  # nothing public pauses it
    transport.pause_reading()
    while connection.is_open:
        board.publish([(DEPTH, "0" * 100_000)])
        await asyncio.sleep(0)
    assert not board.connections
    transport.resume_reading()


async def test_the_notice_before_a_shutdown_goes_to_every_connection(
    venue: LoopbackVenue, client: Client
) -> None:
    raw, combined = await client.connect(venue, path="/ws"), await client.connect(venue)
    venue.announce_shutdown()
    assert (await client.read(raw))["e"] == "serverShutdown"
    frame = await client.read(combined)
    assert (frame["stream"], frame["data"]["e"]) == ("!serverShutdown", "serverShutdown")


async def test_a_delayed_delta_comes_after_those_that_follow(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.delay, venue.faults.delay_s = {"*@depth*": 1}, 0.01
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    for _ in range(3):
        await venue.advance(0.1)
    ids = [(await client.read(socket))["data"]["u"] for _ in range(3)]
    assert ids[2] < ids[0] < ids[1]


async def test_events_of_an_unknown_type_come_beside_the_others(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.unknown_events = 1
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    await venue.advance(0.3)
    kinds = [frame["data"]["e"] for frame in await client.read_until_pong(socket)]
    assert kinds == ["depthUpdate", "UNHEARD_OF", "depthUpdate", "depthUpdate"]


async def test_payloads_can_hold_more_than_is_documented_in_any_order(
    venue: LoopbackVenue, client: Client
) -> None:
    venue.faults.unknown_keys = venue.faults.shuffled_keys = True
    socket = await client.connect(venue, path=f"/stream?streams={DEPTH}")
    await venue.advance(1)
    payloads = [frame["data"] for frame in await client.read_until_pong(socket)]
    assert all("zz9" in payload for payload in payloads)
    assert len({tuple(payload) for payload in payloads}) > 1
    ids = [(payload["U"], payload["u"]) for payload in payloads]
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(ids))
