from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tickwright.sandbox.counter import FrameCounter


@given(st.integers(1, 10), st.lists(st.integers(0, 40), max_size=60))
def test_no_second_holds_more_than_the_limit(limit: int, gaps: list[int]) -> None:
    counter, now, times = FrameCounter(limit), 0, list[int]()
    for gap in gaps:
        now += gap
        times.append(now)
        inside = sum(1 for at in times if now - at < 64)
        # Binary fractions, so that the sums are exact.
        assert counter.take(now / 64) is (inside <= limit)
    assert counter.seen == len(gaps)
