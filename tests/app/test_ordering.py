"""Order entry is put together when it is asked for, of those products that can."""

from __future__ import annotations

import pytest
from msgspec import structs

from tickwright import ConfigError, Connector, OrderState, Sandbox, StoreError
from tickwright.app.assembly import Ports
from tickwright.core.privatestate import PrivateState
from tickwright.model.notices import SessionUp
from tickwright.model.topics import Notices
from tickwright.testing.venues import MemoryVenues
from tickwright.testing.virtual_time import virtual_time
from tickwright.venues.signing import Credentials


BTC = "binance:BTC/USDT"


def sandbox(*products: str) -> Sandbox:
    return Sandbox(products, instruments=1, rate_per_s=0.001, step_s=1.0, network=MemoryVenues())


@virtual_time
async def test_products_that_take_no_orders_are_left_out() -> None:
    async with Connector.open(
        "binance", environment=sandbox("binance.spot", "binance.coinm")
    ) as tw:
        await tw.orders.ready()
        floor = tw.orders._floor
        assert floor is not None
        assert list(floor.sessions) == ["binance.spot"]
        assert floor.sessions["binance.spot"].state is PrivateState.READY


@virtual_time
async def test_where_nothing_takes_orders_that_is_said() -> None:
    async with Connector.open("binance.coinm", environment=sandbox("binance.coinm")) as tw:
        with pytest.raises(ConfigError, match=r"none of binance\.coinm takes orders"):
            await tw.orders.ready()


@virtual_time
async def test_a_journal_that_cannot_be_opened_is_said_and_tried_again_when_asked_again() -> None:
    nowhere = "sqlite:/nowhere/orders.db"
    async with Connector.open(
        "binance.spot", environment=sandbox("binance.spot"), journal=nowhere
    ) as tw:
        for _ in range(2):
            with pytest.raises(StoreError, match="cannot be opened"):
                await tw.orders.ready()


@virtual_time
async def test_its_sessions_are_told_of_on_the_bus_and_end_with_the_connector() -> None:
    venue = sandbox("binance.spot")
    async with venue:
        async with Connector.open("binance.spot", environment=venue) as tw:
            notices: list[object] = []
            tw.on(Notices(), notices.append)
            await tw.orders.ready()
            up = {each.session for each in notices if isinstance(each, SessionUp)}
            assert up == {"binance.spot/private", "binance.spot/orders"}
            assert all(name in str(tw.status().tasks) for name in up)
            status = tw.status()
            told = (*status.private_streams, *status.order_sockets)
            assert {(each.name, each.state) for each in told} == {(name, "ready") for name in up}
        assert not venue.venue.connections()


@pytest.mark.parametrize("product", ["binance.spot", "binance.usdm", "bybit.spot", "bybit.linear"])
@virtual_time
async def test_the_first_order_goes_over_a_socket_that_is_warm(product: str) -> None:
    async with Connector.open(product, environment=sandbox(product)) as tw:
        symbol = f"{product.partition('.')[0]}:BTC/USDT"
        is_contract = product in ("binance.usdm", "bybit.linear")
        instrument = f"{symbol}:USDT" if is_contract else symbol
        order = await tw.orders.submit(instrument, "buy", quantity="0.01", price="60000")
        assert order.state is OrderState.OPEN
        floor = tw.orders._floor
        assert floor is not None
        assert floor.order_sockets[product].sent == 1


@virtual_time
async def test_commands_go_over_rest_where_that_is_wanted() -> None:
    async with Connector.open(
        "binance.spot", environment=sandbox("binance.spot"), order_transport="rest"
    ) as tw:
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert order.state is OrderState.OPEN
        floor = tw.orders._floor
        assert floor is not None
        assert not floor.order_sockets


@virtual_time
async def test_the_best_prices_are_those_of_a_live_book() -> None:
    async with Connector.open("binance.spot", environment=sandbox("binance.spot")) as tw:
        await tw.orders.ready()
        floor = tw.orders._floor
        assert floor is not None
        assert floor.risk._best_prices(BTC) == (None, None)
        book = await tw.book(BTC)
        assert book.best_bid is not None
        assert floor.risk._best_prices(BTC)[0] == book.best_bid[0]
        order = await tw.orders.submit(BTC, "buy", quantity="0.01", price="60000")
        assert order.state is OrderState.OPEN


@virtual_time
async def test_who_names_another_place_for_rest_alone_has_no_orders_at_the_venue_s_own_socket() -> (
    None
):
    network = MemoryVenues()
    venue = Sandbox(("bybit.linear",), instruments=1, step_s=1.0, network=network)
    async with venue:
        there, account = venue.endpoints["bybit.linear"], venue.account
        for own, is_used in ((there, True), (structs.replace(there, ws_trade=None), False)):
            async with Connector.open(
                "bybit.linear",
                endpoints={"bybit.linear": own},
                credentials={"bybit": Credentials(account.key, account.secret)},
                journal="memory:",
                ports=Ports(clock=network.clock, websockets=network, http=network),
            ) as tw:
                await tw.orders.ready()
                floor = tw.orders._floor
                assert floor is not None
                assert bool(floor.order_sockets) is is_used
