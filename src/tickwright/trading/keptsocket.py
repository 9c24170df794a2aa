"""Keeps one socket of an account alive: connects, greets, watches, renews, and begins again when it is lost.

Theory of operation
===================

A socket is *held* while a few tasks run beside it: what its user does with it, the watch for silence, and the clock of its
renewal. Whatever ends one of them ends the hold, and says why:

- An outage is waited for, with growing delays. Where the host turned the handshake down, at least as long as it said; and a
  ban that REST met holds sockets back as well (G12).
- Before the venue's cut a successor is connected and greeted while the old socket still serves (G23). The old one is *retired*:
  it ends when nothing is owed on it any more.
- A venue that does not take the key is asked once a minute: what is wrong with the key may be mended at the venue. Till then the
  state is REFUSED, and whoever waits for READY is told why.

What READY means is for the user to say (`ready`): for a private stream that everything was asked for after connecting, for an
order socket that the venue has agreed to the greeting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from random import Random
from typing import Any, Generic, TypeVar

import msgspec

from tickwright.core.limits import Priority
from tickwright.core.privatestate import TABLE, PrivateEvent, PrivateState
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import (
    CircuitOpen,
    ConnectionLost,
    ConnectivityError,
    CredentialsRefused,
    DecodeError,
    HandshakeRefused,
    StoreError,
    TimestampRefused,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.io.rest import RestClient
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport, wait_all_closed
from tickwright.model.notices import Notice, SessionDown, SessionUp
from tickwright.trading.keptline import KeptLine
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Secret, Signer
from tickwright.venues.trading import GreetingRefused, Link


__all__ = ["EXPECTED", "KeptPolicy", "KeptSocket", "SocketParts"]

log = logging.getLogger(__name__)

L = TypeVar("L", bound=KeptLine)

_CUT_S = 1.5
"""How long closing sockets are waited for: they are cut off after a second."""

EXPECTED = (ConnectivityError, VenueError, CircuitOpen, DecodeError, StoreError)
"""What the world does, full disks among it: waited for, and tried again."""


class KeptPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a kept socket, each with its reason."""

    answer_s: float = 10.0
    """As long as a connection may take."""
    ping_s: float = 20.0
    """What the venue that wants the most asks for."""
    silent_s: float = 45.0
    """Two pings without anything coming back."""
    renewal_s: float = 1800.0
    """So long before the venue's cut a successor takes over."""
    refused_s: float = 60.0
    """Permissions and lists of addresses change at the venue while programs run; who asks once a minute is no nuisance."""


class SocketParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a kept socket works with."""

    rest: RestClient
    signer: Signer
    endpoints: Endpoints
    transport: WebSocketTransport
    options: WebSocketOptions
    clock: Clock
    rng: Random
    notify: Callable[[Notice], None]
    refused_s: Mapping[int, float] = {}
    """HTTP status of a refused handshake → how long to stay away, where the venue itself does not say."""


class _Succeeded(Exception):  # no error: it ends the tasks of the socket before
    """A successor took over."""


class KeptSocket(Generic[L]):
    """One socket after the other; `run` it as a supervised child.

    Args:
        name: For notices and logs.
        link: How it is begun and kept.
        parts: What it works with.
        policy: The numbers.
        prepare: Returns where to connect, and the handler of the new socket; raises what the world does.
        work: Returns what to run while a socket is held.
    """

    def __init__(
        self,
        name: str,
        link: Link,
        parts: SocketParts,
        policy: KeptPolicy,
        *,
        prepare: Callable[[], Awaitable[tuple[str, L]]],
        work: Callable[[L], Sequence[Coroutine[Any, Any, None]]],
    ) -> None:
        self.name = name
        self.state = TABLE.initial
        self.line: L | None = None
        """The socket that is held, or the successor that is about to be."""
        self.refusal: CredentialsRefused | None = None
        """Why the state is REFUSED, or was before the try that is being made."""
        self.reason = ""
        """What went wrong last, in one line; nothing once all is well."""
        self.reconnects = 0
        self.was_ready = False
        """Whether it was ever ready."""
        self.changed = asyncio.Event()
        """Set with every step; whoever waits clears it."""
        self._link = link
        self._parts = parts
        self._policy = policy
        self._prepare = prepare
        self._work = work
        self._delays = RestartDelays(RestartPolicy(), parts.rng)
        self._tries = 0
        self._successor: L | None = None
        self._closing: list[L] = []

    async def wait_ready(self, *, once: bool = False) -> None:
        """Wait until its user says that it is ready.

        Args:
            once: To have been ready before is enough.

        Raises:
            CredentialsRefused: The venue does not take the key.
        """
        while self.state is not PrivateState.READY and not (once and self.was_ready):
            if self.refusal is not None:
                raise self.refusal
            self.changed.clear()
            await self.changed.wait()

    async def run(self) -> None:
        """Keep the socket until cancelled."""
        self.state = TABLE.initial
        try:
            while True:
                self._step(PrivateEvent.DIAL)
                try:
                    await self._serve()
                except* EXPECTED as group:
                    await asyncio.sleep(self._ended(_gravest(group)))
        finally:
            self._step(PrivateEvent.CLOSE)
            for line in self._closing:
                line.close()
            await wait_all_closed(self._closing, _CUT_S)

    def ready(self) -> None:
        """Note that all is as it should be."""
        if self.state is not PrivateState.READY:
            self._up()
        self.reason, self.refusal = "", None
        self._step(PrivateEvent.RECONCILED)

    def doubted(self) -> None:
        """Note that what the socket should have told did not come; an error that ends the hold follows."""
        self._step(PrivateEvent.DOUBTED)

    # ------------------------------------------------------------------ one socket after the other

    async def _serve(self) -> None:
        """Connect, and go on from socket to socket until one is lost."""
        line: L | None = await self._open(self._step)
        try:
            while line is not None:
                self.line = line
                await self._hold(line)
                line, self._successor = self._successor, None
        finally:
            self.line = None
            if self._successor is not None:
                self._leave(self._successor)
                self._successor = None

    async def _open(self, step: Callable[[PrivateEvent], None]) -> L:
        """Return a socket on which the venue has agreed."""
        parts = self._parts
        await parts.rest.gate.granted(self._link.connect_costs, Priority.ORDER)
        url, line = await self._prepare()
        line.connection = await parts.transport.connect(url, line, parts.options)
        step(PrivateEvent.OPENED)
        try:
            await parts.rest.venue_clock.known()
            now_ms = parts.rest.venue_clock.now_ms()
            # They hold key and signature, which a traceback that shows variables must not (G30).
            for greeting in map(Secret, self._link.greetings(parts.signer, now_ms)):
                line.send(greeting.reveal())
                await self._agreed(line)
        except BaseException:
            self._leave(line)
            raise
        step(PrivateEvent.GREETED)
        return line

    async def _agreed(self, line: L) -> None:
        reply = await line.reply(self._policy.answer_s)
        if isinstance(reply, GreetingRefused):
            if isinstance(reply.error, TimestampRefused):
                await self._parts.rest.venue_clock.relearn()
            raise reply.error

    async def _hold(self, line: L) -> None:
        """Work with a socket until it is lost, or until its successor takes over."""
        is_succeeded = False
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in self._work(line):
                    tasks.create_task(work)
                tasks.create_task(self._watch(line))
                await self._renew(line)
        except* _Succeeded:
            is_succeeded = True
        finally:
            self._leave(line, is_succeeded=is_succeeded)
            _heed_cancellation()

    def _leave(self, line: L, *, is_succeeded: bool = False) -> None:
        """End a socket. Its goodbye is waited for at the very end only: a dead peer must not hold up the next one."""
        if is_succeeded:
            line.retire()
        else:
            line.close()
        self._closing = [each for each in self._closing if not each.is_gone]
        self._closing.append(line)

    async def _renew(self, line: L) -> None:
        """Connect a successor before the venue cuts this socket, or once it says that it will."""
        await line.wait_notice(self._link.lifetime_s - self._policy.renewal_s)
        while True:
            try:
                self._successor = await self._open(lambda event: None)
            except EXPECTED as error:
                log.info("%s: no successor yet: %s", self.name, error)
                await asyncio.sleep(self._policy.ping_s)
            else:
                self.line = self._successor
                raise _Succeeded

    async def _watch(self, line: L) -> None:
        """Ping a socket, and give it up when nothing comes back."""
        while True:
            await asyncio.sleep(self._policy.ping_s)
            silent_s = self._parts.clock.monotonic_s() - line.heard_s
            if silent_s > self._policy.silent_s:
                raise ConnectionLost(1006, f"silent for {silent_s:.0f} s")
            line.ping()

    # ------------------------------------------------------------------ how it stands

    def _step(self, event: PrivateEvent) -> None:
        self.state, _ = TABLE.step(self.state, event)
        self.was_ready = self.was_ready or self.state is PrivateState.READY
        self.changed.set()

    def _up(self) -> None:
        now_ns = self._parts.clock.time_ns()
        self._parts.notify(
            SessionUp(received_ts_ns=now_ns, session=self.name, attempt=self._tries + 1)
        )
        self._tries = 0
        self._delays.connected(self._parts.clock.monotonic_s())

    def _ended(self, error: Exception) -> float:
        """Note that a socket was lost, or not to be had; return how long to wait for the next try."""
        self._tries += 1
        self.reconnects += 1
        if isinstance(error, CredentialsRefused):
            self.refusal = error
            self._step(PrivateEvent.REFUSED)
            delay_s = self._policy.refused_s
        else:
            if self.state is not PrivateState.WAITING:
                self._step(PrivateEvent.LOST)
            delay_s = self._delays.failed(self._parts.clock.monotonic_s()) or 0.0
            delay_s = max(delay_s, self._named_s(error))
        self.reason = str(error)
        now_ns = self._parts.clock.time_ns()
        self._parts.notify(
            SessionDown(
                received_ts_ns=now_ns,
                session=self.name,
                code=0,
                reason=self.reason,
                retry_in_s=delay_s,
            )
        )
        return delay_s

    def _named_s(self, error: Exception) -> float:
        """Return how long a host that turned the handshake down wants to be left alone (G12)."""
        if not isinstance(error, HandshakeRefused):
            return 0.0
        if error.retry_after_s is not None:
            return error.retry_after_s
        return self._parts.refused_s.get(error.status, 0.0)


def _heed_cancellation() -> None:
    """End a task that was cancelled while its socket was lost.

    Up to Python 3.12 a group of tasks tells of their errors only. It takes its own cancelling back if it met its body at work.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _gravest(group: BaseExceptionGroup[Exception]) -> Exception:
    """Return one of the exceptions that ended a socket's tasks: a refused key, or any, for one says as much as all."""
    refused = group.subgroup(CredentialsRefused)
    found: BaseException = refused or group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, Exception)
    return found
