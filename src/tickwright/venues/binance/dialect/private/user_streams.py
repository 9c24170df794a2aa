"""Which streams user events travel on inside the sandbox.

User events are frames like any other, of streams that only the account's own conversations are subscribed to.
"""

from __future__ import annotations


__all__ = ["user_stream"]


def user_stream(account: str) -> str:
    """Return the name of the stream that an account's events travel on.

    It cannot be subscribed to by name: names with a colon before any ``@`` are no market streams.

    Example:
        >>> user_stream("sandbox")
        'user:sandbox'
    """
    return f"user:{account}"
