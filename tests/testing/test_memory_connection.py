from __future__ import annotations

import asyncio

from tests.io.websocket_rig import Recorder

from tickwright.io.websocket import WebSocketOptions
from tickwright.testing.memory_connection import FrameKind, MemoryConnection, Wire
from tickwright.testing.virtual_time import virtual_time


@virtual_time
async def test_a_wire_keeps_the_order_through_holds() -> None:
    wire = Wire(0.5)
    out: list[int] = []
    wire.put(lambda: out.append(1))
    wire.hold("a")
    wire.hold("b")
    wire.put(lambda: out.append(2))
    await asyncio.sleep(1)
    assert out == []
    wire.release("a")
    await asyncio.sleep(1)
    assert out == []
    wire.release("b")
    wire.put(lambda: out.append(3))
    await asyncio.sleep(1)
    assert out == [1, 2, 3]


@virtual_time
async def test_a_cut_wire_still_delivers_what_was_under_way_and_an_ended_one_does_not() -> None:
    cut, ended = Wire(0.5), Wire(0.5)
    out: list[str] = []
    for wire, name in ((cut, "cut"), (ended, "ended")):
        wire.put(lambda name=name: out.append(name))  # type: ignore[misc]  # bound in the loop
    cut.is_cut = True
    cut.put(lambda: out.append("lost"))
    ended.end()
    await asyncio.sleep(1)
    assert out == ["cut"]


@virtual_time
async def test_what_a_handler_does_in_a_frame_may_end_the_connection_at_once() -> None:
    sent: list[tuple[FrameKind, bytes]] = []

    class Closer(Recorder):
        def on_frame(self, payload: bytes) -> None:
            super().on_frame(payload)
            connection.close(1000, "enough")

    handler, wire = Closer(), Wire(0)
    connection = MemoryConnection(
        handler, WebSocketOptions(), lambda kind, payload: sent.append((kind, payload)), wire
    )
    for text in (b"a", b"b"):
        wire.put(lambda text=text: connection.take_frame(text))  # type: ignore[misc]  # bound in the loop
    await connection.wait_closed()
    assert handler.frames == [b"a"]
    assert handler.ends[0][0] == 1006
    assert sent == [("close", b"\x03\xe8enough")]
    assert connection.is_closed
