"""The frames that come once a second or less: candles, tickers, average, mark and index prices, liquidations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from tickwright.core import invariants
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import (
    AveragePrice,
    Candle,
    FundingRate,
    IndexPrice,
    Liquidation,
    MarketEvent,
    MarkPrice,
    Side,
    Ticker,
)
from tickwright.venues.binance.wire_rest import PremiumIndexRow, TickerRow
from tickwright.venues.binance.wire_streams import (
    AveragePriceEvent,
    ForceOrderEvent,
    Frame,
    KlineEvent,
    MarkPriceEvent,
    MiniTickerEvent,
    TickerEvent,
)
from tickwright.venues.typed import MS, read_decimal, read_optional, reader


__all__ = [
    "all_liquidations",
    "all_mark_prices",
    "all_mini_tickers",
    "all_tickers",
    "average_price",
    "candle",
    "liquidation",
    "mark_price",
    "mark_prices_of",
    "mini_ticker",
    "ticker",
    "ticker_of",
]

_WINDOWS = {"24hrTicker": "24h", "1hTicker": "1h", "4hTicker": "4h", "1dTicker": "1d"}
_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}

_read_kline = reader(Frame[KlineEvent])
_read_mini_ticker = reader(Frame[MiniTickerEvent])
_read_mini_tickers = reader(Frame[list[MiniTickerEvent]])
_read_ticker = reader(Frame[TickerEvent])
_read_tickers = reader(Frame[list[TickerEvent]])
_read_average = reader(Frame[AveragePriceEvent])
_read_mark_price = reader(Frame[MarkPriceEvent])
_read_mark_prices = reader(Frame[list[MarkPriceEvent]])
_read_force_order = reader(Frame[ForceOrderEvent])

AllDecoder = Callable[[bytes, int, Instruments], list[MarketEvent]]
_E = TypeVar("_E", MiniTickerEvent, TickerEvent, MarkPriceEvent)


def candle(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Candle:
    """Read ``<symbol>@kline_<interval>``."""
    event = _read_kline(frame).data
    bar = event.bar
    return invariants.checked(
        Candle(
            instrument.id,
            event.event_ms * MS,
            received_ts_ns,
            bar.interval,
            bar.open_ms * MS,
            bar.close_ms * MS,
            bar.open,
            bar.high,
            bar.low,
            bar.close,
            bar.volume,
            None if instrument.is_inverse else bar.quote_volume,
            bar.trades,
            bar.is_closed,
        )
    )


def mini_ticker(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Ticker:
    """Read ``<symbol>@miniTicker``."""
    return _mini_ticker(_read_mini_ticker(frame).data, instrument, received_ts_ns)


def all_mini_tickers(product: str) -> AllDecoder:
    """Return the decoder of ``!miniTicker@arr``: the symbols that changed, of those that ``product`` lists."""

    def decode(frame: bytes, received_ts_ns: int, instruments: Instruments) -> list[MarketEvent]:
        rows = _known(_read_mini_tickers(frame).data, instruments, product)
        return [_mini_ticker(event, instrument, received_ts_ns) for event, instrument in rows]

    return decode


def ticker(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Ticker:
    """Read ``<symbol>@ticker`` and ``<symbol>@ticker_<window>``."""
    return _ticker(_read_ticker(frame).data, instrument, received_ts_ns)


def all_tickers(product: str) -> AllDecoder:
    """Return the decoder of ``!ticker@arr`` and ``!ticker_<window>@arr``: as `all_mini_tickers`."""

    def decode(frame: bytes, received_ts_ns: int, instruments: Instruments) -> list[MarketEvent]:
        rows = _known(_read_tickers(frame).data, instruments, product)
        return [_ticker(event, instrument, received_ts_ns) for event, instrument in rows]

    return decode


def average_price(frame: bytes, received_ts_ns: int, instrument: Instrument) -> AveragePrice:
    """Read ``<symbol>@avgPrice``; its ``T`` is the last trade's time, so ``E`` is taken."""
    event = _read_average(frame).data
    return invariants.checked(
        AveragePrice(
            instrument.id, event.event_ms * MS, received_ts_ns, event.price, event.interval
        )
    )


