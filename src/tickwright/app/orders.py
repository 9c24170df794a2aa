"""`Connector.orders`: commands that go out; `tickwright.app.order_questions` has what can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from tickwright.app.order_fields import NewOrder, OrderChange, command_of, fitted
from tickwright.app.order_questions import OrderQuestions
from tickwright.errors import TickwrightError, UsageError
from tickwright.model.market import Side
from tickwright.model.numbers import Number, Rounding
from tickwright.model.orders import AmendOrder, Order, TimeInForce, Trigger, TriggerKind


if TYPE_CHECKING:
    from tickwright.trading.live import LiveOrder


__all__ = ["Orders"]


class Orders(OrderQuestions):
    """Places, changes, cancels and shows orders.

    Whatever is asked first opens order entry: the journal, and a private stream for each product whose venue takes orders and
    has credentials. Orders leave once the account of their venue is known (G8). Prices and quantities are text, ints or Decimals, and must
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
            client_order_id: A name of your own, never used before, of letters, digits, ``-`` and ``_``; made for you unless given.
            rounding: In which direction prices and quantities may be moved to fit the instrument.

        Raises:
            UsageError, InvalidNumber, NotSupported, UnknownInstrument: It cannot be; nothing was journalled or sent.
            NoCredentials, CredentialsRefused: There is no key, or the venue does not take it.
            StoreError: It could not be journalled; nothing was sent.
        """
        floor = self._floor or await self._opened()
        listed = await self._market.instrument(instrument)
        await floor.readiness.wait_ready(listed.product)
        command = command_of(
            listed,
            floor.ids,
            instrument=instrument,
            side=side,
            quantity=quantity,
            price=price,
            quote_quantity=quote_quantity,
            time_in_force=time_in_force,
            expire_ts_ns=expire_ts_ns,
            post_only=post_only,
            reduce_only=reduce_only,
            trigger=trigger,
            display_quantity=display_quantity,
            client_order_id=client_order_id,
            rounding=rounding,
        )
        await floor.gateway.submit(command, listed)
        return floor.live(command.client_order_id)

    async def submit_many(self, orders: Sequence[NewOrder]) -> list[LiveOrder]:
        """Place orders by as few requests as the venues need, and return each as `submit` would.

        Binance USD-M takes five at once and Bybit ten; where a venue has no batches, single requests leave at the same time. Each
        order has a fate of its own: one that is denied or rejected leaves out itself.

        Args:
            orders: What `submit` takes, a dict an order; see `NewOrder`.

        Raises:
            UsageError, InvalidNumber, NotSupported, UnknownInstrument: One of them cannot be; none was journalled or sent.
            NoCredentials, CredentialsRefused: There is no key, or the venue does not take it.
            StoreError: They could not be journalled; nothing was sent.

        Example:
            >>> ladder = [
            ...     {"instrument": "binance:BTC/USDT", "side": "buy", "quantity": "0.01", "price": price}
            ...     for price in ("60000", "59900", "59800")
            ... ]
            >>> [order.state for order in await tw.orders.submit_many(ladder)]
            [<OrderState.OPEN: 'open'>, <OrderState.OPEN: 'open'>, <OrderState.OPEN: 'open'>]
        """
        floor = await self._opened()
        wanted = []
        for order in orders:
            listed = await self._market.instrument(order["instrument"])
            wanted.append((command_of(listed, floor.ids, **order), listed))
        for product in {listed.product for _, listed in wanted}:
            await floor.readiness.wait_ready(product)
        await floor.gateway.submit_many(wanted)
        return [floor.live(command.client_order_id) for command, _ in wanted]

    async def submit_oco(
        self,
        instrument: str,
        side: Side | str,
        *,
        quantity: Number,
        price: Number,
        stop_price: Number,
        stop_limit_price: Number | None = None,
        rounding: Rounding | None = None,
    ) -> tuple[LiveOrder, LiveOrder]:
        """Place two orders of which one ends the other: a post-only limit, and a stop on the other side of the market.

        Both are orders like any other, with their own states and events. Canceling one cancels both.

        Args:
            instrument: Its id; on Binance spot.
            side: ``"buy"`` or ``"sell"``, of both.
            quantity: Of each of them.
            price: Of the limit: above the market for a sale, below it for a purchase.
            stop_price: At which the stop is triggered, on the other side of the market.
            stop_limit_price: The limit of the stop; a market order without.
            rounding: In which direction prices and quantities may be moved to fit the instrument.

        Returns:
            The limit and the stop.

        Raises:
            NotSupported: The venue has no such thing; the text says what to do.
            UsageError, InvalidNumber, UnknownInstrument: It cannot be; nothing was journalled or sent.
            StoreError: They could not be journalled; nothing was sent.

        Example:
            >>> profit, loss = await tw.orders.submit_oco(
            ...     "binance:BTC/USDT", "sell", quantity="0.01", price="70000", stop_price="60000"
            ... )
        """
        floor = await self._opened()
        listed = await self._market.instrument(instrument)
        await floor.readiness.wait_ready(listed.product)
        stop = fitted(stop_price, listed.tick_size, "stop_price", rounding)
        common: NewOrder = {
            "instrument": instrument,
            "side": side,
            "quantity": quantity,
            "rounding": rounding,
        }
        limit: NewOrder = {**common, "price": price, "post_only": True}
        loss: NewOrder = {
            **common,
            "price": stop_limit_price,
            "trigger": Trigger(kind=TriggerKind.STOP, price=stop),
        }
        legs = (
            command_of(listed, floor.ids, **limit),
            command_of(listed, floor.ids, **loss),
        )
        await floor.gateway.submit_oco(legs, listed)
        return floor.live(legs[0].client_order_id), floor.live(legs[1].client_order_id)

    async def replace(
        self,
        order: LiveOrder | str,
        *,
        quantity: Number | None = None,
        price: Number | None = None,
        client_order_id: str | None = None,
        rounding: Rounding | None = None,
    ) -> LiveOrder:
        """Cancel an order and place another one by one request, and return the new one.

        The new one is like the old one but for what is given. It is placed only if the old one was canceled; otherwise it is
        rejected, and its text says why. If nobody knows, both are found out.

        Args:
            order: The old one, or its client order id; on Binance spot.
            quantity: Of the new one; what the old one has left unless given.
            price: Of the new one; that of the old one unless given.
            client_order_id: A name of your own for it, never used before; made for you unless given.
            rounding: In which direction price and quantity may be moved to fit the instrument.

        Raises:
            NotSupported: The venue has no such thing; the text says what to do.
            UsageError, InvalidNumber: The order has ended, or it cannot be.
            StoreError: It could not be journalled; nothing was sent.
        """
        floor = await self._opened()
        old = (await self.get(order)).now
        if not old.is_understood:
            raise UsageError(
                f"order {old.client_order_id} was placed by somebody else, as more than a command here can say;"
                " cancel it, and submit what is to take its place"
            )
        listed = await self._market.instrument(old.command.instrument)
        await floor.readiness.wait_ready(listed.product)
        command = msgspec.structs.replace(
            old.command,
            client_order_id=floor.ids.named(client_order_id, listed.product),
            quantity=old.leaves_quantity
            if quantity is None
            else fitted(quantity, listed.lot_size, "quantity", rounding),
            price=old.price
            if price is None
            else fitted(price, listed.tick_size, "price", rounding),
        )
        await floor.gateway.replace(old.client_order_id, command)
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
            NotSupported: The venue cannot; the text says what to do.
            UsageError: It has ended; nothing was sent.
            VenueError: The venue refused; the order stays as it was.
        """
        found = await self.get(order)
        listed = await self._market.instrument(found.instrument)
        return await found.amend(
            quantity=fitted(quantity, listed.lot_size, "quantity", rounding),
            price=fitted(price, listed.tick_size, "price", rounding),
        )

    async def cancel_many(
        self, orders: Sequence[LiveOrder | str]
    ) -> list[LiveOrder | TickwrightError]:
        """Cancel orders by as few requests as the venues need; return each, or why it could not be canceled.

        Binance USD-M takes ten at once and Bybit ten; where a venue has no batches, single requests leave at the same time.

        Raises:
            UsageError: Nobody knows an order of one of the ids.
        """
        floor = await self._known()
        found = [await self.get(order) for order in orders]
        results = await floor.gateway.cancel_many([order.client_order_id for order in found])
        return [_told(*pair) for pair in zip(found, results, strict=True)]

    async def amend_many(self, changes: Sequence[OrderChange]) -> list[LiveOrder | TickwrightError]:
        """Change orders by as few requests as the venues need; return each, or why it is as it was.

        Args:
            changes: What `amend` takes, a dict a change; see `OrderChange`.

        Raises:
            UsageError, NotSupported: One of them cannot be changed so; none was.
        """
        floor = await self._known()
        found, commands = [], []
        for change in changes:
            order, rounding = await self.get(change["order"]), change.get("rounding")
            listed = await self._market.instrument(order.instrument)
            found.append(order)
            commands.append(
                AmendOrder(
                    client_order_id=order.client_order_id,
                    quantity=fitted(change.get("quantity"), listed.lot_size, "quantity", rounding),
                    price=fitted(change.get("price"), listed.tick_size, "price", rounding),
                )
            )
        results = await floor.gateway.amend_many(commands)
        return [_told(*pair) for pair in zip(found, results, strict=True)]

    async def cancel_all(
        self,
        instrument: str | None = None,
        *,
        venue: str | None = None,
        include_external: bool = False,
    ) -> Sequence[Order]:
        """Cancel every open order, and return what became of each.

        Venues have a form of their own for it, one request an instrument. It ends everybody's orders there, so it is used only
        where nobody else on the account is known to have any, or where they are meant as well. Orders whose outcome is unknown are
        canceled as soon as they turn up. One that is still open in the answer was refused its cancel, or the venue is out of reach.

        Args:
            instrument: Only of this one.
            venue: Only of this venue, ``"binance"``, or of this product, ``"binance.spot"``.
            include_external: Those that somebody else on the account placed as well.

        Raises:
            UnknownInstrument: For an instrument that none of the venues lists.
            UnknownVenue: For a venue that takes no orders here.
        """
        floor = await self._known()
        if instrument is not None:
            await self._market.instrument(instrument)
        return await floor.gateway.cancel_all(
            instrument=instrument, venue=venue, include_external=include_external
        )

    async def kill(self, *, include_external: bool = False) -> Sequence[Order]:
        """Let no order leave any more, and cancel all that are open; `revive` takes it back.

        From the call on nothing but cancels leaves, neither what waits for a limit nor while the venues cannot be reached.

        Args:
            include_external: Cancel those that somebody else on the account placed as well.
        """
        (await self._opened()).risk.is_killed = True
        return await self.cancel_all(include_external=include_external)

    async def revive(self) -> None:
        """Let orders leave again."""
        (await self._opened()).risk.is_killed = False


def _told(order: LiveOrder, result: Order | TickwrightError) -> LiveOrder | TickwrightError:
    return result if isinstance(result, TickwrightError) else order
