"""Orders that are placed together: written down together, answered one by one, and found out one by one."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests.trading.rig import (
    BYBIT_LINEAR,
    BYBIT_SPOT,
    EVERYWHERE,
    SPOT,
    USDM,
    OverSocket,
    Rig,
    rig,
)

from tickwright.core.ordercheck import Denial
from tickwright.errors import NotSupported, StoreError, UsageError
from tickwright.model.market import Side
from tickwright.model.orders import Order, OrderState, SubmitOrder, Trigger, TriggerKind
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.claims import Wanted


D = Decimal
OPEN, UNKNOWN = OrderState.OPEN, OrderState.UNKNOWN
everywhere = pytest.mark.parametrize("product", EVERYWHERE)
batches = pytest.mark.parametrize("product", [USDM, BYBIT_SPOT, BYBIT_LINEAR])


def orders(at: Rig, count: int, **changes: Any) -> list[Wanted]:
    """Return so many orders that rest at prices of their own."""
    return [
        (at.command(price=D(60000 - 10 * place), **changes), at.instrument)
        for place in range(count)
    ]


def posts(at: Rig) -> list[str]:
    return [
        request.path
        for request in at.sandbox.venue.rest(at.product).requests
        if request.method == "POST"
    ]


async def entries(at: Rig) -> list[str]:
    return [type(entry).__name__ async for entry in at.journal.entries()]


# ---------------------------------------------------------------------- many at once


@everywhere
@virtual_time
async def test_many_orders_are_placed_and_each_is_an_order_of_its_own(product: str) -> None:
    async with rig(product) as at:
        placed = await at.gateway.submit_many(orders(at, 3))
        assert [order.client_order_id for order in placed] == ["me-1", "me-2", "me-3"]
        assert {order.state for order in placed} == {OPEN}
        assert at.kinds.count("OrderSent") == at.kinds.count("OrderAccepted") == 3
        canceled = await at.gateway.cancel("me-2")
        assert canceled.state is OrderState.CANCELED
        assert at.gateway.order("me-3").state is OPEN


@pytest.mark.parametrize(
    ("product", "count", "paths"),
    [
        (SPOT, 3, ["/api/v3/order"] * 3),
        (USDM, 11, ["/fapi/v1/batchOrders", "/fapi/v1/batchOrders", "/fapi/v1/order"]),
        (BYBIT_SPOT, 11, ["/v5/order/create", "/v5/order/create-batch"]),
        (BYBIT_LINEAR, 4, ["/v5/order/create-batch"]),
    ],
)
@virtual_time
async def test_a_list_is_cut_into_the_batches_of_the_venue(
    product: str, count: int, paths: list[str]
) -> None:
    async with rig(product) as at:
        placed = await at.gateway.submit_many(orders(at, count, quantity=D("0.01")))
        assert {order.state for order in placed} == {OPEN}
        assert sorted(posts(at)) == paths


@everywhere
@virtual_time
async def test_g34_the_intents_of_all_are_written_before_any_is_sent(product: str) -> None:
    async with rig(product) as at:
        at.sandbox.faults.rest_delay_s = 3.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await at.gateway.submit_many(orders(at, 3))
        assert await entries(at) == ["Submitted"] * 3
        killed = at.store.contents[:]
        await at.until(lambda: at.gateway.order("me-3").state is OPEN)
        at.sandbox.faults.rest_delay_s = 0.0
        following = at.again(killed)
        await following.recover(at.journal.entries())
        assert {order.state for order in following.board.orders()} == {UNKNOWN}
        await following.reconcile(product)
        assert {order.state for order in following.board.orders()} == {OPEN}


@everywhere
@virtual_time
async def test_g01_a_lost_answer_leaves_each_unknown_and_each_is_found(product: str) -> None:
    async with rig(product) as at:
        at.sandbox.faults.replies_lost = 1
        placed = await at.gateway.submit_many(orders(at, 3))
        lost = [order for order in placed if order.state is UNKNOWN]
        assert len(lost) == (
            1 if product == SPOT else 3
        )  # spot has no batches: one order a request
        await at.until(lambda: all(order.state is OPEN for order in at.gateway.board.orders()))
        assert at.kinds.count("OrderAccepted") == 3


@batches
@virtual_time
async def test_g01_a_batch_that_never_arrived_is_proven_absent_order_by_order(
    product: str,
) -> None:
    async with rig(product) as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = False
        placed = await at.gateway.submit_many(orders(at, 2))
        assert {order.state for order in placed} == {UNKNOWN}
        await at.until(lambda: all(order.state.is_final for order in at.gateway.board.orders()))
        assert {order.code for order in at.gateway.board.orders()} == {"NEVER_ARRIVED"}
        assert len(posts(at)) == 1  # and nothing was sent again (G2)


@batches
@virtual_time
async def test_of_a_batch_each_order_is_refused_for_itself(product: str) -> None:
    async with rig(product) as at:
        wanted = orders(at, 2)
        wanted.insert(1, (at.command(price=D("60000.001")), at.instrument))  # off its tick
        first, second, third = await at.gateway.submit_many(wanted)
        assert (first.state, third.state) == (OPEN, OPEN)
        assert (second.state, second.code) == (OrderState.REJECTED, "FILTER")


@everywhere
@virtual_time
async def test_a_denied_order_leaves_out_itself_and_the_others_go(product: str) -> None:
    async with rig(product) as at:

        def check(command: SubmitOrder, *_: object, **__: object) -> Denial | None:
            return Denial("MINE", "not this one") if command.client_order_id == "me-2" else None

        at.check = check
        first, second, third = await at.gateway.submit_many(orders(at, 3))
        assert (first.state, third.state) == (OPEN, OPEN)
        assert (second.state, second.code) == (OrderState.DENIED, "MINE")
        assert (await entries(at))[:4] == [*["Submitted"] * 3, "Denied"]


@virtual_time
async def test_orders_that_leave_together_are_shown_to_the_checks_of_those_behind_them() -> None:
    async with rig(USDM) as at:
        seen: list[list[str]] = []

        def check(
            command: SubmitOrder, *_: object, besides: Any = (), **__: object
        ) -> Denial | None:
            seen.append([each.client_order_id for each in besides])
            return Denial("MINE", "not this one") if command.client_order_id == "me-1" else None

        at.check = check
        await at.gateway.submit_many(orders(at, 3))
        assert seen == [[], [], ["me-2"]]  # what is denied does not count
        await at.submit()
        assert seen[-1] == []  # what the board has is counted there


@virtual_time
async def test_one_order_that_cannot_be_keeps_all_of_them_from_leaving() -> None:
    async with rig(SPOT) as at:
        wanted = [*orders(at, 2), (at.command(reduce_only=True), at.instrument)]
        with pytest.raises(NotSupported):
            await at.gateway.submit_many(wanted)
        same = at.command()
        with pytest.raises(UsageError, match="used once"):
            await at.gateway.submit_many([(same, at.instrument), (same, at.instrument)])
        assert await entries(at) == []
        assert await at.gateway.submit_many([]) == []
        # A name that was refused with others is still free.
        assert (await at.gateway.submit(same, at.instrument)).state is OPEN


@virtual_time
async def test_conditional_orders_of_futures_go_one_by_one_beside_a_batch() -> None:
    async with rig(USDM) as at:
        stop = at.command(
            side=Side.SELL, price=None, trigger=Trigger(kind=TriggerKind.STOP, price=D(50000))
        )
        placed = await at.gateway.submit_many([*orders(at, 2), (stop, at.instrument)])
        assert {order.state for order in placed} == {OPEN}
        assert sorted(posts(at)) == ["/fapi/v1/algoOrder", "/fapi/v1/batchOrders"]


# ---------------------------------------------------------------------- one ends the other


def legs(at: Rig, **changes: Any) -> tuple[SubmitOrder, SubmitOrder]:
    """Return a sale at a profit, and one at a loss."""
    common = {"side": Side.SELL, "quantity": D("0.05"), **changes}
    stop = Trigger(kind=TriggerKind.STOP, price=D(60000))
    return (
        at.command(**common | {"price": D(70000), "post_only": True}),
        at.command(**common | {"price": None, "trigger": stop}),
    )


@virtual_time
async def test_the_orders_of_an_oco_are_orders_like_others() -> None:
    async with rig(SPOT) as at:
        profit, loss = await at.gateway.submit_oco(legs(at), at.instrument)
        assert (profit.state, profit.price, profit.is_working) == (OPEN, D(70000), True)
        assert (loss.state, loss.is_working) == (OPEN, False)
        assert posts(at) == ["/api/v3/orderList/oco"]


@virtual_time
async def test_a_cancel_of_one_order_of_an_oco_ends_both() -> None:
    async with rig(SPOT) as at:
        session = at.private()
        await session.wait_ready()
        await at.gateway.submit_oco(legs(at), at.instrument)
        assert (await at.gateway.cancel("me-1")).state is OrderState.CANCELED
        await at.until(lambda: at.gateway.order("me-2").state is OrderState.CANCELED)


@virtual_time
async def test_when_one_order_of_an_oco_is_filled_the_other_expires() -> None:
    async with rig(SPOT) as at:
        session = at.private()
        await session.wait_ready()
        profit, _ = legs(at)
        near = Trigger(kind=TriggerKind.STOP, price=D(64999))
        loss = at.command(side=Side.SELL, price=None, trigger=near)
        await at.gateway.submit_oco((profit, loss), at.instrument)
        await at.submit(side=Side.SELL, price=None, quantity=D("0.85"))  # the price falls
        await at.until(lambda: at.gateway.order(profit.client_order_id).state.is_final)
        ended = at.gateway.order(profit.client_order_id)
        assert (ended.state, ended.text) == (OrderState.EXPIRED, "OCO_TRIGGER")
        await at.until(lambda: at.gateway.order(loss.client_order_id).state is OrderState.FILLED)


@virtual_time
async def test_of_an_oco_the_venue_takes_both_orders_or_none() -> None:
    async with rig(SPOT) as at:
        first, second = await at.gateway.submit_oco(legs(at, quantity=D(120)), at.instrument)
        assert {first.state, second.state} == {OrderState.REJECTED}
        assert {first.code, second.code} == {"FUNDS"}


@virtual_time
async def test_of_an_oco_a_denial_of_one_denies_both() -> None:
    async with rig(SPOT) as at:

        def check(command: SubmitOrder, *_: object, **__: object) -> Denial | None:
            return None if command.trigger is None else Denial("MINE", "no stops")

        at.check = check
        first, second = await at.gateway.submit_oco(legs(at), at.instrument)
        assert {first.state, second.state} == {OrderState.DENIED}
        assert (first.code, first.text) == ("MINE", "me-2 was denied: no stops")
        assert second.text == "no stops"
        assert posts(at) == []
        assert await entries(at) == ["Submitted", "Submitted", "Denied", "Denied"]


@virtual_time
async def test_g01_an_oco_whose_answer_is_lost_is_found_order_by_order() -> None:
    async with rig(SPOT) as at:
        at.sandbox.faults.replies_lost = 1
        first, second = await at.gateway.submit_oco(legs(at), at.instrument)
        assert {first.state, second.state} == {UNKNOWN}
        await at.until(lambda: {o.state for o in at.gateway.board.orders()} == {OPEN})
        assert not at.gateway.order("me-2").is_working


@pytest.mark.parametrize("product", [USDM, BYBIT_SPOT, BYBIT_LINEAR])
@virtual_time
async def test_where_there_is_no_oco_it_says_what_to_do_and_nothing_is_written(
    product: str,
) -> None:
    async with rig(product) as at:
        with pytest.raises(NotSupported, match="cancel the one when the other is filled"):
            await at.gateway.submit_oco(legs(at), at.instrument)
        assert await entries(at) == []


# ---------------------------------------------------------------------- one in place of another


async def replaced(at: Rig, **changes: Any) -> Order:
    """Place an order, and another one in its place."""
    await at.submit()
    return await at.gateway.replace("me-1", at.command(price=D(59000), **changes))


@virtual_time
async def test_an_order_takes_the_place_of_another() -> None:
    async with rig(SPOT) as at:
        new = await replaced(at)
        assert (new.client_order_id, new.state, new.price) == ("me-2", OPEN, D(59000))
        assert at.gateway.order("me-1").state is OrderState.CANCELED
        assert posts(at) == ["/api/v3/order", "/api/v3/order/cancelReplace"]
        begun = [name for name in await entries(at) if name != "Reported"]
        assert begun == ["Submitted", "Submitted", "CancelAsked"]


@virtual_time
async def test_an_order_whose_predecessor_is_gone_is_not_placed() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        await at.desk.cancel_all(at.instrument)  # behind our back
        new = await at.gateway.replace("me-1", at.command())
        assert new.state is OrderState.REJECTED
        assert "was not canceled" in new.text
        assert "Unknown order sent" in new.text
        assert at.gateway.order("me-1").state is OrderState.CANCELED  # which was asked for


@virtual_time
async def test_a_new_order_that_is_refused_after_the_cancel_is_rejected_and_the_old_one_ended() -> (
    None
):
    async with rig(SPOT) as at:
        await at.submit()
        new = await at.gateway.replace("me-1", at.command(price=D(66000), post_only=True))
        assert (new.state, new.code) == (OrderState.REJECTED, "POST_ONLY")
        assert at.gateway.order("me-1").state is OrderState.CANCELED


@virtual_time
async def test_a_new_order_that_breaks_a_rule_leaves_the_old_one_as_it_is() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        new = await at.gateway.replace("me-1", at.command(price=D("59000.001")))
        assert (new.state, new.code) == (OrderState.REJECTED, "FILTER")
        assert at.gateway.order("me-1").state is OPEN


@virtual_time
async def test_g01_when_the_answer_is_lost_both_orders_are_found_out() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        at.sandbox.faults.replies_lost = 1
        new = await at.gateway.replace("me-1", at.command(price=D(59000)))
        assert new.state is UNKNOWN
        await at.until(lambda: at.gateway.order("me-2").state is OPEN)
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.CANCELED)
        assert len(posts(at)) == 2


@virtual_time
async def test_a_denied_order_leaves_its_predecessor_alone() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        seen: list[Order | None] = []

        def check(*_: object, in_place_of: Order | None = None, **__: object) -> Denial:
            seen.append(in_place_of)
            return Denial("KILL_SWITCH", "the kill switch is on")

        at.check = check
        new = await at.gateway.replace("me-1", at.command(price=D(59000)))
        assert new.state is OrderState.DENIED
        assert at.gateway.order("me-1").state is OPEN
        assert seen == [at.gateway.order("me-1")]
        assert "CancelAsked" not in await entries(at)


@virtual_time
async def test_an_order_that_has_ended_has_no_place_to_take() -> None:
    async with rig(SPOT) as at:
        order = await at.submit()
        await at.gateway.cancel(order.client_order_id)
        with pytest.raises(UsageError, match=r"has ended \(canceled\)"):
            await at.gateway.replace("me-1", at.command())


@pytest.mark.parametrize("product", [USDM, BYBIT_SPOT, BYBIT_LINEAR])
@virtual_time
async def test_where_nothing_can_be_replaced_it_says_what_to_do(product: str) -> None:
    async with rig(product) as at:
        await at.submit()
        with pytest.raises(NotSupported, match=r"orders\.amend"):
            await at.gateway.replace("me-1", at.command())


# ---------------------------------------------------------------------- interrupted


@virtual_time
async def test_g34_a_run_that_ended_while_replacing_is_resolved_by_the_next() -> None:
    async with rig(SPOT) as at:
        await at.submit()
        at.sandbox.faults.rest_delay_s = 3.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await at.gateway.replace("me-1", at.command(price=D(59000)))
        killed = at.store.contents[:]
        await at.until(lambda: at.gateway.order("me-2").state is OPEN)
        at.sandbox.faults.rest_delay_s = 0.0
        following = at.again(killed)
        await following.recover(at.journal.entries())
        assert [order.state for order in following.board.orders()] == [OPEN, UNKNOWN]
        await following.reconcile(SPOT)
        states = [order.state for order in following.board.orders()]
        assert states == [OrderState.CANCELED, OPEN]


@virtual_time
async def test_g34_a_run_that_ended_while_placing_an_oco_is_resolved_by_the_next() -> None:
    async with rig(SPOT) as at:
        await at.desk.balances()
        at.sandbox.faults.rest_delay_s = 3.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await at.gateway.submit_oco(legs(at), at.instrument)
        killed = at.store.contents[:]
        await at.until(lambda: at.gateway.order("me-2").state is OPEN)
        at.sandbox.faults.rest_delay_s = 0.0
        following = at.again(killed)
        await following.recover(at.journal.entries())
        await following.reconcile(SPOT)
        profit, loss = following.board.orders()
        assert (profit.state, profit.is_working) == (OPEN, True)
        assert (loss.state, loss.is_working) == (OPEN, False)


@virtual_time
async def test_g34_intents_that_cannot_be_written_leave_nothing_and_their_names_free() -> None:
    async with rig(USDM) as at:
        append = at.store.append_nowait

        def full(rows: object) -> int:
            raise StoreError("the disk is full")

        at.store.append_nowait = full  # type: ignore[method-assign]  # a disk that fails
        wanted = orders(at, 3)
        with pytest.raises(StoreError, match="full"):
            await at.gateway.submit_many(wanted)
        assert posts(at) == []
        assert len(at.gateway.board) == 0
        at.store.append_nowait = append  # type: ignore[method-assign]  # the same disk, tidied up
        assert {order.state for order in await at.gateway.submit_many(wanted)} == {OPEN}


@pytest.mark.parametrize("is_over_socket", [True, False])
@virtual_time
async def test_g12_too_many_orders_of_the_account_hold_back_orders_and_no_cancel(
    is_over_socket: bool,
) -> None:
    product = OverSocket(BYBIT_LINEAR) if is_over_socket else BYBIT_LINEAR
    async with rig(product) as at:
        resting = await at.submit()
        elsewhere = at.client()
        await asyncio.sleep(1.0)
        for _ in range(10):
            await elsewhere.call(at.desk.calls.submit(at.command(), at.instrument))
        began_s = at.clock.monotonic_s()
        refused = await at.submit()
        assert (refused.state, refused.code) == (OrderState.REJECTED, "RATE")
        await at.gateway.cancel(resting.client_order_id)
        assert at.clock.monotonic_s() - began_s < 0.5
        assert (await at.submit()).state is OrderState.OPEN
        assert at.clock.monotonic_s() - began_s > 1.0
