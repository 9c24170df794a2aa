"""Events that the rows of most venues make alike, so that a codec only names the columns.

Rows are objects with the columns as attributes; a time is ms since 1970, or a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from tickwright.core.intervals import next_open_ns
from tickwright.core.invariants import checked
from tickwright.model.ids import InstrumentName
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.market import BookDelta, BookSnapshot, Candle, Quote, Side, Trade
from tickwright.venues.scales import data_scale
from tickwright.venues.typed import MS, read_decimal, read_levels, read_optional, read_time


__all__ = [
    "CandleDecoder",
    "Ohlc",
    "Rows",
    "candles_of",
    "make_book",
    "make_candles",
    "make_instrument",
    "make_quote",
    "make_trades",
    "ns_of",
    "quotes_of",
    "trades_of",
]

Rows = Callable[[bytes], Iterable[Any]]
"""Finds the rows in a frame or an answer; raises ``DecodeError`` if it cannot."""

_CLOCK_MARGIN_NS = 5_000_000_000
"""How far our clock may be ahead of the venue's without an open candle passing as closed."""


class Ohlc(msgspec.Struct):
    """The columns that candles call alike nearly everywhere; a venue's row adds the others."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


class CandleDecoder(Protocol):
    """A decoder of candles, which must be told their length."""

    def __call__(
        self, data: bytes, received_ts_ns: int, instrument: Instrument, *, interval: str
    ) -> list[Candle]:
        """Return the candles in a frame or an answer, oldest first."""


def make_instrument(
    name: InstrumentName,
    product: str,
    symbol: str,
    status: tuple[InstrumentStatus, str],
    *,
    steps: tuple[str, str],
    scales: tuple[int, int] | None = None,
    min_quantity: str = "",
    max_quantity: str = "",
    min_notional: str = "",
    max_notional: str = "",
    contract_size: str = "",
) -> Instrument:
    """Return an instrument of the texts of its row; empty and zero are both «none».

    Args:
        name: Unified.
        product: Its product.
        symbol: The venue's own.
        status: Ours and the venue's.
        steps: Tick and lot.
        scales: Digits of prices and of quantities; what `data_scale` says unless given.
        min_quantity: As in `Instrument`, like those that follow.
        max_quantity: Of one order.
        min_notional: Of one order.
        max_notional: Of one order.
        contract_size: Of derivatives.

    Raises:
        DecodeError: If one of them is no number.
    """
    tick, lot = (read_decimal(step or "0") for step in steps)
    price_scale, quantity_scale = scales or (data_scale(tick, None), data_scale(lot, None))
    return Instrument(
        name=name,
        product=product,
        symbol=symbol,
        status=status[0],
        status_raw=status[1],
        tick_size=tick,
        lot_size=lot,
        price_scale=price_scale,
        quantity_scale=quantity_scale,
        min_quantity=read_optional(min_quantity),
        max_quantity=read_optional(max_quantity),
        min_notional=read_optional(min_notional),
        max_notional=read_optional(max_notional),
        contract_size=read_optional(contract_size),
    )


def trades_of(
    rows: Rows, sides: Mapping[str, Side]
) -> Callable[[bytes, int, Instrument], list[Trade]]:
    """Return the decoder of frames whose rows are trades, as `make_trades` wants them."""

    def decode(data: bytes, received_ts_ns: int, instrument: Instrument) -> list[Trade]:
        return make_trades(rows(data), instrument, received_ts_ns, sides)

    return decode


def quotes_of(rows: Rows) -> Callable[[bytes, int, Instrument], list[Quote]]:
    """Return the decoder of frames whose rows have ``bid``, ``bid_quantity``, ``ask``, ``ask_quantity`` and ``time``."""

    def decode(data: bytes, received_ts_ns: int, instrument: Instrument) -> list[Quote]:
        return [
            make_quote(
                instrument,
                ns_of(row.time),
                received_ts_ns,
                (row.bid, row.bid_quantity, row.ask, row.ask_quantity),
            )
            for row in rows(data)
        ]

    return decode


def candles_of(rows: Rows, *, unit_ns: int = MS) -> CandleDecoder:
    """Return the decoder of frames and answers whose rows are candles, as `make_candles` wants them.

    Args:
        rows: Finds them.
        unit_ns: What ``begin`` counts, where it is a number.
    """

    def decode(
        data: bytes, received_ts_ns: int, instrument: Instrument, *, interval: str
    ) -> list[Candle]:
        return make_candles(rows(data), instrument, received_ts_ns, interval, unit_ns)

    return decode


def ns_of(time: int | str, unit_ns: int = MS) -> int:
    """Return a venue's time, a number of units since 1970 or a text such as ``2026-11-20T12:00:00.123456Z``, in ns.

    Raises:
        DecodeError: If it is none.

    Example:
        >>> ns_of(5), ns_of("1970-01-01T00:00:00.005Z")
        (5000000, 5000000)
    """
    return time * unit_ns if isinstance(time, int) else read_time(time)


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


def make_book(
    instrument: Instrument,
    time_ns: int,
    received_ts_ns: int,
    sides: tuple[Iterable[Sequence[Decimal | str]], Iterable[Sequence[Decimal | str]]],
    *,
    is_change: bool,
    sequence: int,
    previous: int | None = None,
    checksum: int | None = None,
) -> BookDelta | BookSnapshot:
    """Return what a row says of a book, a change of it or the whole; see `make_candles` for errors.

    Args:
        instrument: Whose book it is.
        time_ns: The venue's.
        received_ts_ns: When it came.
        sides: Levels of bids and of asks, each of price, quantity, and anything further.
        is_change: Whether the levels change what was there before.
        sequence: Its number.
        previous: The number that it follows, where it says so.
        checksum: Of the book as it is then, where it says so.
    """
    bids, asks = (read_levels(side, instrument) for side in sides)
    stamps = (instrument.id, time_ns, received_ts_ns, bids, asks, sequence)
    if is_change:
        return BookDelta(*stamps, sequence, previous, checksum=checksum)
    return checked(BookSnapshot(*stamps, checksum=checksum))


def make_quote(
    instrument: Instrument,
    time_ns: int,
    received_ts_ns: int,
    best: Iterable[Decimal | str],
    sequence: int | None = None,
) -> Quote:
    """Return a quote; ``best`` is the bid's price and quantity, then the ask's, a side without orders zero or ``""``.

    See `make_candles` for errors.
    """
    bid, bid_quantity, ask, ask_quantity = (read_decimal(each or "0") for each in best)
    stamps = (instrument.id, time_ns, received_ts_ns)
    return checked(Quote(*stamps, bid, bid_quantity, ask, ask_quantity, sequence))


def make_candles(
    rows: Iterable[Any],
    instrument: Instrument,
    received_ts_ns: int,
    interval: str,
    unit_ns: int = MS,
) -> list[Candle]:
    """Return the candles of ``rows``, oldest first; each ends a millisecond before the next begins.

    Args:
        rows: With ``begin``, ``open``, ``high``, ``low``, ``close`` and ``volume``; ``quote_volume``, ``trades`` and
            ``is_closed`` where the venue tells them. Where it does not, all but the newest row are closed, and the
            newest if its end lies well in the past.
        instrument: Whose they are.
        received_ts_ns: When they came.
        interval: Such as ``1m``.
        unit_ns: What ``begin`` counts, where it is a number.

    Raises:
        DecodeError: If an event breaks the rules of its kind.
    """
    ordered = sorted(((ns_of(row.begin, unit_ns), row) for row in rows), key=lambda pair: pair[0])
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
