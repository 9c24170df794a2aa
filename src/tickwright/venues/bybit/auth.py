"""How requests to Bybit are signed, over REST and over its private sockets.

REST (*Integration Guidance*, Authentication): time, key, window, and then the query of a GET or the body of a POST,
exactly as it goes out; all of it is told in headers. Sockets (*WebSocket Stream*, *Connect*): ``GET/realtime`` and the
moment at which the login expires. HMAC signs in hex, RSA in base64.
"""

from __future__ import annotations

from tickwright.errors import ConfigError
from tickwright.venues.base import Seal, Security
from tickwright.venues.signing import KeyKind, Signer


__all__ = ["LOGIN_MS", "RECV_WINDOW_MS", "BybitAuth", "login_args"]

RECV_WINDOW_MS = 5000
"""How old a request may be when it arrives; the venue's own default, written out because it is part of a promise:
what was not carried out by then never will be."""

LOGIN_MS = 10_000
"""How long a login is good for before it arrives. One second, as the venue's own client says, is too tight for a
connection that is just being made."""


class BybitAuth:
    """Signs REST requests.

    Args:
        recv_window_ms: How old a request may be when it arrives; ``None`` leaves it to the venue.
    """

    def __init__(self, recv_window_ms: int | None = RECV_WINDOW_MS) -> None:
        self._window = "" if recv_window_ms is None else str(recv_window_ms)

    def seal(
        self, query: str, body: bytes, signer: Signer, now_ms: int, *, security: Security
    ) -> Seal:
        """Return the seal of a request; see `tickwright.venues.base.RestAuth`.

        Raises:
            ConfigError: If the key is of a kind that the venue does not take.
        """
        key = signer.key.reveal()
        headers: tuple[tuple[str, str], ...] = (("X-BAPI-API-KEY", key),)
        if security is not Security.SIGNED:
            return Seal(query, headers)
        # A request has a query or a body, never both.
        payload = f"{now_ms}{key}{self._window}{query}".encode() + body
        headers += (("X-BAPI-TIMESTAMP", str(now_ms)), ("X-BAPI-SIGN", _sign(signer, payload)))
        if self._window:
            headers += (("X-BAPI-RECV-WINDOW", self._window),)
        if body:
            headers += (("Content-Type", "application/json"),)
        return Seal(query, headers)


def login_args(signer: Signer, now_ms: int) -> list[str | int]:
    """Return the arguments of the ``auth`` operation that opens ``/v5/private`` and ``/v5/trade``.

    ``{"req_id":"1","op":"auth","args":["<key>",1795000010000,"<signature>"]}``

    Args:
        signer: Whose login it is.
        now_ms: The venue's clock.
    """
    expires_ms = now_ms + LOGIN_MS
    signature = _sign(signer, f"GET/realtime{expires_ms}".encode())
    return [signer.key.reveal(), expires_ms, signature]


def _sign(signer: Signer, payload: bytes) -> str:
    if signer.kind is KeyKind.ED25519:
        raise ConfigError("Bybit takes HMAC and RSA keys, no Ed25519; make one of those there")
    return signer.sign(payload)
