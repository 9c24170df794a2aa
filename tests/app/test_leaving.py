"""How a program ends with orders open: by plan, by exception, and at venues that do not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from tests.app.desk import BTC, PERP, quiet_sandbox

from tickwright import (
    Caution,
    Closed,
    ConnectivityError,
    Connector,
    Notices,
    OrderEvent,
    OrderState,
    Sandbox,
)
from tickwright.app.assembly import Ports
from tickwright.app.order_fields import NewOrder
from tickwright.io.store import MemoryStore, Store
from tickwright.sandbox.account import ACCOUNT
from tickwright.testing.virtual_time import VirtualClock, virtual_time


SPOT, USDM = "binance.spot", "binance.usdm"
BYBIT = ("bybit.spot", "bybit.linear")
WINDOW_S = 30.0


async def placed(tw: Connector, instrument: str = BTC) -> str:
    order = await tw.orders.submit(instrument, "buy", quantity="0.01", price="60000")
    assert order.state is OrderState.OPEN
    return order.client_order_id


def open_at(sandbox: Sandbox, *products: str) -> int:
    """Return how many orders of the account the venues have."""
    return sum(len(sandbox.exchange(product).open_orders(ACCOUNT)) for product in products)


def opened(sandbox: Sandbox, *products: str, **settings: Any) -> Connector:
    """Return a connector whose commands go over REST, where the faults below are."""
    return Connector.open(*products, environment=sandbox, order_transport="rest", **settings)


@virtual_time
async def test_orders_stay_unless_asked_otherwise() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        async with opened(sandbox, SPOT) as tw:
            await placed(tw)
        assert open_at(sandbox, SPOT) == 1


@virtual_time
async def test_all_of_ours_are_canceled_and_those_of_others_stay() -> None:
    async with quiet_sandbox() as sandbox, opened(sandbox, SPOT) as other:
        await placed(other)
        async with opened(sandbox, SPOT, USDM, cancel_on_exit=True) as tw:
            for instrument in (BTC, PERP, PERP):
                await placed(tw, instrument)
            assert open_at(sandbox, SPOT, USDM) == 4
        assert open_at(sandbox, SPOT, USDM) == 1


@virtual_time
async def test_at_a_venue_that_queues_as_well() -> None:
    async with quiet_sandbox(*BYBIT) as sandbox:
        async with opened(sandbox, *BYBIT, cancel_on_exit=True) as tw:
            await placed(tw, "bybit:BTC/USDT")
            await placed(tw, "bybit:BTC/USDT:USDT")
        assert open_at(sandbox, "bybit.linear") == 0


@virtual_time
async def test_more_than_limits_let_through_in_time_one_by_one_are_canceled_at_once() -> None:
    order: NewOrder = {"instrument": "bybit:BTC/USDT:USDT", "side": "buy", "quantity": "0.01"}
    async with quiet_sandbox(*BYBIT) as sandbox:
        async with opened(sandbox, *BYBIT, cancel_on_exit=True) as tw:
            await tw.orders.submit_many([{**order, "price": 60000 - place} for place in range(80)])
            assert open_at(sandbox, "bybit.linear") == 80
        assert open_at(sandbox, "bybit.linear") == 0


@virtual_time
async def test_one_whose_outcome_is_unknown_is_canceled_as_well() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        async with opened(sandbox, SPOT, cancel_on_exit=True) as tw:
            await tw.orders.ready()
            sandbox.faults.order_failures = 1
            order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
            assert order.state is OrderState.UNKNOWN
        assert open_at(sandbox, SPOT) == 0


@virtual_time
async def test_nothing_is_opened_only_to_be_left() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        async with opened(sandbox, SPOT, cancel_on_exit=True):
            pass
        assert sandbox.venue.connections() == []


@virtual_time
async def test_the_user_s_own_exception_is_the_one_that_is_raised() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        with pytest.raises(ZeroDivisionError):
            async with opened(sandbox, SPOT, cancel_on_exit=True) as tw:
                await placed(tw)
                sandbox.faults.rest_black_hole = True
                raise ZeroDivisionError
        assert open_at(sandbox, SPOT) == 1


@virtual_time
async def test_g27_a_venue_that_does_not_answer_is_left_in_time_and_said_to_be() -> None:
    clock = VirtualClock()
    async with quiet_sandbox(SPOT) as sandbox:
        tw = await opened(sandbox, SPOT, cancel_on_exit=True).start()
        notices: list[object] = []
        tw.on(Notices(), notices.append)
        name = await placed(tw)
        sandbox.faults.rest_black_hole = True
        began_s = clock.monotonic_s()
        await tw.close()
        assert clock.monotonic_s() - began_s < 10
        (told,) = [each for each in notices if isinstance(each, Caution)]
        assert name in told.text


@virtual_time
async def test_a_key_that_is_refused_is_said_at_once() -> None:
    clock = VirtualClock()
    async with quiet_sandbox(SPOT) as sandbox:
        tw = await opened(sandbox, SPOT, cancel_on_exit=True).start()
        notices: list[object] = []
        tw.on(Notices(), notices.append)
        await placed(tw)
        sandbox.faults.revoked_keys = {sandbox.account.key}
        began_s = clock.monotonic_s()
        await tw.close()
        assert clock.monotonic_s() - began_s < 4
        (told,) = [each for each in notices if isinstance(each, Caution)]
        assert "-2015" in told.text


@virtual_time
async def test_no_order_leaves_while_others_are_taken_back() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        tw = await opened(sandbox, SPOT, cancel_on_exit=True).start()
        await placed(tw)
        sandbox.faults.rest_delay_s = 0.5
        async with asyncio.TaskGroup() as group:
            group.create_task(tw.close())
            await asyncio.sleep(0.1)
            late = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
            assert (late.state, late.now.code) == (OrderState.DENIED, "KILL_SWITCH")
        assert open_at(sandbox, SPOT) == 0


@pytest.mark.parametrize("is_orderly", [True, False])
@virtual_time
async def test_a_countdown_is_stopped_by_a_program_that_ends_as_it_should_and_by_no_other(
    is_orderly: bool,
) -> None:
    async with quiet_sandbox(USDM) as sandbox:
        try:
            async with opened(sandbox, USDM, dead_man_s=WINDOW_S) as tw:
                await placed(tw, PERP)
                await asyncio.sleep(1)
                if not is_orderly:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        assert open_at(sandbox, USDM) == 1
        await asyncio.sleep(WINDOW_S + 5)
        assert open_at(sandbox, USDM) == is_orderly


@virtual_time
async def test_a_countdown_goes_on_over_what_could_not_be_taken_back() -> None:
    async with quiet_sandbox(USDM) as sandbox:
        async with opened(sandbox, USDM, dead_man_s=WINDOW_S, cancel_on_exit=True) as tw:
            await placed(tw, PERP)
            await asyncio.sleep(1)
            sandbox.faults.rest_black_hole = True
        assert open_at(sandbox, USDM) == 1
        await asyncio.sleep(WINDOW_S)
        assert open_at(sandbox, USDM) == 0


@virtual_time
async def test_g27_countdowns_that_cannot_be_stopped_keep_nobody() -> None:
    clock = VirtualClock()
    async with quiet_sandbox(USDM) as sandbox:
        tw = await opened(sandbox, USDM, dead_man_s=WINDOW_S).start()
        await placed(tw, PERP)
        sandbox.faults.rest_black_hole = True
        began_s = clock.monotonic_s()
        await tw.close()
        await tw.close()
        assert clock.monotonic_s() - began_s < 10


class LastStore(MemoryStore):
    """A store that looks, when it is closed, for who may still write to it."""

    def __init__(self) -> None:
        super().__init__()
        self.writers: list[str] | None = None

    async def close(self) -> None:
        self.writers = [
            name for task in asyncio.all_tasks() if "private" in (name := task.get_name())
        ]
        await super().close()


@virtual_time
async def test_the_journal_is_closed_after_the_streams_which_tell_to_the_very_end() -> None:
    store = LastStore()

    async def open_store(url: str) -> Store:
        return store

    async with quiet_sandbox(SPOT) as sandbox:
        async with opened(sandbox, SPOT, ports=Ports(open_store=open_store)) as tw:
            await placed(tw)
            assert any("private" in task.get_name() for task in asyncio.all_tasks())
            assert store.writers is None
        assert store.writers == []


# ---------------------------------------------------------------------- what is under way


@virtual_time
async def test_who_waits_for_an_order_while_the_connector_closes_is_told_that_it_may_be_there() -> (
    None
):
    async with quiet_sandbox(SPOT) as sandbox:
        tw = await opened(sandbox, SPOT).start()
        await tw.orders.ready()
        sandbox.faults.rest_delay_s = 3.0
        submit = tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        async with asyncio.TaskGroup() as group:
            placing = group.create_task(outcome_of(submit))
            await asyncio.sleep(0.5)
            await tw.close()
        error = placing.result()
        assert isinstance(error, ConnectivityError)
        assert "may be at the venue" in str(error)


@virtual_time
async def test_waiting_for_an_order_ends_with_the_connector() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        tw = await opened(sandbox, SPOT).start()
        orders = tw.orders
        order = await orders.get(await placed(tw))
        heard: list[OrderEvent] = []

        async def listen() -> None:
            heard.extend([event async for event in order])

        async with asyncio.TaskGroup() as group:
            waits = [
                group.create_task(outcome_of(order.wait_done())),
                group.create_task(outcome_of(order.wait_filled())),
                group.create_task(outcome_of(listen())),
            ]
            await asyncio.sleep(1)
            await tw.close()
        assert [type(wait.result()) for wait in waits] == [Closed, Closed, type(None)]
        assert isinstance(await outcome_of(order.wait_done()), Closed)
        late = orders.submit(BTC, "buy", quantity="0.01", price="60000")
        for asked in (orders.open(), orders.ready(), orders.balances(), late):
            assert isinstance(await outcome_of(asked), Closed)


@virtual_time
async def test_who_waits_for_an_account_that_is_out_of_reach_is_let_go_on_closing() -> None:
    async with quiet_sandbox(SPOT) as sandbox:
        sandbox.faults.rest_black_hole = True
        tw = await opened(sandbox, SPOT).start()
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(outcome_of(tw.orders.ready()))
            await asyncio.sleep(15)
            await tw.close()
        assert isinstance(waiting.result(), Exception)


async def outcome_of(doing: Awaitable[object]) -> Exception | None:
    """Return what something ends with."""
    try:
        await doing
    except Exception as error:  # noqa: BLE001  # it is looked at
        return error
    return None
