"""The network in memory beyond the contract, which `tests/io/test_websocket.py` holds it to."""

from __future__ import annotations

import asyncio

import pytest
from tests.io.websocket_rig import Recorder

from tickwright.errors import ConnectFailed, ConnectTimeout, HandshakeRefused
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport
from tickwright.testing.memory import Accept, Hang, MemoryNetwork, MemoryPeer, PeerFrame, Refuse
from tickwright.testing.virtual_time import VirtualClock, virtual_time


URL = "ws://venue/ws"
OPTIONS = WebSocketOptions()


@virtual_time
async def test_attempts_go_as_planned_and_then_all_are_accepted() -> None:
    network = MemoryNetwork()
    transport: WebSocketTransport = network
    network.plan(Refuse(), Refuse(429, retry_after_s=7, text="slow down"), Hang(), Accept(0.3))
    clock = VirtualClock()
    with pytest.raises(ConnectFailed, match="venue refused the connection"):
        await transport.connect(URL, Recorder(), OPTIONS)
    with pytest.raises(HandshakeRefused, match="HTTP 429, try again in 7 s: slow down"):
        await transport.connect(URL, Recorder(), OPTIONS)
    with pytest.raises(ConnectTimeout, match="within 10 s"):
        await transport.connect(URL, Recorder(), OPTIONS)
    await transport.connect(URL, Recorder(), OPTIONS)
    assert clock.monotonic_s() == pytest.approx(1010.3)
    await transport.connect(URL, Recorder(), OPTIONS)
    assert [at_s for at_s, _ in network.attempts] == pytest.approx([1000, 1000, 1000, 1010, 1010.3])
    assert len(network.open_peers) == 2


@virtual_time
async def test_a_slow_accept_beyond_the_timeout_is_a_timeout() -> None:
    network = MemoryNetwork()
    network.plan(Accept(delay_s=11))
    with pytest.raises(ConnectTimeout):
        await network.connect(URL, Recorder(), OPTIONS)
    assert network.peers == []


@virtual_time
async def test_frames_of_the_client_are_kept_with_their_times() -> None:
    network = MemoryNetwork(latency_s=0.25)
    connection = await network.connect(URL, Recorder(), OPTIONS)
    peer = await network.accepted()
    connection.send_text("a")
    await asyncio.sleep(1)
    connection.send_pong(b"b")
    assert await peer.receive() == PeerFrame(1000.25, "text", b"a")
    assert await peer.receive() == PeerFrame(1001.25, "pong", b"b")
    assert peer.texts == ["a"]


@virtual_time
async def test_frames_of_one_moment_stay_in_order_and_arrive_after_the_latency() -> None:
    network = MemoryNetwork(latency_s=0.1)
    handler = Recorder()
    await network.connect(URL, handler, OPTIONS)
    peer = await network.accepted()
    peer.push(*(str(number) for number in range(100)))
    await asyncio.sleep(0.09)
    assert handler.frames == []
    await asyncio.sleep(0.02)
    assert handler.frames == [str(number).encode() for number in range(100)]


@virtual_time
async def test_a_script_answers_what_comes_in() -> None:
    def venue(peer: MemoryPeer) -> None:
        peer.on_text = lambda text: peer.push(f"ack {text}")
        peer.push("welcome")

    network = MemoryNetwork(on_accept=venue)
    handler = Recorder()
    connection = await network.connect(URL, handler, OPTIONS)
    connection.send_text("subscribe")
    await asyncio.sleep(0.001)
    assert handler.frames == [b"welcome", b"ack subscribe"]


@virtual_time
async def test_pings_of_the_client_are_answered_unless_told_otherwise() -> None:
    network = MemoryNetwork()
    handler = Recorder()
    connection = await network.connect(URL, handler, OPTIONS)
    peer = await network.accepted()
    connection.send_ping(b"1")
    await asyncio.sleep(0.001)
    peer.answers_pings = False
    connection.send_ping(b"2")
    await asyncio.sleep(0.001)
    assert handler.events == [("pong", b"1")]


@virtual_time
async def test_a_black_hole_swallows_both_ways_and_only_our_own_patience_ends_it() -> None:
    network = MemoryNetwork()
    handler = Recorder()
    connection = await network.connect(URL, handler, OPTIONS)
    peer = await network.accepted()
    peer.black_hole()
    peer.push("lost")
    peer.close(1001)
    connection.send_text("lost too")
    await asyncio.sleep(86_400)
    assert handler.events == []
    assert peer.received == []
    assert connection.is_open
    started_s = VirtualClock().monotonic_s()
    connection.close()
    await connection.wait_closed()
    assert VirtualClock().monotonic_s() - started_s == pytest.approx(OPTIONS.close_timeout_s)
    assert handler.ends[0][0] == 1006


@virtual_time
async def test_a_stalled_peer_delivers_everything_later() -> None:
    network = MemoryNetwork()
    handler = Recorder()
    await network.connect(URL, handler, OPTIONS)
    peer = await network.accepted()
    peer.stall()
    peer.push("a", "b")
    await asyncio.sleep(60)
    assert handler.events == []
    peer.proceed()
    await asyncio.sleep(0.001)
    assert handler.frames == [b"a", b"b"]


@virtual_time
async def test_accepted_peers_come_in_order_even_before_they_are_asked_for() -> None:
    network = MemoryNetwork()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(network.accepted())
        for url in ("ws://a/", "ws://b/", "ws://c/"):
            await network.connect(url, Recorder(), OPTIONS)
    assert first.result().url == "ws://a/"
    assert (await network.accepted()).url == "ws://b/"
    network.peers[0].drop()
    await asyncio.sleep(0.001)
    assert [peer.url for peer in network.open_peers] == ["ws://b/", "ws://c/"]
