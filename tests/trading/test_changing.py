"""Orders that are changed and canceled, many at once, and before anybody knows whether they are there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, EVERYWHERE, SPOT, USDM, Rig, rig

from tickwright.errors import (
    ConnectivityError,
    NotSupported,
    StoreError,
    UsageError,
    VenueError,
    VenueRejected,
)
from tickwright.model.market import Side
from tickwright.model.orders import (
    AmendOrder,
    Fill,
    Order,
    OrderReport,
    OrderState,
    ReportedState,
    Trigger,
    TriggerKind,
)
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.journal import Executed


D = Decimal
OPEN, CANCELED, UNKNOWN = OrderState.OPEN, OrderState.CANCELED, OrderState.UNKNOWN
everywhere = pytest.mark.parametrize("product", EVERYWHERE)


async def open_orders(at: Rig, count: int) -> list[str]:
    """Place so many orders that rest, and return their names."""
    orders = [(at.command(price=D(60000 - 10 * place)), at.instrument) for place in range(count)]
    return [order.client_order_id for order in await at.gateway.submit_many(orders)]


def paths(at: Rig, *methods: str) -> list[str]:
    requests = at.sandbox.venue.rest(at.product).requests
    return [each.path for each in requests if each.method in methods]


# ---------------------------------------------------------------------- cancels


@everywhere
@virtual_time
async def test_many_orders_are_canceled_at_once(product: str) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 3)
        results = await at.gateway.cancel_many(names)
        assert [order.state for order in results if isinstance(order, Order)] == [CANCELED] * 3
        assert at.kinds.count("OrderCanceled") == 3


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (SPOT, ["/api/v3/order"] * 11),
        (USDM, ["/fapi/v1/batchOrders", "/fapi/v1/order"]),
        (BYBIT_SPOT, ["/v5/order/cancel", "/v5/order/cancel-batch"]),
        (BYBIT_LINEAR, ["/v5/order/cancel", "/v5/order/cancel-batch"]),
    ],
)
@virtual_time
async def test_cancels_go_in_the_batches_of_the_venue(product: str, expected: list[str]) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 11)
        await at.gateway.cancel_many(names)
        sent = paths(at, "POST" if product.startswith("bybit") else "DELETE")
        assert sorted(path for path in sent if "create" not in path) == expected


@everywhere
@virtual_time
async def test_of_many_cancels_each_finds_out_what_became_of_its_order(product: str) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 2)
        await at.desk.cancel_all(at.instrument)  # behind our back
        names += await open_orders(at, 2)
        results = await at.gateway.cancel_many(names)
        assert [order.state for order in results if isinstance(order, Order)] == [CANCELED] * 4


@everywhere
@virtual_time
async def test_g01_cancels_whose_answer_is_lost_are_followed_up(product: str) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 2)
        at.sandbox.faults.replies_lost = 1
        results = await at.gateway.cancel_many(names)
        assert any(isinstance(result, Exception) for result in results)
        await at.until(lambda: all(order.state is CANCELED for order in at.gateway.board.orders()))


@everywhere
@virtual_time
async def test_who_stops_waiting_for_cancels_leaves_their_orders_to_be_found_out(
    product: str,
) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 3)
        at.sandbox.faults.rest_delay_s = 2.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await at.gateway.cancel_many(names)
        at.sandbox.faults.rest_delay_s = 0.0
        # Whether they arrived is the venue's to say: each order is what it is there.
        await asyncio.sleep(30.0)
        left = {report.report.client_order_id for report in await at.desk.open_orders()}
        assert left == {name for name in names if at.gateway.order(name).state is OPEN}


# ---------------------------------------------------------------------- cancels in the dark


@asynccontextmanager
async def on_its_way(at: Rig) -> AsyncIterator[str]:
    """Let an order take two seconds to the venue, and yield its name while nobody there knows of it."""
    await at.desk.balances()  # the venue's clock is known from now on
    at.sandbox.faults.rest_delay_s = 2.0
    async with asyncio.TaskGroup() as group:
        placing = group.create_task(at.submit())
        await asyncio.sleep(0.5)
        at.sandbox.faults.rest_delay_s = 0.0
        yield "me-1"
        assert not placing.done()


@everywhere
@virtual_time
async def test_an_order_that_nobody_knows_of_is_canceled_once_it_turns_up(product: str) -> None:
    async with rig(product) as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.query_lag_s = 3.0  # it is there, and cannot be seen yet
        await at.submit()
        at.sandbox.faults.replies_lost = 1  # and the first cancel tells nothing
        await asyncio.gather(at.gateway.cancel("me-1"), return_exceptions=True)
        await asyncio.sleep(3.0)
        at.sandbox.faults.query_lag_s = 0.0
        await at.until(lambda: at.gateway.order("me-1").state is CANCELED)


@everywhere
@virtual_time
async def test_a_cancel_that_overtakes_its_order_is_sent_again_when_that_arrives(
    product: str,
) -> None:
    async with rig(product) as at:
        async with on_its_way(at) as name:
            overtaken = await at.gateway.cancel(name)
            assert not overtaken.state.is_final
        await at.until(lambda: at.gateway.order("me-1").state is CANCELED)


@virtual_time
async def test_a_late_cancel_is_tried_until_it_arrives() -> None:
    async with rig() as at:
        async with on_its_way(at) as name:
            await at.gateway.cancel(name)
            at.sandbox.faults.order_failures = 0
        at.sandbox.faults.rest_status = 503
        await asyncio.sleep(10.0)
        at.sandbox.faults.rest_status = None
        await at.until(lambda: at.gateway.order(name).state is CANCELED)


@virtual_time
async def test_a_late_cancel_leaves_although_it_cannot_be_written_down() -> None:
    async with rig() as at:
        append = at.store.append_nowait

        def full(rows: Sequence[bytes]) -> int:
            if b'"cancelasked"' in rows[0]:
                raise StoreError("the disk is full")
            return append(rows)

        async with on_its_way(at) as name:
            await at.gateway.cancel(name)
            at.store.append_nowait = full  # type: ignore[method-assign]  # a disk that fails
        await at.until(lambda: at.gateway.order(name).state is CANCELED)


@virtual_time
async def test_an_order_that_never_arrived_needs_no_cancel() -> None:
    async with rig() as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = False
        await at.submit()
        assert (await at.gateway.cancel("me-1")).state is UNKNOWN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.REJECTED)


@everywhere
@virtual_time
async def test_g34_a_restart_remembers_what_was_to_be_canceled(product: str) -> None:
    async with rig(product) as at:
        async with on_its_way(at) as name:
            await at.gateway.cancel(name)
            killed = at.store.contents[:]
            at.gateway._changes._unwanted.clear()  # the process ends here
        await at.until(lambda: at.gateway.order(name).state is OPEN)
        following = at.again(killed)
        await following.recover(at.journal.entries())
        assert following.order(name).state is UNKNOWN
        await following.reconcile(product)
        await at.until(lambda: following.order(name).state is CANCELED)


# ---------------------------------------------------------------------- amendments


@everywhere
@virtual_time
async def test_many_orders_are_amended_at_once(product: str) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 3)
        commands = [AmendOrder(client_order_id=name, quantity=D("0.03")) for name in names]
        results = await at.gateway.amend_many(commands)
        assert [order.quantity for order in results if isinstance(order, Order)] == [D("0.03")] * 3
        assert at.kinds.count("OrderAmended") == 3


@virtual_time
async def test_of_many_amendments_each_is_refused_for_itself() -> None:
    async with rig(USDM) as at:
        first, second = await open_orders(at, 2)
        results = await at.gateway.amend_many(
            [
                AmendOrder(client_order_id=first, price=D("59000.001")),
                AmendOrder(client_order_id=second, price=D(59000)),
            ]
        )
        assert isinstance(results[0], VenueError)
        assert at.gateway.order(first).price == D(60000)
        assert results[1] == at.gateway.order(second)
        assert at.gateway.order(second).price == D(59000)
        assert paths(at, "PUT") == ["/fapi/v1/batchOrders"]


@virtual_time
async def test_what_cannot_be_amended_is_refused_before_anything_is_sent() -> None:
    async with rig(SPOT) as at:
        first, second = await open_orders(at, 2)
        with pytest.raises(NotSupported, match=r"orders\.replace"):
            await at.gateway.amend_many(
                [
                    AmendOrder(client_order_id=first, quantity=D("0.03")),
                    AmendOrder(client_order_id=second, price=D(59000)),
                ]
            )
        assert paths(at, "PUT") == []


# ---------------------------------------------------------------------- answers that do not tell


@virtual_time
async def test_g01_an_amend_whose_outcome_is_unknown_does_not_pass_for_done() -> None:
    async with rig(USDM) as at:
        await at.submit()
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = False  # not yet, as far as anybody can know
        with pytest.raises(ConnectivityError, match="nobody knows yet"):
            await at.gateway.amend(AmendOrder(client_order_id="me-1", quantity=D("0.02")))
        assert at.gateway.order("me-1").quantity == D("0.05")


@virtual_time
async def test_g01_an_amend_that_was_taken_and_not_carried_out_does_not_pass_for_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rig(BYBIT_LINEAR) as at:
        order = await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OPEN)

        async def answers(*about: object) -> list[object]:
            return [
                OrderReport(
                    client_order_id="me-1",
                    instrument=order.command.instrument,
                    state=ReportedState.QUEUED,
                    received_ts_ns=1,
                )
            ]

        monkeypatch.setattr(at.desk, "answers", answers)
        with pytest.raises(ConnectivityError, match="the venue took the request"):
            await at.gateway.amend(AmendOrder(client_order_id="me-1", quantity=D("0.02")))


@virtual_time
async def test_an_order_that_has_ended_or_is_named_twice_is_not_amended() -> None:
    async with rig() as at:
        (name,) = await open_orders(at, 1)
        change = AmendOrder(client_order_id=name, quantity=D("0.02"))
        with pytest.raises(UsageError, match="named twice"):
            await at.gateway.amend_many([change, change])
        await at.gateway.cancel(name)
        with pytest.raises(UsageError, match=r"has ended \(canceled\)"):
            await at.gateway.amend(change)


@virtual_time
async def test_a_cancel_after_which_the_order_is_open_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rig() as at:
        await at.submit()

        async def answers(*about: object) -> list[object]:
            return [VenueRejected(400, -2011, "Unknown order sent.", "DELETE /api/v3/order")]

        monkeypatch.setattr(at.desk, "answers", answers)
        with pytest.raises(VenueRejected, match="Unknown order"):
            await at.gateway.cancel("me-1")
        assert at.gateway.order("me-1").state is OPEN


@everywhere
@virtual_time
async def test_a_full_disk_keeps_no_cancel_from_the_venue(product: str) -> None:
    async with rig(product) as at:
        names = await open_orders(at, 3)
        await at.until(lambda: all(at.gateway.order(name).state is OPEN for name in names))
        append = at.store.append_nowait

        def full(rows: Sequence[bytes]) -> int:
            raise StoreError("the disk is full")

        at.store.append_nowait = full  # type: ignore[method-assign]  # a disk that fails
        with pytest.raises(StoreError):
            await at.gateway.cancel(names[0])
        with pytest.raises(StoreError):
            await at.gateway.cancel_all()
        assert await at.desk.open_orders() == []
        at.store.append_nowait = append  # type: ignore[method-assign]  # the same disk, tidied up
        await at.until(lambda: all(at.gateway.order(name).state is CANCELED for name in names))


@everywhere
@virtual_time
async def test_a_stop_that_triggered_unheard_is_canceled_as_the_order_that_it_became(
    product: str,
) -> None:
    async with rig(product) as at:
        stop = Trigger(kind=TriggerKind.STOP, price=D(64990))
        await at.submit(side=Side.SELL, price=D(65900), trigger=stop)
        await at.until(lambda: at.gateway.order("me-1").state is OPEN)
        falling = at.command(client_order_id="other", side=Side.SELL, price=D(64900), quantity=D(2))
        await at.desk.submit("other", at.desk.calls.submit(falling, at.instrument))
        await asyncio.sleep(3.0)
        canceled = await at.gateway.cancel("me-1")
        assert (canceled.state, canceled.is_working) == (CANCELED, True), "it has triggered"
        left = {each.report.client_order_id for each in await at.desk.open_orders()}
        assert "me-1" not in left


@virtual_time
async def test_g10_executions_that_cannot_be_read_yet_when_a_cancel_comes_too_late_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with rig() as at:
        order = await at.submit()
        told = [(), (Fill(trade_id="1", price=D(60000), quantity=D("0.05")),)]

        async def answers(*about: object) -> list[object]:
            return [VenueRejected(400, -2011, "Unknown order sent.", "DELETE /api/v3/order")]

        async def query(*about: object) -> list[object]:
            report = OrderReport(
                client_order_id="me-1",
                instrument=order.command.instrument,
                state=ReportedState.FILLED,
                received_ts_ns=1,
                venue_order_id=order.venue_order_id,
                filled_quantity=D("0.05"),
            )
            return [at.desk.reported(report)]

        async def executions(*about: object) -> object:
            return Executed(at_ns=1, client_order_id="me-1", fills=told.pop(0))

        for fake in (answers, query, executions):
            monkeypatch.setattr(at.desk, fake.__name__, fake)
        late = await at.gateway.cancel("me-1")
        assert (late.state, late.missing_quantity) == (OrderState.FILLED, D("0.05"))
        await at.until(lambda: at.filled == D("0.05"))
