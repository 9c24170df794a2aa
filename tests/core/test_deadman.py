"""The guard's table, cell by cell, and what it makes of hours of outages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.deadman import TABLE, Guard, GuardAction, GuardEvent, GuardState
from tickwright.errors import ConfigError, IllegalTransition


ARM, DISARM, CANCEL = GuardAction.ARM, GuardAction.DISARM, GuardAction.CANCEL
WINDOW_S = 30.0

# Rows are states, columns are events; "!" is a bug, what follows a slash is the action.
GRID = """
         OPENED     CLEARED      UP         DOWN         DUE           EXPIRED       CLOSE
DARK     LAPSING    !            IDLE       !            !             !             CLOSED
IDLE     ARMED/ARM  !            !          DARK         !             !             CLOSED
ARMED    !          CLEAR        !          LAPSING      ARMED/ARM     !             CLOSED/DISARM
CLEAR    ARMED      !            !          DARK/DISARM  IDLE/DISARM   !             CLOSED/DISARM
LAPSING  !          DARK/DISARM  ARMED/ARM  !            !             FIRED/CANCEL  CLOSED/DISARM
FIRED    !          DARK         ARMED/ARM  !            FIRED/CANCEL  !             CLOSED
CLOSED   !          !            !          !            !             !             CLOSED
"""


def cells() -> list[tuple[str, str, str]]:
    head, *rows = [line.split() for line in GRID.strip().splitlines()]
    return [
        (state, event, cell)
        for state, *found in rows
        for event, cell in zip(head, found, strict=True)
    ]


@pytest.mark.parametrize(("state", "event", "cell"), cells())
def test_every_cell_of_the_table_is_decided(state: str, event: str, cell: str) -> None:
    if cell == "!":
        with pytest.raises(IllegalTransition):
            TABLE.step(GuardState[state], GuardEvent[event])
        return
    following, _, action = cell.partition("/")
    expected = GuardAction[action] if action else None
    assert TABLE.step(GuardState[state], GuardEvent[event]) == (GuardState[following], expected)


class Clockwork:
    """A guard with the last facts kept, so that a test names only what changes."""

    def __init__(self) -> None:
        self.guard = Guard(WINDOW_S, now_s=0.0)
        self.facts = {"has_orders": False, "is_up": False}

    def at(self, now_s: float, **changes: bool) -> list[GuardAction]:
        self.facts |= changes
        return self.guard.look(now_s, **self.facts)


@pytest.fixture
def works() -> Clockwork:
    """Return a guard of an order that is open, armed at 0 s."""
    works = Clockwork()
    assert works.at(0.0, is_up=True) == []
    assert works.at(0.0, has_orders=True) == [ARM]
    return works


def test_a_countdown_is_wound_up_three_times_in_its_window(works: Clockwork) -> None:
    assert [works.at(float(second)) for second in (9, 10, 19, 20, 30)] == [
        [],
        [ARM],
        [],
        [ARM],
        [ARM],
    ]


def test_it_is_stopped_when_nothing_is_open_and_it_would_have_to_be_wound_up(
    works: Clockwork,
) -> None:
    assert works.at(3.0, has_orders=False) == []
    assert works.at(10.0) == [DISARM]
    assert works.guard.due_s is None
    assert works.at(100.0) == []


def test_orders_that_come_and_go_cost_no_more_calls_than_one_that_stays(works: Clockwork) -> None:
    told = [works.at(step / 10, has_orders=bool(step % 2)) for step in range(1, 300)]
    assert [action for actions in told for action in actions] == [DISARM, ARM, ARM]


def test_nobody_winds_it_up_without_a_stream_and_after_the_window_orders_are_canceled(
    works: Clockwork,
) -> None:
    assert works.at(5.0, is_up=False) == []
    assert works.guard.due_s == 35.0
    assert works.at(34.9) == []
    assert works.at(35.0) == [CANCEL]
    assert works.at(36.0) == [CANCEL]
    assert works.at(36.5, has_orders=False) == []
    assert works.guard.state is GuardState.DARK


def test_a_stream_that_comes_back_in_time_saves_them(works: Clockwork) -> None:
    works.at(5.0, is_up=False)
    assert works.at(34.0, is_up=True) == [ARM]
    assert works.at(40.0) == []


def test_what_is_open_as_the_stream_comes_back_is_guarded_anew(works: Clockwork) -> None:
    works.at(5.0, is_up=False)
    works.at(35.0)
    assert works.at(35.5, is_up=True) == [ARM]
    assert works.guard.state is GuardState.ARMED


def test_an_order_that_turns_up_long_after_the_stream_went_down_has_no_window_left(
    works: Clockwork,
) -> None:
    works.at(1.0, has_orders=False)
    works.at(2.0, is_up=False)
    assert works.at(50.0, has_orders=True) == [CANCEL]


def test_an_order_that_was_sent_as_the_stream_broke_gets_its_countdown() -> None:
    works = Clockwork()
    works.at(0.0, is_up=True)
    assert works.at(1.0, has_orders=True, is_up=False) == [ARM]
    assert works.at(31.0) == [CANCEL]


def test_a_venue_that_was_not_reached_is_asked_again_soon(works: Clockwork) -> None:
    works.guard.failed(0.5)
    assert works.guard.due_s == 5.5
    assert works.at(5.5) == [ARM]
    works.guard.failed(12.0)
    assert works.guard.due_s == 15.5, "never later than it was due anyway"


def test_a_failure_that_is_told_late_changes_nothing(works: Clockwork) -> None:
    works.at(3.0, has_orders=False)
    works.at(10.0)
    works.guard.failed(11.0)
    assert works.guard.due_s is None


def test_what_nobody_needs_any_more_is_stopped_as_the_stream_goes(works: Clockwork) -> None:
    works.at(3.0, has_orders=False)
    assert works.at(4.0, is_up=False) == [DISARM]
    assert works.guard.state is GuardState.DARK


def test_closing_stops_what_runs_and_is_fine_twice(works: Clockwork) -> None:
    assert works.guard.close() is DISARM
    assert works.guard.close() is None


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="above zero"):
        Guard(0.0, now_s=0.0)


_LOOKS = st.lists(st.tuples(st.floats(0.1, 20.0), st.booleans(), st.booleans()), max_size=60)


@given(_LOOKS)
def test_however_it_comes_no_facts_are_illegal_and_a_cancel_needs_a_whole_window_in_the_dark(
    looks: list[tuple[float, bool, bool]],
) -> None:
    guard, now_s, up_s = Guard(WINDOW_S, now_s=0.0), 0.0, 0.0
    was_up = False
    for delay_s, has_orders, is_up in looks:
        now_s += delay_s
        if is_up is not was_up:
            was_up, up_s = is_up, now_s
        actions = guard.look(now_s, has_orders=has_orders, is_up=is_up)
        if CANCEL in actions:
            assert has_orders
            assert not is_up
            assert now_s - up_s >= WINDOW_S
        if guard.state is GuardState.ARMED:
            assert has_orders
            assert is_up
        assert guard.due_s is None or has_orders or guard.state is GuardState.CLEAR


@given(_LOOKS)
def test_whoever_looks_whenever_it_is_due_keeps_a_countdown_from_running_out(
    looks: list[tuple[float, bool, bool]],
) -> None:
    guard, now_s = Guard(WINDOW_S, now_s=0.0), 0.0
    wound_s: float | None = None
    for delay_s, has_orders, is_up in looks:
        until_s = now_s + delay_s
        while True:
            actions = guard.look(now_s, has_orders=has_orders, is_up=is_up)
            for action in actions:
                wound_s = now_s if action is ARM else None if action is DISARM else wound_s
            if guard.state is GuardState.ARMED:
                assert wound_s is not None
                assert now_s - wound_s < WINDOW_S
            if guard.due_s is None or guard.due_s > until_s:
                break
            now_s = max(now_s, guard.due_s)
        now_s = until_s
