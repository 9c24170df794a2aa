"""One product's order entry: makes the calls, and says what came of them as entries for the journal.

What an error means for an order is decided here, once. Three ends are possible, and never mixed up (G1): nothing was sent
(`Denied`), the venue refused (`Rejected`), nobody knows (`Lost`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from tickwright.core.inquiry import InquiryPolicy
from tickwright.errors import (
    CircuitOpen,
    CommandDenied,
    ConnectFailed,
    ConnectTimeout,
    NoCredentials,
    NotSupported,
    TickwrightError,
    UnknownInstrument,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.io.rest import Leaving, RestClient
from tickwright.model.account import Balance, Position
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.orders import Order, OrderReport, ReportedState, SubmitOrder
from tickwright.trading.journal import Denied, Executed, Lost, Rejected, Reported
from tickwright.venues.base import Product, RestCall
from tickwright.venues.groups import Group, alone
from tickwright.venues.trading import Execution, RejectCode, TradingCalls, Verdict


__all__ = ["Answer", "Carrier", "Fate", "Holdings", "TradingDesk"]

T = TypeVar("T")

Fate = Reported | Denied | Rejected | Lost
"""What came of placing an order."""

_NOT_SENT = (ConnectTimeout, ConnectFailed, CircuitOpen, NoCredentials)


class Carrier(Protocol):
    """What takes a command to the venue in place of REST: a socket for orders."""

    async def call(self, call: RestCall[T], /, *, leaving: Leaving | None = None) -> T:
        """Return the answer to a command, which is sent once; see `tickwright.io.rest.RestClient.call`."""

    def ask(
        self,
        call: RestCall[T],
        leaving: Leaving | None,
        told: Callable[[T | TickwrightError], None],
        /,
    ) -> bool:
        """Send a command at once, if nothing has to be waited for; see `tickwright.trading.ordersocket.OrderSocket.ask`."""


Answer = OrderReport | TickwrightError
"""What one order was answered, or the error of the call in its place."""


class Holdings(msgspec.Struct, frozen=True):
    """What an account holds, as asked for."""

    balances: list[Balance]
    positions: list[Position]
    as_of_ns: int | None
    """The venue's time just before; ``None`` while it is not known."""


