"""Candle intervals: how long they are and where they begin, in ns since 1970, UTC.

An interval is spelled ``<count><unit>`` with the units ``s m h d w M``; case matters, since ``1m``
is a minute and ``1M`` a month. Seconds to days are counted from 1970-01-01, weeks from a Monday
(1970-01-05), months follow the calendar.

``3d`` is taken to be counted from 1970-01-01 like the other days; no recording shows where venues
begin it. That matters only where candles are built from trades: candles of a venue carry their own
open times, and the step from one to the next is the same wherever they begin.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from tickwright.errors import UsageError


__all__ = ["interval_ns", "last_open_ns", "next_open_ns", "open_ns"]

_SECOND_NS: Final = 1_000_000_000
_DAY_NS: Final = 86_400 * _SECOND_NS
_UNITS_NS: Final = {
    "s": _SECOND_NS,
    "m": 60 * _SECOND_NS,
    "h": 3_600 * _SECOND_NS,
    "d": _DAY_NS,
    "w": 7 * _DAY_NS,
}
_MONDAY_NS: Final = 4 * _DAY_NS  # 1970-01-01 was a Thursday
_MONTH_DAYS_MAX: Final = 31


@lru_cache(maxsize=64)  # the intervals of all venues together are fewer
def _parse(interval: str) -> tuple[int, str]:
    count, unit = interval[:-1], interval[-1:]
    if not (count.isascii() and count.isdigit() and int(count)) or unit not in {*_UNITS_NS, "M"}:
        raise UsageError(
            f"{interval!r} is not an interval; write a count and one of s m h d w M, as in 1m, 4h or 1M"
        )
    return int(count), unit


def interval_ns(interval: str) -> int:
    """Return the length of an interval, the longest possible one for months.

    Raises:
        UsageError: If the text is no interval.

    Example:
        >>> interval_ns("1m"), interval_ns("1M") // (86_400 * 10**9)
        (60000000000, 31)
    """
    count, unit = _parse(interval)
    return count * (_MONTH_DAYS_MAX * _DAY_NS if unit == "M" else _UNITS_NS[unit])


def open_ns(interval: str, ts_ns: int) -> int:
    """Return when the interval that holds ``ts_ns`` began.

    Example:
        >>> open_ns("1m", 125 * 10**9)
        120000000000
    """
    count, unit = _parse(interval)
    if unit == "M":
        months = _month_of(ts_ns)
        return _month_ns(months - months % count)
    origin = _MONDAY_NS if unit == "w" else 0
    return ts_ns - (ts_ns - origin) % (count * _UNITS_NS[unit])


def next_open_ns(interval: str, open_ts_ns: int) -> int:
    """Return when the interval that began at ``open_ts_ns`` is over.

    A month's end keeps the distance of ``open_ts_ns`` to the month's begin, so that months of
    another time zone work as well.

    Example:
        >>> next_open_ns("1m", 120 * 10**9)
        180000000000
    """
    count, unit = _parse(interval)
    if unit != "M":
        return open_ts_ns + count * _UNITS_NS[unit]
    # A month east of Greenwich begins on the last UTC day of the month before.
    months = _month_of(open_ts_ns + _DAY_NS // 2)
    return _month_ns(months + count) + (open_ts_ns - _month_ns(months))


def last_open_ns(interval: str, start_ns: int, limit: int) -> int:
    """Return when the last of ``limit`` candles opens at the latest, if the first opens at ``start_ns`` or after it.

    Where a venue gives the newest candles of a span that holds too many, a span that ends here loses none.

    Example:
        >>> last_open_ns("1m", 0, 3)
        179999999999
    """
    over_ns = start_ns
    for _ in range(limit):
        over_ns = next_open_ns(interval, over_ns)
    return over_ns - 1


def _month_of(ts_ns: int) -> int:
    """Months since the year 0."""
    day = datetime.fromtimestamp(ts_ns // _SECOND_NS, UTC)
    return day.year * 12 + day.month - 1


def _month_ns(months: int) -> int:
    year, month = divmod(months, 12)
    return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) * _SECOND_NS
