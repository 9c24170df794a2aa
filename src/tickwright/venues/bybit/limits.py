"""What the venue tells of an account's rate limits with each answer (*Rate Limit*).

Each endpoint has a limit of its own for an account, in a sliding second; orders over REST and over the trade socket
share it. Market data have none but that of the address, and mostly none of these headers.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tickwright.venues.typed import MS


__all__ = ["LimitReport", "limit_report"]


class LimitReport(msgspec.Struct, frozen=True):
    """How much of one endpoint's limit is left."""

    limit: int
    """Calls in a second."""
    remaining: int
    reset_ts_ns: int
    """When a call will be taken again; about now unless nothing remains."""


def limit_report(headers: Mapping[str, object]) -> LimitReport | None:
    """Return what headers tell, of HTTP or of an answer on the trade socket; ``None`` where they do not.

    Args:
        headers: Names in whatever case the venue wrote them, values as texts or numbers.

    Example:
        >>> limit_report({"X-Bapi-Limit": "10", "X-Bapi-Limit-Status": "9", "X-Bapi-Limit-Reset-Timestamp": 1795000005010})
        LimitReport(limit=10, remaining=9, reset_ts_ns=1795000005010000000)
    """
    told = {name.lower(): str(value) for name, value in headers.items()}
    found = [
        told.get(name, "")
        for name in ("x-bapi-limit", "x-bapi-limit-status", "x-bapi-limit-reset-timestamp")
    ]
    if not all(text.isascii() and text.isdecimal() for text in found):
        return None
    limit, remaining, reset_ms = map(int, found)
    return LimitReport(limit, remaining, reset_ms * MS)