class TradingDesk:
    """Order entry of one product.

    Args:
        product: Whose calls are made.
        rest: Makes them.
        instruments: What is listed.
        clock: Stamps what is learned.
        carrier: Takes commands; REST unless given. Questions go over REST.

    Raises:
        NotSupported: If the product takes no orders here.
    """

    def __init__(
        self,
        product: Product,
        rest: RestClient,
        instruments: Callable[[], Instruments],
        clock: Clock,
        carrier: Carrier | None = None,
    ) -> None:
        if product.trading is None:
            raise NotSupported(f"{product.name} takes no orders here")
        self.name = product.name
        self.calls: TradingCalls = product.trading
        self._rest = rest
        self._carrier = carrier
        self._instruments = instruments
        self._clock = clock

    @property
    def inquiry(self) -> InquiryPolicy:
        """How to find out what became of an order."""
        return self.calls.inquiry

    def instrument(self, order: Order | SubmitOrder) -> Instrument:
        """Return the instrument of an order.

        Raises:
            UnknownInstrument: If it is not listed any more.
        """
        command = order.command if isinstance(order, Order) else order
        return self._instruments()[command.instrument]

    def listed(self, instrument_id: str) -> Instrument | None:
        """Return an instrument, ``None`` if it is not listed."""
        try:
            return self._instruments()[instrument_id]
        except UnknownInstrument:
            return None

    def venue_now_ns(self) -> int:
        """Return the venue's time, this machine's as long as the venue has not told its own."""
        return self._rest.venue_clock.told_ns() or self._now_ns

    # ------------------------------------------------------------------ commands

    async def submit(self, name: str, call: RestCall[OrderReport]) -> Fate:
        """Place an order and return what came of it; nothing is raised, and nothing is repeated.

        Args:
            name: Its client order id.
            call: Made by `calls`, before anything was journalled.
        """
        (answer,) = await self.answers(alone(name, call))
        return self.fate(name, answer)

    async def answers(self, group: Group, leaving: Leaving | None = None) -> list[Answer]:
        """Make a group's call and return what each of its orders was answered; nothing is raised, and nothing is repeated.

        An error of the call as a whole is the answer of each.

        Args:
            group: The call.
            leaving: Has the last word before it is written.
        """
        way = self._carrier or self._rest
        try:
            return _each(group, await way.call(group.call, leaving=leaving))
        except TickwrightError as error:
            return _each(group, error)

    def ask(
        self, group: Group, leaving: Leaving | None, told: Callable[[list[Answer]], None]
    ) -> bool:
        """Make a group's call at once, if nothing has to be waited for; return whether it was made.

        Args:
            group: The call.
            leaving: Has the last word before it is written.
            told: Called with what each of its orders was answered; see `answers`.
        """
        if self._carrier is None:
            return False
        try:
            return self._carrier.ask(group.call, leaving, lambda found: told(_each(group, found)))
        except TickwrightError as error:
            told(_each(group, error))
            return True

    def fate(self, name: str, answer: Answer) -> Fate:
        """Return what an answer means for the order that was to be placed.

        Args:
            name: Its client order id.
            answer: To placing it.
        """
        if isinstance(answer, OrderReport):
            return self.reported(answer)
        if isinstance(answer, CommandDenied):
            code, text = answer.code, answer.text
            return Denied(at_ns=self._now_ns, client_order_id=name, code=code, text=text)
        text = str(answer)
        if isinstance(answer, _NOT_SENT):
            return Denied(at_ns=self._now_ns, client_order_id=name, code="NOT_SENT", text=text)
        if isinstance(answer, VenueError):
            rejection = self.calls.rejection(answer)
            if rejection.verdict is Verdict.REFUSED:
                code = rejection.code.name
                return Rejected(at_ns=self._now_ns, client_order_id=name, code=code, text=text)
        return Lost(at_ns=self._now_ns, client_order_id=name, text=text)

    def reported(self, report: OrderReport) -> Reported:
        """Return what the venue said as an entry for the journal."""
        return Reported(at_ns=self._now_ns, product=self.name, report=report)

    async def cancel_all(self, instrument: Instrument) -> None:
        """Cancel every order of an instrument at the venue.

        Raises:
            VenueError: The venue refused.
            ConnectivityError, CircuitOpen: It may have been carried out or not.
        """
        for call in self.calls.cancel_all(instrument):
            try:
                await (self._carrier or self._rest).call(call)
            except VenueError as error:
                if self.calls.rejection(error).code is not RejectCode.ORDER_GONE:  # none were open
                    raise

    # ------------------------------------------------------------------ questions

    async def query(self, order: Order) -> list[Reported]:
        """Ask what became of an order; nothing if the venue does not find it, wherever it may be.

        An order that waited for a trigger may have become another one, which alone tells what was filled: then both are returned.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
        """
        found = await self._found(order)
        if found is None:
            return []
        report, became = found.report, found.report.venue_order_id
        has_triggered = not order.is_working and report.is_working
        if (
            not has_triggered
            or report.state is not ReportedState.OPEN
            or became in (None, order.venue_order_id)
        ):
            return [found]
        other = await self._found(
            msgspec.structs.replace(order, venue_order_id=became, is_working=True)
        )
        return [found] if other is None else [found, other]

    async def _found(self, order: Order) -> Reported | None:
        instrument = self.instrument(order)
        for call in (
            self.calls.query(order, instrument),
            *self.calls.look_back(order, instrument),
        ):
            try:
                return self.reported(await self._rest.call(call))
            except VenueError as error:
                if self.calls.rejection(error).verdict is not Verdict.NOT_FOUND:
                    raise
        return None

    async def executions(self, order: Order) -> Executed:
        """Ask for the executions of an order that the venue has named.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
        """
        instrument = self.instrument(order)
        rows = await self._rest.pages(self.calls.executions(instrument, order.venue_order_id or ""))
        fills = tuple(row.fill for row in rows if row.venue_order_id == order.venue_order_id)
        return Executed(at_ns=self._now_ns, client_order_id=order.client_order_id, fills=fills)

    async def open_orders(self) -> list[Reported]:
        """Ask for all open orders, whoever placed them.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
        """
        calls: Sequence[RestCall[list[OrderReport]]] = self.calls.open_orders(self._instruments())
        return [self.reported(report) for call in calls for report in await self._rest.pages(call)]

    async def past_orders(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> list[Reported]:
        """Ask for the orders placed between two moments, whoever placed them; raises what `open_orders` raises."""
        calls = self.calls.past_orders(instrument, start_ns, end_ns)
        return [self.reported(report) for call in calls for report in await self._rest.pages(call)]

    async def past_executions(
        self, instrument: Instrument, start_ns: int, end_ns: int
    ) -> list[Execution]:
        """Ask for the account's trades between two moments; raises what `open_orders` raises."""
        calls = self.calls.past_executions(instrument, start_ns, end_ns)
        return [row for call in calls for row in await self._rest.pages(call)]

    async def holdings(self) -> Holdings:
        """Ask for balances and positions; raises what `open_orders` raises."""
        as_of_ns = self._rest.venue_clock.told_ns()
        return Holdings(await self.balances(), await self.positions(), as_of_ns)

    async def balances(self) -> list[Balance]:
        """Ask what the account holds; raises what `open_orders` raises."""
        return await self._rest.call(self.calls.balances())

    async def positions(self) -> list[Position]:
        """Ask for open positions, of which there are none where nothing can be held so; raises what `open_orders` raises."""
        try:
            calls = self.calls.positions(self._instruments())
        except NotSupported:
            return []
        return [position for call in calls for position in await self._rest.pages(call)]

    # ------------------------------------------------------------------ entries

    @property
    def _now_ns(self) -> int:
        return self._clock.time_ns()


def _each(
    group: Group, found: list[OrderReport | VenueError] | OrderReport | TickwrightError
) -> list[Answer]:
    """Return what each order of a group was answered; an error of the call as a whole is the answer of each."""
    if isinstance(found, TickwrightError):
        return [found] * len(group.names)
    return [*group.answers(found)]
