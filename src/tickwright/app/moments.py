"""Moments as users give them: with a time zone, in ns, or so long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tickwright.errors import UsageError


__all__ = ["Moment", "Time", "moment_ns", "time_ns"]

Time = datetime | int | None
"""A moment: an aware datetime, or ns since 1970."""
Moment = datetime | timedelta | int | None
"""A moment; a timedelta is so long ago."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US, _US_NS = timedelta(microseconds=1), 1000


def time_ns(moment: datetime | int) -> int:
    """Return a moment in ns since 1970, exactly.

    Raises:
        UsageError: For a datetime without a time zone, which names another moment on each machine.
    """
    if isinstance(moment, int):
        return moment
    if moment.tzinfo is None:
        raise UsageError(f"{moment!r} names no time zone; write datetime(..., tzinfo=UTC)")
    return (moment - _EPOCH) // _US * _US_NS


def moment_ns(moment: datetime | timedelta | int, now_ns: int) -> int:
    """Return a moment in ns since 1970; a timedelta is so long before ``now_ns``.

    Example:
        >>> moment_ns(timedelta(seconds=1), now_ns=1_795_000_000_000_000_000)
        1794999999000000000

    Raises:
        UsageError: As `time_ns`.
    """
    if isinstance(moment, timedelta):
        return now_ns - moment // _US * _US_NS
    return time_ns(moment)
