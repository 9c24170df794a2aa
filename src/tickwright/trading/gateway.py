"""The gateway: commands go out through it, and what became of every order is known or being found out.

An order's way: checks → intent in the journal → sent → what came of it in the journal → events. A command is never repeated
(G2). An order whose outcome is unknown is left to `tickwright.trading.inquiries` (G1).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import msgspec

from tickwright.core.ordercheck import Denial
from tickwright.errors import StoreError, TickwrightError, UsageError, VenueError
from tickwright.io.clock import Clock
from tickwright.model.instrument import Instrument
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import (
    AmendOrder,
    Order,
    OrderEvent,
    OrderReport,
    OrderState,
    ReportedState,
    SubmitOrder,
)
from tickwright.runtime.bus import Spawn
from tickwright.trading.desk import TradingDesk
from tickwright.trading.inquiries import Inquiries
from tickwright.trading.journal import (
    AmendAsked,
    CancelAsked,
    Denied,
    Entry,
    Reported,
    Sent,
    Submitted,
)
from tickwright.trading.recorder import Recorder
from tickwright.venues.base import RestCall
from tickwright.venues.trading import RejectCode, Verdict


__all__ = ["Check", "Gateway"]

_ANSWER_S = 10.0
"""How long placing waits for a venue that queues requests; by then it was asked several times."""


class Check(Protocol):
    """Says why an order must not leave."""

    def __call__(self, command: SubmitOrder, instrument: Instrument, /) -> Denial | None:
        """Return a denial, ``None`` to let the order leave."""


class Gateway:
    """Sends commands of all products, and follows their orders to the end.

    Args:
        desks: Product → its order entry.
        recorder: Journal, board and listeners.
        check: Asked before anything is sent.
        clock: Both clocks.
        spawn: Runs what must not end with whoever asked for it.
    """

    def __init__(
        self,
        desks: Mapping[str, TradingDesk],
        recorder: Recorder,
        *,
        check: Check,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self.board = recorder.board
        self._inquiries = Inquiries(desks, recorder, clock, spawn)
        self._recorder = recorder
        self._check = check
        self._clock = clock
        self._spawn = spawn
        self._claimed: set[str] = set()
        """Names of orders whose intent is on its way into the journal."""
        recorder.listen(self._heard)

    # ------------------------------------------------------------------ commands

    async def submit(self, command: SubmitOrder, product: str) -> Order:
        """Place an order and return it once the outcome of placing is known, or known to be unknown.

        Whoever is cancelled while waiting leaves the order to itself: it is sent and followed all the same.

        Args:
            command: What to place, under a name that was never used.
            product: Where.

        Raises:
            NotSupported, UnknownInstrument: Before anything was journalled or sent.
            UsageError: There is an order of that name already.
            StoreError: The intent could not be journalled; nothing was sent.
        """
        desk = self._inquiries.desk(product)
        name = command.client_order_id
        instrument = desk.instrument(command)
        call = desk.calls.submit(command, instrument)
        now_ns = self._clock.time_ns()
        intent = Submitted(at_ns=now_ns, product=product, command=command)
        denial = self._check(command, instrument)
        self._claim(name)
        if denial is not None:
            denied = Denied(at_ns=now_ns, client_order_id=name, code=denial.code, text=denial.text)
            await self._intend(intent, denied)
            return self.order(name)
        placed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._spawn(f"order {name}", self._place(desk, intent, call, placed))
        await asyncio.shield(placed)
        return self.order(name)

    async def amend(self, command: AmendOrder) -> Order:
        """Change an open order's quantity, price or both, and return it as it is then.

        Raises:
            NotSupported: What the venue does not offer for this order.
            VenueError: The venue refused; the order stays as it is.
            ConnectivityError, CircuitOpen, DecodeError: Nobody knows yet; the order is asked for.
        """
        order = self.order(command.client_order_id)
        desk = self._inquiries.desk(self.board.product(order.client_order_id))
        changed = msgspec.structs.replace(
            order,
            quantity=order.quantity if command.quantity is None else command.quantity,
            price=order.price if command.price is None else command.price,
        )
        call = desk.calls.amend(order, changed, desk.instrument(order))
        asked = AmendAsked(
            at_ns=self._clock.time_ns(),
            client_order_id=order.client_order_id,
            quantity=None if command.quantity is None else format_decimal(command.quantity),
            price=None if command.price is None else format_decimal(command.price),
        )
        return await self._change(order, desk, call, asked)

    async def cancel(self, client_order_id: str) -> Order:
        """Cancel an order and return it as it is then; one that has ended already stays as it ended.

        Raises:
            VenueError: The venue refused for another reason than that the order is gone.
            ConnectivityError, CircuitOpen, DecodeError: Nobody knows yet; the order is asked for.
        """
        order = self.order(client_order_id)
        if order.state.is_final:
            return order
        desk = self._inquiries.desk(self.board.product(client_order_id))
        call = desk.calls.cancel(order, desk.instrument(order))
        asked = CancelAsked(at_ns=self._clock.time_ns(), client_order_id=client_order_id)
        return await self._change(order, desk, call, asked)

    def order(self, client_order_id: str) -> Order:
        """Return an order as it is known now.

        Raises:
            KeyError: If there is none of that name.
        """
        return self._inquiries.order(client_order_id)

    # ------------------------------------------------------------------ finding out

    async def recover(self, entries: AsyncIterator[Entry]) -> None:
        """Fold a journal, and make every order unknown that was on its way when it ended.

        Raises:
            StoreError: If the journal cannot be read.
        """
        await self._inquiries.recover(entries)

    async def reconcile(self, product: str) -> list[Reported]:
        """Make the orders of a product what the venue says they are; see `Inquiries.reconcile`.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: The venue did not answer; try again.
        """
        return await self._inquiries.reconcile(product)

    # ------------------------------------------------------------------ inside

    async def _place(
        self,
        desk: TradingDesk,
        intent: Submitted,
        call: RestCall[OrderReport],
        placed: asyncio.Future[None],
    ) -> None:
        name = intent.client_order_id
        try:
            await self._intend(intent, Sent(at_ns=intent.at_ns, client_order_id=name))
            try:
                await self._recorder.record(await desk.submit(name, call))
            except StoreError:
                self._inquiries.seek(
                    name
                )  # what could not be written down is asked for until it can
                raise
            self._inquiries.seek(name)
            await self._inquiries.until(
                name, lambda order: order.state is not OrderState.SENT, _ANSWER_S
            )
        except BaseException as error:
            # The connector closes: after a restart the order is sought. Or the journal failed, which is its caller's to know.
            placed.set_exception(
                error if isinstance(error, Exception) else ConnectionAbortedError()
            )
            placed.exception()  # whoever asked may be gone
            if not isinstance(error, TickwrightError):
                raise
        else:
            placed.set_result(None)

    def _claim(self, name: str) -> None:
        if name in self.board or name in self._claimed:
            raise UsageError(f"an order goes by {name!r} already; names are used once")
        self._claimed.add(name)

    async def _intend(self, intent: Submitted, outcome: Entry) -> None:
        try:
            await self._recorder.record(intent, outcome)
        except StoreError:
            self._claimed.discard(intent.client_order_id)
            raise

    async def _change(
        self, order: Order, desk: TradingDesk, call: RestCall[OrderReport], asked: Entry
    ) -> Order:
        name = order.client_order_id
        await self._recorder.record(asked)
        try:
            reported = await desk.change(call)
            await self._recorder.record(reported)
            if reported.report.state is ReportedState.QUEUED:
                await self._inquiries.follow(order)
        except VenueError as error:
            rejection = desk.calls.rejection(error)
            if rejection.code is not RejectCode.ORDER_GONE and rejection.verdict is Verdict.REFUSED:
                raise
            # Gone, or nobody knows: what became of it is found out.
            await self._inquiries.ask_once(name)
        except BaseException:
            self._inquiries.seek(name, is_doubted=True)
            raise
        self._inquiries.seek(name)
        return self.order(name)

    def _heard(self, event: OrderEvent) -> None:
        self._claimed.discard(event.order.client_order_id)
