"""ccxt against a recorded market: the recording's prices, and orders of its own among what was recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.clients.conftest import COINM, SPOT, USDM
from tests.clients.keys import Key
from tests.clients.kit import ClientProcess, ccxt_addresses

from tickwright.sandbox import GeneratedMarket, LoopbackVenue, PlayedMarket
from tickwright.sandbox.account import SandboxAccount
from tickwright.sandbox.trading import trading_side


pytestmark = pytest.mark.slow  # importing the client takes seconds

SYMBOL = "BTC/USDT:USDT"


@pytest.fixture
async def recorded(
    ccxt: ClientProcess,
    account: SandboxAccount,
    keys: dict[str, Key],
    capture_path: Callable[[str], Path],
) -> AsyncIterator[LoopbackVenue]:
    """USD-M futures as they were recorded, ten seconds on, with ccxt at them."""
    market = PlayedMarket(USDM, capture_path("binance-usdm-1"))
    spot, coinm = (GeneratedMarket(product, 1) for product in (SPOT, COINM))
    sides = {one.product: trading_side(one, account) for one in (market, spot)}
    private = {product: side for product, side in sides.items() if side is not None}
    async with LoopbackVenue([market, spot, coinm], speed=0, private=private) as venue:
        await venue.advance(10)
        config = {
            **keys["hmac"].for_ccxt(),
            "enableRateLimit": False,
            "options": {"fetchMarkets": {"types": ["linear"]}, "defaultType": "swap"},
        }
        await ccxt.call("open", urls=ccxt_addresses(venue), config=config)
        await ccxt.call("load_markets")
        yield venue
        await ccxt.call("close")


async def test_orders_meet_the_recorded_book_and_the_recorded_trades(
    recorded: LoopbackVenue, ccxt: ClientProcess
) -> None:
    book = await ccxt.call("fetch_order_book", SYMBOL)
    (bid, _), (ask, _) = book["bids"][0], book["asks"][0]
    bought = await ccxt.call("create_order", SYMBOL, "market", "buy", 0.01)
    bought = await ccxt.call("fetch_order", bought["id"], SYMBOL)
    assert (bought["status"], bought["average"]) == ("closed", ask)

    resting = await ccxt.call("create_order", SYMBOL, "limit", "sell", 0.01, ask)
    assert (await ccxt.call("fetch_order", resting["id"], SYMBOL))["filled"] == 0
    assert (await ccxt.call("fetch_order_book", SYMBOL))["bids"][0][0] == bid, "nobody sees it"
    for _ in range(30):
        await recorded.advance(10)
        if (await ccxt.call("fetch_order", resting["id"], SYMBOL))["status"] == "closed":
            break
    filled = await ccxt.call("fetch_order", resting["id"], SYMBOL)
    assert (filled["status"], filled["average"]) == ("closed", ask)
    fills = await ccxt.call("fetch_my_trades", SYMBOL)
    kinds = [fill["takerOrMaker"] for fill in fills]
    assert (kinds[0], set(kinds[1:])) == ("taker", {"maker"})
