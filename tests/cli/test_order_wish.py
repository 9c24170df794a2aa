"""Orders as they stand on the command line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from tickwright import Connector, OrderState, Sandbox
from tickwright.app.registry import products_of
from tickwright.cli.order_wish import Change, Wish
from tickwright.errors import InvalidNumber, UsageError
from tickwright.model.numbers import Rounding
from tickwright.model.orders import TimeInForce, Trigger, TriggerBy, TriggerKind
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time


(SPOT,) = products_of("binance.spot")


def wish(**given: Any) -> Wish:
    fields: dict[str, Any] = dict.fromkeys(Wish.__struct_fields__)
    fields |= {"instrument": "binance:BTC/USDT", "side": "buy", "quantity": "0.01"}
    fields |= {"time_in_force": TimeInForce.GTC, "post_only": False, "reduce_only": False}
    return Wish(**{**fields, **given})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"price": "60000"}, "buy 0.01 binance:BTC/USDT at 60000, gtc"),
        ({}, "buy 0.01 binance:BTC/USDT at market"),
        (
            {"quantity": None, "quote_quantity": "100"},
            "buy for 100 binance:BTC/USDT at market",
        ),
        (
            {"trigger_price": "61000", "reduce_only": True},
            "buy 0.01 binance:BTC/USDT at market, waiting for stop 61000 of the last price, reduce-only",
        ),
        (
            {
                "trail_bps": 50,
                "trigger_kind": TriggerKind.TAKE_PROFIT,
                "trigger_by": TriggerBy.MARK,
            },
            "buy 0.01 binance:BTC/USDT at market, waiting for take-profit trail 50 bps of the mark price",
        ),
        (
            {
                "price": "60000",
                "post_only": True,
                "time_in_force": TimeInForce.GTD,
                "expire": "2026-12-01",
                "display_quantity": "0.001",
                "client_order_id": "me-1",
                "rounding": Rounding.DOWN,
            },
            "buy 0.01 binance:BTC/USDT at 60000, gtd, until 2026-12-01, post-only, 0.001 of it shown,"
            " as me-1, rounded down",
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


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"trigger_kind": TriggerKind.TAKE_PROFIT}, "go with --trigger or --trail-bps"),
        ({"trigger_by": TriggerBy.MARK}, "the order would work at once"),
        ({"trigger_price": "0"}, "--trigger 0: it must be above zero"),
        ({"trail_bps": 0}, "--trail-bps 0: it must be above zero"),
        ({"trail_bps": -5}, "--trail-bps -5: it must be above zero"),
        ({"price": "0"}, "--price 0: it must be above zero"),
        ({"quantity": None, "quote_quantity": "-1"}, "--quote-quantity -1: it must be above zero"),
        ({"price": "1", "display_quantity": "0.02"}, "--display-quantity 0.02: it is a part of"),
        ({"client_order_id": ""}, "client order id '': the venue takes"),
        ({"side": "hold"}, "none of 'buy', 'sell'"),
        ({"quantity": None}, "say how much"),
        ({"price": "1", "reduce_only": True}, "the venue has no reduce-only there"),
        ({"trigger_price": "1", "trigger_by": TriggerBy.MARK}, "another price than the last"),
    ],
)
def test_what_cannot_be_is_found_before_anything_is_opened(
    given: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError, match=text):
        wish(**given).check(SPOT)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"price": "60000", "post_only": True, "client_order_id": "me-1"},
        {"trigger_price": "61000", "trail_bps": 50, "trigger_kind": TriggerKind.TAKE_PROFIT},
        {"price": "60000", "display_quantity": "0.001"},
    ],
)
def test_nothing_is_said_against_what_can_be(given: dict[str, Any]) -> None:
    wish(**given).check(SPOT)


def test_a_change_reads_as_one_would_say_it() -> None:
    change = Change(quantity="0.02", price="59000", rounding=Rounding.UP)
    change.check()
    assert str(change) == "quantity 0.02, price 59000, rounded up"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "say what to change"),
        ({"quantity": "0"}, "--quantity 0: it must be above zero"),
        ({"price": "high"}, "--price"),
    ],
)
def test_a_change_that_cannot_be_is_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        Change(**{"quantity": None, "price": None, "rounding": None, **given}).check()


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
