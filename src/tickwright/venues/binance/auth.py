"""How requests to Binance are signed, over REST and over the WebSocket APIs.

REST (*Request Security*, *SIGNED endpoint examples*): the signature covers the query as sent, percent-encoding and all,
then the body as sent, with nothing between them; it is the last parameter. WebSocket API (*SIGNED request security*):
all parameters but the signature, sorted by name, as raw text.

Everything goes into the query, bodies stay empty: spot and futures take both, and one rule is easier to get right.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tickwright.venues.base import Seal, Security
from tickwright.venues.signing import Signer


__all__ = ["RECV_WINDOW_MS", "BinanceAuth", "signed_params"]

RECV_WINDOW_MS = 5000
"""How old a request may be when it arrives; the venue's own default, written out because it is part of a promise:
what was not carried out by then never will be."""

_KEY_HEADER = "X-MBX-APIKEY"

Param = str | int


class BinanceAuth:
    """Signs REST requests.

    Args:
        recv_window_ms: How old a request may be when it arrives, up to 60,000.
    """

    def __init__(self, recv_window_ms: int = RECV_WINDOW_MS) -> None:
        self._recv_window_ms = recv_window_ms

    def seal(
        self, query: str, body: bytes, signer: Signer, now_ms: int, *, security: Security
    ) -> Seal:
        """Return the seal of a request; see `tickwright.venues.base.RestAuth`."""
        headers = ((_KEY_HEADER, signer.key.reveal()),)
        if security is not Security.SIGNED:
            return Seal(query, headers)
        stamp = f"recvWindow={self._recv_window_ms}&timestamp={now_ms}"
        payload = f"{query}&{stamp}" if query else stamp
        signature = quote(signer.sign(payload.encode() + body), safe="")
        return Seal(f"{payload}&signature={signature}", headers)


def signed_params(
    params: Mapping[str, Param], signer: Signer, now_ms: int, recv_window_ms: int = RECV_WINDOW_MS
) -> dict[str, Param]:
    """Return the parameters of a WebSocket API request with key, time and signature.

    Args:
        params: The request's own.
        signer: Whose request it is.
        now_ms: The venue's clock.
        recv_window_ms: How old it may be when it arrives.
    """
    stamped: dict[str, Param] = {
        **params,
        "apiKey": signer.key.reveal(),
        "recvWindow": recv_window_ms,
        "timestamp": now_ms,
    }
    payload = "&".join([f"{name}={stamped[name]}" for name in sorted(stamped)])
    stamped["signature"] = signer.sign(payload.encode())
    return stamped
