"""Dead-man switches as a user sets them."""

from __future__ import annotations

import asyncio

import pytest
from tests.app.desk import BTC, PERP, desk
from tests.app.test_leaving import SPOT, USDM, WINDOW_S, open_at, opened, placed

from tickwright import Caution, ConfigError, DeadManFired, Notices
from tickwright.app.guarding import Guarding
from tickwright.app.registry import products_of
from tickwright.testing.virtual_time import VirtualClock, virtual_time


@virtual_time
async def test_without_the_setting_orders_outlive_the_stream() -> None:
    async with desk(SPOT) as (tw, sandbox):
        await placed(tw)
        await sandbox.shut_doors()
        sandbox.close_sockets(1006)
        await asyncio.sleep(600)
        assert open_at(sandbox, SPOT) == 1


@virtual_time
async def test_with_it_they_do_not_and_that_is_told() -> None:
    async with desk(SPOT, dead_man_s=WINDOW_S) as (tw, sandbox):
        notices: list[object] = []
        tw.on(Notices(), notices.append)
        name = await placed(tw)
        await sandbox.shut_doors()
        sandbox.close_sockets(1006)
        await asyncio.sleep(WINDOW_S + 5)
        assert open_at(sandbox, SPOT) == 0
        (fired,) = [each for each in notices if isinstance(each, DeadManFired)]
        assert (fired.product, fired.orders) == (SPOT, (name,))


@virtual_time
async def test_each_product_has_a_switch_of_its_own() -> None:
    async with desk(SPOT, USDM, dead_man_s=WINDOW_S) as (tw, sandbox):
        await placed(tw, PERP)
        await placed(tw, BTC)
        assert "binance.usdm/dead-man" in str(tw.status().tasks)
        await asyncio.sleep(20 * WINDOW_S)
        assert open_at(sandbox, SPOT, USDM) == 2


@virtual_time
async def test_a_window_that_one_venue_does_not_take_opens_nothing() -> None:
    async with desk(SPOT, USDM, dead_man_s=4.0) as (tw, sandbox):
        with pytest.raises(ConfigError, match=r"dead_man_s: binance\.usdm takes at least 5 s"):
            await tw.orders.ready()
        assert sandbox.venue.connections() == []


@virtual_time
async def test_an_account_that_lacks_the_venue_s_switch_is_told_so() -> None:
    async with desk("bybit.linear", dead_man_s=WINDOW_S) as (tw, _):
        feed = tw.feeds[0]
        said: list[object] = []
        guarding = Guarding(window_s=1.0, clock=VirtualClock(), notify=said.append)
        tie = guarding.tie(feed)
        assert tie is not None
        tie._lacking("not here")
        (caution,) = said
        assert isinstance(caution, Caution)
        assert caution.subject == "bybit.linear"
        assert "not here" in caution.text


def test_only_venues_that_watch_over_connections_are_tied() -> None:
    tied = [product.name for product in products_of() if hasattr(product.dead_man, "greeting")]
    assert tied == ["bybit.spot", "bybit.linear"]


@virtual_time
async def test_the_venue_s_own_switch_is_used_at_bybit() -> None:
    async with desk("bybit.linear") as (_, sandbox):
        tw = await opened(sandbox, "bybit.linear", dead_man_s=WINDOW_S).start()
        await placed(tw, "bybit:BTC/USDT:USDT")
        await asyncio.sleep(5)
        await tw.close()
        await asyncio.sleep(WINDOW_S + 5)
        assert open_at(sandbox, "bybit.linear") == 0, "the venue knows no taking leave"
