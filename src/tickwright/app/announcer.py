"""Puts what becomes of orders, balances and positions on the bus, for whoever listens."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.model.account import AccountEvent, BalanceChanged, PositionChanged
from tickwright.model.orders import OrderEvent
from tickwright.model.topics import BalanceUpdates, OrderUpdates, PositionUpdates
from tickwright.runtime.bus import Bus, TopicChannel
from tickwright.trading.accounts import draws_on


__all__ = ["Announcer"]


class Announcer:
    """Publishes each event on the topic of all, and on that of its own instrument or wallet.

    Args:
        bus: Where.
        products: Those that take orders: a wallet that several of them share is news of each.

    Example:
        >>> announcer = Announcer(bus, ["bybit.spot", "bybit.linear"])
        >>> accounts = Accounts(announcer.account)
    """

    def __init__(self, bus: Bus, products: Sequence[str]) -> None:
        self._bus = bus
        self._products = products
        self._orders = bus.channel(OrderUpdates())
        self._orders_of: dict[str, TopicChannel] = {}
        self._balances = bus.channel(BalanceUpdates())
        self._positions = bus.channel(PositionUpdates())

    def order(self, event: OrderEvent) -> None:
        """Tell what became of an order."""
        self._orders.publish(event)
        instrument_id = event.order.command.instrument
        channel = self._orders_of.get(instrument_id)
        if channel is None:
            channel = self._bus.publisher(OrderUpdates(instrument_id))
            self._orders_of[instrument_id] = channel
        channel.publish(event)

    def account(self, event: AccountEvent) -> None:
        """Tell what changed of an account."""
        if isinstance(event, BalanceChanged):
            self._balances.publish(event)
            wallet = event.balance.venue
            for name in {wallet, *(each for each in self._products if draws_on(each, wallet))}:
                self._bus.channel(BalanceUpdates(name)).publish(event)
        elif isinstance(event, PositionChanged):
            self._positions.publish(event)
            self._bus.channel(PositionUpdates(event.position.instrument)).publish(event)
