"""ccxt's Bybit class, REST and ``watch*``, against the venue: unpatched but for addresses and keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.clients.bybit import CATEGORIES, LINEAR, ccxt_addresses, market_of, top
from tests.clients.kit import ClientError, ClientProcess, floats

from tickwright.sandbox import Sandbox


pytestmark = pytest.mark.slow  # importing the client takes seconds

SYMBOLS = {"spot": "BTC/USDT", "linear": "BTC/USDT:USDT"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(["bybit"], instruments=3, seed=23, rate_per_s=300, speed=0) as opened:
        yield opened


@pytest.fixture
async def exchange(ccxt: ClientProcess, sandbox: Sandbox) -> AsyncIterator[ClientProcess]:
    """ccxt at the venue, with keys and all markets loaded."""
    config = {
        "apiKey": sandbox.account.key,
        "secret": sandbox.account.secret,
        "enableRateLimit": False,  # else it waits for more than a second while it loads the markets
    }
    await ccxt.call("open", urls=ccxt_addresses(sandbox), config=config, exchange="bybit")
    await ccxt.call("load_markets")
    yield ccxt
    await ccxt.call("close")


async def follow(
    exchange: ClientProcess, sandbox: Sandbox, stream: str, method: str, *args: Any
) -> None:
    """Start a ``watch*`` loop whose returns come as events named after the stream, and wait until it is subscribed."""
    await exchange.call("follow", stream, method, *args)
    board = sandbox.venue.switchboard(LINEAR)
    await sandbox.wait_until(lambda: any(name.endswith(stream) for name in board.streams))


async def kind_of_error(exchange: ClientProcess, method: str, *args: Any) -> str:
    with pytest.raises(ClientError) as raised:
        await exchange.call(method, *args)
    return raised.value.kind


# ---------------------------------------------------------------------- public


async def test_markets_have_the_venues_symbols_steps_and_kinds(
    exchange: ClientProcess, sandbox: Sandbox
) -> None:
    loaded = await exchange.call("load_markets")
    assert len(loaded) == 9
    for listing in market_of(sandbox).listings:
        base, quote, settle = listing.name.base, listing.name.quote, listing.name.settle
        found = loaded[f"{base}/{quote}:{settle}" if settle else f"{base}/{quote}"]
        assert (found["id"], found["active"]) == (listing.symbol, True)
        assert found["precision"]["price"] == float(listing.price(listing.tick))
        assert found["precision"]["amount"] == float(listing.quantity(listing.lot))


async def test_time_and_tickers_are_the_venues(exchange: ClientProcess, sandbox: Sandbox) -> None:
    assert await exchange.call("fetch_time") == market_of(sandbox).now_ms
    for category, symbol in SYMBOLS.items():
        instrument = market_of(sandbox).find(f"{category}/BTCUSDT")
        assert instrument is not None
        ticker = await exchange.call("fetch_ticker", symbol)
        assert ticker["last"] == float(instrument.listing.price(instrument.last_price))
    rate = await exchange.call("fetch_funding_rate", "BTC/USDT:USDT")
    assert rate["fundingTimestamp"] > market_of(sandbox).now_ms


@pytest.mark.parametrize("category", CATEGORIES)
async def test_the_watched_book_equals_the_venues_after_each_of_100_advances(
    exchange: ClientProcess, sandbox: Sandbox, category: str
) -> None:
    stream = f"{category}/orderbook.50.BTCUSDT"
    await follow(exchange, sandbox, stream, "watch_order_book", SYMBOLS[category], 50)
    events = await exchange.wait_for(stream, bool)
    for _ in range(100):
        await sandbox.advance(0.2)
        want = floats(top(sandbox, f"{category}/BTCUSDT", 50))  # type: ignore[arg-type]  # two sides
        events = await exchange.wait_for(stream, _holds(want))
        assert "error" not in events[-1]


def _holds(want: tuple[dict[float, float], dict[float, float]]) -> Callable[[list[Any]], bool]:
    def is_there(seen: list[Any]) -> bool:
        book = seen[-1] if seen else {"bids": (), "asks": ()}
        sides = [dict(map(tuple, book.get(side, ()))) for side in ("bids", "asks")]
        return "error" in book or sides == list(want)

    return is_there


@pytest.mark.parametrize("category", CATEGORIES)
async def test_watched_trades_have_neither_hole_nor_double(
    exchange: ClientProcess, sandbox: Sandbox, category: str
) -> None:
    stream = f"{category}/publicTrade.BTCUSDT"
    await follow(exchange, sandbox, stream, "watch_trades", SYMBOLS[category])
    instrument = market_of(sandbox).find(f"{category}/BTCUSDT")
    assert instrument is not None
    first_id = instrument.last_trade_id + 1
    await sandbox.advance(2)
    made = instrument.trades(first_id, 10_000)
    events = await exchange.wait_for(
        stream, lambda seen: len({one["id"] for part in seen for one in part}) >= len(made)
    )
    seen = {one["id"]: one for part in events for one in part}
    listing = instrument.listing
    assert [one["price"] for one in seen.values()] == [
        float(listing.price(one.price)) for one in made
    ]


async def test_candles_tickers_and_trades_come_over_rest_and_socket(
    exchange: ClientProcess, sandbox: Sandbox
) -> None:
    rows = await exchange.call("fetch_ohlcv", "BTC/USDT:USDT", "1m", None, 5)
    assert len(rows) == 5
    assert len(await exchange.call("fetch_trades", "BTC/USDT", None, 5)) <= 5
    await follow(exchange, sandbox, "linear/tickers.BTCUSDT", "watch_ticker", "BTC/USDT:USDT")
    await follow(exchange, sandbox, "linear/kline.1.BTCUSDT", "watch_ohlcv", "BTC/USDT:USDT", "1m")
    await sandbox.advance(3)
    tickers = await exchange.wait_for("linear/tickers.BTCUSDT", bool)
    assert tickers[-1]["bid"] < tickers[-1]["ask"]
    await exchange.wait_for("linear/kline.1.BTCUSDT", bool)


async def test_unknown_symbols_and_bans_are_told_apart(
    exchange: ClientProcess, sandbox: Sandbox
) -> None:
    params = {"category": "linear", "symbol": "NOPEUSDT"}
    assert await kind_of_error(exchange, "publicGetV5MarketOrderbook", params) == "BadSymbol"
    sandbox.faults.rest_status = 403
    kind = await kind_of_error(exchange, "fetch_time")
    assert kind in (
        "RateLimitExceeded",
        "ExchangeNotAvailable",
        "AuthenticationError",
        "PermissionDenied",
    )


# ---------------------------------------------------------------------- private


async def test_balances_are_of_the_unified_account(exchange: ClientProcess) -> None:
    balance = await exchange.call("fetch_balance")
    assert balance["USDT"]["total"] == 1_000_000
    await exchange.call("create_order", "BTC/USDT", "limit", "buy", 1, 64_500)
    balance = await exchange.call("fetch_balance")
    assert balance["USDT"]["total"] == 1_000_000


@pytest.mark.parametrize("category", CATEGORIES)
async def test_an_order_lives_its_life(exchange: ClientProcess, category: str) -> None:
    symbol = SYMBOLS[category]
    placed = await exchange.call("create_order", symbol, "limit", "buy", 0.01, 64_800)
    found = await exchange.call("fetch_open_orders", symbol)
    assert [(one["id"], one["status"]) for one in found] == [(placed["id"], "open")]
    await exchange.call("edit_order", placed["id"], symbol, "limit", "buy", 0.02, 64_700)
    order = await exchange.call("fetch_open_order", placed["id"], symbol)
    assert (order["amount"], order["price"]) == (0.02, 64_700)
    await exchange.call("cancel_order", placed["id"], symbol)
    assert await exchange.call("fetch_open_orders", symbol) == []
    (gone,) = await exchange.call("fetch_canceled_orders", symbol)
    assert (gone["id"], gone["status"]) == (placed["id"], "canceled")


async def test_fills_make_trades_and_positions(exchange: ClientProcess) -> None:
    symbol = "BTC/USDT:USDT"
    await exchange.call("set_leverage", 5, symbol)
    placed = await exchange.call("create_order", symbol, "market", "buy", 0.01)
    trades = await exchange.call("fetch_my_trades", symbol)
    assert {one["order"] for one in trades} == {placed["id"]}
    assert sum(one["amount"] for one in trades) == pytest.approx(0.01)
    (position,) = await exchange.call("fetch_positions", [symbol])
    assert (position["side"], position["contracts"], position["leverage"]) == ("long", 0.01, 5)
    fee = await exchange.call("fetch_trading_fee", symbol)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.00055)


async def test_a_market_buy_by_cost_spends_it(exchange: ClientProcess) -> None:
    placed = await exchange.call("create_market_buy_order_with_cost", "BTC/USDT", 1000)
    (order,) = await exchange.call("fetch_closed_orders", "BTC/USDT")
    assert order["id"] == placed["id"]
    assert 990 < order["cost"] <= 1000


async def test_watched_orders_trades_and_balances_follow(
    exchange: ClientProcess, sandbox: Sandbox
) -> None:
    for stream, method in (
        ("order", "watch_orders"),
        ("execution", "watch_my_trades"),
        ("wallet", "watch_balance"),
    ):
        await follow(exchange, sandbox, f"/{stream}", method)
    placed = await exchange.call("create_order", "BTC/USDT", "limit", "sell", 0.01, 64_900)
    orders = await exchange.wait_for("/order", bool)
    assert (orders[-1][-1]["id"], orders[-1][-1]["status"]) == (placed["id"], "closed")
    fills = await exchange.wait_for("/execution", bool)
    assert sum(one["amount"] for one in fills[-1]) == pytest.approx(0.01)
    balances = await exchange.wait_for("/wallet", bool)
    assert balances[-1]["BTC"]["total"] == pytest.approx(99.99)


async def test_orders_go_over_the_trade_socket(exchange: ClientProcess) -> None:
    symbol = "BTC/USDT:USDT"
    placed = await exchange.call("create_order_ws", symbol, "limit", "buy", 0.01, 64_800)
    assert placed["id"]
    await exchange.call("cancel_order_ws", placed["id"], symbol)
    assert await exchange.call("fetch_open_orders", symbol) == []


async def test_refusals_are_the_clients_own_kinds_of_error(
    exchange: ClientProcess, sandbox: Sandbox
) -> None:
    too_much = ("BTC/USDT", "limit", "buy", 20, 64_800)
    assert await kind_of_error(exchange, "create_order", *too_much) == "InsufficientFunds"
    kind = await kind_of_error(exchange, "cancel_order", "2090000000000000009", "BTC/USDT")
    assert kind == "OrderNotFound"
    sandbox.faults.clock_step_s = 60.0
    assert await kind_of_error(exchange, "fetch_balance") == "InvalidNonce"


async def test_a_wrong_secret_is_an_authentication_error(
    ccxt: ClientProcess, sandbox: Sandbox
) -> None:
    config = {"apiKey": sandbox.account.key, "secret": "wrong"}
    await ccxt.call("open", urls=ccxt_addresses(sandbox), config=config, exchange="bybit")
    assert await kind_of_error(ccxt, "fetch_balance") == "AuthenticationError"
