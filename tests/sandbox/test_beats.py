from __future__ import annotations

import math

from tickwright.sandbox.beats import Beats


def test_calls_come_at_multiples_of_their_interval_in_order() -> None:
    beats, heard = Beats(), list[tuple[str, int]]()
    beats.every(100, lambda now_ms: heard.append(("a", now_ms)), 250)
    beats.every(250, lambda now_ms: heard.append(("b", now_ms)), 250)
    while beats.next_ms <= 500:
        beats.beat()
    assert heard == [("a", 300), ("a", 400), ("a", 500), ("b", 500)]
    assert beats.next_ms == 600


def test_without_calls_nothing_is_ever_due() -> None:
    assert Beats().next_ms == math.inf


def test_another_time_begins_them_anew() -> None:
    beats = Beats()
    beats.every(100, lambda _: None, 250)
    beats.restart(10_010)
    assert beats.next_ms == 10_100
