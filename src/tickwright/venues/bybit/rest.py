"""Public REST calls of every Bybit product: one class, and the category that they differ in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from tickwright.core.intervals import last_open_ns
from tickwright.core.limits import Priority
from tickwright.errors import NotSupported
from tickwright.model.instrument import Instrument, Instruments
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
from tickwright.venues.base import RestCall
from tickwright.venues.bybit import answers
from tickwright.venues.bybit.codec import book_reply
from tickwright.venues.bybit.codec_typed import INTERVALS
from tickwright.venues.bybit.instruments import Make
from tickwright.venues.typed import MS


__all__ = ["ADDRESS", "BybitCalls", "RestRules"]

ADDRESS = "REQUESTS"
"""The bucket that every call draws on: requests of one address, to all hosts together."""

_PAGE = 1_000
"""Rows of a listing, candles or levels that one answer may hold."""
_FUNDING_PAGE = 200
_FUNDING_INTERVAL_NS_MIN = 3_600 * 1_000_000_000
"""The shortest time between two fundings of a contract (page *Get Instruments Info*, ``fundingInterval``)."""

_T = TypeVar("_T")


class RestRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a product differs from the others in (section *Market*)."""

    product: str
    category: str
    make_instrument: Make
    trades_max: int
    """Trades that one answer holds at most."""
    has_funding: bool
    """Whether there are mark prices, funding and open interest."""


