"""G13, G16, G33 where orders are placed beside market data: they keep their share, leave nothing behind, and die alone."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from decimal import Decimal

import pytest
from tests.guarantees.kit import in_background

from tickwright import Connector, OrderState, Sandbox
from tickwright.app.ordering import Floor
from tickwright.core.privatestate import PrivateState
from tickwright.sandbox.market import instrument_ids
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


SPOT, USDM, LINEAR = "binance.spot", "binance.usdm", "bybit.linear"
BTC, PERP, BYBIT_PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT", "bybit:BTC/USDT:USDT"
BOOKS = 300

KINDS = (
    "KeptSocket", "PrivateLine", "OrderLine", "MemoryConnection", "Task", "TimerHandle", "Future", "Event", "Inquiry",
    "LiveOrder",
)  # fmt: skip
"""What could pile up with reconnects and commands; orders themselves stay known."""


def venues(*products: str, instruments: int = 1, rate_per_s: float = 0.001) -> Sandbox:
    return Sandbox(
        products,
        instruments=instruments,
        rate_per_s=rate_per_s,
        step_s=1.0,
        network=MemoryVenues(),
    )


def floor_of(tw: Connector) -> Floor:
    floor = tw.orders._floor
    assert floor is not None
    return floor


def census() -> Counter[str]:
    gc.collect()
    found = (each for each in gc.get_objects() if type(each).__name__ in KINDS)
    # The loop throws cancelled timers away when they are many.
    return Counter(
        type(each).__name__
        for each in found
        if not (isinstance(each, asyncio.TimerHandle) and each.cancelled())
    )


@virtual_time
async def test_g13_while_300_books_wait_for_snapshots_orders_and_cancels_leave_at_once() -> None:
    ids = instrument_ids(SPOT, BOOKS)
    async with (
        venues(SPOT, instruments=BOOKS, rate_per_s=0.05) as sandbox,
        Connector.open(SPOT, environment=sandbox, audit_books=False) as tw,
    ):
        await tw.orders.ready()
        await tw.instruments()
        opening = [in_background(tw.book(each, timeout_s=None)) for each in ids]
        await asyncio.sleep(5)
        status = tw.status().products[0].snapshots
        assert status.waiting > BOOKS / 2, "they wait for the venue's weights"
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        await order.cancel()
        assert order.state is OrderState.CANCELED
        assert loop.time() - began_s < 1.0
        for each in opening:
            each.cancel()
        await asyncio.gather(*opening, return_exceptions=True)


@pytest.mark.parametrize(
    ("product", "instrument"), [(SPOT, BTC), (USDM, PERP), (LINEAR, BYBIT_PERP)]
)
@virtual_time
async def test_g16_hundreds_of_orders_and_reconnects_leave_nothing_behind(
    product: str, instrument: str
) -> None:
    async with (
        venues(product) as sandbox,
        Connector.open(product, environment=sandbox) as tw,
    ):

        async def trade_and_lose_the_line() -> None:
            order = await tw.orders.submit(instrument, "buy", quantity="0.01", price="60000")
            await order.cancel()
            assert order.state is OrderState.CANCELED
            sandbox.close_sockets(1006)
            await asyncio.sleep(90)
            await tw.orders.ready()

        for _ in range(5):
            await trade_and_lose_the_line()
        before = census()
        for _ in range(100):
            await trade_and_lose_the_line()
        after = census()
        assert {
            kind: after[kind] - before[kind] for kind in KINDS if after[kind] > before[kind] + 5
        } == {}
        session = floor_of(tw).sessions[product]
        assert session.reconnects >= 100


@virtual_time
async def test_g33_an_account_that_dies_at_one_venue_leaves_orders_at_the_other() -> None:
    async with (
        venues(SPOT, LINEAR) as sandbox,
        Connector.open(SPOT, LINEAR, environment=sandbox) as tw,
    ):
        await tw.orders.ready()
        dead = sandbox.faults_of(LINEAR)
        dead.rest_status, dead.close_on_open = 503, 1006
        sandbox.close_sockets(1006, product=LINEAR)
        await asyncio.sleep(60)
        sessions = floor_of(tw).sessions
        assert sessions[LINEAR].state is not PrivateState.READY
        assert sessions[SPOT].state is PrivateState.READY
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert (await order.cancel()).state is OrderState.CANCELED
        dead.rest_status = dead.close_on_open = None
        async with asyncio.timeout(180):
            await sessions[LINEAR].wait_ready()
        late = await tw.orders.submit(BYBIT_PERP, "buy", quantity="0.01", price="60000")
        assert late.state is OrderState.OPEN
        assert late.now.quantity == Decimal("0.01")
