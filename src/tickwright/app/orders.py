"""`Connector.orders`: commands that go out; `tickwright.app.order_questions` has what can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from tickwright.app.order_questions import OrderQuestions
from tickwright.errors import UsageError
from tickwright.model.market import Side
from tickwright.model.numbers import Number, Rounding, fit_to_step, parse_decimal
from tickwright.model.orders import Order, SubmitOrder, TimeInForce, Trigger


if TYPE_CHECKING:
    from tickwright.trading.live import LiveOrder


__all__ = ["Orders"]

E = TypeVar("E", bound=Enum)


class Orders(OrderQuestions):
    """Places, changes, cancels and shows orders.

    Whatever is asked first opens order entry: the journal, and a private stream for each product whose venue takes orders and
    has credentials. Commands wait until the account is known (G8). Prices and quantities are text, ints or Decimals, and must
    be multiples of the instrument's steps unless a rounding direction is named; floats are refused (G24).

    Example:
        >>> order = await tw.orders.submit(
        ...     "binance:BTC/USDT", "buy", quantity="0.01", price="60000", post_only=True
        ... )
        >>> await order.cancel()
    """

    async def submit(
        self,
        instrument: str,
        side: Side | str,
        *,
        quantity: Number | None = None,
        price: Number | None = None,
        quote_quantity: Number | None = None,
        time_in_force: TimeInForce | str = TimeInForce.GTC,
        expire_ts_ns: int | None = None,
        post_only: bool = False,
        reduce_only: bool = False,
        trigger: Trigger | None = None,
        display_quantity: Number | None = None,
        client_order_id: str | None = None,
        rounding: Rounding | None = None,
    ) -> LiveOrder:
        """Place an order, and return it once the venue has answered, or it is known that nobody knows (G1).

        A denied or rejected order is no exception: look at ``order.state``, ``order.now.code`` and ``order.now.text``.

        Args:
            instrument: Its id.
            side: ``"buy"`` or ``"sell"``.
            quantity: In base asset, or contracts.
            price: The limit; a market order without.
            quote_quantity: What a market order spends or earns, in place of ``quantity``.
            time_in_force: ``"gtc"``, ``"ioc"``, ``"fok"`` or ``"gtd"``.
            expire_ts_ns: When a GTD order ends.
            post_only: Refused by the venue rather than traded at once.
            reduce_only: Only ever shrinks a position.
            trigger: What it waits for.
            display_quantity: The part of an iceberg that the book shows.
            client_order_id: A name of your own, never used before; made for you unless given.
            rounding: In which direction prices and quantities may be moved to fit the instrument.

        Raises:
            UsageError, InvalidNumber, NotSupported, UnknownInstrument: It cannot be; nothing was journalled or sent.
            NoCredentials, CredentialsRefused: There is no key, or the venue does not take it.
            StoreError: It could not be journalled; nothing was sent.
        """
        floor = await self._ready()
        listed = await self._market.instrument(instrument)
        command = SubmitOrder(
            client_order_id=floor.ids.next() if client_order_id is None else client_order_id,
            instrument=listed.id,
            side=_one_of(Side, side, "side"),
            quantity=_fitted(quantity, listed.lot_size, "quantity", rounding),
            quote_quantity=None
            if quote_quantity is None
            else parse_decimal(quote_quantity, name="quote_quantity"),
            price=_fitted(price, listed.tick_size, "price", rounding),
            time_in_force=_one_of(TimeInForce, time_in_force, "time_in_force"),
            expire_ts_ns=expire_ts_ns,
            post_only=post_only,
            reduce_only=reduce_only,
            trigger=trigger,
            display_quantity=_fitted(
                display_quantity, listed.lot_size, "display_quantity", rounding
            ),
        )
        await floor.gateway.submit(command, listed.product)
        return floor.live(command.client_order_id)

    async def cancel(self, order: LiveOrder | str) -> LiveOrder:
        """Cancel an order, by itself or by its client order id.

        Raises:
            UsageError: Nobody knows an order of that id.
        """
        return await (await self.get(order)).cancel()

    async def amend(
        self,
        order: LiveOrder | str,
        *,
        quantity: Number | None = None,
        price: Number | None = None,
        rounding: Rounding | None = None,
    ) -> LiveOrder:
        """Change an open order's quantity, its price, or both.

        Raises:
            NotSupported: The venue cannot; cancel it and submit another.
            VenueError: The venue refused; the order stays as it was.
        """
        found = await self.get(order)
        listed = await self._market.instrument(found.instrument)
        return await found.amend(
            quantity=_fitted(quantity, listed.lot_size, "quantity", rounding),
            price=_fitted(price, listed.tick_size, "price", rounding),
        )

    async def cancel_all(self, instrument: str | None = None) -> Sequence[Order]:
        """Cancel every open order of an instrument, or of all that are known, and return what became of them.

        Orders whose outcome is unknown are canceled as well, as soon as they turn up.

        Raises:
            UnknownInstrument: For an instrument that none of the venues lists.
        """
        floor = await self._ready()
        if instrument is not None:
            await self._market.instrument(instrument)
        orders = [
            order
            for order in floor.gateway.board.unfinished(instrument)
            if not order.state.is_final
        ]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(floor.gateway.cancel(order.client_order_id)) for order in orders
            ]
        return [task.result() for task in tasks]

    async def kill(self) -> Sequence[Order]:
        """Let no order leave any more, and cancel all that are open; `revive` takes it back."""
        floor = await self._ready()
        floor.risk.is_killed = True
        return await self.cancel_all()

    async def revive(self) -> None:
        """Let orders leave again."""
        (await self._ready()).risk.is_killed = False


def _one_of(kind: type[E], value: E | str, name: str) -> E:
    """Return the member that a value names.

    Raises:
        UsageError: It names none; the text lists those that there are.
    """
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(repr(each.value) for each in kind if each is not Side.UNKNOWN)
        raise UsageError(f"{name}: {value!r} is none of {known}") from None


def _fitted(
    value: Number | None, step: Decimal, name: str, rounding: Rounding | None
) -> Decimal | None:
    """Return a number exactly as given, unless a direction is named; what does not fit then is denied by the checks."""
    if value is None:
        return None
    number = parse_decimal(value, name=name)
    return number if rounding is None else fit_to_step(number, step, name=name, rounding=rounding)
