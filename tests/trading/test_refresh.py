"""Asking anew at a sandbox where others trade on the account, and where the stream does not tell, on virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from tests.trading.rig import EVERYWHERE, SPOT, USDM, Rig, rig

from tickwright.errors import RequestTimeout
from tickwright.model.market import Side
from tickwright.model.orders import OrderAccepted, OrderFilled, OrderState
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.journal import Journal
from tickwright.trading.private import PrivatePolicy
from tickwright.trading.refresh import Refresher


D = Decimal
MINUTE_NS = 60_000_000_000
everywhere = pytest.mark.parametrize("product", EVERYWHERE)


class Fresh:
    """A rig, and what asks anew there."""

    def __init__(self, at: Rig) -> None:
        self.at = at
        self.refresher = Refresher(
            at.gateway, {at.product: at.desk}, at.recorder, at.accounts, at.clock
        )

    async def past(self, start_ns: int | None = None, end_ns: int | None = None) -> None:
        """Ask for the last minute, or for what lies between two moments."""
        now_ns = self.at.clock.time_ns()
        start_ns = now_ns - MINUTE_NS if start_ns is None else start_ns
        end_ns = now_ns if end_ns is None else end_ns
        await self.refresher.past(self.at.product, self.at.instrument, start_ns, end_ns)

    async def elsewhere(self, price: str = "65200", side: Side = Side.BUY) -> None:
        """Place an order without this program: another one, or the venue's own page."""
        command = self.at.command(price=D(price), side=side)
        await self.at.desk.submit(
            "elsewhere", self.at.desk.calls.submit(command, self.at.instrument)
        )
        await asyncio.sleep(1)

    @property
    def fills(self) -> list[str]:
        """The executions that were told, by their ids."""
        return [event.fill.trade_id for event in self.at.events if isinstance(event, OrderFilled)]


@asynccontextmanager
async def fresh(product: str) -> AsyncIterator[Fresh]:
    async with rig(product) as at:
        await at.rest.venue_clock.known()
        yield Fresh(at)


@everywhere
@virtual_time
async def test_what_others_did_is_found_and_marked_with_all_its_executions(product: str) -> None:
    async with fresh(product) as asking:
        at = asking.at
        await asking.elsewhere()
        await asking.elsewhere("60000")
        assert len(at.gateway.board) == 0
        await asking.past()
        resting, filled = at.gateway.board.orders()
        assert (filled.state, resting.state) == (OrderState.FILLED, OrderState.OPEN)
        assert filled.is_external
        assert resting.is_external
        assert not filled.missing_quantity
        assert all(fill.fee is not None for fill in filled.fills)
        assert at.filled == D("0.05")
        assert 0 < filled.placed_ts_ns < resting.placed_ts_ns < at.clock.time_ns()


@everywhere
@virtual_time
async def test_g10_asking_again_tells_nothing_twice_and_writes_nothing_down(product: str) -> None:
    async with fresh(product) as asking:
        at = asking.at
        await asking.elsewhere()
        await asking.past()
        events, rows = list(at.events), len(at.store.contents)
        assert len(asking.fills) == len(set(asking.fills)) > 0
        await asking.past()
        assert at.events == events
        assert len(at.store.contents) == rows


@everywhere
@virtual_time
async def test_g10_a_fill_that_a_deaf_stream_hid_is_found_by_asking_and_told_once(
    product: str,
) -> None:
    async with fresh(product) as asking:
        at = asking.at
        await at.private(PrivatePolicy(audit_s=3600.0)).wait_ready()
        resting = await at.submit()
        at.sandbox.faults.silent_streams.add("user/*")
        await asking.elsewhere()
        await asyncio.sleep(5)
        assert at.filled == 0
        await asking.past()
        assert at.filled == D("0.05")
        at.sandbox.faults.silent_streams.clear()
        await asyncio.sleep(600)
        assert at.filled == D("0.05")
        assert at.gateway.order(resting.client_order_id).state is OrderState.OPEN


@everywhere
@virtual_time
async def test_what_was_learned_by_asking_is_there_after_a_restart(product: str) -> None:
    async with fresh(product) as asking:
        at = asking.at
        await asking.elsewhere()
        await asking.past()
        before = at.gateway.board.orders()
        later = at.again([body async for _, body in at.store.rows(0)])
        await later.recover(Journal(at.store).entries())
        assert later.board.orders() == before
        assert before[0].fills


