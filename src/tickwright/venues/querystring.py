"""Parameters as a query: what stands behind the ``?`` of an address, percent-encoded where it must be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote


__all__ = ["query_of"]

_is_plain = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
"""What goes as it is (RFC 3986, *Unreserved Characters*): nearly all that venues are ever told."""


def query_of(params: Iterable[tuple[str, str]]) -> str:
    """Return parameters in their order, joined and encoded.

    Example:
        >>> query_of([("symbol", "BTCUSDT"), ("text", "a b")])
        'symbol=BTCUSDT&text=a%20b'
    """
    return "&".join([f"{_safe(name)}={_safe(value)}" for name, value in params])


def _safe(text: str) -> str:
    return text if _is_plain(text) else quote(text, safe="")
