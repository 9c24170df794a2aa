from __future__ import annotations

import time

from tickwright.io.clock import Clock, SystemClock


def test_the_wall_clock_is_that_of_the_system() -> None:
    before_ns = time.time_ns()
    assert before_ns <= SystemClock().time_ns() <= time.time_ns()


def test_the_monotonic_clock_tells_the_same_in_both_units() -> None:
    clock: Clock = SystemClock()
    before_ns = clock.monotonic_ns()
    now_s = clock.monotonic_s()
    assert before_ns / 1e9 <= now_s + 1e-6
    assert now_s <= clock.monotonic_ns() / 1e9 + 1e-6


def test_it_has_a_readable_repr() -> None:
    assert repr(SystemClock()) == "SystemClock()"