@everywhere
@virtual_time
async def test_an_order_that_was_placed_before_is_asked_for_when_an_execution_of_it_turns_up(
    product: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fresh(product) as asking:
        at = asking.at
        await asking.elsewhere()

        async def none(*about: object) -> list[object]:
            return []

        monkeypatch.setattr(at.desk, "past_orders", none)
        await asking.past()
        (order,) = at.gateway.board.orders()
        assert (order.state, order.is_external) == (OrderState.FILLED, True)
        assert at.filled == D("0.05")


@everywhere
@virtual_time
async def test_an_order_alone_is_asked_for_with_its_executions(product: str) -> None:
    async with fresh(product) as asking:
        at = asking.at
        resting = await at.submit()
        await asyncio.sleep(30)
        call = at.desk.calls.cancel(at.gateway.order(resting.client_order_id), at.instrument)
        await at.rest.call(call)
        await asyncio.sleep(1)
        assert at.gateway.order(resting.client_order_id).state is OrderState.OPEN
        await asking.refresher.order(resting.client_order_id)
        assert at.gateway.order(resting.client_order_id).state is OrderState.CANCELED


@everywhere
@virtual_time
async def test_everything_open_is_asked_for(product: str) -> None:
    async with fresh(product) as asking:
        await asking.elsewhere("60000")
        await asking.refresher.orders(product)
        (order,) = asking.at.gateway.board.orders()
        assert [type(event) for event in asking.at.events] == [OrderAccepted]
        assert order.is_external


@everywhere
@virtual_time
async def test_holdings_are_what_the_venue_says_now(product: str) -> None:
    async with fresh(product) as asking:
        at = asking.at
        await asking.refresher.holdings(product)
        before = at.accounts.balance(product, "USDT").total
        await asking.elsewhere()
        assert at.accounts.balance(product, "USDT").total == before
        await asking.refresher.holdings(product)
        assert at.accounts.balance(product, "USDT").total < before
        held = at.accounts.position(at.instrument.id).quantity
        assert held == (
            0 if at.instrument.contract_size is None and "spot" in product else D("0.05")
        )


@virtual_time
async def test_a_venue_that_does_not_answer_is_told_and_nothing_is_made_up() -> None:
    async with fresh(SPOT) as asking:
        at = asking.at
        await asking.elsewhere("60000")
        at.sandbox.faults.rest_black_hole = True
        with pytest.raises(RequestTimeout):
            await asking.past()
        assert len(at.gateway.board) == 0


@virtual_time
async def test_an_execution_of_an_order_that_is_forgotten_is_left_out_and_said(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fresh(USDM) as asking:
        at = asking.at
        await asking.elsewhere()

        async def none(*about: object) -> list[object]:
            return []

        monkeypatch.setattr(at.desk, "query", none)
        monkeypatch.setattr(at.desk, "past_orders", none)
        with caplog.at_level(logging.WARNING):
            await asking.past()
        assert len(at.gateway.board) == 0
        assert "does not find any more; it is left out" in caplog.text


@everywhere
@virtual_time
async def test_g10_orders_that_are_forgotten_here_are_neither_asked_for_nor_told_again(
    product: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with fresh(product) as asking:
        at = asking.at
        at.again((), kept=2)
        for _ in range(6):
            await at.buy_now()
        await asyncio.sleep(1)
        again = Fresh(at)
        written, told = len(at.store.contents), len(at.events)
        requests = at.rest.status().requests
        await again.past()
        assert at.rest.status().requests - requests <= 5
        assert (len(at.store.contents), len(at.events)) == (written, told)
        assert len(at.gateway.board) == 2
        assert "does not find any more" not in caplog.text


@everywhere
@virtual_time
async def test_a_listing_of_more_than_is_remembered_says_that_it_is_not_all(
    product: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with fresh(product) as asking:
        for _ in range(3):
            await asking.elsewhere()
        asking.at.again((), kept=3)
        again = Fresh(asking.at)
        await again.past()
        assert "more orders than are remembered" not in caplog.text
        for _ in range(2):
            await again.elsewhere()
        await again.past()
        assert "lists more orders than are remembered, and the latest are known" in caplog.text
        assert len(asking.at.gateway.board) == 3
