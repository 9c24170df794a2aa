"""Orders as people and programs read them: a table, one line for each event, one JSON object for each order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any

from rich.console import Console
from rich.text import Text

from tickwright.cli.rows import Column, show_rows
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
    TimeInForce,
    Trigger,
    TriggerBy,
)


__all__ = [
    "advice",
    "colour_of",
    "event_line",
    "event_row",
    "fill_row",
    "is_understood",
    "order_row",
    "show_orders",
    "trigger_words",
    "wish",
]

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

_UNSAID = (False, TimeInForce.GTC.value)
"""What a command says of which nothing was told."""

_NOT_UNDERSTOOD = "placed by somebody else; how, beyond what stands here, is unknown"

_COLUMNS = (
    Column("order"),
    Column("instrument"),
    Column("side"),
    Column("quantity", is_number=True),
    Column("price", is_number=True),
    Column("filled", is_number=True, worth=3),
    Column("average", is_number=True, worth=1),
    Column("state"),
)
_PLACED = Column("placed", worth=2)

_EXPLAINED = (OrderState.UNKNOWN, OrderState.REJECTED, OrderState.DENIED, OrderState.EXPIRED)
"""States that nobody asked for."""


def colour_of(state: OrderState) -> str:
    """Return the colour of a state; those that need somebody are red or magenta."""
    return _COLOURS.get(state, "default")


def wish(order: Order) -> str:
    """Return in a few words what an order was placed as.

    Example:
        >>> wish(order)
        'buy 0.01 binance:BTC/USDT at 60000'
    """
    command = order.command
    size = _quantity(command.quantity, command)
    price = _price(command.price, order)
    return f"{command.side.value} {size} {command.instrument} at {price}"


def trigger_words(trigger: Trigger) -> str:
    """Return in a few words what an order waits for.

    Example:
        >>> trigger_words(Trigger(kind=TriggerKind.STOP, price=Decimal(60000), trail_bps=50))
        'stop 60000 trail 50 bps'
    """
    words = [trigger.kind.value]
    if trigger.price is not None:
        words.append(format_decimal(trigger.price))
    if trigger.trail_bps is not None:
        words.append(f"trail {trigger.trail_bps} bps")
    return " ".join(words)


def show_orders(orders: Sequence[Order], console: Console, *, has_times: bool = False) -> None:
    """Print the orders, and below them the words about those that somebody should look at.

    Args:
        orders: What to show.
        console: Where.
        has_times: Say when each was placed.
    """
    columns, rows = list(_COLUMNS), [_cells(order) for order in orders]
    if has_times:
        columns.append(_PLACED)
        rows = [[*row, clock(order.placed_ts_ns)] for row, order in zip(rows, orders, strict=True)]
    show_rows(columns, rows, console)
    for order in orders:
        if order.state in _EXPLAINED and (order.code or order.text):
            line = Text(f"{order.client_order_id}: {order.state.value}: {_words(order)}")
            line.stylize(colour_of(order.state))
            console.print(line, soft_wrap=True)
        elif not is_understood(order):
            console.print(f"{order.client_order_id}: {_NOT_UNDERSTOOD}", soft_wrap=True)


def advice(order: Order) -> str:
    """Return what to do about an order of which nobody knows whether the venue has it."""
    look = f"tickwright orders list --history --fresh --instrument {order.command.instrument}"
    return (
        f"{order.client_order_id}: nobody knows whether the venue has it. Do not send it again;"
        f" `{look}` shows what became of it"
    )


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
            name = "" if order.venue_order_id is None else f" as {order.venue_order_id}"
            line.append(f"accepted{name}", style="cyan")
            line.append(f": {wish(order)}")
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
    command = order.command
    return {
        "client_order_id": order.client_order_id,
        "venue_order_id": order.venue_order_id,
        "instrument": command.instrument,
        "side": command.side.value,
        "state": order.state.value,
        "quantity": _text(order.quantity),
        "quote_quantity": _text(command.quote_quantity),
        "price": _text(order.price),
        "is_working": order.is_working,
        "is_understood": is_understood(order),
        **_terms(order),
        "filled_quantity": _text(order.filled_quantity),
        "average_price": _text(order.average_price),
        "fills": [fill_row(fill) for fill in order.fills],
        "placed_ts_ns": order.placed_ts_ns,
        "is_external": order.is_external,
        "code": order.code,
        "text": order.text,
    }


def is_understood(order: Order) -> bool:
    """Tell whether all is known of how an order was placed: not of others' orders that wait for what nobody has told."""
    return order.is_understood and not _waits_untold(order)


def _waits_untold(order: Order) -> bool:
    return order.is_external and not order.is_working and order.command.trigger is None


def _terms(order: Order) -> dict[str, Any]:
    """Return how an order was placed; ``None`` stands for what may be so or not, in an order that is not understood."""
    command, trigger = order.command, order.command.trigger
    known = {
        "time_in_force": command.time_in_force.value,
        "expire_ts_ns": command.expire_ts_ns,
        "post_only": command.post_only,
        "reduce_only": command.reduce_only,
        "display_quantity": _text(command.display_quantity),
        "trigger": None
        if trigger is None
        else {
            "kind": trigger.kind.value,
            "price": _text(trigger.price),
            "by": trigger.by.value,
            "trail_bps": trigger.trail_bps,
        },
    }
    if is_understood(order):
        return known
    return {name: None if value in _UNSAID else value for name, value in known.items()}


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


def _price(price: Decimal | None, order: Order) -> str:
    limit = "market" if price is None else format_decimal(price)
    trigger = order.command.trigger
    if trigger is not None:
        by = "" if trigger.by is TriggerBy.LAST else f" by {trigger.by.value}"
        return f"{trigger_words(trigger)}{by} → {limit}"
    return f"? → {limit}" if _waits_untold(order) else limit


def _cells(order: Order) -> list[str | Text]:
    """Return an order's cells below `_COLUMNS`."""
    return [
        order.client_order_id,
        order.command.instrument,
        order.command.side.value,
        _quantity(order.quantity, order.command),
        _price(order.price, order),
        format_decimal(order.filled_quantity),
        _average(order),
        Text(_state(order), style=colour_of(order.state)),
    ]


def _average(order: Order) -> str:
    return "" if order.average_price is None else format_decimal(_LEGIBLE.plus(order.average_price))


def _state(order: Order) -> str:
    if order.state.is_open and not order.is_working:
        return "waiting"
    return order.state.value


def _now(order: Order) -> str:
    left = f"{_quantity(order.quantity, order.command)} at {_price(order.price, order)}"
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
