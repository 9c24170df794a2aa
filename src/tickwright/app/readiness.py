"""Who waits for which account. One that cannot be reached holds up nobody who does not need it (G33).

An order is placed once all that its venue knows of the account is known here (G8), at this moment. Whoever asks, cancels or
changes only waits for the first time that it was: later, what is known is answered and acted on at once, outage or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from tickwright.app.credentials import variables_of
from tickwright.core.privatestate import PrivateState
from tickwright.errors import Closed, ConnectTimeout, CredentialsRefused
from tickwright.trading.ordersocket import OrderSocket
from tickwright.trading.private import PrivateSession


__all__ = ["READY_TIMEOUT_S", "Readiness"]

READY_TIMEOUT_S = 30.0
"""How long anybody waits for an account."""


class Readiness:
    """Answers, or waits.

    Args:
        sessions: Product → its private stream.
        order_sockets: Product → what its commands go over; none where they go over REST.
    """

    def __init__(
        self, sessions: Mapping[str, PrivateSession], order_sockets: Mapping[str, OrderSocket]
    ) -> None:
        self._sessions = sessions
        self._order_sockets = order_sockets
        self._waits: set[asyncio.Timeout] = set()
        self._is_closed = False

    def close(self) -> None:
        """Let those go who wait. Twice is fine."""
        self._is_closed = True
        for wait in self._waits:
            wait.reschedule(asyncio.get_running_loop().time())

    async def wait_ready(self, product: str | None = None) -> None:
        """Wait until a product's account is known as it is now, or all are, and no socket for orders is worth waiting for.

        Raises:
            CredentialsRefused: The venue does not take the key.
            ConnectTimeout: It took longer than 30 s; the text says which stream is not ready, and why.
        """
        session = self._sessions.get(product or "")
        socket = self._order_sockets.get(product or "")
        if (
            session is not None
            and session.state is PrivateState.READY
            and (socket is None or socket.is_settled)
        ):
            return  # the way of nearly every order
        names = self._sessions if product is None else (product,)
        sessions = [self._sessions[name] for name in names if name in self._sessions]
        await self._wait(sessions, once=False)
        for name in names:
            if name in self._order_sockets:
                await self._order_sockets[name].warm()

    async def wait_known(self, product: str | None = None) -> None:
        """Wait until a product's account was known once, or all were; raises what `wait_ready` raises."""
        await self._wait(
            [
                session
                for name, session in self._sessions.items()
                if product in (None, name) and not session.was_ready
            ],
            once=True,
        )

    async def _wait(self, sessions: list[PrivateSession], *, once: bool) -> None:
        try:
            async with asyncio.timeout(READY_TIMEOUT_S) as wait:
                self._waits.add(wait)
                try:
                    for session in sessions:
                        await _wait_for(session, once=once)
                finally:
                    self._waits.discard(wait)
        except TimeoutError:
            if self._is_closed:
                raise Closed("the connector was closed before the account was known") from None
            waiting = [
                f"{session.name} is {session.state.value} ({session.reason or 'no answer yet'})"
                for session in sessions
                if session.state is not PrivateState.READY
            ]
            raise ConnectTimeout(
                f"the account is not known after {READY_TIMEOUT_S:g} s: {'; '.join(waiting)}"
            ) from None


async def _wait_for(session: PrivateSession, *, once: bool) -> None:
    """Wait for an account; a refusal says whose key it is, and where it comes from."""
    try:
        await session.wait_ready(once=once)
    except CredentialsRefused as error:
        where = f"{session.product}: {error.where}"
        advice = f"the key is that of {variables_of(session.product.partition('.')[0])}"
        raise CredentialsRefused(error.status, error.code, error.text, where, advice) from None
