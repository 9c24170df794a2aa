"""The dead-man switch at venues that cut the stream, the requests, or everything, on virtual time."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.trading.deadman_rig import WINDOW_S, guarded
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, EVERYWHERE, SPOT, USDM

from tickwright.app.registry import products_of
from tickwright.errors import ConfigError
from tickwright.model.market import Side
from tickwright.model.orders import OrderState, Trigger, TriggerKind
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.deadman import check_window


D = Decimal
everywhere = pytest.mark.parametrize("product", EVERYWHERE)
OPEN, CANCELED = OrderState.OPEN, OrderState.CANCELED


@everywhere
@virtual_time
async def test_orders_stay_as_long_as_the_stream_works(product: str) -> None:
    async with guarded(product) as at:
        order = await at.at.submit()
        await asyncio.sleep(20 * WINDOW_S)
        assert at.state(order.client_order_id) is OPEN
        assert await at.at_the_venue(order) == "open"
        assert at.fired == []


@everywhere
@virtual_time
async def test_orders_are_canceled_once_the_stream_was_down_for_the_window(product: str) -> None:
    async with guarded(product) as at:
        order = await at.at.submit()
        await asyncio.sleep(5)
        await at.cut()
        await asyncio.sleep(WINDOW_S / 2)
        assert at.state(order.client_order_id) is OPEN
        await at.at.until(lambda: at.state(order.client_order_id) is CANCELED, WINDOW_S)
        (fired,) = at.fired
        assert (fired.product, fired.orders) == (product, (order.client_order_id,))
        assert at.at.kinds.count("OrderCanceled") == 1


@everywhere
@virtual_time
async def test_a_stream_that_is_back_in_time_saves_them(product: str) -> None:
    async with guarded(product) as at:
        order = await at.at.submit()
        await at.cut()
        await asyncio.sleep(WINDOW_S / 6)
        await at.heal()
        await asyncio.sleep(2 * WINDOW_S)
        assert at.state(order.client_order_id) is OPEN
        assert await at.at_the_venue(order) == "open"
        assert at.fired == []


@pytest.mark.parametrize("product", [USDM, BYBIT_SPOT, BYBIT_LINEAR])
@virtual_time
async def test_the_venue_cancels_what_a_process_leaves_that_dies_or_hangs(product: str) -> None:
    async with guarded(product) as at:
        order = await at.at.submit()
        await asyncio.sleep(WINDOW_S)
        await at.die()
        await asyncio.sleep(WINDOW_S - 15)
        assert await at.at_the_venue(order) == "open"
        await asyncio.sleep(20)
        assert await at.at_the_venue(order) == "canceled"


@virtual_time
async def test_a_dead_process_is_beyond_the_switch_where_the_venue_has_none() -> None:
    async with guarded(SPOT) as at:
        order = await at.at.submit()
        await at.die()
        await asyncio.sleep(20 * WINDOW_S)
        assert await at.at_the_venue(order) == "open"


@virtual_time
async def test_a_countdown_that_cannot_be_wound_up_runs_out_and_its_cancel_is_told() -> None:
    async with guarded(USDM) as at:
        order = await at.at.submit()
        await asyncio.sleep(5)
        at.fail("*countdownCancelAll")
        await at.at.until(lambda: at.state(order.client_order_id) is CANCELED, WINDOW_S + 1)
        assert at.fired == [], "the stream worked all the while, and told of it"


@virtual_time
async def test_a_venue_that_fails_when_the_countdown_is_due_is_asked_again_soon() -> None:
    async with guarded(USDM) as at:
        order = await at.at.submit()
        await asyncio.sleep(WINDOW_S / 3 - 1)
        at.fail("*")
        await asyncio.sleep(WINDOW_S / 2)
        at.recover()
        await asyncio.sleep(5 * WINDOW_S)
        assert at.state(order.client_order_id) is OPEN


@virtual_time
async def test_what_waits_for_a_trigger_is_beyond_the_countdown_and_canceled_by_us() -> None:
    async with guarded(USDM) as at:
        stop = Trigger(kind=TriggerKind.STOP, price=D(64500))
        order = await at.at.submit(side=Side.SELL, price=D(64400), trigger=stop)
        await at.cut()
        await at.at.until(lambda: at.state(order.client_order_id) is CANCELED, WINDOW_S + 5)


@virtual_time
async def test_orders_of_others_are_left_alone_by_us() -> None:
    async with guarded(SPOT) as at:
        call = at.at.desk.calls.submit(at.at.command(), at.at.instrument)
        await at.at.desk.submit("elsewhere", call)
        await at.at.until(lambda: bool(at.at.gateway.board.orders()))
        await at.cut()
        await asyncio.sleep(3 * WINDOW_S)
        (theirs,) = at.at.gateway.board.orders()
        assert theirs.is_external
        assert theirs.state is OPEN
        assert at.fired == []


@everywhere
@virtual_time
async def test_an_order_whose_outcome_is_unknown_is_canceled_as_soon_as_it_turns_up(
    product: str,
) -> None:
    async with guarded(product) as at:
        at.at.sandbox.faults.order_failures = 1
        order = await at.at.submit()
        await at.cut()
        await at.at.until(
            lambda: at.state(order.client_order_id) in (CANCELED, OrderState.REJECTED), 90
        )
        assert at.at.gateway.board.unfinished() == []


@virtual_time
async def test_while_nothing_gets_through_it_is_tried_on_and_carried_through_after_all() -> None:
    async with guarded(SPOT) as at:
        order = await at.at.submit()
        await at.cut()
        at.fail("*")
        await asyncio.sleep(2 * WINDOW_S)
        assert at.state(order.client_order_id) is not CANCELED
        at.recover()
        await at.at.until(lambda: at.state(order.client_order_id) is CANCELED, 60)
        assert len(at.fired) == 1


@virtual_time
async def test_a_key_that_is_refused_is_not_tried_every_second() -> None:
    async with guarded(SPOT) as at:
        await at.at.submit()
        at.at.sandbox.faults.revoked_keys = {at.at.sandbox.account.key}
        await at.cut()
        await asyncio.sleep(WINDOW_S + 5)
        asked = at.at.rest.status().requests
        await asyncio.sleep(10 * WINDOW_S)
        assert at.at.rest.status().requests - asked < 100
        assert len(at.fired) == 1


@virtual_time
async def test_orders_are_canceled_once_the_key_is_taken_again() -> None:
    async with guarded(SPOT) as at:
        order = await at.at.submit()
        at.at.sandbox.faults.revoked_keys = {at.at.sandbox.account.key}
        await at.cut()
        await asyncio.sleep(10 * WINDOW_S)
        assert at.state(order.client_order_id) is not CANCELED
        at.at.sandbox.faults.revoked_keys = set()
        await at.at.until(lambda: at.state(order.client_order_id) is CANCELED, 70)


@virtual_time
async def test_what_is_placed_after_the_stream_is_back_is_not_what_was_doomed() -> None:
    async with guarded(SPOT) as at:
        old = await at.at.submit()
        await at.cut()
        await at.at.until(lambda: at.state(old.client_order_id) is CANCELED, WINDOW_S + 5)
        await at.heal()
        new = await at.at.submit()
        await asyncio.sleep(3 * WINDOW_S)
        assert at.state(new.client_order_id) is OPEN


@virtual_time
async def test_standing_down_stops_the_countdown_and_orders_stay() -> None:
    async with guarded(USDM) as at:
        order = await at.at.submit()
        await asyncio.sleep(5)
        await at.switch.stand_down()
        await at.switch.stand_down()
        await asyncio.sleep(5 * WINDOW_S)
        assert await at.at_the_venue(order) == "open"


@virtual_time
async def test_a_countdown_is_stopped_when_nothing_of_ours_is_open() -> None:
    async with guarded(USDM) as at:
        order = await at.at.submit()
        await at.at.gateway.cancel(order.client_order_id)
        await asyncio.sleep(WINDOW_S / 2)
        await at.die()
        call = at.at.desk.calls.submit(at.at.command(), at.at.instrument)
        fate = await at.at.desk.submit("elsewhere", call)
        await asyncio.sleep(3 * WINDOW_S)
        (theirs,) = (each.report for each in await at.at.desk.open_orders())
        assert theirs.client_order_id == "me-2", fate


@virtual_time
async def test_orders_of_an_earlier_run_are_guarded_as_well() -> None:
    async with guarded(USDM) as first:
        order = await first.at.submit()
        await first.die()
        first.at.again(first.at.store.contents)
        await first.at.gateway.recover(first.at.journal.entries())
        second = type(first)(first.at, window_s=WINDOW_S)
        running = first.at._group.create_task(second.switch.run())
        await second.session.wait_ready()
        await asyncio.sleep(5 * WINDOW_S)
        assert second.state(order.client_order_id) is OPEN
        assert second.fired == []
        running.cancel()


@pytest.mark.parametrize(
    ("product", "window_s", "bounds"),
    [
        (SPOT, 2.9, "at least 3 s"),
        (USDM, 4.9, "at least 5 s"),
        (BYBIT_LINEAR, 2.0, "from 3 to 300 s"),
        (BYBIT_SPOT, 301.0, "from 3 to 300 s"),
    ],
)
def test_a_window_that_a_venue_does_not_take_is_refused(
    product: str, window_s: float, bounds: str
) -> None:
    with pytest.raises(ConfigError, match=f"dead_man_s: {product} takes {bounds}, not"):
        check_window(products_of(product)[0], window_s)
