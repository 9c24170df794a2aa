"""Orders as a user places them, inside a sandbox."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests.app.desk import BTC, PERP, desk

from tickwright import (
    BalanceUpdates,
    CommandDenied,
    Connector,
    InvalidNumber,
    NotSupported,
    OrderEvent,
    OrderFilled,
    OrderState,
    OrderUpdates,
    Overflow,
    PositionUpdates,
    RequestTimeout,
    RiskLimits,
    Rounding,
    Trigger,
    TriggerKind,
    UnknownInstrument,
    UsageError,
)
from tickwright.app.order_fields import NewOrder
from tickwright.app.orders import Orders
from tickwright.io.http import HttpResponse
from tickwright.sandbox.account import ACCOUNT
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.live import LiveOrder


D = Decimal


@virtual_time
async def test_an_order_is_placed_amended_and_canceled() -> None:
    async with desk() as (tw, _):
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000", post_only=True)
        assert order.state is OrderState.OPEN
        assert order.client_order_id.startswith("tw-")
        await tw.orders.amend(order, quantity="0.008")
        assert order.now.quantity == D("0.008")
        assert [each.client_order_id for each in await tw.orders.open(BTC)] == [
            order.client_order_id
        ]
        await order.cancel()
        assert order.state is OrderState.CANCELED
        assert await tw.orders.open() == []
        assert [each.state for each in await tw.orders.all()] == [OrderState.CANCELED]


@pytest.mark.parametrize("instrument", [BTC, PERP])
@virtual_time
async def test_a_market_order_is_done_when_every_execution_is_known(instrument: str) -> None:
    async with desk() as (tw, _):
        order = await tw.orders.submit(instrument, "buy", quantity="0.02")
        done = await order.wait_done(timeout_s=5)
        assert done.state is OrderState.FILLED
        assert sum(fill.quantity for fill in done.fills) == D("0.02")
        assert all(fill.fee for fill in done.fills)


@virtual_time
async def test_g24_numbers_are_exact_and_rounded_only_in_a_named_direction() -> None:
    async with desk() as (tw, _):
        with pytest.raises(InvalidNumber, match="float"):
            await tw.orders.submit(BTC, "buy", quantity=0.1, price="60000")  # type: ignore[arg-type]  # what is refused
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000.001")
        assert (order.state, order.now.code) == (OrderState.DENIED, "INSTRUMENT_RULES")
        fitted = await tw.orders.submit(
            BTC, "buy", quantity="0.0100009", price="60000.009", rounding=Rounding.DOWN
        )
        assert (fitted.now.quantity, fitted.now.price) == (D("0.01"), D("60000.00"))


@virtual_time
async def test_g36_the_user_s_limits_deny_and_say_by_how_much() -> None:
    risk = RiskLimits(max_order_notional=D(1000), max_open_orders=1, price_collar=D("0.05"))
    async with desk(risk=risk) as (tw, _):
        large = await tw.orders.submit(BTC, "buy", quantity="1", price="60000")
        assert (large.state, large.now.code) == (OrderState.DENIED, "MAX_ORDER_NOTIONAL")
        blind = await tw.orders.submit(BTC, "buy", quantity="0.001", price="64000")
        assert blind.now.code == "PRICE_COLLAR"
        await tw.book(BTC)
        fine = await tw.orders.submit(BTC, "buy", quantity="0.001", price="64000")
        assert fine.state is OrderState.OPEN
        second = await tw.orders.submit(BTC, "buy", quantity="0.001", price="64000")
        assert second.now.code == "MAX_OPEN_ORDERS"


@virtual_time
async def test_g36_the_kill_switch_cancels_everything_and_lets_nothing_leave() -> None:
    async with desk() as (tw, _):
        for instrument in (BTC, PERP):
            await tw.orders.submit(instrument, "buy", quantity="0.01", price="60000")
        killed = await tw.orders.kill()
        assert {order.state for order in killed} == {OrderState.CANCELED}
        late = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert late.now.code == "KILL_SWITCH"
        await tw.orders.revive()
        again = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert again.state is OrderState.OPEN


@virtual_time
async def test_cancel_all_of_one_instrument_leaves_the_others() -> None:
    async with desk() as (tw, _):
        await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        kept = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        (ended,) = await tw.orders.cancel_all(BTC)
        assert ended.command.instrument == BTC
        assert kept.state is OrderState.OPEN
        with pytest.raises(UnknownInstrument):
            await tw.orders.cancel_all("binance:NOPE/USDT")


@virtual_time
async def test_many_orders_are_placed_amended_and_canceled_together() -> None:
    async with desk() as (tw, _):
        wanted: list[NewOrder] = [
            {"instrument": instrument, "side": "buy", "quantity": "0.01", "price": price}
            for instrument in (BTC, PERP)
            for price in ("60000", "59000")
        ]
        orders = await tw.orders.submit_many(wanted)
        assert [order.instrument for order in orders] == [BTC, BTC, PERP, PERP]
        assert {order.state for order in orders} == {OrderState.OPEN}
        changed = await tw.orders.amend_many(
            [{"order": order, "quantity": "0.008"} for order in orders]
        )
        assert changed == orders
        assert {order.now.quantity for order in orders} == {D("0.008")}
        names = [order.client_order_id for order in orders]
        ended = await tw.orders.cancel_many(names)
        assert [each.client_order_id for each in ended if isinstance(each, LiveOrder)] == names
        assert {order.state for order in orders} == {OrderState.CANCELED}


@virtual_time
async def test_what_could_not_be_done_stands_in_the_place_of_its_order() -> None:
    async with desk() as (tw, _):
        orders = await tw.orders.submit_many(
            [
                {"instrument": PERP, "side": "buy", "quantity": "0.01", "price": price}
                for price in ("60000", "59000")
            ]
        )
        first, second = await tw.orders.amend_many(
            [
                {"order": orders[0], "price": "60000.001"},
                {"order": orders[1], "price": "59500.7", "rounding": Rounding.DOWN},
            ]
        )
        assert isinstance(first, CommandDenied)
        assert orders[0].now.price == D(60000)
        assert second is orders[1]


@virtual_time
async def test_g36_orders_that_leave_together_count_against_each_other() -> None:
    async with desk(risk=RiskLimits(max_open_orders=2, max_position=D("0.025"))) as (tw, _):
        wanted: list[NewOrder] = [
            {"instrument": BTC, "side": "buy", "quantity": "0.01", "price": "60000"}
            for _ in range(3)
        ]
        orders = await tw.orders.submit_many(wanted)
        assert [order.state.value for order in orders] == ["open", "open", "denied"]
        assert orders[2].now.code == "MAX_OPEN_ORDERS"
        await tw.orders.cancel_all()
        large: list[NewOrder] = [{**each, "quantity": "0.02"} for each in wanted[:2]]
        first, second = await tw.orders.submit_many(large)
        assert (first.state, second.now.code) == (OrderState.OPEN, "MAX_POSITION")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "0.03"}, "MAX_ORDER_QUANTITY"),
        ({"price": "61000"}, "MAX_ORDER_NOTIONAL"),
        ({"quantity": "0.0121"}, "INSTRUMENT_RULES"),
    ],
)
@virtual_time
async def test_g36_a_change_is_held_to_the_limits_as_its_order_was(
    change: dict[str, str], code: str
) -> None:
    limits = RiskLimits(max_order_quantity=D("0.02"), max_order_notional=D(605))
    async with desk(risk=limits) as (tw, _):
        order = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        with pytest.raises(CommandDenied) as denied:
            await tw.orders.amend(order, **change)  # type: ignore[arg-type]  # texts, as numbers are given
        assert denied.value.code == code
        assert (order.now.quantity, order.now.price) == (D("0.01"), D(60000))


@virtual_time
async def test_g36_a_change_counts_its_order_once() -> None:
    limits = RiskLimits(max_open_orders=1, max_position=D("0.02"))
    async with desk(risk=limits) as (tw, _):
        order = await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
        await tw.orders.amend(order, quantity="0.02")
        assert order.now.quantity == D("0.02")
        with pytest.raises(CommandDenied, match="MAX_POSITION"):
            await tw.orders.amend(order, quantity="0.021")


async def resting(tw: Connector, *quantities: str) -> list[LiveOrder]:
    """Place buys of a contract that rest."""
    return [
        await tw.orders.submit(PERP, "buy", quantity=quantity, price="60000")
        for quantity in quantities
    ]


@virtual_time
async def test_g36_changes_that_leave_together_count_against_each_other() -> None:
    async with desk(risk=RiskLimits(max_position=D("0.035"))) as (tw, _):
        orders = await resting(tw, "0.01", "0.01")
        first, second = await tw.orders.amend_many(
            [{"order": order, "quantity": "0.02"} for order in orders]
        )
        assert first is orders[0]
        assert isinstance(second, CommandDenied)
        assert [order.now.quantity for order in orders] == [D("0.02"), D("0.01")]
        await tw.orders.amend(orders[1], quantity="0.015")  # what went through counts once


@virtual_time
async def test_g36_a_change_under_way_counts_for_whatever_leaves_meanwhile() -> None:
    async with desk(risk=RiskLimits(max_position=D("0.035"))) as (tw, sandbox):
        orders = await resting(tw, "0.01", "0.01")
        sandbox.faults.rest_delay_s = 1.0
        async with asyncio.TaskGroup() as group:
            group.create_task(tw.orders.amend(orders[0], quantity="0.02"))
            await asyncio.sleep(0.1)
            third = await tw.orders.submit(PERP, "buy", quantity="0.01", price="59000")
            with pytest.raises(CommandDenied, match="MAX_POSITION"):
                await tw.orders.amend(orders[1], quantity="0.02")
        assert third.now.code == "MAX_POSITION"
        assert orders[0].now.quantity == D("0.02")


@virtual_time
async def test_g36_a_change_that_nobody_knows_the_outcome_of_counts_until_its_order_ends() -> None:
    limits = RiskLimits(max_position=D("0.035"))
    async with desk(risk=limits, order_transport="rest") as (tw, sandbox):
        orders = await resting(tw, "0.01", "0.01")
        sandbox.faults.rest_black_hole = True
        with pytest.raises(RequestTimeout):
            await tw.orders.amend(orders[0], quantity="0.02")
        sandbox.faults.rest_black_hole = False
        with pytest.raises(CommandDenied, match="MAX_POSITION"):
            await tw.orders.amend(orders[1], quantity="0.02")
        await orders[0].cancel()
        await tw.orders.amend(orders[1], quantity="0.02")


@pytest.mark.parametrize("transport", ["rest", "websocket"])
@virtual_time
async def test_g36_what_waits_while_the_kill_switch_is_pulled_does_not_leave(
    transport: str,
) -> None:
    async with desk(order_transport=transport) as (tw, sandbox):
        await tw.orders.ready()
        gate = next(feed for feed in tw.feeds if feed.product.name == "binance.spot").rest.gate
        gate.counted(_over_the_limit(), 3.0, is_refusal=True)
        async with asyncio.TaskGroup() as group:
            placing = group.create_task(
                tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
            )
            await asyncio.sleep(1.0)
            group.create_task(tw.orders.kill())
        order = placing.result().now
        assert (order.state, order.code) == (OrderState.DENIED, "KILL_SWITCH")
        assert sandbox.exchange("binance.spot").all_orders("sandbox") == []


@virtual_time
async def test_g36_the_kill_switch_needs_no_answer_of_a_venue() -> None:
    async with desk() as (tw, sandbox):
        await tw.instruments()
        sandbox.faults.rest_delay_s = 0.8
        async with asyncio.TaskGroup() as group:
            placing = group.create_task(
                tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
            )
            await asyncio.sleep(1.0)
            group.create_task(tw.orders.kill())
        assert placing.result().now.code == "KILL_SWITCH"


def _over_the_limit() -> HttpResponse:
    now_ns = round(asyncio.get_running_loop().time() * 1e9)
    return HttpResponse(
        status=429,
        headers={},
        body=b"",
        sent_mono_ns=now_ns,
        received_mono_ns=now_ns,
        received_ts_ns=0,
    )


@virtual_time
async def test_g36_the_kill_switch_holds_back_groups_as_well() -> None:
    async with desk() as (tw, _):
        old = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        (await tw.orders._opened()).risk.is_killed = True  # and leaves open what is
        many = await tw.orders.submit_many(
            [{"instrument": BTC, "side": "buy", "quantity": "0.01", "price": "60000"}]
        )
        pair = await tw.orders.submit_oco(
            BTC, "sell", quantity="0.01", price="70000", stop_price="60000"
        )
        new = await tw.orders.replace(old, price="59000")
        assert {order.now.code for order in (*many, *pair, new)} == {"KILL_SWITCH"}
        assert old.state is OrderState.OPEN


@virtual_time
async def test_of_two_orders_that_are_one_or_the_other_a_cancel_ends_both() -> None:
    async with desk() as (tw, _):
        profit, loss = await tw.orders.submit_oco(
            BTC,
            "sell",
            quantity="0.01",
            price="70000.009",
            stop_price="60000",
            stop_limit_price="59900",
            rounding=Rounding.DOWN,
        )
        assert (profit.now.price, profit.now.command.post_only) == (D("70000.00"), True)
        assert (loss.now.price, loss.now.is_working) == (D(59900), False)
        await loss.cancel()
        assert (await profit.wait_done(timeout_s=5)).state is OrderState.CANCELED
        with pytest.raises(NotSupported, match="reduce-only"):
            await tw.orders.submit_oco(
                PERP, "sell", quantity="0.01", price="70000", stop_price="60000"
            )


@virtual_time
async def test_an_order_is_replaced_by_one_like_it_but_for_what_is_given() -> None:
    async with desk(risk=RiskLimits(max_open_orders=1)) as (tw, _):
        old = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000", post_only=True)
        new = await tw.orders.replace(old, price="59000.009", rounding=Rounding.DOWN)
        assert (old.state, new.state) == (OrderState.CANCELED, OrderState.OPEN)
        assert (new.now.price, new.now.quantity) == (D("59000.00"), D("0.01"))
        assert new.now.command.post_only
        named = await tw.orders.replace(new.client_order_id, quantity="0.02", client_order_id="me")
        assert (named.client_order_id, named.now.quantity) == ("me", D("0.02"))
        assert named.now.price == D("59000.00")
        with pytest.raises(NotSupported, match=r"orders\.replace"):
            await tw.orders.amend(named, price="58000")


@virtual_time
async def test_what_was_filled_of_an_order_is_not_asked_for_again_by_its_successor() -> None:
    async with desk() as (tw, sandbox):
        price, offered = next(iter(sandbox.book(BTC)[1].items()))
        old = await tw.orders.submit(BTC, "buy", quantity=offered + D("0.1"), price=price)
        assert old.state is OrderState.PARTLY_FILLED
        new = await tw.orders.replace(old, price="60000")
        assert (old.state, old.filled_quantity) == (OrderState.CANCELED, offered)
        assert new.now.quantity == D("0.1")


@virtual_time
async def test_a_group_that_waits_for_a_limit_does_not_leave_once_the_switch_is_pulled() -> None:
    async with desk() as (tw, _):
        old = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        wanted: list[NewOrder] = [
            {"instrument": BTC, "side": "buy", "quantity": "0.001", "price": "60000"}
            for _ in range(150)
        ]
        async with asyncio.TaskGroup() as group:
            many = group.create_task(tw.orders.submit_many(wanted))
            await asyncio.sleep(1.0)  # a hundred in ten seconds may leave
            new = group.create_task(tw.orders.replace(old, price="59000"))
            await asyncio.sleep(1.0)
            await tw.orders.kill()
        held = [order for order in many.result() if order.state is OrderState.DENIED]
        assert len(held) > 40
        assert {order.now.code for order in (*held, new.result())} == {"KILL_SWITCH"}
        assert await tw.orders.open() == []


@virtual_time
async def test_cancel_all_spares_what_others_placed_unless_they_are_meant() -> None:
    async with (
        desk() as (tw, sandbox),
        Connector.open("binance.spot", environment=sandbox) as other,
    ):
        theirs = await other.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        ours = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        (ended,) = await tw.orders.cancel_all(BTC, venue="binance")
        assert ended.client_order_id == ours.client_order_id
        assert theirs.state is OrderState.OPEN
        (ended,) = await tw.orders.cancel_all(include_external=True)
        assert ended.client_order_id == theirs.client_order_id
        assert (await theirs.wait_done(timeout_s=5)).state is OrderState.CANCELED


@virtual_time
async def test_what_becomes_of_orders_comes_on_the_bus_in_order() -> None:
    async with desk() as (tw, _):
        of_one: list[OrderEvent] = []
        tw.on(OrderUpdates(BTC), of_one.append)
        async with tw.subscribe(OrderUpdates()) as events:
            order = await tw.orders.submit(BTC, "buy", quantity="0.02")
            await order.wait_done(timeout_s=5)
            await tw.orders.submit(PERP, "buy", quantity="0.01", price="60000")
            heard = [await events.receive() for _ in range(len(of_one) + 2)]
        kinds = [type(event).__name__ for event in heard]
        assert kinds[:2] == ["OrderSent", "OrderAccepted"]
        assert kinds[-2:] == ["OrderSent", "OrderAccepted"]
        assert of_one == heard[:-2]
        assert any(isinstance(event, OrderFilled) for event in of_one)


@virtual_time
async def test_g15_news_of_orders_and_accounts_is_never_dropped() -> None:
    async with desk() as (tw, _):
        for overflow in (Overflow.DROP_OLDEST, Overflow.CONFLATE):
            for topic in (OrderUpdates(), BalanceUpdates(), PositionUpdates()):
                with pytest.raises(UsageError, match="never dropped"):
                    tw.on(topic, print, overflow=overflow)
                with pytest.raises(UsageError, match="never dropped"):
                    async with tw.subscribe(topic, overflow=overflow):
                        pass


@virtual_time
async def test_a_name_of_one_s_own_is_used_once() -> None:
    async with desk() as (tw, _):
        order = await tw.orders.submit(
            BTC, "buy", quantity="0.01", price="60000", client_order_id="mine-1"
        )
        assert (await tw.orders.get("mine-1")).now == order.now
        with pytest.raises(UsageError, match="used once"):
            await tw.orders.submit(
                BTC, "buy", quantity="0.01", price="60000", client_order_id="mine-1"
            )
        with pytest.raises(UsageError, match="no order goes by"):
            await tw.orders.cancel("theirs-1")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"side": "hold"}, UsageError, "none of 'buy', 'sell'"),
        ({"quantity": None}, UsageError, "quantity"),
        ({"time_in_force": "forever"}, UsageError, "none of 'gtc'"),
        ({"reduce_only": True}, NotSupported, "reduce-only"),
    ],
)
@virtual_time
async def test_what_cannot_be_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], error: type[Exception], text: str
) -> None:
    async with desk() as (tw, _):
        order = {"side": "buy", "quantity": "0.01", "price": "60000", **arguments}
        with pytest.raises(error, match=text):
            await tw.orders.submit(BTC, **order)
        assert await tw.orders.all() == []


def test_every_method_of_the_facade_says_what_it_does() -> None:
    public = [getattr(Orders, name) for name in dir(Orders) if not name.startswith("_")]
    assert all(method.__doc__ for method in public)


@pytest.mark.parametrize(
    "wrong",
    [
        {"post_only": 1},
        {"reduce_only": "yes"},
        {"expire_ts_ns": 1e18, "time_in_force": "gtd"},
        {"trigger": "stop"},
    ],
    ids=str,
)
@virtual_time
async def test_g34_what_is_of_another_kind_than_declared_is_refused_before_it_is_written_down(
    wrong: dict[str, Any],
) -> None:
    async with desk() as (tw, _):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000", **wrong)
        assert await tw.orders.all() == []


@virtual_time
async def test_a_stop_of_somebody_else_s_that_is_named_as_our_order_can_be_canceled() -> None:
    stop = Trigger(kind=TriggerKind.STOP, price=Decimal(60000))
    async with desk() as (tw, sandbox):
        name = "stop-1"
        ours = await tw.orders.submit(
            BTC, "buy", quantity="0.01", price="60000", client_order_id=name
        )
        async with Connector.open("binance.usdm", environment=sandbox) as other:
            await other.orders.submit(
                PERP, "sell", quantity="0.01", trigger=stop, client_order_id=name
            )
        await asyncio.sleep(1)
        (theirs,) = [order for order in await tw.orders.all() if order.is_external]
        assert theirs.client_order_id == "stop-1@binance.usdm"
        await tw.orders.cancel(theirs.client_order_id)
        assert sandbox.exchange("binance.usdm").open_orders(ACCOUNT) == []
        assert ours.state is OrderState.OPEN
