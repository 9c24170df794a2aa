"""A product's private stream: keeps it, folds what it tells, and says when the account is known (READY).

Theory of operation
===================

Private streams are not sent again after a gap, and some are silent when their key has expired. So:

- After every connection everything is asked for, orders and balances, and only then the state is READY (G8). What the
  stream tells meanwhile is folded at once: executions count by their ids, whoever brings them first.
- Every socket is pinged, and replaced if nothing at all comes back (G4). Now and then a READY account is reconciled again: if
  that finds what the stream should have told long ago, the stream is deaf, and is replaced (G18).
- Before the venue's cut a successor takes over; what came twice counts once (G23).

How the socket is kept is the affair of `tickwright.trading.keptsocket`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tickwright.core.privatestate import PrivateState
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import (
    CircuitOpen,
    ConnectionLost,
    ConnectivityError,
    CredentialsRefused,
    DecodeError,
    RateLimited,
)
from tickwright.model.instrument import Instruments
from tickwright.model.notices import DecodeFailure
from tickwright.model.orders import OrderReport
from tickwright.trading.accounts import Accounts
from tickwright.trading.desk import TradingDesk
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Entry, Reported
from tickwright.trading.keptsocket import EXPECTED, KeptPolicy, KeptSocket, SocketParts
from tickwright.trading.privateline import PrivateLine
from tickwright.trading.recorder import Recorder
from tickwright.venues.trading import AccountNews, StreamEnded


__all__ = ["PrivateParts", "PrivatePolicy", "PrivateSession"]

log = logging.getLogger(__name__)

_NS = 1_000_000_000


class PrivatePolicy(KeptPolicy, frozen=True, kw_only=True):
    """Numbers of a private stream, each with its reason."""

    audit_s: float = 300.0
    """Asking for everything costs a hundredth of a minute's weight."""
    late_s: float = 10.0
    """What the venue shows and the stream has not told for so long will not be told."""


class PrivateParts(SocketParts, frozen=True, kw_only=True):
    """What a private stream works with."""

    desk: TradingDesk
    instruments: Callable[[], Instruments]
    gateway: Gateway
    recorder: Recorder
    accounts: Accounts
    tie: Callable[[PrivateLine], Awaitable[None]] | None = None
    """Called with each new connection that the venue has agreed to, before anything is asked for; raises what the world does."""


class PrivateSession:
    """One product's private stream; `run` it as a supervised child.

    Args:
        parts: What it works with.
        policy: The numbers.
    """

    def __init__(self, parts: PrivateParts, policy: PrivatePolicy | None = None) -> None:
        self.product = parts.desk.name
        self.name = f"{self.product}/private"
        self.decode_failures = 0
        self._parts = parts
        self._link = parts.desk.calls.link
        self._policy = policy or PrivatePolicy()
        self._socket: KeptSocket[PrivateLine] = KeptSocket(
            self.name, self._link, parts, self._policy, prepare=self._prepare, work=self._work
        )

    @property
    def state(self) -> PrivateState:
        """How much of the account is known."""
        return self._socket.state

    @property
    def refusal(self) -> CredentialsRefused | None:
        """Why the state is REFUSED, or was before the try that is being made."""
        return self._socket.refusal

    @property
    def reason(self) -> str:
        """Why it is not READY, as far as anything was said or is waited for; empty after all went well."""
        return self._socket.reason or self._parts.rest.gate.holding()

    @property
    def reconnects(self) -> int:
        """How often a socket was lost, or not to be had."""
        return self._socket.reconnects

    @property
    def was_ready(self) -> bool:
        """Whether the account was ever known; an outage takes nothing of it back."""
        return self._socket.was_ready

    async def wait_ready(self, *, once: bool = False) -> None:
        """Wait until all that the venue knows of the account is known here.

        Args:
            once: To have been so before is enough.

        Raises:
            CredentialsRefused: The venue does not take the key.
        """
        await self._socket.wait_ready(once=once)

    async def wait_change(self) -> None:
        """Wait until `state` may be another than now."""
        self._socket.changed.clear()
        await self._socket.changed.wait()

    async def run(self) -> None:
        """Keep the stream until cancelled."""
        await self._socket.run()

    async def _prepare(self) -> tuple[str, PrivateLine]:
        parts, link = self._parts, self._link
        call = link.key()
        key = "" if call is None else await parts.rest.call(call)
        return link.url(parts.endpoints, key), PrivateLine(link, parts.clock)

    def _work(self, line: PrivateLine) -> list[Coroutine[Any, Any, None]]:
        work = [self._read(line), self._settle(line)]
        if self._link.keepalive_s is not None:
            work.append(self._keep_alive(self._link.keepalive_s))
        return work

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

    # ------------------------------------------------------------------ what it tells

    async def _read(self, line: PrivateLine) -> None:
        recorder = self._parts.recorder
        if recorder.is_immediate:
            await line.read(self._hear)
        while True:
            told = [self._told(*each) for each in await line.frames()]
            entries = [entry for reports, _ in told for entry in reports]
            if entries:
                await recorder.record(*entries)
            for _, ended in told:
                _require_more(ended)

    def _hear(self, frame: bytes, received_ts_ns: int) -> None:
        """Take in a message on the spot."""
        entries, ended = self._told(frame, received_ts_ns)
        if entries:
            self._parts.recorder.record_nowait(*entries)
        _require_more(ended)

    def _told(self, frame: bytes, received_ts_ns: int) -> tuple[list[Entry], StreamEnded | None]:
        """Return what a message says of orders, and that it is the last one if it says so."""
        entries: list[Entry] = []
        ended: StreamEnded | None = None
        for news in self._news(frame, received_ts_ns):
            match news:
                case OrderReport():
                    entries.append(self._entry(news))
                case AccountNews():
                    self._parts.accounts.apply(self._parts.desk.name, news, received_ts_ns)
                case StreamEnded():
                    ended = news
        return entries, ended

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

    async def _settle(self, line: PrivateLine) -> None:
        """Ask for everything until there is an answer; then say so, and go on asking now and then."""
        if self._parts.tie is not None:
            await self._parts.tie(line)
        await self._reconciled()
        self._socket.ready()
        while True:
            await asyncio.sleep(self._policy.audit_s)
            late = await self._reconciled()
            if late:
                self._socket.doubted()
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
            except EXPECTED as error:
                self._socket.reason = str(error)
                log.info("%s: cannot be reconciled yet: %s", self.name, error)
                await asyncio.sleep(delays.failed(parts.clock.monotonic_s()) or 0.0)
                continue
            told_by_ns = asked_ns - round(self._policy.late_s * _NS)
            return [entry for entry in news if (entry.report.venue_ts_ns or asked_ns) < told_by_ns]

    async def _begin_accounts(self) -> None:
        parts = self._parts
        parts.accounts.begin(parts.desk.name, await parts.desk.holdings(), parts.clock.time_ns())


def _require_more(ended: StreamEnded | None) -> None:
    if ended is not None:
        raise ConnectionLost(1000, f"the venue ended the stream: {ended.reason}")