def mark_price(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[MarketEvent]:
    """Read ``<symbol>@markPrice@1s``: mark price, index price and predicted funding rate."""
    event = _read_mark_price(frame).data
    return list(mark_prices_of(event, instrument, event.event_ms * MS, received_ts_ns))


def all_mark_prices(product: str) -> AllDecoder:
    """Return the decoder of ``!markPrice@arr@1s``: as `mark_price`, for those that ``product`` lists."""

    def decode(frame: bytes, received_ts_ns: int, instruments: Instruments) -> list[MarketEvent]:
        return [
            part
            for event, instrument in _known(_read_mark_prices(frame).data, instruments, product)
            for part in mark_prices_of(event, instrument, event.event_ms * MS, received_ts_ns)
        ]

    return decode


def liquidation(frame: bytes, received_ts_ns: int, instrument: Instrument) -> Liquidation:
    """Read ``<symbol>@forceOrder``."""
    return _liquidation(_read_force_order(frame).data, instrument, received_ts_ns)


def all_liquidations(product: str) -> AllDecoder:
    """Return the decoder of ``!forceOrder@arr``: one order a frame, none if ``product`` lacks its symbol."""

    def decode(frame: bytes, received_ts_ns: int, instruments: Instruments) -> list[MarketEvent]:
        event = _read_force_order(frame).data
        instrument = instruments.by_symbol(product, event.order.symbol)
        return [] if instrument is None else [_liquidation(event, instrument, received_ts_ns)]

    return decode


def _known(
    events: list[_E], instruments: Instruments, product: str
) -> Iterator[tuple[_E, Instrument]]:
    """Yield events with their instruments; leave out symbols that ``product`` does not list.

    All-market streams of USD-M and COIN-M carry both products' symbols since 2026-06-30, and any of them a
    symbol listed since the instruments were last fetched: neither is what was asked for, and neither is wrong.
    """
    for event in events:
        instrument = instruments.by_symbol(product, event.symbol)
        if instrument is not None:
            yield event, instrument


def _mini_ticker(event: MiniTickerEvent, instrument: Instrument, received_ts_ns: int) -> Ticker:
    return invariants.checked(
        Ticker(
            instrument.id,
            event.event_ms * MS,
            received_ts_ns,
            event.last,
            event.open,
            event.high,
            event.low,
            event.volume,
            None if instrument.is_inverse else event.quote_volume,
        )
    )


def ticker_of(
    row: TickerEvent | TickerRow,
    instrument: Instrument,
    venue_ts_ns: int,
    received_ts_ns: int,
    window: str,
) -> Ticker:
    """Return the ticker in a row, which stream and REST spell differently and fill alike."""
    return invariants.checked(
        Ticker(
            instrument.id,
            venue_ts_ns,
            received_ts_ns,
            row.last,
            row.open,
            row.high,
            row.low,
            row.volume,
            None if instrument.is_inverse else row.quote_volume,
            row.change,
            row.change_percent,
            row.average,
            row.bid_price or None,
            row.ask_price or None,
            row.trades,
            row.open_ms * MS,
            row.close_ms * MS,
            window,
        )
    )


def mark_prices_of(
    row: MarkPriceEvent | PremiumIndexRow,
    instrument: Instrument,
    venue_ts_ns: int,
    received_ts_ns: int,
) -> Iterator[MarketEvent]:
    """Yield the mark price in a row, and the index price and the predicted funding rate if it has them."""
    name = instrument.id
    settle_price = read_optional(row.settle_price)
    yield invariants.checked(
        MarkPrice(name, venue_ts_ns, received_ts_ns, row.mark_price, settle_price)
    )
    index_price = read_optional(row.index_price)
    if index_price is not None:
        yield invariants.checked(IndexPrice(name, venue_ts_ns, received_ts_ns, index_price))
    if row.funding_rate and row.next_funding_ms:
        rate = read_decimal(row.funding_rate)
        paid_ns = row.next_funding_ms * MS
        yield invariants.checked(FundingRate(name, venue_ts_ns, received_ts_ns, rate, paid_ns))


def _ticker(event: TickerEvent, instrument: Instrument, received_ts_ns: int) -> Ticker:
    window = _WINDOWS[event.event]
    return ticker_of(event, instrument, event.event_ms * MS, received_ts_ns, window)


def _liquidation(
    event: ForceOrderEvent, instrument: Instrument, received_ts_ns: int
) -> Liquidation:
    order = event.order
    return invariants.checked(
        Liquidation(
            instrument.id,
            order.trade_ms * MS,
            received_ts_ns,
            _SIDES.get(order.side, Side.UNKNOWN),
            order.price,
            read_optional(order.average_price),
            order.quantity,
            order.filled_quantity,
        )
    )
