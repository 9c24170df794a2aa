"""The checks before sending, fed with what is known at that moment."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from tickwright.core.ordercheck import Denial, OrderFacts, RiskLimits, check_order
from tickwright.core.pacing import SlidingWindow
from tickwright.io.clock import Clock
from tickwright.model.instrument import Instrument
from tickwright.model.orders import SubmitOrder
from tickwright.trading.accounts import Accounts
from tickwright.trading.board import OrderBoard


__all__ = ["BestPrices", "RiskDesk"]

BestPrices = Callable[[str], tuple[Decimal | None, Decimal | None]]
"""Instrument id → best bid and best ask of a live book, ``None`` where there is none."""


class RiskDesk:
    """Gathers the facts for `check_order`, and holds the kill switch.

    Args:
        limits: The user's own.
        board: For orders that may still trade.
        accounts: For positions.
        best_prices: For the collar, and for what a market order is worth.
        clock: For orders a second.
    """

    def __init__(
        self,
        limits: RiskLimits,
        board: OrderBoard,
        accounts: Accounts,
        best_prices: BestPrices,
        clock: Clock,
    ) -> None:
        self.is_killed = False
        self.limits = limits
        self._board = board
        self._accounts = accounts
        self._best_prices = best_prices
        self._clock = clock
        self._windows: dict[str, SlidingWindow] = {}

    def __call__(self, command: SubmitOrder, instrument: Instrument) -> Denial | None:
        """Return why an order must not leave; one that may is counted among the orders of this second."""
        window = self._window(instrument.venue)
        now_s = self._clock.monotonic_s()
        best_bid, best_ask = self._best_prices(instrument.id)
        count, buys, sells = self._board.pending(instrument.id)
        facts = OrderFacts(
            is_killed=self.is_killed,
            best_bid=best_bid,
            best_ask=best_ask,
            open_orders=count,
            position=self._accounts.position(instrument.id).quantity,
            open_buys=buys,
            open_sells=sells,
            wait_s=0.0 if window is None else window.delay_s(now_s),
        )
        denial = check_order(command, instrument, self.limits, facts)
        if denial is None and window is not None:
            window.take(now_s)
        return denial

    def _window(self, venue: str) -> SlidingWindow | None:
        limit = self.limits.max_orders_per_s
        if limit is None:
            return None
        return self._windows.setdefault(venue, SlidingWindow(limit, 1.0))
