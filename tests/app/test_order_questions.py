"""What a user may ask of orders and accounts, inside a sandbox."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.app.desk import BTC, PERP, PRODUCTS, desk, quiet_sandbox

from tickwright import (
    BalanceChanged,
    BalanceUpdates,
    ConnectivityError,
    Connector,
    ConnectTimeout,
    Credentials,
    CredentialsRefused,
    NoCredentials,
    OrderEvent,
    OrderFilled,
    OrderState,
    OrderUpdates,
    Ports,
    PositionUpdates,
    Sandbox,
    Settings,
    Side,
    StoreError,
    UnknownVenue,
    UsageError,
)
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import VirtualClock, virtual_time


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
        assert text.startswith("the account is not known after 30 s: ")
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


# ---------------------------------------------------------------------- asked anew

EVERYWHERE = {
    "binance.spot": BTC,
    "binance.usdm": PERP,
    "bybit.spot": "bybit:BTC/USDT",
    "bybit.linear": "bybit:BTC/USDT:USDT",
}
everywhere = pytest.mark.parametrize("product", EVERYWHERE)


async def elsewhere(sandbox: Sandbox, product: str, price: str | None = None) -> None:
    """Buy on the account without this program: another one, or the venue's own page."""
    async with Connector.open(product, environment=sandbox) as other:
        order = await other.orders.submit(
            EVERYWHERE[product], "buy", quantity="0.02", price=price, client_order_id="theirs-1"
        )
        if price is None:
            await order.wait_filled(timeout_s=10)


def told_of(tw: Connector) -> list[str]:
    """Return a list that gets the id of every execution that is told from now on."""
    trade_ids: list[str] = []

    def hear(event: OrderEvent) -> None:
        if isinstance(event, OrderFilled):
            trade_ids.append(event.fill.trade_id)

    tw.on(OrderUpdates(), hear)
    return trade_ids


@everywhere
@virtual_time
async def test_history_is_what_was_placed_between_two_moments(product: str) -> None:
    async with desk(product) as (tw, sandbox):
        first = await tw.orders.submit(EVERYWHERE[product], "buy", quantity="0.01", price="60000")
        await first.cancel()
        await asyncio.sleep(60)
        between = datetime.fromtimestamp(sandbox.clock.time_ns() / 1e9, UTC)
        await asyncio.sleep(60)
        second = await tw.orders.submit(EVERYWHERE[product], "buy", quantity="0.01", price="60000")

        async def names(**when: Any) -> list[str]:
            return [order.client_order_id for order in await tw.orders.history(**when)]

        both = [first.client_order_id, second.client_order_id]
        assert await names() == await names(start=timedelta(hours=1)) == both
        assert await names(start=between) == await names(start=timedelta(seconds=30)) == both[1:]
        assert await names(end=between) == both[:1]
        assert await names(instrument="binance:ETH/USDT") == []
        assert await names(start=timedelta(hours=1), fresh=True) == both


@everywhere
@virtual_time
async def test_fresh_history_finds_what_others_did_and_marks_it(product: str) -> None:
    async with desk(product) as (tw, sandbox):
        instrument = EVERYWHERE[product]
        await elsewhere(sandbox, product)
        await asyncio.sleep(5)
        assert await tw.orders.history(instrument) == []
        (order,) = await tw.orders.history(instrument, fresh=True)
        assert (order.state, order.is_external) == (OrderState.FILLED, True)
        assert sum(fill.quantity for fill in order.fills) == D("0.02")
        assert await tw.orders.history(instrument) == [order]


@pytest.mark.parametrize("off_s", [-3600.0, 3600.0])
@virtual_time
async def test_the_past_is_asked_for_by_the_venues_clock_where_ours_is_off(off_s: float) -> None:
    clock = VirtualClock()
    clock.step(off_s)
    sandbox = quiet_sandbox("binance.spot", network=MemoryVenues(clock=clock), clock=VirtualClock())
    off = Connector.open("binance.spot", environment=sandbox, ports=Ports(clock=clock))
    async with sandbox, off as tw:
        await tw.orders.ready()
        await elsewhere(sandbox, "binance.spot")
        await asyncio.sleep(60)
        (theirs,) = await tw.orders.history(BTC, start=timedelta(minutes=30), fresh=True)
        assert theirs.is_external
        ours = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert {order.client_order_id for order in await tw.orders.history()} == {
            theirs.client_order_id,
            ours.client_order_id,
        }
        fills = await tw.orders.fills(since=timedelta(minutes=30), fresh=True)
        assert sum(each.fill.quantity for each in fills) == D("0.02")


