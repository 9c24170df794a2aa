"""Private streams at a venue that cuts, mutes, delays and refuses them, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest
from tests.trading.rig import BYBIT_LINEAR, BYBIT_SPOT, EVERYWHERE, SPOT, USDM, Rig, rig

from tickwright.core.privatestate import PrivateState
from tickwright.errors import CredentialsRefused, StoreError
from tickwright.model.notices import DecodeFailure, SessionDown, SessionUp
from tickwright.model.orders import OrderState
from tickwright.sandbox.faults import EOF
from tickwright.testing.virtual_time import virtual_time
from tickwright.trading.private import PrivatePolicy


D = Decimal
both = pytest.mark.parametrize("product", EVERYWHERE)
journals = pytest.mark.parametrize("is_immediate", [True, False], ids=["at once", "waited for"])


async def fill_elsewhere(at: Rig, price: str = "65200") -> None:
    """Trade on the account without this program: another one, or the venue's own page."""
    call = at.desk.calls.submit(at.command(price=D(price)), at.instrument)
    await at.desk.submit("elsewhere", call)


@both
@virtual_time
async def test_g08_ready_means_that_orders_and_balances_are_known(product: str) -> None:
    async with rig(product) as at:
        await fill_elsewhere(at, "60000")
        session = at.private()
        assert session.state is PrivateState.WAITING
        await session.wait_ready()
        assert session.state is PrivateState.READY
        (order,) = at.gateway.board.orders()
        assert order.is_external
        assert order.state is OrderState.OPEN
        assert at.accounts.balance(product, "USDT").total > 0
        assert [type(each) for each in at.notices] == [SessionUp]


@both
@journals
@virtual_time
async def test_fills_are_told_by_the_stream_with_their_fees(
    product: str, is_immediate: bool
) -> None:
    async with rig(product) as at:
        at.recorder.is_immediate = is_immediate
        await at.private().wait_ready()
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))
        order = at.gateway.order("me-1")
        assert order.state is OrderState.FILLED
        assert all(fill.fee is not None for fill in order.fills)
        assert any(fill.fee for fill in order.fills)


@both
@virtual_time
async def test_news_that_cannot_be_written_down_is_an_outage_and_is_asked_for_after_it(
    product: str,
) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        append = at.store.append_nowait

        def full(rows: Sequence[bytes]) -> int:
            raise StoreError("the disk is full")

        at.store.append_nowait = full  # type: ignore[method-assign]  # a disk that fails
        await fill_elsewhere(at, "60000")
        await asyncio.sleep(3.0)
        assert session.state is not PrivateState.READY
        assert session.reason == "the disk is full"
        at.store.append_nowait = append  # type: ignore[method-assign]  # the same disk, tidied up
        await session.wait_ready()
        (order,) = at.gateway.board.orders()
        assert order.state is OrderState.OPEN


@both
@virtual_time
async def test_whoever_commands_hears_as_soon_as_the_stream_tells(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        began_s = at.clock.monotonic_s()
        assert (await at.buy_now()).state is OrderState.FILLED
        resting = await at.submit()
        await at.gateway.cancel(resting.client_order_id)
        assert at.clock.monotonic_s() - began_s < 0.1


@both
@virtual_time
async def test_what_others_do_on_the_account_is_seen(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        await fill_elsewhere(at)
        await at.until(lambda: at.filled == D("0.05"))
        (order,) = at.gateway.board.orders()
        assert order.is_external


@both
@virtual_time
async def test_balances_and_positions_follow_the_stream(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        before = at.accounts.balance(product, "USDT").total
        await at.buy_now()
        await at.until(lambda: at.accounts.balance(product, "USDT").total < before)
        if product == USDM:
            assert at.accounts.position(at.instrument.id).quantity == D("0.05")


@both
@pytest.mark.parametrize("code", [1000, 1001, 1008, EOF])
@virtual_time
async def test_g03_g08_what_happens_during_an_outage_is_told_once_after_it(
    product: str, code: int
) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        await at.submit()
        await at.sandbox.shut_doors()
        at.sandbox.close_sockets(code)
        await at.until(lambda: session.state is PrivateState.WAITING)
        await fill_elsewhere(at)
        await at.desk.cancel_all(at.instrument)
        await at.sandbox.open_doors()
        await session.wait_ready()
        assert at.gateway.order("me-1").state is OrderState.CANCELED
        await asyncio.sleep(10)
        assert at.kinds.count("OrderCanceled") == 1
        assert [type(each) for each in at.notices].count(SessionUp) == 2


@both
@pytest.mark.parametrize("steps", range(8))
@virtual_time
async def test_g27_whoever_is_cancelled_while_the_socket_is_lost_ends(
    product: str, steps: int
) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        at.sandbox.close_sockets(EOF)
        for _ in range(steps):
            await asyncio.sleep(0)
        assert at.running is not None
        at.running.cancel()
        done, _ = await asyncio.wait({at.running}, timeout=15.0)
        assert done


@both
@virtual_time
async def test_g10_executions_that_come_twice_and_late_count_once(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        at.sandbox.faults.double_reports = 50
        at.sandbox.faults.report_delay_s = 2.0
        await at.buy_now()
        await asyncio.sleep(10)
        assert at.filled == D("0.05")
        names = [fill.trade_id for fill in at.gateway.order("me-1").fills]
        assert len(set(names)) == len(names)


@both
@virtual_time
async def test_g35_a_fill_that_overtakes_its_reply_is_folded_in_order(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        at.sandbox.faults.fill_before_ack = True
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))
        assert at.kinds.index("OrderAccepted") < at.kinds.index("OrderFilled")
        assert at.kinds.count("OrderAccepted") == 1


@both
@virtual_time
async def test_g01_the_stream_resolves_an_unknown_outcome_before_anybody_asks(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        at.sandbox.faults.order_failures = 1
        await at.submit()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN, timeout_s=0.2)


@pytest.mark.parametrize("product", [BYBIT_SPOT, BYBIT_LINEAR])
@virtual_time
async def test_g01_an_execution_resolves_it_by_our_own_name_for_the_order(product: str) -> None:
    async with rig(product) as at:
        await at.private().wait_ready()
        at.sandbox.faults.silent_streams.add("user/*/order")
        at.sandbox.faults.order_failures = 1  # so that the venue's name for it was not told
        await at.buy_now()
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.FILLED, timeout_s=0.2)
        assert at.filled == D("0.05")


@both
@virtual_time
async def test_g04_a_socket_on_which_nothing_comes_any_more_is_replaced(product: str) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        for connection in at.sandbox.venue.connections():
            connection.is_black_hole = True
        await at.until(lambda: session.reconnects == 1)
        await session.wait_ready()
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))


