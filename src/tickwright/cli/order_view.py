"""Orders as people and programs read them: a table, one line for each event, one JSON object for each order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tickwright.cli.tables import clock
from tickwright.model.market import datetime_of
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import (
    Fill,
    Order,
    OrderAccepted,
    OrderEvent,
    OrderFilled,
    OrderState,
    SubmitOrder,
)


__all__ = ["colour_of", "event_line", "event_row", "fill_row", "order_row", "show_orders", "wish"]

WIDE = 100
"""Columns from which on there is room for average prices."""

_LEGIBLE = Context(prec=12)
"""Of an average price, which may have as many digits as fit: more than any price that venues set."""

_COLOURS = {
    OrderState.UNKNOWN: "bold magenta",
    OrderState.OPEN: "cyan",
    OrderState.PARTLY_FILLED: "cyan",
    OrderState.FILLED: "green",
    OrderState.REJECTED: "red",
    OrderState.DENIED: "red",
    OrderState.EXPIRED: "yellow",
    OrderState.CANCELED: "yellow",
}

_EXPLAINED = (OrderState.UNKNOWN, OrderState.REJECTED, OrderState.DENIED, OrderState.EXPIRED)
"""States that nobody asked for."""


def colour_of(state: OrderState) -> str:
    """Return the colour of a state; those that need somebody are red or magenta."""
    return _COLOURS.get(state, "default")


def wish(command: SubmitOrder) -> str:
    """Return in a few words what an order asks for.

    Example:
        >>> wish(command)
        'buy 0.01 binance:BTC/USDT at 60000'
    """
    size = _quantity(command.quantity, command)
    return f"{command.side.value} {size} {command.instrument} at {_price(command.price, command)}"


def show_orders(orders: Sequence[Order], console: Console, *, has_times: bool = False) -> None:
    """Print a table, one line an order, and below it the words about those that somebody should look at.

    Args:
        orders: What to show.
        console: Where.
        has_times: Say when each was placed.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    if has_times:
        table.add_column("placed", no_wrap=True)
    table.add_column("order", overflow="ellipsis", no_wrap=True)
    table.add_column("instrument", overflow="ellipsis", no_wrap=True)
    table.add_column("side", no_wrap=True)
    is_wide = console.width >= WIDE
    for name in ("quantity", "price", "filled", *(("average",) if is_wide else ())):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for order in orders:
        table.add_row(
            *((clock(order.placed_ts_ns),) if has_times else ()),
            order.client_order_id,
            order.command.instrument,
            order.command.side.value,
            _quantity(order.quantity, order.command),
            _price(order.price, order.command),
            format_decimal(order.filled_quantity),
            *((_average(order),) if is_wide else ()),
            Text(_state(order), style=colour_of(order.state)),
        )
    console.print(table)
    for order in orders:
        if order.state in _EXPLAINED and (order.code or order.text):
            line = Text(f"{order.client_order_id}: {order.state.value}: {_words(order)}")
            line.stylize(colour_of(order.state))
            console.print(line, soft_wrap=True)


def event_line(event: OrderEvent) -> Text:
    """Return one line about what became of an order."""
    order = event.order
    line = Text(f"{datetime_of(event.received_ts_ns):%H:%M:%S.%f}"[:-3])
    line.append(f"  {order.client_order_id}  ", style="bold")
    match event:
        case OrderFilled(fill=fill):
            line.append(f"filled {_fill(fill)}", style="green")
            if order.leaves_quantity:
                line.append(f", {format_decimal(order.leaves_quantity)} left")
        case OrderAccepted():
            line.append(f"accepted as {order.venue_order_id}", style="cyan")
            line.append(f": {wish(order.command)}")
        case _:
            word = type(event).__name__.removeprefix("Order")
            told = {"Sent": "sent", "OutcomeUnknown": "unknown"}.get(word, word.lower())
            line.append(told, style=colour_of(order.state))
            line.append(f": {_words(order) or _now(order)}")
    return line


def event_row(event: OrderEvent) -> dict[str, Any]:
    """Return an event as a JSON object holds it."""
    row: dict[str, Any] = {
        "event": type(event).__name__,
        "received_ts_ns": event.received_ts_ns,
        "venue_ts_ns": event.venue_ts_ns,
    }
    if isinstance(event, OrderFilled):
        row["fill"] = fill_row(event.fill)
    return {**row, "order": order_row(event.order)}


def order_row(order: Order) -> dict[str, Any]:
    """Return an order as a JSON object holds it: numbers are text, exactly as they are."""
    command, trigger = order.command, order.command.trigger
    return {
        "client_order_id": order.client_order_id,
        "venue_order_id": order.venue_order_id,
        "instrument": command.instrument,
        "side": command.side.value,
        "state": order.state.value,
        "quantity": _text(order.quantity),
        "quote_quantity": _text(command.quote_quantity),
        "price": _text(order.price),
        "trigger": None
        if trigger is None
        else {
            "kind": trigger.kind.value,
            "price": _text(trigger.price),
            "by": trigger.by.value,
            "trail_bps": trigger.trail_bps,
        },
        "time_in_force": command.time_in_force.value,
        "post_only": command.post_only,
        "reduce_only": command.reduce_only,
        "filled_quantity": _text(order.filled_quantity),
        "average_price": _text(order.average_price),
        "fills": [fill_row(fill) for fill in order.fills],
        "placed_ts_ns": order.placed_ts_ns,
        "is_external": order.is_external,
        "code": order.code,
        "text": order.text,
    }


def fill_row(fill: Fill) -> dict[str, Any]:
    """Return an execution as a JSON object holds it."""
    return {
        "trade_id": fill.trade_id,
        "price": _text(fill.price),
        "quantity": _text(fill.quantity),
        "fee": _text(fill.fee),
        "fee_asset": fill.fee_asset,
        "is_maker": fill.is_maker,
        "venue_ts_ns": fill.venue_ts_ns,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format_decimal(value)


def _quantity(quantity: Decimal | None, command: SubmitOrder) -> str:
    if quantity is not None:
        return format_decimal(quantity)
    return f"for {format_decimal(command.quote_quantity or Decimal(0))}"


def _price(price: Decimal | None, command: SubmitOrder) -> str:
    limit = "market" if price is None else format_decimal(price)
    trigger = command.trigger
    if trigger is None:
        return limit
    waits = f"{trigger.trail_bps} bp" if trigger.price is None else format_decimal(trigger.price)
    return f"{trigger.kind.value} {waits} → {limit}"


def _average(order: Order) -> str:
    return "" if order.average_price is None else format_decimal(_LEGIBLE.plus(order.average_price))


def _state(order: Order) -> str:
    if order.state.is_open and not order.is_working:
        return "waiting"
    return order.state.value


def _now(order: Order) -> str:
    left = f"{_quantity(order.quantity, order.command)} at {_price(order.price, order.command)}"
    return f"{left}, filled {format_decimal(order.filled_quantity)}"


def _words(order: Order) -> str:
    return ": ".join(_unlike(filter(None, (order.code, order.text))))


def _unlike(words: Iterable[str]) -> Iterable[str]:
    """Leave out what another word holds already: venues' texts often begin with their code."""
    kept = list(dict.fromkeys(words))
    return [word for word in kept if not any(word in other for other in kept if other != word)]


def _fill(fill: Fill) -> str:
    told = f"{format_decimal(fill.quantity)} at {format_decimal(fill.price)}"
    if fill.fee is not None:
        told += f", fee {format_decimal(fill.fee)} {fill.fee_asset or ''}".rstrip()
    return told
