"""The contract of the WebSocket port. Real sockets and the network in memory are held to the same tests."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator

import pytest
from tests.io.websocket_rig import MemoryRig, RealRig, Recorder, Rig

from tickwright.errors import ConnectionLost
from tickwright.io.websocket import WebSocketOptions, wait_all_closed
from tickwright.testing.virtual_time import virtual_time


@pytest.fixture(params=[RealRig, MemoryRig], ids=["sockets", "memory"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with request.param() as rig:
        yield rig


LONG = "x" * 126
SHORT = "y"


async def test_messages_of_any_length_arrive_whole_and_in_order(rig: Rig) -> None:
    handler = Recorder()
    _, peer = await rig.connect(handler)
    texts = [SHORT, LONG, "", "é" * 40_000, SHORT]
    peer.push(*texts)
    await handler.until(lambda: len(handler.frames) == 5)
    assert handler.frames == [text.encode() for text in texts]


async def test_what_is_sent_arrives_at_the_peer(rig: Rig) -> None:
    connection, peer = await rig.connect(Recorder())
    connection.send_text('{"method":"SUBSCRIBE"}')
    connection.send_ping(b"p")
    connection.send_pong(b"q")
    await peer.until(lambda: len(peer.received) == 3)
    assert peer.received == [("text", b'{"method":"SUBSCRIBE"}'), ("ping", b"p"), ("pong", b"q")]


async def test_g11_pings_are_handed_over_and_never_answered_behind_our_back(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.ping(b"1700000000000")
    peer.pong(b"unasked")
    await handler.until(lambda: len(handler.events) == 2)
    connection.send_text("the first frame out")
    await peer.until(lambda: peer.received)
    assert handler.events == [("ping", b"1700000000000"), ("pong", b"unasked")]
    assert peer.received == [("text", b"the first frame out")]


async def test_g14_a_ping_behind_a_thousand_frames_is_surfaced(rig: Rig) -> None:
    handler = Recorder()
    _, peer = await rig.connect(handler)
    peer.push(*[LONG] * 1000)
    peer.ping(b"alive?")
    await handler.until(lambda: handler.events[-1:] == [("ping", b"alive?")])
    assert len(handler.frames) == 1000


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1000, ""),
        (1001, "going away"),
        (1008, "disconnected"),
        (1011, "oops"),
        (1012, ""),
        (4001, "own"),
    ],
)
async def test_g03_a_close_by_the_peer_is_reported_once_with_its_code_and_reason(
    rig: Rig, code: int, reason: str
) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.push("last words")
    peer.close(code, reason)
    await connection.wait_closed()
    assert handler.events == [("frame", b"last words"), ("closed", code, reason)]
    assert not connection.is_open


async def test_a_close_frame_without_a_code_is_1005(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.close(None)
    await connection.wait_closed()
    assert handler.ends == [(1005, "")]


async def test_g03_a_dropped_socket_is_1006(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.drop()
    await connection.wait_closed()
    assert handler.ends == [(1006, "the connection dropped without a close frame")]


async def test_g27_our_close_is_answered_and_reported_once(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    connection.close(1000, "bye")
    connection.close(1001, "twice is fine")
    await connection.wait_closed()
    connection.close()
    assert handler.ends == [(1000, "")]
    assert peer.received == [("close", b"\x03\xe8bye")]


async def test_g27_a_peer_that_never_answers_our_close_is_cut_off(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler, close_timeout_s=0.05)
    peer.black_hole()
    started_s = time.monotonic()
    connection.close()
    await connection.wait_closed()
    assert time.monotonic() - started_s < 1
    code, reason = handler.ends[0]
    assert code == 1006
    assert "did not answer our close frame within 0.05 s" in str(reason)


async def test_nothing_is_handed_over_after_close(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    peer.push(SHORT, LONG)
    peer.ping(b"late")
    connection.close()
    await connection.wait_closed()
    assert handler.events == [("closed", 1000, "")]


async def test_sending_on_a_closed_connection_says_so(rig: Rig) -> None:
    connection, peer = await rig.connect(Recorder())
    connection.close()
    with pytest.raises(ConnectionLost, match="closing"):
        connection.send_text("too late")
    await connection.wait_closed()
    with pytest.raises(ConnectionLost):
        connection.send_pong(b"")
    assert [kind for kind, _ in peer.received] == ["close"]


async def test_a_handler_that_raises_ends_the_connection_and_its_owner_gets_the_exception(
    rig: Rig,
) -> None:
    handler = Recorder()
    handler.raises = ZeroDivisionError("a bug")
    connection, peer = await rig.connect(handler)
    peer.push(LONG, SHORT)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        await connection.wait_closed()
    assert handler.frames == [LONG.encode()]
    assert handler.ends == [(1006, "a handler raised ZeroDivisionError")]


async def test_a_handler_that_raises_on_the_end_is_not_silent_either(rig: Rig) -> None:
    class Broken(Recorder):
        def on_closed(self, code: int, reason: str) -> None:
            raise LookupError("on_closed")

    connection, peer = await rig.connect(Broken())
    peer.drop()
    with pytest.raises(LookupError):
        await connection.wait_closed()


async def test_a_message_over_the_limit_closes_with_1009(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler, frame_bytes_max=1000)
    peer.push("x" * 1000, "x" * 1001)
    await connection.wait_closed()
    code, reason = handler.ends[0]
    assert len(handler.frames) == 1
    assert code == 1009
    assert "1000" in str(reason)


async def test_paused_reading_holds_frames_back_until_resumed(rig: Rig) -> None:
    handler = Recorder()
    connection, peer = await rig.connect(handler)
    connection.pause_reading()
    connection.pause_reading()
    peer.push("held back")
    connection.send_text("round trip")
    await peer.until(lambda: peer.received)
    assert handler.events == []
    connection.resume_reading()
    connection.resume_reading()
    await handler.until(lambda: handler.frames == [b"held back"])


async def test_closing_while_paused_still_ends(rig: Rig) -> None:
    handler = Recorder()
    connection, _ = await rig.connect(handler)
    connection.pause_reading()
    connection.close()
    async with asyncio.timeout(1):
        await connection.wait_closed()
    assert handler.ends == [(1000, "")]


async def test_waiting_for_the_end_can_be_given_up_and_taken_up_again(rig: Rig) -> None:
    connection, peer = await rig.connect(Recorder())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await connection.wait_closed()
    assert connection.is_open
    peer.drop()
    await connection.wait_closed()


def test_g30_options_show_no_password_and_no_key() -> None:
    options = WebSocketOptions(
        proxy="http://user:hunter2@proxy:3128",
        ssl_context=ssl.create_default_context(),
        headers=(("X-MBX-APIKEY", "planted"), ("User-Agent", "x")),
    )
    assert "hunter2" not in repr(options)
    assert "planted" not in repr(options)
    assert "proxy:3128" in repr(options)
    assert "User-Agent" in repr(options)


class Closing:
    """What says goodbye for a while."""

    def __init__(self, lasts_s: float) -> None:
        self._ends_s = asyncio.get_running_loop().time() + lasts_s

    @property
    def is_closed(self) -> bool:
        return asyncio.get_running_loop().time() >= self._ends_s

    async def wait_closed(self) -> None:
        await asyncio.sleep(self._ends_s - asyncio.get_running_loop().time())


@pytest.mark.parametrize("times", [1, 2, 5])
@virtual_time
async def test_g27_a_goodbye_is_waited_for_however_often_one_is_cancelled(times: int) -> None:
    closing = [Closing(0.5), Closing(1.0)]
    async with asyncio.TaskGroup() as group:
        task = group.create_task(wait_all_closed(closing, 1.5))
        for _ in range(times):
            await asyncio.sleep(0.1)
            task.cancel()
        await asyncio.sleep(0.39)
        assert not task.done()
        await asyncio.wait({task})
    assert task.cancelled()
    assert all(each.is_closed for each in closing)


@virtual_time
async def test_g27_a_goodbye_that_never_ends_is_waited_for_in_bounded_time() -> None:
    started_s = asyncio.get_running_loop().time()
    await wait_all_closed([Closing(0.1), Closing(1e9), Closing(1e9)], 1.5)
    assert asyncio.get_running_loop().time() - started_s == pytest.approx(1.5)


@virtual_time
async def test_what_a_handler_raised_is_raised() -> None:
    class Failed:
        async def wait_closed(self) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await wait_all_closed([Failed()], 1.5)
