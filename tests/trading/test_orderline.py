"""One socket for orders: each request has its answer, or is told why there will be none."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trading.lines import Socket, Words

from tickwright.errors import ConnectionLost, RequestTimeout
from tickwright.io.http import HttpResponse
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.trading.orderline import OrderLine
from tickwright.venues.trading import Greeted, OrderAnswer


class OrderWords(Words):
    """``7=body`` answers request 7; a full stop ends the last answer."""

    def answer(self, frame: bytes) -> OrderAnswer | None:
        number, equals, body = frame.partition(b"=")
        if not equals:
            return None
        return OrderAnswer(
            request_id=int(number), status=200, headers={}, body=body, is_last=body.endswith(b".")
        )


def line(answer_s: float = 10.0) -> tuple[OrderLine, Socket]:
    words: Any = OrderWords()
    made, socket = OrderLine(words, VirtualClock(), answer_s), Socket()
    made.connection = socket
    return made, socket


@virtual_time
async def test_answers_find_their_requests_in_whatever_order_they_come() -> None:
    at, socket = line()
    answers = [at.ask(number, f"do {number}") for number in (1, 2, 3)]
    for frame in (b"3=c", b"1=a", b"2=b"):
        at.on_frame(frame)
    assert [(await answer).body for answer in answers] == [b"a", b"b", b"c"]
    assert socket.sent == ["do 1", "do 2", "do 3"]
    assert at.in_flight == 0


@virtual_time
async def test_an_answer_has_the_times_of_its_request_and_of_its_coming() -> None:
    at, _ = line()
    clock = VirtualClock()
    sent_ns, answer = clock.monotonic_ns(), at.ask(1, "do")
    await asyncio.sleep(0.5)
    at.on_frame(b"1=done")
    response = await answer
    assert (response.sent_mono_ns, response.received_mono_ns) == (sent_ns, clock.monotonic_ns())
    assert response.received_ts_ns == clock.time_ns()


@virtual_time
async def test_greetings_are_answered_beside_requests() -> None:
    at, _ = line()
    at.ask(1, "do")
    at.on_frame(b"!1")
    assert await at.reply(1.0) == Greeted(1)
    assert at.in_flight == 1


@virtual_time
async def test_g01_no_answer_in_time_is_told_and_a_late_one_is_nobody_s() -> None:
    at, _ = line(answer_s=3.0)
    answer = at.ask(1, "do")
    await asyncio.sleep(2)
    at.on_pong(b"")
    with pytest.raises(RequestTimeout, match="within 3 s"):
        await answer
    at.on_frame(b"1=late")
    at.on_frame(b"99=never asked")
    assert not at.has_ended


@virtual_time
async def test_g04_if_nothing_at_all_came_since_the_request_the_socket_has_ended() -> None:
    at, _ = line(answer_s=3.0)
    first = at.ask(1, "do")
    await asyncio.sleep(1)
    second = at.ask(2, "do")
    with pytest.raises(RequestTimeout):
        await first
    with pytest.raises(ConnectionLost, match="silent"):
        await second
    with pytest.raises(ConnectionLost, match="silent"):
        at.ask(3, "do")


@virtual_time
async def test_g01_all_that_wait_are_told_of_the_end() -> None:
    at, _ = line()
    answers = [at.ask(number, "do") for number in (1, 2)]
    at.on_closed(1001, "bye")
    for answer in answers:
        with pytest.raises(ConnectionLost, match="1001"):
            await answer
    assert at.in_flight == 0


@virtual_time
async def test_after_the_end_nothing_is_asked() -> None:
    at, socket = line()
    at.on_closed(1006, "cut")
    with pytest.raises(ConnectionLost):
        at.ask(1, "do")
    assert (socket.sent, at.in_flight) == ([], 0)


@virtual_time
async def test_closing_it_tells_those_that_wait_at_once() -> None:
    at, socket = line()
    answer = at.ask(1, "do")
    at.close()
    at.close()
    with pytest.raises(ConnectionLost, match="before the answer"):
        await answer
    assert socket.sent[:2] == ["do", "close"]


@virtual_time
async def test_g23_one_that_is_succeeded_ends_when_its_last_request_has_its_answer() -> None:
    at, socket = line()
    first, second = at.ask(1, "do"), at.ask(2, "do")
    at.retire()
    at.on_frame(b"2=b")
    assert "close" not in socket.sent
    at.on_frame(b"1=a")
    assert "close" in socket.sent
    assert ((await first).body, (await second).body) == (b"a", b"b")


@virtual_time
async def test_g23_one_that_is_succeeded_waits_for_an_answer_no_longer_than_anybody() -> None:
    at, socket = line(answer_s=3.0)
    answer = at.ask(1, "do")
    at.retire()
    with pytest.raises(RequestTimeout):
        await answer
    assert "close" in socket.sent


@pytest.mark.parametrize("frame", [b"1=no more.", b"!!"])
@virtual_time
async def test_g23_a_last_answer_is_a_notice(frame: bytes) -> None:
    at, _ = line()
    at.ask(1, "do")
    at.on_frame(b"1=done")
    assert not at.has_notice.is_set()
    at.on_frame(frame)
    assert at.has_notice.is_set()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(0, 0)),
        st.tuples(st.just("answer"), st.integers(1, 8)),
        st.tuples(st.just("wait"), st.integers(1, 7)),
        st.tuples(st.sampled_from(["pong", "close", "closed", "retire"]), st.integers(0, 0)),
    ),
    max_size=30,
)


@given(steps=STEPS)
def test_g01_whatever_happens_each_request_that_was_written_ends_once_and_no_other_is_waited_for(
    steps: list[tuple[str, int]],
) -> None:
    @virtual_time
    async def happens() -> None:
        at, socket = line(answer_s=5.0)
        asked: dict[int, asyncio.Future[HttpResponse]] = {}
        for step, number in [*steps, ("wait", 6)]:
            if step == "ask":
                with suppress(ConnectionLost):
                    asked[len(asked) + 1] = at.ask(len(asked) + 1, "do")
            elif step == "answer":
                at.on_frame(b"%d=%d" % (number, number))
            elif step == "wait":
                await asyncio.sleep(number)
            elif step == "closed":
                at.on_closed(1006, "cut")
            else:
                {"pong": lambda: at.on_pong(b""), "close": at.close, "retire": at.retire}[step]()
        assert socket.sent.count("do") == len(asked)
        assert at.in_flight == 0
        for number, answer in asked.items():
            told = answer.exception()
            assert isinstance(told, (RequestTimeout, ConnectionLost, type(None)))
            assert told is not None or answer.result().body == b"%d" % number

    happens()


@virtual_time
async def test_who_goes_away_takes_nothing_along() -> None:
    at, _ = line()
    gone, stays = at.ask(1, "do"), at.ask(2, "do")
    gone.cancel()
    at.on_frame(b"1=a")
    at.on_frame(b"2=b")
    assert (await stays).body == b"b"
