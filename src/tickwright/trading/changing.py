"""Changes of orders that exist: amended, canceled, one by one or many by one call.

A change that nobody knows the outcome of is found out by asking for its order. A cancel of an order whose placing is still in the
dark is a promise: the order is canceled as soon as it turns up, also after a restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence

from tickwright.core.inquiry import Inquiry
from tickwright.errors import (
    CommandDenied,
    RequestTimeout,
    StoreError,
    TickwrightError,
    UnknownInstrument,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.io.rest import Leaving
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, OrderEvent, OrderReport, ReportedState
from tickwright.runtime.bus import Spawn
from tickwright.trading.departures import Departures
from tickwright.trading.desk import TradingDesk
from tickwright.trading.inquiries import UNTOLD, Inquiries
from tickwright.trading.journal import CancelAsked, Entry
from tickwright.trading.recorder import Recorder
from tickwright.trading.together import together
from tickwright.venues.groups import Group
from tickwright.venues.trading import RejectCode, Verdict


__all__ = ["Changes", "Job"]

log = logging.getLogger(__name__)

_WITHDRAWN_S = 1.0
"""How long to wait for an order that is taken back: nothing but the journal holds that up."""

Job = tuple[TradingDesk, Group]
"""A call about orders of one product, and who makes it."""


class Changes:
    """Carries changes out, and follows each order until it is known what they came to.

    Args:
        inquiries: Finds out what answers do not tell.
        recorder: Journal, board and listeners.
        departures: Orders that have not left yet, and can be taken back.
        clock: Both clocks.
        spawn: Runs what must not end with whoever asked for it.
    """

    def __init__(
        self,
        inquiries: Inquiries,
        recorder: Recorder,
        departures: Departures,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._inquiries = inquiries
        self._recorder = recorder
        self._departures = departures
        self._clock = clock
        self._spawn = spawn
        self._unwanted: set[str] = set()
        """Orders to be canceled as soon as they turn up."""
        self._canceling: set[str] = set()
        """Orders whose cancel is on its way."""

    # ------------------------------------------------------------------ any change

    async def carry_out(
        self,
        jobs: Sequence[Job],
        asked: Sequence[Entry],
        leaving: Leaving | None = None,
        *,
        goes_unwritten: bool = False,
    ) -> dict[str, TickwrightError]:
        """Make the calls, and return what went wrong, by the order's name.

        An order that is not in it was changed as wanted, or had ended: the board shows it.

        Args:
            jobs: The calls; they are made at the same time.
            asked: What is journalled before.
            leaving: Has the last word before each call is written.
            goes_unwritten: Make the calls although the journal does not take what is asked.

        Raises:
            StoreError: The journal did not take what was asked, and nothing was sent.
        """
        before = {name: self._inquiries.order(name) for _, group in jobs for name in group.names}
        try:
            await self._recorder.record(*asked)
        except StoreError as error:
            if not goes_unwritten:
                raise
            log.warning("what is canceled cannot be written down, and is canceled: %s", error)
        refused: dict[str, TickwrightError] = {}
        for found in await together(
            self._send(desk, group, before, leaving) for desk, group in jobs
        ):
            refused |= found
        return refused

    async def _send(
        self, desk: TradingDesk, group: Group, before: Mapping[str, Order], leaving: Leaving | None
    ) -> dict[str, TickwrightError]:
        try:
            answers = await desk.answers(group, leaving)
            results = await together(
                self._settled(desk, before[name], answer)
                for name, answer in zip(group.names, answers, strict=True)
            )
        except BaseException:
            for name in group.names:
                self._inquiries.seek(name, is_doubted=True)
            raise
        return {name: error for name, error in results if error is not None}

    async def _settled(
        self, desk: TradingDesk, before: Order, answer: OrderReport | TickwrightError
    ) -> tuple[str, TickwrightError | None]:
        try:
            return before.client_order_id, await self.settle(desk, before, answer)
        except StoreError as error:
            # It was sent: what became of it is found out once that can be written down.
            self._inquiries.seek(before.client_order_id, is_doubted=True)
            return before.client_order_id, error

    async def settle(
        self, desk: TradingDesk, before: Order, answer: OrderReport | TickwrightError
    ) -> TickwrightError | None:
        """Take the answer to a change in; return an error if the order is unchanged, or nobody knows yet.

        Args:
            desk: Of the order's product.
            before: The order before the change.
            answer: What came back.

        Raises:
            StoreError: The journal did not take it.
        """
        name = before.client_order_id
        try:
            if isinstance(answer, OrderReport):
                await self._recorder.record(desk.reported(answer))
                if answer.state is ReportedState.QUEUED:
                    await self._require_change(before, "the venue took the request")
            elif isinstance(answer, CommandDenied):
                return answer
            elif not isinstance(answer, VenueError):
                raise answer
            else:
                rejection = desk.calls.rejection(answer)
                if rejection.code is RejectCode.ORDER_GONE:
                    await self._inquiries.ask_once(name)
                    if self._inquiries.order(name).state.is_open:
                        return answer
                elif rejection.verdict is Verdict.REFUSED:
                    return answer
                else:
                    await self._require_change(before, str(answer))
        except StoreError:
            raise
        except TickwrightError as error:
            self._inquiries.seek(name, is_doubted=True)
            return error
        self._inquiries.seek(name)
        return None

    async def _require_change(self, before: Order, said: str) -> None:
        """Find out whether a change came to pass.

        Raises:
            RequestTimeout: Nobody knows yet: it did not by now.
        """
        name = before.client_order_id
        if not await self._inquiries.follow(name, lambda now: _differs(now, before)):
            raise RequestTimeout(f"order {name}: {said}; nobody knows yet what came of it")

    # ------------------------------------------------------------------ cancels

    async def cancel(self, orders: Sequence[Order]) -> dict[str, TickwrightError]:
        """Cancel orders that have not ended, by as few calls as the venues need; see `carry_out`.

        Those that have not left yet are taken back. Those whose placing is in the dark are canceled again as soon as they turn up.
        One that was triggered meanwhile, and goes by another name since or stands elsewhere, is canceled as what it is.
        """
        orders = await self._left(orders)
        errors = await self._cancel(orders)
        renamed = [
            now
            for before in orders
            if before.client_order_id in errors
            and (now := self._inquiries.order(before.client_order_id)).state.is_open
            and (now.venue_order_id, now.is_working) != (before.venue_order_id, before.is_working)
        ]
        if renamed:
            for order in renamed:
                del errors[order.client_order_id]
            errors |= await self._cancel(renamed)
        return errors

    async def _left(self, orders: Sequence[Order]) -> list[Order]:
        """Take orders back that have not left; return the others as they are now."""
        waiting = [
            order.client_order_id for order in orders if order.client_order_id in self._departures
        ]
        for name in waiting:
            self._departures.withdraw(name)
        await together(
            self._inquiries.until(name, lambda now: now.state.is_final, _WITHDRAWN_S)
            for name in waiting
        )
        now = [self._inquiries.order(order.client_order_id) for order in orders]
        return [order for order in now if not order.state.is_final]

    async def _cancel(self, orders: Sequence[Order]) -> dict[str, TickwrightError]:
        errors: dict[str, TickwrightError] = {}
        names = [order.client_order_id for order in orders]
        for order in orders:
            if order.state in UNTOLD:
                self._want_gone(order.client_order_id)
        asked = [CancelAsked(at_ns=self._clock.time_ns(), client_order_id=name) for name in names]
        by_desk: dict[TradingDesk, list[tuple[Order, Instrument]]] = {}
        for order in orders:
            desk = self._inquiries.desk_of(order.client_order_id)
            try:
                by_desk.setdefault(desk, []).append((order, desk.instrument(order)))
            except UnknownInstrument as error:  # the others go on
                errors[order.client_order_id] = error
        jobs = [
            (desk, group)
            for desk, each in by_desk.items()
            for group in desk.calls.cancel_groups(each)
        ]
        self._canceling.update(names)
        try:
            return errors | await self.carry_out(jobs, asked, goes_unwritten=True)
        finally:
            self._canceling.difference_update(names)
            for name in names:
                self._cancel_if_there(self._inquiries.order(name))

    def _want_gone(self, name: str) -> None:
        if name not in self._unwanted:
            self._unwanted.add(name)
            self._recorder.follow(name, self._heard)

    def _heard(self, event: OrderEvent) -> None:
        self._cancel_if_there(event.order)

    def _cancel_if_there(self, order: Order) -> None:
        """Cancel an unwanted order that has turned up, unless that is on its way."""
        name = order.client_order_id
        is_dark = order.state in UNTOLD or order.code == "NEVER_ARRIVED"  # proven, and yet
        if name not in self._unwanted or name in self._canceling or is_dark:
            return
        self._unwanted.discard(name)
        self._recorder.leave(name, self._heard)
        if order.state.is_open:
            self._spawn(f"cancel {name}", self._cancel_late(name))

    async def _cancel_late(self, name: str) -> None:
        """Cancel an order until it has ended, or the venue refuses."""
        patience = Inquiry(self._inquiries.desk_of(name).inquiry, self._clock.monotonic_s())
        while not (order := self._inquiries.order(name)).state.is_final:
            errors = await self.cancel([order])
            if self._is_refusal(name, errors.get(name)):
                log.warning("order %s was to be canceled, and is there: %s", name, errors[name])
                return
            await asyncio.sleep(patience.delay_s())

    def _is_refusal(self, name: str, error: TickwrightError | None) -> bool:
        """Tell whether the venue will not cancel an order; «no such order» of one that is there passes."""
        if isinstance(error, UnknownInstrument):
            return True
        if not isinstance(error, VenueError):
            return False
        rejection = self._inquiries.desk_of(name).calls.rejection(error)
        return rejection.code is not RejectCode.ORDER_GONE

    async def recalled(self, entries: AsyncIterator[Entry]) -> AsyncIterator[Entry]:
        """Yield a journal's entries, and learn from them which orders were unwanted when the last run ended.

        Each entry is to be folded before the next one is asked for.
        """
        unwanted = set()
        async for entry in entries:
            if isinstance(entry, CancelAsked) and self._is_untold(entry.client_order_id):
                unwanted.add(entry.client_order_id)
            yield entry
        for name in unwanted:
            if self._is_untold(name):
                self._want_gone(name)

    def _is_untold(self, name: str) -> bool:
        order = self._recorder.board.order(name)
        return order is not None and order.state in UNTOLD


def _differs(now: Order, before: Order) -> bool:
    """Tell whether anything of an order is another than before, beside what was filled of it."""
    return (now.state.is_final, now.quantity, now.price) != (
        before.state.is_final,
        before.quantity,
        before.price,
    )
