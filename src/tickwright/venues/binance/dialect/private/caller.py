"""Who sends a WebSocket API request: whoever signed it, or whoever is logged on (sections 9.3 and 15.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tickwright.venues.binance.dialect.private.context import Security
from tickwright.venues.binance.dialect.private.desk import PrivateDesk
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused, mandatory
from tickwright.venues.binance.dialect.private.sessions import Session
from tickwright.venues.binance.dialect.private.signatures import is_session_key, sorted_payload
from tickwright.venues.privateside import ApiKey


__all__ = ["caller_of", "is_signed_itself", "session_caller", "signer_of"]

_OWN = frozenset({"apiKey", "signature"})


def is_signed_itself(params: Mapping[str, Any]) -> bool:
    """Tell whether a request brings a key or a signature of its own, which come before the session's."""
    return not _OWN.isdisjoint(params)


def caller_of(
    desk: PrivateDesk, session: Session, params: Mapping[str, Any], security: Security, now_ms: int
) -> ApiKey:
    """Return whose request it is.

    Args:
        desk: Knows the keys.
        session: Who is logged on.
        params: The request's, its signature among them.
        security: What the endpoint asks for.
        now_ms: The server's clock.

    Raises:
        Refused: If it is nobody's who may make it.
    """
    if session.key is None or is_signed_itself(params):
        return signer_of(desk, params, security, now_ms, session.key)
    key = desk.key_of(session.key.key, security)
    if security is not Security.KEY:
        desk.check_timing(Params.of(params), now_ms)
    return key


def signer_of(
    desk: PrivateDesk,
    params: Mapping[str, Any],
    security: Security,
    now_ms: int,
    default: ApiKey | None = None,
) -> ApiKey:
    """Return who signed a request; ``default`` is the key if it names none.

    Raises:
        Refused: If nobody did who may make it.
    """
    sent = Params.of(params)
    text = sent.text("apiKey") or ("" if default is None else default.key)
    if not text:
        raise mandatory("apiKey")
    key = desk.key_of(text, security)
    if security is not Security.KEY:
        desk.check_signed(key, sent, sorted_payload(params), sent.text("signature"), now_ms)
    return key


def session_caller(desk: PrivateDesk, params: Mapping[str, Any], now_ms: int) -> ApiKey:
    """Return who logs on.

    Raises:
        Refused: If it is nobody who may: only Ed25519 keys do.
    """
    key = signer_of(desk, params, Security.USER_DATA, now_ms)
    if not is_session_key(key):
        kind = "RSA" if key.public_key else "HMAC_SHA256"
        raise Refused(-4056, f"{kind} API key is not supported.")
    return key
