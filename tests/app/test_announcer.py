"""What becomes of orders and accounts, as it comes on the bus."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tickwright.app.announcer import Announcer
from tickwright.model.account import Balance, BalanceChanged, Position, PositionChanged
from tickwright.model.market import Side
from tickwright.model.orders import Order, OrderAccepted, OrderState, SubmitOrder
from tickwright.model.topics import BalanceUpdates, OrderUpdates, PositionUpdates, Topic
from tickwright.runtime.bus import Bus
from tickwright.testing.virtual_time import VirtualClock, virtual_time


D = Decimal
BTC, PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
PRODUCTS = ("binance.spot", "bybit.spot", "bybit.linear")

COMMAND = SubmitOrder(client_order_id="me-1", instrument=BTC, side=Side.BUY, quantity=D(1))
ACCEPTED = OrderAccepted(order=Order(command=COMMAND, state=OrderState.OPEN), received_ts_ns=1)


def changed(wallet: str) -> BalanceChanged:
    return BalanceChanged(balance=Balance(venue=wallet, asset="BTC", free=D(1)), received_ts_ns=1)


def heard_on(topic: Topic, *events: Any) -> list[Any]:
    """Return what one who listens to a topic hears of events."""
    bus = Bus(VirtualClock(), lambda name, work: None)
    announcer = Announcer(bus, PRODUCTS)
    heard: list[Any] = []
    bus.channel(topic).attach(heard.append)
    for event in events:
        tell = announcer.order if event is ACCEPTED else announcer.account
        tell(event)
    return heard


@pytest.mark.parametrize(
    ("topic", "does"),
    [(OrderUpdates(), True), (OrderUpdates(BTC), True), (OrderUpdates(PERP), False)],
)
@virtual_time
async def test_an_order_is_news_of_its_instrument_and_of_all(topic: Topic, does: bool) -> None:
    assert heard_on(topic, ACCEPTED) == ([ACCEPTED] if does else [])


@pytest.mark.parametrize(
    ("topic", "wallets"),
    [
        (BalanceUpdates(), ["binance.spot", "bybit"]),
        (BalanceUpdates("binance.spot"), ["binance.spot"]),
        (BalanceUpdates("bybit"), ["bybit"]),
        (BalanceUpdates("bybit.linear"), ["bybit"]),
        (BalanceUpdates("binance.usdm"), []),
    ],
)
@virtual_time
async def test_a_balance_is_news_of_each_product_that_draws_on_it_once(
    topic: Topic, wallets: list[str]
) -> None:
    heard = heard_on(topic, changed("binance.spot"), changed("bybit"))
    assert [event.balance.venue for event in heard] == wallets


@pytest.mark.parametrize(
    ("topic", "does"),
    [(PositionUpdates(), True), (PositionUpdates(PERP), True), (PositionUpdates(BTC), False)],
)
@virtual_time
async def test_a_position_is_news_of_its_instrument_and_of_all(topic: Topic, does: bool) -> None:
    event = PositionChanged(position=Position(instrument=PERP, quantity=D(-1)), received_ts_ns=1)
    assert heard_on(topic, event) == ([event] if does else [])
