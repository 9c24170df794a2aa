"""Commands over the venues' sockets for orders: sent once, whichever way, and nothing guessed when the socket fails."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from decimal import Decimal

import pytest
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, EVERYWHERE, SPOT, USDM, Rig, rig

from tickwright.core.privatestate import PrivateState
from tickwright.errors import TickwrightError
from tickwright.model.market import Side
from tickwright.model.notices import SessionDown, SessionUp
from tickwright.model.orders import AmendOrder, OrderState, Trigger, TriggerKind
from tickwright.sandbox.account import ACCOUNT
from tickwright.sandbox.connection import Connection
from tickwright.sandbox.faults import EOF
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.ordersocket import OrderSocketPolicy


D = Decimal
everywhere = pytest.mark.parametrize("product", EVERYWHERE)
at_binance = pytest.mark.parametrize("product", [SPOT, USDM])
at_bybit = pytest.mark.parametrize("product", [BYBIT_SPOT, BYBIT_LINEAR])


def requests(at: Rig) -> int:
    """Return how many requests went over HTTP."""
    return at.rest.status().requests


def placed(at: Rig) -> int:
    """Return how many orders the matching engine was ever given."""
    return len(at.sandbox.exchange(at.product).all_orders(ACCOUNT))


def the_socket(at: Rig) -> Connection:
    """Return the venue's end of the only socket that there is."""
    (connection,) = at.sandbox.venue.connections()
    return connection


# ---------------------------------------------------------------------- when all is well


@everywhere
@virtual_time
async def test_the_numbers_of_a_socket_are_not_those_of_the_one_before(product: str) -> None:
    async with rig(product) as at:
        for _ in range(2):
            await at.warm()
            assert (await at.submit()).state is OrderState.OPEN
            assert at.warming is not None
            at.warming.cancel()


@everywhere
@virtual_time
async def test_commands_go_over_the_socket_and_nothing_over_http(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        await at.private().wait_ready()
        before = requests(at)
        order = await at.submit()
        assert order.state is OrderState.OPEN
        amended = await at.gateway.amend(
            AmendOrder(client_order_id=order.client_order_id, quantity=D("0.02"))
        )
        assert amended.quantity == D("0.02")
        ended = await at.gateway.cancel(order.client_order_id)
        assert ended.state is OrderState.CANCELED
        assert (socket.sent, requests(at) - before) == (3, 0)


@everywhere
@virtual_time
async def test_a_refusal_reads_as_over_rest(product: str) -> None:
    too_much = D(900) if product in (USDM, BYBIT_LINEAR) else D(50)
    async with rig(product) as at:
        await at.private().wait_ready()
        over_rest = await at.submit(quantity=too_much, price=D(64000))
        socket = await at.warm()
        over_socket = await at.submit(quantity=too_much, price=D(64000))
        assert over_rest.state is over_socket.state is OrderState.REJECTED
        assert over_rest.code == over_socket.code == "FUNDS"
        assert over_rest.text.split(": ", 1)[0] == over_socket.text.split(": ", 1)[0]
        assert socket.sent == 1


@virtual_time
async def test_what_the_socket_does_not_offer_goes_over_rest() -> None:
    async with rig(BYBIT_LINEAR) as at:
        socket = await at.warm()
        await at.submit()
        await at.desk.cancel_all(at.instrument)  # there is no such operation
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert socket.sent == 1
        assert (await at.gateway.cancel("me-1")).state is OrderState.CANCELED


@everywhere
@virtual_time
async def test_g35_a_fill_that_overtakes_its_answer_is_folded_in_order(product: str) -> None:
    async with rig(product) as at:
        await at.warm()
        await at.private().wait_ready()
        at.sandbox.faults.fill_before_ack = True
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))
        assert at.kinds.index("OrderAccepted") < at.kinds.index("OrderFilled")
        assert at.kinds.count("OrderAccepted") == 1


@everywhere
@virtual_time
async def test_answers_find_their_requests_whoever_asked_first(product: str) -> None:
    async with rig(product) as at:
        await at.warm()
        await at.private().wait_ready()
        prices = [D(60000) + number for number in range(5)]
        orders = await asyncio.gather(*(at.submit(price=price) for price in prices))
        assert [order.price for order in orders] == prices
        assert len({order.venue_order_id for order in orders}) == 5


