"""Orders as they live: what they show, what they wait for, what they tell."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any

import pytest
from tests.trading.rig import EVERYWHERE, SPOT, Rig, rig

from tickwright.errors import InvalidNumber, OrderEnded, UsageError
from tickwright.model.market import Side
from tickwright.model.orders import (
    OrderCanceled,
    OrderEvent,
    OrderFilled,
    OrderState,
    Trigger,
    TriggerKind,
)
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.live import LiveOrder


D = Decimal


def live(at: Rig, name: str = "me-1") -> LiveOrder:
    return LiveOrder(at.gateway, at.recorder, name)


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
        assert at.recorder._followers == {}


@virtual_time
async def test_each_execution_is_heard_once() -> None:
    async with rig(SPOT) as at:
        heard = list[OrderEvent]()
        at.recorder.follow("me-1", heard.append)
        await at.buy_now()
        order = live(at)
        fills = [event.fill.trade_id for event in heard if isinstance(event, OrderFilled)]
        assert fills == [fill.trade_id for fill in order.now.fills]


@virtual_time
async def test_accepted_means_that_the_venue_has_it_whatever_became_of_it() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)
        assert (await order.wait_accepted(timeout_s=5)).state is OrderState.OPEN
        await order.cancel()
        assert (await order.wait_accepted(timeout_s=5)).state is OrderState.CANCELED
        await at.submit(price=D(90000), post_only=True)
        with pytest.raises(OrderEnded, match="me-2 is rejected and will not be accepted") as caught:
            await live(at, "me-2").wait_accepted(timeout_s=5)
        assert (caught.value.client_order_id, caught.value.state) == ("me-2", "rejected")


@pytest.mark.parametrize("product", EVERYWHERE)
@virtual_time
async def test_filled_means_whole_and_every_execution_known(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        await at.buy_now()
        done = await live(at).wait_filled(timeout_s=10)
        assert (done.state, done.missing_quantity) == (OrderState.FILLED, 0)
        assert (await live(at).wait_filled("0.01", timeout_s=10)).fills


@virtual_time
async def test_waiting_for_a_fill_ends_when_there_will_be_none() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)
        with pytest.raises(TimeoutError):
            await order.wait_filled(timeout_s=5)
        with pytest.raises(InvalidNumber, match="float"):
            await order.wait_filled(0.01, timeout_s=5)  # type: ignore[arg-type]  # what is refused
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(_failing(order.wait_filled(timeout_s=5)))
            await asyncio.sleep(1)
            await order.cancel()
        assert str(waiting.result()) == "order me-1 is canceled and will not be filled"


async def _failing(work: Coroutine[Any, Any, Any]) -> OrderEnded:
    with pytest.raises(OrderEnded) as caught:
        await work
    return caught.value


@pytest.mark.parametrize("product", EVERYWHERE)
@virtual_time
async def test_working_means_that_nothing_is_waited_for(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        await at.submit()
        assert (await live(at).wait_working(timeout_s=5)).state is OrderState.OPEN
        stop = Trigger(kind=TriggerKind.STOP, price=D(60000))
        await at.submit(side=Side.SELL, price=None, trigger=stop)
        waiting = live(at, "me-2")
        with pytest.raises(TimeoutError):
            await waiting.wait_working(timeout_s=5)
        await waiting.cancel()
        assert (await _failing(waiting.wait_working(timeout_s=5))).state == "canceled"


@virtual_time
async def test_an_order_yields_what_becomes_of_it() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)

        async def heard() -> list[str]:
            return [type(event).__name__ async for event in order]

        async with asyncio.TaskGroup() as group:
            listening = group.create_task(heard())
            await asyncio.sleep(1)
            await order.cancel()
        assert listening.result() == ["OrderCanceled"]


@virtual_time
async def test_an_order_is_refreshed_by_asking() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        order = live(at)
        await at.rest.call(at.desk.calls.cancel(order.now, at.instrument))
        assert order.state is OrderState.OPEN
        assert (await order.refresh()).state is OrderState.CANCELED


@virtual_time
async def test_g16_a_handle_goes_on_to_show_an_order_that_is_forgotten() -> None:
    async with rig(SPOT) as at:
        at.again((), kept=1)
        bought = await at.buy_now()
        order = live(at)
        for _ in range(2):
            await at.gateway.cancel((await at.submit()).client_order_id)
        assert [each.client_order_id for each in at.gateway.board.orders()] == ["me-3"]
        assert order.now == bought
        assert (await order.cancel()).state is OrderState.FILLED
        assert (await order.refresh()).now == bought
        with pytest.raises(UsageError, match="has ended"):
            await order.amend(price=D(59000))
        del order
        with pytest.raises(KeyError):
            at.gateway.order("me-1")
