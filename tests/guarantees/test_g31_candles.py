"""G31: candles close exactly once and in order; what an outage hid comes from the venue's history."""

from __future__ import annotations

import asyncio

import pytest
from tests.guarantees.kit import BTC, BTC_PERP, MemoryVenue, acquire, spot, usdm

from tickwright.model.market import Candle
from tickwright.model.notices import CandleGap
from tickwright.model.topics import Candles
from tickwright.testing.virtual_time import virtual_time


MINUTE_NS = 60_000_000_000


def closes(events: list[Candle]) -> list[int]:
    """Return the open times of closed candles, in minutes since the first."""
    opened = [candle.open_ts_ns for candle in events if candle.is_closed]
    return [(each - opened[0]) // MINUTE_NS for each in opened]


def check(venue: MemoryVenue, product: str, candles: list[Candle]) -> None:
    """Compare closed candles with the venue's own."""
    instrument = venue.markets[product].instruments[0]
    listing, now_ms = instrument.listing, venue.markets[product].now_ms
    facts = {
        fact.open_ms * 1_000_000: fact for fact in instrument.candles("1m", 0, None, 1500, now_ms)
    } or {}
    facts |= {
        fact.open_ms * 1_000_000: fact for fact in instrument.candles("1m", None, None, 100, now_ms)
    }
    for candle in candles:
        if candle.is_closed:
            fact = facts[candle.open_ts_ns]
            assert (candle.open, candle.high, candle.low, candle.close) == tuple(
                map(listing.price, (fact.open, fact.high, fact.low, fact.close))
            )
            assert candle.volume == listing.quantity(fact.volume)
            assert candle.trades == fact.trades


@pytest.mark.parametrize(("name", "product"), [(BTC, "binance.spot"), (BTC_PERP, "binance.usdm")])
@virtual_time
async def test_g31_every_close_comes_once_in_order_and_is_the_venues(
    name: str, product: str
) -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Candles(name)])
        closed = await acquire(tw, [Candles(name, closed_only=True)])
        await asyncio.sleep(60 * 12)
        assert closes(seen.of(Candle)) == list(range(12))
        assert [each for each in seen.of(Candle) if each.is_closed] == closed.of(Candle)
        opens = [candle.open_ts_ns for candle in seen.of(Candle)]
        assert opens == sorted(opens)
        check(venue, product, closed.of(Candle))


@pytest.mark.parametrize(("name", "product"), [(BTC, "binance.spot"), (BTC_PERP, "binance.usdm")])
@virtual_time
async def test_g31_closes_missed_in_an_outage_come_from_history(name: str, product: str) -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Candles(name)])
        await asyncio.sleep(60 * 3)
        faults = venue.faults[product]
        faults.close_on_open = 1001
        venue.close_all(1001)
        await asyncio.sleep(60 * 5)
        faults.close_on_open = None
        await asyncio.sleep(60 * 4)
        assert closes(seen.of(Candle)) == list(range(12))
        assert seen.of(CandleGap) == []
        check(venue, product, seen.of(Candle))


@virtual_time
async def test_g31_a_lost_and_a_doubled_close_make_no_difference() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Candles(BTC)])
        faults = venue.faults["binance.spot"]
        for _ in range(6):
            # Lose all frames around one close, double those around the next.
            faults.drop["btcusdt@kline_1m"] = 20
            await asyncio.sleep(60)
            faults.drop.clear()
            faults.double["btcusdt@kline_1m"] = 40
            await asyncio.sleep(60)
            faults.double.clear()
        assert closes(seen.of(Candle)) == list(range(len(closes(seen.of(Candle)))))
        assert len(closes(seen.of(Candle))) >= 11


@virtual_time
async def test_g31_history_that_cannot_be_had_is_told_and_the_candles_go_on() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Candles(BTC)])
        await asyncio.sleep(60 * 2)
        faults = venue.faults["binance.spot"]
        faults.close_on_open, faults.rest_status = 1001, 500
        venue.close_all(1001)
        await asyncio.sleep(60 * 3)
        faults.close_on_open = None
        await asyncio.sleep(60 * 4)
        told = seen.of(CandleGap)
        assert told
        missing = {
            (open_ns - seen.of(Candle)[0].open_ts_ns) // MINUTE_NS
            for gap in told
            for open_ns in range(gap.start_ts_ns, gap.end_ts_ns, MINUTE_NS)
        }
        got = closes(seen.of(Candle))
        assert sorted(missing | set(got)) == list(range(got[-1] + 1))
        assert not missing & set(got)
