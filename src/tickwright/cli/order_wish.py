"""What somebody asks for with ``tickwright orders submit``: read, said in words, and placed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
import typer

from tickwright.app.connector import Connector
from tickwright.cli.console import say_error
from tickwright.errors import UsageError
from tickwright.model.numbers import Rounding, parse_decimal
from tickwright.model.orders import (
    Order,
    OrderEvent,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.model.topics import OrderUpdates
from tickwright.trading.live import LiveOrder


__all__ = [
    "By",
    "DisplayQuantity",
    "Expire",
    "InForce",
    "InstrumentId",
    "Kind",
    "OwnId",
    "PostOnly",
    "Price",
    "Quantity",
    "QuoteQuantity",
    "ReduceOnly",
    "Round",
    "SideWord",
    "TrailBps",
    "TriggerPrice",
    "Wait",
    "Wish",
]

InstrumentId = Annotated[str, typer.Argument(help="An instrument id, as binance:BTC/USDT.")]
SideWord = Annotated[str, typer.Argument(help="buy or sell.")]
Quantity = Annotated[
    str | None, typer.Argument(help="In base asset, or contracts; or give --quote-quantity.")
]
Price = Annotated[str | None, typer.Option(help="The limit; a market order without.")]
QuoteQuantity = Annotated[str | None, typer.Option(help="What a market order spends or earns.")]
InForce = Annotated[TimeInForce, typer.Option(help="How long it works.")]
Expire = Annotated[
    str | None, typer.Option(help="When a gtd order ends, as 2026-11-30T12:00 (UTC).")
]
PostOnly = Annotated[bool, typer.Option("--post-only", help="Never trade at once.")]
ReduceOnly = Annotated[bool, typer.Option("--reduce-only", help="Only ever shrink a position.")]
TriggerPrice = Annotated[
    str | None, typer.Option("--trigger", help="Wait until the market has reached this price.")
]
TrailBps = Annotated[
    int | None, typer.Option(help="Follow the market at so many hundredths of a percent.")
]
Kind = Annotated[TriggerKind, typer.Option(help="On which side of the market the trigger lies.")]
By = Annotated[TriggerBy, typer.Option(help="Which price is watched.")]
DisplayQuantity = Annotated[
    str | None, typer.Option(help="The part of an iceberg that the book shows.")
]
OwnId = Annotated[str | None, typer.Option("--id", help="A name of your own, never used before.")]
Round = Annotated[
    Rounding | None,
    typer.Option("--round", help="Where numbers may be moved to fit the instrument's steps."),
]
Wait = Annotated[
    float,
    typer.Option(
        min=0.0, help="Seconds to wait for an unknown outcome, and for what fills at once."
    ),
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands on the command line."""

    instrument: str
    side: str
    quantity: str | None
    price: str | None
    quote_quantity: str | None
    time_in_force: TimeInForce
    expire: str | None
    post_only: bool
    reduce_only: bool
    trigger_price: str | None
    trail_bps: int | None
    trigger_kind: TriggerKind
    trigger_by: TriggerBy
    display_quantity: str | None
    client_order_id: str | None
    rounding: Rounding | None

    def __str__(self) -> str:
        size = self.quantity if self.quote_quantity is None else f"for {self.quote_quantity}"
        waits = self.trigger_price or (self.trail_bps and f"{self.trail_bps} bp")
        once = f", once {self.trigger_kind.value} {waits} is reached" if waits else ""
        price = self.price or "market"
        return f"{self.side} {size} {self.instrument} at {price}{once}"

    @property
    def arguments(self) -> dict[str, Any]:
        """What `Orders.submit` takes, besides instrument and side.

        Raises:
            UsageError, InvalidNumber: If the expiry is no time, or the trigger no price.
        """
        return {
            "quantity": self.quantity,
            "price": self.price,
            "quote_quantity": self.quote_quantity,
            "time_in_force": self.time_in_force,
            "expire_ts_ns": None if self.expire is None else _ns(self.expire),
            "post_only": self.post_only,
            "reduce_only": self.reduce_only,
            "trigger": self._trigger,
            "display_quantity": self.display_quantity,
            "client_order_id": self.client_order_id,
            "rounding": self.rounding,
        }

    @property
    def _trigger(self) -> Trigger | None:
        if self.trigger_price is None and self.trail_bps is None:
            return None
        return Trigger(
            kind=self.trigger_kind,
            price=None
            if self.trigger_price is None
            else parse_decimal(self.trigger_price, name="--trigger"),
            by=self.trigger_by,
            trail_bps=self.trail_bps,
        )

    async def placed(self, tw: Connector, *, patience_s: float) -> Order:
        """Place it and return what became of it: after waiting, where there is something to wait for.

        Who interrupts an order that has left is told its name: it lives on without us.
        """
        left: list[str] = []

        def on_event(event: OrderEvent) -> None:
            if not event.order.is_external:
                left.append(event.order.client_order_id)

        listener = tw.on(OrderUpdates(), on_event)
        try:
            order = await tw.orders.submit(self.instrument, self.side, **self.arguments)
            with suppress(TimeoutError):
                await self._settled(order, patience_s)
        except asyncio.CancelledError:
            if left:
                say_error(
                    f"interrupted: order {left[0]} was sent; `tickwright orders list` shows whether it is open"
                )
            raise
        finally:
            listener.detach()
        return order.now

    async def _settled(self, order: LiveOrder, patience_s: float) -> None:
        """Wait until it is known, or, for an order that never rests, until it has ended."""
        is_resting = (
            self.trigger_price is not None
            or self.trail_bps is not None
            or (self.price is not None and self.time_in_force not in _AT_ONCE)
        )
        if is_resting:
            await order.wait_known(timeout_s=patience_s)
        else:
            await order.wait_done(timeout_s=patience_s)


def _ns(text: str) -> int:
    """Return a time as ns since 1970; one without a zone is UTC.

    Example:
        >>> _ns("1970-01-02")
        86400000000000
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--expire {text}: write a time, as 2026-11-30T12:00") from None
    when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return (when - _EPOCH) // timedelta(microseconds=1) * 1000
