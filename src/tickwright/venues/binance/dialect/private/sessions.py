"""What one WebSocket API connection remembers: who is logged on, and whose events it hears (sections 15.3 and 15.5)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.user_streams import user_stream
from tickwright.venues.privateside import ApiKey


__all__ = ["Session", "Subscription", "Subscriptions"]

_ACTIVE_MAX, _EVER_MAX = 1000, 65_535


class Session(msgspec.Struct):
    """Who is logged on, and since when; times in ms."""

    connected_ms: int
    key: ApiKey | None = None
    authorized_ms: int = 0

    def log_on(self, key: ApiKey, now_ms: int) -> None:
        """Act for a key from now on, whoever was logged on before."""
        self.key, self.authorized_ms = key, now_ms

    def log_out(self) -> None:
        """Act for nobody."""
        self.key = None


class Subscription(msgspec.Struct, frozen=True):
    """Events of one account, as one connection hears them."""

    number: int
    """Counts a connection's subscriptions from 0 on."""
    key: ApiKey
    is_logon: bool
    """Whether it hangs on the session: a logout ends it."""

    @property
    def stream(self) -> str:
        """Where the account's events travel."""
        return user_stream(self.key.account)


class Subscriptions:
    """The user data subscriptions of one connection, by stream."""

    def __init__(self) -> None:
        self.active: dict[str, Subscription] = {}
        self._next = 0

    def add(self, key: ApiKey, *, is_logon: bool) -> Subscription:
        """Subscribe to the events of a key's account.

        Raises:
            Refused: With -2035 if the connection hears them already, -2042 if it had too many subscriptions.
        """
        made = Subscription(self._next, key, is_logon)
        if made.stream in self.active:
            raise Refused(-2035, "User Data Stream subscription is already active.")
        if self._next >= _EVER_MAX or len(self.active) >= _ACTIVE_MAX:
            raise Refused(-2042, "Maximum number of subscription ids reached; reconnect.")
        self._next += 1
        self.active[made.stream] = made
        return made

    def end(self, is_over: Callable[[Subscription], bool]) -> list[Subscription]:
        """End some subscriptions, and return them."""
        ended = [one for one in self.active.values() if is_over(one)]
        for one in ended:
            del self.active[one.stream]
        return ended

    def rows(self) -> list[dict[str, int]]:
        """Return the result of ``session.subscriptions``."""
        return [{"subscriptionId": one.number} for one in self.active.values()]
