"""What only real frames can do: fragments, and peers that break the protocol."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from picows import WSMsgType
from tests.io.websocket_rig import RealRig, Recorder


TEXT, BINARY, MORE = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION


@pytest.fixture
async def rig() -> AsyncIterator[RealRig]:
    async with RealRig() as rig:
        yield rig


@pytest.mark.parametrize("size", [1, 50, 200])
async def test_fragments_are_put_together(rig: RealRig, size: int) -> None:
    handler = Recorder()
    _, peer = await rig.connect(handler)
    parts = [letter * size for letter in (b"a", b"b", b"c")]
    peer.send(TEXT, parts[0], fin=False)
    peer.send(MORE, parts[1], fin=False)
    peer.send(MORE, parts[2], fin=True)
    peer.push("next")
    await handler.until(lambda: len(handler.frames) == 2)
    assert handler.frames == [b"".join(parts), b"next"]


async def test_g14_a_ping_between_fragments_is_surfaced_at_once(rig: RealRig) -> None:
    handler = Recorder()
    _, peer = await rig.connect(handler)
    peer.send(TEXT, b"a", fin=False)
    peer.ping(b"now")
    await handler.until(lambda: handler.events)
    peer.send(MORE, b"b", fin=True)
    await handler.until(lambda: handler.frames)
    assert handler.events == [("ping", b"now"), ("frame", b"ab")]


async def test_binary_messages_are_handed_over_as_they_are(rig: RealRig) -> None:
    handler = Recorder()
    _, peer = await rig.connect(handler)
    peer.send(BINARY, b"\x1f\x8b\xff", fin=True)
    await handler.until(lambda: handler.frames)
    assert handler.frames == [b"\x1f\x8b\xff"]


async def test_fragments_over_the_limit_in_sum_close_with_1009(rig: RealRig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler, frame_bytes_max=1000)
    peer.send(TEXT, b"a" * 600, fin=False)
    peer.send(MORE, b"b" * 401, fin=True)
    await connection.wait_closed()
    assert handler.events == [("closed", 1009, "a fragmented message exceeds 1000 bytes")]
    assert peer.received == [("close", b"\x03\xf1a fragmented message exceeds 1000 bytes")]


@pytest.mark.parametrize(
    ("frames", "fault"),
    [
        ([(MORE, b"x", True)], "a continuation came without a beginning"),
        (
            [(TEXT, b"x", False), (TEXT, b"y", True)],
            "a message began before the last one was whole",
        ),
        (
            [(TEXT, b"x", False), (TEXT, b"y" * 200, True)],
            "a message began before the last one was whole",
        ),
    ],
)
async def test_wrong_fragments_close_with_1002(
    rig: RealRig, frames: list[tuple[WSMsgType, bytes, bool]], fault: str
) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    for kind, payload, fin in frames:
        peer.send(kind, payload, fin=fin)
    await connection.wait_closed()
    assert handler.events == [("closed", 1002, fault)]


async def test_a_fault_found_by_picows_is_reported_with_its_words_and_leaves_no_warning(
    rig: RealRig,
) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.send(WSMsgType.PING, b"x" * 126, fin=True)
    peer.push("more", "and more")
    await connection.wait_closed()
    del connection, peer
    await asyncio.sleep(0)
    gc.collect()
    code, reason = handler.ends[0]
    assert code == 1002
    assert "125" in str(reason)
    assert handler.frames == []
    assert complaints == []


async def test_the_close_reason_is_cut_to_what_a_frame_holds(rig: RealRig) -> None:
    connection, peer = await rig.connect(Recorder())
    connection.close(1000, "é" * 100)
    await connection.wait_closed()
    assert peer.received == [("close", b"\x03\xe8" + "é".encode() * 61)]


async def test_a_peer_that_says_1006_gets_a_code_that_may_be_sent(rig: RealRig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.close(1006, "never on the wire")
    await connection.wait_closed()
    await peer.until(lambda: peer.received)
    assert handler.ends == [(1006, "never on the wire")]
    assert peer.received == [("close", b"\x03\xe8")]


async def test_g03_a_socket_cut_in_the_middle_of_a_frame_is_1006(rig: RealRig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.transport.underlying_transport.write(b"\x81\x7e\x10\x00only the beginning")
    peer.transport.disconnect()
    await connection.wait_closed()
    assert handler.events == [("closed", 1006, "the connection dropped without a close frame")]
