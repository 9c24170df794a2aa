"""The trades of one simulated instrument from before its market opened, so that whoever asks first finds some."""

from __future__ import annotations

from random import Random

from tickwright.sandbox.candles import CandleBook
from tickwright.venues.facts import AggTradeFact, CandleFact, TradeFact


__all__ = ["EARLIER_MAX", "EarlierTrades"]

EARLIER_MAX = 1000
"""How many there are: as many as one answer of a venue holds."""
_MINUTE_MS = 60_000


class EarlierTrades:
    """Trades that the minutes before the opening could have been made of.

    Those of a minute begin at its candle's open, end at its close, touch its high and its low, and have its number
    and its volumes; only the turnover is merely about the candle's. They are made when first read.

    Args:
        candles: The instrument's, whose history they follow.
        opened_ms: When the market opened.
        lot: Step of quantities.
        tick: Step of prices.
        last_id: Id of the last of them.
        last_joined_id: Id of the last one among joined trades, each of which is one of them.
    """

    def __init__(
        self,
        candles: CandleBook,
        *,
        opened_ms: int,
        lot: int,
        tick: int,
        last_id: int,
        last_joined_id: int,
    ) -> None:
        self.last_id = last_id
        self.last_joined_id = last_joined_id
        self._candles = candles
        self._opened_ms = opened_ms
        self._lot, self._tick = lot, tick
        self._made: list[TradeFact] | None = None

    def trades(self) -> list[TradeFact]:
        """Return them in order."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def joined(self) -> list[AggTradeFact]:
        """Return the joined trades in order."""
        offset = self.last_joined_id - self.last_id
        return [
            AggTradeFact(
                trade.id + offset, trade.price, trade.quantity, trade.id, trade.id, trade.ts_ms,
                trade.is_buyer_maker,
            )
            for trade in self.trades()
        ]  # fmt: skip

    def _make(self) -> list[TradeFact]:
        opening_ms = self._opened_ms // _MINUTE_MS * _MINUTE_MS
        minutes: list[list[TradeFact]] = []
        last_id, found = self.last_id, 0
        while found < EARLIER_MAX:
            opening_ms -= _MINUTE_MS
            candle = self._candles.at("1m", opening_ms)
            minutes.append(self._minute(candle, last_id))
            last_id -= candle.trades
            found += candle.trades
        return [trade for minute in reversed(minutes) for trade in minute][-EARLIER_MAX:]

    def _minute(self, candle: CandleFact, last_id: int) -> list[TradeFact]:
        rng, count = Random(candle.open_ms), candle.trades
        prices = self._prices(candle, rng)
        buys = self._parts(candle.taker_volume, count // 2, rng)
        sells = self._parts(candle.volume - candle.taker_volume, count - count // 2, rng)
        sides = [
            *((quantity, False) for quantity in buys),
            *((quantity, True) for quantity in sells),
        ]
        rng.shuffle(sides)
        first_id = last_id - count + 1
        return [
            TradeFact(
                first_id + index,
                prices[index],
                quantity,
                candle.open_ms + _MINUTE_MS * index // count,
                is_buyer_maker,
            )
            for index, (quantity, is_buyer_maker) in enumerate(sides)
        ]

    def _prices(self, candle: CandleFact, rng: Random) -> list[int]:
        """Return one price a trade: from open to close by way of the two extremes, in either order."""
        count = candle.trades
        turns = [candle.high, candle.low] if rng.random() < 0.5 else [candle.low, candle.high]
        stops = [candle.open, *turns, candle.close]
        last = len(stops) - 1
        ats = [(count - 1) * number // last for number in range(last + 1)]
        prices: list[int] = []
        for number in range(last):
            start, end = stops[number], stops[number + 1]
            length = ats[number + 1] - ats[number]
            prices += [
                start + (end - start) * step // length // self._tick * self._tick if step else start
                for step in range(length)
            ]
        return [*prices, stops[-1]]

    def _parts(self, total: int, count: int, rng: Random) -> list[int]:
        """Split a quantity into so many parts, each of a lot or more."""
        lots, more = divmod(total // self._lot, count)
        parts = [lots + (index < more) for index in range(count)]
        for index in range(count // 2):
            moved = rng.randrange(lots) if lots > 1 else 0
            parts[index] -= moved
            parts[-1 - index] += moved
        return [part * self._lot for part in parts]
