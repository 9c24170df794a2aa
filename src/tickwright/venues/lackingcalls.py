"""Public REST calls of a product that offers none of them: a venue inherits it, and writes what it has."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import NoReturn, TypeVar

import msgspec

from tickwright.core.intervals import last_open_ns
from tickwright.core.limits import Priority
from tickwright.errors import NotSupported, RateLimited, VenueError, VenueRejected
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
from tickwright.venues.making import CandleDecoder
from tickwright.venues.typed import tolerant_reader


__all__ = ["REQUESTS", "BarsAsked", "CandleSpan", "LackingCalls", "refusal_of", "refusals"]

REQUESTS = "REQUESTS"
"""The bucket that such calls draw on: one of each for every request."""

BarsAsked = tuple[str, Mapping[str, str | int | None]]
"""Path and parameters of a request for candles; a parameter of ``None`` is left out."""

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
        listing: Where everything listed is asked for, and the decoder of the answer.
        clock: The same of the venue's clock, in ns.
        bars: Interval → the venue's word for it, where there is a history of candles.
        page: Candles that one answer may hold.
        read_bars: Their decoder.

    Raises:
        NotSupported: From each method.
    """

    def __init__(
        self,
        product: str,
        prefix: str,
        *,
        listing: tuple[str, Callable[[bytes, int], list[Instrument]]] | None = None,
        clock: tuple[str, Callable[[bytes, int], int]] | None = None,
        bars: Mapping[str, str] | None = None,
        page: int = 0,
        read_bars: CandleDecoder | None = None,
    ) -> None:
        self.product = product
        self.prefix = prefix
        self._listing = listing
        self._clock = clock
        self.bars = bars or {}
        self.page = page
        self._read_bars = read_bars

    def instruments(self) -> RestCall[list[Instrument]]:
        """Everything listed."""
        if self._listing is None:
            self._lack("a list of instruments")
        return self._call(*self._listing)

    def server_time(self) -> RestCall[int]:
        """The venue's clock."""
        if self._clock is None:
            self._lack("a clock")
        return self._call(*self._clock)

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
        path, params = self._history(
            instrument, CandleSpan(self.bars[interval], start_ns, end_ns, limit)
        )
        decode = partial(self._bars_until, end_ns, instrument=instrument, interval=interval)
        return self._call(path, decode, Priority.BACKFILL, **params)

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

    def _history(self, instrument: Instrument, span: CandleSpan) -> BarsAsked:
        """Return what asks for candles; a venue that has ``bars`` writes it."""
        self._lack("candles over REST")

    def _bars_until(
        self,
        end_ns: int | None,
        body: bytes,
        received_ts_ns: int,
        *,
        instrument: Instrument,
        interval: str,
    ) -> list[Candle]:
        """Read candles, without those that open later than was asked for: not every venue lets an end be named."""
        assert self._read_bars is not None
        found = self._read_bars(body, received_ts_ns, instrument, interval=interval)
        return [candle for candle in found if end_ns is None or candle.open_ts_ns <= end_ns]

    def _lack(self, what: str) -> NoReturn:
        raise NotSupported(f"{self.product} has no {what}")


def refusals(
    code: str, text: str, *, fine: Container[str] = (), limited: Container[str | None] = ()
) -> Callable[[int, bytes, str], VenueError | None]:
    """Return what finds the error in answers that are JSON objects with a code and a text.

    Args:
        code: The field of the venue's code.
        text: The field of its text.
        fine: Codes that say that there is no error; an empty one says so as well.
        limited: Codes that say «too many».

    Example:
        >>> error = refusals("code", "msg", fine=("0",))
        >>> error(200, b'{"code":"0","msg":"","data":[]}', "GET /x") is None
        True
        >>> print(error(200, b'{"code":"7","msg":"no"}', "GET /x"))
        GET /x: the venue refused with 7 (HTTP 200): no
    """
    fields = [
        (name, str, msgspec.field(name=key, default=""))
        for name, key in (("code", code), ("text", text))
    ]
    read = tolerant_reader(msgspec.defstruct("Said", fields))

    def error(status: int, body: bytes, where: str) -> VenueError | None:
        said = read(body)
        if said is None or said.code in fine:
            return refusal_of(status, None, "" if said is None else said.text, where)
        return refusal_of(status, said.code, said.text, where, limited=limited)

    return error


def refusal_of(
    status: int, code: str | None, text: str, where: str, *, limited: Container[str | None] = ()
) -> VenueError | None:
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
