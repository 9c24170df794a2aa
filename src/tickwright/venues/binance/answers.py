"""REST answers → model events; each function returns the decoder of one endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tickwright.core import invariants
from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import (
    AggTrade,
    Candle,
    FundingRate,
    MarketEvent,
    OpenInterest,
    Quote,
    Side,
    Ticker,
    Trade,
)
from tickwright.venues.binance.codec_typed import mark_prices_of, ticker_of
from tickwright.venues.binance.wire_rest import (
    AggTradeRow,
    BookTickerRow,
    FundingRow,
    KlineRow,
    Listing,
    ListingRow,
    OpenInterestRow,
    PremiumIndexRow,
    ServerTime,
    TickerRow,
    TradeRow,
)
from tickwright.venues.typed import MS, reader


__all__ = [
    "agg_trades",
    "candles",
    "funding_history",
    "instruments",
    "open_interest",
    "premium_index",
    "quote",
    "server_time",
    "ticker",
    "tickers",
    "trades",
]

_R = TypeVar("_R", TickerRow, BookTickerRow, PremiumIndexRow)

_CLOCK_MARGIN_NS = 5_000_000_000
"""How far our clock may be ahead of the venue's without an open candle passing as closed."""

_read_time = reader(ServerTime)
_read_listing = reader(Listing)
_read_trades = reader(list[TradeRow])
_read_agg_trades = reader(list[AggTradeRow])
_read_klines = reader(list[KlineRow])
_read_ticker = reader(TickerRow | list[TickerRow])
_read_quote = reader(BookTickerRow | list[BookTickerRow])
_read_premium = reader(PremiumIndexRow | list[PremiumIndexRow])
_read_funding = reader(list[FundingRow])
_read_open_interest = reader(OpenInterestRow)


def server_time(body: bytes, received_ts_ns: int) -> int:
    """Return the venue's clock in ns."""
    return int(_read_time(body).server_ms) * MS


def instruments(
    make: Callable[[ListingRow], Instrument],
) -> Callable[[bytes, int], list[Instrument]]:
    """Return the decoder of ``GET exchangeInfo``."""

    def decode(body: bytes, received_ts_ns: int) -> list[Instrument]:
        return [make(row) for row in _read_listing(body).symbols]

    return decode


def trades(instrument: Instrument) -> Callable[[bytes, int], list[Trade]]:
    """Return the decoder of ``GET trades`` and ``GET historicalTrades``."""
    name = instrument.id

    def decode(body: bytes, received_ts_ns: int) -> list[Trade]:
        return [
            invariants.checked(
                Trade(
                    name,
                    row.time_ms * MS,
                    received_ts_ns,
                    row.price,
                    row.quantity,
                    Side.SELL if row.is_buyer_maker else Side.BUY,
                    row.trade_id,
                )
            )
            for row in _read_trades(body)
        ]

    return decode


def agg_trades(instrument: Instrument) -> Callable[[bytes, int], list[AggTrade]]:
    """Return the decoder of ``GET aggTrades``."""
    name = instrument.id

    def decode(body: bytes, received_ts_ns: int) -> list[AggTrade]:
        return [
            invariants.checked(
                AggTrade(
                    name,
                    row.time_ms * MS,
                    received_ts_ns,
                    row.price,
                    row.quantity,
                    Side.SELL if row.is_buyer_maker else Side.BUY,
                    row.trade_id,
                    row.first_trade_id,
                    row.last_trade_id,
                )
            )
            for row in _read_agg_trades(body)
        ]

    return decode


