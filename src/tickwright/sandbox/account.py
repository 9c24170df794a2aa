"""The account of a sandbox: a key and a secret of its own for every seed, and something to trade with."""

from __future__ import annotations

import string
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256

import msgspec

from tickwright.errors import ConfigError
from tickwright.io.entropy import Entropy
from tickwright.venues.privateside import ApiKey


__all__ = ["ACCOUNT", "SandboxAccount", "account_of", "key_for"]

ACCOUNT = "sandbox"
"""The account's name at the matching engines."""
_PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----"
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 64
_FUNDS = {"USDT": 1_000_000, "USDC": 1_000_000, "BTC": 100, "ETH": 1_000, "BNB": 1_000}


class SandboxAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to trade.

    Attributes:
        key: The API key.
        secret: Signs requests (HMAC).
        balances: Asset → what the account begins with.
    """

    key: str
    secret: str
    balances: Mapping[str, Decimal]

    def __repr__(self) -> str:
        return f"SandboxAccount(key={self.key!r}, secret=…, balances={dict(self.balances)!r})"


def account_of(seed: int) -> SandboxAccount:
    """Return the account of a seed: always the same one.

    Example:
        >>> account_of(7).key == account_of(7).key != account_of(8).key
        True
    """
    rng = Entropy(seed).stream("account")
    key, secret = ("".join(rng.choices(_LETTERS, k=_LENGTH)) for _ in range(2))
    funds = {asset: Decimal(amount) for asset, amount in _FUNDS.items()}
    return SandboxAccount(key=key, secret=secret, balances=funds)


def key_for(public_key: str) -> ApiKey:
    """Return an API key to the account that is signed with a private key, of which this is the public half.

    Args:
        public_key: Of an RSA or Ed25519 key, in PEM form. The same one always gets the same API key.

    Raises:
        ConfigError: If it is something else, such as the private half.
    """
    text = public_key.strip()
    if not text.startswith(_PUBLIC_KEY):
        raise ConfigError(
            f"this is no public key in PEM form: it does not begin with {_PUBLIC_KEY}"
        )
    name = sha256(text.encode()).hexdigest()
    return ApiKey(key=name, account=ACCOUNT, public_key=f"{text}\n")
