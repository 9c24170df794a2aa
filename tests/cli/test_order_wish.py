"""Orders as they stand on the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from tickwright import Connector, OrderState, Sandbox
from tickwright.cli.order_wish import Wish
from tickwright.errors import InvalidNumber, UsageError
from tickwright.model.orders import TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


def wish(**given: Any) -> Wish:
    fields: dict[str, Any] = dict.fromkeys(Wish.__struct_fields__)
    fields |= {"instrument": "binance:BTC/USDT", "side": "buy", "quantity": "0.01"}
    fields |= {"trigger_kind": TriggerKind.STOP, "trigger_by": TriggerBy.LAST}
    fields |= {"time_in_force": TimeInForce.GTC, "post_only": False, "reduce_only": False}
    return Wish(**{**fields, **given})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"price": "60000"}, "buy 0.01 binance:BTC/USDT at 60000"),
        ({}, "buy 0.01 binance:BTC/USDT at market"),
        (
            {"quantity": None, "quote_quantity": "100"},
            "buy for 100 binance:BTC/USDT at market",
        ),
        (
            {"trigger_price": "61000"},
            "buy 0.01 binance:BTC/USDT at market, once stop 61000 is reached",
        ),
        (
            {"trail_bps": 50, "trigger_kind": TriggerKind.TAKE_PROFIT},
            "buy 0.01 binance:BTC/USDT at market, once take-profit 50 bp is reached",
        ),
    ],
)
def test_a_wish_reads_as_one_would_say_it(given: dict[str, Any], text: str) -> None:
    assert str(wish(**given)) == text


def test_numbers_stay_the_text_that_was_typed() -> None:
    arguments = wish(price="60000.10").arguments
    assert (arguments["price"], arguments["quantity"]) == ("60000.10", "0.01")
    assert arguments["trigger"] is None


def test_a_trigger_is_made_of_its_options() -> None:
    trigger = wish(trigger_price="61000", trail_bps=50, trigger_by=TriggerBy.MARK).arguments
    assert trigger["trigger"] == Trigger(
        kind=TriggerKind.STOP, price=Decimal(61000), by=TriggerBy.MARK, trail_bps=50
    )
    with pytest.raises(InvalidNumber, match="--trigger"):
        assert wish(trigger_price="high").arguments


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-02", 86_400_000_000_000),
        ("1970-01-01T00:00:01.000001", 1_000_001_000),
        ("1970-01-01T01:00:00+01:00", 0),
    ],
)
def test_an_expiry_without_a_zone_is_utc(text: str, time_ns: int) -> None:
    assert wish(expire=text).arguments["expire_ts_ns"] == time_ns


def test_an_expiry_that_is_no_time_says_how_to_write_one() -> None:
    with pytest.raises(UsageError, match="write a time, as 2026"):
        assert wish(expire="soon").arguments


@asynccontextmanager
async def desk() -> AsyncIterator[tuple[Connector, Sandbox]]:
    sandbox = Sandbox("binance.spot", instruments=1, rate_per_s=0.001, network=MemoryVenues())
    async with sandbox, Connector.open("binance.spot", environment=sandbox) as tw:
        await tw.orders.ready()
        yield tw, sandbox


@virtual_time
async def test_a_market_order_is_waited_for_until_it_is_done() -> None:
    async with desk() as (tw, _):
        assert (await wish().placed(tw, patience_s=5.0)).state is OrderState.FILLED


@virtual_time
async def test_g01_an_unknown_outcome_is_waited_for_as_long_as_was_said() -> None:
    async with desk() as (tw, sandbox):
        sandbox.faults.order_failures = 1
        found = await wish(price="60000").placed(tw, patience_s=5.0)
        assert found.state is OrderState.OPEN
        sandbox.faults.order_failures = 1
        sandbox.faults.order_failure_executes = False
        lost = await wish(price="60000").placed(tw, patience_s=5.0)
        assert lost.state is OrderState.UNKNOWN


@virtual_time
async def test_who_interrupts_an_order_that_has_left_is_told_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with desk() as (tw, sandbox):
        sandbox.faults.no_ack = True
        async with asyncio.TaskGroup() as group:
            task = group.create_task(
                wish(price="60000", client_order_id="mine-1").placed(tw, patience_s=5.0)
            )
            await asyncio.sleep(1)
            task.cancel()
    assert "interrupted: order mine-1 was sent; `tickwright orders list`" in capsys.readouterr().err
