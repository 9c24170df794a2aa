"""`Connector.orders`: questions about orders and accounts, answered from what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tickwright.errors import UsageError
from tickwright.marketdata.market import Market
from tickwright.model.account import Balance, Position
from tickwright.model.orders import Order


if TYPE_CHECKING:
    from tickwright.app.ordering import Floor
    from tickwright.trading.live import LiveOrder


__all__ = ["OrderQuestions"]


class OrderQuestions:
    """What can be asked of orders and accounts; whatever is asked first opens order entry.

    The first answer waits until the accounts are known; later ones are given at once, also while a venue is out of reach.

    Args:
        market: Knows the instruments.
        open_floor: Opens order entry.
    """

    def __init__(self, market: Market, open_floor: Callable[[], Awaitable[Floor]]) -> None:
        self._market = market
        self._open_floor = open_floor
        self._floor: Floor | None = None
        self._opening = asyncio.Lock()

    async def ready(self) -> None:
        """Wait until the account is known: open orders, balances and positions are what the venue says.

        Raises:
            NoCredentials, CredentialsRefused: There is no key, or the venue does not take it.
            ConnectTimeout: It took longer than 30 s; the text says which stream is not ready, and why. It is still being tried.
        """
        await (await self._opened()).readiness.wait_ready()

    async def get(self, order: LiveOrder | str) -> LiveOrder:
        """Return an order by its client order id, of this run or of an earlier one.

        Raises:
            UsageError: Nobody knows an order of that id.
        """
        if not isinstance(order, str):
            return order
        floor = await self._known()
        if order not in floor.gateway.board:
            raise UsageError(
                f"no order goes by {order!r} here; `orders.all()` lists those that are known"
            )
        return floor.live(order)

    async def open(self, instrument: str | None = None) -> list[LiveOrder]:
        """Return the orders that may still trade, those whose outcome is unknown among them."""
        floor = await self._known()
        return [
            floor.live(order.client_order_id)
            for order in floor.gateway.board.unfinished(instrument)
            if not order.state.is_final
        ]

    async def all(self, instrument: str | None = None) -> list[Order]:
        """Return every order that is known, in the order in which they became known."""
        return (await self._known()).gateway.board.orders(instrument)

    async def balances(self, product: str | None = None) -> list[Balance]:
        """Return what the accounts hold, of one product or of all."""
        return (await self._known(product)).accounts.balances(product)

    async def positions(self, product: str | None = None) -> list[Position]:
        """Return open positions, of one product or of all."""
        return (await self._known(product)).accounts.positions(product)

    async def position(self, instrument: str) -> Position:
        """Return the position in an instrument, one of nothing if there is none."""
        return (await self._known()).accounts.position(instrument)

    # ------------------------------------------------------------------ inside

    @property
    def floor(self) -> Floor | None:
        """Order entry, ``None`` as long as nobody has asked for it."""
        return self._floor

    async def close(self, *, is_orderly: bool = True) -> None:
        """Leave order entry: see `tickwright.app.leaving`. Streams and tasks end with the connector. Twice is fine.

        Args:
            is_orderly: Whether the program ends as it should, not by an exception.
        """
        if self._floor is not None:
            from tickwright.app.leaving import leave  # not for those who only read market data

            await leave(self._floor, is_orderly=is_orderly)

    async def _opened(self) -> Floor:
        """Return order entry, opened by whoever is first; nothing is waited for but its journal and listings."""
        if self._floor is not None:
            return self._floor
        async with self._opening:
            if self._floor is None:
                self._floor = await self._open_floor()
        return self._floor

    async def _known(self, product: str | None = None) -> Floor:
        """Return order entry once the account was known, of a product or of all."""
        floor = await self._opened()
        await floor.readiness.wait_known(product)
        return floor
