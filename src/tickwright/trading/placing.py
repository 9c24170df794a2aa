"""Placing orders, one or many by one call: intents in the journal, the call, what came of each order.

The intents of all orders that are placed together are written together, before anything is sent. From then on each has a fate of
its own: reported, rejected, denied or lost. A lost answer loses all of them, and each is found out by its own name (G1, G2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from tickwright.core.ordercheck import Denial
from tickwright.errors import ConnectionLost, StoreError, TickwrightError
from tickwright.io.clock import Clock
from tickwright.model.orders import Order, OrderState
from tickwright.runtime.bus import Spawn
from tickwright.trading.changing import Changes, Job
from tickwright.trading.claims import Claims, Wanted
from tickwright.trading.departures import Departure, Departures
from tickwright.trading.desk import Answer, Fate, TradingDesk
from tickwright.trading.inquiries import Inquiries
from tickwright.trading.journal import CancelAsked, Denied, Entry, Submitted
from tickwright.trading.recorder import Recorder
from tickwright.trading.together import together
from tickwright.venues.groups import Group


__all__ = ["Placing"]

_GOING_AWAY = 1001
_ANSWER_S = 10.0
"""How long placing waits for a venue that queues requests; by then it was asked several times."""


class Placing:
    """Places orders and follows each until its outcome is known, or known to be unknown.

    Args:
        inquiries: Finds out what answers do not tell.
        changes: Settles what becomes of an order that another one replaces.
        recorder: Journal, board and listeners.
        claims: Whose names are let go once the board knows them.
        departures: Those that have not left yet; has the last word on what has waited meanwhile.
        clock: Both clocks.
        spawn: Runs what must not end with whoever asked for it.
    """

    def __init__(
        self,
        inquiries: Inquiries,
        changes: Changes,
        recorder: Recorder,
        *,
        claims: Claims,
        departures: Departures,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._inquiries = inquiries
        self._changes = changes
        self._recorder = recorder
        self._claims = claims
        self._departures = departures
        self._clock = clock
        self._spawn = spawn

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
            wanted: The orders, claimed (`tickwright.trading.claims`).
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
        placement = _Placement(1 + len(jobs), in_place_of, names)
        if self._recorder.is_immediate:
            try:
                self._recorder.record_nowait(*entries)
            finally:
                self._claims.release(names)
            self._begin(jobs, placement)
            placement.part_ended()
        else:
            self._spawn(f"order {names[0]}", self._intend(names, entries, jobs, placement))
        await placement.ended  # who is cancelled cancels this alone, and no order

    async def _intend(
        self,
        names: Sequence[str],
        entries: Sequence[Entry],
        jobs: Sequence[Job],
        placement: _Placement,
    ) -> None:
        with placement.part():
            try:
                await self._recorder.record(*entries)
            finally:
                self._claims.release(names)
            self._begin(jobs, placement)

    def _begin(self, jobs: Sequence[Job], placement: _Placement) -> None:
        """Make the calls; one that has nothing to wait for needs no task."""
        is_quick = self._recorder.is_immediate and placement.in_place_of is None
        for desk, group in jobs:
            told = partial(self._told, desk, group, placement)
            try:
                is_asked = is_quick and desk.ask(group, self._departures.leaving, told)
            except Exception:  # a bug, that must not leave orders in the dark
                self._seek(group.names)
                raise
            if not is_asked:
                departure = self._departures.begin(placement.placed(group.names))
                carrying = self._carry(desk, group, placement, departure)
                self._spawn(f"order {group.names[0]}", carrying)

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
                self._spawn(f"order {queued[0]}", self._follow(queued, placement))
                return
        except Exception as error:
            placement.part_ended(error)
            if not isinstance(error, TickwrightError):
                raise
        else:
            placement.part_ended()

    async def _follow(self, names: Sequence[str], placement: _Placement) -> None:
        with placement.part():
            await self._known(names)

    async def _carry(
        self, desk: TradingDesk, group: Group, placement: _Placement, departure: Departure
    ) -> None:
        """Make a call, and take in what came of it."""
        with placement.part():
            try:
                found = await departure.answers(desk, group)
            except Exception:  # a bug, that must not leave orders in the dark
                self._seek(placement.placed(group.names))
                raise
            answers = dict(zip(group.names, found, strict=True))
            old = placement.in_place_of
            ended = None if old is None else answers.pop(old.client_order_id)
            try:
                await self._recorder.record(*_fates(desk, answers, answers.values()))
            except StoreError:
                self._seek(answers)
                raise
            self._seek(answers)
            if old is not None and ended is not None:
                await self._changes.settle(desk, old, ended)
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
        names: The orders that are placed.
    """

    __slots__ = ("_names", "_parts", "ended", "in_place_of")

    def __init__(self, parts: int, in_place_of: Order | None, names: Sequence[str]) -> None:
        self._parts = parts
        self._names = names
        self.in_place_of = in_place_of
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def placed(self, names: Sequence[str]) -> list[str]:
        """Return which of a call's orders are placed by it."""
        old = self.in_place_of
        return [name for name in names if old is None or name != old.client_order_id]

    def part_ended(self, error: Exception | None = None) -> None:
        """Note the end of a part."""
        self._parts -= 1
        if self.ended.done():
            return  # whoever asked may be gone
        if error is not None:
            self.ended.set_exception(error)
        elif not self._parts:
            self.ended.set_result(None)

    @contextmanager
    def part(self) -> Iterator[None]:
        """Do a part, in a task that nobody's leaving ends."""
        try:
            yield
        except BaseException as error:
            # The connector closes: after a restart the order is sought. Or the journal failed, which is the caller's to know.
            self.part_ended(error if isinstance(error, Exception) else _cut_off(self._names))
            if not isinstance(error, TickwrightError):
                raise
        else:
            self.part_ended()


def _cut_off(names: Sequence[str]) -> ConnectionLost:
    """Return what is told to those who wait for an order when the connector closes."""
    text = (
        f"the connector was closed while {', '.join(names)} was on its way; it may be at the venue"
    )
    return ConnectionLost(_GOING_AWAY, f"{text}, and the next run finds out if the journal is kept")


def _fates(desk: TradingDesk, names: Iterable[str], answers: Iterable[Answer]) -> list[Fate]:
    return [desk.fate(name, answer) for name, answer in zip(names, answers, strict=True)]


def _is_told(order: Order) -> bool:
    return order.state is not OrderState.SENT
