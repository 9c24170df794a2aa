"""User events on their way to the switchboard: behind the answer to what caused them, or before it, late, or twice.

A venue tells an account what became of its orders over another connection than it answers on, and nothing orders the two.
As a rule the answer is there first, so that is what happens here unless a fault says otherwise: behind an answer, events
stay back for a moment, or a client that reads both would find them first. Events keep the order in which the matching
engine made them, whichever answer some of them wait for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from tickwright.venues.dialects import Frame
from tickwright.venues.privateside import PrivateSide


if TYPE_CHECKING:
    from tickwright.sandbox.switchboard import Switchboard


__all__ = ["BEHIND_S", "Release", "UserEvents", "nothing"]

BEHIND_S = 0.002
"""How long after an answer the events leave that go with it."""
Release = Callable[[], None]
"""Lets go of what was held back."""


def nothing() -> None:
    """Let go of nothing."""


class UserEvents:
    """The way that one product's user events take.

    Args:
        private: Makes them; ``None`` where there are none.
        board: Where they go.
    """

    def __init__(self, private: PrivateSide | None, board: Switchboard) -> None:
        self._private = private
        self._board = board
        self._waiting: deque[_Batch] = deque()
        self._late: deque[list[Frame]] = deque()
        self._late_until_s = 0.0

    def send(self) -> None:
        """Send what was made since the last call; what is held back goes before it."""
        if self._private is None:
            return
        frames = self._private.take_frames()
        if frames:
            self._waiting.append(_Batch(frames))
            self._flush()

    def hold(self) -> Release:
        """Take what was made, and send it soon after the function that is returned was called."""
        if self._private is None:
            return nothing
        if self._board.faults.fill_before_ack:
            self.send()
            return nothing
        frames = self._private.take_frames()
        if not frames:
            return nothing
        batch = _Batch(frames, is_held=True)
        self._waiting.append(batch)

        def release() -> None:
            asyncio.get_running_loop().call_later(BEHIND_S, self._let_go, batch)

        return release

    def _let_go(self, batch: _Batch) -> None:
        batch.is_held = False
        self._flush()

    def _flush(self) -> None:
        while self._waiting and not self._waiting[0].is_held:
            self._pass(self._doubled(self._waiting.popleft().frames))

    def _doubled(self, frames: list[Frame]) -> list[Frame]:
        faults = self._board.faults
        if not faults.double_reports:
            return frames
        heard, out = self._board.streams, list[Frame]()
        for frame in frames:
            out.append(frame)
            if frame[0] in heard and faults.take("double_reports"):
                out.append(frame)
        return out

    def _pass(self, frames: list[Frame]) -> None:
        delay_s = self._board.faults.report_delay_s
        if not delay_s:
            self._board.send(frames)
            return
        loop = asyncio.get_running_loop()
        # A shorter delay than the one before does not let these overtake; only none at all does.
        self._late_until_s = max(self._late_until_s, loop.time() + delay_s)
        self._late.append(frames)
        loop.call_at(self._late_until_s, self._arrive)

    def _arrive(self) -> None:
        # Timers of one instant run in any order, so each sends what is next.
        self._board.send(self._late.popleft())


class _Batch:
    """Events that were made together."""

    __slots__ = ("frames", "is_held")

    def __init__(self, frames: list[Frame], *, is_held: bool = False) -> None:
        self.frames = frames
        self.is_held = is_held
