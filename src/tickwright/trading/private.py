"""A product's private stream: keeps it, folds what it tells, and says when the account is known (READY).

Theory of operation
===================

Private streams are not sent again after a gap, and some are silent when their key has expired. So:

- After every connection everything is asked for, orders and balances, and only then the state is READY (G8). What the
  stream tells meanwhile is folded at once: executions count by their ids, whoever brings them first.
- Every socket is pinged, and replaced if nothing at all comes back (G4). Now and then a READY account is reconciled again: if
  that finds what the stream should have told long ago, the stream is deaf, and is replaced (G18).
- Before the venue's cut a successor is connected and greeted while the old socket still tells; both are read, one after the
  other, and what came twice counts once (G23).

Two things are told apart when it fails. An outage is waited for, with growing delays. A venue that does not take the key is
not asked again: the state is REFUSED, and whoever waits for READY is told why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from random import Random

import msgspec

from tickwright.core.privatestate import TABLE, PrivateEvent, PrivateState
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import (
    CircuitOpen,
    ConnectionLost,
    ConnectivityError,
    CredentialsRefused,
    DecodeError,
    NotSupported,
    RateLimited,
    TimestampRefused,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.io.rest import RestClient
from tickwright.io.websocket import WebSocketOptions, WebSocketTransport
from tickwright.model.instrument import Instruments
from tickwright.model.notices import DecodeFailure, Notice, SessionDown, SessionUp
from tickwright.model.orders import OrderReport
from tickwright.trading.accounts import Accounts
from tickwright.trading.desk import TradingDesk
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Entry, Reported
from tickwright.trading.privateline import PrivateLine
from tickwright.trading.recorder import Recorder
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Signer
from tickwright.venues.trading import AccountNews, GreetingRefused, StreamEnded


__all__ = ["PrivateParts", "PrivatePolicy", "PrivateSession"]

log = logging.getLogger(__name__)

_EXPECTED = (ConnectivityError, VenueError, CircuitOpen, DecodeError)
"""What the world does: waited for, and tried again."""
_NS = 1_000_000_000


class PrivatePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a private stream, each with its reason."""

    answer_s: float = 10.0
    """As long as a connection may take."""
    ping_s: float = 20.0
    """What the venue that wants the most asks for."""
    silent_s: float = 45.0
    """Two pings without anything coming back."""
    audit_s: float = 300.0
    """Asking for everything costs a hundredth of a minute's weight."""
    late_s: float = 10.0
    """What the venue shows and the stream has not told for so long will not be told."""
    renewal_s: float = 1800.0
    """So long before the venue's cut a successor takes over."""


class PrivateParts(msgspec.Struct, frozen=True, kw_only=True):
    """What a private stream works with."""

    desk: TradingDesk
    rest: RestClient
    signer: Signer
    endpoints: Endpoints
    instruments: Callable[[], Instruments]
    transport: WebSocketTransport
    options: WebSocketOptions
    gateway: Gateway
    recorder: Recorder
    accounts: Accounts
    clock: Clock
    rng: Random
    notify: Callable[[Notice], None]


class _Succeeded(Exception):  # no error: it ends the tasks of the socket before
    """A successor took over."""


