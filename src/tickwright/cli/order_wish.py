"""What somebody asks for with ``tickwright orders submit``: read, said in words, and placed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import typer

from tickwright.app.connector import Connector
from tickwright.app.order_fields import one_of
from tickwright.cli.console import say_error
from tickwright.cli.order_view import trigger_words
from tickwright.errors import UsageError
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import Rounding, parse_decimal
from tickwright.model.orders import (
    Order,
    OrderEvent,
    SubmitOrder,
    TimeInForce,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.model.topics import OrderUpdates
from tickwright.trading.live import LiveOrder
from tickwright.venues.base import Product


__all__ = [
    "By",
    "Change",
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
Kind = Annotated[
    TriggerKind | None,
    typer.Option(help="On which side of the market the trigger lies; stop unless given."),
]
By = Annotated[
    TriggerBy | None, typer.Option(help="Which price the trigger watches; last unless given.")
]
DisplayQuantity = Annotated[
    str | None, typer.Option(help="The part of an iceberg that the book shows.")
]
OwnId = Annotated[
    str | None,
    typer.Option(
        "--id",
        help="A name of your own, never used before: up to 36 letters, digits, - and _.",
    ),
]
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
    trigger_kind: TriggerKind | None
    trigger_by: TriggerBy | None
    display_quantity: str | None
    client_order_id: str | None
    rounding: Rounding | None

    def __str__(self) -> str:
        return ", ".join([self._bare(), *self._terms()])

    def _bare(self) -> str:
        size = self.quantity if self.quote_quantity is None else f"for {self.quote_quantity}"
        return f"{self.side} {size} {self.instrument} at {self.price or 'market'}"

    def _terms(self) -> Iterator[str]:
        """Yield in words all else that makes the order what it is."""
        if self.trigger is not None:
            yield f"waiting for {trigger_words(self.trigger)} of the {self.trigger.by.value} price"
        if self.price is not None or self.time_in_force is not TimeInForce.GTC:
            yield self.time_in_force.value
        if self.expire is not None:
            yield f"until {self.expire}"
        if self.post_only:
            yield "post-only"
        if self.reduce_only:
            yield "reduce-only"
        if self.display_quantity is not None:
            yield f"{self.display_quantity} of it shown"
        if self.client_order_id is not None:
            yield f"as {self.client_order_id}"
        if self.rounding is not None:
            yield f"rounded {self.rounding.value}"

    def check(self, product: Product) -> None:
        """Find out what can be said against it before anything is opened, asked or written down.

        Args:
            product: Where it is to go.

        Raises:
            UsageError, InvalidNumber, NotSupported: It cannot be; the text says why.
        """
        if self.client_order_id is not None:
            product.client_ids.check(self.client_order_id)
        quantity = _number(self.quantity, "quantity")
        shown = _number(self.display_quantity, "--display-quantity")
        command = SubmitOrder(
            client_order_id=self.client_order_id or "",
            instrument=self.instrument,
            side=one_of(Side, self.side, "side"),
            quantity=quantity,
            quote_quantity=_number(self.quote_quantity, "--quote-quantity"),
            price=_number(self.price, "--price"),
            time_in_force=self.time_in_force,
            expire_ts_ns=None if self.expire is None else _ns(self.expire),
            post_only=self.post_only,
            reduce_only=self.reduce_only,
            trigger=self.trigger,
            display_quantity=shown,
        )
        if quantity is not None and shown is not None and shown > quantity:
            raise UsageError(
                f"--display-quantity {self.display_quantity}: it is a part of the quantity, {self.quantity}"
            )
        if product.trading is not None:
            # Made for what it refuses; the listing, which would need the venue, says no more about that.
            name = parse_instrument_id(self.instrument)
            product.trading.submit(
                command, Instrument.inferred(name, product=product.name, symbol=name.base)
            )

    @property
    def arguments(self) -> dict[str, Any]:
        """What `Orders.submit` takes, besides instrument and side.

        Raises:
            UsageError, InvalidNumber: As `check`.
        """
        return {
            "quantity": self.quantity,
            "price": self.price,
            "quote_quantity": self.quote_quantity,
            "time_in_force": self.time_in_force,
            "expire_ts_ns": None if self.expire is None else _ns(self.expire),
            "post_only": self.post_only,
            "reduce_only": self.reduce_only,
            "trigger": self.trigger,
            "display_quantity": self.display_quantity,
            "client_order_id": self.client_order_id,
            "rounding": self.rounding,
        }

    @property
    def trigger(self) -> Trigger | None:
        """What it waits for.

        Raises:
            UsageError, InvalidNumber: If it says how to wait and not for what, or for a price that is none.
        """
        if self.trigger_price is None and self.trail_bps is None:
            if self.trigger_kind is not None or self.trigger_by is not None:
                raise UsageError(
                    "--trigger-kind and --trigger-by go with --trigger or --trail-bps;"
                    " without them the order would work at once"
                )
            return None
        if self.trail_bps is not None and self.trail_bps <= 0:
            raise UsageError(f"--trail-bps {self.trail_bps}: it must be above zero")
        return Trigger(
            kind=self.trigger_kind or TriggerKind.STOP,
            price=_number(self.trigger_price, "--trigger"),
            by=self.trigger_by or TriggerBy.LAST,
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
        is_resting = self.trigger is not None or (
            self.price is not None and self.time_in_force not in _AT_ONCE
        )
        if is_resting:
            await order.wait_known(timeout_s=patience_s)
        else:
            await order.wait_done(timeout_s=patience_s)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of an order, as it stands on the command line."""

    quantity: str | None
    price: str | None
    rounding: Rounding | None

    def __str__(self) -> str:
        told = {"quantity": self.quantity, "price": self.price}
        words = [f"{name} {text}" for name, text in told.items() if text is not None]
        if self.rounding is not None:
            words.append(f"rounded {self.rounding.value}")
        return ", ".join(words)

    def check(self) -> None:
        """Find out what can be said against it before anything is opened or asked.

        Raises:
            UsageError, InvalidNumber: It cannot be; the text says why.
        """
        if self.quantity is None and self.price is None:
            raise UsageError("say what to change: --quantity, --price, or both")
        _number(self.quantity, "--quantity")
        _number(self.price, "--price")


def _number(text: str | None, name: str) -> Decimal | None:
    """Return a number that makes sense of any order, ``None`` where there is none.

    Raises:
        UsageError, InvalidNumber: It is no number, or not above zero.
    """
    if text is None:
        return None
    number = parse_decimal(text, name=name)
    if number <= 0:
        raise UsageError(f"{name} {text}: it must be above zero")
    return number


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
