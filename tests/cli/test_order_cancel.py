"""Canceling as much as can be, and saying what could not."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest
from tests.app.desk import BTC, PERP, desk

from tickwright import Connector, OrderState, Sandbox
from tickwright.cli.order_cancel import cancel_everything, cancel_named
from tickwright.errors import UnknownInstrument, UsageError
from tickwright.testing.virtual_time import virtual_time


def futures() -> AbstractAsyncContextManager[tuple[Connector, Sandbox]]:
    return desk("binance.usdm", order_transport="rest")


@virtual_time
async def test_orders_that_are_known_are_canceled_and_the_other_names_told() -> None:
    async with desk() as (tw, _):
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        (ended,), (error,) = await cancel_named(tw, [order.client_order_id, "nobody"], None)
        assert ended.state is OrderState.CANCELED
        assert "no order goes by 'nobody'" in str(error)


@virtual_time
async def test_names_of_which_none_is_known_are_a_wrong_call() -> None:
    async with desk() as (tw, _):
        with pytest.raises(UsageError, match=r"'nobody'.*'neither'"):
            await cancel_named(tw, ["nobody", "neither"], None)


@virtual_time
async def test_an_order_that_is_named_twice_is_canceled_once() -> None:
    async with desk() as (tw, _):
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        name = order.client_order_id
        ended, errors = await cancel_named(tw, [name, name], None)
        assert (len(ended), errors) == (1, [])


@virtual_time
async def test_an_order_that_is_still_open_afterwards_is_an_error_with_its_reason() -> None:
    async with futures() as (tw, sandbox):
        order = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        sandbox.faults.rest_status = 503
        (left,), (error,) = await cancel_named(tw, [order.client_order_id], None)
        assert left.state is OrderState.OPEN
        assert str(error).startswith(f"order {order.client_order_id} is still open: ")
        assert "503" in str(error)


@virtual_time
async def test_of_everything_what_is_still_open_afterwards_is_an_error_too() -> None:
    async with futures() as (tw, sandbox):
        order = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        sandbox.faults.rest_status = 503
        (left,), (error,) = await cancel_everything(tw, None, None)
        assert left.client_order_id == order.client_order_id
        assert "is still open: its cancel did not take" in str(error)
        sandbox.faults.rest_status = None


@virtual_time
async def test_everything_of_an_instrument_that_does_not_exist_is_refused() -> None:
    async with desk() as (tw, _):
        with pytest.raises(UnknownInstrument):
            await cancel_everything(tw, "binance:FOO/BAR", None)
