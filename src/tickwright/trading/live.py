"""Orders as they live: a handle that always shows the present, and waits for what is to come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from tickwright.errors import Closed, OrderEnded
from tickwright.model.numbers import Number, format_decimal, parse_decimal, total
from tickwright.model.orders import AmendOrder, Order, OrderEvent, OrderState
from tickwright.trading.gateway import Gateway
from tickwright.trading.recorder import Recorder


__all__ = ["LiveOrder"]


class LiveOrder:
    """One order; its properties are of this moment.

    Example:
        >>> order = await tw.orders.submit("binance:BTC/USDT", "buy", quantity="0.01", price="60000")
        >>> order.state, order.filled_quantity
        (<OrderState.OPEN: 'open'>, Decimal('0'))
        >>> done = await order.wait_done(timeout_s=10)
    """

    def __init__(self, gateway: Gateway, recorder: Recorder, client_order_id: str) -> None:
        life = recorder.board.life(client_order_id)
        if life is None:
            raise KeyError(client_order_id)
        self._gateway = gateway
        self._recorder = recorder
        self._life = life
        self.client_order_id = client_order_id

    @property
    def now(self) -> Order:
        """All that is known of it, as a value that stays as it is."""
        return self._life.order

    @property
    def instrument(self) -> str:
        """Its instrument's id."""
        return self.now.command.instrument

    @property
    def state(self) -> OrderState:
        """Where it is in its life."""
        return self.now.state

    @property
    def venue_order_id(self) -> str | None:
        """The venue's name for it, once it has one."""
        return self.now.venue_order_id

    @property
    def filled_quantity(self) -> Decimal:
        """How much was executed."""
        return self.now.filled_quantity

    @property
    def leaves_quantity(self) -> Decimal | None:
        """How much can still be."""
        return self.now.leaves_quantity

    @property
    def average_price(self) -> Decimal | None:
        """Of its executions."""
        return self.now.average_price

    async def cancel(self) -> LiveOrder:
        """Cancel it; returns once the venue has answered. An order that has ended already stays as it ended."""
        await self._gateway.cancel(self.client_order_id)
        return self

    async def amend(
        self, *, quantity: Decimal | None = None, price: Decimal | None = None
    ) -> LiveOrder:
        """Change its quantity, its price, or both, where the venue can.

        Raises:
            NotSupported: The venue cannot; cancel it and submit another.
            UsageError: It has ended; nothing was sent.
            VenueError: The venue refused; it stays as it was.
        """
        command = AmendOrder(client_order_id=self.client_order_id, quantity=quantity, price=price)
        await self._gateway.amend(command)
        return self

    async def refresh(self) -> LiveOrder:
        """Ask the venue for it, and for executions of it that nobody has named.

        Raises:
            VenueError, ConnectivityError, CircuitOpen, DecodeError: There was no answer that tells.
        """
        await self._gateway.ask(self.client_order_id)
        return self

    # ------------------------------------------------------------------ waiting

    async def wait_for(
        self, condition: Callable[[Order], bool], *, timeout_s: float | None = None
    ) -> Order:
        """Wait until a condition holds of the order, and return it as it is then.

        All waiting ends with the connector: it raises ``Closed``.

        Raises:
            TimeoutError: It did not in time; the order lives on.
        """
        with self._heard() as queue:
            async with asyncio.timeout(timeout_s):
                while not condition(self.now):
                    if await queue.get() is None:
                        raise self._closed()
                return self.now

    async def wait_done(self, *, timeout_s: float | None = None) -> Order:
        """Wait until it has ended and every execution of it is known.

        Raises:
            TimeoutError: It did not in time; the order lives on.
        """
        return await self.wait_for(_is_done, timeout_s=timeout_s)

    async def wait_known(self, *, timeout_s: float | None = None) -> Order:
        """Wait until the venue has said whether it has the order, which is at once unless its outcome was unknown.

        Raises:
            TimeoutError: It did not in time; asking goes on.
        """
        return await self.wait_for(_is_known, timeout_s=timeout_s)

    async def wait_accepted(self, *, timeout_s: float | None = None) -> Order:
        """Wait until the venue has it, whatever became of it afterwards.

        Raises:
            OrderEnded: It was denied or rejected.
            TimeoutError: The venue has not said so in time; asking goes on.
        """
        order = await self.wait_known(timeout_s=timeout_s)
        if order.state in (OrderState.DENIED, OrderState.REJECTED):
            raise _ended(order, "accepted")
        return order

    async def wait_working(self, *, timeout_s: float | None = None) -> Order:
        """Wait until it can trade: at once unless it waits for a trigger.

        Raises:
            OrderEnded: It ended before.
            TimeoutError: It was not triggered in time; the order lives on.
        """
        order = await self.wait_for(_has_worked, timeout_s=timeout_s)
        if not (order.filled_quantity or order.state.is_open):
            raise _ended(order, "working")
        return order

    async def wait_filled(
        self, quantity: Number | None = None, *, timeout_s: float | None = None
    ) -> Order:
        """Wait until it was filled, whole unless a quantity is given, and every execution of that is known.

        Raises:
            OrderEnded: It ended with less.
            InvalidNumber: For a quantity that is none, or a float.
            TimeoutError: It was not filled in time; the order lives on.
        """
        wanted = None if quantity is None else parse_decimal(quantity, name="quantity")

        def is_filled(order: Order) -> bool:
            if wanted is None:
                return order.state is OrderState.FILLED and not order.missing_quantity
            return total(order.filled_quantity, -order.missing_quantity) >= wanted

        order = await self.wait_for(
            lambda order: is_filled(order) or _is_done(order), timeout_s=timeout_s
        )
        if not is_filled(order):
            raise _ended(order, "filled")
        return order

    # ------------------------------------------------------------------ listening

    def __aiter__(self) -> AsyncIterator[OrderEvent]:
        """Yield what `events` yields."""
        return self.events()

    async def events(self) -> AsyncIterator[OrderEvent]:
        """Yield what becomes of it from now on, until it has ended and every execution of it was told, or the connector is closed."""
        with self._heard() as queue:
            while not _is_done(self.now) or not queue.empty():
                event = await queue.get()
                if event is None:
                    return
                yield event

    @contextmanager
    def _heard(self) -> Iterator[asyncio.Queue[OrderEvent | None]]:
        """Collect its events, and ``None`` at the very end; an order has few, so there is no bound."""
        queue: asyncio.Queue[OrderEvent | None] = asyncio.Queue()

        def end() -> None:
            queue.put_nowait(None)

        if self._recorder.is_closed:
            end()
        self._recorder.follow(self.client_order_id, queue.put_nowait)
        self._recorder.wait_with(end)
        try:
            yield queue
        finally:
            self._recorder.wait_without(end)
            self._recorder.leave(self.client_order_id, queue.put_nowait)

    def _closed(self) -> Closed:
        name, state = self.client_order_id, self.now.state.value
        return Closed(f"the connector was closed while somebody waited for order {name} ({state})")

    def __repr__(self) -> str:
        order = self.now
        command = order.command
        price = "market" if order.price is None else f"@ {format_decimal(order.price)}"
        size = command.quote_quantity if order.quantity is None else order.quantity
        wanted = "" if size is None else format_decimal(size)
        return (
            f"LiveOrder({self.client_order_id}: {command.side.value} {wanted} {command.instrument} {price},"
            f" {order.state.value}, filled {format_decimal(order.filled_quantity)})"
        )


def _is_done(order: Order) -> bool:
    return order.state.is_final and not order.missing_quantity


def _is_known(order: Order) -> bool:
    return order.state not in (OrderState.NEW, OrderState.SENT, OrderState.UNKNOWN)


def _has_worked(order: Order) -> bool:
    return (
        order.state.is_final
        or bool(order.filled_quantity)
        or (order.state.is_open and order.is_working)
    )


def _ended(order: Order, wanted: str) -> OrderEnded:
    return OrderEnded(order.client_order_id, order.state.value, wanted, order.text)
