"""Events that the rows of most venues make alike, so that a codec only names the columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tickwright.core.intervals import next_open_ns
from tickwright.core.invariants import checked
from tickwright.model.instrument import Instrument
from tickwright.model.market import Candle, Quote, Side, Trade
from tickwright.venues.typed import MS, read_time


__all__ = ["make_candles", "make_quote", "make_trades", "ns_of"]


_CLOCK_MARGIN_NS = 5_000_000_000
"""How far our clock may be ahead of the venue's without an open candle passing as closed."""


def ns_of(time: int | str) -> int:
    """Return a venue's time, ms since 1970 or a text such as ``2026-11-20T12:00:00.123456Z``, in ns.

    Raises:
        DecodeError: If it is none.

    Example:
        >>> ns_of(5), ns_of("1970-01-01T00:00:00.005Z")
        (5000000, 5000000)
    """
    return time * MS if isinstance(time, int) else read_time(time)


def make_trades(
    rows: Iterable[Any], instrument: Instrument, received_ts_ns: int, sides: Mapping[str, Side]
) -> list[Trade]:
    """Return the trades of ``rows``, oldest first; see `make_candles` for errors.

    Args:
        rows: With ``trade_id`` (a number that rises), ``price``, ``quantity``, ``side`` and ``time``.
        instrument: Whose they are.
        received_ts_ns: When they came.
        sides: The venue's word → side of the aggressor.
    """
    found = []
    for row in sorted(rows, key=lambda row: int(row.trade_id)):
        stamps = (instrument.id, ns_of(row.time), received_ts_ns)
        side = sides.get(row.side, Side.UNKNOWN)
        found.append(checked(Trade(*stamps, row.price, row.quantity, side, row.trade_id)))
    return found


def make_quote(
    instrument: Instrument,
    time_ns: int,
    received_ts_ns: int,
    best: tuple[Decimal, Decimal, Decimal, Decimal],
    sequence: int | None = None,
) -> Quote:
    """Return a quote; ``best`` is the bid's price and quantity, then the ask's. See `make_candles` for errors."""
    return checked(Quote(instrument.id, time_ns, received_ts_ns, *best, sequence))


def make_candles(
    rows: Iterable[Any], instrument: Instrument, received_ts_ns: int, interval: str
) -> list[Candle]:
    """Return the candles of ``rows``, oldest first; each ends a millisecond before the next begins.

    Args:
        rows: With ``begin``, ``open``, ``high``, ``low``, ``close`` and ``volume``; ``quote_volume``, ``trades`` and
            ``is_closed`` where the venue tells them. Where it does not, all but the newest row are closed, and the
            newest if its end lies well in the past.
        instrument: Whose they are.
        received_ts_ns: When they came.
        interval: Such as ``1m``.

    Raises:
        DecodeError: If an event breaks the rules of its kind.
    """
    ordered = sorted(((ns_of(row.begin), row) for row in rows), key=lambda pair: pair[0])
    over_ns = received_ts_ns - _CLOCK_MARGIN_NS
    newest_ns = ordered[-1][0] if ordered else 0
    return [
        checked(
            Candle(
                instrument.id,
                None,
                received_ts_ns,
                interval,
                open_ns,
                (close_ns := next_open_ns(interval, open_ns)) - MS,
                row.open,
                row.high,
                row.low,
                row.close,
                row.volume,
                getattr(row, "quote_volume", None),
                getattr(row, "trades", None),
                getattr(row, "is_closed", open_ns < newest_ns or close_ns < over_ns),
            )
        )
        for open_ns, row in ordered
    ]
