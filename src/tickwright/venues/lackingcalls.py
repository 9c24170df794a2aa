"""Public REST calls of a product that offers none of them: a venue inherits it, and writes what it has."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import NoReturn, TypeVar

import msgspec

from tickwright.core.intervals import last_open_ns
from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, RateLimited, VenueRejected
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


__all__ = ["REQUESTS", "CandleSpan", "LackingCalls", "refusal_of"]

REQUESTS = "REQUESTS"
"""The bucket that such calls draw on: one of each for every request."""

_FINE, _LIMITED = 200, 429  # of HTTP

_T = TypeVar("_T")


class CandleSpan(msgspec.Struct, frozen=True):
    """Which candles are asked for."""

    word: str
    """The venue's for the interval."""
    start_ns: int | None
    """The first one opens then, or later; ``None`` for the newest ones."""
    end_ns: int | None
    """The last one opens then, or sooner."""
    limit: int


class LackingCalls:
    """Refuses every call of `tickwright.venues.base.Calls` before anything leaves.

    Args:
        product: Who refuses, for example ``kraken.spot``.
        prefix: Of the paths of what a venue does have.
        bars: Interval → the venue's word for it, where there is a history of candles.
        page: Candles that one answer may hold.

    Raises:
        NotSupported: From each method.
    """

    def __init__(
        self, product: str, prefix: str, bars: Mapping[str, str] | None = None, page: int = 0
    ) -> None:
        self.product = product
        self.prefix = prefix
        self.bars = bars or {}
        self.page = page

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed."""
        self._lack("a list of instruments")

    def server_time(self) -> RestCall[int]:
        """The venue's clock."""
        self._lack("a clock")

    def book(self, instrument: Instrument, limit: int) -> RestCall[BookSnapshot]:
        """The whole book."""
        self._lack("books over REST")

    def trades(
        self, instrument: Instrument, *, from_id: int | None = None, limit: int = 500
    ) -> RestCall[list[Trade]]:
        """The last trades."""
        self._lack("trades over REST: leave from_id (or backfill) out")

    def agg_trades(
        self,
        instrument: Instrument,
        *,
        from_id: int | None = None,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> RestCall[list[AggTrade]]:
        """Aggregate trades."""
        self._lack("aggregate trades; ask for trades")

    def candles(
        self,
        instrument: Instrument,
        interval: str,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 500,
    ) -> RestCall[list[Candle]]:
        """Candles by open time, at most a page; of a span that has a begin the first ones."""
        if interval not in self.bars:
            offered = ", ".join(self.bars) or "none"
            self._lack(f"{interval!r} candles over REST; it has: {offered}")
        limit = min(limit, self.page)
        if start_ns is not None:  # of too many candles, venues give the newest
            over_ns = last_open_ns(interval, start_ns, limit)
            end_ns = over_ns if end_ns is None else min(end_ns, over_ns)
        span = CandleSpan(self.bars[interval], start_ns, end_ns, limit)
        return self._history(instrument, interval, span)

    def ticker(self, instrument: Instrument) -> RestCall[Ticker]:
        """Statistics of the last 24 h."""
        self._lack("tickers over REST")

    def tickers(self, instruments: Instruments) -> RestCall[list[Ticker]]:
        """The same of all instruments."""
        self._lack("tickers over REST")

    def quote(self, instrument: Instrument) -> RestCall[Quote]:
        """Best bid and offer."""
        self._lack("quotes over REST")

    def premium_index(self, instrument: Instrument) -> RestCall[list[MarketEvent]]:
        """Mark and index prices."""
        self._lack("mark prices")

    def funding_history(
        self,
        instrument: Instrument,
        *,
        start_ns: int | None = None,
        end_ns: int | None = None,
        limit: int = 100,
    ) -> RestCall[list[FundingRate]]:
        """Rates that were paid."""
        self._lack("funding rates")

    def open_interest(self, instrument: Instrument) -> RestCall[OpenInterest]:
        """Open contracts."""
        self._lack("open interest")

    def _call(
        self,
        path: str,
        decode: Callable[[bytes, int], _T],
        priority: Priority = Priority.QUERY,
        **params: str | int | None,
    ) -> RestCall[_T]:
        """Return the request for ``path``; parameters of ``None`` are left out."""
        return RestCall(
            path=self.prefix + path,
            decode=decode,
            params=tuple((name, str(value)) for name, value in params.items() if value is not None),
            costs={REQUESTS: 1},
            priority=priority,
        )

    def _history(
        self, instrument: Instrument, interval: str, span: CandleSpan
    ) -> RestCall[list[Candle]]:
        """Return the request for candles; a venue that has ``bars`` writes it."""
        self._lack("candles over REST")

    def _lack(self, what: str) -> NoReturn:
        raise NotSupported(f"{self.product} has no {what}")


def refusal_of(
    status: int, code: str | None, text: str, where: str, *, limited: Container[str | None] = ()
) -> Exception | None:
    """Return the error of an answer, ``None`` if it is data.

    Args:
        status: HTTP status.
        code: The venue's own, ``None`` or empty where there is none.
        text: The venue's own.
        where: What was asked.
        limited: Codes that say «too many».
    """
    if status == _LIMITED or code in limited:
        return RateLimited(where, 0, f"{text} ({code or status})")
    return VenueRejected(status, code or None, text, where) if code or status != _FINE else None
