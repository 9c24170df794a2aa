"""Candles built from trades, for intervals or venues that have no candle stream.

A candle is closed by the first trade after it or by `TradeCandles.tick`. An interval without trades
gives a candle at the last price with no volume, as venues do. What was seen only in part is never
given out as a candle: neither the interval in which the building began, nor one in which trades are
known to be missing.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from tickwright.core.candles import MissingCandles
from tickwright.core.intervals import interval_ns, next_open_ns, open_ns
from tickwright.model.market import AggTrade, Candle, Trade


__all__ = ["EMPTY_MAX", "TradeCandles"]

EMPTY_MAX: Final = 1_000
"""Candles without trades given out in a row: 16 minutes of the shortest interval. A longer silence becomes one
`MissingCandles`, so that a trade after a quiet night does not bring 30,000 candles at once."""

_EXACT: Final = Context(
    prec=60
)  # sums of products of two 28-digit numbers; the default would round
_ZERO: Final = Decimal(0)


class TradeCandles:
    """Builds the candles of one instrument and interval.

    Args:
        instrument: Its id, for the candles.
        interval: As in ``1m``; see `tickwright.core.intervals`.
        has_quote_volume: False for inverse contracts, whose quantity is not in the base asset.
        is_first_whole: True where the first trade is known to be the first of its interval.

    Raises:
        UsageError: If the interval is none.
    """

    __slots__ = (
        "_close",
        "_end_ns",
        "_has_quote_volume",
        "_high",
        "_is_whole",
        "_low",
        "_open",
        "_quote_volume",
        "_start_ns",
        "_trades",
        "_venue_ts_ns",
        "_volume",
        "instrument",
        "interval",
        "late",
    )

    def __init__(
        self,
        instrument: str,
        interval: str,
        *,
        has_quote_volume: bool = True,
        is_first_whole: bool = False,
    ) -> None:
        interval_ns(interval)  # refuses what is no interval before the first trade comes
        self.instrument = instrument
        self.interval = interval
        self.late = 0
        """Trades that came after their candle was closed; they are in no candle."""
        self._has_quote_volume = has_quote_volume
        self._is_whole = is_first_whole
        self._start_ns = self._end_ns = 0  # the interval being built; both 0 before the first trade
        self._venue_ts_ns = 0
        self._begin(_ZERO)

    def trade(self, trade: Trade | AggTrade) -> list[Candle | MissingCandles]:
        """Take a trade; return the candles that it closes, and the one that it changes."""
        ts_ns = trade.received_ts_ns if trade.venue_ts_ns is None else trade.venue_ts_ns
        outputs: list[Candle | MissingCandles] = []
        if self._end_ns == 0:
            self._start_ns = open_ns(self.interval, ts_ns)
            self._end_ns = next_open_ns(self.interval, self._start_ns)
        elif ts_ns < self._start_ns:
            self.late += 1
            return outputs
        else:
            outputs += self._advance(ts_ns, trade.received_ts_ns)
        self._add(trade.price, trade.quantity)
        self._venue_ts_ns = ts_ns
        if self._is_whole:
            outputs.append(self._candle(trade.received_ts_ns, is_closed=False))
        return outputs

    def tick(self, now_ns: int) -> list[Candle | MissingCandles]:
        """Close what is over.

        Args:
            now_ns: The venue's time, less what trades may be late; a trade of a closed candle is
                lost to it.
        """
        return self._advance(now_ns, now_ns) if self._end_ns else []

    def gap(self) -> None:
        """Trades are missing: the candle being built will be named missing when it is over."""
        self._is_whole = False

    def _advance(self, ts_ns: int, received_ts_ns: int) -> list[Candle | MissingCandles]:
        """Close every interval that is over at ``ts_ns``."""
        outputs: list[Candle | MissingCandles] = []
        while ts_ns >= self._end_ns:
            if len(outputs) > EMPTY_MAX:
                skipped_ns = self._start_ns
                self._start_ns = open_ns(self.interval, ts_ns)
                self._end_ns = next_open_ns(self.interval, self._start_ns)
                return [*outputs, MissingCandles(skipped_ns, self._start_ns)]
            if self._is_whole:
                outputs.append(self._candle(received_ts_ns, is_closed=True))
            else:
                outputs.append(MissingCandles(self._start_ns, self._end_ns))
            self._start_ns = self._end_ns
            self._end_ns = next_open_ns(self.interval, self._start_ns)
            self._is_whole = True
            self._begin(self._close)
        return outputs

    def _begin(self, price: Decimal) -> None:
        self._open = self._high = self._low = self._close = price
        self._volume = self._quote_volume = _ZERO
        self._trades = 0

    def _add(self, price: Decimal, quantity: Decimal) -> None:
        if self._trades == 0:
            self._open = self._high = self._low = price
        elif price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price
        self._close = price
        self._volume = _EXACT.add(self._volume, quantity)
        if self._has_quote_volume:
            self._quote_volume = _EXACT.fma(price, quantity, self._quote_volume)
        self._trades += 1

    def _candle(self, received_ts_ns: int, *, is_closed: bool) -> Candle:
        return Candle(
            self.instrument,
            self._venue_ts_ns,
            received_ts_ns,
            interval=self.interval,
            open_ts_ns=self._start_ns,
            close_ts_ns=self._end_ns - 1,
            open=self._open,
            high=self._high,
            low=self._low,
            close=self._close,
            volume=self._volume,
            quote_volume=self._quote_volume if self._has_quote_volume else None,
            trades=self._trades,
            is_closed=is_closed,
        )
