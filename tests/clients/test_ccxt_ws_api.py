"""The WebSocket APIs of spot and USD-M futures through ccxt's ``…_ws`` methods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.clients.keys import Key
from tests.clients.kit import ClientError, ClientProcess, ccxt_addresses

from tickwright.sandbox import LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

SPOT, SWAP = "BTC/USDT", "BTC/USDT:USDT"
LOW = 63_000.0
Open = Callable[[str], Awaitable[ClientProcess]]


@pytest.fixture
def opened(ccxt: ClientProcess, trading: LoopbackVenue, keys: dict[str, Key]) -> Open:
    """Returns ccxt at the product of a symbol, with a key."""

    async def make(symbol: str) -> ClientProcess:
        kind, default = ("spot", "spot") if symbol == SPOT else ("linear", "swap")
        options = {"fetchMarkets": {"types": [kind]}, "defaultType": default}
        config = {**keys["hmac"].for_ccxt(), "enableRateLimit": False, "options": options}
        await ccxt.call("open", urls=ccxt_addresses(trading), config=config)
        await ccxt.call("load_markets")
        return ccxt

    return make


async def test_a_spot_order_lives_on_the_socket(opened: Open) -> None:
    exchange = await opened(SPOT)
    placed = await exchange.call("create_order_ws", SPOT, "limit", "buy", 0.01, LOW)
    asked = await exchange.call("fetch_order_ws", placed["id"], SPOT)
    over_rest = await exchange.call("fetch_order", placed["id"], SPOT)
    assert (asked["status"], asked["price"], asked["amount"]) == ("open", LOW, 0.01)
    assert {**asked, "info": None} == {**over_rest, "info": None}
    assert await exchange.call("fetch_open_orders_ws", SPOT) == [asked]
    replaced = await exchange.call(
        "edit_order_ws", placed["id"], SPOT, "limit", "buy", 0.02, LOW + 1
    )
    canceled = await exchange.call("cancel_order_ws", replaced["id"], SPOT)
    assert canceled["status"] == "canceled"
    filled = await exchange.call("create_order_ws", SPOT, "market", "buy", 0.01)
    assert (filled["status"], filled["filled"]) == ("closed", 0.01)
    trades = await exchange.call("fetch_my_trades_ws", SPOT)
    assert {one["order"] for one in trades} == {filled["id"]}
    # Of spot balances over the socket the client makes nothing but hands them through.
    told = (await exchange.call("fetch_balance_ws"))["info"]["balances"]
    assert told == (await exchange.call("fetch_balance"))["info"]["balances"]
    await exchange.call("create_order_ws", SPOT, "limit", "buy", 0.01, LOW)
    (ended,) = await exchange.call("cancel_all_orders_ws", SPOT)
    assert ended["status"] == "canceled"
    history = await exchange.call("fetch_orders_ws", SPOT)
    assert sorted(one["status"] for one in history) == ["canceled"] * 3 + ["closed"]


async def test_a_futures_order_lives_on_the_socket(opened: Open) -> None:
    exchange = await opened(SWAP)
    placed = await exchange.call("create_order_ws", SWAP, "limit", "buy", 0.01, LOW)
    moved = await exchange.call("edit_order_ws", placed["id"], SWAP, "limit", "buy", 0.02, LOW + 10)
    assert (moved["id"], moved["amount"], moved["price"]) == (placed["id"], 0.02, LOW + 10)
    assert (await exchange.call("fetch_order_ws", placed["id"], SWAP))["status"] == "open"
    assert (await exchange.call("cancel_order_ws", placed["id"], SWAP))["status"] == "canceled"
    filled = await exchange.call("create_order_ws", SWAP, "market", "buy", 0.05)
    assert (filled["status"], filled["filled"]) == ("closed", 0.05)
    (held,) = await exchange.call("fetch_positions_ws", [SWAP])
    assert (held["side"], held["contracts"]) == ("long", 0.05)
    stop = {"stopLossPrice": LOW}
    waiting = await exchange.call("create_order_ws", SWAP, "market", "sell", 0.05, None, stop)
    assert waiting["info"]["algoStatus"] == "NEW"
    balance = await exchange.call("fetch_balance_ws")
    assert balance["USDT"]["total"] == (await exchange.call("fetch_balance"))["USDT"]["total"]


@pytest.mark.parametrize("symbol", [SPOT, SWAP])
async def test_market_data_can_be_asked_for_on_the_socket(opened: Open, symbol: str) -> None:
    exchange = await opened(symbol)
    if symbol == SPOT:
        candles = await exchange.call("fetch_ohlcv_ws", SPOT, "1m", None, 5)
        assert candles == await exchange.call("fetch_ohlcv", SPOT, "1m", None, 5)
        return
    book = await exchange.call("fetch_order_book_ws", SWAP, 5)
    over_rest = await exchange.call("fetch_order_book", SWAP, 5)
    assert (book["bids"], book["asks"]) == (over_rest["bids"], over_rest["asks"])


REFUSALS: list[tuple[str, str, tuple[Any, ...], str, str]] = [
    (SPOT, "create_order_ws", ("limit", "buy", 100, LOW), "InsufficientFunds", "insufficient balance"),
    (SPOT, "create_order_ws", ("limit", "buy", 0.01, 1), "InvalidOrder", "PERCENT_PRICE_BY_SIDE"),
    # The client leaves its own word among the parameters, which a venue that reads all of them does not know.
    (SPOT, "create_order_ws", ("limit", "buy", 0.01, LOW, {"postOnly": True}), "BadRequest", "-1104"),
    (SWAP, "create_order_ws", ("limit", "buy", 0.01, 66_900.0, {"postOnly": True}), "ExchangeError", "-5022"),
    (SWAP, "create_order_ws", ("limit", "buy", 900, LOW), "ExchangeError", "-2019"),
]  # fmt: skip


@pytest.mark.parametrize(("symbol", "method", "arguments", "kind", "text"), REFUSALS)
async def test_refusals_are_the_errors_that_the_client_has_for_them(
    opened: Open, symbol: str, method: str, arguments: tuple[Any, ...], kind: str, text: str
) -> None:
    exchange = await opened(symbol)
    with pytest.raises(ClientError) as caught:
        await exchange.call(method, symbol, *arguments)
    assert (caught.value.kind, text in caught.value.text) == (kind, True), caught.value.text
