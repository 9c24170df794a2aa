"""Asks venues anew for what is known here already, and for what was over before anybody here listened.

Nothing is answered from here: what a venue says goes through the recorder, so that it is journalled, and told once (G10), and
whoever asked looks at the same projections as everybody else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from tickwright.io.clock import Clock
from tickwright.model.instrument import Instrument
from tickwright.model.orders import Order, OrderState, SubmitOrder
from tickwright.trading.accounts import Accounts
from tickwright.trading.desk import TradingDesk
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Entry, Executed
from tickwright.trading.recorder import Recorder
from tickwright.venues.trading import Execution


__all__ = ["Refresher"]

log = logging.getLogger(__name__)


class Refresher:
    """Makes projections what the venues say now.

    Everything here raises ``VenueError``, ``ConnectivityError``, ``CircuitOpen`` or ``DecodeError`` if there was no answer that
    tells, and ``StoreError`` if it could not be written down; what was learned by then stays known.

    Args:
        gateway: Finds out about orders.
        desks: Product → its order entry, which asks.
        recorder: Journal, board and listeners.
        accounts: Balances and positions.
        clock: Stamps what is learned.

    Example:
        >>> await refresher.past("binance.spot", btc, start_ns, end_ns)
        >>> board.orders(btc.id)  # those of other programs among them, marked external
    """

    def __init__(
        self,
        gateway: Gateway,
        desks: Mapping[str, TradingDesk],
        recorder: Recorder,
        accounts: Accounts,
        clock: Clock,
    ) -> None:
        self._gateway = gateway
        self._desks = desks
        self._recorder = recorder
        self._board = recorder.board
        self._accounts = accounts
        self._clock = clock

    async def order(self, client_order_id: str) -> None:
        """Ask for an order, and for executions of it that nobody has named."""
        await self._gateway.ask(client_order_id)

    async def orders(self, product: str) -> None:
        """Ask for everything that is open, and for each order that should be and is not shown."""
        await self._gateway.reconcile(product)

    async def holdings(self, product: str) -> None:
        """Ask for balances and positions."""
        holdings = await self._desks[product].holdings()
        self._accounts.begin(product, holdings, self._clock.time_ns())

    async def past(self, product: str, instrument: Instrument, start_ns: int, end_ns: int) -> None:
        """Ask for the orders placed between two moments, and for the executions between them.

        What is open is asked for as well: a venue's history may lag behind, or leave it out.
        """
        desk, forgotten_before = self._desks[product], self._board.forgotten_count
        await self._gateway.reconcile(product)
        told = await desk.past_orders(instrument, start_ns, end_ns)
        news = [entry for entry in told if self._board.has_news(entry)]
        await self._record(news)
        await self._executed(
            desk, instrument, await desk.past_executions(instrument, start_ns, end_ns)
        )
        for name in dict.fromkeys(self._board.name_of(product, entry.report) for entry in news):
            order = self._board.order(name)
            if order is not None and order.missing_quantity:  # it traded after the end
                await self._gateway.ask(name)
        if self._board.forgotten_count > forgotten_before:
            log.warning(
                "%s: the venue lists more orders than are remembered, and the latest are known; ask for a shorter time",
                instrument.id,
            )

    # ------------------------------------------------------------------ executions

    async def _executed(
        self, desk: TradingDesk, instrument: Instrument, rows: Sequence[Execution]
    ) -> None:
        """Take in executions of whatever orders; those that were known come to nothing."""
        by_order: dict[str, list[Execution]] = {}
        for row in rows:
            by_order.setdefault(row.venue_order_id, []).append(row)
        entries: list[Executed] = []
        for venue_order_id, mine in by_order.items():
            order = await self._order_of(desk, instrument, venue_order_id, mine[0])
            if order is None:
                continue  # also one of those that are forgotten here
            known = {fill.trade_id for fill in order.fills}
            fresh = tuple(row.fill for row in mine if row.fill.trade_id not in known)
            if fresh:
                name, now_ns = order.client_order_id, self._clock.time_ns()
                entries.append(Executed(at_ns=now_ns, client_order_id=name, fills=fresh))
        await self._record(entries)

    async def _order_of(
        self, desk: TradingDesk, instrument: Instrument, venue_order_id: str, row: Execution
    ) -> Order | None:
        """Return the order of an execution; one that was placed before anybody here listened is asked for."""
        name = self._board.named(desk.name, venue_order_id)
        if name is not None:
            return self._board.order(name)
        if self._board.is_past(desk.name, row.fill.venue_ts_ns or 0):
            return None  # most likely one that is forgotten here
        reported = await desk.query(_stranger(instrument, venue_order_id, row))
        await self._record(each for each in reported if self._board.has_news(each))
        name = self._board.named(desk.name, venue_order_id)
        if not reported:
            log.warning(
                "%s: trade %s is of order %s, which the venue does not find any more; it is left out",
                desk.name,
                row.fill.trade_id,
                venue_order_id,
            )
        return None if name is None else self._board.order(name)

    async def _record(self, entries: Iterable[Entry]) -> None:
        found = tuple(entries)
        if found:
            await self._recorder.record(*found)


def _stranger(instrument: Instrument, venue_order_id: str, row: Execution) -> Order:
    """Return as much of an order as it takes to ask for it by the venue's name."""
    command = SubmitOrder(
        client_order_id=venue_order_id,
        instrument=instrument.id,
        side=row.side,
        quantity=row.fill.quantity,
    )
    return Order(command=command, state=OrderState.OPEN, venue_order_id=venue_order_id)