def candles(instrument: Instrument, interval: str) -> Callable[[bytes, int], list[Candle]]:
    """Return the decoder of ``GET klines``, whose rows say neither their interval nor whether they are closed.

    All but the last row are closed, and the last one if its end lies well in the past.
    """
    name, has_quote_volume = instrument.id, not instrument.is_inverse

    def decode(body: bytes, received_ts_ns: int) -> list[Candle]:
        rows = _read_klines(body)
        newest_ms = rows[-1].open_ms if rows else 0
        return [
            invariants.checked(
                Candle(
                    name,
                    None,
                    received_ts_ns,
                    interval,
                    row.open_ms * MS,
                    row.close_ms * MS,
                    row.open,
                    row.high,
                    row.low,
                    row.close,
                    row.volume,
                    row.quote_volume if has_quote_volume else None,
                    row.trades,
                    row.open_ms < newest_ms
                    or row.close_ms * MS + _CLOCK_MARGIN_NS < received_ts_ns,
                )
            )
            for row in rows
        ]

    return decode


def ticker(instrument: Instrument) -> Callable[[bytes, int], Ticker]:
    """Return the decoder of ``GET ticker/24hr`` for one symbol; COIN-M answers with an array of one."""

    def decode(body: bytes, received_ts_ns: int) -> Ticker:
        row = _one(_read_ticker(body))
        return ticker_of(row, instrument, row.close_ms * MS, received_ts_ns, "24h")

    return decode


def tickers(listed: Instruments, product: str) -> Callable[[bytes, int], list[Ticker]]:
    """Return the decoder of ``GET ticker/24hr`` for all symbols; those not in ``listed`` are left out.

    So are symbols that never traded, whose prices the venue gives as zero.
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Ticker]:
        rows = _read_ticker(body)
        found = (
            (row, listed.by_symbol(product, row.symbol))
            for row in (rows if isinstance(rows, list) else [rows])
            if row.last
        )
        return [
            ticker_of(row, instrument, row.close_ms * MS, received_ts_ns, "24h")
            for row, instrument in found
            if instrument is not None
        ]

    return decode


def quote(instrument: Instrument) -> Callable[[bytes, int], Quote]:
    """Return the decoder of ``GET ticker/bookTicker`` for one symbol."""

    def decode(body: bytes, received_ts_ns: int) -> Quote:
        row = _one(_read_quote(body))
        return invariants.checked(
            Quote(
                instrument.id,
                None if row.time_ms is None else row.time_ms * MS,
                received_ts_ns,
                row.bid_price,
                row.bid_quantity,
                row.ask_price,
                row.ask_quantity,
            )
        )

    return decode


def premium_index(instrument: Instrument) -> Callable[[bytes, int], list[MarketEvent]]:
    """Return the decoder of ``GET premiumIndex`` for one symbol: mark price, index price, predicted rate."""

    def decode(body: bytes, received_ts_ns: int) -> list[MarketEvent]:
        row = _one(_read_premium(body))
        return list(mark_prices_of(row, instrument, row.time_ms * MS, received_ts_ns))

    return decode


def funding_history(instrument: Instrument) -> Callable[[bytes, int], list[FundingRate]]:
    """Return the decoder of ``GET fundingRate``: rates that were paid, oldest first."""
    name = instrument.id

    def decode(body: bytes, received_ts_ns: int) -> list[FundingRate]:
        return [
            invariants.checked(
                FundingRate(name, row.paid_ms * MS, received_ts_ns, row.rate, row.paid_ms * MS)
            )
            for row in _read_funding(body)
        ]

    return decode


def open_interest(instrument: Instrument) -> Callable[[bytes, int], OpenInterest]:
    """Return the decoder of ``GET openInterest``."""

    def decode(body: bytes, received_ts_ns: int) -> OpenInterest:
        row = _read_open_interest(body)
        time_ns = None if row.time_ms is None else row.time_ms * MS
        return invariants.checked(
            OpenInterest(instrument.id, time_ns, received_ts_ns, row.quantity)
        )

    return decode


def _one(answer: _R | list[_R]) -> _R:
    """Return the only row of an answer about one symbol."""
    if not isinstance(answer, list):
        return answer
    if len(answer) != 1:
        raise DecodeError(f"one row expected, not {len(answer)}")
    return answer[0]
