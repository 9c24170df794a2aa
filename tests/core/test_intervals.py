"""Candle intervals: lengths, beginnings, and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.core.intervals import interval_ns, next_open_ns, open_ns
from tickwright.errors import UsageError


SECOND = 10**9
DAY = 86_400 * SECOND
BINANCE = [
    "1s",
    "1m",
    "3m",
    "5m",
    "15m",
    "30m",
    "1h",
    "2h",
    "4h",
    "6h",
    "8h",
    "12h",
    "1d",
    "3d",
    "1w",
    "1M",
]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [("1s", 1), ("1m", 60), ("15m", 900), ("12h", 43_200), ("3d", 259_200), ("1w", 604_800)],
)
def test_an_interval_has_its_length(interval: str, seconds: int) -> None:
    assert interval_ns(interval) == seconds * SECOND


def test_a_month_counts_as_the_longest() -> None:
    assert interval_ns("1M") == 31 * DAY


@pytest.mark.parametrize("text", ["", "m", "0m", "-1m", "1x", "1 m", "1.5h", "m1", "²m"])
def test_other_text_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UsageError, match="write a count and one of"):
        interval_ns(text)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    moment = at("2024-02-29T13:45:10")  # a Thursday
    assert open_ns("1w", moment) == at("2024-02-26")
    assert open_ns("1M", moment) == at("2024-02-01")
    assert open_ns("3M", moment) == at("2024-01-01")
    assert open_ns("4h", moment) == at("2024-02-29T12:00:00")


def test_the_next_month_follows_the_calendar() -> None:
    assert next_open_ns("1M", at("2024-02-01")) == at("2024-03-01")
    assert next_open_ns("1M", at("2024-12-01")) == at("2025-01-01")
    assert next_open_ns("3M", at("2024-10-01")) == at("2025-01-01")


def test_the_next_month_of_another_time_zone_keeps_its_offset() -> None:
    assert next_open_ns("1M", at("2024-01-31T16:00:00")) == at("2024-02-29T16:00:00")


@given(st.sampled_from(BINANCE), st.integers(0, 4_000_000_000 * SECOND))
def test_intervals_follow_each_other_without_hole_or_overlap(interval: str, moment: int) -> None:
    begin = open_ns(interval, moment)
    end = next_open_ns(interval, begin)
    assert begin <= moment < end
    assert open_ns(interval, end) == end
    assert open_ns(interval, end - 1) == begin
    assert end - begin <= interval_ns(interval)