@everywhere
@virtual_time
async def test_orders_that_wait_for_a_trigger_go_over_the_socket(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        await at.private().wait_ready()
        trigger = Trigger(kind=TriggerKind.STOP, price=D(63000))
        order = await at.submit(side=Side.SELL, price=D(62500), trigger=trigger)
        assert order.state is OrderState.OPEN
        assert (await at.gateway.cancel("me-1")).state is OrderState.CANCELED
        assert socket.sent == 2


@at_bybit
@virtual_time
async def test_a_batch_is_one_frame_and_each_order_has_its_answer(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        await at.private().wait_ready()
        prices = [D(60000), D("59000.001"), D(58000)]
        placed_ = await at.gateway.submit_many(
            [(at.command(price=price), at.instrument) for price in prices]
        )
        states = [OrderState.OPEN, OrderState.REJECTED, OrderState.OPEN]
        assert [order.state for order in placed_] == states
        ended = await at.gateway.cancel_many(["me-1", "me-3"])
        assert {getattr(order, "state", order) for order in ended} == {OrderState.CANCELED}
        assert socket.sent == 2


@virtual_time
async def test_lists_and_replacements_of_spot_go_over_the_socket() -> None:
    async with rig(SPOT) as at:
        socket = await at.warm()
        before = requests(at)
        stop = Trigger(kind=TriggerKind.STOP, price=D(60000))
        profit = at.command(side=Side.SELL, price=D(70000), post_only=True)
        loss = at.command(side=Side.SELL, price=None, trigger=stop)
        first, second = await at.gateway.submit_oco((profit, loss), at.instrument)
        assert first.state is second.state is OrderState.OPEN
        old = await at.submit()
        new = await at.gateway.replace(old.client_order_id, at.command(price=D(59000)))
        assert new.state is OrderState.OPEN
        taker = at.command(price=D(66000), post_only=True)
        last = await at.gateway.replace(new.client_order_id, taker)
        assert (last.state, last.code) == (OrderState.REJECTED, "POST_ONLY")
        assert at.gateway.order(new.client_order_id).state is OrderState.CANCELED
        await at.desk.cancel_all(at.instrument)
        assert (socket.sent, requests(at) - before) == (5, 0)


@everywhere
@virtual_time
async def test_a_command_that_has_nothing_to_wait_for_leaves_at_once_and_needs_no_task(
    product: str,
) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        await at.submit()  # the venue's time is known then
        sent, tasks = socket.sent, asyncio.all_tasks()
        async with asyncio.TaskGroup() as group:
            placing = group.create_task(at.submit())
            await asyncio.sleep(0)
            assert socket.sent == sent + 1
            assert asyncio.all_tasks() - tasks == {placing}
        assert placing.result().state is OrderState.OPEN


@everywhere
@virtual_time
async def test_whoever_stops_waiting_leaves_the_order_to_itself(product: str) -> None:
    async with rig(product) as at:
        await at.warm()
        await at.private().wait_ready()
        await at.submit()
        async with asyncio.TaskGroup() as group:
            placing = group.create_task(at.submit())
            await asyncio.sleep(0)
            placing.cancel()
        assert placing.cancelled()
        assert at.gateway.order("me-2").state is OrderState.SENT
        await at.until(lambda: at.gateway.order("me-2").state is OrderState.OPEN)
        assert placed(at) == 2


@virtual_time
async def test_g01_an_answer_that_a_bug_keeps_from_being_read_is_found_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with rig(SPOT) as at:
        await at.warm()
        await at.submit()

        def fails(*about: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(at.rest, "read", fails)
        order = await at.submit()
        assert (order.state, order.text) == (OrderState.UNKNOWN, "ZeroDivisionError: a bug")
        assert "which is a bug" in caplog.text
        await at.until(lambda: at.gateway.order("me-2").state is OrderState.OPEN)


# ---------------------------------------------------------------------- nothing was sent


@everywhere
@virtual_time
async def test_without_a_socket_commands_go_over_rest_at_once(product: str) -> None:
    async with rig(product) as at:
        await at.sandbox.shut_doors(is_hanging=True)
        began_s = at.clock.monotonic_s()
        socket = await at.warm()
        assert at.clock.monotonic_s() - began_s <= 3.0
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert (socket.sent, placed(at)) == (0, 1)


@everywhere
@virtual_time
async def test_g01_a_socket_that_was_lost_before_the_order_leaves_costs_it_nothing(
    product: str,
) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        await at.sandbox.shut_doors()
        at.sandbox.close_sockets(EOF)
        await at.until(lambda: socket.state is PrivateState.WAITING)
        order = await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert order.state is not OrderState.UNKNOWN
        assert (socket.sent, placed(at)) == (0, 1)


@virtual_time
async def test_g01_a_socket_that_ends_while_an_order_waits_for_a_limit_sends_it_over_rest() -> None:
    async with rig(SPOT) as at:
        socket = await at.warm()
        async with asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(at.submit(quantity=D("0.001")))
        async with asyncio.TaskGroup() as group:
            late = group.create_task(at.submit(quantity=D("0.001")))
            await asyncio.sleep(0.5)
            assert not late.done()
            at.sandbox.close_sockets(EOF)
            await at.sandbox.shut_doors()
        assert late.result().state is OrderState.OPEN
        assert (socket.sent, placed(at)) == (100, 101)


@at_bybit
@virtual_time
async def test_a_login_that_is_refused_leaves_commands_to_rest(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm(secret="wrong")
        assert socket.state is PrivateState.REFUSED
        (down,) = [each for each in at.notices if isinstance(each, SessionDown)]
        assert down.retry_in_s == 60.0
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert socket.sent == 0


# ---------------------------------------------------------------------- nobody knows


@everywhere
@virtual_time
async def test_g01_a_socket_that_is_lost_after_sending_leaves_it_unknown_then_found(
    product: str,
) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        at.sandbox.faults.replies_lost = 1
        order = await at.submit()
        assert order.state is OrderState.UNKNOWN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert (socket.sent, placed(at)) == (1, 1)
        await at.until(lambda: socket.state is PrivateState.READY)
        await at.submit()
        assert (socket.sent, placed(at)) == (2, 2)


@everywhere
@virtual_time
async def test_g01_g02_no_answer_in_time_is_unknown_and_nothing_is_sent_again(
    product: str,
) -> None:
    async with rig(product) as at:
        socket = await at.warm(OrderSocketPolicy(answer_s=5.0))
        at.sandbox.faults.no_ack = True
        began_s = at.clock.monotonic_s()
        order = await at.submit()
        assert order.state is OrderState.UNKNOWN
        assert at.clock.monotonic_s() - began_s == pytest.approx(5.0)
        at.sandbox.faults.no_ack = False
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert (socket.sent, placed(at)) == (1, 1)


@virtual_time
async def test_g04_a_socket_on_which_nothing_came_since_an_order_was_sent_is_used_no_more() -> None:
    async with rig(SPOT) as at:
        socket = await at.warm(OrderSocketPolicy(answer_s=5.0))
        the_socket(at).is_black_hole = True
        assert (await at.submit()).state is OrderState.UNKNOWN
        assert (await at.submit(price=D(59000))).state is OrderState.OPEN
        assert (socket.sent, placed(at)) == (1, 1 + 1)
        await at.until(lambda: socket.state is PrivateState.READY)


@at_binance
@virtual_time
async def test_an_answer_that_comes_too_late_harms_nobody(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm(OrderSocketPolicy(answer_s=2.0, ping_s=0.5))
        at.sandbox.faults.ack_delay_s = 3.0
        assert (await at.submit()).state is OrderState.UNKNOWN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        at.sandbox.faults.ack_delay_s = 0.0
        assert (await at.submit(price=D(59000))).state is OrderState.OPEN
        assert (socket.sent, placed(at), socket.reconnects) == (2, 2, 0)


@everywhere
@virtual_time
async def test_g01_what_the_venue_does_not_know_itself_stays_unknown(product: str) -> None:
    async with rig(product) as at:
        await at.warm()
        at.sandbox.faults.order_failures = 1
        assert (await at.submit()).state is OrderState.UNKNOWN
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)
        assert placed(at) == 1


@virtual_time
async def test_a_cancel_whose_answer_is_lost_is_followed_up() -> None:
    async with rig(SPOT) as at:
        await at.warm()
        await at.submit()
        at.sandbox.faults.replies_lost = 1
        with pytest.raises(Exception, match="lost"):
            await at.gateway.cancel("me-1")
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.CANCELED)


# ---------------------------------------------------------------------- limits


@at_binance
@pytest.mark.parametrize("status", [429, 418])
@virtual_time
async def test_g12_a_limit_told_on_the_socket_silences_both_ways(product: str, status: int) -> None:
    async with rig(product) as at:
        await at.warm()
        at.sandbox.faults.rest_status = status
        at.sandbox.faults.rest_only = {"order.*"}
        at.sandbox.faults.retry_after_s = 20
        refused = await at.submit()
        assert (refused.state, refused.code) == (OrderState.REJECTED, "RATE")
        at.sandbox.faults.rest_status = None
        before, told = requests(at), placed(at)
        began_s = at.clock.monotonic_s()
        order = await at.submit()
        assert at.clock.monotonic_s() - began_s >= 19.0
        assert order.state is OrderState.OPEN
        assert (told, placed(at)) == (0, 1)
        assert requests(at) == before or status == 418  # a ban ends the socket as well


@virtual_time
async def test_g12_counts_told_on_the_socket_correct_ours() -> None:
    async with rig(SPOT) as at:
        await at.warm()
        await at.submit()
        by_venue = {bucket.name: bucket.used for bucket in at.rest.status().usage.buckets}
        assert by_venue["ORDERS_10S"] == 1
        assert by_venue["REQUEST_WEIGHT"] >= 2  # the handshake's


@virtual_time
async def test_g19_an_order_is_stamped_once_it_may_leave() -> None:
    async with rig(SPOT) as at:
        socket = await at.warm()
        async with asyncio.TaskGroup() as group:
            for _ in range(101):
                group.create_task(at.submit(quantity=D("0.001")))
        assert at.clock.monotonic_s() > 5.0  # older than any request may be
        assert socket.sent == placed(at) == 101


@at_binance
@virtual_time
async def test_g20_a_refused_timestamp_makes_it_look_at_the_venue_s_clock(product: str) -> None:
    async with rig(product) as at:
        await at.warm()
        await at.submit()
        at.sandbox.faults.clock_step_s = 30.0
        refused = await at.submit()
        assert (refused.state, refused.code) == (OrderState.REJECTED, "TIMESTAMP")
        order = await at.submit()
        await at.until(lambda: at.gateway.order(order.client_order_id).state is OrderState.OPEN)
        assert placed(at) == 2


@virtual_time
async def test_g33_a_failing_host_of_rest_holds_no_order_up_that_goes_over_the_socket() -> None:
    async with rig(SPOT) as at:
        await at.warm()
        await at.submit()
        at.sandbox.faults.rest_status = 503
        at.sandbox.faults.rest_only = {"/api/*"}
        while at.rest.status().breaker == "closed":
            with suppress(TickwrightError):
                await at.desk.balances()
        assert (await at.submit(price=D(59000))).state is OrderState.OPEN


@virtual_time
async def test_g33_answers_that_stay_away_on_the_socket_do_not_close_rest() -> None:
    async with rig(SPOT) as at:
        await at.warm(OrderSocketPolicy(answer_s=1.0))
        at.sandbox.faults.no_ack = True
        for number in range(10):
            await at.submit(price=D(59000 - number))
        assert at.rest.status().breaker == "closed"
        await at.until(lambda: all(each.state.is_open for each in at.gateway.board.orders()))


# ---------------------------------------------------------------------- the socket's life


@at_binance
@virtual_time
async def test_g23_before_the_venue_s_cut_a_successor_takes_over_and_no_answer_is_lost(
    product: str,
) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        old = the_socket(at)
        await asyncio.sleep(23.5 * 3600 - 1.0)
        at.sandbox.faults.ack_delay_s = 4.0
        async with asyncio.TaskGroup() as group:
            late = group.create_task(at.submit())
            await asyncio.sleep(2.0)
            assert len(at.sandbox.venue.connections()) == 2
            assert not late.done()
        assert late.result().state is OrderState.OPEN
        at.sandbox.faults.ack_delay_s = 0.0
        await at.until(lambda: not old.is_open)
        await at.submit()
        assert (socket.sent, placed(at), socket.reconnects) == (2, 2, 0)
        assert [type(each) for each in at.notices] == [SessionUp]


@virtual_time
async def test_g23_a_notice_of_shutdown_brings_a_successor_at_once() -> None:
    async with rig(SPOT) as at:
        socket = await at.warm()
        old = the_socket(at)
        at.sandbox.announce_shutdown()
        await at.until(lambda: not old.is_open)
        assert the_socket(at) is not old
        assert socket.reconnects == 0
        assert (await at.submit()).state is OrderState.OPEN


@everywhere
@pytest.mark.parametrize("code", [1000, 1001, 1008, EOF])
@virtual_time
async def test_g03_a_socket_that_is_closed_comes_back(product: str, code: int) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        at.sandbox.close_sockets(code)
        await at.until(lambda: socket.reconnects == 1)
        await at.until(lambda: socket.state is PrivateState.READY)
        await at.submit()
        assert socket.sent == 1


@everywhere
@virtual_time
async def test_g04_a_socket_on_which_nothing_comes_any_more_is_replaced(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        the_socket(at).is_black_hole = True
        await at.until(lambda: socket.reconnects == 1)
        await at.until(lambda: socket.state is PrivateState.READY)


@at_bybit
@virtual_time
async def test_an_idle_socket_is_kept_for_hours(product: str) -> None:
    async with rig(product) as at:
        socket = await at.warm()
        await asyncio.sleep(6 * 3600)
        assert socket.reconnects == 0


@everywhere
@virtual_time
async def test_g30_neither_logs_nor_reprs_hold_a_secret(
    product: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rig(product) as at:
        account = at.sandbox.account
        socket = await at.warm()
        await at.submit()
        await at.submit(quantity=D(900), price=D(65200))
        at.sandbox.close_sockets(1008)
        await at.until(lambda: socket.reconnects == 1)
        shown = caplog.text + repr(at.notices) + repr(at.events) + repr(socket)
        assert account.secret not in shown
        assert account.key not in shown
        assert "signature" not in shown
