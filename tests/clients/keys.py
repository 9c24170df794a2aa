"""Keys of the three kinds that the venue knows, as it holds them and as clients are given them."""

from __future__ import annotations

from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tickwright.sandbox.account import SandboxAccount
from tickwright.venues.privateside import ApiKey


class Key(msgspec.Struct, frozen=True):
    """One key and what signs for it: a shared secret, or a private key in PEM form."""

    key: str
    secret: str = ""
    private_key: str = ""
    public_key: str = ""

    def held(self, account: str = "sandbox") -> ApiKey:
        """Return it as the venue holds it."""
        return ApiKey(key=self.key, account=account, secret=self.secret, public_key=self.public_key)

    def for_ccxt(self) -> dict[str, Any]:
        """Return it as ccxt's configuration names it."""
        return {"apiKey": self.key, "secret": self.secret or self.private_key}

    def for_sdk(self) -> dict[str, Any]:
        """Return it as the configurations of Binance's SDKs name it."""
        kind = "api_secret" if self.secret else "private_key"
        return {"api_key": self.key, kind: self.secret or self.private_key}


def hmac_key(account: SandboxAccount) -> Key:
    """Return the key that every sandbox has."""
    return Key(account.key, account.secret)


def rsa_key() -> Key:
    """Make an RSA key."""
    return _paired("RsaKeyOfTheTests", generate_private_key(65_537, 2048))


def ed25519_key() -> Key:
    """Return an Ed25519 key, always the same."""
    return _paired("Ed25519KeyOfTheTests", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def _paired(name: str, private: RSAPrivateKey | Ed25519PrivateKey) -> Key:
    return Key(
        name,
        private_key=private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
        public_key=private.public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )
