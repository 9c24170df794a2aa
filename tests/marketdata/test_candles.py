"""The pipe of candles: closes once and in order, holes from history."""

from __future__ import annotations

import pytest
from tests.marketdata.rig import BTC, MINUTE_NS, Bench, candle

from tickwright.errors import ConnectFailed
from tickwright.model.notices import CandleGap
from tickwright.model.topics import Candles


def told(bench: Bench) -> list[object]:
    """Return minute and whether closed of candles, and the minutes of gaps."""
    return [
        ("gap", event.start_ts_ns // MINUTE_NS, event.end_ts_ns // MINUTE_NS)
        if isinstance(event, CandleGap)
        else (event.open_ts_ns // MINUTE_NS, event.is_closed)
        for event in bench.events
    ]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_updates_pass_and_a_close_comes_once(bench: Bench) -> None:
    pipe = bench.pipe(Candles(BTC, "1m"))
    bench.feed(
        pipe,
        candle(1, is_closed=False),
        candle(1, is_closed=True),
        candle(1, is_closed=True),
        candle(2, is_closed=False),
    )
    assert told(bench) == [(1, False), (1, True), (2, False)]


def test_closed_only_keeps_the_updates_back(bench: Bench) -> None:
    pipe = bench.pipe(Candles(BTC, "1m", closed_only=True))
    bench.feed(pipe, candle(1, is_closed=False), candle(1, is_closed=True))
    assert told(bench) == [(1, True)]


def test_missed_closes_are_fetched_and_come_before_what_waits(bench: Bench) -> None:
    pipe = bench.pipe(Candles(BTC, "1m"))
    bench.feed(pipe, candle(1, is_closed=False), candle(4, is_closed=False))
    asked = dict(bench.fetched[0].params)
    assert (asked["startTime"], asked["limit"]) == ("60000", "3")
    assert asked["endTime"] == str(4 * 60_000 - 1)
    bench.answer([candle(number, is_closed=True) for number in (1, 2, 3)])
    assert told(bench) == [(1, False), (1, True), (2, True), (3, True), (4, False)]


def test_one_question_at_a_time(bench: Bench) -> None:
    pipe = bench.pipe(Candles(BTC, "1m"))
    bench.feed(pipe, candle(1, is_closed=False), candle(4, is_closed=False))
    bench.feed(pipe, candle(4, is_closed=True), candle(6, is_closed=False))
    assert len(bench.fetched) == 1


def test_history_that_cannot_be_had_is_told_and_the_candles_go_on(bench: Bench) -> None:
    pipe = bench.pipe(Candles(BTC, "1m"))
    bench.feed(pipe, candle(1, is_closed=True), candle(4, is_closed=False))
    bench.answer(ConnectFailed("down"))
    assert told(bench) == [(1, True), ("gap", 2, 4), (4, False)]


def test_a_close_that_is_overdue_is_looked_up_by_the_clock(bench: Bench) -> None:
    pipe = bench.pipe(Candles(BTC, "1m"))
    bench.feed(pipe, candle(1, is_closed=False))
    pipe.on_tick(2 * MINUTE_NS + 1_000_000_000)
    assert bench.fetched == []
    pipe.on_tick(2 * MINUTE_NS + 6_000_000_000)
    assert len(bench.fetched) == 1
    bench.answer([candle(1, is_closed=True)])
    assert told(bench) == [(1, False), (1, True)]
