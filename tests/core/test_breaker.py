"""The circuit breaker: its table cell by cell, and what a caller sees."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.breaker import TABLE, Breaker, BreakerEvent, BreakerState
from tickwright.errors import IllegalTransition, UsageError


# state → what follows on each event, written down a second time, in words of their own; "-" cannot be.
GRID = """
            SUCCEEDED      PROVEN         FAILED            LIMIT_REACHED   ABANDONED         COOLED_DOWN
CLOSED      CLOSED/FORGET  -              CLOSED/COUNT      OPEN/COOL_DOWN  CLOSED            -
OPEN        OPEN           CLOSED/FORGET  OPEN              -               OPEN              HALF_OPEN/PROBE
HALF_OPEN   CLOSED/FORGET  -              OPEN/COOL_LONGER  -               OPEN/PROBE_NEXT   HALF_OPEN/PROBE
"""


def cells() -> dict[tuple[str, str], str]:
    header, *rows = (line.split() for line in GRID.strip().splitlines())
    return {
        (row[0], event): cell for row in rows for event, cell in zip(header, row[1:], strict=True)
    }


@pytest.mark.parametrize(("state", "event"), list(product(BreakerState, BreakerEvent)))
def test_each_cell_of_the_table_is_as_written(state: BreakerState, event: BreakerEvent) -> None:
    expected = cells()[state.name, event.name]
    if expected == "-":
        with pytest.raises(IllegalTransition):
            TABLE.step(state, event)
        return
    following, action = TABLE.step(state, event)
    assert "/".join([following.name] + ([action.name] if action else [])) == expected


def opened(at_s: float = 0.0) -> Breaker:
    breaker = Breaker(cooldown_s=60.0)
    for _ in range(5):
        assert breaker.wait_s(at_s) == 0
        breaker.failed(at_s)
    assert breaker.state is BreakerState.OPEN
    return breaker


def test_an_answer_to_what_left_while_it_was_open_closes_it_and_a_late_one_does_not() -> None:
    breaker = opened(10.0)
    breaker.succeeded(12.0, 9.5)
    assert breaker.wait_s(12.0) == 58
    breaker.succeeded(13.0, 11.0)
    assert (breaker.wait_s(13.0), breaker.state) == (0, BreakerState.CLOSED)


def test_four_failures_are_borne_and_the_fifth_opens_it_for_some_seconds() -> None:
    breaker = Breaker()
    for n in range(4):
        breaker.failed(float(n))
        assert breaker.wait_s(float(n)) == 0
    assert breaker.failures == 4
    breaker.failed(4.0)
    assert breaker.wait_s(4.0) == 5
    assert breaker.wait_s(8.0) == 1


def test_each_probe_that_fails_doubles_the_cool_down_up_to_a_minute_and_one_answer_ends_that() -> (
    None
):
    breaker, now_s = Breaker(), 0.0
    for _ in range(4):
        breaker.failed(now_s)
    pauses_s = []
    for _ in range(6):
        breaker.failed(now_s)
        pauses_s.append(breaker.wait_s(now_s))
        now_s += pauses_s[-1]
        assert breaker.wait_s(now_s) == 0
    assert pauses_s == [5, 10, 20, 40, 60, 60]
    breaker.succeeded(now_s)
    for _ in range(5):
        breaker.failed(now_s)
    assert breaker.wait_s(now_s) == 5


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker()
    for n in range(4):
        breaker.failed(float(n))
    breaker.succeeded(5.0)
    for n in range(4):
        breaker.failed(6.0 + n)
    assert breaker.state is BreakerState.CLOSED


def test_after_the_cool_down_one_probe_goes_and_the_others_wait() -> None:
    breaker = opened()
    assert breaker.wait_s(60.0) == 0
    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.wait_s(60.0) == 60
    assert breaker.wait_s(61.0) == 59


def test_a_probe_that_succeeds_closes_it_for_everybody() -> None:
    breaker = opened()
    breaker.wait_s(60.0)
    breaker.succeeded(60.2)
    assert breaker.state is BreakerState.CLOSED
    assert (breaker.wait_s(60.2), breaker.wait_s(60.2)) == (0, 0)


def test_a_probe_that_fails_starts_another_cool_down() -> None:
    breaker = opened()
    breaker.wait_s(60.0)
    breaker.failed(65.0)
    assert breaker.state is BreakerState.OPEN
    assert breaker.wait_s(65.0) == 60


def test_answers_to_requests_from_before_change_nothing_while_it_is_open() -> None:
    breaker = opened()
    breaker.succeeded(1.0)
    breaker.failed(2.0)
    breaker.abandoned(3.0)
    assert breaker.wait_s(3.0) == 57


def test_a_probe_given_up_by_its_caller_makes_the_next_caller_the_probe() -> None:
    breaker = opened()
    breaker.wait_s(60.0)
    breaker.abandoned(61.0)
    assert breaker.wait_s(61.0) == 0
    assert breaker.wait_s(61.0) == 60


def test_a_probe_that_is_never_heard_of_again_does_not_hold_the_host_closed_for_ever() -> None:
    breaker = opened()
    assert breaker.wait_s(60.0) == 0
    assert breaker.wait_s(120.0) == 0


def test_a_probe_is_waited_for_as_long_as_a_request_may_take() -> None:
    breaker = Breaker(failures_max=1, cooldown_s=5.0)
    breaker.failed(0.0)
    assert breaker.wait_s(5.0) == 0
    assert breaker.wait_s(10.0) == 25
    breaker.failed(15.0)
    assert breaker.wait_s(15.0) == 10


def test_after_closing_again_it_takes_five_new_failures_to_open() -> None:
    breaker = opened()
    breaker.wait_s(60.0)
    breaker.succeeded(60.0)
    for _ in range(4):
        breaker.failed(61.0)
    assert breaker.state is BreakerState.CLOSED


@pytest.mark.parametrize("numbers", [(0, 60, 60), (5, 0, 60), (5, -1, 60), (5, 61, 60)])
def test_numbers_that_make_no_sense_are_refused(numbers: tuple[int, float, float]) -> None:
    with pytest.raises(UsageError):
        Breaker(*numbers)


@given(
    st.lists(
        st.tuples(st.sampled_from(["ask", "ok", "no", "gone"]), st.floats(0, 100)), max_size=60
    )
)
def test_whatever_happens_a_caller_is_let_through_within_the_longest_cool_down(
    story: list[tuple[str, float]],
) -> None:
    breaker = Breaker()
    now_s = 0.0
    for what, pause_s in story:
        now_s += pause_s
        if what == "ask":
            wait_s = breaker.wait_s(now_s)
            assert 0 <= wait_s <= 60
        else:
            {"ok": breaker.succeeded, "no": breaker.failed, "gone": breaker.abandoned}[what](now_s)
    assert breaker.wait_s(now_s + 60.0) == 0
