"""The gateway at a venue that fails in every way that leaves an order's outcome open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, EITHER_WAY, SPOT, USDM, Rig, rig

from tickwright.core.ordercheck import Denial
from tickwright.errors import (
    NotSupported,
    StoreError,
    UnknownVenue,
    UsageError,
    VenueRejected,
)
from tickwright.model.orders import AmendOrder, Order, OrderState, TimeInForce
from tickwright.testing.virtual_time import virtual_time


D = Decimal
both = pytest.mark.parametrize("product", EITHER_WAY)


async def entries(at: Rig) -> list[str]:
    return [type(entry).__name__ async for entry in at.journal.entries()]


# ---------------------------------------------------------------------- when all is well


@both
@virtual_time
async def test_an_order_that_rests_is_accepted(product: str) -> None:
    async with rig(product) as at:
        order = await at.submit()
        assert order.state is OrderState.OPEN
        assert at.kinds == ["OrderSent", "OrderAccepted"]


@both
@virtual_time
async def test_g10_an_order_that_trades_is_told_with_every_execution_once(product: str) -> None:
    async with rig(product) as at:
        order = await at.buy_now()
        assert order.state is OrderState.FILLED
        await at.until(lambda: not at.gateway.order(order.client_order_id).missing_quantity)
        assert at.filled == D("0.05")


@both
@virtual_time
async def test_a_cancel_ends_an_order_and_a_second_one_finds_it_ended(product: str) -> None:
    async with rig(product) as at:
        order = await at.submit()
        for _ in range(2):
            ended = await at.gateway.cancel(order.client_order_id)
            assert ended.state is OrderState.CANCELED
        assert at.kinds.count("OrderCanceled") == 1


@both
@virtual_time
async def test_an_amend_changes_the_order(product: str) -> None:
    async with rig(product) as at:
        order = await at.submit()
        command = AmendOrder(client_order_id=order.client_order_id, quantity=D("0.03"))
        assert (await at.gateway.amend(command)).quantity == D("0.03")
        assert at.kinds[-1] == "OrderAmended"


@virtual_time
async def test_an_amend_that_the_venue_refuses_leaves_the_order_as_it_is() -> None:
    async with rig(USDM) as at:
        order = await at.submit()
        command = AmendOrder(client_order_id=order.client_order_id, price=D("60000.001"))
        with pytest.raises(VenueRejected, match="the venue refused"):
            await at.gateway.amend(command)
        assert at.gateway.order(order.client_order_id) == order


@virtual_time
async def test_an_order_that_has_ended_is_not_amended_and_that_is_said() -> None:
    async with rig(USDM) as at:
        order = await at.submit()
        await at.gateway.cancel(order.client_order_id)
        command = AmendOrder(client_order_id=order.client_order_id, quantity=D("0.03"))
        with pytest.raises(UsageError, match=r"has ended \(canceled\); submit a new one"):
            await at.gateway.amend(command)


# ---------------------------------------------------------------------- nothing was sent


@virtual_time
async def test_g36_a_denied_order_is_journalled_told_and_never_sent() -> None:
    async with rig() as at:
        at.denial = Denial("MAX_OPEN_ORDERS", "3 orders are open, 3 are allowed")
        before = len(at.sandbox.venue.rest(SPOT).requests)
        order = await at.submit()
        assert (order.state, order.code) == (OrderState.DENIED, "MAX_OPEN_ORDERS")
        assert at.kinds == ["OrderDenied"]
        assert len(at.sandbox.venue.rest(SPOT).requests) == before
        assert await entries(at) == ["Submitted", "Denied"]


@virtual_time
async def test_what_the_venue_does_not_offer_is_refused_before_anything_is_journalled() -> None:
    async with rig() as at:
        with pytest.raises(NotSupported):
            await at.submit(reduce_only=True)
        elsewhere = msgspec.structs.replace(at.instrument, product="kraken.spot")
        with pytest.raises(UnknownVenue, match=r"binance\.spot"):
            await at.gateway.submit(at.command(), elsewhere)
        assert await entries(at) == []


@virtual_time
async def test_an_intent_that_cannot_be_journalled_is_not_sent_and_its_name_stays_free() -> None:
    async with rig() as at:
        append = at.store.append_nowait

        def full(rows: object) -> int:
            raise StoreError("the disk is full")

        at.store.append_nowait = full  # type: ignore[method-assign]  # a disk that fails
        before = len(at.sandbox.venue.rest(SPOT).requests)
        with pytest.raises(StoreError, match="full"):
            await at.submit(client_order_id="mine")
        assert len(at.sandbox.venue.rest(SPOT).requests) == before
        assert len(at.gateway.board) == 0
        at.store.append_nowait = append  # type: ignore[method-assign]  # the same disk, tidied up
        assert (await at.submit(client_order_id="mine")).state is OrderState.OPEN


@virtual_time
async def test_g34_who_goes_away_while_the_journal_is_written_has_placed_the_order() -> None:
    async with rig() as at:
        append = at.store.append

        async def slow(rows: Sequence[bytes]) -> int:
            await asyncio.sleep(1.0)
            return await append(rows)

        at.store.append = slow  # type: ignore[method-assign]  # a server that takes its time
        at.recorder.is_immediate = False
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await at.submit()
        assert not at.gateway.board.orders()
        await at.until(lambda: bool(at.gateway.board.orders()))
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)


@virtual_time
async def test_g34_what_a_journal_did_not_take_is_found_out_once_it_does() -> None:
    async with rig() as at:
        append, broken_until_s = at.store.append_nowait, at.clock.monotonic_s() + 5.0

        def restarting(rows: Sequence[bytes]) -> int:
            if at.store.contents and at.clock.monotonic_s() < broken_until_s:
                raise StoreError("the server restarts")
            return append(rows)

        at.store.append_nowait = restarting  # type: ignore[method-assign]  # a server that goes away for a while
        with pytest.raises(StoreError, match="restarts"):
            await at.submit()
        assert at.gateway.order("me-1").state is OrderState.SENT
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)


# ---------------------------------------------------------------------- the venue said no


@pytest.mark.parametrize(
    ("product", "changes", "code"),
    [
        (SPOT, {"post_only": True, "price": D(65200)}, "POST_ONLY"),
        (USDM, {"post_only": True, "price": D(65200)}, "POST_ONLY"),
        (BYBIT_SPOT, {"post_only": True, "price": D(65200)}, "POST_ONLY"),
        (BYBIT_LINEAR, {"post_only": True, "price": D(65200)}, "POST_ONLY"),
        (SPOT, {"quantity": D(20), "price": D(64000)}, "FUNDS"),
        (USDM, {"quantity": D(900), "price": D(64000)}, "FUNDS"),
    ],
)
@virtual_time
async def test_a_rejection_reads_alike_everywhere(
    product: str, changes: dict[str, Any], code: str
) -> None:
    async with rig(product) as at:
        order = await at.submit(**changes)
        assert (order.state, order.code) == (OrderState.REJECTED, code)
        assert "-" in order.text or "EC_" in order.text  # the venue's own code stands in the text


@virtual_time
async def test_an_order_that_finds_nobody_expires() -> None:
    async with rig() as at:
        order = await at.submit(time_in_force=TimeInForce.IOC)
        assert (order.state, order.text) == (OrderState.EXPIRED, "UNFILLED_IOC_QUANTITY_EXPIRED")


# ---------------------------------------------------------------------- once, and to the end


@virtual_time
async def test_g02_an_order_is_sent_once_whatever_happens() -> None:
    async with rig() as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = False
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state.is_final)
        placed = [
            request for request in at.sandbox.venue.rest(SPOT).requests if request.method == "POST"
        ]
        assert len(placed) == 1


@virtual_time
async def test_g02_of_two_that_claim_one_name_at_once_one_is_sent() -> None:
    async with rig() as at:
        tries = [at.submit(client_order_id="mine") for _ in range(2)]
        first, second = await asyncio.gather(*tries, return_exceptions=True)
        assert isinstance(first, Order)
        assert isinstance(second, UsageError)
        with pytest.raises(UsageError, match="used once"):
            await at.submit(client_order_id="mine")
        assert at.kinds == ["OrderSent", "OrderAccepted"]


@virtual_time
async def test_who_gives_up_waiting_leaves_the_order_to_the_gateway() -> None:
    async with rig() as at:
        at.sandbox.faults.rest_delay_s = 5.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)


@both
@virtual_time
async def test_a_cancel_whose_reply_is_lost_is_followed_up(product: str) -> None:
    async with rig(product) as at:
        await at.submit()
        at.sandbox.faults.replies_lost = 1
        with pytest.raises(Exception, match="lost"):
            await at.gateway.cancel("me-1")
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.CANCELED)


@virtual_time
async def test_a_cancel_of_an_order_that_is_gone_finds_out_how_it_went() -> None:
    async with rig() as at:
        order = await at.submit()
        # Somebody else cancels it, and nobody tells us.
        await at.desk.cancel_all(at.instrument)
        ended = await at.gateway.cancel(order.client_order_id)
        assert ended.state is OrderState.CANCELED
