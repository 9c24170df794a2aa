"""What is not known of orders is found out here: after a lost answer, after an outage, after a restart.

An order whose outcome is unknown is asked for until the venue shows it, or until it is proven absent (G1). Nothing here ever
places, changes or cancels anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping

from tickwright.core.inquiry import Finding, Inquiry
from tickwright.errors import (
    CircuitOpen,
    ConnectivityError,
    CredentialsRefused,
    DecodeError,
    RateLimited,
    StoreError,
    TimestampRefused,
    UnknownInstrument,
    UnknownVenue,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.model.orders import Order, OrderEvent, OrderState
from tickwright.runtime.bus import Spawn
from tickwright.trading.departures import Departures
from tickwright.trading.desk import TradingDesk
from tickwright.trading.inspection import fold
from tickwright.trading.journal import Absent, Entry, Lost, Reported
from tickwright.trading.recorder import Recorder


__all__ = ["UNTOLD", "Inquiries"]

log = logging.getLogger(__name__)

UNTOLD = (OrderState.NEW, OrderState.SENT, OrderState.UNKNOWN)
"""States in which the venue has not said whether it has the order."""

_NO_ANSWER = (VenueError, ConnectivityError, CircuitOpen, DecodeError, StoreError)
"""What asking may end with, or writing the answer down: then one asks again."""
_LOOKS_S = (0.1, 0.3, 1.0, 3.0)
"""Waits between looks at an order that is to change."""
_LONG_S = 5.0
"""For a journal to be read: longer than anybody likes to wait for a start."""


class Inquiries:
    """Asks for orders of all products until what became of them is known.

    Args:
        desks: Product → its order entry, which asks.
        recorder: Journal, board and listeners.
        departures: Orders that have not left yet: there is nothing to be found out about them.
        clock: Both clocks.
        spawn: Runs what must not end with whoever asked for it.
    """

    def __init__(
        self,
        desks: Mapping[str, TradingDesk],
        recorder: Recorder,
        departures: Departures,
        clock: Clock,
        spawn: Spawn,
    ) -> None:
        self._desks = desks
        self._recorder = recorder
        self._board = recorder.board
        self._departures = departures
        self._clock = clock
        self._spawn = spawn
        self._sought: set[str] = set()

    def desk(self, product: str) -> TradingDesk:
        """Return the order entry of a product.

        Raises:
            UnknownVenue: It takes no orders here; the text names those that do.
        """
        desk = self._desks.get(product)
        if desk is None:
            known = ", ".join(sorted(self._desks)) or "none"
            raise UnknownVenue(f"{product!r} takes no orders here; those that do: {known}")
        return desk

    def desk_of(self, name: str) -> TradingDesk:
        """Return the order entry of the product that an order was placed at."""
        return self.desk(self._board.product(name))

    def order(self, name: str) -> Order:
        """Return an order as it is known now.

        Raises:
            KeyError: If there is none of that name.
        """
        order = self._board.order(name)
        if order is None:
            raise KeyError(name)
        return order

    # ------------------------------------------------------------------ one order

    def seek(self, name: str, *, is_doubted: bool = False) -> None:
        """Find out what is not known of an order, unless that is being done; returns at once.

        Args:
            name: Its client order id.
            is_doubted: Ask at least once, even if nothing seems to be missing.
        """
        if name in self._sought or name in self._departures:
            return
        if not (is_doubted or _is_untold(self.order(name))):
            return
        self._sought.add(name)
        self._spawn(f"inquiry {name}", self._find_out(name, is_doubted=is_doubted))

    async def ask_once(self, name: str) -> bool:
        """Ask for an order, then for executions that nobody has named; return whether the venue found it, and no other of its name.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
            StoreError: It could not be written down.
        """
        order = self.order(name)
        if not order.state.is_final:
            reported = await self.desk_of(name).query(order)
            if not reported:
                return False
            await self._recorder.record(*reported)
            product = self._board.product(name)
            if all(self._board.name_of(product, each.report) != name for each in reported):
                return False
        await self._complete(name)
        return True

    async def follow(self, name: str, condition: Callable[[Order], bool]) -> bool:
        """Wait a few seconds for what an order is to become, and ask for it if nobody tells; return whether it became so.

        A venue that queues requests tells later what came of them.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
            StoreError: It could not be written down.
        """
        for delay_s in _LOOKS_S:
            if await self.until(name, condition, delay_s):
                return True
            await self.ask_once(name)
        return condition(self.order(name))

    async def until(self, name: str, condition: Callable[[Order], bool], timeout_s: float) -> bool:
        """Wait until a condition holds of an order, and return whether it does."""
        if condition(self.order(name)):
            return True
        changed = asyncio.Event()

        def heard(event: OrderEvent) -> None:
            changed.set()

        self._recorder.follow(name, heard)
        try:
            async with asyncio.timeout(timeout_s):
                while not condition(self.order(name)):
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return False
        finally:
            self._recorder.leave(name, heard)
        return True

    async def _find_out(self, name: str, *, is_doubted: bool) -> None:
        inquiry = Inquiry(self.desk_of(name).inquiry, self._clock.monotonic_s())
        try:
            while is_doubted or _is_untold(self.order(name)):
                await asyncio.sleep(inquiry.delay_s())
                if not is_doubted and not _is_untold(self.order(name)):
                    return  # the stream has told meanwhile
                asked_s = self._clock.monotonic_s()
                try:
                    is_found = await self.ask_once(name)
                    # One that was there, and is not found, is doubted until that is proven.
                    is_doubted = not is_found and not self.order(name).state.is_final
                    if is_doubted and inquiry.not_found(asked_s) is Finding.ABSENT:
                        await self._gone(name)
                        is_doubted = False
                except _NO_ANSWER as error:
                    log.info("order %s: asked in vain: %s", name, error)
        except UnknownInstrument as error:
            log.warning("order %s cannot be asked for: %s", name, error)
        finally:
            self._sought.discard(name)

    async def _gone(self, name: str) -> None:
        """Note that the venue does not have an order any more, and can no longer get it; what it traded is asked for first."""
        order = self.order(name)
        if order.venue_order_id is not None:
            await self._recorder.record(await self.desk_of(name).executions(order))
        await self._recorder.record(
            Absent(
                at_ns=self._clock.time_ns(),
                client_order_id=name,
                text="not found at the venue after its request could no longer arrive there"
                if order.state in UNTOLD
                else "the venue neither lists it nor finds it any more: it ended, and nobody knows how",
            )
        )

    async def _complete(self, name: str) -> None:
        """Ask for executions that nobody has named."""
        order = self.order(name)
        if order.missing_quantity and order.venue_order_id is not None:
            await self._recorder.record(await self.desk_of(name).executions(order))

    # ------------------------------------------------------------------ all orders

    async def recover(self, entries: AsyncIterator[Entry]) -> None:
        """Fold a journal, and make every order unknown that was on its way when it ended.

        Raises:
            StoreError: If the journal cannot be read, or its entries cannot follow each other.
        """
        number, began_s = 0, self._clock.monotonic_s()
        async for entry in entries:
            number += 1
            fold(self._board, number, entry)
        took_s = self._clock.monotonic_s() - began_s
        if took_s > _LONG_S:
            log.warning(
                "the journal took %.0f s to read, for it has %s entries; `tickwright journal carry` begins a shorter one",
                took_s,
                f"{number:,}",
            )
        lost = [
            Lost(
                at_ns=self._clock.time_ns(),
                client_order_id=order.client_order_id,
                text="on its way when the last run ended",
            )
            for order in self._board.unfinished()
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
        desk = self.desk(product)
        shown = await desk.open_orders()
        news = [entry for entry in shown if self._board.has_news(entry)]
        if news:
            await self._recorder.record(*news)
        names = {self._board.name_of(product, entry.report) for entry in shown}
        for order in self._board.unfinished():
            name = order.client_order_id
            if self._board.product(name) != product:
                continue
            if name not in names and name not in self._departures:
                news += await self._asked(name, desk)
            self.seek(name)
        return news

    async def _asked(self, name: str, desk: TradingDesk) -> list[Reported]:
        """Ask for an order that the venue does not show any more, and return what that told if it was news.

        One that the venue does not find either, or says nothing of, is sought, and holds up nobody.
        """
        try:
            reported = await desk.query(self.order(name))
            news = [each for each in reported if self._board.has_news(each)]
            if reported:
                await self._recorder.record(*reported)
                await self._complete(name)
        except (CredentialsRefused, RateLimited, TimestampRefused):
            raise  # of all orders
        except VenueError as error:
            log.warning("order %s: the venue does not say what became of it: %s", name, error)
        except UnknownInstrument as error:
            log.warning("order %s cannot be asked for: %s", name, error)
            return []
        else:
            if reported:
                return news
        self.seek(name, is_doubted=True)
        return []


def _is_untold(order: Order) -> bool:
    """Tell whether the venue still has something to say of an order."""
    return order.state in UNTOLD or (
        order.missing_quantity > 0 and order.venue_order_id is not None
    )
