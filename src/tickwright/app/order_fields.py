"""What a user gives for an order, as a command: words and numbers read, and numbers fitted to the instrument."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Required, TypedDict, TypeVar

from tickwright.core.clientids import ClientOrderIds
from tickwright.errors import UsageError
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import Number, Rounding, fit_to_step, parse_decimal
from tickwright.model.orders import SubmitOrder, TimeInForce, Trigger


if TYPE_CHECKING:
    from tickwright.trading.live import LiveOrder


__all__ = ["NewOrder", "OrderChange", "command_of", "fitted", "one_of"]

E = TypeVar("E", bound=Enum)


class NewOrder(TypedDict, total=False):
    """One order of many: what `Orders.submit` takes, as a dict.

    Example:
        >>> order: NewOrder = {"instrument": "binance:BTC/USDT", "side": "buy", "quantity": "0.01", "price": "60000"}
    """

    instrument: Required[str]
    side: Required[Side | str]
    quantity: Number | None
    price: Number | None
    quote_quantity: Number | None
    time_in_force: TimeInForce | str
    expire_ts_ns: int | None
    post_only: bool
    reduce_only: bool
    trigger: Trigger | None
    display_quantity: Number | None
    client_order_id: str | None
    rounding: Rounding | None


class OrderChange(TypedDict, total=False):
    """One change of many: what `Orders.amend` takes, as a dict.

    Example:
        >>> change: OrderChange = {"order": "tw-gq6mnsu468-1", "price": "59000"}
    """

    order: Required[LiveOrder | str]
    quantity: Number | None
    price: Number | None
    rounding: Rounding | None


def command_of(
    listed: Instrument,
    ids: ClientOrderIds,
    *,
    instrument: str,
    side: Side | str,
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
) -> SubmitOrder:
    """Return the command that an order is placed with: what the user gave, as `NewOrder` has it, read.

    Args:
        listed: Its instrument, found by ``instrument``.
        ids: Names it, or checks the name that the user gave.

    Raises:
        UsageError, InvalidNumber: It cannot be; the text says why.
    """
    lot, tick = listed.lot_size, listed.tick_size
    if post_only is not False or reduce_only is not False:
        _require(bool, post_only=post_only, reduce_only=reduce_only)
    if expire_ts_ns is not None:
        _require(int, expire_ts_ns=expire_ts_ns)
    if trigger is not None:
        _require(Trigger, trigger=trigger)
    return SubmitOrder(
        client_order_id=ids.next()
        if client_order_id is None
        else ids.named(client_order_id, listed.product),
        instrument=instrument,
        side=one_of(Side, side, "side"),
        quantity=fitted(quantity, lot, "quantity", rounding),
        quote_quantity=None
        if quote_quantity is None
        else parse_decimal(quote_quantity, name="quote_quantity"),
        price=fitted(price, tick, "price", rounding),
        time_in_force=one_of(TimeInForce, time_in_force, "time_in_force"),
        expire_ts_ns=expire_ts_ns,
        post_only=post_only,
        reduce_only=reduce_only,
        trigger=trigger,
        display_quantity=fitted(display_quantity, lot, "display_quantity", rounding),
    )


def _require(kind: type, **values: object) -> None:
    """Make sure that values are what they are declared to be: a journal that was written otherwise could not be read."""
    for name, value in values.items():
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise UsageError(f"{name}: {value!r} is no {kind.__name__}")


def one_of(kind: type[E], value: E | str, name: str) -> E:
    """Return the member that a value names.

    Raises:
        UsageError: It names none; the text lists those that there are.
    """
    if isinstance(value, kind):
        return value
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(repr(each.value) for each in kind if each is not Side.UNKNOWN)
        raise UsageError(f"{name}: {value!r} is none of {known}") from None


def fitted(
    value: Number | None, step: Decimal, name: str, rounding: Rounding | None
) -> Decimal | None:
    """Return a number exactly as given, unless a direction is named; what does not fit then is denied by the checks.

    Raises:
        InvalidNumber: It is none, or a float.
    """
    if value is None:
        return None
    number = parse_decimal(value, name=name)
    return number if rounding is None else fit_to_step(number, step, name=name, rounding=rounding)
