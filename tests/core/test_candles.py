"""Candles: each close once, in order, holes filled (G31)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core import candles as module
from tickwright.core.candles import (
    ASK_AGAIN_NS,
    GRACE_NS,
    HOLE_MAX,
    TABLE,
    CandleOutput,
    CandleSeries,
    MissingCandles,
    NeedBackfill,
    SeriesEvent,
    SeriesState,
)
from tickwright.errors import IllegalTransition, UsageError
from tickwright.model.market import Candle


MINUTE = 60 * 10**9
ONE = Decimal(1)


def candle(minute: int, *, close: bool = False, at: int | None = None, volume: int = 1) -> Candle:
    """The candle of a minute, as the stream sends it at venue time ``at``."""
    return Candle(
        "v:A/B",
        at,
        1,
        interval="1m",
        open_ts_ns=minute * MINUTE,
        close_ts_ns=(minute + 1) * MINUTE - 1,
        open=ONE,
        high=ONE,
        low=ONE,
        close=ONE,
        volume=Decimal(volume),
        quote_volume=None,
        trades=None,
        is_closed=close,
    )


def told(outputs: list[CandleOutput]) -> list[str]:
    """Write outputs down: ``5`` an update, ``5.`` a close, ``?5-7`` a question, ``!5-7`` a loss."""
    words = []
    for output in outputs:
        if isinstance(output, Candle):
            words.append(f"{output.open_ts_ns // MINUTE}{'.' if output.is_closed else ''}")
        else:
            mark = "?" if isinstance(output, NeedBackfill) else "!"
            words.append(f"{mark}{output.start_ns // MINUTE}-{output.end_ns // MINUTE}")
    return words


def flowing(minute: int = 5) -> CandleSeries:
    """A series in the middle of ``minute``."""
    series = CandleSeries("1m")
    assert told(series.update(candle(minute))) == [str(minute)]
    return series


def filling() -> CandleSeries:
    """A series that misses the closes of 5, 6 and 7 and holds 8."""
    series = flowing(5)
    assert told(series.update(candle(8))) == ["?5-8"]
    return series


def test_updates_pass_and_each_close_passes_once() -> None:
    series = flowing(5)
    assert told(series.update(candle(5))) == ["5"]
    assert told(series.update(candle(5, close=True))) == ["5."]
    assert told(series.update(candle(5, close=True))) == []
    assert told(series.update(candle(6))) == ["6"]


def test_a_late_update_of_a_closed_candle_is_dropped() -> None:
    series = flowing(5)
    series.update(candle(5, close=True))
    assert series.update(candle(5)) == []
    assert series.update(candle(4)) == []


def test_a_first_candle_may_be_a_close() -> None:
    series = CandleSeries("1m")
    assert told(series.update(candle(5, close=True))) == ["5."]
    assert series.due_ns == 6 * MINUTE


def test_an_update_older_than_the_last_one_is_dropped_but_never_a_close() -> None:
    series = CandleSeries("1m")
    series.update(candle(5, at=100))
    assert series.update(candle(5, at=99)) == []
    assert told(series.update(candle(5, at=101))) == ["5"]
    assert told(series.update(candle(5, at=99, close=True))) == ["5."]
    assert told(series.update(candle(6, at=50))) == ["6"]


def test_g31_a_missed_close_is_fetched_and_delivered_before_what_follows() -> None:
    series = filling()
    assert series.update(candle(8)) == []
    assert told(series.history([candle(7), candle(5), candle(6)])) == ["5.", "6.", "7.", "8"]
    assert (series.wanted, series.held) == (None, 0)
    assert told(series.update(candle(8, close=True))) == ["8."]


def test_rows_outside_the_hole_are_ignored() -> None:
    series = filling()
    rows = [candle(minute, close=True) for minute in (4, 5, 6, 7, 8, 9)]
    assert told(series.history(rows)) == ["5.", "6.", "7.", "8"]


def test_of_each_held_candle_only_the_newest_is_kept_and_a_close_stays() -> None:
    series = filling()
    series.update(candle(8, volume=2))
    series.update(candle(8, close=True, volume=3))
    series.update(candle(8, volume=2))
    series.update(candle(9))
    answer = series.history([candle(5), candle(6), candle(7)])
    assert told(answer) == ["5.", "6.", "7.", "8.", "9"]
    assert isinstance(answer[3], Candle)
    assert answer[3].volume == 3


def test_a_page_is_delivered_at_once_and_the_rest_is_asked_for() -> None:
    series = filling()
    assert told(series.history([candle(5)])) == ["5.", "?6-8"]
    assert told(series.history([candle(6), candle(7)])) == ["6.", "7.", "8"]


def test_what_the_venue_lacks_is_named_where_it_is_missing() -> None:
    series = filling()
    assert told(series.history([candle(6)])) == ["!5-6", "6.", "?7-8"]
    assert told(series.history([])) == ["!7-8", "8"]


def test_a_failed_fetch_names_the_hole_and_goes_on() -> None:
    series = filling()
    assert told(series.failed()) == ["!5-8", "8"]
    assert told(series.update(candle(8, close=True))) == ["8."]


def test_closes_that_came_live_meanwhile_are_used_even_if_the_fetch_fails() -> None:
    series = filling()
    series.update(candle(6, close=True))
    assert told(series.failed()) == ["!5-6", "6.", "!7-8", "8"]


def test_a_close_that_was_only_overtaken_needs_no_history() -> None:
    series = flowing(5)
    assert told(series.update(candle(6))) == ["?5-6"]
    assert told(series.update(candle(5, close=True))) == ["5.", "6"]
    assert series.history([candle(5)]) == []


def test_a_second_hole_among_the_held_candles_is_asked_for_after_the_first() -> None:
    series = filling()
    series.update(candle(10))
    assert told(series.history([candle(5), candle(6), candle(7)])) == [
        "5.",
        "6.",
        "7.",
        "8",
        "?8-10",
    ]
    assert told(series.history([candle(8), candle(9)])) == ["8.", "9.", "10"]


def test_an_answer_that_comes_too_late_is_ignored() -> None:
    series = filling()
    series.failed()
    assert series.history([candle(5)]) == []
    assert series.failed() == []
    assert CandleSeries("1m").history([candle(5)]) == []
    assert CandleSeries("1m").failed() == []


def test_a_hole_too_wide_to_fetch_is_only_reported() -> None:
    series = flowing(5)
    minute = 5 + HOLE_MAX + 1
    assert told(series.update(candle(minute))) == [f"!5-{minute}", str(minute)]


def test_too_many_held_candles_give_the_hole_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELD_MAX", 2)
    series = filling()
    series.update(candle(8, close=True))
    series.update(candle(9, close=True))
    assert told(series.update(candle(10))) == ["!5-8", "8.", "9.", "10"]


def test_an_overdue_close_is_looked_up() -> None:
    series = flowing(5)
    assert series.tick(6 * MINUTE + GRACE_NS - 1) == []
    assert told(series.tick(8 * MINUTE + GRACE_NS)) == ["?5-8"]
    rows = [candle(minute, close=True) for minute in (5, 6, 7)]
    assert told(series.history(rows)) == ["5.", "6.", "7."]
    assert told(series.update(candle(8))) == ["8"]


def test_an_overdue_close_that_comes_after_all_ends_the_search() -> None:
    series = flowing(5)
    series.tick(6 * MINUTE + GRACE_NS)
    assert told(series.update(candle(5, close=True))) == ["5."]
    assert series.history([candle(5, close=True)]) == []


def test_without_proof_an_unfinished_row_is_no_close_and_is_asked_for_later() -> None:
    series = flowing(5)
    now = 6 * MINUTE + GRACE_NS
    series.tick(now)
    assert series.history([candle(5)]) == []
    assert series.tick(now + ASK_AGAIN_NS - 1) == []
    assert told(series.tick(now + ASK_AGAIN_NS)) == ["?5-6"]
    series.update(candle(5))
    assert told(series.failed()) == ["5"]


def test_nothing_is_overdue_before_the_first_update() -> None:
    assert CandleSeries("1m").tick(10**18) == []


def test_months_follow_the_calendar() -> None:
    day = 86_400 * 10**9
    series = CandleSeries("1M")
    series.update(msgspec.structs.replace(candle(0, close=True), interval="1M"))
    assert series.due_ns == 31 * day


def test_an_unknown_interval_is_refused() -> None:
    with pytest.raises(UsageError):
        CandleSeries("1x")


# The table.


REACH: dict[SeriesState, Callable[[], CandleSeries]] = {
    SeriesState.EMPTY: lambda: CandleSeries("1m"),
    SeriesState.FLOWING: flowing,
    SeriesState.FILLING: filling,
}


def fail_unproven(series: CandleSeries) -> None:
    """Fail as in a series that `tick` made ask: no later candle was seen."""
    series._held.clear()
    series.failed()


CAUSE: dict[SeriesEvent, Callable[[CandleSeries], object]] = {
    SeriesEvent.CURRENT: lambda series: series.update(candle(5)),
    SeriesEvent.LATE: lambda series: series.update(candle(4)),
    SeriesEvent.HOLE: lambda series: series.update(candle(9)),
    SeriesEvent.WIDE_HOLE: lambda series: series.update(candle(HOLE_MAX * 2)),
    SeriesEvent.OVERDUE: lambda series: series.tick(9 * MINUTE),
    SeriesEvent.PROGRESS: lambda series: series.history([candle(5)]),
    SeriesEvent.COMPLETE: lambda series: series.history([candle(5), candle(6), candle(7)]),
    SeriesEvent.GIVEN_UP: lambda series: series.failed(),
    SeriesEvent.UNPROVEN: fail_unproven,
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(SeriesState, SeriesEvent)))
def test_the_table_decides_every_pair(state: SeriesState, event: SeriesEvent) -> None:
    if (state, event) in TABLE.cells:
        series = REACH[state]()
        CAUSE[event](series)
        assert series.state is TABLE.cells[state, event][0]
    else:
        with pytest.raises(IllegalTransition):
            TABLE.step(state, event)


# Any history, any outages.


@given(
    sent=st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60),
    answers=st.lists(st.one_of(st.none(), st.sets(st.integers(0, 30), max_size=20)), max_size=30),
    waits=st.lists(st.booleans(), max_size=90),
)
def test_g31_every_close_is_delivered_or_named_missing_exactly_once_and_in_order(
    sent: list[tuple[int, bool]], answers: list[set[int] | None], waits: list[bool]
) -> None:
    series = CandleSeries("1m")
    outputs: list[CandleOutput] = []
    pending, delays = iter(answers), iter(waits)

    def answer() -> None:
        rows = next(pending, None)
        known = [candle(minute) for minute in rows or ()]
        outputs.extend(series.failed() if rows is None else series.history(known))

    for minute, is_close in sent:
        outputs += series.update(candle(minute, close=is_close))
        if series.wanted is not None and next(delays, True):
            answer()
        if next(delays, False):
            outputs += series.tick((minute + 2) * MINUTE)
    while series.wanted is not None:
        answer()
    due: int | None = None
    for output in outputs:
        if isinstance(output, NeedBackfill):
            continue
        start = output.open_ts_ns if isinstance(output, Candle) else output.start_ns
        assert due is None or start == due
        due = start
        if isinstance(output, MissingCandles):
            due = output.end_ns
        elif output.is_closed:
            due = start + MINUTE
