"""Commands over a venue's socket for orders, kept warm; over REST where that is certain to repeat nothing.

Theory of operation
===================

A command goes over the socket if there is one at the moment at which it may leave, and if the venue offers it there. Otherwise
it goes over REST. Which of the two is decided at one place, before a byte is written, and never again:

====================================  ==================================================================
no socket, or one that has ended      nothing was sent: REST
the socket does not offer the call    nothing was sent: REST
written, and an answer                read as REST's would be
written, and no answer in time        ``RequestTimeout``: nobody knows (G1)
written, and the socket ended         ``ConnectionLost``: nobody knows (G1)
====================================  ==================================================================

So no command is ever sent twice, and a socket that cannot be had costs a command nothing but speed. Limits, bans, the venue's
clock and the meaning of errors are REST's own, since the venue counts both ways together (G12); a stamp is made when all
waiting is over (G19).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from tickwright.core.privatestate import PrivateState
from tickwright.errors import ConfigError, ConnectionLost, DecodeError, TickwrightError
from tickwright.io.http import HttpResponse
from tickwright.io.rest import Leaving
from tickwright.trading.keptsocket import KeptPolicy, KeptSocket, SocketParts
from tickwright.trading.orderline import OrderLine
from tickwright.venues.base import RestCall
from tickwright.venues.trading import OrderLink


__all__ = ["OrderSocket", "OrderSocketPolicy"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_NUMBER_BITS = 48
"""Of the first request's number: two sockets with a million requests each have one in common once in 100 million times, and any
program reads whole numbers of 53 bits."""


class OrderSocketPolicy(KeptPolicy, frozen=True, kw_only=True):
    """Numbers of a socket for orders, each with its reason."""

    warm_s: float = 3.0
    """A first order that would wait longer for the quick way is better off with the slow one."""


class OrderSocket:
    """One product's commands; `run` it as a supervised child, which keeps it warm.

    Args:
        product: Its name.
        link: The venue's words.
        parts: What it works with; its REST client is the other way.
        policy: The numbers.

    Example:
        >>> report = await order_socket.call(calls.submit(command, instrument))
    """

    def __init__(
        self,
        product: str,
        link: OrderLink,
        parts: SocketParts,
        policy: OrderSocketPolicy | None = None,
    ) -> None:
        self.name = f"{product}/orders"
        self.sent = 0
        """Commands that went over the socket; all others went over REST."""
        self._link = link
        self._rest = parts.rest
        self._parts = parts
        self._policy = policy or OrderSocketPolicy()
        # A number that was used is refused, and no venue tells for how long, or whether other sockets' and runs' count (Bybit: 20006).
        self._number = parts.rng.getrandbits(_NUMBER_BITS)
        self._was_waited_for = False
        self._socket: KeptSocket[OrderLine] = KeptSocket(
            self.name, link, parts, self._policy, prepare=self._prepare, work=self._work
        )

    @property
    def state(self) -> PrivateState:
        """How the socket stands; commands go over it in READY."""
        return self._socket.state

    @property
    def reason(self) -> str:
        """Why it is not READY, as far as anything was said."""
        return self._socket.reason

    @property
    def reconnects(self) -> int:
        """How often a socket was lost, or not to be had."""
        return self._socket.reconnects

    @property
    def is_settled(self) -> bool:
        """Whether the first try to connect has ended, either way, or was waited for: no command need wait for it any more."""
        kept = self._socket
        if kept.state is PrivateState.READY or self._was_waited_for:
            return True
        return kept.refusal is not None or kept.reconnects > 0

    async def run(self) -> None:
        """Keep the socket until cancelled."""
        await self._socket.run()

    async def warm(self) -> None:
        """Wait for the end of the first try to connect, whichever it is, for ``warm_s`` at most."""
        kept = self._socket
        with suppress(TimeoutError):
            async with asyncio.timeout(self._policy.warm_s):
                while not self.is_settled:
                    kept.changed.clear()
                    await kept.changed.wait()
        self._was_waited_for = True

    async def call(self, call: RestCall[T], *, leaving: Leaving | None = None) -> T:
        """Return the answer to a command, which is sent once, over the socket or over REST.

        Args:
            call: The command.
            leaving: Has the last word.

        Raises:
            RequestTimeout, ConnectionLost: It was sent, and nobody knows what became of it.
            VenueError, DecodeError: As over REST.
            ConnectTimeout, ConnectFailed, CircuitOpen, CommandDenied: Nothing was sent, either way.
        """
        rest = self._rest
        if self._socket.line is not None and self._link.offers(call):
            await rest.venue_clock.known()
            await rest.gate.granted(call.costs, call.priority)
            answer = self._asked(call, leaving)
            if answer is not None:
                return rest.read(call, await answer)
        return await rest.call(call, leaving=leaving)

    def ask(
        self,
        call: RestCall[T],
        leaving: Leaving | None,
        told: Callable[[T | TickwrightError], None],
    ) -> bool:
        """Send a command at once, if nothing has to be waited for; return whether it was sent.

        Args:
            call: The command.
            leaving: Has the last word.
            told: Called with the answer, or with what `call` would raise in its place.

        Raises:
            CommandDenied: ``leaving`` said no; nothing was sent.
        """
        rest = self._rest
        if (
            self._socket.line is None
            or not self._link.offers(call)
            or not rest.venue_clock.is_known
            or not rest.gate.grants(call.costs, call.priority)
        ):
            return False
        answer = self._asked(call, leaving)
        if answer is None:
            return False
        answer.add_done_callback(partial(self._answered, call, told))
        return True

    # ------------------------------------------------------------------ inside

    def _asked(
        self, call: RestCall[Any], leaving: Leaving | None
    ) -> asyncio.Future[HttpResponse] | None:
        """Send a command, and return the answer to come; ``None`` if it is certain that nothing was sent."""
        line = self._socket.line  # of now: the one before may have been lost while it waited
        if line is None:
            return None
        if leaving is not None:
            leaving()
        self._number += 1
        now_ms = self._rest.venue_clock.now_ms()
        frame = self._link.frame(call, self._parts.signer, now_ms, self._number)
        try:
            answer = line.ask(self._number, frame)
        except ConnectionLost:
            return None
        self.sent += 1
        return answer

    def _answered(
        self,
        call: RestCall[T],
        told: Callable[[T | TickwrightError], None],
        answer: asyncio.Future[HttpResponse],
    ) -> None:
        found: T | TickwrightError
        try:
            found = self._rest.read(call, answer.result())
        except TickwrightError as error:
            found = error
        except Exception as error:
            # Who waits must not wait for ever: what became of the command is found out by asking.
            log.exception("%s: an answer could not be read, which is a bug", self.name)
            found = DecodeError(f"{type(error).__name__}: {error}")
        told(found)

    async def _prepare(self) -> tuple[str, OrderLine]:
        parts, policy = self._parts, self._policy
        url = self._link.url(parts.endpoints)
        if url is None:
            raise ConfigError(f"{self.name} has no address here")
        return url, OrderLine(self._link, parts.clock, policy.answer_s)

    def _work(self, line: OrderLine) -> list[Coroutine[Any, Any, None]]:
        return [self._serve(line)]

    async def _serve(self, line: OrderLine) -> None:
        self._socket.ready()  # there is nothing to be asked for
        await line.lost()
