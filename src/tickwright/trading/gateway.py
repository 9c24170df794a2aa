"""The gateway: all commands go out through it, and what became of every order is known or being found out.

An order's way: checks → intent in the journal → sent → what came of it in the journal → events. A command is never repeated
(G2). `tickwright.trading.claims` checks, `tickwright.trading.placing` places, `tickwright.trading.changing` amends and cancels,
`tickwright.trading.clearing` cancels everything, `tickwright.trading.inquiries` finds out what answers do not tell (G1).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from tickwright.errors import (
    Closed,
    CommandDenied,
    TickwrightError,
    UsageError,
    VenueError,
)
from tickwright.io.clock import Clock
from tickwright.io.rest import Leaving
from tickwright.model.instrument import Instrument
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import AmendOrder, Order, SubmitOrder
from tickwright.runtime.bus import Spawn
from tickwright.trading.changing import Changes, Job
from tickwright.trading.claims import Check, Claims, Wanted
from tickwright.trading.clearing import Clearing
from tickwright.trading.departures import Departures
from tickwright.trading.desk import TradingDesk
from tickwright.trading.inquiries import Inquiries
from tickwright.trading.journal import AmendAsked, Entry, Reported
from tickwright.trading.placing import Placing
from tickwright.trading.recorder import Recorder
from tickwright.venues.groups import alone


__all__ = ["Gateway"]


class Gateway:
    """Sends commands of all products, and follows their orders to the end.

    Args:
        desks: Product → its order entry.
        recorder: Journal, board and listeners.
        check: Asked before anything is sent.
        leaving: Has the last word on everything but cancels, for what has waited meanwhile.
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
        leaving: Leaving | None = None,
    ) -> None:
        self.board = recorder.board
        self._clock = clock
        departures, find_out = Departures(leaving), _unless_closed(spawn)
        self._inquiries = Inquiries(desks, recorder, departures, clock, find_out)
        self._changes = Changes(self._inquiries, recorder, departures, clock, find_out)
        self._claims = Claims(recorder.board, check)
        self._placing = Placing(
            self._inquiries,
            self._changes,
            recorder,
            claims=self._claims,
            departures=departures,
            clock=clock,
            spawn=spawn,
        )
        self._leaving = leaving
        self._clearing = Clearing(desks, self._inquiries, self._changes, recorder, clock)

    def order(self, client_order_id: str) -> Order:
        """Return an order as it is known now.

        Raises:
            KeyError: If there is none of that name.
        """
        return self._inquiries.order(client_order_id)

    # ------------------------------------------------------------------ placing

    async def submit(self, command: SubmitOrder, instrument: Instrument) -> Order:
        """Place an order and return it once the outcome of placing is known, or known to be unknown.

        Whoever is cancelled while waiting leaves the order to itself: it is sent and followed all the same.

        Args:
            command: What to place, under a name that was never used.
            instrument: Of what.

        Raises:
            NotSupported, UnknownVenue: Before anything was journalled or sent.
            UsageError: There is an order of that name already.
            StoreError: The intent could not be journalled; nothing was sent.
        """
        desk = self._inquiries.desk(instrument.product)
        group = alone(command.client_order_id, desk.calls.submit(command, instrument))
        wanted = [(command, instrument)]
        denials = self._claims.claim(wanted)
        await self._placing.place(wanted, [] if denials else [(desk, group)], denials)
        return self.order(command.client_order_id)

    async def submit_many(self, wanted: Sequence[Wanted]) -> list[Order]:
        """Place orders by as few calls as the venues need, and return them as `submit` would each.

        All intents are journalled together. An order that is denied leaves out itself; the others go.

        Args:
            wanted: What to place, and of what.

        Raises:
            NotSupported, UnknownVenue, UsageError: Of any of them, before anything was journalled or sent.
            StoreError: The intents could not be journalled; nothing was sent.
        """
        if not wanted:
            return []
        jobs = self._batches(wanted)
        denials = self._claims.claim(wanted)
        if denials:
            jobs = self._batches(
                [each for each in wanted if each[0].client_order_id not in denials]
            )
        await self._placing.place(wanted, jobs, denials)
        return [self.order(command.client_order_id) for command, _ in wanted]

    async def submit_oco(
        self, legs: tuple[SubmitOrder, SubmitOrder], instrument: Instrument
    ) -> tuple[Order, Order]:
        """Place two orders of which one ends the other, and return them as `submit` would each.

        Args:
            legs: A limit order, or one that takes profit, and a stop; of the same side and quantity.
            instrument: Of what.

        Raises:
            NotSupported: The venue has no such thing; before anything was journalled or sent.
            UsageError: The legs do not go together, or a name was used before.
            StoreError: The intents could not be journalled; nothing was sent.
        """
        desk = self._inquiries.desk(instrument.product)
        group = desk.calls.submit_oco(legs, instrument)
        wanted = [(leg, instrument) for leg in legs]
        denials = self._claims.claim(wanted, all_or_none=True)
        await self._placing.place(wanted, [] if denials else [(desk, group)], denials)
        first, second = (self.order(leg.client_order_id) for leg in legs)
        return first, second

    async def replace(self, client_order_id: str, command: SubmitOrder) -> Order:
        """Cancel an order and place another one by one call; return the new one as `submit` would.

        The new order is only placed if the old one was canceled.

        Args:
            client_order_id: The order that ends.
            command: What takes its place, under a name that was never used.

        Raises:
            NotSupported: The venue has no such thing; before anything was journalled or sent.
            UsageError: The order has ended, or the name was used before.
            StoreError: The intents could not be journalled; nothing was sent.
        """
        old = self._living(client_order_id)
        desk = self._inquiries.desk_of(client_order_id)
        instrument = desk.instrument(command)
        group = desk.calls.replace(old, command, instrument)
        wanted = [(command, instrument)]
        denials = self._claims.claim(wanted, in_place_of=old)
        jobs = [] if denials else [(desk, group)]
        await self._placing.place(wanted, jobs, denials, in_place_of=old)
        return self.order(command.client_order_id)

    def _batches(self, wanted: Sequence[Wanted]) -> list[Job]:
        by_desk: dict[TradingDesk, list[Wanted]] = {}
        for each in wanted:
            by_desk.setdefault(self._inquiries.desk(each[1].product), []).append(each)
        return [
            (desk, group)
            for desk, orders in by_desk.items()
            for group in desk.calls.submit_groups(orders)
        ]

    # ------------------------------------------------------------------ changing

    async def amend(self, command: AmendOrder) -> Order:
        """Change an open order's quantity, price or both, and return it as it is then.

        Raises:
            NotSupported: What the venue does not offer for this order.
            UsageError: The order has ended; nothing was sent.
            CommandDenied: A limit or the kill switch forbids it; nothing was sent.
            VenueError: The venue refused; the order stays as it is.
            ConnectivityError, CircuitOpen, DecodeError: Nobody knows yet; the order is asked for.
        """
        (result,) = await self.amend_many([command])
        return _order(result)

    async def amend_many(self, commands: Sequence[AmendOrder]) -> list[Order | TickwrightError]:
        """Change orders by as few calls as the venues need; return each as it is then, or why it is as it was.

        Raises:
            NotSupported: Of any of them, before anything was journalled or sent.
            UsageError: One has ended, or is named twice; before anything was journalled or sent.
        """
        changes: dict[str, Order] = {}
        for command in commands:
            name = command.client_order_id
            if name in changes:
                raise UsageError(f"order {name} is named twice; amend it once")
            changes[name] = _changed(self._living(name), command)
        jobs = self._amend_jobs(changes)
        errors: dict[str, TickwrightError] = {}
        for name, changed in changes.items():
            instrument = self._inquiries.desk_of(name).instrument(changed)
            denied = self._claims.claim_change(self.order(name), changed, instrument)
            if denied is not None:
                errors[name] = denied
        allowed = [command for command in commands if command.client_order_id not in errors]
        if errors:
            jobs = self._amend_jobs(
                {name: changed for name, changed in changes.items() if name not in errors}
            )
        asked = [_asked(command, self._clock.time_ns()) for command in allowed]
        if jobs:
            errors |= await self._changes.carry_out(jobs, asked, self._leaving)
        self._claims.release_changes(
            [changed for name, changed in changes.items() if _is_known(errors.get(name))]
        )
        return [errors.get(name) or self.order(name) for name in changes]

    def _living(self, client_order_id: str) -> Order:
        """Return an order that can still be changed."""
        order = self.order(client_order_id)
        if order.state.is_final:
            raise UsageError(
                f"order {client_order_id} has ended ({order.state.value}); submit a new one"
            )
        return order

    def _amend_jobs(self, changes: Mapping[str, Order]) -> list[Job]:
        by_desk: dict[TradingDesk, list[tuple[Order, Order, Instrument]]] = {}
        for name, changed in changes.items():
            desk, order = self._inquiries.desk_of(name), self.order(name)
            by_desk.setdefault(desk, []).append((order, changed, desk.instrument(order)))
        return [
            (desk, group)
            for desk, each in by_desk.items()
            for group in desk.calls.amend_groups(each)
        ]

    async def cancel(self, client_order_id: str) -> Order:
        """Cancel an order and return it as it is then; one that has ended already stays as it ended.

        Raises:
            VenueError: The venue refused for another reason than that the order is gone.
            ConnectivityError, CircuitOpen, DecodeError: Nobody knows yet; the order is asked for.
        """
        (result,) = await self.cancel_many([client_order_id])
        return _order(result)

    async def cancel_many(self, client_order_ids: Sequence[str]) -> list[Order | TickwrightError]:
        """Cancel orders by as few calls as the venues need; return each as it is then, or why it is as it was.

        One whose placing is in the dark stays unknown for now, and is canceled as soon as it turns up.
        """
        orders = {name: self.order(name) for name in client_order_ids}
        errors = await self._changes.cancel(
            [order for order in orders.values() if not order.state.is_final]
        )
        return [errors.get(name) or self.order(name) for name in client_order_ids]

    async def cancel_all(
        self,
        *,
        instrument: str | None = None,
        venue: str | None = None,
        include_external: bool = False,
    ) -> list[Order]:
        """Cancel all open orders of an instrument, a venue, or everything; see `Clearing.clear`."""
        return await self._clearing.clear(
            instrument=instrument, venue=venue, include_external=include_external
        )

    # ------------------------------------------------------------------ finding out

    async def recover(self, entries: AsyncIterator[Entry]) -> None:
        """Fold a journal, and make every order unknown that was on its way when it ended.

        Raises:
            StoreError: If the journal cannot be read.
        """
        await self._inquiries.recover(self._changes.recalled(entries))

    async def ask(self, client_order_id: str) -> Order:
        """Ask the venue for an order, and for executions that nobody has named; return it as it is known then.

        One that the venue does not find stays as it was: that alone is no proof.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
        """
        await self._inquiries.ask_once(client_order_id)
        return self.order(client_order_id)

    async def reconcile(self, product: str) -> list[Reported]:
        """Make the orders of a product what the venue says they are; see `Inquiries.reconcile`.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: The venue did not answer; try again.
        """
        return await self._inquiries.reconcile(product)


def _unless_closed(spawn: Spawn) -> Spawn:
    """Return a way to run what the next run would do as well: nothing is begun while the connector closes."""

    def spawned(name: str, coroutine: Coroutine[Any, Any, None], /) -> None:
        with suppress(Closed):
            spawn(name, coroutine)

    return spawned


def _changed(order: Order, command: AmendOrder) -> Order:
    return msgspec.structs.replace(
        order,
        quantity=order.quantity if command.quantity is None else command.quantity,
        price=order.price if command.price is None else command.price,
    )


def _asked(command: AmendOrder, now_ns: int) -> AmendAsked:
    return AmendAsked(
        at_ns=now_ns,
        client_order_id=command.client_order_id,
        quantity=None if command.quantity is None else format_decimal(command.quantity),
        price=None if command.price is None else format_decimal(command.price),
    )


def _is_known(error: TickwrightError | None) -> bool:
    """Tell whether what went wrong with a change leaves no doubt of what came of it."""
    return error is None or isinstance(error, VenueError | CommandDenied)


def _order(result: Order | TickwrightError) -> Order:
    """Return an order, raise what stands in its place."""
    if isinstance(result, TickwrightError):
        raise result
    return result
