"""Keys, and what is signed with them: by a shared secret (HMAC), or with a private key (RSA, Ed25519).

Venues differ in *what* they sign, which is their own affair, and agree on how it is written: HMAC-SHA256 in hex,
RSA (PKCS #1 v1.5 over SHA-256) and Ed25519 in base64.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING

from tickwright.errors import ConfigError


if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


__all__ = ["Credentials", "KeyKind", "Secret", "Signer"]

_PEM = "-----BEGIN "
_HIDDEN = "***"


class KeyKind(Enum):
    """How a key signs."""

    HMAC = "hmac"
    RSA = "rsa"
    ED25519 = "ed25519"


class Secret:
    """A text that no repr, log or exception shows (G30); `reveal` is the one way to it.

    Example:
        >>> Secret("do not tell")
        Secret('***')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN!r})"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not pickled: read it again where it is needed")


class Credentials:
    """A key to an account at a venue, and what its requests are signed with.

    Args:
        key: The API key as the venue gave it out.
        secret: The shared secret, or a private key in PEM form.
        password: Of the private key, where it is encrypted.

    Example:
        >>> Credentials("my-key", "my-secret")
        Credentials(Secret('***'))
    """

    __slots__ = ("key", "password", "secret")

    def __init__(self, key: str, secret: str, password: str = "") -> None:
        self.key = Secret(key.strip())
        self.secret = Secret(secret.strip())
        self.password = Secret(password)

    def __repr__(self) -> str:
        return f"Credentials({self.key!r})"


class Signer:
    """Signs payloads with one key; made once, as reading a private key takes longer than signing with it.

    Args:
        credentials: Whose.

    Raises:
        ConfigError: If there is no key or no secret, or the private key cannot be read.

    Example:
        >>> signer = Signer(Credentials("k", "demosecret0001"))
        >>> signer.sign(b"GET/realtime1763640010000")[:8], signer.kind
        ('69a2bd74', <KeyKind.HMAC: 'hmac'>)
    """

    __slots__ = ("_sign", "key", "kind")

    def __init__(self, credentials: Credentials) -> None:
        if not credentials.key or not credentials.secret:
            missing = "secret" if credentials.key else "key"
            raise ConfigError(
                f"credentials without {missing}: give both the API key and its secret"
            )
        self.key = credentials.key
        secret = credentials.secret.reveal()
        if secret.startswith(_PEM):
            self.kind, self._sign = _private(secret, credentials.password.reveal())
        else:
            self.kind, self._sign = KeyKind.HMAC, _shared(secret.encode())

    def sign(self, payload: bytes) -> str:
        """Return the signature of a payload as venues write it: hex for HMAC, base64 for the others."""
        return self._sign(payload)

    def __repr__(self) -> str:
        return f"Signer({self.kind.value}, {self.key!r})"


def _shared(secret: bytes) -> Callable[[bytes], str]:
    # The copy of a keyed state saves hashing the key again for every request.
    keyed = hmac.new(secret, digestmod=sha256)

    def sign(payload: bytes) -> str:
        state = keyed.copy()
        state.update(payload)
        return state.hexdigest()

    return sign


def _private(pem: str, password: str) -> tuple[KeyKind, Callable[[bytes], str]]:
    key = _loaded(pem, password)
    # Here, because `import tickwright` has a quarter of a second, and HMAC keys do without the package.
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256

    if isinstance(key, RSAPrivateKey):
        rsa = key
        return KeyKind.RSA, lambda payload: _base64(rsa.sign(payload, PKCS1v15(), SHA256()))
    ed25519 = key
    return KeyKind.ED25519, lambda payload: _base64(ed25519.sign(payload))


def _loaded(pem: str, password: str) -> RSAPrivateKey | Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = load_pem_private_key(pem.encode(), password.encode() if password else None)
    except (ValueError, TypeError) as error:
        # Its own text may quote what it was given.
        raise ConfigError(
            "the private key cannot be read: it must be a whole PEM text, with its password if it is encrypted"
            f" ({type(error).__name__})"
        ) from None
    if not isinstance(found, (RSAPrivateKey, Ed25519PrivateKey)):
        raise ConfigError(
            f"a private key of kind {type(found).__name__.removesuffix('PrivateKey')} signs nothing here;"
            " use RSA or Ed25519"
        )
    return found


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode()
