"""Every kind of order at every product that has it; what a product lacks is said before anything is sent."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, EITHER_WAY, SPOT, USDM, rig

from tickwright.errors import NotSupported
from tickwright.model.market import Side
from tickwright.model.orders import OrderState, TimeInForce, Trigger, TriggerKind
from tickwright.testing.virtual_time import virtual_time


D = Decimal
both = pytest.mark.parametrize("product", EITHER_WAY)


def waits(kind: TriggerKind, price: int, **more: Any) -> Trigger:
    return Trigger(kind=kind, price=D(price), **more)


STOP, PROFIT = TriggerKind.STOP, TriggerKind.TAKE_PROFIT
WAITING = [
    {"side": Side.SELL, "price": None, "trigger": waits(STOP, 63000)},
    {"side": Side.SELL, "price": D(62900), "trigger": waits(STOP, 63000)},
    {"side": Side.BUY, "price": None, "trigger": waits(STOP, 67000)},
    {"side": Side.SELL, "price": None, "trigger": waits(PROFIT, 67000)},
    {"side": Side.BUY, "price": D(63000), "trigger": waits(PROFIT, 63100)},
]
TRAILING = Trigger(kind=STOP, trail_bps=100)


@both
@pytest.mark.parametrize("changes", WAITING)
@virtual_time
async def test_a_stop_or_take_profit_waits_is_known_to_wait_and_can_be_canceled(
    product: str, changes: dict[str, Any]
) -> None:
    async with rig(product) as at:
        order = await at.submit(**changes)
        assert (order.state, order.is_working) == (OrderState.OPEN, False)
        assert (await at.gateway.cancel("me-1")).state is OrderState.CANCELED


@pytest.mark.parametrize("product", [BYBIT_SPOT, BYBIT_LINEAR])
@pytest.mark.parametrize("is_streamed", [True, False])
@pytest.mark.parametrize("changes", WAITING)
@virtual_time
async def test_a_stop_of_somebody_else_s_is_seen_as_it_was_placed_and_can_be_canceled(
    product: str, is_streamed: bool, changes: dict[str, Any]
) -> None:
    async with rig(product) as at:
        placing = at.desk.calls.submit(at.command(**changes), at.instrument)
        if is_streamed:
            await at.private().wait_ready()
        await at.desk.submit("elsewhere", placing)
        if not is_streamed:
            await at.gateway.reconcile(product)
        await at.until(lambda: bool(at.gateway.board.orders()))
        (order,) = at.gateway.board.orders()
        assert (order.is_external, order.is_understood, order.is_working) == (True, True, False)
        assert (order.command.trigger, order.price) == (changes["trigger"], changes["price"])
        assert (await at.gateway.cancel("me-1")).state is OrderState.CANCELED


@both
@virtual_time
async def test_a_stop_that_is_triggered_trades_as_the_order_that_it_was(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        await at.submit(side=Side.SELL, price=None, trigger=waits(STOP, 64999))
        await at.submit(side=Side.SELL, price=None, quantity=D("0.85"))  # the price falls
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.FILLED)
        await at.until(lambda: not at.gateway.order("me-1").missing_quantity)


@pytest.mark.parametrize("product", [SPOT, USDM])
@pytest.mark.parametrize(
    ("side", "trigger"),
    [
        (Side.SELL, TRAILING),
        (Side.BUY, TRAILING),
        (Side.SELL, waits(PROFIT, 66000, trail_bps=100)),
        (Side.BUY, waits(PROFIT, 64000, trail_bps=100)),
    ],
)
@virtual_time
async def test_an_order_follows_the_market_at_once_or_from_a_price_on(
    product: str, side: Side, trigger: Trigger
) -> None:
    async with rig(product) as at:
        order = await at.submit(side=side, price=None, trigger=trigger)
        assert (order.state, order.is_working) == (OrderState.OPEN, False)
        assert (await at.gateway.cancel("me-1")).state is OrderState.CANCELED


@virtual_time
async def test_an_order_until_a_time_ends_at_it() -> None:
    async with rig(USDM) as at:
        await at.private().wait_ready()
        end_ns = at.clock.time_ns() + 700 * 1_000_000_000
        order = await at.submit(time_in_force=TimeInForce.GTD, expire_ts_ns=end_ns)
        assert order.state is OrderState.OPEN
        await asyncio.sleep(690.0)
        assert at.gateway.order("me-1").state is OrderState.OPEN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.EXPIRED)
        soon_ns = at.clock.time_ns() + 60 * 1_000_000_000
        refused = await at.submit(time_in_force=TimeInForce.GTD, expire_ts_ns=soon_ns)
        assert (refused.state, refused.code) == (OrderState.REJECTED, "FILTER")


@both
@virtual_time
async def test_all_or_nothing_now_ends_as_nothing_and_says_so(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        order = await at.submit(time_in_force=TimeInForce.FOK)
        # USD-M turns it down, the others take it and end it.
        assert order.state is (OrderState.REJECTED if product == USDM else OrderState.EXPIRED)
        assert not order.filled_quantity
        filled = await at.submit(time_in_force=TimeInForce.FOK, price=D(65200))
        assert filled.state is OrderState.FILLED


@pytest.mark.parametrize("product", [SPOT, BYBIT_SPOT])
@virtual_time
async def test_a_market_order_may_say_what_it_spends(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        await at.submit(price=None, quantity=None, quote_quantity=D(650))
        await at.until(lambda: at.gateway.order("me-1").state.is_final)
        assert D("0.0099") < at.gateway.order("me-1").filled_quantity <= D("0.01")


@virtual_time
async def test_what_somebody_else_s_market_order_spent_is_known_and_what_it_bought() -> None:
    async with rig(BYBIT_SPOT) as at:
        await at.private().wait_ready()
        wanted = at.command(price=None, quantity=None, quote_quantity=D(100))
        await at.desk.submit("elsewhere", at.desk.calls.submit(wanted, at.instrument))
        await at.until(lambda: bool(at.gateway.board.orders()))
        (order,) = at.gateway.board.orders()
        assert (order.state, order.quantity) == (OrderState.FILLED, None)
        assert order.command.quote_quantity == D(100)
        assert D("0.001") < order.filled_quantity < D("0.002")


@virtual_time
async def test_what_a_market_order_spends_is_no_quantity_where_it_is_asked_for() -> None:
    async with rig(BYBIT_SPOT) as at:
        await at.submit(price=None, quantity=None, quote_quantity=D(100))
        await at.until(lambda: at.gateway.order("me-1").state.is_final)
        order = at.gateway.order("me-1")
        assert (order.state, order.quantity) == (OrderState.FILLED, None)
        assert D("0.001") < order.filled_quantity < D("0.002")


LACKING = [
    (BYBIT_SPOT, {"price": None, "time_in_force": TimeInForce.FOK}, "give a price"),
    (BYBIT_LINEAR, {"price": None, "time_in_force": TimeInForce.FOK}, "give a price"),
    (SPOT, {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 1}, "GTD orders there; place it GTC"),
    (BYBIT_SPOT, {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 1}, "GTD orders there; place"),
    (
        BYBIT_LINEAR,
        {"time_in_force": TimeInForce.GTD, "expire_ts_ns": 1},
        "GTD orders there; place",
    ),
    (BYBIT_SPOT, {"price": None, "trigger": TRAILING}, "position/trading-stop"),
    (BYBIT_LINEAR, {"price": None, "trigger": TRAILING}, "position/trading-stop"),
    (USDM, {"trigger": TRAILING}, "trailing limit orders there; leave the price out"),
    (SPOT, {"reduce_only": True}, "no reduce-only"),
    (BYBIT_SPOT, {"reduce_only": True}, "no reduce-only"),
    (USDM, {"price": None, "quantity": None, "quote_quantity": D(9)}, "give a quantity"),
    (BYBIT_LINEAR, {"price": None, "quantity": None, "quote_quantity": D(9)}, "give a quantity"),
]


@pytest.mark.parametrize(("product", "changes", "advice"), LACKING)
@virtual_time
async def test_what_a_venue_lacks_is_said_with_what_to_do(
    product: str, changes: dict[str, Any], advice: str
) -> None:
    async with rig(product) as at:
        with pytest.raises(NotSupported, match=advice):
            await at.submit(**changes)
        assert not at.store.contents
