"""Ends everything that is open: of an instrument, of a venue, or of all.

Venues have a form of their own for it, one request an instrument. It ends everybody's orders there, whoever placed them, so it is
used where that is asked for, or where nobody else is known to have any. It answers that it was done, not what became of each
order: that is found out here, and what is still open is canceled by its name.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec

from tickwright.errors import StoreError, TickwrightError, UnknownVenue
from tickwright.io.clock import Clock
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order
from tickwright.trading.changing import Changes
from tickwright.trading.desk import TradingDesk
from tickwright.trading.inquiries import UNTOLD, Inquiries
from tickwright.trading.journal import CancelAsked
from tickwright.trading.recorder import Recorder
from tickwright.trading.together import together


__all__ = ["Clearing"]

log = logging.getLogger(__name__)


_TOLD_S = 1.0
"""How long a private stream may take to tell what became of many orders at once; asking for each takes longer."""


class _Place(msgspec.Struct):
    """One instrument, and what is open there."""

    desk: TradingDesk
    instrument: Instrument
    orders: list[Order]
    """To be canceled."""
    has_others: bool = False
    """Somebody else has orders there that are to stay."""


class Clearing:
    """Cancels all open orders, and says what became of each.

    Args:
        desks: Product → its order entry.
        inquiries: Finds out what became of them.
        changes: Cancels by name.
        recorder: Journal and board.
        clock: Stamps what is asked.
    """

    def __init__(
        self,
        desks: Mapping[str, TradingDesk],
        inquiries: Inquiries,
        changes: Changes,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self._desks = desks
        self._inquiries = inquiries
        self._changes = changes
        self._recorder = recorder
        self._clock = clock

    async def clear(
        self,
        *,
        instrument: str | None = None,
        venue: str | None = None,
        include_external: bool = False,
    ) -> list[Order]:
        """Cancel all open orders and return them as they are then.

        One that is still open was refused its cancel, or nobody knows; the log says why. One whose placing is in the dark stays
        unknown for now, and is canceled as soon as it turns up.

        Args:
            instrument: Only of this one.
            venue: Only of this venue, ``"binance"``, or of this product, ``"binance.spot"``.
            include_external: Those that somebody else on the account placed as well, known here or not.

        Raises:
            UnknownVenue: It takes no orders here.
            StoreError: The journal did not take what became of some; everything was canceled as far as the venues let us.
        """
        places = self._places(instrument, venue, include_external=include_external)
        orders = [order for place in places for order in place.orders]
        # By its name first: what the venue's own form ends goes by another name on some channels.
        unwritten = await self._cancel([order for order in orders if order.state in UNTOLD])
        for error in await together(
            self._clear_at_once(place)
            for place in places
            if include_external or (len(place.orders) > 1 and not place.has_others)
        ):
            unwritten = unwritten or error
        names = [order.client_order_id for order in orders if order.state not in UNTOLD]
        left = [self._inquiries.order(name) for name in names]
        error = await self._cancel([order for order in left if not order.state.is_final])
        unwritten = unwritten or error
        if unwritten is not None:
            raise unwritten
        return [self._inquiries.order(order.client_order_id) for order in orders]

    async def _cancel(self, orders: Sequence[Order]) -> StoreError | None:
        """Cancel orders by their names; return what kept some of it from being written down."""
        errors = await self._changes.cancel(orders) if orders else {}
        for name, error in errors.items():
            log.warning("order %s is not canceled: %s", name, error)
        return next((error for error in errors.values() if isinstance(error, StoreError)), None)

    def _places(
        self, instrument: str | None, venue: str | None, *, include_external: bool
    ) -> list[_Place]:
        products = self._products(venue)
        places: dict[str, _Place] = {}
        if include_external and instrument is not None:
            # Whoever has orders there, known or not.
            for product in products:
                desk = self._desks[product]
                listed = desk.listed(instrument)
                if listed is not None and listed.product == product:
                    places[instrument] = _Place(desk, listed, [])
        for order in self._recorder.board.unfinished(instrument):
            product = self._recorder.board.product(order.client_order_id)
            if order.state.is_final or product not in products:
                continue
            place = places.get(order.command.instrument) or self._place(order)
            if place is None:
                continue
            places[order.command.instrument] = place
            if include_external or not order.is_external:
                place.orders.append(order)
            else:
                place.has_others = True
        return list(places.values())

    def _place(self, order: Order) -> _Place | None:
        desk = self._inquiries.desk_of(order.client_order_id)
        listed = desk.listed(order.command.instrument)
        if listed is None:
            name = order.client_order_id
            log.warning("order %s is not canceled: its instrument is not listed any more", name)
            return None
        return _Place(desk, listed, [])

    def _products(self, venue: str | None) -> Sequence[str]:
        products = [
            product
            for product in self._desks
            if venue is None or venue in (product, product.partition(".")[0])
        ]
        if venue is not None and not products:
            known = ", ".join(sorted(self._desks)) or "none"
            raise UnknownVenue(f"{venue!r} takes no orders here; those that do: {known}")
        return products

    async def _clear_at_once(self, place: _Place) -> StoreError | None:
        """Cancel all orders of an instrument by the venue's own form; return what kept it from being written down."""
        unwritten: StoreError | None = None
        now_ns = self._clock.time_ns()
        names = [order.client_order_id for order in place.orders if order.state not in UNTOLD]
        asked = [CancelAsked(at_ns=now_ns, client_order_id=name) for name in names]
        try:
            await self._recorder.record(*asked)
        except StoreError as error:
            unwritten = error
        try:
            await place.desk.cancel_all(place.instrument)
            await together(self._ended(name) for name in names)
        except StoreError as error:
            unwritten = error
        except TickwrightError as error:
            # Those that are open still are canceled by their names.
            log.info("%s: not all canceled at once: %s", place.instrument.id, error)
        return unwritten

    async def _ended(self, name: str) -> None:
        """Wait until an order has ended, and ask for it if the stream does not tell."""
        if not await self._inquiries.until(name, _has_ended, _TOLD_S):
            await self._inquiries.follow(name, _has_ended)


def _has_ended(order: Order) -> bool:
    return order.state.is_final
