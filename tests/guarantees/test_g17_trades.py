"""G17: missing trades are told by their ids, and filled in order where that is asked for."""

from __future__ import annotations

import asyncio

import pytest
from tests.guarantees.kit import BTC, BTC_PERP, MemoryVenue, acquire, spot, until, usdm

from tickwright.model.market import AggTrade, Trade
from tickwright.model.notices import Gap
from tickwright.model.topics import AggTrades, Trades
from tickwright.testing.virtual_time import virtual_time


@virtual_time
async def test_g17_dropped_trades_are_told_first_to_last() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        whole = await acquire(tw, [Trades(BTC)])
        await asyncio.sleep(5)
        venue.faults["binance.spot"].drop["btcusdt@trade"] = 4
        await until(lambda: whole.of(Gap), 30)
        gap = whole.of(Gap)[0]
        at = whole.events.index(gap)
        assert (gap.first, gap.last) == (
            whole.events[at - 1].trade_id + 1,
            whole.events[at + 1].trade_id - 1,
        )
        assert gap.last - gap.first == 3
        assert not gap.is_backfilled
        assert gap.instrument == BTC


@virtual_time
async def test_g17_an_outage_shows_as_one_gap() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Trades(BTC)])
        await asyncio.sleep(5)
        venue.open_lines[0].close(1006)
        await asyncio.sleep(10)
        assert len(seen.of(Gap)) == 1
        ids = [trade.trade_id for trade in seen.of(Trade)]
        missing = set(range(ids[0], ids[-1] + 1)) - set(ids)
        gap = seen.of(Gap)[0]
        assert missing == set(range(gap.first, gap.last + 1))


@pytest.mark.parametrize("fault", ["drop", "double", "reorder"])
@pytest.mark.parametrize(
    ("topic", "stream", "kind"),
    [
        (Trades(BTC, backfill=True), "btcusdt@trade", Trade),
        (AggTrades(BTC, backfill=True), "btcusdt@aggTrade", AggTrade),
        (AggTrades(BTC_PERP, backfill=True), "btcusdt@aggTrade", AggTrade),
    ],
)
@virtual_time
async def test_g17_with_backfill_every_trade_comes_once_and_in_order(
    topic: Trades | AggTrades, stream: str, kind: type, fault: str
) -> None:
    product = "binance.spot" if topic.instrument == BTC else "binance.usdm"
    async with MemoryVenue(spot(), usdm(), latency_s=0.05) as venue, venue.connector() as tw:
        seen = await acquire(tw, [topic])
        for count in (1, 3, 7):
            await asyncio.sleep(7)
            getattr(venue.faults[product], fault)[stream] = count
        await asyncio.sleep(5)
        venue.close_all(1006)
        await asyncio.sleep(20)
        ids = [trade.trade_id for trade in seen.of(kind)]
        assert ids == list(range(ids[0], ids[0] + len(ids)))
        assert len(ids) > 50
        gaps = seen.of(Gap)
        assert gaps
        assert all(gap.is_backfilled for gap in gaps)
        for gap in gaps:
            at = seen.events.index(gap)
            assert seen.events[at + 1].trade_id == gap.first
        market = venue.markets[product].instruments[0]
        facts = (
            market.trades(ids[0], 5000)
            if kind is Trade
            else market.agg_trades(ids[0], None, None, 5000)
        )
        listing = market.listing
        told = [(trade.trade_id, trade.price, trade.quantity) for trade in seen.of(kind)]
        assert told == [
            (fact.id, listing.price(fact.price), listing.quantity(fact.quantity))
            for fact in facts[: len(told)]
        ]


@virtual_time
async def test_g17_history_that_cannot_be_had_leaves_a_gap_and_the_stream_goes_on() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Trades(BTC, backfill=True)])
        await asyncio.sleep(5)
        venue.faults["binance.spot"].rest_status = 500
        venue.faults["binance.spot"].drop["btcusdt@trade"] = 3
        await asyncio.sleep(60)
        assert [gap.is_backfilled for gap in seen.of(Gap)] == [False]
        ids = [trade.trade_id for trade in seen.of(Trade)]
        assert ids == sorted(set(ids))
        assert ids[-1] - ids[0] + 1 - len(ids) == 3
