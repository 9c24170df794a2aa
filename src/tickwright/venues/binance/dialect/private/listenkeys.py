"""Listen keys of USD-M (section 18.1): what a socket names to hear an account's events, for an hour at a time."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from tickwright.venues.binance.dialect.private.refused import Refused


__all__ = ["LISTEN_KEY_MS", "ListenKeys", "no_listen_key"]

LISTEN_KEY_MS = 3_600_000
"""How long a listen key lives."""


class ListenKeys:
    """One listen key an account.

    Times are the market's: its hour is over when the market has moved on by one.

    Args:
        lifetime_ms: How long a key lives now, also those that there are.
    """

    def __init__(self, lifetime_ms: Callable[[], int] = lambda: LISTEN_KEY_MS) -> None:
        self._lifetime_ms = lifetime_ms
        self._keys: dict[str, tuple[str, int]] = {}
        """Account → key, and when it was last kept alive."""
        self._made = 0

    def start(self, account: str, now_ms: int) -> str:
        """Return an account's key, the one that it has or a new one, as good as new."""
        found = self.of(account, now_ms)
        if not found:
            self._made += 1
            found = (sha256(f"{account}/{self._made}".encode()).hexdigest() * 2)[:64]
        self._keys[account] = (found, now_ms)
        return found

    def extend(self, account: str, now_ms: int) -> str:
        """Return an account's key, as good as new.

        Raises:
            Refused: With -1125 if it has none.
        """
        if not self.of(account, now_ms):
            raise no_listen_key()
        return self.start(account, now_ms)

    def drop(self, account: str) -> None:
        """End an account's key."""
        self._keys.pop(account, None)

    def of(self, account: str, now_ms: int) -> str:
        """Return an account's key, empty if it has none that is good."""
        found = self._keys.get(account)
        return found[0] if found is not None and self._is_good(found[1], now_ms) else ""

    def expired(self, now_ms: int) -> list[str]:
        """Return the keys that have run out, and forget them."""
        over = {
            account: key
            for account, (key, kept_ms) in self._keys.items()
            if not self._is_good(kept_ms, now_ms)
        }
        for account in over:
            del self._keys[account]
        return list(over.values())

    def _is_good(self, kept_ms: int, now_ms: int) -> bool:
        return now_ms < kept_ms + self._lifetime_ms()


def no_listen_key() -> Refused:
    """Return what is said to somebody whose key is none."""
    return Refused(
        -1125,
        "This listenKey does not exist. Please use POST /fapi/v1/listenKey to recreate listenKey"
        " and reconnect.",
    )
