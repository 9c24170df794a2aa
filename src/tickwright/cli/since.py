"""``--since``: so long ago, or a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from tickwright.errors import UsageError


__all__ = ["Since", "since_of"]

Since = Annotated[
    str | None,
    typer.Option(help="From when on: 30m, 24h, 7d or 2w ago, or a time (UTC unless it says)."),
]

_AGO = re.compile(r"(\d+)([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def since_of(text: str | None) -> datetime | timedelta | None:
    """Return what ``--since`` says, ``None`` where it was left out.

    Example:
        >>> since_of("24h")
        datetime.timedelta(days=1)

    Raises:
        UsageError: If it is neither a length of time nor a time.
    """
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None:
            return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {text}: write a length of time, as 24h, or a time, as 2026-11-30T12:00"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
