"""Orders as they live: what they show, what they wait for, what they tell."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.trading.rig import SPOT, Rig, rig

from tickwright.model.orders import OrderCanceled, OrderFilled, OrderState
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.live import Ears, LiveOrder


D = Decimal


def live(at: Rig, name: str = "me-1") -> LiveOrder:
    ears = Ears()
    hear = at.events.append

    def tell(event: object) -> None:
        hear(event)  # type: ignore[arg-type]  # an event of an order
        ears.hear(event)  # type: ignore[arg-type]  # an event of an order

    at.recorder._tell = tell
    return LiveOrder(at.gateway, ears, name)


@virtual_time
async def test_a_handle_shows_the_present() -> None:
    async with rig() as at:
        await at.submit()
        order = live(at)
        assert (order.state, order.filled_quantity) == (OrderState.OPEN, 0)
        assert (order.leaves_quantity, order.average_price) == (D("0.05"), None)
        assert order.instrument == at.instrument.id
        assert order.venue_order_id == order.now.venue_order_id is not None
        await order.amend(quantity=D("0.03"))
        assert order.leaves_quantity == D("0.03")
        assert "me-1: buy 0.03 binance:BTC/USDT @ 60000, open, filled 0" in repr(order)
        await order.cancel()
        assert order.state is OrderState.CANCELED


@virtual_time
async def test_waiting_ends_when_it_is_done_and_not_before() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)
        with pytest.raises(TimeoutError):
            await order.wait_done(timeout_s=5)
        assert order.state is OrderState.OPEN
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(order.wait_done(timeout_s=5))
            await asyncio.sleep(1)
            await order.cancel()
        assert waiting.result().state is OrderState.CANCELED
        assert await order.wait_done() == order.now


@virtual_time
async def test_g01_one_can_wait_until_an_unknown_outcome_is_known() -> None:
    async with rig(SPOT) as at:
        at.sandbox.faults.order_failures = 1
        await at.submit()
        order = live(at)
        assert order.state is OrderState.UNKNOWN
        assert (await order.wait_known(timeout_s=30)).state is OrderState.OPEN


@virtual_time
async def test_its_events_come_until_it_has_ended() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)
        heard = []

        async def listen() -> None:
            heard.extend([event async for event in order.events()])

        async with asyncio.TaskGroup() as group:
            group.create_task(listen())
            await asyncio.sleep(1)
            await order.cancel()
        assert [type(event) for event in heard] == [OrderCanceled]


@virtual_time
async def test_who_stops_listening_is_forgotten() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)
        with pytest.raises(TimeoutError):
            await order.wait_for(lambda now: False, timeout_s=1)
        assert order._ears._queues == {}
        queue = order._ears.listen("me-1")
        order._ears.leave("me-1", queue)
        order._ears.leave("me-1", queue)
        assert order._ears._queues == {}


@virtual_time
async def test_each_execution_is_heard_once() -> None:
    async with rig(SPOT) as at:
        order = live(at)
        queue = order._ears.listen("me-1")
        await at.buy_now()
        heard = [queue.get_nowait() for _ in range(queue.qsize())]
        fills = [event.fill.trade_id for event in heard if isinstance(event, OrderFilled)]
        assert fills == [fill.trade_id for fill in order.now.fills]
