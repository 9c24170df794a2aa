"""``environment=sandbox``: connector and venue find each other without any other setting."""

from __future__ import annotations

import msgspec
import pytest

from tickwright import Connector, Endpoints
from tickwright.app.config import Settings
from tickwright.app.registry import products_of
from tickwright.app.sandboxed import own_sandbox, served
from tickwright.errors import ConfigError, UnknownVenue
from tickwright.sandbox import Sandbox


SPOT = "binance.spot"
BTC = "binance:BTC/USDT"


async def test_a_connector_inside_a_sandbox_needs_no_other_setting() -> None:
    async with (
        Sandbox(seed=7, instruments=1) as sandbox,
        Connector.open("binance", environment=sandbox) as tw,
    ):
        book = await tw.book(BTC)
        bids, asks = sandbox.book(BTC)
        assert book.best_bid is not None
        assert set(bids) | set(asks)
        assert [feed.product.name for feed in tw.feeds] == list(sandbox.products)


async def test_a_sandbox_that_is_not_open_lives_as_long_as_the_connector() -> None:
    sandbox = Sandbox([SPOT], instruments=1)
    async with Connector.open(SPOT, environment=sandbox) as tw:
        assert sandbox.is_open
        await tw.book(BTC)
    assert not sandbox.is_open


async def test_the_word_alone_brings_a_sandbox_of_its_own() -> None:
    async with Connector.open(SPOT, environment="sandbox") as tw:
        assert (await tw.book(BTC)).best_bid


async def test_a_product_that_the_sandbox_lacks_is_refused_by_name() -> None:
    async with Sandbox([SPOT], instruments=1) as sandbox:
        with pytest.raises(ConfigError, match=r"binance\.usdm has no 'sandbox' environment"):
            async with Connector.open("binance.usdm", environment=sandbox):
                pass
        async with Connector.open("binance", environment=sandbox) as tw:
            assert [feed.product.name for feed in tw.feeds] == [SPOT]
            await tw.book(BTC)


async def test_addresses_of_settings_do_not_lead_out_of_a_sandbox() -> None:
    elsewhere = {SPOT: Endpoints(rest="http://127.0.0.1:1", ws_public="ws://127.0.0.1:1")}
    async with (
        Sandbox([SPOT], instruments=1) as sandbox,
        Connector.open(SPOT, environment=sandbox, endpoints=elsewhere) as tw,
    ):
        assert (await tw.book(BTC)).best_bid


def test_addresses_that_were_given_need_no_sandbox() -> None:
    products = products_of(SPOT)
    here = {SPOT: Endpoints(rest="http://127.0.0.1:1")}
    assert own_sandbox(products, Settings(environment="sandbox", endpoints=here)) is None
    assert own_sandbox(products, Settings()) is None
    found = own_sandbox(products, Settings(environment="sandbox"))
    assert found is not None
    assert found.products == (SPOT,)


def test_of_a_venue_the_products_that_are_served_are_opened() -> None:
    sandbox = Sandbox([SPOT])
    products = products_of("binance")
    settings = Settings()
    assert [one.name for one in served(products, ["binance"], sandbox, settings)] == [SPOT]
    assert len(served(products, ["binance", "binance.usdm"], sandbox, settings)) == 2
    here = Settings(endpoints={"binance.coinm": Endpoints(rest="http://127.0.0.1:1")})
    assert len(served(products, ["binance"], sandbox, here)) == 2


async def test_of_a_venue_the_products_that_a_sandbox_can_speak_are_enough() -> None:
    async with Connector.open("bybit", environment="sandbox") as tw:
        names = [feed.product.name for feed in tw.feeds]
        assert names == ["bybit.spot", "bybit.linear", "bybit.inverse"]
        assert (await tw.book("bybit:BTC/USDT:USDT")).best_bid


def test_a_product_that_no_sandbox_speaks_is_refused_with_those_that_it_does() -> None:
    (linear,) = products_of("bybit.linear")
    option = msgspec.structs.replace(linear, name="bybit.option")
    with pytest.raises(UnknownVenue, match=r"no product 'bybit\.option': it has bybit\.spot"):
        own_sandbox([option], Settings(environment="sandbox"))
