"""`Connector.orders`: questions about orders and accounts, answered from what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tickwright.app.moments import Moment, moment_ns
from tickwright.errors import Closed, UnknownVenue, UsageError
from tickwright.marketdata.market import Market
from tickwright.model.account import AccountFill, Balance, Position
from tickwright.model.orders import Fill, Order


if TYPE_CHECKING:
    from tickwright.app.ordering import Floor
    from tickwright.trading.exposure import Exposure
    from tickwright.trading.live import LiveOrder


__all__ = ["OrderQuestions"]

_DAY_NS = 86_400_000_000_000
FRESH_NS = 7 * _DAY_NS
"""How far back a venue is asked unless told otherwise: seven calls at the one that answers about a day at once."""
LONGEST_NS = 2 * 366 * _DAY_NS
"""Nowhere is more kept; asking since 1970 would take all day."""


class OrderQuestions:
    """What can be asked of orders and accounts; whatever is asked first opens order entry.

    The first answer waits until the accounts are known; later ones are given at once, also while a venue is out of reach. With
    ``fresh=True`` the venue is asked first: what it says is journalled, told on the bus, and part of the answer. That raises
    ``VenueError`` or ``ConnectivityError`` where the venue does not answer.

    Of orders that have ended, the last 50,000 are remembered, and as many of those that were listed; older ones stand in the journal, if there
    is one. An order that the program itself holds on to stays as it is.

    Args:
        market: Knows the instruments.
        open_floor: Opens order entry.
    """

    def __init__(self, market: Market, open_floor: Callable[[], Awaitable[Floor]]) -> None:
        self._market = market
        self._open_floor = open_floor
        self._floor: Floor | None = None
        self._opening = asyncio.Lock()
        self._is_closed = False

    async def ready(self) -> None:
        """Wait until the account is known: open orders, balances and positions are what the venue says.

        Raises:
            NoCredentials, CredentialsRefused: There is no key, or the venue does not take it.
            ConnectTimeout: It took longer than 30 s; the text says which stream is not ready, and why. It is still being tried.
        """
        await (await self._opened()).readiness.wait_ready()

    # ------------------------------------------------------------------ orders

    async def get(self, order: LiveOrder | str, *, fresh: bool = False) -> LiveOrder:
        """Return an order by its client order id, of this run or of an earlier one.

        Raises:
            UsageError: Nobody knows an order of that id.
        """
        if not isinstance(order, str):
            return await order.refresh() if fresh else order
        floor = await self._known()
        if floor.gateway.board.order(order) is None:
            raise UsageError(
                f"no order goes by {order!r} here; `orders.all()` lists those that are known, and"
                " `tickwright journal list` those of long ago, if a journal is kept"
            )
        found = floor.live(order)
        return await found.refresh() if fresh else found

    async def open(self, instrument: str | None = None, *, fresh: bool = False) -> list[LiveOrder]:
        """Return the orders that may still trade, those whose outcome is unknown among them."""
        floor = await self._known()
        if fresh:
            named = None if instrument is None else await self._product_of(instrument)
            for product in self._products(floor, named):
                await floor.refresher.orders(product)
        return [
            floor.live(order.client_order_id)
            for order in floor.gateway.board.unfinished(instrument)
            if not order.state.is_final
        ]

    async def all(self, instrument: str | None = None) -> list[Order]:
        """Return every order that is known, in the order in which they became known."""
        return (await self._known()).gateway.board.orders(instrument)

    async def history(
        self,
        instrument: str | None = None,
        *,
        start: Moment = None,
        end: Moment = None,
        fresh: bool = False,
    ) -> list[Order]:
        """Return the orders that were placed between two moments, whatever became of them, the oldest first.

        Those of other programs are among them (``is_external``), as far as they were seen or asked for.

        Args:
            instrument: Whose; of all that are known unless given.
            start: An aware datetime, ns since 1970, or a timedelta: so long ago. From the beginning unless given, with ``fresh``
                from a week ago.
            end: The same; until now unless given.
            fresh: Ask the venue first, instrument by instrument: the one that is named, or each that orders or positions are
                known of. Venues forget: Binance orders that ended unfilled after some days, Bybit after one.

        Raises:
            UsageError: For a time without a zone, or with ``fresh`` more than two years.
            VenueError, ConnectivityError: With ``fresh``, as the venue answers.
        """
        floor = await self._known()
        if fresh:
            await self._refresh_past(floor, instrument, start, end)
        clocks_ns = _clocks_ns(floor)
        start_ns = 0 if start is None else moment_ns(start, min(clocks_ns))
        end_ns = None if end is None else moment_ns(end, max(clocks_ns))
        return sorted(
            (
                order
                for order in floor.gateway.board.orders(instrument)
                if start_ns <= order.placed_ts_ns
                and (end_ns is None or order.placed_ts_ns <= end_ns)
            ),
            key=lambda order: order.placed_ts_ns,
        )

    async def fills(
        self,
        instrument: str | None = None,
        *,
        since: Moment = None,
        fresh: bool = False,
    ) -> list[AccountFill]:
        """Return the executions of all orders, with their fees, the oldest first; each is there once (G10).

        Args:
            instrument: Whose; of all unless given.
            since: From which moment on, as for `history`.
            fresh: Ask the venue first, as for `history`.

        Raises:
            UsageError, VenueError, ConnectivityError: As `history`.
        """
        floor = await self._known()
        if fresh:
            await self._refresh_past(floor, instrument, since, None)
        start_ns = 0 if since is None else moment_ns(since, min(_clocks_ns(floor)))
        found = (
            (fill.venue_ts_ns or order.placed_ts_ns, _account_fill(order, fill))
            for order in floor.gateway.board.orders(instrument)
            for fill in order.fills
        )
        by_time = sorted(found, key=lambda timed: timed[0])
        return [fill for at_ns, fill in by_time if at_ns >= start_ns]

    # ------------------------------------------------------------------ accounts

    async def balances(self, product: str | None = None, *, fresh: bool = False) -> list[Balance]:
        """Return what the accounts hold, of one product or of all."""
        return (await self._holdings(product, fresh=fresh)).accounts.balances(product)

    async def positions(self, product: str | None = None, *, fresh: bool = False) -> list[Position]:
        """Return open positions, of one product or of all."""
        return (await self._holdings(product, fresh=fresh)).accounts.positions(product)

    async def position(self, instrument: str, *, fresh: bool = False) -> Position:
        """Return the position in an instrument, one of nothing if there is none."""
        product = await self._product_of(instrument) if fresh else None
        return (await self._holdings(product, fresh=fresh)).accounts.position(instrument)

    async def exposure(self, *, fresh: bool = False) -> list[Exposure]:
        """Return how much of each asset one is long or short, over all venues, with the parts that make the sum.

        Wallets and contracts count, as `tickwright.trading.exposure` says; a wallet that products share counts once.

        Example:
            >>> for each in await tw.orders.exposure():
            ...     print(each.asset, each.amount, [(part.where, part.amount) for part in each.parts])
        """
        from tickwright.trading.exposure import exposures  # not for those who only read market data

        accounts = (await self._holdings(None, fresh=fresh)).accounts
        positions = [
            (position, await self._market.instrument(position.instrument))
            for position in accounts.positions()
        ]
        return exposures(accounts.balances(), positions)

    # ------------------------------------------------------------------ inside

    async def _holdings(self, product: str | None, *, fresh: bool) -> Floor:
        """Return order entry once balances and positions are known, or were asked for anew."""
        floor = await self._known(product)
        if fresh:
            for each in self._products(floor, product):
                await floor.refresher.holdings(each)
        return floor

    async def _refresh_past(
        self, floor: Floor, instrument: str | None, start: Moment, end: Moment
    ) -> None:
        """Ask for orders and executions between two moments of the venue's time, of an instrument or of all that are known."""
        board = floor.gateway.board
        known = [
            order.command.instrument
            for order in board.orders()
            if board.product(order.client_order_id) in floor.desks
        ]
        known += [position.instrument for position in floor.accounts.positions()]
        for name in dict.fromkeys(known if instrument is None else (instrument,)):
            listed = await self._market.instrument(name)
            for product in self._products(floor, listed.product):
                now_ns = floor.desks[product].venue_now_ns()
                await floor.refresher.past(product, listed, *_span_ns(start, end, now_ns))

    async def _product_of(self, instrument: str) -> str:
        return (await self._market.instrument(instrument)).product

    @staticmethod
    def _products(floor: Floor, product: str | None) -> list[str]:
        """Return the products to ask, which must be ones that take orders here."""
        if product is not None and product not in floor.desks:
            known = ", ".join(sorted(floor.desks))
            raise UnknownVenue(f"{product!r} takes no orders here; those that do: {known}")
        return [name for name in floor.desks if product in (None, name)]

    @property
    def floor(self) -> Floor | None:
        """Order entry, ``None`` as long as nobody has asked for it."""
        return self._floor

    async def close(self, *, is_orderly: bool = True) -> None:
        """Leave order entry: see `tickwright.app.leaving`. Streams and tasks end with the connector. Twice is fine.

        Args:
            is_orderly: Whether the program ends as it should, not by an exception.
        """
        floor = self._floor
        try:
            if floor is not None:
                from tickwright.app.leaving import leave  # not for those who only read market data

                await leave(floor, is_orderly=is_orderly)
        finally:
            self._is_closed, self._floor = True, None
            if floor is not None:
                floor.recorder.close()
                floor.readiness.close()

    async def _opened(self) -> Floor:
        """Return order entry, opened by whoever is first; nothing is waited for but its journal and listings."""
        if self._is_closed:
            raise Closed("the connector is closed; its orders are in the journal for the next one")
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


def _clocks_ns(floor: Floor) -> list[int]:
    """Return the time by every clock that orders are stamped with: this machine's, which may be off, and the venues'."""
    return [floor.clock.time_ns(), *(desk.venue_now_ns() for desk in floor.desks.values())]


def _span_ns(start: Moment, end: Moment, now_ns: int) -> tuple[int, int]:
    """Return from when to when a venue is asked whose time is ``now_ns``."""
    end_ns = now_ns if end is None else moment_ns(end, now_ns)
    start_ns = end_ns - FRESH_NS if start is None else moment_ns(start, now_ns)
    if end_ns - start_ns > LONGEST_NS:
        raise UsageError("a venue is asked for two years at most; name a later start")
    return start_ns, end_ns


def _account_fill(order: Order, fill: Fill) -> AccountFill:
    return AccountFill(
        instrument=order.command.instrument,
        side=order.command.side,
        client_order_id=order.client_order_id,
        venue_order_id=order.venue_order_id,
        is_external=order.is_external,
        fill=fill,
    )