class PrivateSession:
    """One product's private stream; `run` it as a supervised child.

    Args:
        parts: What it works with.
        policy: The numbers.
    """

    def __init__(self, parts: PrivateParts, policy: PrivatePolicy | None = None) -> None:
        self.name = f"{parts.desk.name}/private"
        self.state = TABLE.initial
        self.refusal: CredentialsRefused | None = None
        """Why the state is REFUSED."""
        self.reconnects = 0
        self.decode_failures = 0
        self._parts = parts
        self._link = parts.desk.calls.link
        self._policy = policy or PrivatePolicy()
        self._delays = RestartDelays(RestartPolicy(), parts.rng)
        self._changed = asyncio.Event()
        self._tries = 0
        self._successor: PrivateLine | None = None
        self._closing: list[PrivateLine] = []

    async def wait_ready(self) -> None:
        """Wait until all that the venue knows of the account is known here.

        Raises:
            CredentialsRefused: The venue does not take the key.
        """
        while self.state is not PrivateState.READY:
            if self.refusal is not None:
                raise self.refusal
            self._changed.clear()
            await self._changed.wait()

    async def run(self) -> None:
        """Keep the stream until cancelled; if the venue refuses the key, do nothing more."""
        self.state = TABLE.initial
        try:
            while self.state is not PrivateState.REFUSED:
                self._step(PrivateEvent.DIAL)
                try:
                    await self._serve()
                except* CredentialsRefused as group:
                    self._refused(_first(group))
                except* _EXPECTED as group:
                    await self._lost(_first(group))
            await asyncio.Event().wait()
        finally:
            self._step(PrivateEvent.CLOSE)
            for line in self._closing:
                await line.wait_closed()

    # ------------------------------------------------------------------ one socket after the other

    async def _serve(self) -> None:
        """Connect, and go on from socket to socket until one is lost."""
        line: PrivateLine | None = await self._open(self._step)
        try:
            while line is not None:
                await self._hold(line)
                line, self._successor = self._successor, None
        finally:
            if self._successor is not None:
                self._leave(self._successor)
                self._successor = None

    async def _open(self, step: Callable[[PrivateEvent], None]) -> PrivateLine:
        """Return a socket on which the venue has agreed to tell."""
        parts, link = self._parts, self._link
        call = link.key()
        key = "" if call is None else await parts.rest.call(call)
        line = PrivateLine(link, parts.clock)
        url = link.url(parts.endpoints, key)
        line.connection = await parts.transport.connect(url, line, parts.options)
        step(PrivateEvent.OPENED)
        try:
            await parts.rest.venue_clock.known()
            greetings = link.greetings(parts.signer, parts.rest.venue_clock.now_ms())
            for text in greetings:
                line.send(text)
                await self._agreed(line)
        except BaseException:
            self._leave(line)
            raise
        step(PrivateEvent.GREETED)
        return line

    async def _agreed(self, line: PrivateLine) -> None:
        reply = await line.reply(self._policy.answer_s)
        if isinstance(reply, GreetingRefused):
            if isinstance(reply.error, TimestampRefused):
                await self._parts.rest.venue_clock.relearn()
            raise reply.error

    async def _hold(self, line: PrivateLine) -> None:
        """Read a socket until it is lost, or until its successor takes over."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(line))
                tasks.create_task(self._watch(line))
                tasks.create_task(self._settle())
                tasks.create_task(self._renew())
                if self._link.keepalive_s is not None:
                    tasks.create_task(self._keep_alive(self._link.keepalive_s))
        except* _Succeeded:
            pass
        finally:
            self._leave(line)

    def _leave(self, line: PrivateLine) -> None:
        """End a socket. Its goodbye is waited for at the very end only: a dead peer must not hold up the next one."""
        line.close()
        self._closing = [each for each in self._closing if not each.has_ended]
        self._closing.append(line)

    async def _renew(self) -> None:
        """Connect a successor before the venue cuts this socket."""
        await asyncio.sleep(self._link.lifetime_s - self._policy.renewal_s)
        while True:
            try:
                self._successor = await self._open(lambda event: None)
            except _EXPECTED as error:
                log.info("%s: no successor yet: %s", self.name, error)
                await asyncio.sleep(self._policy.ping_s)
            else:
                raise _Succeeded

    async def _keep_alive(self, every_s: float) -> None:
        """Keep the stream's key alive; what fails is tried again until the key must have expired."""
        failures = 0
        while True:
            await asyncio.sleep(every_s if not failures else self._policy.ping_s)
            try:
                await self._parts.rest.call(self._link.keepalive(""))
                failures = 0
            except (ConnectivityError, CircuitOpen, RateLimited) as error:
                failures += 1
                log.info("%s: the stream's key could not be kept alive: %s", self.name, error)

    async def _watch(self, line: PrivateLine) -> None:
        """Ping a socket, and give it up when nothing comes back."""
        while True:
            await asyncio.sleep(self._policy.ping_s)
            silent_s = self._parts.clock.monotonic_s() - line.heard_s
            if silent_s > self._policy.silent_s:
                raise ConnectionLost(1006, f"silent for {silent_s:.0f} s")
            line.ping()

    # ------------------------------------------------------------------ what it tells

    async def _read(self, line: PrivateLine) -> None:
        while True:
            entries: list[Entry] = []
            ended: StreamEnded | None = None
            for frame, received_ts_ns in await line.frames():
                for news in self._news(frame, received_ts_ns):
                    match news:
                        case OrderReport():
                            entries.append(self._entry(news))
                        case AccountNews():
                            self._parts.accounts.apply(self._parts.desk.name, news)
                        case StreamEnded():
                            ended = news
            if entries:
                await self._parts.recorder.record(*entries)
            if ended is not None:
                raise ConnectionLost(1000, f"the venue ended the stream: {ended.reason}")

    def _news(
        self, frame: bytes, received_ts_ns: int
    ) -> list[OrderReport | AccountNews | StreamEnded]:
        try:
            return list(self._link.read(frame, received_ts_ns, self._parts.instruments()))
        except DecodeError as error:
            self.decode_failures += 1
            self._parts.notify(
                DecodeFailure(
                    received_ts_ns=received_ts_ns,
                    session=self.name,
                    stream="",
                    error=str(error),
                    raw=frame,
                )
            )
            return []

    def _entry(self, report: OrderReport) -> Reported:
        return Reported(
            at_ns=self._parts.clock.time_ns(), product=self._parts.desk.name, report=report
        )

    # ------------------------------------------------------------------ what is asked for

    async def _settle(self) -> None:
        """Ask for everything until there is an answer; then say so, and go on asking now and then."""
        await self._reconciled()
        if self.state is not PrivateState.READY:
            self._up()
        self._step(PrivateEvent.RECONCILED)
        while True:
            await asyncio.sleep(self._policy.audit_s)
            late = await self._reconciled()
            if late:
                self._step(PrivateEvent.DOUBTED)
                raise ConnectionLost(1006, f"deaf: it never told of {late[0].client_order_id}")

    async def _reconciled(self) -> list[Reported]:
        """Make orders and balances what the venue says; return what the stream should have told long before."""
        parts = self._parts
        delays = RestartDelays(RestartPolicy(), parts.rng)
        while True:
            try:
                asked_ns = parts.clock.time_ns()
                news = await parts.gateway.reconcile(parts.desk.name)
                await self._begin_accounts()
            except CredentialsRefused:
                raise
            except _EXPECTED as error:
                log.info("%s: cannot be reconciled yet: %s", self.name, error)
                await asyncio.sleep(delays.failed(parts.clock.monotonic_s()) or 0.0)
                continue
            told_by_ns = asked_ns - round(self._policy.late_s * _NS)
            return [entry for entry in news if (entry.report.venue_ts_ns or asked_ns) < told_by_ns]

    async def _begin_accounts(self) -> None:
        parts = self._parts
        balances = await parts.desk.balances()
        try:
            positions = await parts.desk.positions()
        except NotSupported:
            positions = []
        parts.accounts.begin(parts.desk.name, balances, positions)

    # ------------------------------------------------------------------ how it stands

    def _step(self, event: PrivateEvent) -> None:
        self.state, _ = TABLE.step(self.state, event)
        self._changed.set()

    def _up(self) -> None:
        now_ns = self._parts.clock.time_ns()
        self._parts.notify(
            SessionUp(received_ts_ns=now_ns, session=self.name, attempt=self._tries + 1)
        )
        self._tries = 0
        self._delays.connected(self._parts.clock.monotonic_s())

    def _refused(self, error: Exception) -> None:
        assert isinstance(error, CredentialsRefused)
        self.refusal = error
        self._step(PrivateEvent.REFUSED)
        self._down(str(error), 0.0, is_final=True)

    async def _lost(self, error: Exception) -> None:
        if self.state is not PrivateState.WAITING:
            self._step(PrivateEvent.LOST)
        self._tries += 1
        self.reconnects += 1
        delay_s = self._delays.failed(self._parts.clock.monotonic_s()) or 0.0
        self._down(str(error), delay_s, is_final=False)
        await asyncio.sleep(delay_s)

    def _down(self, reason: str, delay_s: float, *, is_final: bool) -> None:
        notice = SessionDown(
            received_ts_ns=self._parts.clock.time_ns(),
            session=self.name,
            code=0,
            reason=reason,
            retry_in_s=delay_s,
            is_final=is_final,
        )
        log.warning("%r", notice)
        self._parts.notify(notice)


def _first(group: BaseExceptionGroup[BaseException]) -> Exception:
    """Return one of the exceptions that ended a socket's tasks: one says as much as all."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, Exception)
    return found
