"""Which rows a history answers with: from an id on, or by time, or the latest (section 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused


__all__ = ["by_time", "from_id"]

Row = TypeVar("Row")
_NS_PER_MS = 1_000_000
_US_FROM = 10**15
_HOUR_MS = 3_600_000


def from_id(rows: Sequence[Row], first: int, id_of: Callable[[Row], int], limit: int) -> list[Row]:
    """Return the first rows whose id is ``first`` or more."""
    return [row for row in rows if id_of(row) >= first][:limit]


def by_time(
    params: Params,
    rows: Sequence[Row],
    ns_of: Callable[[Row], int],
    limit: int,
    span_ms_max: int,
) -> list[Row]:
    """Return the rows between ``startTime`` and ``endTime``: the oldest with a start, else the latest.

    Raises:
        Refused: With -1127 if more lies between them than the endpoint allows.
    """
    start_ms, end_ms = _ms(params.whole("startTime")), _ms(params.whole("endTime"))
    if start_ms is not None and end_ms is not None:
        if start_ms > end_ms:
            raise Refused(-1023, "Start time is greater than end time.")
        if end_ms - start_ms > span_ms_max:
            hours = span_ms_max // _HOUR_MS
            raise Refused(-1127, f"More than {hours} hours between startTime and endTime.")
    found = [
        row
        for row in rows
        if (start_ms is None or ns_of(row) >= start_ms * _NS_PER_MS)
        and (end_ms is None or ns_of(row) // _NS_PER_MS <= end_ms)
    ]
    return found[-limit:] if start_ms is None else found[:limit]


def _ms(time: int | None) -> int | None:
    """Return a time in ms, which may have come in µs."""
    return time // 1000 if time is not None and time >= _US_FROM else time
