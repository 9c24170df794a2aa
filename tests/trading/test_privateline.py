"""One private socket: everything in order, answers apart, and reading that pauses instead of dropping."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tickwright.errors import ConnectionLost, RequestTimeout
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.privateline import PrivateLine
from tickwright.venues.trading import Greeted


class Link:
    """Answers begin with an exclamation mark."""

    def __init__(self, ping: str | None = None) -> None:
        self._ping = ping

    def control(self, frame: bytes) -> Greeted | None:
        return Greeted(int(frame[1:])) if frame.startswith(b"!") else None

    def ping(self) -> str | None:
        return self._ping


class Socket:
    def __init__(self) -> None:
        self.sent: list[object] = []
        self.is_open = True

    def send_text(self, text: str) -> None:
        self.sent.append(text)

    def send_ping(self, payload: bytes = b"") -> None:
        self.sent.append(payload)

    def send_pong(self, payload: bytes = b"") -> None:
        self.sent.append(payload)

    def pause_reading(self) -> None:
        self.sent.append("pause")

    def resume_reading(self) -> None:
        self.sent.append("resume")

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.sent.append("close")


def line(ping: str | None = None) -> tuple[PrivateLine, Socket]:
    link: Any = Link(ping)
    made, socket = PrivateLine(link, VirtualClock()), Socket()
    made.connection = socket  # type: ignore[assignment]  # all that a line uses
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
    with pytest.raises(ConnectionLost, match="1001"):
        await at.reply(1.0)
    with pytest.raises(ConnectionLost):
        at.send("x")
    with pytest.raises(ConnectionLost):
        at.ping()


@virtual_time
async def test_an_answer_that_does_not_come_is_waited_for_so_long_only() -> None:
    at, _ = line()
    with pytest.raises(RequestTimeout, match="within 10 s"):
        await at.reply(10.0)


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


@pytest.mark.parametrize(("ping", "sent"), [(None, b""), ('{"op":"ping"}', '{"op":"ping"}')])
@virtual_time
async def test_it_pings_in_the_venue_s_words(ping: str | None, sent: object) -> None:
    at, socket = line(ping)
    at.ping()
    assert socket.sent == [sent]


@virtual_time
async def test_pings_are_answered_and_all_that_comes_is_a_sign_of_life() -> None:
    at, socket = line()
    for come in (at.on_ping, at.on_pong, at.on_frame):
        await asyncio.sleep(1)
        come(b"x")
        assert at.heard_s == VirtualClock().monotonic_s()
    assert socket.sent == [b"x"]
    at.close()
    assert socket.sent[-1] == "close"


@virtual_time
async def test_before_it_is_connected_nothing_can_be_sent_and_closing_is_fine() -> None:
    link: Any = Link()
    at = PrivateLine(link, VirtualClock())
    with pytest.raises(ConnectionLost, match="not connected"):
        at.send("x")
    with pytest.raises(ConnectionLost, match="not connected"):
        at.ping()
    at.close()
