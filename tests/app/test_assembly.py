"""How a connector is put together: addresses by environment, ports in place of the real things, and its ending."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.guarantees.kit import BTC, BTC_PERP, MemoryVenue, spot, usdm

from tickwright.app.assembly import Ports, assemble, endpoints_of
from tickwright.app.config import Settings
from tickwright.app.registry import products_of
from tickwright.errors import Banned, ConfigError
from tickwright.io.http import HttpRequest, HttpResponse, Next
from tickwright.model.notices import Notice, SessionUp
from tickwright.model.topics import Notices
from tickwright.testing.http import FakeHttp, Reply, script
from tickwright.testing.memory import MemoryNetwork
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.venues.base import Endpoints


def test_the_environment_chooses_among_the_venue_s_own_addresses() -> None:
    (product,) = products_of("binance.spot")
    live = endpoints_of(product, Settings())
    testnet = endpoints_of(product, Settings(environment="testnet"))
    assert live == product.endpoints["live"]
    assert testnet == product.endpoints["testnet"] != live


def test_an_address_of_one_s_own_replaces_only_itself() -> None:
    (product,) = products_of("binance.spot")
    settings = Settings(endpoints={"binance.spot": Endpoints(rest="http://127.0.0.1:1")})
    found = endpoints_of(product, settings)
    assert found.rest == "http://127.0.0.1:1"
    assert found.ws_public == product.endpoints["live"].ws_public


def test_an_environment_that_the_product_lacks_is_refused_with_those_it_has() -> None:
    (product,) = products_of("binance.coinm")
    with pytest.raises(ConfigError, match=r"no 'demo' environment; it has live, testnet"):
        endpoints_of(product, Settings(environment="demo"))


@virtual_time
async def test_every_product_has_a_feed_and_notices_go_to_all_and_to_their_venue() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        assert [feed.product.name for feed in tw.feeds] == ["binance.spot", "binance.usdm"]
        of_all: list[Notice] = []
        of_binance: list[Notice] = []
        of_another: list[Notice] = []
        tw.on(Notices(), of_all.append)
        tw.on(Notices("binance"), of_binance.append)
        tw.on(Notices("elsewhere"), of_another.append)
        await tw.book(BTC)
        await tw.book(BTC_PERP)
        ups = [notice for notice in of_all if isinstance(notice, SessionUp)]
        assert {up.session for up in ups} == {"binance.spot#1", "binance.usdm/public#1"}
        assert of_binance == of_all
        assert of_another == []


@virtual_time
async def test_middlewares_of_the_user_see_every_request_with_the_timeouts_that_were_set() -> None:
    seen: list[HttpRequest] = []

    async def watch(request: HttpRequest, go_on: Next) -> HttpResponse:
        seen.append(request)
        return await go_on(request)

    async with MemoryVenue(spot()) as venue:
        ports = Ports(
            clock=venue.clock, websockets=venue.network, http=venue.http, middlewares=(watch,)
        )
        settings = Settings(endpoints=venue.endpoints, connect_timeout_s=3.0, request_timeout_s=4.0)
        async with assemble(products_of("binance.spot"), settings, ports) as assembly:
            book: Any = await assembly.market.book(BTC, timeout_s=30)
            assert book.is_readable
    assert any("exchangeInfo" in request.url for request in seen)
    assert any("depth" in request.url for request in seen)
    assert {(each.timeouts.connect_s, each.timeouts.read_s) for each in seen} == {(3.0, 4.0)}


@virtual_time
async def test_leaving_ends_every_task_also_when_the_block_raises() -> None:
    async with MemoryVenue(spot()) as venue:
        before = asyncio.all_tasks()
        ports = Ports(clock=venue.clock, websockets=venue.network, http=venue.http)
        settings = Settings(endpoints=venue.endpoints)
        with pytest.raises(RuntimeError, match="of the user's own"):
            async with assemble(products_of("binance.spot"), settings, ports) as assembly:
                await assembly.market.book(BTC, timeout_s=30)
                raise RuntimeError("of the user's own")
        assert asyncio.all_tasks() == before
        assert venue.open_lines == []


@virtual_time
async def test_g12_products_at_one_address_share_its_limits_and_bans() -> None:
    http = FakeHttp(script(Reply(403, body=b"access too frequent"), Reply()), clock=VirtualClock())
    ports = Ports(clock=VirtualClock(), http=http, websockets=MemoryNetwork())
    products = products_of("bybit.spot", "bybit.linear")
    async with assemble(products, Settings(), ports) as assembly:
        spot, linear = assembly.market.feeds
        assert spot.rest.gate is linear.rest.gate
        with pytest.raises(Banned):
            await spot.rest.call(spot.product.calls.server_time(), deadline_s=1)
        with pytest.raises(Banned):
            await linear.rest.call(linear.product.calls.server_time(), deadline_s=1)
        assert len(http.requests) == 1
