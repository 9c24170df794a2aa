"""ccxt, REST and ``watch*``, against the venue: unpatched but for addresses."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.clients.conftest import COINM, SPOT, USDM
from tests.clients.kit import ClientError, ClientProcess, ccxt_addresses, floats

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


pytestmark = pytest.mark.slow  # importing the client takes seconds

# The client's symbol, the product, the venue's symbol.
INSTRUMENTS = [
    pytest.param("BTC/USDT", SPOT, "BTCUSDT", id="spot"),
    pytest.param("BTC/USDT:USDT", USDM, "BTCUSDT", id="usdm"),
    pytest.param("BTC/USD:BTC", COINM, "BTCUSD_PERP", id="coinm"),
]
Markets = dict[str, GeneratedMarket]
Seen = Callable[[list[Any]], bool]


@pytest.fixture
async def exchange(ccxt: ClientProcess, venue: LoopbackVenue) -> AsyncIterator[ClientProcess]:
    """ccxt at the venue, with all markets loaded; keys are not needed yet."""
    await ccxt.call("open", urls=ccxt_addresses(venue), config={})
    await ccxt.call("load_markets")
    yield ccxt
    await ccxt.call("close")


async def follow(
    exchange: ClientProcess, venue: LoopbackVenue, stream: str, method: str, *args: Any
) -> None:
    """Start a ``watch*`` loop whose returns come as events named after the stream, and wait until it is subscribed."""
    product, _, name = stream.partition("/")
    await exchange.call("follow", stream, method, *args)
    await venue.wait_until(lambda: name in venue.switchboard(product).streams)


async def test_markets_have_the_venues_symbols_steps_and_kinds(
    exchange: ClientProcess, markets: Markets
) -> None:
    loaded = await exchange.call("load_markets")
    by_id = {(one["type"], one["subType"], one["id"]): one for one in loaded.values()}
    kinds = {SPOT: ("spot", None), USDM: ("swap", "linear"), COINM: ("swap", "inverse")}
    for product, market in markets.items():
        for listing in market.listings:
            found = by_id.pop((*kinds[product], listing.symbol))
            assert found["active"] is True
            assert (found["base"], found["quote"]) == (listing.name.base, listing.name.quote)
            assert found["settle"] == listing.name.settle
            assert found["precision"]["price"] == float(listing.price(listing.tick))
            assert found["precision"]["amount"] == float(listing.quantity(listing.lot))
            assert found["contractSize"] in (None, 1, listing.contract_size)
    assert not by_id


async def test_time_and_status_are_the_venues(exchange: ClientProcess, markets: Markets) -> None:
    assert await exchange.call("fetch_time") == markets[SPOT].now_ms
    told = await exchange.call("fapiPublicGetTime")
    assert int(told["serverTime"]) == markets[USDM].now_ms
    assert await exchange.call("publicGetPing") == {}


@pytest.mark.parametrize(("symbol", "product", "venue_symbol"), INSTRUMENTS)
async def test_a_snapshot_is_the_venues_book(
    exchange: ClientProcess, markets: Markets, symbol: str, product: str, venue_symbol: str
) -> None:
    book = await exchange.call("fetch_order_book", symbol, 1000)
    held = dict(map(tuple, book["bids"])), dict(map(tuple, book["asks"]))
    assert held == floats(markets[product].book(venue_symbol))


@pytest.mark.parametrize(("symbol", "product", "venue_symbol"), INSTRUMENTS)
async def test_the_watched_book_equals_the_venues_after_each_of_300_updates(
    exchange: ClientProcess,
    venue: LoopbackVenue,
    markets: Markets,
    symbol: str,
    product: str,
    venue_symbol: str,
) -> None:
    name = f"{product}/{venue_symbol.lower()}@depth@100ms"
    await follow(exchange, venue, name, "watch_order_book", symbol)
    for _ in range(300):
        await venue.advance(0.1)
        instrument = markets[product].find(venue_symbol)
        assert instrument is not None
        events = await exchange.wait_for(name, _reaches(instrument.update_id))
        book = events[-1]
        assert "error" not in book
        held = dict(map(tuple, book["bids"])), dict(map(tuple, book["asks"]))
        assert held == floats(markets[product].book(venue_symbol))
        exchange.forget()


def _reaches(update_id: int) -> Seen:
    def is_there(seen: list[Any]) -> bool:
        return bool(seen) and ("error" in seen[-1] or (seen[-1]["nonce"] or 0) >= update_id)

    return is_there


async def test_a_lost_delta_is_noticed_and_a_new_book_is_right(
    exchange: ClientProcess, venue: LoopbackVenue, markets: Markets
) -> None:
    name = f"{SPOT}/btcusdt@depth@100ms"
    await follow(exchange, venue, name, "watch_order_book", "BTC/USDT")
    await venue.advance(1)
    await exchange.wait_for(name, bool)
    venue.faults.drop["btcusdt@depth@100ms"] = 1
    await venue.advance(1)
    events = await exchange.wait_for(name, lambda seen: "error" in seen[-1])
    assert events[-1]["error"].startswith("ChecksumError")

    exchange.forget()
    await exchange.call("follow", name, "watch_order_book", "BTC/USDT")
    events = await exchange.wait_for(name, bool)
    book = events[-1]
    held = dict(map(tuple, book["bids"])), dict(map(tuple, book["asks"]))
    assert held == floats(markets[SPOT].book("BTCUSDT"))


@pytest.mark.parametrize(("symbol", "product", "venue_symbol"), INSTRUMENTS)
async def test_watched_trades_have_neither_hole_nor_double(
    exchange: ClientProcess,
    venue: LoopbackVenue,
    markets: Markets,
    symbol: str,
    product: str,
    venue_symbol: str,
) -> None:
    instrument = markets[product].find(venue_symbol)
    assert instrument is not None
    first_id, name = instrument.last_trade_id + 1, f"{product}/{venue_symbol.lower()}@trade"
    await follow(exchange, venue, name, "watch_trades", symbol)
    for _ in range(10):
        await venue.advance(1)
        await exchange.wait_for(name, _ends_with(str(instrument.last_trade_id)))
    seen = [trade for part in exchange.events(name) for trade in part]
    made = instrument.trades(first_id, 10_000)
    listing = instrument.listing
    assert [int(trade["id"]) for trade in seen] == [trade.id for trade in made]
    assert [trade["price"] for trade in seen] == [float(listing.price(one.price)) for one in made]
    amounts = [float(listing.quantity(one.quantity)) for one in made]
    assert [trade["amount"] for trade in seen] == amounts
    sides = ["sell" if one.is_buyer_maker else "buy" for one in made]
    assert [trade["side"] for trade in seen] == sides
    asked = await exchange.call(_TRADES[product], {"symbol": venue_symbol, "limit": 50})
    assert [int(one["id"]) for one in asked] == [one.id for one in made[-50:]]
    joined = await exchange.call("fetch_trades", symbol, None, 50)
    assert joined[-1]["timestamp"] == made[-1].ts_ms


def _ends_with(trade_id: str) -> Seen:
    return lambda seen: bool(seen) and seen[-1][-1]["id"] == trade_id


_TRADES = {
    SPOT: "publicGetTrades",
    USDM: "fapiPublicGetTrades",
    COINM: "dapiPublicGetTrades",
}


@pytest.mark.parametrize(("symbol", "product", "venue_symbol"), INSTRUMENTS)
async def test_a_watched_candle_is_the_one_that_rest_gives(
    exchange: ClientProcess, venue: LoopbackVenue, symbol: str, product: str, venue_symbol: str
) -> None:
    name = f"{product}/{venue_symbol.lower()}@kline_1m"
    await follow(exchange, venue, name, "watch_ohlcv", symbol, "1m")
    await venue.advance(90)
    asked = await exchange.call("fetch_ohlcv", symbol, "1m", None, 3)
    assert len(asked) == 3
    # Of inverse contracts ccxt gives the volume in contracts from the stream, and in base asset from REST.
    size = 5 if product == COINM else 6
    await exchange.wait_for(
        name, lambda seen: bool(seen) and seen[-1][-1][:size] == asked[-1][:size]
    )


async def test_watched_tickers_quotes_and_marks_are_those_that_rest_gives(
    exchange: ClientProcess, venue: LoopbackVenue, markets: Markets
) -> None:
    full = {"name": "ticker"}
    await follow(exchange, venue, f"{SPOT}/btcusdt@ticker", "watch_ticker", "BTC/USDT", full)
    await follow(exchange, venue, f"{SPOT}/!miniTicker@arr", "watch_tickers")
    await follow(exchange, venue, f"{SPOT}/btcusdt@bookTicker", "watch_bids_asks", ["BTC/USDT"])
    await follow(exchange, venue, f"{USDM}/btcusdt@ticker", "watch_ticker", "BTC/USDT:USDT", full)
    await follow(
        exchange, venue, f"{USDM}/btcusdt@bookTicker", "watch_bids_asks", ["BTC/USDT:USDT"]
    )
    await follow(
        exchange, venue, f"{USDM}/btcusdt@markPrice@1s", "watch_mark_price", "BTC/USDT:USDT"
    )
    await venue.advance(6)
    for product, symbol in ((SPOT, "BTC/USDT"), (USDM, "BTC/USDT:USDT")):
        asked = await exchange.call("fetch_ticker", symbol)
        assert asked["last"] is not None
        await exchange.wait_for(
            f"{product}/btcusdt@ticker", _ends_like(asked, "last", "high", "low")
        )
        quotes = (await exchange.call("fetch_bids_asks", [symbol]))[symbol]
        assert quotes["bid"] < quotes["ask"]
        best = ("bid", "ask", "bidVolume", "askVolume")
        await exchange.wait_for(
            f"{product}/btcusdt@bookTicker", _ends_like(quotes, *best, at=symbol)
        )
    mark = await exchange.call("fetch_mark_price", "BTC/USDT:USDT")
    await exchange.wait_for(
        f"{USDM}/btcusdt@markPrice@1s", _ends_like(mark, "markPrice", "indexPrice")
    )
    listed = {one.name.base + "/USDT" for one in markets[SPOT].listings}
    assert set(await exchange.call("fetch_tickers")) == listed


def _ends_like(asked: dict[str, Any], *keys: str, at: str | None = None) -> Seen:
    def is_alike(seen: list[Any]) -> bool:
        last = seen[-1] if at is None else seen[-1][at]
        return all(last[key] == asked[key] for key in keys)

    return lambda seen: bool(seen) and is_alike(seen)


async def test_funding_and_open_interest_are_there(
    exchange: ClientProcess, markets: Markets
) -> None:
    rate = await exchange.call("fetch_funding_rate", "BTC/USDT:USDT")
    assert rate["fundingTimestamp"] > markets[USDM].now_ms
    history = await exchange.call("fetch_funding_rate_history", "BTC/USDT:USDT", None, 3)
    times = [one["timestamp"] for one in history]
    gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
    assert gaps == [8 * 3_600_000] * 2
    for price in ("mark", "index", "premiumIndex"):
        rows = await exchange.call("fetch_ohlcv", "BTC/USDT:USDT", "1m", None, 2, {"price": price})
        assert len(rows) == 2
    interest = await exchange.call("fetch_open_interest", "BTC/USDT:USDT")
    assert interest["openInterestAmount"] > 0


async def test_unwatching_ends_the_stream(exchange: ClientProcess, venue: LoopbackVenue) -> None:
    await follow(exchange, venue, f"{SPOT}/btcusdt@trade", "watch_trades", "BTC/USDT")
    await exchange.call("un_watch_trades", "BTC/USDT")
    await venue.wait_until(lambda: "btcusdt@trade" not in venue.switchboard(SPOT).streams)


async def test_a_ping_is_answered(exchange: ClientProcess, venue: LoopbackVenue) -> None:
    await follow(exchange, venue, f"{USDM}/btcusdt@trade", "watch_trades", "BTC/USDT:USDT")
    (connection,) = venue.switchboard(USDM).connections
    venue.ping_all()
    await venue.wait_until(lambda: bool(connection.pongs))


REFUSALS = [
    ("publicGetTrades", {"symbol": "NOPE"}, "BadSymbol", '{"code":-1121,"msg":"Invalid symbol."}'),
    ("publicGetTrades", {}, "BadRequest", '"code":-1102'),
    ("publicGetKlines", {"symbol": "BTCUSDT", "interval": "7m"}, "BadRequest", '{"code":-1120,"msg":"Invalid interval."}'),
    ("fapiPublicGetKlines", {"symbol": "BTCUSDT", "interval": "1s"}, "BadRequest", '"code":-1120'),
    ("fapiPublicGetDepth", {"symbol": "NOPE"}, "BadSymbol", '"code":-1121'),
    ("fapiPublicGetDepth", {"symbol": "BTCUSDT", "limit": 7}, "ExchangeError", '"code":-4021'),
]  # fmt: skip


async def test_refusals_are_the_errors_that_the_client_knows(exchange: ClientProcess) -> None:
    for method, params, kind, text in REFUSALS:
        with pytest.raises(ClientError) as caught:
            await exchange.call(method, params)
        assert kind in caught.value.kinds
        assert text in caught.value.text


async def test_limits_and_bans_are_told_apart(
    exchange: ClientProcess, venue: LoopbackVenue
) -> None:
    venue.rest(SPOT).meter.limit = 0
    with pytest.raises(ClientError, match="-1003") as caught:
        await exchange.call("publicGetTime")
    assert caught.value.kind == "DDoSProtection"
    venue.faults.rest_status = 418
    with pytest.raises(ClientError, match="IP banned until") as caught:
        await exchange.call("publicGetTime")
    assert "DDoSProtection" in caught.value.kinds or "RateLimitExceeded" in caught.value.kinds
    venue.faults.rest_status = 503
    with pytest.raises(ClientError, match="-1001") as caught:
        await exchange.call("publicGetTime")
    assert "OperationFailed" in caught.value.kinds
