"""The checks before sending, fed with what is known at that moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from tickwright.core.ordercheck import KILLED, Denial, OrderFacts, check_order
from tickwright.core.pacing import SlidingWindow
from tickwright.core.positionbounds import PositionBounds
from tickwright.core.risklimits import NO_LIMITS, RiskLimits
from tickwright.errors import CommandDenied
from tickwright.io.clock import Clock
from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.numbers import total
from tickwright.model.orders import Order, SubmitOrder
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
        self._bounds = PositionBounds()
        self._windows: dict[str, SlidingWindow] = {}

    def __call__(
        self,
        command: SubmitOrder,
        instrument: Instrument,
        *,
        besides: Sequence[SubmitOrder] = (),
        amended: Sequence[Order] = (),
        in_place_of: Order | None = None,
    ) -> Denial | None:
        """Return why an order must not leave; one that may is counted among the orders of this second.

        Args:
            command: What is to leave.
            instrument: Of the order.
            besides: Orders that leave at the same time and before it, of which the board does not know yet.
            amended: Orders as they may be already, by amends of which nothing is known yet.
            in_place_of: The order that ends if this one is placed; of the same name, if it is amended.
        """
        limits = self.limits
        if limits == NO_LIMITS:
            return check_order(command, instrument, limits, OrderFacts(is_killed=self.is_killed))
        window = self._window(instrument.venue)
        now_s = self._clock.monotonic_s()
        best_bid, best_ask = self._best_prices(instrument.id) if limits.needs_book else (None, None)
        count, left = self._pending(command, besides, in_place_of)
        self._add_amended(left, command, amended)
        facts = OrderFacts(
            is_killed=self.is_killed,
            best_bid=best_bid,
            best_ask=best_ask,
            open_orders=count,
            position=self._position(command, now_s),
            open_buys=left[Side.BUY],
            open_sells=left[Side.SELL],
            wait_s=0.0 if window is None else window.delay_s(now_s),
        )
        denial = check_order(command, instrument, limits, facts)
        if denial is None and window is not None:
            window.take(now_s)
        return denial

    def leaving(self) -> None:
        """Have the last word on what has waited since it was checked.

        Raises:
            CommandDenied: The kill switch was pulled meanwhile.
        """
        if self.is_killed:
            raise CommandDenied(*KILLED)

    def _position(self, command: SubmitOrder, now_s: float) -> Decimal:
        """Return the position at the worst: the largest it may be for who buys, the smallest for who sells."""
        if self.limits.max_position is None:
            return Decimal(0)
        name = command.instrument
        told, traded = self._accounts.position(name).quantity, self._board.traded(name)
        low, high = self._bounds.of(name, told=told, traded=traded, now_s=now_s)
        return high if command.side is Side.BUY else low

    def _pending(
        self, command: SubmitOrder, besides: Sequence[SubmitOrder], in_place_of: Order | None
    ) -> tuple[int, dict[Side, Decimal]]:
        """Return how many orders of an instrument may still trade, and what they have left by side."""
        instrument_id = command.instrument
        count, buys, sells = self._board.pending(instrument_id)
        left = {Side.BUY: buys, Side.SELL: sells}
        for each in besides:
            if each.instrument == instrument_id:
                count += 1
                left[each.side] = total(left[each.side], each.quantity or Decimal(0))
        if in_place_of is not None and not in_place_of.state.is_final:
            side = in_place_of.command.side
            count -= 1
            left[side] = total(left[side], -(in_place_of.leaves_quantity or Decimal(0)))
            if in_place_of.client_order_id == command.client_order_id:
                # Amended: what was filled of it is a part of the position already.
                left[side] = total(left[side], -in_place_of.filled_quantity)
        return count, left

    def _add_amended(
        self, left: dict[Side, Decimal], command: SubmitOrder, amended: Sequence[Order]
    ) -> None:
        """Add what amends under way make of other orders of the instrument, where that is more than they are."""
        for each in amended:
            known = self._board.order(each.client_order_id)
            if (
                each.command.instrument != command.instrument
                or each.client_order_id == command.client_order_id
                or known is None
                or known.state.is_final
            ):
                continue
            more = total(each.quantity or Decimal(0), -(known.quantity or Decimal(0)))
            left[known.command.side] = total(left[known.command.side], max(more, Decimal(0)))

    def _window(self, venue: str) -> SlidingWindow | None:
        limit = self.limits.max_orders_per_s
        if limit is None:
            return None
        return self._windows.setdefault(venue, SlidingWindow(limit, 1.0))
