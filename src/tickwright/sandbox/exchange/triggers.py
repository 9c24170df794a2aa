"""Dormant orders of one market, found by the price that wakes them."""

from __future__ import annotations

from tickwright.sandbox.exchange.order import Order
from tickwright.sandbox.exchange.waiting import WaitingOrders
from tickwright.venues.commands import Trigger, TriggerKind
from tickwright.venues.reports import OrderStatus


__all__ = ["BPS", "TriggerBook", "follow", "lies_above"]

BPS = 10_000
"""Hundredths of a percent in one."""


def lies_above(trigger: Trigger, *, is_buy: bool) -> bool:
    """Tell whether a trigger price has to be above the market: the price rises to it.

    Example:
        >>> lies_above(Trigger(TriggerKind.STOP, 100), is_buy=True)
        True
    """
    return (trigger.kind is TriggerKind.STOP) == is_buy


class TriggerBook:
    """Dormant orders that look at one price."""

    __slots__ = ("_falling", "_rising", "_trailing")

    def __init__(self) -> None:
        # Orders with a price above the market, the lowest first, and below it, the highest first.
        self._rising = WaitingOrders(OrderStatus.DORMANT)
        self._falling = WaitingOrders(OrderStatus.DORMANT)
        self._trailing: dict[int, Order] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits here; orders that ended meanwhile may still be counted."""
        return not (self._rising or self._falling or self._trailing)

    def add(self, order: Order, last_price: int) -> None:
        """Let an order wait."""
        trigger = order.request.trigger
        assert trigger is not None
        if trigger.trail_bps and not trigger.price:
            self._trailing[order.id] = order
            if trigger.starts_at_last and last_price:
                follow(order, last_price)
        elif lies_above(trigger, is_buy=order.is_buy):
            self._rising.add(trigger.price, order)
        else:
            self._falling.add(-trigger.price, order)

    def reached(self, price: int) -> tuple[list[Order], list[Order]]:
        """Return the orders that a price wakes, and the trailing ones that begin to follow it."""
        woken: list[Order] = []
        followers: list[Order] = []
        if self._trailing:
            self._follow(price, woken, followers)
        for orders, bound in ((self._rising, price), (self._falling, -price)):
            while (order := orders.pop(bound)) is not None:
                trigger = order.request.trigger
                if trigger is not None and trigger.trail_bps:
                    self._trailing[order.id] = order
                    follow(order, price)
                    followers.append(order)
                else:
                    woken.append(order)
        return woken, followers

    def _follow(self, price: int, woken: list[Order], followers: list[Order]) -> None:
        for order in list(self._trailing.values()):
            if order.status is not OrderStatus.DORMANT:
                del self._trailing[order.id]
            elif not order.extreme:
                follow(order, price)
                followers.append(order)
            elif price >= order.trigger_price if order.is_buy else price <= order.trigger_price:
                del self._trailing[order.id]
                woken.append(order)
            else:
                follow(order, price)


def follow(order: Order, price: int) -> None:
    """Move a trailing order's trigger price after the market's extreme."""
    trigger = order.request.trigger
    assert trigger is not None
    if order.is_buy:
        extreme = min(price, order.extreme or price)
        trigger_price = -(-extreme * (BPS + trigger.trail_bps) // BPS)
    else:
        extreme = max(price, order.extreme)
        trigger_price = extreme * (BPS - trigger.trail_bps) // BPS
    order.extreme, order.trigger_price = extreme, trigger_price
