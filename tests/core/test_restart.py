"""Delays before the next try: growth, cap, jitter, and when they go back."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import ConfigError


def steady(**fields: float) -> RestartDelays:
    """Delays without jitter."""
    return RestartDelays(RestartPolicy(jitter=0, **fields), Random(7))  # type: ignore[arg-type]  # mixed fields


def test_delays_double_from_one_second_to_sixty() -> None:
    delays = steady()
    assert [delays.failed(float(n)) for n in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert delays.failures == 8


def test_a_socket_that_opens_and_drops_at_once_does_not_reset_the_delay() -> None:
    delays = steady()
    seen = []
    now_s = 0.0
    for _ in range(5):
        delays.connected(now_s)
        now_s += 29.9
        seen.append(delays.failed(now_s))
    assert seen == [1, 2, 4, 8, 16]


def test_a_healthy_while_resets_the_delay() -> None:
    delays = steady()
    delays.failed(0)
    delays.failed(1)
    delays.connected(10)
    assert delays.failed(40) == 1
    assert delays.failures == 1


def test_health_counts_from_the_first_of_several_connected_calls() -> None:
    delays = steady()
    delays.failed(0)
    delays.connected(10)
    delays.connected(39)
    assert delays.failed(40) == 1


def test_time_offline_is_no_healthy_while() -> None:
    delays = steady()
    delays.connected(0)
    delays.failed(5)
    assert delays.failed(500) == 2


def test_it_gives_up_after_the_attempts_that_were_asked_for() -> None:
    delays = steady(attempts_max=2)
    assert [delays.failed(0), delays.failed(1), delays.failed(2)] == [1, 2, None]


def test_after_a_healthy_while_the_attempts_count_anew() -> None:
    delays = steady(attempts_max=1)
    assert delays.failed(0) == 1
    delays.connected(1)
    assert delays.failed(31) == 1
    assert delays.failed(32) is None


def test_ten_thousand_failures_neither_overflow_nor_exceed_the_cap() -> None:
    delays = steady()
    assert {delays.failed(float(n)) for n in range(10_000)} == {1, 2, 4, 8, 16, 32, 60}


def test_the_same_seed_gives_the_same_delays_and_jitter_spreads_them() -> None:
    first, second, other = (RestartDelays(RestartPolicy(), Random(seed)) for seed in (1, 1, 2))
    mine = [first.failed(float(n)) for n in range(20)]
    assert mine == [second.failed(float(n)) for n in range(20)]
    assert mine != [other.failed(float(n)) for n in range(20)]


@given(seed=st.integers(), failures=st.integers(1, 40))
def test_jitter_stays_within_ten_percent_of_the_nominal_delay(seed: int, failures: int) -> None:
    jittered = RestartDelays(RestartPolicy(), Random(seed))
    nominal = steady()
    for n in range(failures):
        delay_s, expected_s = jittered.failed(float(n)), nominal.failed(float(n))
        assert delay_s is not None
        assert expected_s is not None
        assert 0.9 * expected_s <= delay_s <= 1.1 * expected_s


@pytest.mark.parametrize(
    "fields",
    [
        {"first_s": 0},
        {"first_s": 61},
        {"factor": 0.5},
        {"jitter": 1},
        {"jitter": -0.1},
        {"healthy_s": -1},
        {"attempts_max": -1},
    ],
)
def test_numbers_that_make_no_sense_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        RestartPolicy(**fields)  # type: ignore[arg-type]  # mixed int and float fields
