"""Orders that somebody else placed on the account, and what was placed before anybody listened, at the sandbox in memory."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.trading.rig import SPOT, USDM, Rig, rig

from tickwright.model.instrument import Instrument
from tickwright.model.market import Side
from tickwright.model.orders import (
    Order,
    OrderReport,
    OrderState,
    Trigger,
    TriggerBy,
    TriggerKind,
)
from tickwright.testing.virtual_time import virtual_time
from tickwright.venues.base import RestCall
from tickwright.venues.binance.usdm_trading import UsdmTrading


D = Decimal
STOP = Trigger(kind=TriggerKind.STOP, price=D(63000))


async def seen_anew(at: Rig, **changes: Any) -> Order:
    """Place an order, and return how a run sees it that knows nothing of it: as somebody else's."""
    placed = await at.submit(**changes)
    at.again(())
    await at.private().wait_ready()
    return at.gateway.order(placed.client_order_id)


@pytest.mark.parametrize("product", [SPOT, USDM])
@pytest.mark.parametrize("price", [None, D(62900)])
@virtual_time
async def test_a_stop_of_somebody_else_s_is_seen_to_wait_and_can_be_canceled(
    product: str, price: Decimal | None
) -> None:
    async with rig(product) as at:
        order = await seen_anew(at, side=Side.SELL, price=price, trigger=STOP)
        assert order.is_external
        assert (order.state, order.is_working) == (OrderState.OPEN, False)
        assert (order.command.trigger, order.command.price) == (STOP, price)
        assert (await at.gateway.cancel(order.client_order_id)).state is OrderState.CANCELED
        assert await at.desk.open_orders() == []


@pytest.mark.parametrize("product", [SPOT, USDM])
@virtual_time
async def test_a_stop_that_somebody_else_places_now_is_told_with_its_trigger(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        wanted = at.command(side=Side.SELL, price=D(62900), trigger=STOP)
        await at.desk.submit("", at.desk.calls.submit(wanted, at.instrument))
        name = wanted.client_order_id
        await at.until(lambda: name in at.recorder.board)
        order = at.gateway.order(name)
        assert (order.is_external, order.is_working) == (True, False)
        assert order.command.trigger == STOP
        assert (await at.gateway.cancel(name)).state is OrderState.CANCELED


@virtual_time
async def test_what_takes_the_place_of_somebody_else_s_stop_is_a_stop() -> None:
    async with rig(SPOT) as at:
        order = await seen_anew(at, side=Side.SELL, price=D(62900), trigger=STOP)
        lower = msgspec.structs.replace(order.command, client_order_id="new", price=D(62800))
        replaced = await at.gateway.replace(order.client_order_id, lower)
        assert (replaced.state, replaced.is_working) == (OrderState.OPEN, False)
        (shown,) = await at.desk.open_orders()
        assert shown.report.terms is not None
        assert (shown.report.terms.trigger, shown.report.price) == (STOP, D(62800))


@virtual_time
async def test_terms_of_somebody_else_s_orders_are_kept_on_futures() -> None:
    async with rig(USDM) as at:
        trigger = Trigger(kind=TriggerKind.TAKE_PROFIT, price=D(67000), by=TriggerBy.MARK)
        order = await seen_anew(at, side=Side.SELL, price=None, trigger=trigger, reduce_only=True)
        assert (order.command.trigger, order.command.reduce_only) == (trigger, True)
        assert order.is_understood


@virtual_time
async def test_a_stop_that_closes_the_whole_position_is_known_and_can_be_canceled() -> None:
    async with rig(USDM) as at:
        params = (
            ("algoType", "CONDITIONAL"), ("symbol", at.instrument.symbol), ("side", "SELL"),
            ("type", "STOP_MARKET"), ("triggerPrice", "63000"), ("closePosition", "true"),
            ("clientAlgoId", "theirs"),
        )  # fmt: skip
        await at.buy_now()
        call = at.desk.calls.submit(at.command(trigger=STOP, side=Side.SELL), at.instrument)
        await at.rest.call(msgspec.structs.replace(call, params=params))
        await at.private().wait_ready()
        order = at.gateway.order("theirs")
        assert (order.state, order.is_understood) == (OrderState.OPEN, False)
        assert order.command.trigger == STOP
        assert (await at.gateway.cancel("theirs")).state is OrderState.CANCELED


@pytest.mark.parametrize("product", [SPOT, USDM])
@virtual_time
async def test_g25_words_that_nobody_knows_keep_no_product_from_being_ready(product: str) -> None:
    async with rig(product) as at:
        for changes in (
            {},
            {"price": D(59000)},
            {"side": Side.SELL, "price": None, "trigger": STOP},
        ):
            await at.submit(**changes)
        at.sandbox.faults.unknown_enums = True
        await at.private().wait_ready()
        assert all(order.state is OrderState.OPEN for order in at.recorder.board.orders())


# ---------------------------------------------------------------------- what happened before


async def make_the_price_fall(at: Rig) -> None:
    call = at.desk.calls.submit(
        at.command(client_order_id="theirs", side=Side.SELL, price=None, quantity=D("0.85")),
        at.instrument,
    )
    await at.desk.submit("theirs", call)


@pytest.mark.parametrize("product", [SPOT, USDM])
@virtual_time
async def test_g08_a_stop_that_was_triggered_while_nobody_listened_is_filled_when_ready_is_said(
    product: str,
) -> None:
    async with rig(product) as at:
        near = Trigger(kind=TriggerKind.STOP, price=D(64999))
        await at.submit(side=Side.SELL, price=None, trigger=near)
        await make_the_price_fall(at)
        await at.private().wait_ready()
        order = at.gateway.order("me-1")
        assert (order.state, order.missing_quantity) == (OrderState.FILLED, 0)
        assert order.fills


class Forgetful(UsdmTrading):
    """Calls at a venue whose service for orders that wait does not know the one that is asked for."""

    def query(self, order: Order, instrument: Instrument) -> RestCall[OrderReport]:
        call = super().query(order, instrument)
        if call.path != "/fapi/v1/algoOrder":
            return call
        return msgspec.structs.replace(call, params=(("clientAlgoId", "forgotten"),))


@virtual_time
async def test_g08_a_stop_that_its_service_has_forgotten_is_found_where_it_went() -> None:
    async with rig(USDM) as at:
        near = Trigger(kind=TriggerKind.STOP, price=D(64999))
        await at.submit(side=Side.SELL, price=None, trigger=near)
        await at.submit(side=Side.SELL, price=None, trigger=STOP)
        await at.desk.cancel_all(at.instrument)
        await at.submit(side=Side.SELL, price=None, trigger=near)
        await make_the_price_fall(at)
        at.desk.calls = Forgetful()
        await at.private().wait_ready()
        states = [at.gateway.order(f"me-{number}").state for number in (1, 2, 3)]
        assert states == [OrderState.CANCELED, OrderState.CANCELED, OrderState.FILLED]


@virtual_time
async def test_g01_a_stop_whose_answer_was_lost_is_found_as_the_order_that_it_became() -> None:
    async with rig(USDM) as at:
        at.sandbox.faults.order_failures = 1
        at.sandbox.faults.order_failure_executes = True
        near = Trigger(kind=TriggerKind.STOP, price=D(64999))
        lost = await at.submit(side=Side.SELL, price=None, trigger=near)
        assert lost.state is OrderState.UNKNOWN
        await make_the_price_fall(at)
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.FILLED)
        assert at.gateway.order("me-1").fills
