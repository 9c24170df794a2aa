"""Parameters as a query: what stands behind the ``?`` of an address, percent-encoded where it must be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote


__all__ = ["query_of"]

_is_plain = re.compile(r"[A-Za-z0-9_.~=&-]*").fullmatch
"""What goes as it is (RFC 3986, *Unreserved Characters*), and what stands between: nearly all that venues are ever told."""


def query_of(params: Sequence[tuple[str, str]]) -> str:
    """Return parameters in their order, joined and encoded.

    Example:
        >>> query_of([("symbol", "BTCUSDT"), ("text", "a b")])
        'symbol=BTCUSDT&text=a%20b'
    """
    text = "&".join([f"{name}={value}" for name, value in params])
    between = text.count("=") + text.count("&")
    if _is_plain(text) and between == max(0, 2 * len(params) - 1):
        return text
    return "&".join([f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in params])
