"""Public REST calls of every Binance product: one class, and a value that says how the products differ."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

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
from tickwright.venues.binance import answers, codec
from tickwright.venues.binance.wire_rest import ListingRow
from tickwright.venues.typed import MS


__all__ = ["WEIGHT", "BinanceCalls", "RestRules"]

WEIGHT = "REQUEST_WEIGHT"
"""The bucket that nearly every call draws on."""

_T = TypeVar("_T")

Steps = tuple[tuple[int, int], ...]
"""``(largest limit, weight)``, rising."""


class RestRules(msgspec.Struct, frozen=True, kw_only=True):
    """How the REST interface of a product differs from that of the others (*Rate limits*, *Market Data*)."""

    product: str
    prefix: str
    make_instrument: Callable[[ListingRow], Instrument]
    intervals: tuple[str, ...]
    listing_weight: int
    depth_weights: Steps
    depth_limits: tuple[int, ...] | None = None
    """The only limits allowed, rising; ``None`` where any is."""
    trades_weight: int
    trades_limit: int = 1000
    old_trades_path: str | None = None
    """``historicalTrades`` where it needs no API key."""
    agg_trades_weight: int
    candle_weights: Steps
    ticker_weight: int
    tickers_weight: int
    quote_weight: int
    premium_weight: int | None = None
    """``None`` where there is neither a mark price nor funding nor open interest."""
    funding_bucket: str | None = None
    """The pool that funding history draws on, in place of the weight."""
    extra_costs: tuple[tuple[str, int], ...] = ()
    """What every call costs besides."""


class BinanceCalls:
    """Calls as data; ``RestRules`` of the product give path prefix and weights.

    Args:
        rules: The product's own.
    """

    def __init__(self, rules: RestRules) -> None:
        self._rules = rules

    def instruments(self) -> RestCall[list[Instrument]]:
        """All symbols and their trading rules."""
        decode = answers.instruments(self._rules.make_instrument)
        return self._call("exchangeInfo", decode, self._rules.listing_weight)

    def server_time(self) -> RestCall[int]:
        """The venue's clock in ns."""
        return self._call("time", answers.server_time, 1)

    def book(self, instrument: Instrument, limit: int) -> RestCall[BookSnapshot]:
        """The book, ``limit`` levels a side, or the next larger number that the venue offers."""
        rules = self._rules
        largest = rules.depth_weights[-1][0]
        limit = min(limit, largest)
        if rules.depth_limits is not None:
            limit = next(allowed for allowed in rules.depth_limits if allowed >= limit)
        return self._call(
            "depth",
            partial(codec.book_snapshot, instrument=instrument),
            _weight(rules.depth_weights, limit),
            _params(symbol=instrument.symbol, limit=limit),
            Priority.SNAPSHOT,
        )

    def trades(
        self, instrument: Instrument, *, from_id: int | None = None, limit: int = 500
    ) -> RestCall[list[Trade]]:
        """The latest trades, or those from ``from_id`` on.

        Raises:
            NotSupported: For ``from_id`` on futures, whose old trades need an API key.
        """
        rules = self._rules
        path = "trades" if from_id is None else rules.old_trades_path
        if path is None:
            raise NotSupported(
                f"{rules.product} gives trades by id only with an API key; ask for agg_trades"
            )
        return self._call(
            path,
            answers.trades(instrument),
            rules.trades_weight,
            _params(symbol=instrument.symbol, fromId=from_id, limit=min(limit, rules.trades_limit)),
            Priority.BACKFILL,
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
        """Trades joined by taker order, from an id or within a span of time (an hour at most on futures)."""
        return self._call(
            "aggTrades",
            answers.agg_trades(instrument),
            self._rules.agg_trades_weight,
            _params(
                symbol=instrument.symbol,
                fromId=from_id,
                startTime=_ms(start_ns),
                endTime=_ms(end_ns),
                limit=min(limit, self._rules.trades_limit),
            ),
            Priority.BACKFILL,
        )

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

        Raises:
            NotSupported: For an interval that the product does not have.
        """
        rules = self._rules
        if interval not in rules.intervals:
            raise NotSupported(
                f"{rules.product} has no {interval!r} candles; choose one of"
                f" {', '.join(rules.intervals)}"
            )
        limit = min(limit, rules.candle_weights[-1][0])
        return self._call(
            "klines",
            answers.candles(instrument, interval),
            _weight(rules.candle_weights, limit),
            _params(
                symbol=instrument.symbol,
                interval=interval,
                startTime=_ms(start_ns),
                endTime=_ms(end_ns),
                limit=limit,
            ),
            Priority.BACKFILL,
        )

    def ticker(self, instrument: Instrument) -> RestCall[Ticker]:
        """Statistics of the last 24 h."""
        return self._call(
            "ticker/24hr",
            answers.ticker(instrument),
            self._rules.ticker_weight,
            _params(symbol=instrument.symbol),
        )

    def tickers(self, instruments: Instruments) -> RestCall[list[Ticker]]:
        """Statistics of the last 24 h, of all ``instruments`` that the venue mentions."""
        decode = answers.tickers(instruments, self._rules.product)
        return self._call("ticker/24hr", decode, self._rules.tickers_weight)

    def quote(self, instrument: Instrument) -> RestCall[Quote]:
        """Best bid and offer."""
        return self._call(
            "ticker/bookTicker",
            answers.quote(instrument),
            self._rules.quote_weight,
            _params(symbol=instrument.symbol),
        )

    def premium_index(self, instrument: Instrument) -> RestCall[list[MarketEvent]]:
        """Mark price, index price and predicted funding rate.

        Raises:
            NotSupported: On spot.
        """
        return self._call(
            "premiumIndex",
            answers.premium_index(instrument),
            self._contract_weight("mark price"),
            _params(symbol=instrument.symbol),
        )

    def funding_history(
        self,
        instrument: Instrument,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 100,
    ) -> RestCall[list[FundingRate]]:
        """Funding rates that were paid, oldest first.

        Raises:
            NotSupported: On spot.
        """
        bucket = self._rules.funding_bucket
        if bucket is None:
            raise NotSupported(f"{self._rules.product} has no funding rate; contracts have one")
        return RestCall(
            path=f"{self._rules.prefix}/fundingRate",
            decode=answers.funding_history(instrument),
            params=_params(
                symbol=instrument.symbol,
                startTime=_ms(start_ns),
                endTime=_ms(end_ns),
                limit=min(limit, self._rules.trades_limit),
            ),
            costs={bucket: 1},
            priority=Priority.BACKFILL,
        )

    def open_interest(self, instrument: Instrument) -> RestCall[OpenInterest]:
        """Open contracts now.

        Raises:
            NotSupported: On spot.
        """
        self._contract_weight("open interest")
        return self._call(
            "openInterest", answers.open_interest(instrument), 1, _params(symbol=instrument.symbol)
        )

    def _contract_weight(self, what: str) -> int:
        weight = self._rules.premium_weight
        if weight is None:
            raise NotSupported(f"{self._rules.product} has no {what}; contracts have one")
        return weight

    def _call(
        self,
        path: str,
        decode: Callable[[bytes, int], _T],
        weight: int,
        params: tuple[tuple[str, str], ...] = (),
        priority: Priority = Priority.QUERY,
    ) -> RestCall[_T]:
        return RestCall(
            path=f"{self._rules.prefix}/{path}",
            decode=decode,
            params=params,
            costs={WEIGHT: weight, **dict(self._rules.extra_costs)},
            priority=priority,
        )


def _weight(steps: Steps, limit: int) -> int:
    return next(weight for largest, weight in steps if limit <= largest)


def _ms(time_ns: int | None) -> int | None:
    return None if time_ns is None else time_ns // MS


def _params(**values: str | int | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in values.items() if value is not None)
