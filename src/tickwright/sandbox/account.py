"""The account of a sandbox: a key and a secret of its own for every seed, and something to trade with."""

from __future__ import annotations

import string
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from tickwright.io.entropy import Entropy


__all__ = ["SandboxAccount", "account_of"]

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
