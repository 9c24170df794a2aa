"""Which streams user events travel on inside the sandbox.

User events are frames like any other, of streams that only the account's own conversations are subscribed to. Nobody can
subscribe to them by name: no market stream has a slash in its name, and none can be written into a URL. Faults
strike ``user/*`` as they strike ``*@depth*``.
"""

from __future__ import annotations


__all__ = ["EVENTS", "LISTEN_KEY_EXPIRED", "listen_key_of", "listen_stream", "user_stream"]

LISTEN_KEY_EXPIRED = "listenKeyExpired"
EVENTS = (
    "ORDER_TRADE_UPDATE",
    "TRADE_LITE",
    "ACCOUNT_UPDATE",
    "ALGO_UPDATE",
    "ACCOUNT_CONFIG_UPDATE",
    "MARGIN_CALL",
    LISTEN_KEY_EXPIRED,
)
"""The types of USD-M's events."""
_PREFIX = "user/"


def user_stream(account: str) -> str:
    """Return the name of the stream that an account's events travel on.

    Example:
        >>> user_stream("sandbox")
        'user/sandbox'
    """
    return _PREFIX + account


def listen_stream(listen_key: str, event: str) -> str:
    """Return the name of the stream that events of one type travel on to whoever names a listen key.

    Example:
        >>> listen_stream("KEY", "TRADE_LITE")
        'user/KEY/TRADE_LITE'
    """
    return f"{_PREFIX}{listen_key}/{event}"


def listen_key_of(stream: str) -> str:
    """Return the listen key in a stream's name.

    Example:
        >>> listen_key_of("user/KEY/TRADE_LITE")
        'KEY'
    """
    return stream.removeprefix(_PREFIX).rpartition("/")[0]
