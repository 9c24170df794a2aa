"""The sandbox as users open it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.sandbox.conftest import Client, NaiveBook

from tickwright.errors import Closed, ConfigError, UnknownInstrument, UnknownVenue
from tickwright.model.market import Side
from tickwright.sandbox import Faults, Sandbox
from tickwright.venues.commands import SubmitOrder
from tickwright.venues.reports import Event, Refused


SPOT, USDM, COINM = "binance.spot", "binance.usdm", "binance.coinm"
BTC, ETH, PERP = "binance:BTC/USDT", "binance:ETH/USDT", "binance:BTC/USDT:USDT"


async def test_it_serves_whole_venues_and_says_where() -> None:
    async with Sandbox(seed=7, instruments=2, speed=0) as sandbox:
        assert sandbox.products == (SPOT, USDM, COINM)
        assert set(sandbox.endpoints) == set(sandbox.products)
        ready = sandbox.ready()
        assert set(ready[SPOT]) == {"rest", "ws_public", "ws_api"}
        assert set(ready[USDM]) == {"rest", "ws_public", "ws_private", "ws_api"}
        assert ready["account"] == {"key": sandbox.account.key, "secret": sandbox.account.secret}
        addresses = [text for product in sandbox.products for text in ready[product].values()]
        assert all(text.startswith(("http://127.0.0.1:", "ws://127.0.0.1:")) for text in addresses)
        assert sandbox.instruments[:2] == (BTC, ETH)


async def test_the_same_seed_is_the_same_market() -> None:
    books = []
    for seed in (7, 7, 8):
        async with Sandbox(seed=seed, instruments=1, speed=0) as sandbox:
            await sandbox.advance(5)
            books.append(sandbox.book(BTC))
    assert books[0] == books[1] != books[2]


async def test_a_client_ends_with_the_book_that_the_sandbox_tells(client: Client) -> None:
    async with Sandbox([SPOT], instruments=[BTC], speed=0, rate_per_s=200) as sandbox:
        socket = await client.connect(sandbox.venue)
        await client.ask(socket, "SUBSCRIBE", "btcusdt@depth@100ms")
        book = NaiveBook(is_futures=False)
        _, body, _ = await client.get(
            sandbox.venue, "/api/v3/depth", symbol="BTCUSDT", limit="1000"
        )
        book.replace(body)
        await sandbox.advance(10)
        for frame in await client.read_until_pong(socket):
            book.update(frame["data"])
        assert (book.bids, book.asks) == sandbox.book(BTC)


async def test_ids_find_their_products_and_only_those_are_served() -> None:
    async with Sandbox(instruments=[PERP, BTC], speed=0) as sandbox:
        assert sandbox.products == (SPOT, USDM)
        assert sandbox.instruments == (BTC, PERP)
        with pytest.raises(UnknownInstrument, match="is not traded here"):
            sandbox.book(ETH)


async def test_single_products_can_be_served() -> None:
    async with Sandbox([USDM], instruments=1, speed=0) as sandbox:
        assert sandbox.products == (USDM,)


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ({"venues": ("binanse",)}, UnknownVenue, "did you mean binance?"),
        ({"venues": ("binance.spto",)}, UnknownVenue, "did you mean binance.spot?"),
        ({"venues": ()}, ConfigError, "name at least one"),
        ({"seed": "7"}, ConfigError, "seed: must be a whole number, not '7'"),
        ({"instruments": 0}, ConfigError, "from 1 to 500 a product, not 0"),
        ({"instruments": ()}, ConfigError, "name at least one"),
        ({"instruments": ["binance:BTC/USDT:EUR-1"]}, UnknownInstrument, ""),
        ({"instruments": [PERP], "venues": [SPOT]}, UnknownInstrument, "of none of binance.spot"),
        ({"speed": -1}, ConfigError, "speed: must be 0 or more"),
        ({"speed": float("nan")}, ConfigError, "speed: must be 0 or more"),
        ({"port": 70_000}, ConfigError, "port: must lie between 0 and 65535"),
        ({"faults": {"drpo": {}}}, ConfigError, "did you mean drop?"),
        ({"faults": {"binance.nope": {}}}, ConfigError, "binance.nope is not served here"),
        ({"recordings": {"bybit": "x"}}, ConfigError, "bybit is not served here"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    arguments: dict[str, Any], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind) as raised:
        Sandbox(**arguments)
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_outside_its_block_it_has_no_addresses() -> None:
    with pytest.raises(Closed, match="async with"):
        Sandbox().endpoints  # noqa: B018 - asking is what fails


async def test_it_opens_once_at_a_time_and_again_after() -> None:
    sandbox = Sandbox(instruments=1, speed=0)
    for _ in range(2):
        async with sandbox:
            with pytest.raises(Closed):
                await sandbox.__aenter__()
    assert not sandbox.is_open


async def test_faults_strike_all_products_or_one(client: Client) -> None:
    async with Sandbox(instruments=1, speed=0, faults={"rest_status": 500}) as sandbox:
        venue = sandbox.venue
        assert (await client.get(venue, "/api/v3/ping"))[0] == 500
        sandbox.faults_of(USDM).rest_status = 503
        sandbox.faults.rest_status = None
        assert (await client.get(venue, "/api/v3/ping"))[0] == 200
        assert (await client.get(venue, "/fapi/v1/ping", USDM))[0] == 503
        assert sandbox.faults_of(USDM) is sandbox.faults_of(USDM)


async def test_faults_come_as_an_object_or_from_a_file(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps({SPOT: {"rest_status": 418}}))
    faults = Faults()
    async with Sandbox(instruments=1, speed=0, faults=faults) as sandbox:
        assert sandbox.faults is faults
    async with Sandbox(instruments=1, speed=0, faults=path) as sandbox:
        assert (await client.get(sandbox.venue, "/api/v3/ping"))[0] == 418
        assert (await client.get(sandbox.venue, "/fapi/v1/ping", USDM))[0] == 200


async def test_sockets_can_be_closed_of_one_product_or_of_all(client: Client) -> None:
    async with Sandbox(instruments=1, speed=0) as sandbox:
        spot = await client.connect(sandbox.venue)
        usdm = await client.connect(sandbox.venue, USDM, "/public/stream")
        assert sandbox.close_sockets(1008, product=SPOT) == 1
        assert (await client.message(spot)).data == 1008
        assert await client.ask(usdm, "LIST_SUBSCRIPTIONS")
        assert sandbox.close_sockets(1012, "restart") >= 1
        assert (await client.message(usdm)).data == 1012


async def test_doors_and_notices_are_at_hand(client: Client) -> None:
    async with Sandbox([SPOT], instruments=1, speed=0) as sandbox:
        socket = await client.connect(sandbox.venue, path="/ws")
        sandbox.announce_shutdown()
        assert (await client.read(socket))["e"] == "serverShutdown"
        await sandbox.shut_doors()
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.connect(sandbox.venue)
        await sandbox.open_doors()
        await client.connect(sandbox.venue)
        await sandbox.wait_until(lambda: len(sandbox.venue.connections(SPOT)) == 2)


async def test_a_burst_comes_at_one_instant(client: Client) -> None:
    async with Sandbox([SPOT], instruments=1, speed=0) as sandbox:
        assert sandbox.burst(1000) == 0
        socket = await client.connect(sandbox.venue, path="/stream?streams=btcusdt@bookTicker")
        made = sandbox.burst(1000, product=SPOT)
        frames = await client.read_until_pong(socket)
        assert made == len(frames) >= 1000


async def test_a_capture_can_be_the_market(
    client: Client, capture_path: Callable[[str], Path]
) -> None:
    recordings = {SPOT: capture_path("binance-spot-8")}
    async with Sandbox([SPOT], recordings=recordings) as sandbox:
        _, info, _ = await client.get(sandbox.venue, "/api/v3/exchangeInfo")
        assert info["symbols"]
        assert "binance:NKN/USDT" in sandbox.instruments
        assert sandbox.book("binance:NKN/USDT") == ({}, {}), "nothing was played yet"


async def test_products_of_a_site_share_addresses_faults_and_connections(client: Client) -> None:
    async with Sandbox(["bybit"], instruments=1, speed=0) as sandbox:
        assert sandbox.endpoints["bybit.spot"] == sandbox.endpoints["bybit.linear"]
        assert sandbox.faults_of("bybit.spot") is sandbox.faults_of("bybit.linear")
        await client.connect(sandbox.venue, "bybit.spot", "/v5/public/linear")
        assert sandbox.close_sockets(product="bybit.linear") == 1


async def test_whoever_wants_to_know_the_truth_of_orders_looks_into_the_engine() -> None:
    heard: list[Event] = []
    async with Sandbox(["binance.spot", "bybit"], instruments=1, speed=0) as sandbox:
        engine = sandbox.exchange("bybit.spot")
        assert engine is sandbox.exchange("bybit.linear")
        assert engine is not sandbox.exchange(SPOT)
        engine.listen(heard.extend)
        order = SubmitOrder(
            account="sandbox", symbol="linear/BTCUSDT", side=Side.BUY, quantity=1, price=1
        )
        engine.submit(order, 0)
        assert isinstance(heard[0], Refused)
        with pytest.raises(ConfigError, match=r"binance\.coinm takes no orders here"):
            sandbox.exchange("binance.coinm")
