"""Placing orders, one or many by one call: checks, intents in the journal, the call, what came of each order.

The intents of all orders that are placed together are written together, before anything is sent. From then on each has a fate of
its own: reported, rejected, denied or lost. A lost answer loses all of them, and each is found out by its own name (G1, G2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from tickwright.core.ordercheck import Denial
from tickwright.errors import CommandDenied, StoreError, TickwrightError, UsageError
from tickwright.io.clock import Clock
from tickwright.io.rest import Leaving
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, OrderEvent, OrderState, SubmitOrder
from tickwright.runtime.bus import Spawn
from tickwright.trading.changing import Changes, Job
from tickwright.trading.desk import TradingDesk
from tickwright.trading.inquiries import Inquiries
from tickwright.trading.journal import CancelAsked, Denied, Entry, Submitted
from tickwright.trading.recorder import Recorder
from tickwright.trading.together import together
from tickwright.venues.groups import Group


__all__ = ["Check", "Placing", "Wanted"]

_ANSWER_S = 10.0
"""How long placing waits for a venue that queues requests; by then it was asked several times."""

Wanted = tuple[SubmitOrder, Instrument]
"""What to place, and of what."""


class Check(Protocol):
    """Says why an order must not leave."""

    def __call__(
        self,
        command: SubmitOrder,
        instrument: Instrument,
        /,
        *,
        besides: Sequence[SubmitOrder] = (),
        in_place_of: Order | None = None,
    ) -> Denial | None:
        """Return a denial, ``None`` to let the order leave.

        Args:
            command: What is to leave.
            instrument: Of the order.
            besides: Orders that leave at the same time and before it, of which the board does not know yet.
            in_place_of: The order that ends if this one is placed; of the same name, if it is amended.
        """


class Placing:
    """Places orders and follows each until its outcome is known, or known to be unknown.

    Args:
        inquiries: Finds out what answers do not tell.
        changes: Settles what becomes of an order that another one replaces.
        recorder: Journal, board and listeners.
        check: Asked before anything is sent.
        leaving: Has the last word, for what has waited meanwhile.
        clock: Both clocks.
        spawn: Runs what must not end with whoever asked for it.
    """

    def __init__(
        self,
        inquiries: Inquiries,
        changes: Changes,
        recorder: Recorder,
        *,
        check: Check,
        leaving: Leaving | None,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._inquiries = inquiries
        self._changes = changes
        self._recorder = recorder
        self._check = check
        self._leaving = leaving
        self._clock = clock
        self._spawn = spawn
        self._claimed: dict[str, SubmitOrder | None] = {}
        """Names of orders whose intent is on its way into the journal; without the order if it is denied."""
        recorder.listen(self._heard)

    # ------------------------------------------------------------------ before

    def claim(
        self,
        wanted: Sequence[Wanted],
        *,
        all_or_none: bool = False,
        in_place_of: Order | None = None,
    ) -> dict[str, Denial]:
        """Check orders and reserve their names; return why some must not leave.

        What is claimed must be placed (`place`) without waiting for anything in between.

        Args:
            wanted: The orders; each counts against those behind it.
            all_or_none: One denial denies the others as well.
            in_place_of: The order that ends if this one is placed.

        Raises:
            UsageError: A name was used before; nothing is claimed then.
        """
        names = [command.client_order_id for command, _ in wanted]
        for name in names:
            if name in self._claimed or name in self._recorder.board or names.count(name) > 1:
                raise UsageError(f"an order goes by {name!r} already; names are used once")
        denials: dict[str, Denial] = {}
        ahead = self._ahead()
        for command, instrument in wanted:
            denial = self._check(command, instrument, besides=ahead, in_place_of=in_place_of)
            if denial is None:
                ahead.append(command)
            else:
                denials[command.client_order_id] = denial
            self._claimed[command.client_order_id] = command if denial is None else None
        if denials and all_or_none:
            first, denial = next(iter(denials.items()))
            other = Denial(denial.code, f"{first} was denied: {denial.text}")
            denials = {name: denials.get(name, other) for name in names}
            self._claimed |= dict.fromkeys(names)
        return denials

    def deny_change(self, old: Order, changed: Order) -> CommandDenied | None:
        """Return why an order must not be changed as wanted, ``None`` if it may.

        Args:
            old: As it is.
            changed: As it is to be.
        """
        command = msgspec.structs.replace(
            old.command, quantity=changed.quantity, price=changed.price, quote_quantity=None
        )
        denial = self._check(
            command,
            self._inquiries.desk_of(old.client_order_id).instrument(old),
            besides=self._ahead(),
            in_place_of=old,
        )
        return None if denial is None else CommandDenied(denial.code, denial.text)

    def _ahead(self) -> list[SubmitOrder]:
        """Return the orders that are on their way into the journal, and are to leave."""
        return [each for each in self._claimed.values() if each is not None]

    # ------------------------------------------------------------------ placing

    async def place(
        self,
        wanted: Sequence[Wanted],
        jobs: Sequence[Job],
        denials: Mapping[str, Denial],
        *,
        in_place_of: Order | None = None,
    ) -> None:
        """Place orders; on return the outcome of each is known, or known to be unknown.

        Whoever is cancelled while waiting leaves them to themselves: they are sent and followed all the same.

        Args:
            wanted: The orders, claimed.
            jobs: The calls for those that are not denied; made at the same time.
            denials: Why others are.
            in_place_of: The order that the call cancels, named in its group as well.

        Raises:
            StoreError: The intents could not be journalled, and nothing was sent; or an answer could not.
        """
        now_ns = self._clock.time_ns()
        entries: list[Entry] = [
            Submitted(
                at_ns=now_ns,
                product=instrument.product,
                command=command,
                is_leaving=command.client_order_id not in denials,
            )
            for command, instrument in wanted
        ]
        for name, denial in denials.items():
            entries.append(
                Denied(at_ns=now_ns, client_order_id=name, code=denial.code, text=denial.text)
            )
        if in_place_of is not None and jobs:
            entries.append(CancelAsked(at_ns=now_ns, client_order_id=in_place_of.client_order_id))
        placed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        names = [command.client_order_id for command, _ in wanted]
        self._spawn(f"order {names[0]}", self._run(names, entries, jobs, in_place_of, placed))
        await placed  # who is cancelled cancels this alone, and not the task

    async def _run(
        self,
        names: Sequence[str],
        entries: Sequence[Entry],
        jobs: Sequence[Job],
        in_place_of: Order | None,
        placed: asyncio.Future[None],
    ) -> None:
        try:
            await self._intend(names, entries)
            if len(jobs) == 1:
                await self._send(*jobs[0], in_place_of)
            else:
                await together([self._send(*job, in_place_of) for job in jobs])
        except BaseException as error:
            # The connector closes: after a restart the order is sought. Or the journal failed, which is its caller's to know.
            if not placed.done():  # whoever asked may be gone
                placed.set_exception(
                    error if isinstance(error, Exception) else ConnectionAbortedError()
                )
            if not isinstance(error, TickwrightError):
                raise
        else:
            if not placed.done():
                placed.set_result(None)

    async def _intend(self, names: Sequence[str], entries: Sequence[Entry]) -> None:
        try:
            await self._recorder.record(*entries)
        except StoreError:
            for name in names:
                self._claimed.pop(name, None)
            raise

    async def _send(self, desk: TradingDesk, group: Group, in_place_of: Order | None) -> None:
        answers = dict(zip(group.names, await desk.answers(group, self._leaving), strict=True))
        ended = None if in_place_of is None else answers.pop(in_place_of.client_order_id)
        try:
            await self._recorder.record(
                *[desk.fate(name, answer) for name, answer in answers.items()]
            )
        except StoreError:
            self._seek(answers)  # what could not be written down is asked for until it can
            raise
        self._seek(answers)
        if in_place_of is not None and ended is not None:
            await self._changes.settle(desk, in_place_of, ended)
        order = self._inquiries.order
        queued = [name for name in answers if order(name).state is OrderState.SENT]
        if queued:
            await together([self._inquiries.until(name, _is_told, _ANSWER_S) for name in queued])

    def _seek(self, names: Iterable[str]) -> None:
        for name in names:
            self._inquiries.seek(name)

    def _heard(self, event: OrderEvent) -> None:
        self._claimed.pop(event.order.client_order_id, None)


def _is_told(order: Order) -> bool:
    return order.state is not OrderState.SENT
