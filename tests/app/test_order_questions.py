"""What a user may ask of orders and accounts, inside a sandbox."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from tests.app.desk import BTC, PERP, PRODUCTS, desk, quiet_sandbox

from tickwright import (
    BalanceChanged,
    BalanceUpdates,
    Connector,
    ConnectTimeout,
    Credentials,
    CredentialsRefused,
    NoCredentials,
    OrderState,
    Ports,
    PositionUpdates,
    Sandbox,
    Settings,
    StoreError,
)
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


D = Decimal


@virtual_time
async def test_balances_and_positions_are_known_and_follow() -> None:
    async with desk() as (tw, _):
        before = {each.asset: each.total for each in await tw.orders.balances("binance.spot")}
        order = await tw.orders.submit(BTC, "buy", quantity="0.02")
        await order.wait_done(timeout_s=5)
        await asyncio.sleep(1)
        after = {each.asset: each.total for each in await tw.orders.balances("binance.spot")}
        assert after["BTC"] > before["BTC"]
        assert after["USDT"] < before["USDT"]
        short = await tw.orders.submit(PERP, "sell", quantity="0.02")
        await short.wait_done(timeout_s=5)
        await asyncio.sleep(1)
        assert (await tw.orders.position(PERP)).quantity == D("-0.02")
        assert [each.instrument for each in await tw.orders.positions()] == [PERP]


@virtual_time
async def test_balances_and_positions_come_on_the_bus_as_they_change() -> None:
    async with desk() as (tw, _):
        held: dict[str, Decimal] = {}
        at_spot: list[BalanceChanged] = []

        def on_balance(event: BalanceChanged) -> None:
            held[f"{event.balance.venue}/{event.balance.asset}"] = event.balance.total

        tw.on(BalanceUpdates(), on_balance)
        tw.on(BalanceUpdates("binance.spot"), at_spot.append)
        async with tw.subscribe(PositionUpdates(PERP)) as changes:
            order = await tw.orders.submit(PERP, "sell", quantity="0.02")
            async for change in changes:
                if change.position.quantity == D("-0.02"):
                    break
            await order.wait_done(timeout_s=5)
        await asyncio.sleep(1)
        assert {
            f"{each.venue}/{each.asset}": each.total for each in await tw.orders.balances()
        } == {name: held_now for name, held_now in held.items() if held_now}
        assert {event.balance.venue for event in at_spot} == {"binance.spot"}


@virtual_time
async def test_g34_orders_of_an_earlier_run_are_known_in_the_next(tmp_path: Path) -> None:
    journal = f"sqlite:{tmp_path / 'orders.db'}"
    async with quiet_sandbox() as sandbox:
        async with Connector.open(*PRODUCTS, environment=sandbox, journal=journal) as tw:
            order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
            with pytest.raises(StoreError, match="written by process"):
                async with Connector.open(*PRODUCTS, environment=sandbox, journal=journal) as other:
                    await other.orders.ready()
        async with Connector.open(*PRODUCTS, environment=sandbox, journal=journal) as tw:
            found = await tw.orders.get(order.client_order_id)
            assert found.state is OrderState.OPEN
            assert not found.now.is_external
            await found.cancel()


@virtual_time
async def test_market_data_needs_no_key_and_opens_no_private_stream() -> None:
    async with desk() as (tw, sandbox):
        await tw.book(BTC)
        assert len(sandbox.venue.connections()) == 1


@virtual_time
async def test_without_credentials_an_order_says_which_variables_to_set() -> None:
    settings = Settings(endpoints={}, environment="live")
    async with Connector.open("binance.spot", settings=settings, ports=Ports()) as tw:
        with pytest.raises(NoCredentials, match="TICKWRIGHT_BINANCE__KEY"):
            await tw.orders.ready()


@virtual_time
async def test_g18_a_key_that_the_venue_does_not_take_is_told_to_who_waits() -> None:
    sandbox = Sandbox(("binance.spot",), instruments=1, network=MemoryVenues())
    async with sandbox:
        network = sandbox.network
        assert network is not None
        wrong = Settings(
            endpoints=sandbox.endpoints,
            credentials={"binance": Credentials(sandbox.account.key, "wrong")},
            journal="memory:",
        )
        ports = Ports(clock=sandbox.clock, websockets=network.websockets, http=network.http)
        async with Connector.open("binance.spot", settings=wrong, ports=ports) as tw:
            with pytest.raises(CredentialsRefused):
                await tw.orders.ready()


@virtual_time
async def test_an_account_that_is_not_known_in_time_is_named_with_the_reason() -> None:
    async with desk() as (tw, sandbox):
        await sandbox.shut_doors()
        with pytest.raises(ConnectTimeout) as caught:
            await tw.orders.ready()
        text = str(caught.value)
        assert text.startswith("the account is not known after 30 s, it is still being tried: ")
        assert "binance.spot/private is waiting (binance.spot refused the connection)" in text
        assert "binance.usdm/private is waiting" in text
        await sandbox.open_doors()
        await asyncio.sleep(60)
        await tw.orders.ready()


@virtual_time
async def test_only_the_stream_that_is_not_ready_is_named_and_what_it_was_answered() -> None:
    async with desk() as (tw, sandbox):
        sandbox.faults.rest_only, sandbox.faults.rest_status = {"/fapi/v3/balance"}, 503
        with pytest.raises(ConnectTimeout) as caught:
            await tw.orders.ready()
        text = str(caught.value)
        assert "binance.usdm/private is reconciling (GET /fapi/v3/balance" in text
        assert "binance.spot" not in text
