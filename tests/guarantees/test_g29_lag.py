"""G29: venue, receive and deliver times are on every event, and a conflated subscription stays fresh."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.guarantees.kit import BTC, BTC_PERP, MemoryVenue, acquire, spot, usdm

from tickwright.model.market import BookDelta, BookSnapshot, MarketEvent, Quote
from tickwright.model.topics import (
    AggTrades,
    AveragePrices,
    BookUpdates,
    Candles,
    FundingRates,
    MarkPrices,
    MiniTickers,
    Notices,
    Quotes,
    Tickers,
    Topic,
    Trades,
)
from tickwright.runtime.queues import Overflow
from tickwright.testing.virtual_time import virtual_time


@virtual_time
async def test_g29_three_times_are_on_every_event_and_in_order() -> None:
    async with MemoryVenue(spot(), usdm(), latency_s=0.03) as venue, venue.connector() as tw:
        both = (Trades, AggTrades, BookUpdates, Candles, Tickers, MiniTickers, Quotes)
        topics: list[Topic] = [kind(name) for name in (BTC, BTC_PERP) for kind in both]
        topics += [AveragePrices(BTC), MarkPrices(BTC_PERP), FundingRates(BTC_PERP), Notices()]
        seen = await acquire(tw, topics)
        await asyncio.sleep(10)
        assert len({(type(each), getattr(each, "instrument", "")) for each in seen.events}) >= 14
        for event in seen.events:
            assert event.received_ts_ns
            assert event.delivered_ts_ns >= event.received_ts_ns
        without = {type(each) for each in seen.of(MarketEvent) if each.venue_ts_ns is None}
        assert without <= {BookSnapshot, Quote}, "where the venue itself tells no time"
        for event in seen.of(MarketEvent):
            if event.venue_ts_ns is not None and not isinstance(event, BookSnapshot):
                # One way takes 30 ms, and the market moves in steps of 100 ms.
                assert 0 <= event.received_ts_ns - event.venue_ts_ns <= 250_000_000


@virtual_time
async def test_g29_the_lag_of_a_slow_reader_is_measured() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        async with tw.subscribe(Trades(BTC)) as line:
            await asyncio.sleep(30)
            event = await line.receive()
            lag_s = (event.delivered_ts_ns - event.received_ts_ns) / 1e9
            assert 25 < lag_s <= 30
            assert line.statistics().lag_s == lag_s
            assert line.statistics().lag_s_max >= lag_s
        status = tw.status()
        assert str(status)


@virtual_time
async def test_g29_a_conflated_subscription_stays_fresh_under_overload() -> None:
    async with MemoryVenue(spot(rate_per_s=200)) as venue, venue.connector() as tw:
        quotes, deltas = await acquire(tw, [Quotes(BTC)]), await acquire(tw, [BookUpdates(BTC)])
        async with (
            tw.subscribe(Quotes(BTC), overflow=Overflow.CONFLATE) as fresh,
            tw.subscribe(BookUpdates(BTC), overflow=Overflow.CONFLATE) as books,
            tw.subscribe(Quotes(BTC)) as late,
        ):
            lags: dict[str, list[float]] = {"fresh": [], "late": []}
            latest: list[Any] = []
            for _ in range(60):
                await asyncio.sleep(0.5)  # two reads a second, of some eighty quotes
                for name, line in (("fresh", fresh), ("late", late)):
                    event = await line.receive()
                    lags[name].append(venue.clock.time_ns() / 1e9 - event.received_ts_ns / 1e9)
                    if name == "fresh":
                        assert event == quotes.of(Quote)[-1]
                latest.append(await books.receive())
        assert max(lags["fresh"]) <= 0.5
        assert max(lags["late"]) > 20
        assert fresh.statistics().conflated > 1_000
        assert fresh.statistics().dropped == 0
        ends = [each.sequence if isinstance(each, BookSnapshot) else each.last for each in latest]
        assert ends == sorted(ends)
        assert ends[-1] == deltas.of(BookDelta)[-1].last
