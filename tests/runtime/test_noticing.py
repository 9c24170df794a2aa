"""Each effect that the world should know of is a notice."""

from __future__ import annotations

import pytest

from tickwright.core.session import Connect, Down, Effect, Silent, Up
from tickwright.core.subscriptions import Refused
from tickwright.model.notices import Notice, SessionDown, SessionUp, TopicFailed, TopicStale
from tickwright.runtime.noticing import notice_of


@pytest.mark.parametrize(
    ("effect", "notice"),
    [
        (Up(3), SessionUp(received_ts_ns=7, session="v#1", attempt=3)),
        (
            Down(1006, "cut", 2.5, is_final=False),
            SessionDown(received_ts_ns=7, session="v#1", code=1006, reason="cut", retry_in_s=2.5),
        ),
        (
            Refused("a", "no such stream"),
            TopicFailed(received_ts_ns=7, session="v#1", stream="a", text="no such stream"),
        ),
        (
            Silent("a", 61.0, "watch"),
            TopicStale(received_ts_ns=7, session="v#1", stream="a", silent_s=61.0, action="watch"),
        ),
    ],
)
def test_an_effect_becomes_a_notice(effect: Effect, notice: Notice) -> None:
    assert notice_of(effect, "v#1", 7) == notice


def test_what_is_only_to_be_done_is_none() -> None:
    with pytest.raises(AssertionError):
        notice_of(Connect(), "v#1", 7)
