"""Orders are taken back, whatever the venue does about it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from tests.trading.rig import EVERYWHERE, SPOT, rig

from tickwright.errors import CredentialsRefused
from tickwright.model.orders import OrderState
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.withdrawal import open_names, withdraw


everywhere = pytest.mark.parametrize("product", EVERYWHERE)


@everywhere
@virtual_time
async def test_all_that_is_open_is_canceled_at_once(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        for _ in range(5):
            await at.submit()
        began_s = at.clock.monotonic_s()
        await withdraw(at.gateway, open_names(at.gateway.board, [at.product]))
        assert {order.state for order in at.gateway.board.orders()} == {OrderState.CANCELED}
        assert at.clock.monotonic_s() - began_s < 2


@everywhere
@virtual_time
async def test_orders_of_unknown_outcome_are_taken_back_whether_they_are_there_or_not(
    product: str,
) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        at.sandbox.faults.order_failures = 1
        await at.submit()
        at.sandbox.faults.order_failures, at.sandbox.faults.order_failure_executes = 1, False
        await at.submit()
        assert {order.state for order in at.gateway.board.orders()} == {OrderState.UNKNOWN}
        async with asyncio.timeout(60):
            await withdraw(at.gateway, open_names(at.gateway.board, [at.product]))
        states = [order.state for order in at.gateway.board.orders()]
        assert states == [OrderState.CANCELED, OrderState.REJECTED]


@virtual_time
async def test_a_venue_that_fails_is_asked_again_until_it_obeys() -> None:
    async with rig(SPOT) as at:
        await at.private().wait_ready()
        order = await at.submit()
        at.sandbox.faults.rest_status = 503
        taking_back = at._group.create_task(withdraw(at.gateway, [order.client_order_id]))
        await asyncio.sleep(20)
        assert not taking_back.done()
        at.sandbox.faults.rest_status = None
        async with asyncio.timeout(90):
            await taking_back
        assert at.gateway.order(order.client_order_id).state is OrderState.CANCELED


@virtual_time
async def test_only_ours_that_may_still_trade_are_named() -> None:
    async with rig(SPOT) as at:
        await at.private().wait_ready()
        call = at.desk.calls.submit(at.command(price=Decimal(59000)), at.instrument)
        await at.desk.submit("elsewhere", call)
        ours = await at.submit()
        done = await at.buy_now()
        await at.until(lambda: len(at.gateway.board.orders()) == 3)
        assert at.gateway.order(done.client_order_id).state is OrderState.FILLED
        assert open_names(at.gateway.board, [at.product]) == [ours.client_order_id]


@virtual_time
async def test_nothing_to_take_back_is_nothing_to_do() -> None:
    async with rig(SPOT) as at:
        await withdraw(at.gateway, [])


@everywhere
@virtual_time
async def test_a_key_that_is_refused_is_not_tried_again(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        for _ in range(2):
            await at.submit()
        at.sandbox.faults.revoked_keys = {at.sandbox.account.key}
        began_s = at.clock.monotonic_s()
        with pytest.raises(CredentialsRefused):
            await withdraw(at.gateway, open_names(at.gateway.board, [at.product]))
        assert at.clock.monotonic_s() - began_s < 1
