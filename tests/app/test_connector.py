"""The connector as users hold it: opening, closing, listening, and what is refused before anything is sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.guarantees.kit import BTC, BTC_PERP, MemoryVenue, spot, usdm

from tickwright import (
    AggTrades,
    Closed,
    Connector,
    NotSupported,
    Ports,
    Quotes,
    Settings,
    Trade,
    Trades,
    UnknownInstrument,
    UnknownVenue,
    UsageError,
    VenueRejected,
)
from tickwright.app.registry import products_of
from tickwright.testing.virtual_time import virtual_time


def test_opening_nothing_says_what_to_write() -> None:
    with pytest.raises(UsageError, match=r"Connector\.open"):
        Connector.open(settings=Settings())


def test_an_unknown_venue_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownVenue, match="did you mean binance"):
        Connector.open("binanse", settings=Settings())


def test_a_connector_that_is_not_open_says_how_to_open_it() -> None:
    with pytest.raises(Closed, match="async with"):
        Connector.open("binance", settings=Settings()).status()


@virtual_time
async def test_a_product_of_one_s_own_needs_no_entry_in_the_registry() -> None:
    async with MemoryVenue(spot()) as venue:
        (product,) = products_of("binance.spot")
        ports = Ports(clock=venue.clock, websockets=venue.network, http=venue.http)
        settings = Settings(endpoints=venue.endpoints)
        async with Connector.open(product, settings=settings, ports=ports) as tw:
            assert (await tw.book(BTC)).is_readable


@virtual_time
async def test_it_can_be_started_and_closed_without_a_block_and_closed_twice() -> None:
    async with MemoryVenue(spot()) as venue:
        tw = await venue.connector().start()
        assert (await tw.book(BTC)).is_readable
        await tw.close()
        await tw.close()
        assert venue.open_lines == []


@virtual_time
async def test_an_open_connector_is_not_opened_again() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        with pytest.raises(UsageError, match="open already"):
            await tw.start()


@virtual_time
async def test_what_is_not_listed_is_refused_where_it_is_asked_for_once_listings_are_there() -> (
    None
):
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        await tw.instruments()
        with pytest.raises(UnknownInstrument, match="did you mean"):
            tw.on(Trades("binance:BTC/USDX"), print)
        assert tw.status().products[0].topics == {}


@virtual_time
async def test_before_listings_are_there_the_refusal_comes_to_who_waits_for_it() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        listener = tw.on(Trades("binance:BTC/USDX"), print)
        with pytest.raises(UnknownInstrument):
            await listener.wait_acquired()
        assert listener.errors == 1
        listener.detach()


@virtual_time
async def test_a_handler_that_was_turned_away_is_not_called_for_whom_comes_after_it() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        turned_away: list[Any] = []
        seen: list[Any] = []
        venue.faults["binance.spot"].rest_status = 403
        with pytest.raises(VenueRejected):
            await tw.on(Trades(BTC), turned_away.append).wait_acquired()
        venue.faults["binance.spot"].rest_status = None
        await tw.on(Trades(BTC), seen.append).wait_acquired()
        await asyncio.sleep(10)
        assert seen
        assert turned_away == []


@virtual_time
async def test_trades_that_the_venue_cannot_give_by_id_are_not_promised_to_be_backfilled() -> None:
    async with MemoryVenue(usdm()) as venue, venue.connector() as tw:
        await tw.instruments()
        with pytest.raises(NotSupported, match="key"):
            tw.on(Trades(BTC_PERP, backfill=True), print)
        tw.on(AggTrades(BTC_PERP, backfill=True), print)


@virtual_time
async def test_a_detached_listener_gives_its_topic_up_and_twice_is_fine() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        seen: list[Any] = []
        listener = tw.on(Trades(BTC), seen.append)
        other = tw.on(Quotes(BTC), seen.append)
        await asyncio.sleep(5)
        assert any(isinstance(event, Trade) for event in seen)
        listener.detach()
        listener.detach()
        await asyncio.sleep(5)
        trades = sum(isinstance(event, Trade) for event in seen)
        await asyncio.sleep(5)
        assert sum(isinstance(event, Trade) for event in seen) == trades
        assert list(tw.status().products[0].topics) == [str(Quotes(BTC))]
        other.detach()
        await asyncio.sleep(1)
        assert venue.open_lines == [], "a connection that serves nothing is closed"


@virtual_time
async def test_g27_a_block_left_without_any_await_leaves_no_task() -> None:
    async with MemoryVenue(spot()) as venue:
        before = asyncio.all_tasks()
        async with venue.connector():
            pass
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before
