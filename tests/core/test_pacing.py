"""Pacing: strict in every window, however the takes are spread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.pacing import SlidingWindow
from tickwright.errors import UsageError, WouldBlock


def test_a_fresh_window_lets_the_whole_limit_through_at_once() -> None:
    pace = SlidingWindow(limit=4, window_s=1.0)
    for _ in range(4):
        assert pace.delay_s(100.0) == 0
        pace.take(100.0)
    assert pace.delay_s(100.0) == 1.0
    assert pace.used(100.0) == 4


def test_the_wait_ends_when_the_oldest_take_leaves_the_window() -> None:
    pace = SlidingWindow(limit=2, window_s=1.0)
    pace.take(0.0)
    pace.take(0.75)
    assert pace.delay_s(0.75) == 0.25
    assert pace.delay_s(1.0) == 0
    pace.take(1.0)
    assert pace.delay_s(1.0) == 0.75


def test_a_take_that_may_not_be_is_refused_and_not_counted() -> None:
    pace = SlidingWindow(limit=1, window_s=1.0)
    pace.take(0.0)
    with pytest.raises(WouldBlock, match="wait another"):
        pace.take(0.5)
    assert pace.delay_s(1.0) == 0


def test_used_counts_what_the_window_still_holds() -> None:
    pace = SlidingWindow(limit=3, window_s=1.0)
    pace.take(0.0)
    pace.take(0.5)
    assert pace.used(0.9) == 2
    assert pace.used(1.0) == 1
    assert pace.used(9.0) == 0


def test_a_clock_reading_from_before_the_last_take_frees_nothing_early() -> None:
    pace = SlidingWindow(limit=2, window_s=1.0)
    pace.take(10.0)
    pace.take(9.0)
    assert pace.delay_s(10.5) == 0.5


@pytest.mark.parametrize(
    ("limit", "window_s"), [(0, 1.0), (-1, 1.0), (1, 0.0), (1, -1.0), (1, float("nan"))]
)
def test_an_impossible_window_is_refused(limit: int, window_s: float) -> None:
    with pytest.raises(UsageError):
        SlidingWindow(limit, window_s)


@given(
    limit=st.integers(1, 8),
    window_s=st.floats(0.01, 60),
    start_s=st.floats(0, 1e7),
    pauses_s=st.lists(st.floats(0, 3), max_size=80),
)
def test_g11_no_window_ever_holds_more_takes_than_the_limit(
    limit: int, window_s: float, start_s: float, pauses_s: list[float]
) -> None:
    pace = SlidingWindow(limit, window_s)
    now_s = start_s
    takes_s: list[float] = []
    for pause_s in pauses_s:
        now_s += pause_s
        while (
            delay_s := pace.delay_s(now_s)
        ) > 0:  # ends: the wait it names is enough, up to one rounding
            now_s += delay_s
        pace.take(now_s)
        takes_s.append(now_s)
    for early_s, late_s in zip(takes_s, takes_s[limit:], strict=False):
        assert late_s >= early_s + window_s


@given(limit=st.integers(1, 5), asks_s=st.lists(st.floats(0, 20), min_size=1, max_size=60))
def test_g11_frames_that_only_leave_when_the_delay_is_zero_keep_the_limit(
    limit: int, asks_s: list[float]
) -> None:
    pace = SlidingWindow(limit, 1.0)
    takes_s = []
    for ask_s in sorted(asks_s):
        if pace.delay_s(ask_s) == 0:
            pace.take(ask_s)
            takes_s.append(ask_s)
    for begin_s in takes_s:
        assert sum(begin_s <= take_s < begin_s + 1.0 for take_s in takes_s) <= limit
