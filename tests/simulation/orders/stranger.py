"""Somebody else on the account, by hand or from another program: places orders of their own, and takes a hand in others'.

It stands beside the venue's engine, so that no trouble on the way holds it up. Orders of others are made smaller and canceled, not
moved: what the user's own limits say of them must go on holding.
"""

from __future__ import annotations

import asyncio
from random import Random

from tests.simulation.orders.drawing import Drawn
from tests.simulation.orders.witness import STRANGERS, Instrument, Witness

from tickwright.model.market import Side as Direction
from tickwright.sandbox.account import ACCOUNT
from tickwright.venues.commands import AmendOrder, CancelOrder, Command, OrderKind, SubmitOrder
from tickwright.venues.reports import OrderView


__all__ = ["Stranger"]

_AWAY = (0.02, 0.003, 0.0005, 0.0, -0.001)
"""How far from the market a price lies on its own side."""
_SIZES = (0.002, 0.011, 0.04)


class Stranger:
    """Acts now and then until told to stop.

    Args:
        drawn: The world.
        witness: Knows the instruments and what is open.
    """

    def __init__(self, drawn: Drawn, witness: Witness) -> None:
        self._drawn = drawn
        self._witness = witness
        self._rng = Random(f"{drawn.seed}/stranger")
        self._placed = 0

    async def run(self, pause_s: float, until_s: float) -> None:
        """Act every ``pause_s``, in the mean, until a moment of the world's time."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / pause_s))
            if loop.time() - 1000 > until_s:
                return
            name = self._rng.choice(self._drawn.instruments)
            one = self._witness.instruments[name]
            command = self._placing(one) if self._rng.random() < 0.6 else self._meddling(one)
            if command is not None:
                self._witness.tell(f"stranger: {type(command).__name__} {one.id}")
                one.engine.submit(command, one.now_ns())

    def _placing(self, one: Instrument) -> SubmitOrder:
        rng = self._rng
        self._placed += 1
        side = rng.choice((Direction.BUY, Direction.SELL))
        size = rng.choice(_SIZES) * (20 if "ETH" in one.id else 1)
        price = self._price(one, side, rng.choice(_AWAY))
        is_limit = bool(price) and rng.random() < 0.8
        return SubmitOrder(
            account=ACCOUNT,
            symbol=one.key,
            side=side,
            kind=OrderKind.LIMIT if is_limit else OrderKind.MARKET,
            quantity=round(size * 10**one.listing.quantity_scale),
            price=price if is_limit else 0,
            client_id=f"{STRANGERS}{self._placed}",
        )

    def _meddling(self, one: Instrument) -> Command | None:
        """Return a command about an order that is open, whoever placed it."""
        open_orders = [each for each in one.engine.open_orders(ACCOUNT) if each.symbol == one.key]
        if not open_orders:
            return None
        order = self._rng.choice(open_orders)
        if order.is_working and self._rng.random() < 0.3:
            return _halved(one, order)
        return CancelOrder(account=ACCOUNT, symbol=one.key, order_id=order.id)

    def _price(self, one: Instrument, side: Direction, away: float) -> int:
        bids, asks = one.engine.bids(one.key, 1), one.engine.asks(one.key, 1)
        best = (bids if side is Direction.BUY else asks) or bids or asks
        if not best:
            return 0
        sign = -1 if side is Direction.BUY else 1
        tick = one.listing.tick
        return round(best[0][0] * (1 + sign * away)) // tick * tick


def _halved(one: Instrument, order: OrderView) -> AmendOrder | None:
    lot = one.listing.lot
    rest = (order.quantity - order.filled) // 2 // lot * lot
    if not rest:
        return None
    quantity = order.filled + rest
    return AmendOrder(account=ACCOUNT, symbol=one.key, order_id=order.id, quantity=quantity)
