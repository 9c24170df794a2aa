"""Ties a private stream to the venue's watch over it, where the account has one; see `tickwright.venues.deadman.Tether`."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.errors import RateLimited, TimestampRefused, VenueError
from tickwright.io.rest import RestClient
from tickwright.trading.privateline import PrivateLine
from tickwright.venues.deadman import Tether
from tickwright.venues.trading import GreetingRefused


__all__ = ["Tie"]

_ANSWER_S = 10.0
_NUMBER = 90
"""Of the request on the socket: no venue's greetings are so many."""


class Tie:
    """Asks for the watch on each new connection, before anything else is done on it.

    Args:
        tether: What the venue offers.
        rest: Makes its calls.
        window_s: How long the connection may be gone.
        lacking: Called once with the reason if the account has no such watch.
    """

    def __init__(
        self, tether: Tether, rest: RestClient, window_s: float, lacking: Callable[[str], None]
    ) -> None:
        self.is_held: bool | None = None
        """Whether the venue watches; ``None`` before the first connection."""
        self._tether = tether
        self._rest = rest
        self._window_s = window_s
        self._lacking = lacking

    async def __call__(self, line: PrivateLine) -> None:
        """Tie a connection.

        Raises:
            ConnectivityError, CircuitOpen, RateLimited, TimestampRefused, DecodeError: There was no answer; the connection is
                begun anew.
        """
        reason = await self._refusal(line)
        if reason and self.is_held is not False:
            self._lacking(reason)
        self.is_held = not reason

    async def _refusal(self, line: PrivateLine) -> str:
        """Return why the venue does not watch, nothing if it does."""
        try:
            await self._rest.call(self._tether.set(self._window_s))
            if await self._rest.call(self._tether.ask) is None:
                return "the venue has not switched it on for this account"
        except (RateLimited, TimestampRefused):
            raise
        except VenueError as error:
            return str(error)
        line.send(self._tether.greeting(_NUMBER))
        reply = await line.reply(_ANSWER_S)
        return str(reply.error) if isinstance(reply, GreetingRefused) else ""
