"""How an order was placed, read from the venue's row of it: `order_params` the other way round.

A row says more than an order of ours can (*Place Order*; *Enums Definitions*): attached take-profits, orders that close a position,
borrowed money, sides of a hedge. Of such an order as much is told as there are words for, and that it is not all.
"""

from __future__ import annotations

from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.orders import OrderTerms, TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.venues.bybit.codec import SIDES
from tickwright.venues.bybit.order_params import DIRECTIONS, FALLS, RISES, TIMES, WATCHED
from tickwright.venues.bybit.wire_private import OrderRow
from tickwright.venues.typed import read_optional


__all__ = ["counts_quote", "order_terms"]

_KINDS = {(direction, side): kind for (kind, side), direction in DIRECTIONS.items()}
_WATCHED = {word: by for by, word in WATCHED.items()}
_TIMES = {word: time for time, word in TIMES.items()}
_POST_ONLY = ("PostOnly", "RPI")
_MARKET = "Market"
_NONE = ("", "UNKNOWN")


def order_terms(row: OrderRow, instrument: Instrument) -> OrderTerms | None:
    """Return the terms of an order, ``None`` for a plain limit or market order."""
    is_by_quote = counts_quote(row, instrument)
    if _is_plain(row) and not is_by_quote:
        return None
    trigger, is_known = _trigger(row, is_spot=instrument.name.settle is None)
    # A market order is IOC by nature, whatever was asked for.
    time = TimeInForce.GTC if row.kind == _MARKET else _TIMES.get(row.time_in_force)
    is_post_only = row.time_in_force in _POST_ONLY
    return OrderTerms(
        time_in_force=time or TimeInForce.GTC,
        post_only=is_post_only,
        reduce_only=row.reduce_only,
        trigger=trigger,
        quote_quantity=read_optional(row.quantity) if is_by_quote else None,
        is_understood=is_known
        and (time is not None or row.time_in_force == "PostOnly")
        and row.kind in ("Limit", _MARKET)
        and row.stop_kind in (*_NONE, "Stop")
        and not _is_extended(row),
    )


def counts_quote(row: OrderRow, instrument: Instrument) -> bool:
    """Whether a quantity is an amount of the quote coin: that of a market buy on spot is, unless the row says otherwise."""
    if row.kind != _MARKET or instrument.name.settle is not None:
        return False
    return row.market_unit == "quoteCoin" or (not row.market_unit and row.side == "Buy")


def _is_plain(row: OrderRow) -> bool:
    """Tell whether there is nothing to say of an order: as quickly as can be, for nearly all are so."""
    return (
        ((row.time_in_force == "GTC" and row.kind == "Limit") or row.kind == _MARKET)
        and row.stop_kind in _NONE
        and not row.reduce_only
        and _is_zero(row.trigger_price)
        and not _is_extended(row)
    )


def _is_extended(row: OrderRow) -> bool:
    """Tell whether an order is more than an order of ours can be, apart from its trigger."""
    return (
        row.close_on_trigger
        or not _is_zero(row.take_profit)
        or not _is_zero(row.stop_loss)
        or not _is_zero(row.leverage)
        or not _is_zero(row.hedge_side)
    )


def _is_zero(value: str | int) -> bool:
    """Tell whether a field says «none»: ``""``, ``"0"``, ``"0.00"`` or 0."""
    return not value or value == "0" or (isinstance(value, str) and not value.strip("0."))


def _trigger(row: OrderRow, *, is_spot: bool) -> tuple[Trigger | None, bool]:
    """Return what an order waits for or has waited for, and whether that is all that there is to know of it.

    Where the row does not say from which side the price has to come, the price at which the market was then does. On spot a stop
    and a take-profit are the same, and neither may be told: it counts as a stop.
    """
    price = read_optional(row.trigger_price)
    if price is None:
        return None, True
    direction = int(row.trigger_direction or 0)
    base = read_optional(row.created_price) or read_optional(row.base_price)
    if not direction and base is not None:
        direction = RISES if price > base else FALLS
    kind = _KINDS.get((direction, SIDES.get(row.side, Side.UNKNOWN)))
    by = TriggerBy.LAST if is_spot else _WATCHED.get(row.trigger_by)
    is_known = by is not None and (is_spot or kind is not None)
    return Trigger(kind=kind or TriggerKind.STOP, price=price, by=by or TriggerBy.LAST), is_known
