"""Buckets: aligned windows and sliding ones, the background's part, and the venue's own count."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.buckets import Bucket, BucketUsage, FixedBucket, SlidingBucket, bucket_of
from tickwright.core.limits import RateLimit


SECOND = 1_000_000_000
HEADER = "x-mbx-used-weight-1m"


def minute(limit: int = 100, share: float = 0.5) -> FixedBucket:
    return FixedBucket(RateLimit("weight", limit, 60.0, HEADER), share)


def second(limit: int = 10, share: float = 0.5) -> SlidingBucket:
    return SlidingBucket(RateLimit("calls", limit, 1.0, is_sliding=True), share)


def wall(now_s: float, step_s: float = 0.0) -> int:
    """A wall clock that read a full minute when the monotonic one read 0."""
    return 1_763_640_000 * SECOND + round((now_s + step_s) * SECOND)


def test_the_declaration_decides_the_kind() -> None:
    assert isinstance(bucket_of(RateLimit("weight", 1, 60.0), 0.5), FixedBucket)
    assert isinstance(bucket_of(RateLimit("calls", 1, 1.0, is_sliding=True), 0.5), SlidingBucket)


def test_an_aligned_window_is_free_again_at_the_full_minute_whenever_it_was_filled() -> None:
    bucket = minute()
    bucket.take(100, False, 55.0, wall(55))
    assert bucket.delay_s(1, False, 55.0, wall(55)) == pytest.approx(5.25)
    assert bucket.delay_s(100, False, 60.25, wall(60.25)) == 0


def test_a_full_window_is_followed_by_a_short_margin_and_a_half_full_one_is_not() -> None:
    full, half = minute(), minute()
    full.take(100, False, 50.0, wall(50))
    full.delay_s(1, False, 51.0, wall(51))
    assert full.delay_s(1, False, 60.0, wall(60)) == pytest.approx(0.25)
    half.take(50, False, 50.0, wall(50))
    assert half.delay_s(1, False, 60.0, wall(60)) == 0


def test_a_full_background_part_costs_the_others_no_margin() -> None:
    bucket = minute()
    bucket.take(50, True, 50.0, wall(50))
    assert bucket.delay_s(1, True, 51.0, wall(51)) == 9.0
    assert bucket.delay_s(1, False, 60.0, wall(60)) == 0


@pytest.mark.parametrize("step_s", [30.0, -30.0])
def test_a_step_of_the_wall_clock_frees_nothing_before_the_window_ends(step_s: float) -> None:
    bucket = minute()
    bucket.take(100, False, 10.0, wall(10))
    assert bucket.delay_s(1, False, 59.0, wall(59, step_s)) > 0
    assert bucket.delay_s(1, False, 60.25, wall(60.25, step_s)) == 0


def test_the_venues_higher_count_stands_and_its_lower_one_does_not() -> None:
    bucket = minute()
    bucket.take(20, False, 1.0, wall(1))
    bucket.observed(70, 1.0, 2.0, wall(2))
    assert bucket.usage(2.0, wall(2)).used == 70
    bucket.observed(10, 2.0, 3.0, wall(3))
    assert bucket.usage(3.0, wall(3)).used == 70
    assert bucket.usage(60.0, wall(60)).used == 0


def test_a_count_from_an_answer_to_the_last_windows_request_is_not_taken_over() -> None:
    bucket = minute()
    bucket.take(90, False, 59.0, wall(59))
    bucket.observed(95, 59.0, 60.5, wall(60.5))
    assert bucket.usage(60.5, wall(60.5)).used == 0


def test_background_calls_share_their_part_and_leave_the_rest() -> None:
    bucket = minute(limit=100, share=0.3)
    bucket.take(30, True, 1.0, wall(1))
    assert bucket.delay_s(1, True, 1.0, wall(1)) == 59.0
    assert bucket.delay_s(70, False, 1.0, wall(1)) == 0
    assert bucket.usage(1.0, wall(1)) == BucketUsage("weight", 30, 100, 30, 30)


def test_a_sliding_window_frees_what_is_older_than_itself_and_a_margin() -> None:
    bucket = second(limit=10)
    bucket.take(6, False, 0.0, 0)
    bucket.take(4, False, 0.5, 0)
    assert bucket.delay_s(6, False, 0.5, 0) == pytest.approx(0.55)
    assert bucket.delay_s(7, False, 0.5, 0) == pytest.approx(1.05)
    assert bucket.delay_s(6, False, 1.0, 0) > 0  # the first ones may have arrived a little later
    assert bucket.delay_s(6, False, 1.05, 0) == 0
    assert bucket.usage(1.05, 0).used == 4


def test_what_the_venue_calls_used_up_is_full_for_a_whole_window() -> None:
    sliding, aligned = second(limit=10), minute()
    sliding.take(3, True, 0.0, 0)
    sliding.fill(0.9, 0)
    assert sliding.usage(0.9, 0) == BucketUsage("calls", 10, 10, 0, 5)
    assert sliding.delay_s(1, False, 0.9, 0) == pytest.approx(1.05)
    assert sliding.delay_s(10, False, 2.0, 0) == 0
    aligned.fill(50.0, wall(50))
    assert aligned.delay_s(1, False, 50.0, wall(50)) == pytest.approx(10.25)


def test_a_sliding_window_waits_for_background_units_only_where_those_are_short() -> None:
    bucket = second(limit=10, share=0.5)
    bucket.take(2, False, 0.0, 0)
    bucket.take(5, True, 0.25, 0)
    assert bucket.delay_s(3, False, 0.25, 0) == 0
    assert bucket.delay_s(1, True, 0.25, 0) == pytest.approx(1.05)


def test_what_only_the_venue_saw_counts_as_used_just_now() -> None:
    bucket = second(limit=10)
    bucket.take(2, False, 0.0, 0)
    bucket.observed(9, 0.0, 0.5, 0)
    bucket.observed(3, 0.0, 0.6, 0)
    assert bucket.usage(0.6, 0).used == 9
    assert bucket.usage(1.05, 0).used == 7


ASKS = st.lists(
    st.tuples(st.floats(0, 20), st.integers(1, 10), st.booleans()), min_size=1, max_size=60
)


def play(bucket: Bucket, asks: list[tuple[float, int, bool]]) -> list[tuple[float, int, bool]]:
    """Take everything as early as the bucket allows, one after the other."""
    taken = []
    now_s = 0.0
    for pause_s, cost, is_background in asks:
        now_s += pause_s
        while (delay_s := bucket.delay_s(cost, is_background, now_s, wall(now_s))) > 0:
            now_s += delay_s
        bucket.take(cost, is_background, now_s, wall(now_s))
        taken.append((now_s, cost, is_background))
    return taken


@given(asks=ASKS)
def test_no_aligned_window_is_ever_overdrawn(asks: list[tuple[float, int, bool]]) -> None:
    used: dict[int, int] = defaultdict(int)
    background: dict[int, int] = defaultdict(int)
    for taken_s, cost, is_background in play(minute(limit=20), asks):
        window = round(taken_s * 1e6) // 60_000_000
        used[window] += cost
        background[window] += cost if is_background else 0
    assert max(used.values()) <= 20
    assert max(background.values()) <= 10


@given(asks=ASKS)
def test_no_sliding_window_is_ever_overdrawn(asks: list[tuple[float, int, bool]]) -> None:
    taken = play(second(limit=20), asks)
    for begin_s, _cost, _is_background in taken:
        inside = [take for take in taken if begin_s <= take[0] < begin_s + 1.0]
        assert sum(cost for _taken_s, cost, _is_background in inside) <= 20
        assert sum(cost for _taken_s, cost, is_background in inside if is_background) <= 10
