"""The frames that come once a second or less: candles and liquidations."""

from __future__ import annotations

from tickwright.core.invariants import checked
from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument
from tickwright.model.market import Candle, Liquidation, Side
from tickwright.venues.bybit.codec import SIDES
from tickwright.venues.bybit.wire_streams import KlineFrame, LiquidationFrame
from tickwright.venues.typed import MS, reader


__all__ = ["INTERVALS", "candles", "liquidations"]

INTERVALS = {
    "1m": "1",
    "3m": "3",
    "5m": "5",
    "15m": "15",
    "30m": "30",
    "1h": "60",
    "2h": "120",
    "4h": "240",
    "6h": "360",
    "12h": "720",
    "1d": "D",
    "1w": "W",
    "1M": "M",
}
"""Interval → the venue's word for it (*Enums Definitions*, ``interval``)."""

_INTERVAL_OF = {word: interval for interval, word in INTERVALS.items()}
_ORDER_SIDES = {Side.BUY: Side.SELL, Side.SELL: Side.BUY, Side.UNKNOWN: Side.UNKNOWN}

_read_klines = reader(KlineFrame)
_read_liquidations = reader(LiquidationFrame)


def candles(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Candle]:
    """Read ``kline.<interval>.<symbol>``: see `tickwright.venues.bybit.wire_streams.KlineFrame`."""
    read = _read_klines(frame)
    return [
        checked(
            Candle(
                instrument.id,
                read.time_ms * MS,
                received_ts_ns,
                _interval_of(bar.interval),
                bar.open_ms * MS,
                bar.close_ms * MS,
                bar.open,
                bar.high,
                bar.low,
                bar.close,
                bar.volume,
                None if instrument.is_inverse else bar.turnover,
                None,
                bar.is_closed,
            )
        )
        for bar in read.bars
    ]


def liquidations(frame: bytes, received_ts_ns: int, instrument: Instrument) -> list[Liquidation]:
    """Read ``allLiquidation.<symbol>``: see `tickwright.venues.bybit.wire_streams.LiquidationRow`.

    The side told is that of the position; the order that closes it is on the other one. All of it is filled, at a
    price that is not told.
    """
    return [
        checked(
            Liquidation(
                instrument.id,
                row.time_ms * MS,
                received_ts_ns,
                _ORDER_SIDES[SIDES.get(row.side, Side.UNKNOWN)],
                row.price,
                None,
                row.quantity,
                row.quantity,
            )
        )
        for row in _read_liquidations(frame).rows
    ]


def _interval_of(word: str) -> str:
    interval = _INTERVAL_OF.get(word)
    if interval is None:
        raise DecodeError(f"no interval is called {word!r}")
    return interval
