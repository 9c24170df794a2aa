"""Questions that a venue answers once, over REST: history, statistics, its clock."""

from __future__ import annotations

from typing import TypeVar

from tickwright.app.moments import Time, time_ns
from tickwright.marketdata.feed import Feed
from tickwright.marketdata.market import Market
from tickwright.model.instrument import Instrument
from tickwright.model.market import (
    AggTrade,
    BookSnapshot,
    Candle,
    FundingRate,
    MarketEvent,
    OpenInterest,
    Quote,
    Ticker,
    Trade,
)


__all__ = ["Queries"]

T = TypeVar("T")


class Queries:
    """`Connector.fetch`: every method takes an instrument id and waits for one answer.

    All of them raise ``UnknownInstrument`` and ``NotSupported`` before anything is sent, and afterwards
    ``ConnectivityError`` or ``VenueError``. Reads are repeated by themselves where that is safe, and wait for the venue's
    limits.

    Example:
        >>> candles = await tw.fetch.candles("binance:BTC/USDT", "1h", limit=24)
    """

    def __init__(self, market: Market) -> None:
        self._market = market

    async def book(self, instrument: str, *, limit: int = 100) -> BookSnapshot:
        """Return the order book as it stands, ``limit`` levels a side."""
        feed, found = await self._find(instrument)
        return await feed.rest.call(feed.product.calls.book(found, limit))

    async def trades(
        self, instrument: str, *, from_id: int | None = None, limit: int = 500
    ) -> list[Trade]:
        """Return the last trades, or those from ``from_id`` on where the venue keeps them, oldest first."""
        feed, found = await self._find(instrument)
        call = feed.product.calls.trades(found, from_id=from_id, limit=limit)
        return await feed.rest.call(call)

    async def agg_trades(
        self,
        instrument: str,
        *,
        from_id: int | None = None,
        start: Time = None,
        end: Time = None,
        limit: int = 500,
    ) -> list[AggTrade]:
        """Return aggregate trades from an id or between two moments, oldest first."""
        feed, found = await self._find(instrument)
        call = feed.product.calls.agg_trades(
            found, from_id=from_id, start_ns=_ns(start), end_ns=_ns(end), limit=limit
        )
        return await feed.rest.call(call)

    async def candles(
        self,
        instrument: str,
        interval: str = "1m",
        *,
        start: Time = None,
        end: Time = None,
        limit: int = 500,
    ) -> list[Candle]:
        """Return candles, oldest first; the last one may still be open."""
        feed, found = await self._find(instrument)
        call = feed.product.calls.candles(
            found, interval, start_ns=_ns(start), end_ns=_ns(end), limit=limit
        )
        return await feed.rest.call(call)

    async def ticker(self, instrument: str) -> Ticker:
        """Return the statistics of the last 24 h."""
        feed, found = await self._find(instrument)
        return await feed.rest.call(feed.product.calls.ticker(found))

    async def tickers(self, product: str) -> list[Ticker]:
        """Return the statistics of all instruments of a product, for example ``binance.spot``."""
        feed = self._market.feed_of(f"{product}:*")
        listed = await feed.list_instruments()
        return await feed.rest.call(feed.product.calls.tickers(listed))

    async def quote(self, instrument: str) -> Quote:
        """Return the best bid and offer."""
        feed, found = await self._find(instrument)
        return await feed.rest.call(feed.product.calls.quote(found))

    async def premium_index(self, instrument: str) -> list[MarketEvent]:
        """Return the mark price, the index price and the predicted funding rate of a contract."""
        feed, found = await self._find(instrument)
        return await feed.rest.call(feed.product.calls.premium_index(found))

    async def funding_history(
        self, instrument: str, *, start: Time = None, end: Time = None, limit: int = 100
    ) -> list[FundingRate]:
        """Return the funding rates that were paid, oldest first."""
        feed, found = await self._find(instrument)
        call = feed.product.calls.funding_history(
            found, start_ns=_ns(start), end_ns=_ns(end), limit=limit
        )
        return await feed.rest.call(call)

    async def open_interest(self, instrument: str) -> OpenInterest:
        """Return the open interest of a contract."""
        feed, found = await self._find(instrument)
        return await feed.rest.call(feed.product.calls.open_interest(found))

    async def server_time_ns(self, product: str) -> int:
        """Return the clock of a product's host, in ns since 1970."""
        feed = self._market.feed_of(f"{product}:*")
        return await feed.rest.call(feed.product.calls.server_time())

    async def _find(self, instrument: str) -> tuple[Feed, Instrument]:
        feed = self._market.feed_of(instrument)
        return feed, (await feed.list_instruments())[instrument]


def _ns(moment: Time) -> int | None:
    return None if moment is None else time_ns(moment)
