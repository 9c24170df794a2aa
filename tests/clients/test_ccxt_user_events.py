"""User events through ccxt: ``watch_orders``, ``watch_my_trades``, ``watch_balance`` and ``watch_positions``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.clients.conftest import SPOT, USDM
from tests.clients.keys import Key
from tests.clients.kit import ClientProcess, ccxt_addresses

from tickwright.sandbox import LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

PRODUCTS = [
    pytest.param(("BTC/USDT", SPOT), id="spot"),
    pytest.param(("BTC/USDT:USDT", USDM), id="usdm"),
]
LOW = 63_000.0


class Watcher:
    """ccxt at one product, with a key."""

    def __init__(self, client: ClientProcess, venue: LoopbackVenue, symbol: str, product: str):
        self.client, self.venue, self.symbol, self.product = client, venue, symbol, product

    async def watch(self, method: str, *args: Any) -> None:
        """Start a loop over a ``watch_…`` method, and wait until the account's events are subscribed."""
        await self.client.call("follow", method, method, *args)
        await self.venue.wait_until(lambda: bool(self.venue.switchboard(self.product).streams))

    async def place(self, kind: str, side: str, amount: float, price: float | None = None) -> Any:
        """Place an order."""
        return await self.client.call("create_order", self.symbol, kind, side, amount, price)

    async def told(self, method: str, condition: Callable[[Any], bool]) -> list[Any]:
        """Wait until the last return of a loop fulfils a condition, and return all of them."""
        return await self.client.wait_for(
            method, lambda seen: bool(seen and seen[-1]) and condition(seen[-1])
        )


@pytest.fixture
async def watcher(
    ccxt: ClientProcess,
    trading: LoopbackVenue,
    keys: dict[str, Key],
    request: pytest.FixtureRequest,
) -> AsyncIterator[Watcher]:
    symbol, product = getattr(request, "param", ("BTC/USDT:USDT", USDM))
    kind, default = ("spot", "spot") if product == SPOT else ("linear", "swap")
    options = {"fetchMarkets": {"types": [kind]}, "defaultType": default}
    config = {**keys["hmac"].for_ccxt(), "enableRateLimit": False, "options": options}
    await ccxt.call("open", urls=ccxt_addresses(trading), config=config)
    await ccxt.call("load_markets")
    yield Watcher(ccxt, trading, symbol, product)
    await ccxt.call("close")


@pytest.mark.parametrize("watcher", PRODUCTS, indirect=True)
async def test_orders_are_told_of_from_placement_to_end(watcher: Watcher) -> None:
    await watcher.watch("watch_orders", watcher.symbol)
    placed = await watcher.place("limit", "buy", 0.01, LOW)
    await watcher.told("watch_orders", lambda rows: rows[-1]["status"] == "open")
    await watcher.client.call("cancel_order", placed["id"], watcher.symbol)
    await watcher.told("watch_orders", lambda rows: rows[-1]["status"] == "canceled")
    filled = await watcher.place("market", "buy", 0.01)
    seen = await watcher.told("watch_orders", lambda rows: rows[-1]["status"] == "closed")
    last = seen[-1][-1]
    assert (last["id"], last["filled"], last["remaining"]) == (filled["id"], 0.01, 0)
    asked = await watcher.client.call("fetch_order", filled["id"], watcher.symbol)
    assert (last["average"], last["cost"]) == (
        pytest.approx(asked["average"]),
        pytest.approx(asked["cost"]),
    )


@pytest.mark.parametrize("watcher", PRODUCTS, indirect=True)
async def test_each_fill_is_told_of_once_with_its_fee(watcher: Watcher) -> None:
    await watcher.watch("watch_my_trades", watcher.symbol)
    await watcher.place("market", "buy", 0.05)
    await watcher.place("market", "sell", 0.03)
    asked = await watcher.client.call("fetch_my_trades", watcher.symbol)
    seen = await watcher.told("watch_my_trades", lambda rows: rows[-1]["id"] == asked[-1]["id"])
    rows = [row for told in seen for row in told]
    names = ("id", "order", "side", "price", "amount", "takerOrMaker")
    assert [[row[name] for name in names] for row in rows] == [
        [row[name] for name in names] for row in asked
    ]
    assert [row["fee"]["cost"] for row in rows] == [row["fee"]["cost"] for row in asked]


@pytest.mark.parametrize("watcher", PRODUCTS, indirect=True)
async def test_the_watched_balance_is_the_one_that_is_asked_for(watcher: Watcher) -> None:
    await watcher.watch("watch_balance")
    await watcher.place("market", "buy", 0.05)
    asked = await watcher.client.call("fetch_balance")
    if watcher.product == SPOT:
        asset, total = "BTC", asked["BTC"]["total"]
    else:  # what is asked for counts profits that are not realized; events tell of the wallet
        asset, total = "USDT", float(asked["info"]["totalWalletBalance"])
    await watcher.told("watch_balance", lambda told: told[asset]["total"] == total)


async def test_the_watched_position_is_the_one_that_is_asked_for(watcher: Watcher) -> None:
    await watcher.watch("watch_positions", [watcher.symbol])
    await watcher.place("market", "buy", 0.05)
    (asked,) = await watcher.client.call("fetch_positions", [watcher.symbol])
    seen = await watcher.told("watch_positions", lambda rows: rows[-1]["contracts"] == 0.05)
    last = seen[-1][-1]
    assert (last["side"], last["entryPrice"]) == (asked["side"], asked["entryPrice"])
    await watcher.place("market", "sell", 0.05)
    await watcher.told("watch_positions", lambda rows: rows[-1]["contracts"] == 0)
