"""The order in which user events and answers leave, with every fault on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from tickwright.sandbox import Faults
from tickwright.sandbox.userevents import BEHIND_S, UserEvents, nothing
from tickwright.testing.virtual_time import virtual_time
from tickwright.venues.dialects import Frame


class Board:
    """Notes what was sent, and when."""

    streams = frozenset({"user/me"})

    def __init__(self) -> None:
        self.faults = Faults()
        self.sent: list[str] = []
        self.at_s: list[float] = []

    def send(self, frames: Iterable[Frame]) -> None:
        for _, payload in frames:
            self.sent.append(payload)
            self.at_s.append(asyncio.get_event_loop().time() - 1000)


class Private:
    """Made some user events."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def take_frames(self) -> list[Frame]:
        frames, self.frames = self.frames, []
        return frames


class Rig:
    def __init__(self) -> None:
        self.board, self.private = Board(), Private()
        made: Any = (self.private, self.board)
        self.events = UserEvents(*made)

    def make(self, *names: str, stream: str = "user/me") -> None:
        self.private.frames += [(stream, name) for name in names]


@virtual_time
async def test_what_nobody_waits_for_leaves_at_once() -> None:
    rig = Rig()
    rig.make("a", "b")
    rig.events.send()
    rig.events.send()
    assert rig.board.sent == ["a", "b"]


@virtual_time
async def test_events_wait_until_the_answer_to_what_caused_them_has_left() -> None:
    rig = Rig()
    rig.make("placed")
    has_left = rig.events.hold()
    assert rig.board.sent == []
    has_left()
    assert rig.board.sent == []
    await asyncio.sleep(BEHIND_S)
    assert rig.board.sent == ["placed"]


@virtual_time
async def test_no_later_event_overtakes_one_that_waits() -> None:
    rig = Rig()
    rig.make("placed")
    has_left = rig.events.hold()
    rig.make("filled")
    rig.events.send()
    rig.make("placed another")
    has_left_too = rig.events.hold()
    has_left_too()
    await asyncio.sleep(1)
    assert rig.board.sent == []
    has_left()
    await asyncio.sleep(BEHIND_S)
    assert rig.board.sent == ["placed", "filled", "placed another"]


@virtual_time
async def test_an_answer_that_caused_nothing_holds_nothing_up() -> None:
    rig = Rig()
    assert rig.events.hold() is nothing
    rig.make("a")
    rig.events.send()
    assert rig.board.sent == ["a"]


@virtual_time
async def test_events_may_leave_before_the_answer() -> None:
    rig = Rig()
    rig.board.faults.fill_before_ack = True
    rig.make("filled")
    has_left = rig.events.hold()
    assert rig.board.sent == ["filled"]
    has_left()
    await asyncio.sleep(1)
    assert rig.board.sent == ["filled"]


@virtual_time
async def test_some_events_come_twice_but_only_those_that_somebody_hears_are_counted() -> None:
    rig = Rig()
    rig.board.faults.double_reports = 2
    rig.make("unheard", stream="user/you")
    rig.make("a", "b", "c")
    rig.events.send()
    assert rig.board.sent == ["unheard", "a", "a", "b", "b", "c"]
    assert rig.board.faults.double_reports == 0


@virtual_time
async def test_late_events_keep_their_order_and_later_ones_without_delay_overtake_them() -> None:
    rig = Rig()
    rig.board.faults.report_delay_s = 5.0
    rig.make("a", "b")
    rig.events.send()
    rig.make("c")
    rig.events.send()
    await asyncio.sleep(1)
    rig.board.faults.report_delay_s = 1.0  # due before the first ones, and yet behind them
    rig.make("d")
    rig.events.send()
    rig.board.faults.report_delay_s = 0.0
    rig.make("e")
    rig.events.send()
    await asyncio.sleep(10)
    assert rig.board.sent == ["e", "a", "b", "c", "d"]
    assert rig.board.at_s == [1, 5, 5, 5, 5]


@virtual_time
async def test_without_a_private_side_there_is_nothing_to_send() -> None:
    board: Any = Board()
    events = UserEvents(None, board)
    events.send()
    assert events.hold() is nothing
