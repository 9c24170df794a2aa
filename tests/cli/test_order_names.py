"""Orders by the names that somebody types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.app.desk import BTC, PERP, desk

from tickwright import Connector
from tickwright.cli.order_names import found
from tickwright.errors import UsageError
from tickwright.testing.virtual_time import virtual_time


PLACED: dict[str, Any] = {"quantity": "0.01", "price": "60000", "client_order_id": "same"}


@asynccontextmanager
async def twins() -> AsyncIterator[Connector]:
    """Yield a connector that knows two orders of one name, which others placed at two products."""
    async with (
        desk() as (tw, sandbox),
        Connector.open("binance.spot", environment=sandbox) as spot,
        Connector.open("binance.usdm", environment=sandbox) as usdm,
    ):
        await spot.orders.submit(BTC, "buy", **PLACED)
        await usdm.orders.submit(PERP, "buy", **PLACED)
        await tw.orders.ready()
        yield tw


@virtual_time
async def test_an_order_is_found_by_its_name_whoever_placed_it() -> None:
    async with (
        desk() as (tw, sandbox),
        Connector.open("binance.spot", environment=sandbox) as other,
    ):
        ours = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        await other.orders.submit(BTC, "buy", **PLACED)
        await asyncio.sleep(1)
        assert (await found(tw, ours.client_order_id, None)).instrument == BTC
        assert (await found(tw, "same", None)).now.is_external


@virtual_time
async def test_a_name_of_two_orders_is_refused_with_what_tells_them_apart() -> None:
    async with twins() as tw:
        with pytest.raises(
            UsageError, match=r"2 orders go by 'same': .*; say which with --instrument$"
        ) as caught:
            await found(tw, "same", None)
        assert all(f"one of {name}" in str(caught.value) for name in (BTC, PERP))


@virtual_time
async def test_an_instrument_tells_two_orders_of_one_name_apart() -> None:
    async with twins() as tw:
        for instrument in (BTC, PERP):
            order = await found(tw, "same", instrument)
            assert order.instrument == instrument
            told = f"same#{order.venue_order_id}"
            assert (await found(tw, told, instrument)).instrument == instrument


@virtual_time
async def test_of_two_orders_of_one_name_the_one_that_has_not_ended_is_meant() -> None:
    async with twins() as tw:
        await (await found(tw, "same", BTC)).cancel()
        assert (await found(tw, "same", None)).instrument == PERP


@virtual_time
async def test_a_name_of_no_order_says_where_to_look() -> None:
    async with desk() as (tw, _):
        with pytest.raises(UsageError, match="no order goes by 'x' here; `tickwright orders list`"):
            await found(tw, "x", None)