@everywhere
@virtual_time
async def test_g10_a_fill_while_the_stream_is_deaf_is_found_by_asking_and_told_once(
    product: str,
) -> None:
    async with desk(product) as (tw, sandbox):
        await tw.orders.ready()
        told = told_of(tw)
        sandbox.faults.silent_streams.add("user/*")
        await tw.orders.submit(EVERYWHERE[product], "buy", quantity="0.02")
        sandbox.faults.silent_streams.clear()
        fills = await tw.orders.fills(fresh=True)
        assert sum(each.fill.quantity for each in fills) == D("0.02")
        assert all(each.fill.fee is not None for each in fills)
        assert {each.side for each in fills} == {Side.BUY}
        assert not any(each.fill.is_maker for each in fills)
        await asyncio.sleep(700)
        assert await tw.orders.fills(fresh=True) == fills
        assert sorted(told) == sorted(each.fill.trade_id for each in fills)


@everywhere
@virtual_time
async def test_fills_name_their_order_and_are_listed_since_a_moment(product: str) -> None:
    async with desk(product) as (tw, _):
        order = await tw.orders.submit(EVERYWHERE[product], "buy", quantity="0.02")
        await order.wait_filled(timeout_s=10)
        await asyncio.sleep(60)
        fills = await tw.orders.fills(EVERYWHERE[product])
        assert {each.client_order_id for each in fills} == {order.client_order_id}
        assert {each.venue_order_id for each in fills} == {order.venue_order_id}
        assert [each.fill for each in fills] == list(order.now.fills)
        assert await tw.orders.fills(since=timedelta(seconds=30)) == []
        assert await tw.orders.fills(since=timedelta(hours=1)) == fills


@everywhere
@virtual_time
async def test_open_orders_and_one_order_are_asked_for_anew(product: str) -> None:
    async with desk(product) as (tw, sandbox):
        order = await tw.orders.submit(EVERYWHERE[product], "buy", quantity="0.01", price="60000")
        await asyncio.sleep(30)  # nothing is asked for by itself any more
        sandbox.faults.silent_streams.add("user/*")
        async with Connector.open(product, environment=sandbox) as other:
            await other.orders.cancel(order.client_order_id)
            await other.orders.submit(
                EVERYWHERE[product],
                "buy",
                quantity="0.01",
                price="59000",
                client_order_id="theirs-1",
            )
        assert order.state is OrderState.OPEN
        assert (await tw.orders.get(order.client_order_id, fresh=True)).state is OrderState.CANCELED
        assert [each.client_order_id for each in await tw.orders.open(fresh=True)] == ["theirs-1"]
        assert await tw.orders.open(EVERYWHERE[product], fresh=True)


@everywhere
@virtual_time
async def test_balances_and_positions_are_asked_for_anew(product: str) -> None:
    async with desk(product) as (tw, sandbox):
        before = {each.asset: each.total for each in await tw.orders.balances()}
        sandbox.faults.silent_streams.add("user/*")
        await elsewhere(sandbox, product)
        assert {each.asset: each.total for each in await tw.orders.balances()} == before
        after = {each.asset: each.total for each in await tw.orders.balances(product, fresh=True)}
        assert after["USDT"] < before["USDT"]
        if not product.endswith("spot"):
            held = await tw.orders.position(EVERYWHERE[product], fresh=True)
            assert held.quantity == D("0.02")
            assert await tw.orders.positions(product, fresh=True) == [held]


@virtual_time
async def test_exposure_adds_up_over_venues_and_counts_a_shared_wallet_once() -> None:
    async with desk(*EVERYWHERE) as (tw, _):
        for instrument, side in ((PERP, "sell"), ("bybit:BTC/USDT:USDT", "buy")):
            order = await tw.orders.submit(instrument, side, quantity="0.02")
            await order.wait_filled(timeout_s=10)
        short = await tw.orders.submit(PERP, "sell", quantity="0.03")
        await short.wait_filled(timeout_s=10)
        found = {each.asset: each for each in await tw.orders.exposure(fresh=True)}
        balances = await tw.orders.balances()
        held = sum(each.total for each in balances if each.asset == "BTC")
        assert found["BTC"].amount == held - D("0.03")
        assert [part.where for part in found["BTC"].parts if part.where.startswith("bybit")] == [
            "bybit",
            "bybit:BTC/USDT:USDT",
        ]
        assert found["USDT"].is_complete


@virtual_time
async def test_what_cannot_be_asked_is_refused_before_anything_is_sent() -> None:
    async with desk("binance.spot") as (tw, _):
        with pytest.raises(UsageError, match="two years at most"):
            await tw.orders.history(BTC, start=0, fresh=True)
        with pytest.raises(UsageError, match="names no time zone"):
            await tw.orders.fills(since=datetime(2026, 1, 1))  # noqa: DTZ001  # what is refused
        with pytest.raises(UnknownVenue, match=r"those that do: binance\.spot"):
            await tw.orders.balances("binance.usdm", fresh=True)


@virtual_time
async def test_a_question_is_answered_from_what_is_known_while_the_venue_is_out_of_reach() -> None:
    async with desk("binance.spot") as (tw, sandbox):
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        sandbox.faults.rest_black_hole = True
        assert [each.client_order_id for each in await tw.orders.history()] == [
            order.client_order_id
        ]
        with pytest.raises(ConnectivityError):
            await tw.orders.history(fresh=True)
        assert await tw.orders.exposure()
