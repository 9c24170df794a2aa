"""Orders that a limit holds up: taken back, denied in time, and never asked for at a venue that has not got them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.trading.rig import EVERYWHERE, SPOT, USDM, Rig, rig

from tickwright.io.http import HttpResponse
from tickwright.model.orders import OrderState
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.departures import WAIT_S


everywhere = pytest.mark.parametrize("product", EVERYWHERE)
DENIED, OPEN, SENT = OrderState.DENIED, OrderState.OPEN, OrderState.SENT


def silence(at: Rig, for_s: float) -> None:
    """Let nothing leave for a while, as a venue asks that is over its limits."""
    now_ns, wall_ns = at.clock.monotonic_ns(), at.clock.time_ns()
    told = HttpResponse(
        status=429,
        headers={},
        body=b"",
        sent_mono_ns=now_ns,
        received_mono_ns=now_ns,
        received_ts_ns=wall_ns,
    )
    at.rest.gate.counted(told, for_s, is_refusal=True)


def placings(at: Rig) -> Sequence[str]:
    return [
        request.path
        for request in at.sandbox.venue.rest(at.product).requests
        if request.method == "POST"
    ]


@everywhere
@virtual_time
async def test_who_cancels_an_order_that_has_not_left_takes_it_back(product: str) -> None:
    async with rig(product) as at:
        silence(at, 20.0)
        placing = at.begin(at.submit())
        await asyncio.sleep(1.0)
        began_s = at.clock.monotonic_s()
        canceled = await at.gateway.cancel("me-1")
        assert at.clock.monotonic_s() - began_s < 0.1
        assert (canceled.state, canceled.code) == (DENIED, "WITHDRAWN")
        assert (await placing).state is DENIED
        await asyncio.sleep(60.0)
        assert placings(at) == []


@virtual_time
async def test_an_order_that_is_taken_back_before_its_task_runs_does_not_leave() -> None:
    async with rig() as at:
        placing = at.begin(at.submit())
        await asyncio.sleep(0)
        assert (await at.gateway.cancel("me-1")).code == "WITHDRAWN"
        assert (await placing).state is DENIED
        assert placings(at) == []


@virtual_time
async def test_of_orders_that_leave_together_those_go_that_somebody_wants() -> None:
    async with rig(USDM) as at:
        silence(at, 20.0)
        wanted = [(at.command(), at.instrument) for _ in range(2)]
        placing = at.begin(at.gateway.submit_many(wanted))
        await asyncio.sleep(1.0)
        first = at.begin(at.gateway.cancel("me-1"))
        await placing
        await asyncio.gather(first, return_exceptions=True)
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.CANCELED)
        assert at.gateway.order("me-2").state is OPEN


@everywhere
@virtual_time
async def test_an_order_that_is_held_up_for_too_long_is_denied(product: str) -> None:
    async with rig(product) as at:
        silence(at, 3 * WAIT_S)
        began_s = at.clock.monotonic_s()
        order = await at.submit()
        assert at.clock.monotonic_s() - began_s == pytest.approx(WAIT_S)
        assert (order.state, order.code) == (DENIED, "NOT_SENT")
        assert "nothing was sent" in order.text
        await asyncio.sleep(3 * WAIT_S)
        assert placings(at) == []


@everywhere
@virtual_time
async def test_g01_an_order_that_has_not_left_is_not_looked_for_at_the_venue(product: str) -> None:
    async with rig(product) as at:
        silence(at, 25.0)
        placing = at.begin(at.submit())
        await asyncio.sleep(0.1)
        reconciling = at.begin(at.gateway.reconcile(product))
        await asyncio.sleep(20.0)
        assert at.gateway.order("me-1").state is SENT
        assert (await placing).state in (OPEN, SENT)
        await reconciling
        await asyncio.sleep(120.0)
        assert at.gateway.order("me-1").state is OPEN
        assert at.kinds.count("OrderRejected") == 0


@virtual_time
async def test_an_answer_is_waited_for_longer_than_a_turn() -> None:
    async with rig(SPOT) as at:
        at.sandbox.faults.rest_delay_s = 4.0
        silence(at, WAIT_S - 2)
        assert (await at.submit()).state is OPEN
