"""One private socket: everything in order, answers apart, and reading that pauses instead of dropping."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.trading.lines import Socket, Words

from tickwright.errors import ConnectionLost
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.privateline import PrivateLine
from tickwright.venues.trading import Greeted


def line() -> tuple[PrivateLine, Socket]:
    words: Any = Words()
    made, socket = PrivateLine(words, VirtualClock()), Socket()
    made.connection = socket
    return made, socket


async def texts(at: PrivateLine) -> list[bytes]:
    return [frame for frame, _ in await at.frames()]


@virtual_time
async def test_g09_a_thousand_events_in_one_read_come_in_order_and_none_is_lost() -> None:
    at, _ = line()
    for number in range(1000):
        at.on_frame(str(number).encode())
    assert [int(text) for text in await texts(at)] == list(range(1000))


@virtual_time
async def test_answers_to_greetings_do_not_mix_with_events() -> None:
    at, _ = line()
    at.on_frame(b"a")
    at.on_frame(b"!7")
    at.on_frame(b"b")
    assert await at.reply(1.0) == Greeted(7)
    assert await texts(at) == [b"a", b"b"]


@virtual_time
async def test_what_came_before_the_end_is_read_before_the_end_is_told() -> None:
    at, _ = line()
    at.on_frame(b"last words")
    at.on_closed(1001, "bye")
    assert await texts(at) == [b"last words"]
    with pytest.raises(ConnectionLost, match="1001"):
        await at.frames()


@virtual_time
async def test_a_reader_and_one_who_waits_for_an_answer_are_woken_each_by_their_own() -> None:
    at, _ = line()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(texts(at))
        waiting = group.create_task(at.reply(5.0))
        await asyncio.sleep(1)
        at.on_frame(b"!1")
        await asyncio.sleep(1)
        assert waiting.done()
        assert not reading.done()
        at.on_frame(b"event")
    assert reading.result() == [b"event"]


@virtual_time
async def test_g15_a_socket_that_nobody_reads_is_paused_and_nothing_is_dropped() -> None:
    at, socket = line()
    for number in range(10_002):
        at.on_frame(str(number).encode())
    assert socket.sent == ["pause"]
    assert len(await texts(at)) == 10_002
    assert socket.sent == ["pause", "resume"]


class Taker:
    """Takes messages; some are too much for it."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def __call__(self, frame: bytes, received_ts_ns: int) -> None:
        self.taken.append(frame)
        if frame == b"too much":
            raise ValueError("too much")


async def end_of(at: PrivateLine, taker: Taker) -> Exception:
    try:
        await at.read(taker)
    except (ValueError, ConnectionLost) as error:
        return error


@virtual_time
async def test_a_reader_gets_what_came_before_it_and_then_each_message_as_it_comes() -> None:
    at, _ = line()
    taker = Taker()
    at.on_frame(b"before")
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(at.read(taker))
        await asyncio.sleep(1)
        assert taker.taken == [b"before"]
        at.on_frame(b"!7")
        at.on_frame(b"now")
        assert taker.taken == [b"before", b"now"]  # within the call that brought it
        assert await at.reply(1.0) == Greeted(7)
        reading.cancel()
    at.on_frame(b"after")
    assert taker.taken == [b"before", b"now"]
    assert await texts(at) == [b"after"]


@virtual_time
async def test_what_a_reader_raises_ends_its_reading_and_not_the_socket_s_callback() -> None:
    at, _ = line()
    taker = Taker()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(end_of(at, taker))
        await asyncio.sleep(1)
        at.on_frame(b"too much")
        at.on_frame(b"more")
    assert isinstance(reading.result(), ValueError)
    assert taker.taken == [b"too much"]


@virtual_time
async def test_a_reader_is_told_of_the_end() -> None:
    at, _ = line()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(end_of(at, Taker()))
        await asyncio.sleep(1)
        at.on_closed(1001, "bye")
    assert isinstance(reading.result(), ConnectionLost)
