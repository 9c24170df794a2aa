"""Who signed a request: the payload that a signature covers, and HMAC, RSA and Ed25519 keys to check it with.

REST (section 9.2): the query as sent, then the body as sent, nothing between them, each without its ``signature``.
WebSocket API (section 9.3): all parameters but ``signature``, sorted by name, as raw text.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tickwright.errors import ConfigError
from tickwright.venues.privateside import ApiKey


if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


__all__ = ["is_session_key", "is_signed_by", "signed_parts", "sorted_payload"]

_MARK = "signature="


def signed_parts(query: str, body: str) -> tuple[bytes, str]:
    """Return what a REST request's signature covers, and the signature, empty if there is none.

    Args:
        query: As sent, percent-encoding and all.
        body: As sent, form-encoded.

    Example:
        >>> signed_parts("symbol=BTCUSDT&side=BUY", "type=MARKET&signature=ab%3D")
        (b'symbol=BTCUSDT&side=BUYtype=MARKET', 'ab=')
    """
    payload, signature = "", ""
    for part in (query, body):
        fields = part.split("&") if part else []
        kept = [field for field in fields if not field.startswith(_MARK)]
        for field in fields:
            if field.startswith(_MARK) and not signature:
                signature = unquote(field[len(_MARK) :])
        payload += "&".join(kept)
    return payload.encode(), signature


def sorted_payload(params: Mapping[str, object]) -> bytes:
    """Return what the signature of a WebSocket API request covers.

    Example:
        >>> sorted_payload({"symbol": "BTCUSDT", "apiKey": "k", "isOn": True, "signature": "x"})
        b'apiKey=k&isOn=true&symbol=BTCUSDT'
    """
    shown = {name: value for name, value in params.items() if name != "signature"}
    return "&".join(f"{name}={_text(shown[name])}" for name in sorted(shown)).encode()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_signed_by(key: ApiKey, payload: bytes, signature: str) -> bool:
    """Tell whether a signature over a payload is the key's; hex digits in any case, base64 exactly.

    Raises:
        ConfigError: If the key is no key.
    """
    if not key.public_key:
        expected = hmac.new(key.secret.encode(), payload, sha256).hexdigest()
        given = signature.lower().encode("utf-8", "replace")
        return hmac.compare_digest(expected.encode(), given)
    try:
        raw = b64decode(signature, validate=True)
    except (Base64Error, ValueError):
        return False
    return _is_verified(key.public_key, payload, raw)


def is_session_key(key: ApiKey) -> bool:
    """Tell whether a key may log a WebSocket API session on: Ed25519 keys only."""
    return bool(key.public_key) and not _is_rsa(_loaded(key.public_key))


def _is_verified(pem: str, payload: bytes, signature: bytes) -> bool:
    public_key = _loaded(pem)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        if isinstance(public_key, RSAPublicKey):
            public_key.verify(signature, payload, PKCS1v15(), SHA256())
        else:
            public_key.verify(signature, payload)
    except InvalidSignature:
        return False
    return True


def _is_rsa(public_key: RSAPublicKey | Ed25519PublicKey) -> bool:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    return isinstance(public_key, RSAPublicKey)


def _loaded(pem: str) -> RSAPublicKey | Ed25519PublicKey:
    # Here, because few sandboxes have such keys, and the package is not small.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        found = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise ConfigError(f"this is no public key in PEM form: {error}") from None
    if not isinstance(found, (RSAPublicKey, Ed25519PublicKey)):
        raise ConfigError("a public key must be an RSA or an Ed25519 one")
    return found