@both
@virtual_time
async def test_g18_a_stream_that_is_deaf_is_found_by_asking_and_replaced(product: str) -> None:
    async with rig(product) as at:
        session = at.private(PrivatePolicy(audit_s=60.0))
        await session.wait_ready()
        at.sandbox.faults.silent_streams.add("user/*")
        await fill_elsewhere(at, "60000")
        await at.until(lambda: session.reconnects == 1, timeout_s=200)
        down = [each for each in at.notices if isinstance(each, SessionDown)]
        assert "deaf" in down[0].reason
        at.sandbox.faults.silent_streams.clear()
        await session.wait_ready()
        assert len(at.gateway.board.orders()) == 1


@virtual_time
async def test_g18_a_key_that_is_kept_alive_lives_on_for_hours() -> None:
    async with rig(USDM) as at:
        session = at.private()
        await session.wait_ready()
        await asyncio.sleep(6 * 3600)
        assert session.reconnects == 0
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))


@virtual_time
async def test_g18_a_key_that_cannot_be_kept_alive_is_replaced_by_another() -> None:
    async with rig(USDM) as at:
        session = at.private()
        await session.wait_ready()
        for times in (1, 2):
            at.sandbox.faults.keepalive_failures = 1
            await at.until(lambda times=times: session.reconnects == times, timeout_s=4000)  # type: ignore[misc]  # bound now
            await session.wait_ready()
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))


@pytest.mark.parametrize("product", [SPOT, USDM])  # the other venue cuts nobody
@virtual_time
async def test_g23_before_the_venue_s_cut_a_successor_takes_over_without_an_outage(
    product: str,
) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        board = at.sandbox.venue.switchboard(product)
        (old,) = board.connections
        await asyncio.sleep(23.6 * 3600)
        (new,) = board.connections
        assert new is not old
        assert session.reconnects == 0
        assert session.state is PrivateState.READY
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))
        assert [type(each) for each in at.notices] == [SessionUp]


@virtual_time
async def test_g23_a_notice_of_shutdown_brings_a_successor_without_an_outage() -> None:
    async with rig(SPOT) as at:
        session = at.private()
        await session.wait_ready()
        (old,) = at.sandbox.venue.connections()
        at.sandbox.announce_shutdown()
        await at.until(lambda: not old.is_open)
        assert (session.reconnects, session.state) == (0, PrivateState.READY)
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))


@virtual_time
async def test_g18_a_key_that_the_venue_does_not_take_is_one_typed_error() -> None:
    async with rig(SPOT) as at:
        session = at.private(secret="wrong")
        with pytest.raises(CredentialsRefused, match="-1022"):
            await session.wait_ready()
        assert session.state is PrivateState.REFUSED
        (down,) = at.notices
        assert isinstance(down, SessionDown)
        assert down.retry_in_s == 60.0


@both
@virtual_time
async def test_g25_events_and_fields_that_nobody_knows_do_no_harm(product: str) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        at.sandbox.faults.unknown_events = 5
        at.sandbox.faults.unknown_keys = True
        at.sandbox.faults.shuffled_keys = True
        await at.buy_now()
        await at.until(lambda: at.filled == D("0.05"))
        assert session.decode_failures == 0


@virtual_time
async def test_g01_a_state_that_nobody_knows_is_counted_and_the_order_is_asked_for() -> None:
    async with rig(SPOT) as at:
        session = at.private()
        await session.wait_ready()
        at.sandbox.faults.unknown_enums = True
        await at.submit()
        await asyncio.sleep(1)
        at.sandbox.faults.unknown_enums = False
        assert session.decode_failures > 0
        assert any(isinstance(each, DecodeFailure) for each in at.notices)
        await at.until(lambda: at.gateway.order("me-1").state is OrderState.OPEN)


@both
@virtual_time
async def test_g27_ending_it_leaves_no_connection(product: str) -> None:
    async with rig(product) as at:
        session = at.private()
        await session.wait_ready()
        assert at.running is not None
        at.running.cancel()
        await asyncio.wait([at.running])
        await asyncio.sleep(2)
        assert not at.sandbox.venue.connections()
        assert session.state is PrivateState.CLOSED
