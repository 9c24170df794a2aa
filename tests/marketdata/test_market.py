"""All products together: each topic finds its feed, or an error that says what there is."""

from __future__ import annotations

import pytest
from tests.guarantees.kit import BTC, BTC_PERP, MemoryVenue, spot, usdm

from tickwright.errors import (
    ConnectTimeout,
    NotSupported,
    UnknownInstrument,
    UnknownVenue,
    UsageError,
)
from tickwright.marketdata.market import Market
from tickwright.model.topics import MarkPrices, Notices, Tickers, Trades
from tickwright.testing.virtual_time import virtual_time


def market_of(tw: object) -> Market:
    return tw._market  # type: ignore[attr-defined]  # a connector's insides


@virtual_time
async def test_topics_are_sorted_by_their_feeds() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        market = market_of(tw)
        found = market.resolve(
            [Trades(BTC), Notices(), Tickers("binance.usdm:*"), Trades(BTC_PERP)]
        )
        names = {feed.product.name: len(topics) for feed, topics in found.items()}
        assert names == {"binance.spot": 1, "binance.usdm": 2}


@pytest.mark.parametrize(
    ("name", "error", "text"),
    [
        ("kraken:BTC/USD", UnknownVenue, "open are binance.spot, binance.usdm"),
        ("binance:BTC/USD:BTC", UnknownInstrument, "none of binance.spot, binance.usdm"),
        ("BTCUSDT", UnknownInstrument, "BTCUSDT"),
        ("bybit.spot:*", UnknownVenue, "is not open here"),
    ],
)
@virtual_time
async def test_what_no_product_trades_is_refused_by_its_form(
    name: str, error: type[Exception], text: str
) -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        with pytest.raises(error, match=text):
            market_of(tw).feed_of(name)


@virtual_time
async def test_something_that_is_no_topic_is_refused_with_an_example() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector() as tw:
        with pytest.raises(UsageError, match="write for example Trades"):
            market_of(tw).resolve(["trades"])  # type: ignore[list-item]  # the user's mistake


@virtual_time
async def test_all_topics_are_acquired_or_none() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        market = market_of(tw)
        with pytest.raises(NotSupported):
            await market.acquire([Trades(BTC), Trades(BTC_PERP), MarkPrices(BTC)])
        assert [feed.status().topics for feed in market.feeds] == [{}, {}]
        assert venue.network.attempts == []


@virtual_time
async def test_a_book_that_cannot_be_had_is_given_up_again() -> None:
    async with MemoryVenue(spot()) as venue, venue.connector(audit_books=False) as tw:
        venue.faults["binance.spot"].rest_delay_s = 1
        await tw.instruments()
        venue.faults["binance.spot"].snapshot_failures = 1000
        with pytest.raises(ConnectTimeout, match="no snapshot yet: GET /api/v3/depth"):
            await market_of(tw).book(BTC, timeout_s=5)
        assert market_of(tw).feeds[0].status().topics == {}


@virtual_time
async def test_instruments_of_one_product_of_a_venue_or_of_all() -> None:
    async with MemoryVenue(spot(), usdm()) as venue, venue.connector() as tw:
        market = market_of(tw)
        assert [each.id for each in await market.instruments("binance.spot")] == [BTC]
        assert {each.id for each in await market.instruments("binance")} == {BTC, BTC_PERP}
        assert len(await market.instruments()) == 2
        assert len(venue.http.requests) == 2, "a listing is asked for once"
        assert (await market.instrument(BTC)).symbol == "BTCUSDT"