class BybitCalls:
    """Calls as data.

    Args:
        rules: The product's own.
    """

    def __init__(self, rules: RestRules) -> None:
        self._rules = rules

    def instruments(self) -> RestCall[list[Instrument]]:
        """All symbols that trade, and their rules: the first page, which names the next one."""
        return self._listing(None)

    def server_time(self) -> RestCall[int]:
        """The venue's clock in ns."""
        return RestCall(path="/v5/market/time", decode=answers.server_time, costs={ADDRESS: 1})

    def book(self, instrument: Instrument, limit: int) -> RestCall[BookSnapshot]:
        """The best ``limit`` levels a side, 1,000 at most."""

        def decode(body: bytes, received_ts_ns: int) -> BookSnapshot:
            return book_reply(body, received_ts_ns, instrument)

        return self._call(
            "orderbook",
            decode,
            Priority.SNAPSHOT,
            symbol=instrument.symbol,
            limit=min(limit, _PAGE),
        )

    def whole_book(self, instrument: Instrument) -> RestCall[BookSnapshot]:
        """Up to 10,000 levels a side: what ``orderbook.full`` starts from."""

        def decode(body: bytes, received_ts_ns: int) -> BookSnapshot:
            return book_reply(body, received_ts_ns, instrument)

        return self._call("full_orderbook", decode, Priority.SNAPSHOT, symbol=instrument.symbol)

    def trades(
        self, instrument: Instrument, *, from_id: int | None = None, limit: int = 500
    ) -> RestCall[list[Trade]]:
        """The latest trades, 60 at most on spot; there, ``from_id`` leaves out those before it.

        Raises:
            NotSupported: For ``from_id`` on contracts, whose trades are not numbered.
        """
        if from_id is not None and self._rules.has_funding:
            raise NotSupported(
                f"{self._rules.product} does not number its trades: leave from_id (or backfill) out"
            )
        most = self._rules.trades_max
        return self._call(
            "recent-trade",
            answers.trades(instrument, from_id),
            Priority.BACKFILL,
            symbol=instrument.symbol,
            limit=min(limit, most) if from_id is None else most,
        )

    def agg_trades(
        self,
        instrument: Instrument,
        *,
        from_id: int | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> RestCall[list[AggTrade]]:
        """Nothing: the venue joins no trades.

        Raises:
            NotSupported: Always.
        """
        raise NotSupported(f"{self._rules.product} has no aggregate trades; ask for trades")

    def candles(
        self,
        instrument: Instrument,
        interval: str,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> RestCall[list[Candle]]:
        """Candles by open time, oldest first; the newest one may still be open.

        Where more of them lie in a span than ``limit``, the venue gives the newest. So a span that has a begin ends
        after ``limit`` candles.

        Raises:
            NotSupported: For an interval that the venue does not have.
        """
        if interval not in INTERVALS:
            raise NotSupported(
                f"{self._rules.product} has no {interval!r} candles; choose one of"
                f" {', '.join(INTERVALS)}"
            )
        limit = min(limit, _PAGE)
        return self._call(
            "kline",
            answers.candles(instrument, interval),
            Priority.BACKFILL,
            symbol=instrument.symbol,
            interval=INTERVALS[interval],
            start=_ms(start_ns),
            end=_ms(_end_ns(interval, start_ns, end_ns, limit)),
            limit=limit,
        )

    def ticker(self, instrument: Instrument) -> RestCall[Ticker]:
        """Statistics of the last 24 h."""
        return self._call("tickers", answers.ticker(instrument), symbol=instrument.symbol)

    def tickers(self, instruments: Instruments) -> RestCall[list[Ticker]]:
        """Statistics of the last 24 h, of all ``instruments`` that the venue mentions."""
        return self._call("tickers", answers.tickers(instruments, self._rules.product))

    def quote(self, instrument: Instrument) -> RestCall[Quote]:
        """Best bid and offer."""
        return self._call("orderbook", answers.quote(instrument), symbol=instrument.symbol, limit=1)

    def premium_index(self, instrument: Instrument) -> RestCall[list[MarketEvent]]:
        """Mark price, index price, open interest and predicted funding rate.

        Raises:
            NotSupported: On spot.
        """
        self._require_contracts("mark price")
        return self._call("tickers", answers.premium_index(instrument), symbol=instrument.symbol)

    def funding_history(
        self,
        instrument: Instrument,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 100,
    ) -> RestCall[list[FundingRate]]:
        """Funding rates that were paid, oldest first.

        The venue takes no begin without an end, and gives the newest rates of a span. So a span that has a begin is cut
        to ``limit`` times the shortest funding interval, an hour: its first rates are never left out.

        Raises:
            NotSupported: On spot.
        """
        self._require_contracts("funding rate")
        limit = min(limit, _FUNDING_PAGE)
        if start_ns is not None:
            over_ns = start_ns + limit * _FUNDING_INTERVAL_NS_MIN
            end_ns = over_ns if end_ns is None else min(end_ns, over_ns)
        return self._call(
            "funding/history",
            answers.funding_history(instrument),
            Priority.BACKFILL,
            symbol=instrument.symbol,
            startTime=_ms(start_ns),
            endTime=_ms(end_ns),
            limit=limit,
        )

    def open_interest(self, instrument: Instrument) -> RestCall[OpenInterest]:
        """Open contracts, as counted every five minutes.

        Raises:
            NotSupported: On spot.
        """
        self._require_contracts("open interest")
        return self._call(
            "open-interest",
            answers.open_interest(instrument),
            symbol=instrument.symbol,
            intervalTime="5min",
            limit=1,
        )

    def _listing(self, cursor: str | None) -> RestCall[list[Instrument]]:
        call = self._call(
            "instruments-info",
            answers.instruments(self._rules.make_instrument),
            limit=_PAGE,
            cursor=cursor,
        )
        return msgspec.structs.replace(call, next_page=self._listing_after)

    def _listing_after(self, body: bytes) -> RestCall[list[Instrument]] | None:
        cursor = answers.next_cursor(body)
        return None if cursor is None else self._listing(cursor)

    def _require_contracts(self, what: str) -> None:
        if not self._rules.has_funding:
            raise NotSupported(f"{self._rules.product} has no {what}; contracts have one")

    def _call(
        self,
        path: str,
        decode: Callable[[bytes, int], _T],
        priority: Priority = Priority.QUERY,
        **params: str | int | None,
    ) -> RestCall[_T]:
        named = {"category": self._rules.category, **params}
        return RestCall(
            path=f"/v5/market/{path}",
            decode=decode,
            params=tuple((name, str(value)) for name, value in named.items() if value is not None),
            costs={ADDRESS: 1},
            priority=priority,
        )


def _end_ns(interval: str, start_ns: int | None, end_ns: int | None, limit: int) -> int | None:
    """Return the last moment at which one of the first ``limit`` candles from ``start_ns`` on may open."""
    if start_ns is None:
        return end_ns
    over_ns = last_open_ns(interval, start_ns, limit)
    return over_ns if end_ns is None else min(end_ns, over_ns)


def _ms(time_ns: int | None) -> int | None:
    return None if time_ns is None else time_ns // MS
