"""Waiting for accounts: for the one that is needed, and for no other."""

from __future__ import annotations

import asyncio

import pytest
from tests.app.desk import BTC, PERP, desk

from tickwright import ConnectTimeout, CredentialsRefused, OrderState
from tickwright.app.readiness import READY_TIMEOUT_S
from tickwright.testing.virtual_time import virtual_time


SPOT, USDM = "binance.spot", "binance.usdm"


@virtual_time
async def test_g33_a_question_is_answered_during_an_outage_of_what_it_is_about() -> None:
    async with desk() as (tw, sandbox):
        order = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        dead = sandbox.faults_of(USDM)
        dead.rest_status, dead.close_on_open = 503, 1006
        sandbox.close_sockets(1006, product=USDM)
        await asyncio.sleep(10)
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        assert [each.client_order_id for each in await tw.orders.open()] == [order.client_order_id]
        assert await tw.orders.balances()
        assert (await tw.orders.get(order.client_order_id)).state is OrderState.OPEN
        assert loop.time() == began_s, "nothing was waited for"


@virtual_time
async def test_g08_an_order_waits_for_the_account_that_it_is_placed_at() -> None:
    async with desk() as (tw, sandbox):
        await tw.orders.ready()
        dead = sandbox.faults_of(USDM)
        dead.close_on_open = 1006
        sandbox.close_sockets(1006, product=USDM)
        await asyncio.sleep(1)
        with pytest.raises(ConnectTimeout, match=rf"after {READY_TIMEOUT_S:g} s.*usdm/private"):
            await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        assert await tw.orders.all() == [], "nothing was journalled"
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert order.state is OrderState.OPEN
        dead.close_on_open = None
        await asyncio.sleep(70)  # longer than any delay before another try
        late = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        assert late.state is OrderState.OPEN


@virtual_time
async def test_a_refused_key_fails_what_needs_it_and_nothing_else() -> None:
    async with desk() as (tw, sandbox):
        sandbox.faults_of(USDM).revoked_keys.add(sandbox.account.key)
        with pytest.raises(CredentialsRefused, match=r"^binance\.usdm: .*TICKWRIGHT_BINANCE__KEY"):
            await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert order.state is OrderState.OPEN
        assert await tw.orders.balances(SPOT)
        with pytest.raises(CredentialsRefused):
            await tw.orders.balances()


@virtual_time
async def test_an_account_that_a_limit_holds_up_says_so() -> None:
    async with desk() as (tw, sandbox):
        fault = sandbox.faults_of(USDM)
        fault.rest_only, fault.rest_status, fault.retry_after_s = {"/fapi/v3/balance"}, 429, 120
        with pytest.raises(ConnectTimeout, match=r"usdm/private is .* \(.*limit"):
            await tw.orders.ready()


@virtual_time
async def test_a_key_that_is_refused_on_a_socket_is_told_without_a_status() -> None:
    async with desk("bybit.spot") as (tw, sandbox):
        sandbox.faults_of("bybit.spot").revoked_keys.add(sandbox.account.key)
        with pytest.raises(CredentialsRefused) as caught:
            await tw.orders.ready()
        text = str(caught.value)
        assert text.startswith("bybit.spot: auth on /v5/private: the venue refused: ")
        assert text.endswith("TICKWRIGHT_BYBIT__KEY and TICKWRIGHT_BYBIT__SECRET")
        assert "HTTP" not in text
