"""``--since``: so long ago, or a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tickwright.cli.since import since_of
from tickwright.errors import UsageError


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(weeks=1)),
        ("2w", timedelta(days=14)),
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
        ("2026-11-30T12:00", datetime(2026, 11, 30, 12, tzinfo=UTC)),
        ("2026-11-30T12:00+02:00", datetime(2026, 11, 30, 12, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_length_of_time_or_a_time(text: str | None, moment: datetime | timedelta | None) -> None:
    assert since_of(text) == moment


@pytest.mark.parametrize("text", ["", "tomorrow", "24", "h", "-1h", "1y", "1.5h", "99999999999d"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="as 24h, or a time"):
        since_of(text)
