"""Who trades first, against naive matchers that do it as one would explain it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sandbox.exchange.conftest import SPOT, Desk

from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.commands import (
    AmendOrder,
    CancelOrder,
    Command,
    OpenAccount,
    ReplayTrade,
    SetLevel,
    SubmitOrder,
    TimeInForce,
)
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import TradePrinted


S = "BTCUSDT"


class Naive:
    """Price-time priority as one would explain it: the best-priced and then oldest order trades first."""

    def __init__(self) -> None:
        self.resting: list[
            list[int]
        ] = []  # id, is_buy, price, leaves, display, shown; oldest first
        self.trades: list[tuple[int, int, int, int]] = []

    def submit(
        self,
        order_id: int,
        is_buy: bool,
        price: int,
        quantity: int,
        tif: TimeInForce,
        display: int = 0,
    ) -> None:
        sign = 1 if is_buy else -1
        meets = [one for one in self.resting if one[1] != is_buy and (price - one[2]) * sign >= 0]
        if tif is TimeInForce.FOK and sum(one[3] for one in meets) < quantity:
            return
        while quantity and meets:
            # The first of the best: sorting keeps the order of age.
            one = min(meets, key=lambda each: each[2] * sign)
            traded = min(quantity, one[5])
            self.trades.append((order_id, one[0], one[2], traded))
            quantity -= traded
            one[3] -= traded
            one[5] -= traded
            if not one[5]:
                # What an iceberg shows next comes behind all that rests already.
                self.resting.remove(one)
                meets.remove(one)
                if one[3]:
                    one[5] = min(one[4], one[3])
                    self.resting.append(one)
                    meets.append(one)
        if quantity and tif is TimeInForce.GTC:
            shown = min(display, quantity) if display else quantity
            self.resting.append([order_id, is_buy, price, quantity, display, shown])

    def cancel(self, order_id: int) -> None:
        self.resting = [one for one in self.resting if one[0] != order_id]

    def amend(self, order_id: int, quantity: int, price: int) -> None:
        """Shrink in place without a price, else leave the queue and come in again."""
        for one in list(self.resting):
            if one[0] != order_id:
                continue
            if not price:
                one[3] = quantity
                one[5] = min(one[5], quantity)
                return
            self.resting.remove(one)
            self.submit(order_id, bool(one[1]), price, quantity, TimeInForce.GTC, one[4])


steps = st.tuples(
    st.booleans(),
    st.integers(95, 105),
    st.integers(1, 9),
    st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]),
    st.integers(0, 3),
    st.sampled_from(["nothing", "cancel", "shrink", "move"]),
    st.integers(0, 30),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(steps))
def test_trades_come_by_price_and_then_by_time(
    found: list[tuple[bool, int, int, TimeInForce, int, str, int]],
) -> None:
    exchange, naive = Exchange([MarketRules(listing=SPOT)]), Naive()
    exchange.submit(OpenAccount(account="house", is_house=True), 0)
    trades: list[tuple[int, int, int, int]] = []

    def do(command: Command, taker_id: int) -> None:
        for event in exchange.submit(command, 0):
            if isinstance(event, TradePrinted):
                (maker_id,) = {event.buy_order_id, event.sell_order_id} - {taker_id}
                trades.append((taker_id, maker_id, event.price, event.quantity))

    for order_id, (is_buy, price, quantity, tif, display, deed, victim) in enumerate(found, 1):
        if tif is not TimeInForce.GTC or display >= quantity:
            display = 0
        do(
            SubmitOrder(
                account="house",
                symbol=S,
                side=Side.BUY if is_buy else Side.SELL,
                price=price,
                quantity=quantity,
                display=display,
                time_in_force=tif,
            ),
            order_id,
        )
        naive.submit(order_id, is_buy, price, quantity, tif, display)
        order = exchange.order("house", S, order_id=victim)
        if order is None or deed == "nothing":
            continue
        if deed == "cancel":
            do(CancelOrder(account="house", symbol=S, order_id=victim), victim)
            naive.cancel(victim)
        elif deed == "shrink" and order.leaves > 1:
            amend = AmendOrder(
                account="house", symbol=S, order_id=victim, quantity=order.filled + 1
            )
            do(amend, victim)
            naive.amend(victim, 1, 0)
        elif deed == "move" and (price, order.filled + quantity) != (order.price, order.quantity):
            amend = AmendOrder(
                account="house",
                symbol=S,
                order_id=victim,
                price=price,
                quantity=order.filled + quantity,
                keeps_priority=False,
            )
            do(amend, victim)
            naive.amend(victim, quantity, price)
    assert trades == naive.trades


# ---------------------------------------------------------------------- a recording's queue, likewise


@settings(deadline=None)
@given(
    st.integers(0, 9),
    st.lists(
        st.tuples(st.sampled_from(["level", "trade", "beyond", "me"]), st.integers(0, 9)),
        max_size=12,
    ),
)
def test_a_clients_turn_in_a_recorded_queue_comes_as_one_would_count_it(
    standing: int, deeds: list[tuple[str, int]]
) -> None:
    desk = Desk()
    queue: list[list[Any]] = []  # whose, leaves; oldest first
    filled = 0

    def level(quantity: int) -> None:
        desk(SetLevel(account="house", symbol=S, side=Side.BUY, price=100, quantity=quantity))
        more = quantity - sum(leaves for owner, leaves in queue if owner == "house")
        if more > 0:
            queue.append(["house", more])
        for one in [one for one in reversed(queue) if one[0] == "house"] if more < 0 else ():
            gone = min(one[1], -more)
            one[1] -= gone
            more += gone

    def trade(price: int, quantity: int) -> None:
        nonlocal filled
        desk(ReplayTrade(account="house", symbol=S, side=Side.SELL, price=price, quantity=quantity))
        for one in queue:
            if price == 100 or one[0] == "me":
                gone = min(one[1], quantity)
                one[1] -= gone
                quantity -= gone
                filled += gone if one[0] == "me" else 0

    level(standing)
    for deed, number in deeds:
        if deed == "level":
            level(number)
        elif deed == "me":
            desk.buy("me", number + 1, 100)
            queue.append(["me", number + 1])
        elif number:
            trade(100 if deed == "trade" else 99, number)
        queue[:] = [one for one in queue if one[1]]
        assert sum(one.filled for one in desk.exchange.all_orders("me")) == filled
        assert desk.bids == ([(100, sum(leaves for _, leaves in queue))] if queue else [])
