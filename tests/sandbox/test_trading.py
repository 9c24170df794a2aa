"""Users' orders and the generated order flow on one book, seen through real HTTP and streams by a plain client."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
import pytest
from tests.sandbox.conftest import Client, NaiveBook
from tests.sandbox.trader import ACCOUNT, SPOT, USDM, Trader
from yarl import URL

from tickwright.model.market import Side
from tickwright.sandbox import GeneratedMarket, LoopbackVenue, Sandbox
from tickwright.sandbox.trading import JoinedExchange, tell, trading_side
from tickwright.venues.commands import CancelAll, Deposit, OpenAccount, OrderKind, SubmitOrder
from tickwright.venues.facts import raw_amount
from tickwright.venues.privateside import ApiKey
from tickwright.venues.reports import Event, PositionLiquidated, Refused, TradePrinted


@pytest.fixture
async def trader(client: Client) -> AsyncIterator[Trader]:
    market = GeneratedMarket(SPOT, 2, seed=7, rate_per_s=200)
    side = trading_side(market, ACCOUNT)
    assert side is not None
    async with LoopbackVenue([market], speed=0, private={SPOT: side}) as venue:
        yield Trader(client, venue)


async def test_joining_the_engine_changes_nothing_that_anybody_sees(trader: Trader) -> None:
    before = await trader.depth()
    _, told, _ = await trader.client.get(trader.venue, "/api/v3/depth", symbol="BTCUSDT")
    assert (
        await trader.ok(
            "POST", "/api/v3/order/test", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="1"
        )
        == {}
    )
    assert await trader.depth() == before
    _, again, _ = await trader.client.get(trader.venue, "/api/v3/depth", symbol="BTCUSDT")
    assert again == told


async def test_a_market_order_fills_against_the_generated_book_to_the_last_digit(
    trader: Trader,
) -> None:
    _, asks = await trader.depth()
    quantity = Decimal(asks[0][1]) + Decimal(asks[1][1]) / 2
    quantity = quantity.quantize(Decimal("0.00001"))
    before, coins = (await trader.free("USDT"))[0], (await trader.free("BTC"))[0]
    placed = await trader.order("BUY", str(quantity))
    assert placed["status"] == "FILLED"
    assert [fill["price"] for fill in placed["fills"]] == [asks[0][0], asks[1][0]]
    paid = sum(Decimal(fill["price"]) * Decimal(fill["qty"]) for fill in placed["fills"])
    fees = sum(Decimal(fill["commission"]) for fill in placed["fills"])
    assert (await trader.free("USDT"))[0] == before - paid
    assert (await trader.free("BTC"))[0] == coins + quantity - fees
    assert fees == quantity / 1000 or abs(fees - quantity / 1000) < Decimal("0.00000002")
    now, rest = (await trader.depth())[1][0]
    assert (now, Decimal(rest)) == (
        asks[1][0],
        Decimal(asks[1][1]) - (quantity - Decimal(asks[0][1])),
    )


async def test_streams_show_an_order_at_once_and_its_trades_with_their_ids(trader: Trader) -> None:
    socket = await trader.client.connect(
        trader.venue, path="/stream?streams=btcusdt@trade/btcusdt@bookTicker"
    )
    await trader.client.read_until_pong(socket)
    bids, _ = await trader.depth()
    price = Decimal(bids[0][0])
    await trader.order("BUY", "0.00100", str(price))
    placed = await trader.order(
        "SELL", "0.00050", str(price), selfTradePreventionMode="EXPIRE_TAKER"
    )
    frames = [frame["data"] for frame in await trader.client.read_until_pong(socket)]
    trades = [frame for frame in frames if frame.get("e") == "trade"]
    assert [trade["t"] for trade in trades] == [fill["tradeId"] for fill in placed["fills"]]
    assert all(trade["m"] for trade in trades)
    quotes = [frame for frame in frames if "B" in frame and "A" in frame]
    assert Decimal(quotes[0]["B"]) == Decimal(bids[0][1]) + Decimal("0.001")


async def test_the_generated_flow_fills_resting_orders_in_their_turn(trader: Trader) -> None:
    bids, asks = await trader.depth()
    low, high = bids[0][0], asks[0][0]
    # Wherever the market goes, it goes through one of them.
    waiting = {
        (await trader.order("BUY", "0.00200", low))["orderId"]: Decimal(low),
        (await trader.order("SELL", "0.00200", high))["orderId"]: Decimal(high),
    }
    assert (await trader.free("USDT"))[1] == Decimal(low) * Decimal("0.002")
    assert (await trader.free("BTC"))[1] == Decimal("0.002")
    order_id = 0
    for _ in range(100):
        await trader.venue.advance(1)
        still = await trader.ok("GET", "/api/v3/openOrders", symbol="BTCUSDT")
        filled = waiting.keys() - {one["orderId"] for one in still}
        if filled:
            order_id = filled.pop()
            break
    found = await trader.ok("GET", "/api/v3/order", symbol="BTCUSDT", orderId=order_id)
    assert found["status"] == "FILLED"
    fills = await trader.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT", orderId=order_id)
    assert all(fill["isMaker"] for fill in fills)
    assert {Decimal(fill["price"]) for fill in fills} == {waiting[order_id]}
    assert sum(Decimal(fill["qty"]) for fill in fills) == Decimal("0.002")
    public = [
        row["id"]
        for row in (
            await trader.client.get(trader.venue, "/api/v3/trades", symbol="BTCUSDT", limit="1000")
        )[1]
    ]
    assert public == list(range(public[0], public[0] + len(public)))
    assert {fill["id"] for fill in fills} <= set(public)


async def test_books_kept_from_streams_stay_exact_while_somebody_trades(trader: Trader) -> None:
    socket = await trader.client.connect(trader.venue, path="/stream?streams=btcusdt@depth@100ms")
    book = NaiveBook(is_futures=False)
    await trader.venue.advance(0.5)
    _, snapshot, _ = await trader.client.get(
        trader.venue, "/api/v3/depth", symbol="BTCUSDT", limit="5000"
    )
    book.replace(snapshot)
    for turn in range(20):
        await trader.order("BUY" if turn % 2 else "SELL", "0.02000")
        bids, _ = await trader.depth()
        await trader.order("BUY", "0.00100", bids[turn][0])
        await trader.venue.advance(0.3)
    for frame in await trader.client.read_until_pong(socket):
        book.update(frame["data"])
    assert book.is_synced
    bids, asks = await trader.depth()
    assert book.bids == {Decimal(price): Decimal(quantity) for price, quantity in bids}
    assert book.asks == {Decimal(price): Decimal(quantity) for price, quantity in asks}


async def test_a_book_that_was_bought_empty_fills_again_and_goes_on(trader: Trader) -> None:
    _, asks = await trader.depth()
    everything = sum(Decimal(quantity) for _, quantity in asks)
    placed = await trader.order("BUY", str(everything + Decimal("0.00001")))
    assert placed["status"] == "EXPIRED"
    assert Decimal(placed["executedQty"]) == everything
    assert placed["expiryReason"] == "INSUFFICIENT_LIQUIDITY"
    bids, asks = await trader.depth()
    assert len(asks) > 40
    assert Decimal(bids[0][0]) < Decimal(asks[0][0])
    await trader.venue.advance(5)
    bids, asks = await trader.depth()
    assert Decimal(bids[0][0]) < Decimal(asks[0][0])


async def test_a_stop_wakes_when_the_market_comes_to_it(trader: Trader) -> None:
    await trader.order("BUY", "0.01000")
    bids, _ = await trader.depth()
    stop = Decimal(bids[2][0])
    placed = await trader.ok(
        "POST", "/api/v3/order", symbol="BTCUSDT", side="SELL", type="STOP_LOSS", quantity="0.00500",
        stopPrice=str(stop),
    )  # fmt: skip
    sold = sum(Decimal(quantity) for _, quantity in bids[:3])
    await trader.order("SELL", str(sold))
    found = await trader.ok("GET", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert found["status"] == "FILLED"


async def test_over_the_limit_nothing_is_executed(trader: Trader) -> None:
    trader.venue.rest(SPOT).meter.limit = 20
    await trader.ok("GET", "/api/v3/account")
    status, _, _ = await trader.ask("GET", "/api/v3/account")
    assert status == 429
    status, body, headers = await trader.ask(
        "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="1"
    )
    assert (status, body["code"]) == (429, -1003)
    assert "x-mbx-order-count-10s" not in headers
    trader.venue.rest(SPOT).meter.limit = 6000
    assert await trader.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT") == []


async def test_orders_that_succeed_weigh_nothing_and_failures_their_weight(trader: Trader) -> None:
    _, _, before = await trader.ask("GET", "/api/v3/rateLimit/order")
    _, _, free = await trader.ask(
        "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01"
    )
    _, _, charged = await trader.ask(
        "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0"
    )
    name = "x-mbx-used-weight-1m"
    assert [int(one[name]) for one in (before, free, charged)] == [40, 40, 41]


async def test_an_order_lives_on_futures_too(client: Client) -> None:
    market = GeneratedMarket(USDM, 2, seed=7, rate_per_s=200)
    side = trading_side(market, ACCOUNT)
    assert side is not None
    async with LoopbackVenue([market], speed=0, private={USDM: side}) as venue:
        trader = Trader(client, venue)
        placed = await trader.ok(
            "POST", "/fapi/v1/order", product=USDM, symbol="BTCUSDT", side="BUY", type="MARKET",
            quantity="0.050", newOrderRespType="RESULT",
        )  # fmt: skip
        assert placed["status"] == "FILLED"
        _, quotes, _ = await client.get(venue, "/fapi/v1/depth", USDM, symbol="BTCUSDT")
        stop = await trader.ok(
            "POST", "/fapi/v1/algoOrder", product=USDM, algoType="CONDITIONAL", symbol="BTCUSDT",
            side="SELL", type="STOP_MARKET", triggerPrice=quotes["bids"][1][0], quantity="0.050",
            reduceOnly="true",
        )  # fmt: skip
        found: dict[str, Any] = {}
        for _ in range(100):
            await venue.advance(2)
            found = await trader.ok(
                "GET", "/fapi/v1/algoOrder", product=USDM, algoId=stop["algoId"]
            )
            if found["algoStatus"] == "FINISHED":
                break
        assert found["algoStatus"] == "FINISHED"
        assert await trader.ok("GET", "/fapi/v3/positionRisk", product=USDM) == []
        income = await trader.ok("GET", "/fapi/v1/income", product=USDM)
        balance = (await trader.ok("GET", "/fapi/v3/balance", product=USDM))[0]
        gained = sum(Decimal(row["income"]) for row in income)
        assert Decimal(balance["balance"]) == 1_000_000 + gained


async def test_a_sandboxs_own_account_trades_at_once_and_in_microseconds(client: Client) -> None:
    async with Sandbox(("binance.spot",), seed=11, instruments=2) as sandbox:
        rest, account = sandbox.endpoints[SPOT].rest, sandbox.account
        now_ms = sandbox.venue.markets[0].now_ms  # type: ignore[attr-defined]  # generated
        query = urlencode(
            {
                "symbol": "BTCUSDT",
                "side": "BUY",
                "type": "MARKET",
                "quantity": "0.01",
                "timestamp": now_ms,
            }
        )
        signature = hmac.new(account.secret.encode(), query.encode(), sha256).hexdigest()
        headers = {"X-MBX-APIKEY": account.key, "X-MBX-TIME-UNIT": "MICROSECOND"}
        url = URL(f"{rest}/api/v3/order?{query}&signature={signature}", encoded=True)
        async with client.http.post(url, headers=headers) as response:
            placed = await response.json()
        assert placed["status"] == "FILLED"
        assert now_ms <= placed["transactTime"] // 1000 < now_ms + 10_000


async def test_an_order_whose_answer_fails_is_there_all_the_same(trader: Trader) -> None:
    trader.venue.faults.order_failures = 1
    status, body, _ = await trader.ask(
        "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01",
        newClientOrderId="lost",
    )  # fmt: skip
    assert (status, body["code"]) == (503, -1007)
    found = await trader.ok("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="lost")
    assert found["status"] == "FILLED"


async def test_a_reply_may_get_lost_after_the_order_was_obeyed(trader: Trader) -> None:
    trader.venue.faults.replies_lost = 1
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
    await trader.ok("GET", "/api/v3/account")
    with pytest.raises(aiohttp.ClientError):
        await trader.ask("POST", "/api/v3/order", **order, newClientOrderId="lost")
    found = await trader.ok("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="lost")
    assert found["status"] == "FILLED"
    await trader.ok("POST", "/api/v3/order", **order)


def test_the_same_seed_and_the_same_orders_make_the_same_market() -> None:
    def run() -> list[tuple[str, str]]:
        market = GeneratedMarket(SPOT, 2, seed=3)
        exchange = JoinedExchange(market, lambda events: None)
        exchange.submit(OpenAccount(account="rich", is_house=True), 0)
        market.want("btcusdt@depth@100ms")
        market.want("btcusdt@trade")
        frames = market.advance(market.now_ms + 500)
        bid = market.instruments[0].bids(1)[0][0]
        order = SubmitOrder(account="rich", symbol="BTCUSDT", side=Side.BUY, quantity=5, price=bid)
        exchange.submit(order, market.now_ms * 1_000_000)
        return frames + market.take() + market.advance(market.now_ms + 5000)

    assert run() == run()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_users_do_the_book_never_crosses_and_nothing_is_lost(seed: int) -> None:
    rng = Random(seed)
    market = GeneratedMarket(SPOT, 1, seed=seed, rate_per_s=300)
    exchange = JoinedExchange(market, lambda events: None)
    start = raw_amount("1000000")
    exchange.submit(OpenAccount(account="me"), 0)
    for asset in ("BTC", "USDT"):
        exchange.submit(Deposit(account="me", asset=asset, amount=start), 0)
    instrument, book = market.instruments[0], NaiveBook(is_futures=False)
    market.want("btcusdt@depth@100ms")
    market.want("btcusdt@trade")
    snapshot = json.loads(
        market.answer("GET", "/api/v3/depth", {"symbol": "BTCUSDT", "limit": "5000"}).body
    )
    book.replace(snapshot)
    frames = market.take()
    for _ in range(150):
        side = rng.choice((Side.BUY, Side.SELL))
        levels = instrument.bids(30) if rng.random() < 0.5 else instrument.asks(30)
        price = rng.choice(levels)[0] if rng.random() < 0.7 else 0
        order = SubmitOrder(
            account="me", symbol="BTCUSDT", side=side, price=price, quantity=rng.randrange(1, 60_000),
            kind=OrderKind.LIMIT if price else OrderKind.MARKET,
        )  # fmt: skip
        exchange.submit(order, market.now_ms * 1_000_000)
        if rng.random() < 0.2:
            exchange.submit(CancelAll(account="me"), market.now_ms * 1_000_000)
        frames += market.advance(market.now_ms + rng.randrange(300))
        bid, _, ask, _ = instrument.best()
        assert bid < ask
    frames += market.advance((market.now_ms // 100 + 1) * 100)  # to a beat of the depth stream
    payloads = [json.loads(payload) for _, payload in frames]
    for payload in payloads:
        if payload["e"] == "depthUpdate":
            book.update(payload)
    assert (book.bids, book.asks) == market.book("BTCUSDT")
    ids = [payload["t"] for payload in payloads if payload["e"] == "trade"]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    for asset in ("BTC", "USDT"):
        held = sum(
            one.free + one.locked
            for account in exchange.accounts
            for one in exchange.balances(account)
            if one.asset == asset
        )
        assert held + exchange.collected.get(asset, 0) == start


def test_an_instrument_that_nobody_trades_is_left_alone() -> None:
    market = GeneratedMarket(SPOT, 2, seed=3)
    exchange = JoinedExchange(market, lambda events: None)
    assert exchange.rules("BTCUSDT") is not None
    assert exchange.rules("NOPE") is None
    assert exchange.symbols == []
    assert exchange.bids("ETHUSDT", 5) == market.instruments[1].bids(5)


def test_trades_of_two_takers_are_told_apart() -> None:
    class Told:
        def on_floor(self, trades: Any, bids: Any, asks: Any) -> None:
            self.runs = [[trade.id for trade in run] for run in trades]

    told: Any = Told()
    prints = [(1, 10, 7), (2, 10, 7), (3, 11, 7), (4, 11, 8)]
    tell(
        told,
        [TradePrinted("X", one, price, 5, False, taker, 99, 0) for one, price, taker in prints],
    )
    assert told.runs == [[1, 2], [3], [4]]


def test_more_keys_open_more_accounts_and_coin_margined_contracts_have_none() -> None:
    market = GeneratedMarket(SPOT, 1)
    side = trading_side(market, ACCOUNT, [ApiKey(key="another-key", account="two", secret="s")])
    assert side is not None
    assert trading_side(GeneratedMarket("binance.coinm", 1), ACCOUNT) is None


def test_a_joined_market_has_bursts_too() -> None:
    market = GeneratedMarket(SPOT, 1, seed=3, rate_per_s=100_000)
    exchange = JoinedExchange(market, lambda events: None)
    exchange.submit(OpenAccount(account="rich", is_house=True), 0)
    order = SubmitOrder(
        account="rich", symbol="BTCUSDT", side=Side.BUY, quantity=1, price=6_000_000
    )
    exchange.submit(order, 0)
    market.want("btcusdt@bookTicker")
    market.want("btcusdt@trade")
    market.want("btcusdt@depth@0ms")
    frames = market.burst(20_000)
    assert len(frames) >= 20_000
    assert json.loads(frames[0][1])


async def test_a_position_that_lost_its_margin_is_closed_in_front_of_everybody(
    client: Client,
) -> None:
    market = GeneratedMarket(USDM, ("binance:DOGE/USDT:USDT",), seed=7, rate_per_s=200)
    side = trading_side(market, ACCOUNT)
    assert side is not None
    async with LoopbackVenue([market], speed=0, private={USDM: side}) as venue:
        trader = Trader(client, venue)
        socket = await client.connect(venue, USDM, "/market/stream?streams=dogeusdt@forceOrder")

        async def ask(method: str, path: str, **params: Any) -> Any:
            return await trader.ok(method, f"/fapi/{path}", product=USDM, **params)

        await ask("POST", "v1/marginType", symbol="DOGEUSDT", marginType="ISOLATED")
        await ask("POST", "v1/leverage", symbol="DOGEUSDT", leverage=125)
        order = {"symbol": "DOGEUSDT", "type": "MARKET", "quantity": "5000"}
        await ask("POST", "v1/order", side="SELL", **order)
        for _ in range(200):
            await venue.advance(5)
            if not await ask("GET", "v3/positionRisk"):
                break
        (forced,) = await ask("GET", "v1/forceOrders", symbol="DOGEUSDT")
        assert (forced["side"], forced["executedQty"]) == ("BUY", "5000")
        told = [frame["data"]["o"] for frame in await client.read_until_pong(socket)]
        assert [one for one in told if (one["q"], one["S"]) == ("5000", "BUY")]
        wallet = (await ask("GET", "v3/balance"))[0]
        assert Decimal(wallet["balance"]) > ACCOUNT.balances["USDT"] - 10


def test_a_loss_in_one_contract_that_closes_another_is_told_in_both() -> None:
    symbols = ("DOGEUSDT", "TRXUSDT")
    market = GeneratedMarket(
        USDM,
        ("binance:DOGE/USDT:USDT", "binance:TRX/USDT:USDT"),
        seed=7,
        opened_ms=1_800_000_000_000,
    )
    heard: list[Event] = []
    exchange = JoinedExchange(market, heard.extend)
    exchange.submit(OpenAccount(account="me"), 0)
    exchange.submit(Deposit(account="me", asset="USDT", amount=raw_amount("200")), 0)
    for symbol, quantity in zip(symbols, (5_000, 10_000), strict=True):
        order = SubmitOrder(
            account="me", symbol=symbol, side=Side.BUY, kind=OrderKind.MARKET, quantity=quantity
        )
        exchange.submit(order, 0)
    assert [one.quantity > 0 for one in exchange.positions("me")] == [True, True]
    doge = market.find("DOGEUSDT")
    assert doge is not None
    low = msgspec.structs.replace(doge.mark(market.now_ms), mark=doge.mark(market.now_ms).mark // 2)
    doge.mark = lambda now_ms: low  # type: ignore[method-assign]  # it crashes
    exchange.beat()
    lost = [event.order.symbol for event in heard if isinstance(event, PositionLiquidated)]
    assert sorted(lost) == sorted(symbols)
    for symbol in symbols:
        instrument = market.find(symbol)
        assert instrument is not None
        assert instrument.bids(1000) == exchange.bids(symbol, 1000)
        now = exchange.market_now(symbol)
        assert (instrument.last_trade_id, instrument.last_price) == (
            now.last_trade_id,
            now.last_price,
        )


@pytest.mark.parametrize(
    ("product", "name"),
    [("binance.usdm", "binance:BTC/USDT:USDT"), ("bybit", "bybit:BTC/USDT:USDT")],
)
def test_whoever_buys_a_side_empty_has_a_position_at_once(product: str, name: str) -> None:
    market = GeneratedMarket(product, (name,), seed=3, depth=4)
    exchange = JoinedExchange(market)
    assert trading_side(market, ACCOUNT, exchange=exchange) is not None
    (instrument,) = market.instruments
    for side in (Side.BUY, Side.SELL):
        order = SubmitOrder(
            account="sandbox",
            symbol=instrument.listing.key,
            side=side,
            kind=OrderKind.MARKET,
            quantity=instrument.listing.lot * 10**5,
        )
        events = exchange.submit(order, market.now_ms * 1_000_000)
        assert not [event for event in events if isinstance(event, Refused)]
        assert len(instrument.bids(9)) >= 2
        assert len(instrument.asks(9)) >= 2


def test_the_same_seed_and_the_same_orders_give_the_same_events() -> None:
    def told() -> list[Event]:
        market = GeneratedMarket(USDM, 2, seed=11, opened_ms=1_800_000_000_000, rate_per_s=200)
        heard: list[Event] = []
        exchange = JoinedExchange(market, heard.extend)
        market.every(100, lambda _: exchange.beat())
        exchange.submit(OpenAccount(account="me"), 0)
        exchange.submit(Deposit(account="me", asset="USDT", amount=raw_amount("100000")), 0)
        chance = Random(5)
        for _ in range(40):
            market.advance(market.now_ms + 500)
            symbol = chance.choice(("BTCUSDT", "ETHUSDT"))
            side, is_market = chance.choice(list(Side)), chance.random() < 0.5
            price = exchange.bids(symbol, 20)[chance.randrange(20)][0]
            order = SubmitOrder(
                account="me",
                symbol=symbol,
                side=side,
                kind=OrderKind.MARKET if is_market else OrderKind.LIMIT,
                quantity=chance.randrange(1, 50),
                price=0 if is_market else price,
            )
            exchange.submit(order, market.now_ms * 1_000_000)
        return heard

    first = told()
    assert len(first) > 1000
    assert first == told()
