"""What every kept socket has in common: signs of life, answers to greetings, and one end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.trading.lines import Socket, Words

from tickwright.errors import ConnectionLost, RequestTimeout
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.keptline import KeptLine
from tickwright.venues.trading import Greeted


class Line(KeptLine):
    """Keeps what answers no greeting."""

    def __init__(self, ping: str | None = None) -> None:
        words: Any = Words(ping)
        super().__init__(words, VirtualClock())
        self.taken: list[bytes] = []

    def _take(self, payload: bytes) -> None:
        if not self._take_control(payload):
            self.taken.append(payload)


def line(ping: str | None = None) -> tuple[Line, Socket]:
    made, socket = Line(ping), Socket()
    made.connection = socket
    return made, socket


@virtual_time
async def test_an_answer_that_does_not_come_is_waited_for_so_long_only() -> None:
    at, _ = line()
    with pytest.raises(RequestTimeout, match="within 10 s"):
        await at.reply(10.0)


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
    at = Line()
    with pytest.raises(ConnectionLost, match="not connected"):
        at.send("x")
    with pytest.raises(ConnectionLost, match="not connected"):
        at.ping()
    at.close()
    await at.wait_closed()
    assert at.is_gone


@virtual_time
async def test_answers_to_greetings_are_kept_apart_until_somebody_waits_for_them() -> None:
    at, _ = line()
    at.on_frame(b"!1")
    at.on_frame(b"news")
    at.on_frame(b"!2")
    assert at.taken == [b"news"]
    assert [await at.reply(1.0), await at.reply(1.0)] == [Greeted(1), Greeted(2)]


@virtual_time
async def test_after_its_end_nothing_is_sent_and_whoever_waits_is_told() -> None:
    at, socket = line()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(ends(at.lost())), group.create_task(ends(at.reply(9.0)))]
        await asyncio.sleep(1)
        at.on_closed(1001, "bye")
        at.on_closed(1006, "again")
    assert [str(task.result()) for task in waiting] == ["connection lost: code 1001 (bye)"] * 2
    with pytest.raises(ConnectionLost, match="1001"):
        at.send("x")
    with pytest.raises(ConnectionLost, match="1001"):
        at.ping()
    assert (socket.sent, at.has_ended, at.is_gone) == ([], True, True)


@virtual_time
async def test_a_closed_socket_is_gone_once_it_says_so() -> None:
    at, socket = line()
    at.close()
    assert not at.is_gone
    await at.wait_closed()
    assert socket.sent == ["close", "waited"]
    at.on_closed(1000, "")
    assert at.is_gone


@virtual_time
async def test_one_that_owes_nothing_ends_at_once_when_it_is_succeeded() -> None:
    at, socket = line()
    at.retire()
    assert socket.sent == ["close"]


@virtual_time
async def test_a_notice_is_waited_for_so_long_only() -> None:
    at, _ = line()
    clock = VirtualClock()
    began_s = clock.monotonic_s()
    await at.wait_notice(5.0)
    assert clock.monotonic_s() - began_s == pytest.approx(5.0)
    at.has_notice.set()
    await at.wait_notice(5.0)
    assert clock.monotonic_s() - began_s == pytest.approx(5.0)


async def ends(waiting: Any) -> Exception:
    """Return the end that somebody who waits is told of."""
    try:
        await waiting
    except ConnectionLost as error:
        return error
    raise AssertionError("it ended without an end")
