"""A recording as the market: untouched for those who listen, tradable for those who hold a key."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.sandbox.conftest import Client
from tests.sandbox.recording import BEGAN_MS, Recording
from tests.sandbox.trader import ACCOUNT, SPOT, USDM, Trader

from tickwright import Connector
from tickwright.errors import UnknownInstrument
from tickwright.io.files import CaptureReader
from tickwright.model.market import Side
from tickwright.sandbox import LoopbackVenue, PlayedMarket, Sandbox
from tickwright.sandbox.trading import JoinedExchange, trading_side
from tickwright.venues.commands import CancelAll, Deposit, OpenAccount, OrderKind, SubmitOrder
from tickwright.venues.facts import raw_amount


OPENED_MS = 1_800_000_000_000


def recording() -> Recording:
    """Return ten seconds: a book, a trade in it, a trade through it, and a rise."""
    made = Recording()
    made.snapshot(0, [("100.00", "2"), ("99.00", "3")], [("102.00", "4"), ("103.00", "5")])
    made.delta(1000, bids=[("100.00", "1.5")])
    made.trade(2000, "100.00", "1", is_sell=True)
    made.delta(2100, bids=[("100.00", "0.5")])
    made.trade(3000, "100.00", "0.6", is_sell=True)
    made.trade(4000, "99.00", "1", is_sell=True)
    made.delta(4100, bids=[("100.00", "0"), ("99.00", "2")])
    made.delta(
        8000, bids=[("103.00", "1")], asks=[("102.00", "0"), ("103.00", "0"), ("104.00", "1")]
    )
    return made


def played(**more: Any) -> PlayedMarket:
    return PlayedMarket(SPOT, recording().records, opened_ms=OPENED_MS, **more)


# ---------------------------------------------------------------------- by itself


def test_records_happen_when_they_were_recorded_counted_from_the_opening() -> None:
    market = played()
    market.want("btcusdt@trade")
    seen = []
    for second in range(10):
        for frames in market.run(OPENED_MS + second * 1000):
            seen += [(second, json.loads(payload)["p"]) for _, payload in frames]
    assert seen == [(2, "100.00"), (3, "100.00"), (4, "99.00")]
    assert market.now_ms == OPENED_MS + 9000
    assert market.is_over


def test_it_opens_in_the_present_unless_it_was_told_when() -> None:
    market = PlayedMarket(SPOT, recording().records)
    market.open_at(5_000_000)
    assert json.loads(market.answer("GET", "/api/v3/time", {}).body) == {"serverTime": 5_000_000}
    list(market.run(5_000_100))
    market.open_at(9_000_000)
    assert market.now_ms == 5_000_100


def test_long_stretches_come_in_parts_and_beats_between() -> None:
    market = played()
    beats: list[int] = []
    market.every(2500, beats.append)
    market.want("btcusdt@depth@100ms")
    market.want("btcusdt@trade")
    parts = list(market.run(OPENED_MS + 10_000, frames_max=2))
    assert [len(part) for part in parts] == [2, 2, 2, 1]
    assert [beat - OPENED_MS for beat in beats] == [2500, 5000, 7500, 10_000]
    assert market.burst(100) == []


def test_the_book_and_the_instruments_of_the_recording_can_be_asked_for() -> None:
    market = played()
    list(market.run(OPENED_MS + 1500))
    bids, asks = market.book("BTCUSDT")
    assert (bids[Decimal(100)], asks[Decimal(102)]) == (Decimal("1.5"), Decimal(4))
    with pytest.raises(UnknownInstrument, match="NOPE"):
        market.book("NOPE")
    assert [one.name.id for one in market.listings] == ["binance:BTC/USDT"]
    assert (market.find("NOPE"), market.rules("NOPE")) == (None, None)
    assert market.products == (SPOT,)


def test_marks_and_fundings_move_with_the_recording_into_the_present() -> None:
    made = Recording()
    made.frame(0, "markPrice@1s", {"p": "50.5", "i": "50", "r": "0.0001", "T": BEGAN_MS + 9000})
    market = PlayedMarket(USDM, made.records, opened_ms=OPENED_MS)
    list(market.run(OPENED_MS + 10))
    instrument = market.find("BTCUSDT")
    assert instrument is not None
    assert instrument.mark(market.now_ms).next_funding_ms == OPENED_MS + 9000


def test_inverse_contracts_are_played_and_not_traded() -> None:
    made = Recording("BTCUSD_PERP")
    made.trade(0, "100", "1", is_sell=True)
    market = PlayedMarket("binance.coinm", made.records)
    assert market.listings == []
    assert trading_side(market, ACCOUNT) is None


# ---------------------------------------------------------------------- with users' orders


@pytest.fixture
async def trader(client: Client) -> AsyncIterator[Trader]:
    market = played()
    side = trading_side(market, ACCOUNT)
    assert side is not None
    async with LoopbackVenue([market], speed=0, private={SPOT: side}) as venue:
        await venue.advance(0.5)
        yield Trader(client, venue)


async def filled(trader: Trader, order: dict[str, Any]) -> Decimal:
    found = await trader.ok("GET", "/api/v3/order", symbol="BTCUSDT", orderId=order["orderId"])
    return Decimal(found["executedQty"])


async def test_a_market_order_takes_the_recorded_liquidity_at_the_recorded_prices(
    trader: Trader,
) -> None:
    placed = await trader.order("BUY", "5")
    assert [(fill["price"], fill["qty"]) for fill in placed["fills"]] == [
        ("102.00000000", "4.00000000"),
        ("103.00000000", "1.00000000"),
    ]


async def test_what_a_user_took_is_gone_for_users_until_the_recording_names_the_price(
    trader: Trader,
) -> None:
    await trader.order("SELL", "2")
    placed = await trader.order("SELL", "0.5")
    assert placed["fills"][0]["price"] == "99.00000000"
    await trader.venue.advance(1)
    placed = await trader.order("SELL", "0.5")
    assert placed["fills"][0]["price"] == "100.00000000"


async def test_a_resting_order_waits_for_its_turn_and_is_filled_by_recorded_trades(
    trader: Trader,
) -> None:
    # Behind the 2 that stand there; half of one leaves from behind, one trades away, 0.5 is left before it.
    order = await trader.order("BUY", "1", "100")
    await trader.venue.advance(2)
    assert await filled(trader, order) == 0
    await trader.venue.advance(1)
    assert await filled(trader, order) == Decimal("0.1")
    await trader.venue.advance(1)
    assert await filled(trader, order) == 1
    fills = await trader.ok("GET", "/api/v3/myTrades", symbol="BTCUSDT")
    assert {(fill["price"], fill["isMaker"]) for fill in fills} == {("100.00000000", True)}


@pytest.mark.parametrize("price", ["102.5", "103"])
async def test_a_recorded_quote_that_reaches_an_order_fills_it(trader: Trader, price: str) -> None:
    order = await trader.order("SELL", "0.7", price)
    await trader.venue.advance(7)
    assert await filled(trader, order) == 0
    await trader.venue.advance(1)
    assert await filled(trader, order) == Decimal("0.7")


async def test_recorded_trades_wake_stops(trader: Trader) -> None:
    await trader.venue.advance(2)  # so that there is a last price
    placed = await trader.ok(
        "POST",
        "/api/v3/order",
        symbol="BTCUSDT",
        side="SELL",
        type="STOP_LOSS",
        quantity="0.5",
        stopPrice="99.5",
    )
    assert await filled(trader, placed) == 0
    await trader.venue.advance(2)
    assert await filled(trader, placed) == Decimal("0.5")


async def test_the_public_sees_the_recording_and_nobody_in_it(trader: Trader) -> None:
    path = "/stream?streams=btcusdt@depth@100ms/btcusdt@trade"
    socket = await trader.client.connect(trader.venue, path=path)
    await trader.client.read_until_pong(socket)
    await trader.order("BUY", "3", "101")
    await trader.order("BUY", "1")
    _, body, _ = await trader.client.get(trader.venue, "/api/v3/depth", symbol="BTCUSDT")
    assert body["bids"][0] == ["100.00", "2"]
    await trader.venue.advance(9)
    frames = await trader.client.read_until_pong(socket)
    recorded = [record.data for record in recording().records if record.direction == "in"]
    assert [json.dumps(one, separators=(",", ":")) for one in frames] == recorded


async def test_balances_end_where_the_fills_say(trader: Trader) -> None:
    before = await trader.free("BTC")
    placed = await trader.order("BUY", "1")
    fee = Decimal(placed["fills"][0]["commission"])
    assert (await trader.free("BTC"))[0] == before[0] + 1 - fee


# ---------------------------------------------------------------------- real recordings


@pytest.mark.parametrize(
    ("name", "product", "symbol", "seconds"),
    [
        ("binance-usdm-1", USDM, "BTCUSDT", 20),
        ("binance-spot-1", SPOT, "BTCUSDT", 30),
        ("binance-spot-8", SPOT, "NKNUSDT", 60),
    ],
)
def test_g05_the_engines_book_is_the_recorded_one_while_nobody_trades(
    name: str,
    product: str,
    symbol: str,
    seconds: int,
    capture_path: Callable[[str], Path],
) -> None:
    market = PlayedMarket(product, CaptureReader(capture_path(name)), opened_ms=OPENED_MS)
    exchange = JoinedExchange(market, lambda _: None)
    list(market.run(OPENED_MS + 5000))
    exchange.submit(OpenAccount(account="me"), 0)
    exchange.submit(Deposit(account="me", asset="USDT", amount=raw_amount("1")), 0)
    instrument, compared = market.find(symbol), 0
    assert instrument is not None
    exchange.join(symbol)
    for step in range(seconds * 10):
        list(market.run(OPENED_MS + 5000 + step * 100))
        if instrument.is_settled:
            compared += 1
            assert exchange.bids(symbol, 1 << 30) == instrument.bids(1 << 30)
            assert exchange.asks(symbol, 1 << 30) == instrument.asks(1 << 30)
    assert compared > seconds


async def test_the_sandbox_plays_a_capture_that_an_account_can_trade_on(
    client: Client, capture_path: Callable[[str], Path]
) -> None:
    recordings = {USDM: capture_path("binance-usdm-1")}
    async with Sandbox([USDM], recordings=recordings, speed=0) as sandbox:
        assert sandbox.instruments == ("binance:BTC/USDT:USDT",)
        await sandbox.advance(10)
        bids, asks = sandbox.book("binance:BTC/USDT:USDT")
        trader = Trader(client, sandbox.venue)
        placed = await trader.ok(
            "POST",
            "/fapi/v1/order",
            product=USDM,
            symbol="BTCUSDT",
            side="BUY",
            type="MARKET",
            quantity="0.01",
            newOrderRespType="RESULT",
        )
        assert placed["status"] == "FILLED"
        (fill,) = await trader.ok("GET", "/fapi/v1/userTrades", product=USDM, symbol="BTCUSDT")
        assert max(bids) < Decimal(fill["price"]) == min(asks)
        (risk,) = await trader.ok("GET", "/fapi/v3/positionRisk", product=USDM)
        assert Decimal(risk["positionAmt"]) == Decimal("0.01")
        # Ninety seconds later the recorded funding is due.
        await sandbox.advance(91)
        (paid,) = await trader.ok("GET", "/fapi/v1/income", product=USDM, incomeType="FUNDING_FEE")
        assert paid["symbol"] == "BTCUSDT"


async def test_g05_a_connectors_book_is_the_recorded_one_whoever_trades(
    client: Client, capture_path: Callable[[str], Path]
) -> None:
    recordings = {SPOT: capture_path("binance-spot-1")}
    async with (
        Sandbox([SPOT], recordings=recordings, speed=0) as sandbox,
        Connector.open(SPOT, environment=sandbox) as tw,
    ):
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            opening = tasks.create_task(tw.book("binance:BTC/USDT"))
            await sandbox.wait_until(lambda: bool(sandbox.venue.switchboard(SPOT).streams))
            await sandbox.advance(3)
        book = opening.result()
        trader = Trader(client, sandbox.venue)
        for side in ("BUY", "SELL") * 5:
            await trader.order(side, "0.5")
            await sandbox.advance(1)
        bids, asks = sandbox.book("binance:BTC/USDT")
        async with asyncio.timeout(10):
            while book.best_bid is None or book.best_bid[0] != max(bids):
                await asyncio.sleep(0)
        assert book.best_bid == (max(bids), bids[max(bids)])
        assert book.best_ask == (min(asks), asks[min(asks)])


async def test_without_a_pace_it_is_played_as_fast_as_clients_read_and_then_rests() -> None:
    market = played()
    async with LoopbackVenue([market], speed=math.inf) as venue:
        async with asyncio.timeout(10):
            while not market.is_over:
                await asyncio.sleep(0)
        assert venue.endpoints[SPOT].rest
    assert market.now_ms < OPENED_MS + 9000


@pytest.mark.parametrize(("name", "product"), [("binance-usdm-1", USDM), ("binance-spot-1", SPOT)])
def test_whatever_users_do_nothing_is_lost_and_the_books_come_together_again(
    name: str, product: str, capture_path: Callable[[str], Path]
) -> None:
    market = PlayedMarket(product, capture_path(name), opened_ms=OPENED_MS)
    exchange, chance, funds = JoinedExchange(market, lambda _: None), Random(3), raw_amount("3000")
    list(market.run(OPENED_MS + 5000))
    exchange.submit(OpenAccount(account="me"), 0)
    for asset in ("BTC", "USDT"):
        exchange.submit(Deposit(account="me", asset=asset, amount=funds), 0)
    for _ in range(100):
        list(market.run(market.now_ms + 200))
        side, is_market = chance.choice(list(Side)), chance.random() < 0.4
        levels = (exchange.bids if side is Side.BUY else exchange.asks)("BTCUSDT", 3)
        order = SubmitOrder(
            account="me",
            symbol="BTCUSDT",
            side=side,
            kind=OrderKind.MARKET if is_market else OrderKind.LIMIT,
            quantity=chance.randrange(1, 100) * 100_000,
            price=0 if is_market else chance.choice(levels)[0],
        )
        exchange.submit(order, market.now_ms * 1_000_000)
        held = Counter(exchange.collected)
        for account in exchange.accounts:
            for one in exchange.balances(account):
                held[one.asset] += one.free + one.locked
            for position in exchange.positions(account):
                held["USDT"] -= position.cost * (1 if position.quantity > 0 else -1)
        assert held == {"BTC": funds, "USDT": funds}
        assert exchange.bids("BTCUSDT", 1)[0][0] < exchange.asks("BTCUSDT", 1)[0][0]
    assert {fill.is_maker for fill in exchange.fills("me")} == {True, False}
    exchange.submit(CancelAll(account="me"), market.now_ms * 1_000_000)
    instrument = market.find("BTCUSDT")
    assert instrument is not None
    list(market.run(market.now_ms + 3000))
    while not instrument.is_settled:
        list(market.run(market.now_ms + 10))
    assert exchange.bids("BTCUSDT", 20) == instrument.bids(20)
    assert exchange.asks("BTCUSDT", 20) == instrument.asks(20)
