"""The gateway: commands go out through it, and what is unknown is found out by it.

An order's way: checks → intent in the journal → sent → what came of it in the journal → events. A command is never repeated
(G2). An order whose outcome is unknown is asked for until the venue shows it, or until it is proven absent (G1).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol

import msgspec

from tickwright.core.inquiry import Finding, Inquiry
from tickwright.core.ordercheck import Denial
from tickwright.errors import (
    CircuitOpen,
    ConnectivityError,
    DecodeError,
    StoreError,
    TickwrightError,
    UnknownVenue,
    UsageError,
    VenueError,
)
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
from tickwright.trading.journal import (
    Absent,
    AmendAsked,
    CancelAsked,
    Denied,
    Entry,
    Lost,
    Reported,
    Sent,
    Submitted,
)
from tickwright.trading.recorder import Recorder
from tickwright.venues.base import RestCall
from tickwright.venues.trading import RejectCode, Verdict


__all__ = ["Check", "Gateway"]

log = logging.getLogger(__name__)

_NO_ANSWER = (VenueError, ConnectivityError, CircuitOpen, DecodeError, StoreError)
"""What asking may end with, or writing the answer down: then one asks again."""
_ANSWER_S = 10.0
"""How long placing waits for a venue that queues requests; by then it was asked several times."""
_LOOKS_S = (0.1, 0.3, 1.0, 3.0)
"""Waits between looks at an order that a queued request is to change."""
_UNTOLD = (OrderState.NEW, OrderState.SENT, OrderState.UNKNOWN)
"""States in which the venue has not said whether it has the order."""


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
        self._desks = desks
        self._recorder = recorder
        self._check = check
        self._clock = clock
        self._spawn = spawn
        self._claimed: set[str] = set()
        """Names of orders whose intent is on its way into the journal."""
        self._sought: set[str] = set()
        self._awaited: dict[str, list[asyncio.Event]] = {}
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
        desk = self._desk(product)
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
        desk = self._desk(self.board.product(order.client_order_id))
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
        desk = self._desk(self.board.product(client_order_id))
        call = desk.calls.cancel(order, desk.instrument(order))
        asked = CancelAsked(at_ns=self._clock.time_ns(), client_order_id=client_order_id)
        return await self._change(order, desk, call, asked)

    def order(self, client_order_id: str) -> Order:
        """Return an order as it is known now.

        Raises:
            KeyError: If there is none of that name.
        """
        order = self.board.order(client_order_id)
        if order is None:
            raise KeyError(client_order_id)
        return order

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
                self._seek(name)  # what could not be written down is asked for until it can
                raise
            self._seek(name)
            await self._until(name, lambda order: order.state is not OrderState.SENT, _ANSWER_S)
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
                await self._follow(order, desk)
        except VenueError as error:
            rejection = desk.calls.rejection(error)
            if rejection.code is not RejectCode.ORDER_GONE and rejection.verdict is Verdict.REFUSED:
                raise
            # Gone, or nobody knows: what became of it is found out.
            await self._ask_once(name, desk)
        except BaseException:
            self._seek(name, is_doubted=True)
            raise
        self._seek(name)
        return self.order(name)

    async def _follow(self, order: Order, desk: TradingDesk) -> None:
        """Wait until an order is another than before: a venue that queues requests tells later what came of them."""
        name = order.client_order_id
        for delay_s in _LOOKS_S:
            if await self._until(name, lambda now: now != order, delay_s):
                return
            await self._ask_once(name, desk)

    async def _until(self, name: str, condition: Callable[[Order], bool], timeout_s: float) -> bool:
        """Wait until a condition holds of an order, and return whether it does."""
        changed = asyncio.Event()
        waiting = self._awaited.setdefault(name, [])
        waiting.append(changed)
        try:
            async with asyncio.timeout(timeout_s):
                while not condition(self.order(name)):
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return False
        finally:
            waiting.remove(changed)
            if not waiting:
                del self._awaited[name]
        return True

    def _heard(self, event: OrderEvent) -> None:
        self._claimed.discard(event.order.client_order_id)
        for changed in self._awaited.get(event.order.client_order_id, ()):
            changed.set()

    # ------------------------------------------------------------------ finding out

    async def recover(self, entries: AsyncIterator[Entry]) -> None:
        """Fold a journal, and make every order unknown that was on its way when it ended.

        Raises:
            StoreError: If the journal cannot be read.
        """
        async for entry in entries:
            self.board.apply(entry)
        lost = [
            Lost(
                at_ns=self._clock.time_ns(),
                client_order_id=order.client_order_id,
                text="on its way when the last run ended",
            )
            for order in self.board.unfinished()
            if order.state in (OrderState.NEW, OrderState.SENT)
        ]
        if lost:
            await self._recorder.record(*lost)

    async def reconcile(self, product: str) -> list[Reported]:
        """Make the orders of a product what the venue says they are: after a start, and after every outage (G8).

        On return every order that the venue shows is known, and every other one that was not finished has been asked for.
        Returned is what was not known before.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: The venue did not answer; try again.
        """
        desk = self._desk(product)
        shown = await desk.open_orders()
        news = [entry for entry in shown if self._is_news(entry)]
        if news:
            await self._recorder.record(*news)
        names = {self.board.name_of(product, entry.report) for entry in shown}
        for order in self.board.unfinished():
            name = order.client_order_id
            if self.board.product(name) != product:
                continue
            if name not in names:
                news += await self._asked(name, desk)
            self._seek(name)
        return news

    async def _asked(self, name: str, desk: TradingDesk) -> list[Reported]:
        """Ask for an order that the venue does not show any more, and return what that told if it was news."""
        reported = await desk.query(self.order(name))
        if reported is None:
            return []
        is_news = self._is_news(reported)
        await self._recorder.record(reported)
        await self._complete(name, desk)
        return [reported] if is_news else []

    def _is_news(self, entry: Reported) -> bool:
        report = entry.report
        order = self.board.order(self.board.name_of(entry.product, report))
        return (
            order is None
            or not order.state.is_open
            or report.state is not ReportedState.OPEN
            or report.quantity != order.quantity
            or report.price != order.price
            or (report.filled_quantity or 0) > order.filled_quantity
        )

    def _seek(self, name: str, *, is_doubted: bool = False) -> None:
        """Find out what is not known of an order, unless that is being done."""
        if name in self._sought or not (is_doubted or _is_untold(self.order(name))):
            return
        self._sought.add(name)
        self._spawn(f"inquiry {name}", self._find_out(name, is_doubted=is_doubted))

    async def _find_out(self, name: str, *, is_doubted: bool) -> None:
        desk = self._desk(self.board.product(name))
        inquiry = Inquiry(desk.inquiry, self._clock.monotonic_s())
        try:
            while is_doubted or _is_untold(self.order(name)):
                await asyncio.sleep(inquiry.delay_s())
                asked_s = self._clock.monotonic_s()
                try:
                    is_found = await self._ask_once(name, desk)
                except _NO_ANSWER as error:
                    log.info("order %s: asked in vain: %s", name, error)
                    continue
                is_doubted = False
                if not is_found and inquiry.not_found(asked_s) is Finding.ABSENT:
                    await self._recorder.record(self._absent(name))
        finally:
            self._sought.discard(name)

    async def _ask_once(self, name: str, desk: TradingDesk) -> bool:
        """Ask for an order, then for executions that nobody has named; return whether the venue found it."""
        order = self.order(name)
        if not order.state.is_final:
            reported = await desk.query(order)
            if reported is None:
                return False
            await self._recorder.record(reported)
        await self._complete(name, desk)
        return True

    async def _complete(self, name: str, desk: TradingDesk) -> None:
        """Ask for executions that nobody has named."""
        order = self.order(name)
        if order.missing_quantity and order.venue_order_id is not None:
            await self._recorder.record(await desk.executions(order))

    def _absent(self, name: str) -> Absent:
        return Absent(
            at_ns=self._clock.time_ns(),
            client_order_id=name,
            text="not found at the venue after its request could no longer arrive there",
        )

    def _desk(self, product: str) -> TradingDesk:
        desk = self._desks.get(product)
        if desk is None:
            known = ", ".join(sorted(self._desks)) or "none"
            raise UnknownVenue(f"{product!r} takes no orders here; those that do: {known}")
        return desk


def _is_untold(order: Order) -> bool:
    """Tell whether the venue still has something to say of an order."""
    return order.state in _UNTOLD or (
        order.missing_quantity > 0 and order.venue_order_id is not None
    )
