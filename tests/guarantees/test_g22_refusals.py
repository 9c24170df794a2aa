"""G22: each topic is acknowledged or fails loudly, in the venue's words, and never silences the others."""

from __future__ import annotations

import asyncio

import pytest
from tests.guarantees.kit import BTC, ETH, MemoryVenue, acquire, catches_up, spot, until

from tickwright.errors import SubscriptionRefused, UnknownInstrument
from tickwright.model.market import Trade
from tickwright.model.notices import SessionDown, TopicFailed
from tickwright.model.topics import BookUpdates, Notices, Quotes, Trades
from tickwright.sandbox.market import instrument_ids
from tickwright.testing.virtual_time import virtual_time


TEXT = "Invalid symbol: delisted yesterday"


@pytest.mark.parametrize("is_flat", [False, True])
@virtual_time
async def test_g22_a_refused_topic_fails_in_its_own_stream_and_the_others_flow(
    is_flat: bool,
) -> None:
    ids = instrument_ids("binance.spot", 12)
    async with MemoryVenue(spot(*ids)) as venue, venue.connector() as tw:
        faults = venue.faults["binance.spot"]
        faults.refuse["ethusdt@trade"] = TEXT
        faults.has_flat_errors = is_flat
        notices = await acquire(tw, [Notices()])
        own = {name: await acquire(tw, [Trades(name)]) for name in ids}
        await asyncio.sleep(60)
        for name in ids:
            failures = own[name].of(TopicFailed)
            if name == ETH:
                assert [each.stream for each in failures] == ["ethusdt@trade"]
                assert TEXT in failures[0].text
                assert not own[name].of(Trade)
            else:
                assert failures == []
                assert own[name].of(Trade)
        assert len(notices.of(TopicFailed)) == 1
        assert notices.of(SessionDown) == []
        assert tw.status().products[0].topics[str(Trades(ETH))] == "failed"


@virtual_time
async def test_g22_who_waits_for_a_refused_book_gets_the_venues_words_at_once() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        faults = venue.faults["binance.spot"]
        faults.refuse["ethusdt@depth@100ms"] = TEXT
        good = await tw.book(BTC)
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(SubscriptionRefused, match=TEXT):
            await tw.book(ETH)
        assert asyncio.get_running_loop().time() - began_s < 5
        await catches_up(good, venue)
        faults.refuse.clear()
        assert (await tw.book(ETH)).is_readable, "a failed topic can be asked for again"


@virtual_time
async def test_g22_a_reader_of_many_topics_reads_of_the_failure_in_its_line() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        venue.faults["binance.spot"].refuse["ethusdt@bookTicker"] = TEXT
        async with tw.subscribe(Trades(BTC), Quotes(ETH)) as line:
            kinds: set[type] = set()
            async with asyncio.timeout(30):
                while kinds != {TopicFailed, Trade}:
                    kinds.add(type(await line.receive()))


@virtual_time
async def test_g22_a_topic_refused_only_after_a_reconnect_fails_then() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Trades(BTC), Trades(ETH)])
        await asyncio.sleep(10)
        venue.faults["binance.spot"].refuse["ethusdt@trade"] = TEXT
        venue.close_all(1001)
        await until(lambda: seen.of(TopicFailed), 30)
        before = len(seen.of(Trade))
        await asyncio.sleep(20)
        assert {trade.instrument for trade in seen.of(Trade)[before:]} == {BTC}


@virtual_time
async def test_g22_what_cannot_be_is_refused_before_anything_is_sent() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        with pytest.raises(UnknownInstrument, match="BTC/USDT"):
            async with tw.subscribe(Trades(ETH), BookUpdates("binance:BTC/USDX")):
                pass
        assert venue.network.attempts == []
