"""The limits that venues set, as values: what a host allows, and who goes first when it is short."""

from __future__ import annotations

from enum import IntEnum

import msgspec


__all__ = ["Priority", "RateLimit", "RestLimits"]


class Priority(IntEnum):
    """Who goes first when a limit is short; lower is sooner."""

    CANCEL = 0
    ORDER = 1
    QUERY = 2
    SNAPSHOT = 3
    BACKFILL = 4


class RateLimit(msgspec.Struct, frozen=True):
    """``limit`` units in ``interval_s``."""

    name: str
    limit: int
    interval_s: float
    header: str | None = None
    """The response header (lower case) by which the venue tells the units used in this window."""
    is_sliding: bool = False
    """True for any ``interval_s``; False for windows that start at multiples of it (wall clock)."""
    code: int | None = None
    """The code by which the venue says «over this very limit»: what counts on it waits for a window then, and not the host."""


class RestLimits(msgspec.Struct, frozen=True):
    """All limits of one host, and the statuses by which it says «over» and «banned»."""

    buckets: tuple[RateLimit, ...]
    limited_statuses: tuple[int, ...] = (429,)
    banned_statuses: tuple[int, ...] = (418,)
    background_share: float = 0.5
    """Part of a bucket that SNAPSHOT and BACKFILL calls may take together, so that orders keep the rest."""
    limited_default_s: float = 60.0
    """Silence after «over» without Retry-After: the longest window that most venues count in."""
    banned_default_s: float = 120.0
    """Silence after «banned» without Retry-After: Binance's shortest ban."""
