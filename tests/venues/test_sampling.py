from __future__ import annotations

import math

import msgspec
from tests.venues.binance.dialect.samples import CANDLE, NOW_MS, FixedInstrument

from tickwright.venues.binance.dialect.products import SPOT
from tickwright.venues.sampling import Beats, CandleWatch


def test_beats_come_at_multiples_of_their_intervals_in_order() -> None:
    seen: list[tuple[str, int]] = []
    beats = Beats(lambda: 1_050)
    beats.every("slow", 200, lambda now_ms: seen.append(("slow", now_ms)))
    beats.every("quick", 100, lambda now_ms: seen.append(("quick", now_ms)))
    while beats.next_ms <= 1_400:
        beats.beat()
    assert seen == [
        ("quick", 1_100),
        ("slow", 1_200),
        ("quick", 1_200),
        ("quick", 1_300),
        ("slow", 1_400),
        ("quick", 1_400),
    ]


def test_a_change_is_told_once_at_the_next_multiple() -> None:
    seen: list[int] = []
    beats = Beats(lambda: 1_050)
    for _ in range(3):
        beats.soon("book", 20, seen.append)
    beats.beat()
    assert seen == [1_060]
    assert beats.next_ms == math.inf


def test_what_waits_can_be_put_off() -> None:
    seen: list[int] = []
    beats = Beats(lambda: 1_000)
    beats.at("repeat", 4_000, seen.append)
    beats.at("repeat", 5_000, seen.append)
    beats.beat()
    assert seen == []
    beats.beat()
    assert seen == [5_000]


def test_what_was_stopped_is_silent_even_if_it_stops_itself() -> None:
    seen: list[int] = []
    beats = Beats(lambda: 0)

    def once(now_ms: int) -> None:
        seen.append(now_ms)
        beats.stop("mine")

    beats.every("mine", 100, once)
    beats.every("gone", 100, seen.append)
    beats.stop("gone")
    while beats.next_ms < math.inf:
        beats.beat()
    assert seen == [100]


def test_a_candle_is_sent_when_it_changed_and_once_when_it_closed() -> None:
    instrument = FixedInstrument(SPOT)
    watch = CandleWatch(instrument, "1m", NOW_MS)
    assert [closed for _, closed in watch.due(NOW_MS)] == [False]
    assert list(watch.due(NOW_MS + 1)) == []
    instrument.growing = msgspec.structs.replace(CANDLE, last_id=8)
    assert [closed for _, closed in watch.due(NOW_MS + 2)] == [False]
    assert [closed for _, closed in watch.due(CANDLE.close_ms + 1)] == [True]
