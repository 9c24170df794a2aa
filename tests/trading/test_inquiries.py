"""Finding out what became of orders, at a venue that fails in every way that leaves an outcome open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from tests.trading.rig import (
    BYBIT_LINEAR,
    BYBIT_SPOT,
    EITHER_WAY,
    EVERYWHERE,
    IDS,
    SPOT,
    Rig,
    rig,
)

from tickwright.errors import StoreError, VenueRejected
from tickwright.model.market import Side
from tickwright.model.orders import Order, OrderRejected, OrderState, SubmitOrder
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading import journal


D = Decimal
everywhere = pytest.mark.parametrize("product", EVERYWHERE)
both = pytest.mark.parametrize("product", EITHER_WAY)


# ---------------------------------------------------------------------- nobody knows


@both
@pytest.mark.parametrize("code", [-1007, -1006, -1000])
@virtual_time
async def test_g01_an_order_whose_reply_does_not_tell_is_found_at_the_venue(
    product: str, code: int
) -> None:
    async with rig(product) as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_code = code
        order = await at.submit()
        assert order.state is OrderState.UNKNOWN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert at.kinds == ["OrderSent", "OrderOutcomeUnknown", "OrderAccepted"]


@both
@virtual_time
async def test_g01_an_order_that_was_not_carried_out_is_unknown_until_that_is_proven(
    product: str,
) -> None:
    async with rig(product) as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = False
        began_s = at.clock.monotonic_s()
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state.is_final)
        assert at.clock.monotonic_s() - began_s >= at.desk.inquiry.proof_after_s
        event = at.events[-1]
        assert isinstance(event, OrderRejected)
        assert event.order.code == "NEVER_ARRIVED"


@both
@virtual_time
async def test_g01_a_reply_that_is_lost_on_the_way_leaves_it_unknown_then_found(
    product: str,
) -> None:
    async with rig(product) as at:
        at.sandbox.faults.replies_lost = 1
        order = await at.buy_now()
        assert order.state is OrderState.UNKNOWN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.FILLED)
        await at.until(lambda: at.filled == D("0.05"))


@pytest.mark.parametrize("product", [BYBIT_SPOT, BYBIT_LINEAR])
@pytest.mark.parametrize("lag_s", [0.0, 3600.0])
@virtual_time
async def test_g01_an_order_that_filled_is_found_after_the_venue_has_forgotten_its_last_ones(
    product: str, lag_s: float
) -> None:
    async with rig(product) as at:
        at.sandbox.faults.forgets_closed_orders = True
        at.sandbox.faults.history_lag_s = lag_s
        at.sandbox.faults.replies_lost = 1
        await at.buy_now()
        await at.until(lambda: at.gateway.order("me-1").state.is_final)
        assert at.gateway.order("me-1").state is OrderState.FILLED
        await at.until(lambda: at.filled == D("0.05"))


@pytest.mark.parametrize("product", [BYBIT_SPOT, BYBIT_LINEAR])
@virtual_time
async def test_g08_an_order_that_ended_in_an_outage_is_found_in_the_history(product: str) -> None:
    async with rig(product) as at:
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        await at.desk.cancel_all(at.instrument)
        at.sandbox.faults.forgets_closed_orders = True
        await at.gateway.reconcile(product)
        assert at.gateway.order("me-1").state is OrderState.CANCELED


@virtual_time
async def test_g01_not_found_soon_after_placing_is_no_proof() -> None:
    async with rig() as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.query_lag_s = 3.0
        await at.submit()
        await asyncio.sleep(3.0)
        at.sandbox.faults.query_lag_s = 0.0
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert "OrderRejected" not in at.kinds


@virtual_time
async def test_g02_a_taken_name_means_that_an_earlier_try_landed() -> None:
    async with rig() as at:
        await at.submit()
        again = at.again(())  # a run that lost its journal, and makes the same names
        order = await again.submit(at.command(client_order_id="me-1"), at.instrument)
        assert order.state is OrderState.UNKNOWN
        await at.until(lambda: again.order("me-1").state is OrderState.OPEN)


@virtual_time
async def test_an_inquiry_goes_on_through_an_outage_of_the_venue() -> None:
    async with rig() as at:
        at.sandbox.faults.order_failures = 1
        await at.submit()
        at.sandbox.faults.rest_status = 503
        await asyncio.sleep(30)
        assert at.gateway.order("me-1").state is OrderState.UNKNOWN
        at.sandbox.faults.rest_status = None
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)


# ---------------------------------------------------------------------- restarts


@pytest.mark.parametrize("product", EVERYWHERE)
@virtual_time
async def test_g34_a_run_that_ended_while_sending_is_resolved_by_the_next(product: str) -> None:
    async with rig(product) as at:
        at.sandbox.faults.rest_delay_s = 3.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await at.submit()
        killed = at.store.contents[:]  # the intent, and no more
        assert len(killed) == 1
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        at.sandbox.faults.rest_delay_s = 0.0
        at.events.clear()
        following = at.again(killed)
        await following.recover(at.journal.entries())
        assert at.kinds == ["OrderOutcomeUnknown"]
        await following.reconcile(product)
        assert following.order("me-1").state is OrderState.OPEN


@virtual_time
async def test_g34_a_journal_that_does_not_hold_together_is_not_gone_on_with() -> None:
    async with rig() as at:
        await at.journal.append([journal.Sent(at_ns=1, client_order_id="ghost")])
        with pytest.raises(
            StoreError, match=r"entry 1 .* 'ghost', which nobody placed before; rest"
        ):
            await at.gateway.recover(at.journal.entries())


@virtual_time
async def test_a_journal_that_takes_long_to_read_says_what_shortens_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with rig() as at:
        intent = journal.Submitted(at_ns=1, product=SPOT, command=at.command())

        async def entries(took_s: float) -> AsyncIterator[journal.Entry]:
            await asyncio.sleep(took_s)
            yield intent

        await at.again(()).recover(entries(4.0))
        assert "journal carry" not in caplog.text
        await at.again(()).recover(entries(7.0))
        assert (
            "the journal took 7 s to read, for it has 1 entries; `tickwright journal carry`"
            in caplog.text
        )


@virtual_time
async def test_g34_an_intent_that_was_never_sent_is_proven_absent_after_a_restart() -> None:
    async with rig() as at:
        intent = journal.Submitted(at_ns=1, product=SPOT, command=at.command())
        await at.journal.append([intent])
        await at.gateway.recover(at.journal.entries())
        await at.gateway.reconcile(SPOT)
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.REJECTED)


@both
@virtual_time
async def test_g08_what_happened_during_an_outage_is_told_once_after_it(product: str) -> None:
    async with rig(product) as at:
        await at.submit()
        await at.submit(price=D(59000))
        rows = at.store.contents[:]
        await at.desk.cancel_all(at.instrument)
        await at.desk.submit("other", at.desk.calls.submit(at.command(), at.instrument))
        at.events.clear()
        following = at.again(rows)
        await following.recover(at.journal.entries())
        await following.reconcile(product)
        assert at.kinds.count("OrderCanceled") == 2
        external = following.order("me-3")
        assert external.is_external
        assert external.state is OrderState.OPEN
        count = len(at.events)
        await following.reconcile(product)
        assert len(at.events) == count
        at.gateway = following
        assert (await following.cancel("me-3")).state is OrderState.CANCELED


# ---------------------------------------------------------------------- one order holds up nobody


def refuse_questions(at: Rig, monkeypatch: pytest.MonkeyPatch, refusal: VenueRejected) -> None:
    """Let every question about one order be refused."""
    answered = at.rest.call

    async def call(asked: Any, **more: Any) -> Any:
        if asked.method == "GET" and "openOrders" not in asked.path and "rder" in asked.path:
            raise refusal
        return await answered(asked, **more)

    monkeypatch.setattr(at.rest, "call", call)


@virtual_time
async def test_an_order_that_the_venue_neither_lists_nor_finds_any_more_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rig() as at:
        await at.submit()
        await at.desk.cancel_all(at.instrument)
        gone = VenueRejected(400, -2013, "Order does not exist.", "GET /api/v3/order")
        refuse_questions(at, monkeypatch, gone)
        await at.gateway.reconcile(SPOT)
        assert at.gateway.order("me-1").state is OrderState.OPEN, "one answer proves nothing"
        await at.until(lambda: at.gateway.order("me-1").state.is_final)
        order = at.gateway.order("me-1")
        assert (order.state, order.code) == (OrderState.EXPIRED, "GONE")
        assert at.recorder.board.pending(at.instrument.id)[0] == 0


@virtual_time
async def test_an_order_of_which_the_venue_says_nothing_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rig() as at:
        await at.submit()
        await at.desk.cancel_all(at.instrument)
        refuse_questions(at, monkeypatch, VenueRejected(400, -9999, "No.", "GET /api/v3/order"))
        session = at.private()
        await session.wait_ready()
        assert at.gateway.order("me-1").state is OrderState.OPEN
        monkeypatch.undo()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.CANCELED)


@everywhere
@virtual_time
async def test_an_order_of_an_instrument_that_is_not_listed_any_more_holds_up_nobody(
    product: str,
) -> None:
    async with rig(product) as at:
        old = SubmitOrder(
            client_order_id="old-1",
            instrument=IDS[product].replace("BTC", "LUNA"),
            side=Side.BUY,
            quantity=D(1),
            price=D(1),
        )
        await at.journal.append([journal.Submitted(at_ns=1, product=product, command=old)])
        await at.gateway.recover(at.journal.entries())
        session = at.private()
        await session.wait_ready()
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        refused, canceled = await at.gateway.cancel_many(["old-1", "me-1"])
        assert "LUNA" in str(refused)
        assert isinstance(canceled, Order)
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.CANCELED)


# ---------------------------------------------------------------------- others' orders


@everywhere
@virtual_time
async def test_g01_an_order_of_the_same_name_that_somebody_else_placed_is_not_ours(
    product: str,
) -> None:
    async with rig(product) as at:
        theirs = at.command(client_order_id="entry-1")
        await at.desk.submit("entry-1", at.desk.calls.submit(theirs, at.instrument))
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = False
        ours = await at.submit(client_order_id="entry-1", side=Side.SELL, price=D(70000))
        assert ours.state is OrderState.UNKNOWN
        await at.until(lambda: at.gateway.order("entry-1").state.is_final)
        assert at.gateway.order("entry-1").code == "NEVER_ARRIVED"
        (other,) = [order for order in at.gateway.board.orders() if order.is_external]
        assert other.command.side is Side.BUY
        assert other.state is OrderState.OPEN
