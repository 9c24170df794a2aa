"""Everything that is open ends, whoever is asked for it and whatever gets lost; and what is not ours stays."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.trading.rig import (
    BYBIT_LINEAR,
    BYBIT_SPOT,
    EVERYWHERE,
    IDS,
    SPOT,
    USDM,
    Rig,
    rig,
)

from tickwright.errors import UnknownVenue
from tickwright.model.market import Side
from tickwright.model.orders import OrderState, Trigger, TriggerKind
from tickwright.testing.virtual_time import virtual_time


D = Decimal
OPEN, CANCELED, UNKNOWN = OrderState.OPEN, OrderState.CANCELED, OrderState.UNKNOWN
everywhere = pytest.mark.parametrize("product", EVERYWHERE)
ALL_AT_ONCE = {
    SPOT: ["/api/v3/openOrders"],
    USDM: ["/fapi/v1/algoOpenOrders", "/fapi/v1/allOpenOrders"],
    BYBIT_SPOT: ["/v5/order/cancel-all"] * 2,
    BYBIT_LINEAR: ["/v5/order/cancel-all"],
}
"""The venue's own form; working and waiting orders apart where the venue keeps them apart."""


async def open_orders(at: Rig, count: int) -> None:
    """Place so many orders that rest, and one that waits."""
    stop = Trigger(kind=TriggerKind.STOP, price=D(63000))
    waiting = at.command(side=Side.SELL, price=D(62900), trigger=stop)
    orders = [(at.command(price=D(60000 - 10 * place)), at.instrument) for place in range(count)]
    await at.gateway.submit_many([*orders, (waiting, at.instrument)])


async def place_elsewhere(at: Rig) -> None:
    """Let somebody else on the account place an order, and us know of it."""
    call = at.desk.calls.submit(at.command(client_order_id="theirs"), at.instrument)
    await at.desk.submit("theirs", call)
    await at.gateway.reconcile(at.product)


def since(at: Rig, count: int) -> list[str]:
    """Return what changed something behind so many requests."""
    requests = list(at.sandbox.venue.rest(at.product).requests)[count:]
    return sorted(request.path for request in requests if request.method != "GET")


def count_of(at: Rig) -> int:
    return len(at.sandbox.venue.rest(at.product).requests)


@everywhere
@virtual_time
async def test_the_venue_s_own_form_ends_all_and_each_is_known_to_have_ended(
    product: str,
) -> None:
    async with rig(product) as at:
        await open_orders(at, 3)
        before = count_of(at)
        ended = await at.gateway.cancel_all()
        assert [order.client_order_id for order in ended] == ["me-2", "me-3", "me-4", "me-1"]
        assert {order.state for order in ended} == {CANCELED}
        assert since(at, before) == ALL_AT_ONCE[product]


@everywhere
@virtual_time
async def test_orders_of_others_stay_unless_they_are_asked_for(product: str) -> None:
    async with rig(product) as at:
        await open_orders(at, 2)
        await place_elsewhere(at)
        before = count_of(at)
        ended = await at.gateway.cancel_all()
        assert len(ended) == 3
        assert {order.state for order in ended} == {CANCELED}
        assert at.gateway.order("theirs").state is OPEN
        assert not set(ALL_AT_ONCE[product]) & set(since(at, before))
        (theirs,) = await at.gateway.cancel_all(include_external=True)
        assert (theirs.client_order_id, theirs.state) == ("theirs", CANCELED)


@everywhere
@virtual_time
async def test_orders_that_we_have_not_heard_of_end_where_everybody_s_are_meant(
    product: str,
) -> None:
    async with rig(product) as at:
        call = at.desk.calls.submit(at.command(client_order_id="theirs"), at.instrument)
        await at.desk.submit("theirs", call)
        name = at.instrument.id
        assert await at.gateway.cancel_all(instrument=name, include_external=True) == []
        assert await at.desk.open_orders() == []


@everywhere
@virtual_time
async def test_when_the_answer_is_lost_each_order_is_seen_to(product: str) -> None:
    async with rig(product) as at:
        await open_orders(at, 3)
        at.sandbox.faults.replies_lost = 1
        ended = await at.gateway.cancel_all()
        assert {order.state for order in ended} == {CANCELED}


@virtual_time
async def test_an_outage_in_the_middle_leaves_what_is_open_in_the_answer() -> None:
    async with rig() as at:
        await open_orders(at, 2)
        at.sandbox.faults.rest_status = 503
        left = await at.gateway.cancel_all()
        assert {order.state for order in left} == {OPEN}
        at.sandbox.faults.rest_status = None
        await asyncio.sleep(60.0)  # the breaker lets requests through again
        assert {order.state for order in await at.gateway.cancel_all()} == {CANCELED}


@everywhere
@virtual_time
async def test_an_order_in_the_dark_is_canceled_once_it_turns_up(product: str) -> None:
    async with rig(product) as at:
        await open_orders(at, 2)
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.query_lag_s = 3.0
        dark = await at.submit()
        assert dark.state is UNKNOWN
        await at.gateway.cancel_all()
        await asyncio.sleep(3.0)
        at.sandbox.faults.query_lag_s = 0.0
        await at.until(lambda: all(o.state is CANCELED for o in at.gateway.board.orders()))
        assert await at.desk.open_orders() == []


@virtual_time
async def test_it_is_of_an_instrument_a_venue_a_product_or_everything() -> None:
    async with rig() as at:
        assert await at.gateway.cancel_all() == []
        for venue, instrument in (("binance", None), (SPOT, None), (None, IDS[SPOT])):
            order = await at.submit()
            (ended,) = await at.gateway.cancel_all(venue=venue, instrument=instrument)
            assert ended.client_order_id == order.client_order_id
        order = await at.submit()
        assert await at.gateway.cancel_all(instrument="binance:ETH/USDT") == []
        with pytest.raises(UnknownVenue, match=r"binance\.spot"):
            await at.gateway.cancel_all(venue="kraken")
        assert at.gateway.order(order.client_order_id).state is OPEN


@virtual_time
async def test_one_order_is_canceled_by_its_name() -> None:
    async with rig() as at:
        await at.submit()
        before = count_of(at)
        await at.gateway.cancel_all()
        assert since(at, before) == ["/api/v3/order"]


@everywhere
@virtual_time
async def test_what_the_stream_tells_of_many_orders_is_not_asked_for(product: str) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        orders = [(at.command(price=D(60000 - 10 * n)), at.instrument) for n in range(10)]
        await at.gateway.submit_many(orders)
        await at.until(lambda: all(o.state is OrderState.OPEN for o in at.gateway.board.orders()))
        at.sandbox.faults.report_delay_s = 0.5
        before = [each.method for each in at.sandbox.venue.rest(product).requests].count("GET")
        assert {order.state for order in await at.gateway.cancel_all()} == {OrderState.CANCELED}
        after = [each.method for each in at.sandbox.venue.rest(product).requests].count("GET")
        assert after == before
