"""Keeps secrets out of texts: what may be shown of a URL, a query or a header."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit


__all__ = ["HIDDEN", "host_of", "safe_headers", "safe_store_url", "safe_url"]

HIDDEN = "***"

_SECRET_NAMES = (
    "signature|listenKey|listenToken|apiKey|api_key|sign|token|secret|passphrase|password"
)
_SECRET_QUERY = re.compile(rf"(?i)((?:^|[?&])(?:{_SECRET_NAMES})=)[^&#]*")
_SECRET_HEADER = re.compile(
    r"(?i)^(x-mbx-apikey|x-bapi-(api-key|sign)|authorization|proxy-authorization|cookie|set-cookie)$"
    r"|key|sign|token|secret|passphrase"
)
_USER_INFO = re.compile(r"(?<=://)[^/@]*@")
_BEFORE_HOST = re.compile(r"(?<=://).*@")
# Binance puts the listen key into the path: 64 letters and digits. No channel name is that long.
_LONG_PATH_TOKEN = re.compile(r"(?<=[/=])[A-Za-z0-9_-]{40,}(?=$|[/?&])")


def safe_url(url: str) -> str:
    """Return ``url`` without passwords, keys, signatures and tokens.

    Example:
        >>> safe_url("https://api.binance.com/api/v3/order?symbol=BTCUSDT&signature=c8db56")
        'https://api.binance.com/api/v3/order?symbol=BTCUSDT&signature=***'
    """
    url = _USER_INFO.sub(f"{HIDDEN}@", url)
    url = _SECRET_QUERY.sub(rf"\1{HIDDEN}", url)
    return _LONG_PATH_TOKEN.sub(HIDDEN, url)


def safe_store_url(url: str) -> str:
    """Return the URL of a journal without user and password, also where they were not percent-encoded.

    Example:
        >>> safe_store_url("postgresql://bot:hunter/2@db.example/trading?journal=bot1")
        'postgresql://***@db.example/trading?journal=bot1'
    """
    return _SECRET_QUERY.sub(rf"\1{HIDDEN}", _BEFORE_HOST.sub(f"{HIDDEN}@", url))


def safe_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return ``headers`` with the values of those that carry keys or signatures hidden."""
    return [(name, HIDDEN if _SECRET_HEADER.search(name) else value) for name, value in headers]


def host_of(url: str) -> str:
    """Return ``host`` or ``host:port`` of ``url``: what errors and logs call a peer by."""
    return urlsplit(url).netloc.rpartition("@")[2] or url
