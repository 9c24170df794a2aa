"""What it means that a login is refused, on the private socket and on the one for orders.

(*WebSocket Stream*, *Connect*; *WebSocket Trade*, *Guideline*.) The private one says it in words alone, and which they are for a
wrong key is documented nowhere; the other one has codes, of which 10003 is a wrong key as well as one session too many. So
words that tell of something that passes come first, and what is left is the key's fault.
"""

from __future__ import annotations

from tickwright.errors import CredentialsRefused, TimestampRefused, VenueError, VenueRejected
from tickwright.venues.bybit.refusals import refused


__all__ = ["login_error"]

_LATE = ("params error", "timestamp")
"""It came too late, or so it seemed: the clock is to be set."""

_PASSING = (
    "session",
    "too many",
    "frequent",
    "rate limit",
    "busy",
    "overload",
    "try again",
    "timeout",
    "server error",
    "internal",
    "restart",
    "maintenance",
)
"""Nobody's fault, or one that ends by itself: more sockets of the account than it may have, or a venue that has trouble."""


def login_error(code: int | None, text: str, where: str) -> VenueError:
    """Return why a login was refused; `CredentialsRefused` is for the key alone.

    Args:
        code: ``retCode``; ``None`` where there is none.
        text: The venue's words.
        where: Which login.

    Example:
        >>> type(login_error(10003, "Too many sessions under the same UID.", "auth on /v5/trade")).__name__
        'VenueRejected'
    """
    said = text.lower()
    if any(word in said for word in _LATE):
        return TimestampRefused(0, code, text, where)
    told = text or "no reason given"
    error = CredentialsRefused(0, None, told, where) if code is None else refused(code, told, where)
    if isinstance(error, CredentialsRefused) and any(word in said for word in _PASSING):
        return VenueRejected(0, code, told, where)
    return error
