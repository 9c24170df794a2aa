"""Questions to a venue, and the answers of one on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.app.queries import Queries
from tickwright.errors import NotSupported, UnknownInstrument, UnknownVenue, UsageError
from tickwright.model.market import IndexPrice, MarkPrice
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue


BTC, BTC_PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"
OPENED = datetime(2026, 3, 1, tzinfo=UTC)
NS_PER_S = 1_000_000_000


@pytest.fixture
async def fetch() -> AsyncIterator[Queries]:
    opened_ms = int(OPENED.timestamp() * 1000)
    markets = [
        GeneratedMarket(product, 2, depth=20, opened_ms=opened_ms)
        for product in ("binance.spot", "binance.usdm")
    ]
    async with LoopbackVenue(markets, speed=0) as venue:
        await venue.advance(60.0)
        settings = Settings(endpoints=venue.endpoints)
        async with Connector.open("binance.spot", "binance.usdm", settings=settings) as tw:
            yield tw.fetch


@pytest.mark.parametrize("instrument", [BTC, BTC_PERP])
async def test_a_book_has_as_many_levels_as_were_asked_for(fetch: Queries, instrument: str) -> None:
    book = await fetch.book(instrument, limit=5)
    assert (book.instrument, len(book.bids), len(book.asks)) == (instrument, 5, 5)
    assert book.bids[0][0] < book.asks[0][0]


async def test_trades_come_oldest_first_and_from_an_id_on(fetch: Queries) -> None:
    last = await fetch.trades(BTC, limit=10)
    ids = [int(trade.trade_id) for trade in last]
    assert ids == list(range(ids[0], ids[0] + 10))
    again = await fetch.trades(BTC, from_id=ids[3], limit=2)
    assert [trade.trade_id for trade in again] == ids[3:5]


async def test_aggregate_trades_can_be_asked_for_by_time(fetch: Queries) -> None:
    start, end = OPENED + timedelta(seconds=10), OPENED + timedelta(seconds=20)
    found = await fetch.agg_trades(BTC, start=start, end=end)
    assert found
    for trade in found:
        assert trade.venue_time is not None
        assert start <= trade.venue_time <= end


async def test_candles_can_be_asked_for_by_datetime_or_ns(fetch: Queries) -> None:
    start = OPENED - timedelta(hours=3)
    by_datetime = await fetch.candles(BTC, "1h", start=start, end=OPENED, limit=2)
    by_ns = await fetch.candles(BTC, "1h", start=int(start.timestamp()) * NS_PER_S, limit=2)
    assert [candle.open_ts_ns for candle in by_datetime] == [
        int(start.timestamp()) * NS_PER_S,
        int(start.timestamp() + 3600) * NS_PER_S,
    ]
    assert [c.open for c in by_ns] == [c.open for c in by_datetime]


async def test_a_time_without_zone_is_refused(fetch: Queries) -> None:
    with pytest.raises(UsageError, match="names no time zone"):
        await fetch.candles(BTC, start=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake


async def test_tickers_and_quotes_are_of_the_instrument(fetch: Queries) -> None:
    ticker, quote = await fetch.ticker(BTC), await fetch.quote(BTC)
    assert ticker.instrument == quote.instrument == BTC
    assert quote.bid_price < quote.ask_price
    assert {each.instrument for each in await fetch.tickers("binance.spot")} == {
        BTC,
        "binance:ETH/USDT",
    }


async def test_contracts_have_marks_fundings_and_open_interest(fetch: Queries) -> None:
    kinds = {type(event) for event in await fetch.premium_index(BTC_PERP)}
    assert {MarkPrice, IndexPrice} <= kinds
    history = await fetch.funding_history(
        BTC_PERP, start=OPENED - timedelta(days=2), end=OPENED, limit=3
    )
    times = [funding.venue_ts_ns for funding in history]
    assert len(history) == 3
    assert times == sorted(times, key=lambda ns: ns or 0)
    assert (await fetch.open_interest(BTC_PERP)).instrument == BTC_PERP


async def test_the_clock_of_a_host_is_told_in_ns(fetch: Queries) -> None:
    server_ns = await fetch.server_time_ns("binance.usdm")
    assert server_ns % 1_000_000 == 0
    assert server_ns > int(OPENED.timestamp()) * NS_PER_S // 2


async def test_what_a_product_does_not_have_is_refused_before_it_is_asked_for(
    fetch: Queries,
) -> None:
    with pytest.raises(NotSupported, match=r"binance\.spot"):
        await fetch.open_interest(BTC)
    with pytest.raises(UnknownInstrument, match="did you mean"):
        await fetch.book("binance:BTC/USD")
    with pytest.raises(UnknownVenue):
        await fetch.tickers("mtgox.spot")
