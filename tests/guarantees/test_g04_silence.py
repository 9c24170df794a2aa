"""G4: connected but silent is detected, topic by topic, and quiet instruments cause no reconnect loop."""

from __future__ import annotations

import asyncio

import pytest
from tests.guarantees.kit import BTC, ETH, MemoryVenue, acquire, catches_up, spot, until

from tickwright.model.market import Trade
from tickwright.model.notices import BookState, BookStateChanged, SessionDown, TopicStale
from tickwright.model.topics import BookStates, Notices, Trades
from tickwright.testing.virtual_time import virtual_time


@virtual_time
async def test_g04_one_silent_topic_is_resubscribed_and_then_the_socket_is_replaced() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC), Trades(ETH)])
        await asyncio.sleep(60)
        faults = venue.faults["binance.spot"]
        faults.silent_streams.add("btcusdt@trade")
        quiet_from = len(seen.events)
        await until(lambda: seen.of(TopicStale), 300)
        first = seen.of(TopicStale)[0]
        assert (first.stream, first.action) == ("btcusdt@trade", "resubscribe")
        await until(lambda: len(seen.of(TopicStale)) == 2, 300)
        assert seen.of(TopicStale)[1].action == "reconnect"
        await until(lambda: seen.of(SessionDown), 15)
        assert "btcusdt@trade silent" in seen.of(SessionDown)[0].reason
        others = [e for e in seen.events[quiet_from:] if isinstance(e, Trade)]
        assert {trade.instrument for trade in others} == {ETH}
        faults.silent_streams.clear()
        before = len(seen.events)
        await until(
            lambda: any(getattr(e, "instrument", "") == BTC for e in seen.events[before:]), 20
        )


@virtual_time
async def test_g04_a_resubscription_alone_heals_where_the_venue_forgot_a_stream() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC), Trades(ETH)])
        await asyncio.sleep(60)
        venue.forget_stream("binance.spot", "btcusdt@trade")
        await until(lambda: seen.of(TopicStale), 300)
        before = len(seen.of(Trade))
        await until(lambda: any(t.instrument == BTC for t in seen.of(Trade)[before:]), 10)
        assert seen.of(SessionDown) == []


@virtual_time
async def test_g04_a_topic_acknowledged_and_never_delivered_counts_too() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        venue.faults["binance.spot"].silent_streams.add("btcusdt@trade")
        seen = await acquire(tw, [Notices(), Trades(BTC), Trades(ETH)])
        await until(lambda: seen.of(SessionDown), 180)
        assert [stale.action for stale in seen.of(TopicStale)] == ["resubscribe", "reconnect"]


@virtual_time
async def test_g04_a_book_whose_deltas_stop_is_compared_with_a_fresh_snapshot() -> None:
    async with MemoryVenue(spot(BTC)) as venue, venue.connector(audit_books=False) as tw:
        seen = await acquire(tw, [Notices(), BookStates(BTC)])
        book = await tw.book(BTC)
        await asyncio.sleep(60)
        venue.faults["binance.spot"].silent_streams.add("btcusdt@depth@100ms")
        await until(lambda: seen.of(TopicStale), 120)
        await asyncio.sleep(1)
        states = [change.new for change in seen.of(BookStateChanged)]
        assert states[-3:] == [BookState.SUSPECT, BookState.RESYNCING, BookState.UNAUDITED]
        assert "fresh snapshot differs" in seen.of(BookStateChanged)[-2].reason
        venue.faults["binance.spot"].silent_streams.clear()
        await until(lambda: book.is_readable, 120)
        await asyncio.sleep(1)
        await catches_up(book, venue)


@virtual_time
async def test_g04_pongs_alone_do_not_make_a_mute_connection_healthy() -> None:
    async with MemoryVenue(spot(BTC, ETH)) as venue, venue.connector() as tw:
        seen = await acquire(tw, [Notices(), Trades(BTC), Trades(ETH)])
        await asyncio.sleep(30)
        venue.faults["binance.spot"].is_mute = True
        await until(lambda: seen.of(SessionDown), 180)
        venue.faults["binance.spot"].is_mute = False
        before = len(seen.of(Trade))
        await until(lambda: len(seen.of(Trade)) > before, 20)


@pytest.mark.slow
@virtual_time
async def test_g04_a_day_of_quiet_instruments_costs_few_reconnects() -> None:
    market = spot(BTC, ETH, "binance:SOL/USDT", rate_per_s=1 / 7200)
    async with MemoryVenue(market, step_s=60) as venue, venue.connector() as tw:
        ids = [instrument.id for instrument in await tw.instruments()]
        seen = await acquire(tw, [Notices(), *map(Trades, ids)])
        book = await tw.book(BTC)
        readable = 0
        for _ in range(24 * 60):
            await asyncio.sleep(60)
            readable += book.is_readable
        assert len(seen.of(SessionDown)) <= 5
        assert readable > 0.9 * 24 * 60
        await catches_up(book, venue)
