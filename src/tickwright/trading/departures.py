"""Orders that are decided on and have not left yet: a limit, a ban or the venue's clock holds them up.

Nothing of them is at the venue. So nobody asks for them there, who cancels one takes it back, and one that is held up for too
long is denied: by then the market is another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tickwright.errors import CommandDenied
from tickwright.io.rest import Leaving
from tickwright.trading.desk import Answer, TradingDesk
from tickwright.venues.groups import Group


__all__ = ["WAIT_S", "Departure", "Departures"]

WAIT_S = 30.0
"""How long orders may be held up: as long as anybody waits for an account."""


class Departures:
    """Knows which orders have not left yet.

    Args:
        leaving: Has the last word on what has waited meanwhile.
        wait_s: How long orders may be held up.
    """

    def __init__(self, leaving: Leaving | None = None, wait_s: float = WAIT_S) -> None:
        self.leaving = leaving
        self.wait_s = wait_s
        self._waiting: dict[str, Departure] = {}

    def __contains__(self, client_order_id: object) -> bool:
        return client_order_id in self._waiting

    def begin(self, names: Sequence[str]) -> Departure:
        """Note that orders are to leave by one call, and return their departure.

        Args:
            names: Their client order ids.
        """
        departure = Departure(self, names)
        self._waiting |= dict.fromkeys(names, departure)
        return departure

    def end(self, names: Sequence[str]) -> None:
        """Note that orders have left, or never will."""
        for name in names:
            self._waiting.pop(name, None)

    def withdraw(self, client_order_id: str) -> None:
        """Take an order back, if it has not left. One that leaves together with others goes with them, unless none is wanted."""
        departure = self._waiting.get(client_order_id)
        if departure is not None:
            departure.withdraw(client_order_id)


class Departure:
    """Orders that leave by one call; `answers` makes it.

    Args:
        departures: Knows of them as long as they wait.
        names: Their client order ids.
    """

    def __init__(self, departures: Departures, names: Sequence[str]) -> None:
        self._departures = departures
        self._names = names
        self._wanted = set(names)
        self._patience: asyncio.Timeout | None = None

    async def answers(self, desk: TradingDesk, group: Group) -> list[Answer]:
        """Make the call and return what each order of the group was answered; see `TradingDesk.answers`."""
        patience = asyncio.timeout(self._departures.wait_s if self._wanted else 0.0)
        try:
            async with patience:
                self._patience = patience
                return await desk.answers(group, self._leave)
        except TimeoutError:
            if not patience.expired():
                raise
            return [self._denied()] * len(group.names)
        finally:
            self._departures.end(self._names)

    def withdraw(self, name: str) -> None:
        """Want one order no more; the call is given up once none is wanted."""
        self._wanted.discard(name)
        if not self._wanted and self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    def _leave(self) -> None:
        if self._departures.leaving is not None:
            self._departures.leaving()
        assert self._patience is not None
        self._patience.reschedule(None)  # from now on an answer is waited for
        self._departures.end(self._names)

    def _denied(self) -> CommandDenied:
        if self._wanted:
            text = f"held up for {self._departures.wait_s:g} s; nothing was sent"
            return CommandDenied("NOT_SENT", text)
        try:
            if self._departures.leaving is not None:
                self._departures.leaving()
        except CommandDenied as denied:
            return denied
        return CommandDenied("WITHDRAWN", "canceled before it left; nothing was sent")
