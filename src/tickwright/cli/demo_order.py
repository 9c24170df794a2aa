"""One order at the demo's venue: signed, sent over REST, and followed to its end, each step said aloud."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

from tickwright.core.order import OrderLife
from tickwright.errors import TickwrightError
from tickwright.io.clock import Clock
from tickwright.io.entropy import system_random
from tickwright.io.http_aiohttp import AiohttpTransport
from tickwright.io.rest import RestClient
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import (
    Order,
    OrderAccepted,
    OrderEvent,
    OrderFilled,
    OrderReport,
    SubmitOrder,
)
from tickwright.sandbox.sandbox import Sandbox
from tickwright.venues.base import Product, RestCall
from tickwright.venues.signing import Credentials, Signer


__all__ = ["buy", "told"]

Say = Callable[[str, str], None]
"""Text and colour."""

_PATIENCE_S = 2.0
"""How long an order may rest before it is canceled."""
_ASK_EVERY_S = 0.1


async def buy(
    sandbox: Sandbox,
    product: Product,
    instrument: Instrument,
    *,
    quantity: Decimal,
    price: Decimal,
    clock: Clock,
    say: Say,
) -> Order:
    """Buy with a limit order; what is not filled in two seconds is canceled.

    Args:
        sandbox: Where; its account pays.
        product: Which of its products.
        instrument: What.
        quantity: How much.
        price: At most.
        clock: For the time of each step.
        say: Told of every step.
    """
    command = SubmitOrder(
        client_order_id="demo-1",
        instrument=instrument.id,
        side=Side.BUY,
        quantity=quantity,
        price=price,
    )
    life = OrderLife(command)
    async with AiohttpTransport(clock=clock) as transport:
        rest = RestClient(
            product,
            sandbox.endpoints[product.name].rest or "",
            transport,
            clock=clock,
            rng=system_random(),
            signer=Signer(Credentials(sandbox.account.key, sandbox.account.secret)),
        )
        desk = _Desk(rest, life, clock, say)
        calls = product.trading
        assert calls is not None
        say(f"{instrument.id} order demo-1: {told(life.order)}", "cyan")
        desk.tell(life.sent(clock.time_ns()))
        await desk.call(calls.submit(command, instrument))
        give_up_s = clock.monotonic_s() + _PATIENCE_S
        while life.order.state.is_open and clock.monotonic_s() < give_up_s:
            await asyncio.sleep(_ASK_EVERY_S)
            await desk.call(calls.query(life.order, instrument))
        if life.order.state.is_open:
            await desk.call(calls.cancel(life.order, instrument))
        if life.order.missing_quantity:
            executions = await rest.call(calls.executions(instrument, order=life.order))
            desk.tell(life.executed([each.fill for each in executions], clock.time_ns()))
    return life.order


def told(order: Order) -> str:
    """Return an order in a few words.

    Example:
        >>> told(order)
        'buy 0.01 BTC for at most 65,000.30'
    """
    command = order.command
    assert command.quantity is not None
    assert command.price is not None
    base = parse_instrument_id(command.instrument).base
    return f"{command.side.value} {format_decimal(command.quantity)} {base} for at most {command.price:,f}"


class _Desk:
    """Makes calls, folds their answers into the order, and says what came of them."""

    def __init__(self, rest: RestClient, life: OrderLife, clock: Clock, say: Say) -> None:
        self._rest = rest
        self._life = life
        self._clock = clock
        self._say = say

    async def call(self, call: RestCall[OrderReport]) -> None:
        try:
            events = self._life.reported(await self._rest.call(call))
        except TickwrightError as error:
            events = self._life.lost(str(error), self._clock.time_ns())
        self.tell(events)

    def tell(self, events: list[OrderEvent]) -> None:
        for event in events:
            order = event.order
            name = f"{order.command.instrument} order {order.client_order_id}"
            match event:
                case OrderFilled(fill=fill):
                    amounts = f"{format_decimal(fill.quantity)} at {fill.price:,f}"
                    self._say(f"{name} filled: {amounts}", "green")
                case OrderAccepted():
                    self._say(f"{name} accepted as {order.venue_order_id}", "green")
                case _:
                    self._say(f"{name}: {order.state.value} {order.text}".rstrip(), "cyan")
