"""REST answers → model events; each function reads the answer of one endpoint, or returns what does."""

from __future__ import annotations

from collections.abc import Callable

from tickwright.core.intervals import next_open_ns
from tickwright.core.invariants import checked
from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import (
    Candle,
    FundingRate,
    MarketEvent,
    OpenInterest,
    Quote,
    Side,
    Ticker,
    Trade,
)
from tickwright.venues.bybit.codec import SIDES, best, book_reply, trade_id_of
from tickwright.venues.bybit.instruments import Make
from tickwright.venues.bybit.tickers import contract_values, statistics
from tickwright.venues.bybit.wire_rest import (
    FundingRow,
    KlineRow,
    Listing,
    OpenInterestRow,
    Reply,
    Rows,
    ServerTime,
    TickerRow,
    TradeRow,
)
from tickwright.venues.typed import MS, reader


__all__ = [
    "candles",
    "funding_history",
    "instruments",
    "next_cursor",
    "open_interest",
    "premium_index",
    "quote",
    "server_time",
    "ticker",
    "tickers",
    "trades",
]

_CLOCK_MARGIN_NS = 5_000_000_000
"""How far our clock may be ahead of the venue's without an open candle passing as closed."""

_read_time = reader(Reply[ServerTime])
_read_listing = reader(Reply[Listing])
_read_trades = reader(Reply[Rows[TradeRow]])
_read_klines = reader(Reply[Rows[KlineRow]])
_read_tickers = reader(Reply[Rows[TickerRow]])
_read_funding = reader(Reply[Rows[FundingRow]])
_read_open_interest = reader(Reply[Rows[OpenInterestRow]])


def server_time(body: bytes, received_ts_ns: int) -> int:
    """Return the venue's clock in ns."""
    return int(_read_time(body).result.time_ns)


def instruments(make: Make) -> Callable[[bytes, int], list[Instrument]]:
    """Return the decoder of one page of ``GET /v5/market/instruments-info``."""

    def decode(body: bytes, received_ts_ns: int) -> list[Instrument]:
        return [make(row) for row in _read_listing(body).result.rows]

    return decode


def next_cursor(body: bytes) -> str | None:
    """Return where the page after this one begins, ``None`` after the last."""
    return _read_listing(body).result.cursor or None


def trades(
    instrument: Instrument, from_id: int | None = None
) -> Callable[[bytes, int], list[Trade]]:
    """Return the decoder of ``GET /v5/market/recent-trade``, whose order the venue leaves open.

    Args:
        instrument: Whose trades.
        from_id: Leaves out those before it, where they are numbered.
    """
    name = instrument.id

    def decode(body: bytes, received_ts_ns: int) -> list[Trade]:
        rows: list[TradeRow] = _read_trades(body).result.rows
        # Rows come newest first, and matches of one moment share both numbers.
        rows.reverse()
        rows.sort(key=lambda row: (row.time_ms, row.sequence))
        found = [
            checked(
                Trade(
                    name,
                    row.time_ms * MS,
                    received_ts_ns,
                    row.price,
                    row.quantity,
                    SIDES.get(row.side, Side.UNKNOWN),
                    trade_id_of(row.trade_id),
                )
            )
            for row in rows
        ]
        if from_id is None:
            return found
        return [
            trade
            for trade in found
            if isinstance(trade.trade_id, int) and trade.trade_id >= from_id
        ]

    return decode


def candles(instrument: Instrument, interval: str) -> Callable[[bytes, int], list[Candle]]:
    """Return the decoder of ``GET /v5/market/kline``, whose rows say neither when they end nor whether they are over.

    All but the newest row are closed, and the newest if its end lies well in the past.
    """
    name, has_quote_volume = instrument.id, not instrument.is_inverse

    def candle(row: KlineRow, newest_ms: int, received_ts_ns: int) -> Candle:
        open_ns = row.open_ms * MS
        close_ns = next_open_ns(interval, open_ns) - MS
        is_closed = row.open_ms < newest_ms or close_ns + _CLOCK_MARGIN_NS < received_ts_ns
        return checked(
            Candle(
                name,
                None,
                received_ts_ns,
                interval,
                open_ns,
                close_ns,
                row.open,
                row.high,
                row.low,
                row.close,
                row.volume,
                row.turnover if has_quote_volume else None,
                None,
                is_closed,
            )
        )

    def decode(body: bytes, received_ts_ns: int) -> list[Candle]:
        rows = sorted(_read_klines(body).result.rows, key=lambda row: row.open_ms)
        newest_ms = rows[-1].open_ms if rows else 0
        return [candle(row, newest_ms, received_ts_ns) for row in rows]

    return decode


