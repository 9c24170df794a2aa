"""Placing orders, one or many by one call: checks, intents in the journal, the call, what came of each order.

The intents of all orders that are placed together are written together, before anything is sent. From then on each has a fate of
its own: reported, rejected, denied or lost. A lost answer loses all of them, and each is found out by its own name (G1, G2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import msgspec

from tickwright.core.ordercheck import Denial
from tickwright.errors import CommandDenied, StoreError, TickwrightError, UsageError
from tickwright.io.clock import Clock
from tickwright.io.rest import Leaving
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, OrderState, SubmitOrder
from tickwright.runtime.bus import Spawn
from tickwright.trading.changing import Changes, Job
from tickwright.trading.desk import Answer, Fate, TradingDesk
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
        board = self._recorder.board
        return [
            command
            for name, command in self._claimed.items()
            if command is not None and name not in board
        ]

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
        names = [command.client_order_id for command, _ in wanted]
        placement = _Placement(1 + len(jobs), in_place_of)
        if self._recorder.is_immediate:
            try:
                self._recorder.record_nowait(*entries)
            finally:
                self._disclaim(names)
            self._begin(jobs, placement)
            placement.part_ended()
        else:
            intend = self._intend(names, entries, jobs, placement)
            self._spawn(f"order {names[0]}", placement.tend(intend))
        await placement.ended  # who is cancelled cancels this alone, and no order

    async def _intend(
        self,
        names: Sequence[str],
        entries: Sequence[Entry],
        jobs: Sequence[Job],
        placement: _Placement,
    ) -> None:
        try:
            await self._recorder.record(*entries)
        finally:
            self._disclaim(names)
        self._begin(jobs, placement)

    def _disclaim(self, names: Sequence[str]) -> None:
        for name in names:
            self._claimed.pop(name, None)

    def _begin(self, jobs: Sequence[Job], placement: _Placement) -> None:
        """Make the calls: one that has nothing to wait for on the spot, which is cheaper than a task by a quarter of an order."""
        is_quick = self._recorder.is_immediate and placement.in_place_of is None
        for desk, group in jobs:
            told = partial(self._told, desk, group, placement)
            if not (is_quick and desk.ask(group, self._leaving, told)):
                carry = self._carry(desk, group, placement.in_place_of)
                self._spawn(f"order {group.names[0]}", placement.tend(carry))

    # ------------------------------------------------------------------ answers

    def _told(
        self, desk: TradingDesk, group: Group, placement: _Placement, answers: list[Answer]
    ) -> None:
        """Take in what came of a call, on the spot."""
        try:
            try:
                self._recorder.record_nowait(*_fates(desk, group.names, answers))
            finally:
                self._seek(group.names)  # what could not be written down is asked for until it can
            queued = self._queued(group.names)
            if queued:
                self._spawn(f"order {queued[0]}", placement.tend(self._known(queued)))
                return
        except TickwrightError as error:
            placement.part_ended(error)
        else:
            placement.part_ended()

    async def _carry(self, desk: TradingDesk, group: Group, in_place_of: Order | None) -> None:
        """Make a call, and take in what came of it."""
        answers = dict(zip(group.names, await desk.answers(group, self._leaving), strict=True))
        ended = None if in_place_of is None else answers.pop(in_place_of.client_order_id)
        try:
            await self._recorder.record(*_fates(desk, answers, answers.values()))
        except StoreError:
            self._seek(answers)
            raise
        self._seek(answers)
        if in_place_of is not None and ended is not None:
            await self._changes.settle(desk, in_place_of, ended)
        await self._known(self._queued(answers))

    def _seek(self, names: Iterable[str]) -> None:
        for name in names:
            self._inquiries.seek(name)

    def _queued(self, names: Iterable[str]) -> list[str]:
        """Return the orders of which the venue has only said that it will see to them."""
        order = self._inquiries.order
        return [name for name in names if order(name).state is OrderState.SENT]

    async def _known(self, names: Sequence[str]) -> None:
        """Wait for a while until orders are known to be at the venue, or not."""
        await together([self._inquiries.until(name, _is_told, _ANSWER_S) for name in names])


class _Placement:
    """One `Placing.place`: it has ended once all of its parts have, or one of them with an error; the others go on then.

    Args:
        parts: How many: the writing of the intents, and each call.
        in_place_of: The order that the call cancels.
    """

    __slots__ = ("_parts", "ended", "in_place_of")

    def __init__(self, parts: int, in_place_of: Order | None) -> None:
        self._parts = parts
        self.in_place_of = in_place_of
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def part_ended(self, error: Exception | None = None) -> None:
        """Note the end of a part."""
        self._parts -= 1
        if self.ended.done():
            return  # whoever asked may be gone
        if error is not None:
            self.ended.set_exception(error)
        elif not self._parts:
            self.ended.set_result(None)

    async def tend(self, part: Coroutine[Any, Any, None]) -> None:
        """Do a part, as a task that nobody's leaving ends."""
        try:
            await part
        except BaseException as error:
            # The connector closes: after a restart the order is sought. Or the journal failed, which is the caller's to know.
            self.part_ended(error if isinstance(error, Exception) else ConnectionAbortedError())
            if not isinstance(error, TickwrightError):
                raise
        else:
            self.part_ended()


def _fates(desk: TradingDesk, names: Iterable[str], answers: Iterable[Answer]) -> list[Fate]:
    return [desk.fate(name, answer) for name, answer in zip(names, answers, strict=True)]


def _is_told(order: Order) -> bool:
    return order.state is not OrderState.SENT
