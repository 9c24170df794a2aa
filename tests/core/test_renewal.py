"""When a connection is renewed: before the venue cuts it, spread out, in a window of the user's choice."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.renewal import RenewalPolicy, RenewalTimer, parse_window
from tickwright.errors import ConfigError


DAY_S = 86_400
HOUR_S = 3_600


def timer(policy: RenewalPolicy, seed: int = 1) -> RenewalTimer:
    return RenewalTimer(policy, Random(seed), opened_s=1_000.0)


@given(st.integers(0, 1_000))
def test_g23_every_connection_is_renewed_before_its_lifetime_less_the_margin(seed: int) -> None:
    due = timer(RenewalPolicy(lifetime_s=DAY_S), seed)
    assert due.is_due(1_000.0 + DAY_S - 1_800.0, 0)
    assert not due.is_due(1_000.0 + DAY_S - 3_600.1, 0)


def test_connections_opened_together_are_not_renewed_together() -> None:
    timers = [timer(RenewalPolicy(lifetime_s=DAY_S), seed) for seed in range(20)]
    halfway = 1_000.0 + DAY_S - 2_700.0
    assert 0 < sum(each.is_due(halfway, 0) for each in timers) < 20


def test_g23_in_the_window_of_the_user_it_is_renewed_early() -> None:
    due = timer(RenewalPolicy(lifetime_s=DAY_S, window=(2 * HOUR_S, 4 * HOUR_S)))
    outside, late_inside = 5 * HOUR_S * 10**9, (4 * HOUR_S - 1) * 10**9
    assert not due.is_due(1_000.0 + 10 * HOUR_S, outside)
    assert due.is_due(1_000.0 + 10 * HOUR_S, late_inside)


def test_a_window_over_midnight_is_one_window() -> None:
    due = timer(RenewalPolicy(lifetime_s=DAY_S, window=parse_window("23:00-01:00")))
    assert due.is_due(1_000.0 + 10 * HOUR_S, (HOUR_S - 1) * 10**9)
    assert not due.is_due(1_000.0 + 10 * HOUR_S, 12 * HOUR_S * 10**9)


def test_a_young_connection_is_left_alone_in_the_window() -> None:
    due = timer(RenewalPolicy(lifetime_s=DAY_S, window=(0, 4 * HOUR_S)))
    assert not due.is_due(1_000.0 + 60.0, (4 * HOUR_S - 1) * 10**9)


def test_within_the_window_connections_spread() -> None:
    policy = RenewalPolicy(lifetime_s=DAY_S, window=(0, 4 * HOUR_S))
    timers = [timer(policy, seed) for seed in range(20)]
    middle = 2 * HOUR_S * 10**9
    assert 0 < sum(each.is_due(1_000.0 + 10 * HOUR_S, middle) for each in timers) < 20


@pytest.mark.parametrize("text", ["", "2-4", "02:00", "25:00-26:00", "02:61-03:00", "a:b-c:d"])
def test_a_window_of_another_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="02:00-04:00"):
        parse_window(text)


def test_numbers_that_leave_no_life_are_refused() -> None:
    with pytest.raises(ConfigError, match="leaves nothing"):
        RenewalPolicy(lifetime_s=60.0)
    with pytest.raises(ConfigError, match="empty"):
        RenewalPolicy(lifetime_s=DAY_S, window=(5, 5))
