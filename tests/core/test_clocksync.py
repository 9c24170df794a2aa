"""The venue's clock: error bounds that hold, slow replies, steps, and how fast it recovers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.clocksync import ClockPolicy, ClockSync
from tickwright.errors import UsageError


MS = 1_000_000
SECOND = 1_000_000_000
EPOCH = 1_763_640_000 * SECOND
"""The venue's time when our monotonic clock reads 0."""


def ask(
    clock: ClockSync, at_ns: int, out_ns: int = 10 * MS, back_ns: int = 10 * MS, step_ns: int = 0
) -> None:
    """One question at ``at_ns`` to a venue whose clock cuts off below the millisecond."""
    true_ns = EPOCH + at_ns + out_ns + step_ns
    clock.add(at_ns, true_ns // MS * MS, at_ns + out_ns + back_ns)


def error_at(clock: ClockSync, mono_ns: int, step_ns: int = 0) -> int:
    server_ns = clock.server_ns(mono_ns)
    assert server_ns is not None
    return abs(server_ns - (EPOCH + mono_ns + step_ns))


def test_nothing_is_known_before_the_first_sample() -> None:
    clock = ClockSync()
    assert clock.server_ns(0) is None
    assert clock.offset_ns(0, EPOCH) is None
    assert clock.error_ns(0) is None
    assert clock.is_due(0)


def test_one_sample_is_right_within_half_its_round_trip() -> None:
    clock = ClockSync()
    ask(clock, 0, out_ns=30 * MS, back_ns=10 * MS)
    assert error_at(clock, SECOND) <= 21 * MS
    assert clock.error_ns(40 * MS) == 20 * MS + MS // 2


def test_the_offset_is_what_must_be_added_to_the_wall_clock() -> None:
    clock = ClockSync()
    ask(clock, 0)
    offset_ns = clock.offset_ns(5 * SECOND, EPOCH + 5 * SECOND - 1_300 * MS)
    assert offset_ns is not None
    assert abs(offset_ns - 1_300 * MS) <= MS


def test_the_quickest_reply_wins_and_is_not_moved_by_slower_ones() -> None:
    clock = ClockSync()
    ask(clock, 0, out_ns=MS, back_ns=MS)
    exact_ns = clock.server_ns(10 * SECOND)
    ask(clock, SECOND, out_ns=80 * MS, back_ns=5 * MS)
    assert clock.server_ns(10 * SECOND) == exact_ns


def test_g20_a_reply_that_took_five_seconds_moves_nothing() -> None:
    clock = ClockSync()
    ask(clock, 0)
    before_ns = clock.server_ns(20 * SECOND)
    ask(clock, 10 * SECOND, out_ns=10 * MS, back_ns=5 * SECOND)
    assert clock.server_ns(20 * SECOND) == before_ns


def test_g20_a_slow_first_reply_is_wrong_by_no_more_than_it_says_and_the_next_one_mends_it() -> (
    None
):
    clock = ClockSync()
    ask(clock, 0, out_ns=10 * MS, back_ns=5 * SECOND)
    claimed_ns = clock.error_ns(5 * SECOND)
    assert claimed_ns is not None
    assert error_at(clock, 5 * SECOND) <= claimed_ns
    ask(clock, 6 * SECOND)
    assert error_at(clock, 7 * SECOND) <= 11 * MS


@pytest.mark.parametrize("step_ns", [30 * SECOND, -30 * SECOND])
def test_g20_a_step_of_our_wall_clock_does_not_touch_the_venues_time(step_ns: int) -> None:
    clock = ClockSync()
    ask(clock, 0)
    assert error_at(clock, SECOND) <= 11 * MS
    offset_ns = clock.offset_ns(SECOND, EPOCH + SECOND + step_ns)
    assert offset_ns is not None
    assert abs(offset_ns + step_ns) <= 11 * MS


@pytest.mark.parametrize("step_ns", [30 * SECOND, -30 * SECOND, 200 * MS])
def test_g20_a_step_of_the_venues_clock_is_followed_by_the_next_sample(step_ns: int) -> None:
    clock = ClockSync()
    for n in range(8):
        ask(clock, n * SECOND)
    ask(clock, 10 * SECOND, step_ns=step_ns)
    assert error_at(clock, 11 * SECOND, step_ns) <= 11 * MS
    assert clock.sample_count == 1


def test_g20_after_a_refusal_the_next_sample_is_believed_even_if_it_is_a_slow_one() -> None:
    clock = ClockSync()
    for n in range(8):
        ask(clock, n * SECOND, out_ns=MS, back_ns=MS)
    clock.distrust()
    assert clock.server_ns(9 * SECOND) is None
    assert clock.is_due(9 * SECOND)
    ask(clock, 9 * SECOND, out_ns=50 * MS, back_ns=50 * MS, step_ns=20 * MS)
    assert error_at(clock, 10 * SECOND, 20 * MS) <= 51 * MS


def test_a_good_sample_ages_until_a_fresh_one_is_better() -> None:
    clock = ClockSync(ClockPolicy(drift_ppm=100))
    ask(clock, 0, out_ns=MS, back_ns=MS)
    aged_ns = clock.error_ns(1000 * SECOND)
    assert aged_ns == 101 * MS + MS // 2 - 200
    ask(clock, 1000 * SECOND, out_ns=40 * MS, back_ns=20 * MS)
    fresh_ns = clock.error_ns(1000 * SECOND + 60 * MS)
    assert fresh_ns == 30 * MS + MS // 2


def test_it_asks_quickly_at_first_and_once_a_minute_when_settled() -> None:
    clock = ClockSync()
    for n in range(3):
        ask(clock, n * SECOND)
        assert not clock.is_due(n * SECOND + 500 * MS)
        assert clock.is_due(n * SECOND + 1_100 * MS)
    ask(clock, 3 * SECOND)
    assert not clock.is_due(60 * SECOND)
    assert clock.is_due(64 * SECOND)


def test_only_so_many_samples_are_kept() -> None:
    clock = ClockSync()
    for n in range(100):
        ask(clock, n * SECOND)
    assert clock.sample_count == 8


def test_a_reply_from_before_its_question_is_refused() -> None:
    with pytest.raises(UsageError, match="monotonic"):
        ClockSync().add(2, EPOCH, 1)


@given(
    trips=st.lists(
        st.tuples(
            st.integers(0, 6 * SECOND), st.integers(0, 6 * SECOND), st.integers(0, 120 * SECOND)
        ),
        min_size=1,
        max_size=20,
    ),
    drift_ppm=st.integers(-100, 100),
)
def test_g20_the_error_bound_holds_for_any_delays_and_any_drift_within_the_policy(
    trips: list[tuple[int, int, int]], drift_ppm: int
) -> None:
    clock = ClockSync()
    now_ns = 0

    def venue_ns(mono_ns: int) -> int:
        return EPOCH + mono_ns + mono_ns * drift_ppm // 1_000_000

    for out_ns, back_ns, pause_ns in trips:
        sent_ns = now_ns
        now_ns += out_ns + back_ns
        clock.add(sent_ns, venue_ns(sent_ns + out_ns) // MS * MS, now_ns)
        now_ns += pause_ns
        server_ns, error_ns = clock.server_ns(now_ns), clock.error_ns(now_ns)
        assert server_ns is not None
        assert error_ns is not None
        # The drift during a trip is not in the bound: 100 ppm of at most 12 s, and some rounding.
        slack_ns = 12 * SECOND // 10_000 + 10
        assert abs(server_ns - venue_ns(now_ns)) <= error_ns + slack_ns
