from __future__ import annotations

import asyncio
from random import Random

import pytest
from tests.io.websocket_rig import Recorder

from tickwright.errors import ConnectFailed, ConnectTimeout, UsageError
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport
from tickwright.testing.faults import Faults, FaultyTransport
from tickwright.testing.memory import MemoryNetwork
from tickwright.testing.virtual_time import VirtualClock, virtual_time


URL = "ws://venue/ws"
OPTIONS = WebSocketOptions()


async def play(faults: Faults, *frames: str, seed: int = 7) -> tuple[Recorder, FaultyTransport]:
    network = MemoryNetwork()
    transport = FaultyTransport(network, faults, Random(seed))
    handler = Recorder()
    await transport.connect(URL, handler, OPTIONS)
    peer = await network.accepted()
    peer.push(*frames)
    await asyncio.sleep(1)
    return handler, transport


@virtual_time
async def test_without_faults_everything_passes() -> None:
    network = MemoryNetwork()
    transport: WebSocketTransport = FaultyTransport(network, Faults(), Random(7))
    handler = Recorder()
    connection = await transport.connect(URL, handler, OPTIONS)
    peer = await network.accepted()
    peer.push("a")
    peer.ping(b"b")
    peer.pong(b"c")
    peer.close(1001)
    await connection.wait_closed()
    assert handler.events == [("frame", b"a"), ("ping", b"b"), ("pong", b"c"), ("closed", 1001, "")]


@virtual_time
async def test_frames_are_lost_doubled_and_swapped() -> None:
    assert (await play(Faults(lose=1), "a", "b"))[0].frames == []
    assert (await play(Faults(double=1), "a", "b"))[0].frames == [b"a", b"a", b"b", b"b"]
    assert (await play(Faults(swap=1), "a", "b", "c", "d"))[0].frames == [b"b", b"a", b"d", b"c"]


@virtual_time
async def test_a_cut_ends_the_connection_once_and_nothing_follows() -> None:
    handler, transport = await play(Faults(cut=1), "a", "b")
    assert handler.events == [("closed", 1006, "the connection dropped (injected)")]
    assert transport.done == {"cut": 1}


@virtual_time
async def test_attempts_are_refused_or_hang() -> None:
    for faults, error in ((Faults(refuse=1), ConnectFailed), (Faults(hang=1), ConnectTimeout)):
        network = MemoryNetwork()
        with pytest.raises(error, match="venue"):
            await FaultyTransport(network, faults, Random(7)).connect(URL, Recorder(), OPTIONS)
        assert network.attempts == []
    assert VirtualClock().monotonic_s() == 1010


@virtual_time
async def test_faults_can_be_turned_off_while_running_and_a_seed_repeats_them() -> None:
    frames = [str(number) for number in range(500)]
    faults = Faults(lose=0.1, double=0.1, swap=0.1)
    first, transport = await play(faults, *frames)
    second, _ = await play(faults, *frames)
    other, _ = await play(faults, *frames, seed=8)
    assert first.frames == second.frames != other.frames
    assert set(transport.done) == {"lose", "double", "swap"}
    transport.faults = Faults()
    assert transport.draw("lose", "double", "swap", "cut") is None


@pytest.mark.parametrize("faults", [{"lose": 0.6, "cut": 0.6}, {"refuse": 2.0}, {"hang": -0.1}])
def test_impossible_probabilities_are_refused(faults: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        Faults(**faults)