def ticker(instrument: Instrument) -> Callable[[bytes, int], Ticker]:
    """Return the decoder of ``GET /v5/market/tickers`` for one symbol."""

    def decode(body: bytes, received_ts_ns: int) -> Ticker:
        time_ns, row = _ticker_row(body)
        return statistics(row, instrument, time_ns, received_ts_ns)

    return decode


def tickers(listed: Instruments, product: str) -> Callable[[bytes, int], list[Ticker]]:
    """Return the decoder of ``GET /v5/market/tickers`` for all symbols; those not in ``listed`` are left out.

    So are symbols that never traded, whose prices are empty or zero.
    """

    def decode(body: bytes, received_ts_ns: int) -> list[Ticker]:
        reply = _read_tickers(body)
        found = ((row, listed.by_symbol(product, row.symbol)) for row in reply.result.rows)
        time_ns = _time_ns(reply)
        return [
            statistics(row, instrument, time_ns, received_ts_ns)
            for row, instrument in found
            if instrument is not None and row.last and row.open
        ]

    return decode


def quote(instrument: Instrument) -> Callable[[bytes, int], Quote]:
    """Return the decoder of ``GET /v5/market/orderbook`` with one level."""

    def decode(body: bytes, received_ts_ns: int) -> Quote:
        top = book_reply(body, received_ts_ns, instrument)
        bid, ask = best(top.bids), best(top.asks)
        return checked(Quote(instrument.id, top.venue_ts_ns, received_ts_ns, *bid, *ask))

    return decode


def premium_index(instrument: Instrument) -> Callable[[bytes, int], list[MarketEvent]]:
    """Return the decoder of ``GET /v5/market/tickers`` for what it says of a contract besides its statistics."""

    def decode(body: bytes, received_ts_ns: int) -> list[MarketEvent]:
        time_ns, row = _ticker_row(body)
        return list(contract_values(row, instrument, time_ns, received_ts_ns))

    return decode


def funding_history(instrument: Instrument) -> Callable[[bytes, int], list[FundingRate]]:
    """Return the decoder of ``GET /v5/market/funding/history``: rates that were paid, oldest first."""
    name = instrument.id

    def decode(body: bytes, received_ts_ns: int) -> list[FundingRate]:
        rows: list[FundingRow] = _read_funding(body).result.rows
        return [
            checked(FundingRate(name, row.paid_ms * MS, received_ts_ns, row.rate, row.paid_ms * MS))
            for row in sorted(rows, key=lambda row: row.paid_ms)
        ]

    return decode


def open_interest(instrument: Instrument) -> Callable[[bytes, int], OpenInterest]:
    """Return the decoder of ``GET /v5/market/open-interest``: the newest row."""

    def decode(body: bytes, received_ts_ns: int) -> OpenInterest:
        rows: list[OpenInterestRow] = _read_open_interest(body).result.rows
        if not rows:
            raise DecodeError("no open interest is told")
        newest = max(rows, key=lambda row: row.time_ms)
        return checked(
            OpenInterest(instrument.id, newest.time_ms * MS, received_ts_ns, newest.quantity)
        )

    return decode


def _ticker_row(body: bytes) -> tuple[int | None, TickerRow]:
    """Return the time of an answer about one symbol, and its row."""
    reply = _read_tickers(body)
    rows: list[TickerRow] = reply.result.rows
    if len(rows) != 1:
        raise DecodeError(f"one row expected, not {len(rows)}")
    return _time_ns(reply), rows[0]


def _time_ns(reply: Reply[Rows[TickerRow]]) -> int | None:
    return reply.time_ms * MS or None
