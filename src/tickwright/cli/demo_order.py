"""The demo's orders: placed through `Connector.orders`, and followed to their end, each step said aloud."""

from __future__ import annotations

from decimal import Decimal

from tickwright.app.connector import Connector
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import (
    Order,
    OrderAccepted,
    OrderEvent,
    OrderFilled,
    OrderOutcomeUnknown,
    OrderSent,
    SubmitOrder,
)


__all__ = ["buy", "grouped", "told", "told_event"]

PATIENCE_S = 5.0
"""How long an order may rest before it is canceled."""
_SHOWN_OF_A_REASON = 60


async def buy(tw: Connector, instrument: Instrument, *, quantity: Decimal, price: Decimal) -> Order:
    """Buy with a limit order, and return what became of it; what is not filled in a few seconds is canceled.

    Args:
        tw: The connector.
        instrument: What.
        quantity: How much.
        price: At most.
    """
    order = await tw.orders.submit(instrument.id, Side.BUY, quantity=quantity, price=price)
    try:
        return await order.wait_done(timeout_s=PATIENCE_S)
    except TimeoutError:
        return (await order.cancel()).now


def told(command: SubmitOrder) -> str:
    """Return an order in a few words.

    Example:
        >>> told(command)
        'buy 0.01 BTC for at most 65,000.3'
    """
    assert command.quantity is not None
    assert command.price is not None
    base = parse_instrument_id(command.instrument).base
    return f"{command.side.value} {grouped(command.quantity)} {base} for at most {grouped(command.price)}"


def told_event(event: OrderEvent) -> tuple[str, str]:
    """Return what became of an order as one line, and the colour it deserves.

    Example:
        >>> told_event(event)
        ('binance:BTC/USDT order 1000213 filled: 0.01 at 65,000.3', 'green')
    """
    order = event.order
    name = f"{order.command.instrument} order"
    match event:
        case OrderSent():
            return f"{name} sent: {told(order.command)}", "cyan"
        case OrderOutcomeUnknown():
            reason = order.text[:_SHOWN_OF_A_REASON].rstrip()
            return f"{name}: nobody knows what became of it ({reason}); asking", "bold magenta"
        case OrderAccepted():
            return f"{name} accepted as {order.venue_order_id}", "green"
        case OrderFilled(fill=fill):
            return f"{name} filled: {grouped(fill.quantity)} at {grouped(fill.price)}", "green"
    return f"{name}: {order.state.value} {order.text}".rstrip(), "yellow"


def grouped(value: Decimal) -> str:
    """Return a number with its thousands apart, and without the venue's trailing zeros."""
    return f"{Decimal(format_decimal(value)):,f}"
