"""The contract between a venue's dialect and the sandbox, as far as it concerns those who hold a key.

The other part is `tickwright.venues.dialects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from tickwright.venues.facts import InstrumentPrices
from tickwright.venues.reports import Event


if TYPE_CHECKING:
    from tickwright.venues.dialects import Answer, Conversation, Frame, Meter, Params, RestRequest


__all__ = ["ApiKey", "PrivateFaults", "PrivateMarket", "PrivateSide"]


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key to an account, and how its requests are signed: by a shared secret, or a private key's public half."""

    key: str
    account: str
    """The account's name at the matching engine."""
    secret: str = ""
    """For HMAC."""
    public_key: str = ""
    """For RSA or Ed25519, in PEM form; the secret is not used then."""
    can_trade: bool = True
    """Without it the key may only look."""
    can_withdraw: bool = False
    """What the venue says of it, no more: nothing can be withdrawn here."""


class PrivateFaults(Protocol):
    """What goes wrong with orders and accounts; looked at for every request."""

    order_failure_code: int | None
    order_failure_status: int | None
    order_failure_executes: bool
    query_lag_s: float
    forgets_closed_orders: bool
    history_lag_s: float
    listen_key_lifetime_s: float | None
    revoked_keys: set[str]
    clock_step_s: float
    has_flat_errors: bool
    rest_status: int | None
    retry_after_s: int | None

    def strikes_rest(self, path: str) -> bool:
        """Tell whether the faults of requests concern a path, or a method of a WebSocket API."""

    def take(self, name: str) -> bool:
        """Use up one of the counted faults of that name, if any is left."""


class PrivateMarket(Protocol):
    """A market as the private side sees it, whether it is simulated or recorded."""

    @property
    def now_ms(self) -> int:
        """The market's time."""

    @property
    def instruments(self) -> Sequence[InstrumentPrices]:
        """All instruments, in listing order."""

    def find(self, symbol: str) -> InstrumentPrices | None:
        """Return the instrument of that symbol (upper case; see `Listing.key`), if it is listed."""

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """Return the answer to a public REST request."""


class PrivateSide(Protocol):
    """What one product does for those who hold a key; the sandbox asks it before the public parts.

    ``faults`` is set by the sandbox, and set again whenever they are replaced.

    User events are frames of streams that only the account's own conversations are subscribed to: `Reply.added`
    subscribes, and the sandbox's switchboard publishes what `take_frames` returns.
    """

    faults: PrivateFaults | None

    def weight(self, request: RestRequest) -> int | None:
        """Return what is charged before a request is looked at, or ``None`` if the path is none of its own."""

    def answer(self, request: RestRequest, now_ms: int) -> Answer | None:
        """Return the answer to a request, or ``None`` if the path is none of its own.

        ``Answer.weight`` is the whole charge; what is beyond `weight` is charged afterwards.
        """

    def take(self, events: Sequence[Event]) -> None:
        """Take what happened at the engine, whoever caused it, and make the user events that tell of it."""

    def beat(self, now_ms: int) -> None:
        """Let the market's time pass: what has a deadline is seen to."""

    def take_frames(self) -> list[Frame]:
        """Return the user events made since the last call, whatever they came of, in order."""

    def converse(
        self, path: str, params: Params, *, query: str, meter: Meter, now_ms: int
    ) -> Conversation | None:
        """Return a new connection's state, or ``None`` if the path is none of its own.

        Args:
            path: Of the handshake.
            params: Its query, each name once.
            query: Its query as sent, where names may be repeated.
            meter: Of the address that connects: requests over sockets count beside those over REST.
            now_ms: The server's clock.

        Raises:
            ValueError: If the handshake would be refused.
        """
