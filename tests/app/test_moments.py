"""Moments as users give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tickwright.app.moments import moment_ns, time_ns
from tickwright.errors import UsageError


NOW_NS = 1_795_000_000_000_000_000


@pytest.mark.parametrize(
    ("moment", "ns"),
    [
        (7, 7),
        (datetime(1970, 1, 1, 0, 0, 1, 500, tzinfo=UTC), 1_000_500_000),
        (datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), 0),
        (datetime(1969, 12, 31, 23, 59, 59, 250_000, tzinfo=UTC), -750_000_000),
    ],
)
def test_a_moment_is_exact(moment: datetime | int, ns: int) -> None:
    assert time_ns(moment) == moment_ns(moment, NOW_NS) == ns


def test_a_timedelta_is_so_long_ago() -> None:
    assert moment_ns(timedelta(hours=1, microseconds=1), NOW_NS) == NOW_NS - 3_600_000_001_000


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="names no time zone"):
        time_ns(datetime(2026, 1, 1))  # noqa: DTZ001  # what is refused
