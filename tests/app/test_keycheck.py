"""What a key may is looked at when order entry opens, and told if it is of concern."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tickwright import Caution, Connector, Credentials, Notice, Notices, Ports, Sandbox, Settings
from tickwright.app.keycheck import concerns
from tickwright.model.account import KeyPermissions
from tickwright.sandbox.account import ACCOUNT
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import VirtualClock, virtual_time
from tickwright.venues.privateside import ApiKey


SECRET = "planted-secret-31415926"
READER = ApiKey(key="r" * 64, account=ACCOUNT, secret=SECRET, can_trade=False)
OWNER = ApiKey(key="o" * 64, account=ACCOUNT, secret=SECRET, can_withdraw=True)
TRADER = ApiKey(key="t" * 64, account=ACCOUNT, secret=SECRET)
both = pytest.mark.parametrize("product", ["binance.spot", "bybit.linear"])


@asynccontextmanager
async def told(
    product: str, key: ApiKey
) -> AsyncIterator[tuple[Sandbox, Connector, list[Caution]]]:
    """Yield a connector that has a key, and what it says of it."""
    network = MemoryVenues()
    cautions: list[Caution] = []
    async with Sandbox(
        (product,), instruments=1, rate_per_s=0.001, keys=(READER, OWNER, TRADER), network=network
    ) as sandbox:
        settings = Settings(
            endpoints=sandbox.endpoints,
            credentials={product.partition(".")[0]: Credentials(key.key, key.secret)},
            journal="memory:",
        )
        ports = Ports(clock=VirtualClock(), websockets=network.websockets, http=network.http)
        async with Connector.open(product, settings=settings, ports=ports) as tw:

            def hear(notice: Notice) -> None:
                if isinstance(notice, Caution):
                    cautions.append(notice)

            tw.on(Notices(), hear)
            yield sandbox, tw, cautions


@both
@virtual_time
async def test_a_key_that_may_not_trade_is_told_at_the_start_and_may_look(product: str) -> None:
    async with told(product, READER) as (_, tw, cautions):
        assert await tw.orders.balances()
        (caution,) = cautions
        assert caution.subject == product.partition(".")[0]
        assert caution.text.startswith("the key may not trade")


@both
@virtual_time
async def test_a_key_that_may_withdraw_is_told_as_well(product: str) -> None:
    async with told(product, OWNER) as (_, tw, cautions):
        await tw.orders.ready()
        assert ["may withdraw" in each.text for each in cautions] == [True]


@both
@virtual_time
async def test_a_key_that_is_as_it_should_be_is_not_worth_a_word(product: str) -> None:
    async with told(product, TRADER) as (_, tw, cautions):
        await tw.orders.ready()
        assert cautions == []


@virtual_time
async def test_a_venue_that_does_not_say_is_no_concern() -> None:
    async with told("binance.spot", READER) as (sandbox, tw, cautions):
        sandbox.faults.rest_only, sandbox.faults.rest_status = {"/sapi/*"}, 404
        await tw.orders.ready()
        assert cautions == []


@virtual_time
async def test_a_product_that_does_not_tell_is_not_asked() -> None:
    async with told("binance.usdm", READER) as (_, tw, cautions):
        await tw.orders.ready()
        assert cautions == []


@virtual_time
async def test_nobody_waits_for_it() -> None:
    async with told("binance.spot", READER) as (sandbox, tw, cautions):
        sandbox.faults.rest_only, sandbox.faults.rest_black_hole = {"/sapi/*"}, True
        await tw.orders.ready()
        assert cautions == []


def test_a_key_may_be_of_concern_for_two_reasons() -> None:
    assert (
        len(list(concerns(KeyPermissions(can_trade=False, can_withdraw=True, is_bound=True)))) == 2
    )
