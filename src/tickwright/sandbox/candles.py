"""The candles of one simulated instrument: seeded before the market opened, counted from its trades after."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from tickwright.venues.facts import CandleFact, Listing


__all__ = ["INTERVALS_MS", "CandleBook", "close_of", "open_of"]

_MINUTE_MS = 60_000
_DAY_MS = 86_400_000
INTERVALS_MS = {
    "1s": 1000,
    "1m": _MINUTE_MS,
    "3m": 3 * _MINUTE_MS,
    "5m": 5 * _MINUTE_MS,
    "15m": 15 * _MINUTE_MS,
    "30m": 30 * _MINUTE_MS,
    "1h": 60 * _MINUTE_MS,
    "2h": 120 * _MINUTE_MS,
    "4h": 240 * _MINUTE_MS,
    "6h": 360 * _MINUTE_MS,
    "8h": 480 * _MINUTE_MS,
    "12h": 720 * _MINUTE_MS,
    "1d": _DAY_MS,
    "3d": 3 * _DAY_MS,
    "1w": 7 * _DAY_MS,
    "1M": 30 * _DAY_MS,
}
"""Interval → length; a month's is nominal."""
_MONDAY_MS = 4 * _DAY_MS  # 1970-01-05: weeks begin on a Monday, the epoch was a Thursday
_MINUTES_KEPT = 3000
_SECONDS_KEPT = 600
_HISTORY_MAX = 1500


def open_of(interval: str, ts_ms: int) -> int:
    """Return when the candle that holds a time opens.

    Example:
        >>> open_of("1m", 61_500)
        60000
    """
    if interval == "1M":
        day = datetime.fromtimestamp(ts_ms // 1000, UTC)
        return int(datetime(day.year, day.month, 1, tzinfo=UTC).timestamp()) * 1000
    length = INTERVALS_MS[interval]
    offset = _MONDAY_MS if interval == "1w" else 0
    return (ts_ms - offset) // length * length + offset


def close_of(interval: str, open_ms: int) -> int:
    """Return the last ms of the candle that opens then."""
    if interval == "1M":
        return open_of(interval, open_ms + 32 * _DAY_MS) - 1
    return open_ms + INTERVALS_MS[interval] - 1


class CandleBook:
    """Candles of all intervals of one instrument.

    Minutes (and seconds, once asked for) are counted as trades come; longer candles are made of minutes when
    read. What lies before the opening is a seeded walk back from the opening price, made when first read.

    Args:
        listing: For turnovers.
        rng: Chance for the history.
        opened_ms: When the market opened.
        price: The opening price.
    """

    def __init__(self, listing: Listing, rng: Random, opened_ms: int, price: int) -> None:
        self._listing = listing
        self._salt = rng.getrandbits(32)
        self.opened_ms = opened_ms
        self._opening = price
        self._minutes: OrderedDict[int, CandleFact] = OrderedDict()
        self._seconds: OrderedDict[int, CandleFact] | None = None
        self._histories: dict[str, list[CandleFact]] = {}
        self._walks: dict[str, Iterator[CandleFact]] = {}

    def add(
        self, trade_id: int, price: int, quantity: int, ts_ms: int, *, is_taker_buy: bool
    ) -> None:
        """Count one trade."""
        turnover = self._listing.turnover(price, quantity)
        _add(self._minutes, _MINUTE_MS, _MINUTES_KEPT, trade_id, price, quantity, turnover, ts_ms, is_taker_buy)  # fmt: skip
        if self._seconds is not None:
            _add(self._seconds, 1000, _SECONDS_KEPT, trade_id, price, quantity, turnover, ts_ms, is_taker_buy)  # fmt: skip

    def at(self, interval: str, open_ms: int) -> CandleFact:
        """Return the candle that opens then, flat where nothing was traded."""
        found = self.range(interval, open_ms, open_ms)
        return found[0] if found else self._flat(interval, open_ms, self._opening)

    def range(self, interval: str, first_ms: int, last_ms: int) -> list[CandleFact]:
        """Return the candles that open from ``first_ms`` to ``last_ms``, oldest first."""
        base = self._base(interval)
        first_live = open_of(interval, self.opened_ms)
        found = [
            candle
            for candle in reversed(self._history(interval, first_ms))
            if first_ms <= candle.open_ms <= last_ms
        ]
        open_ms = max(open_of(interval, max(first_ms, self.opened_ms)), first_live)
        last_price = self._price_before(open_ms, base)
        while open_ms <= last_ms:
            close_ms = close_of(interval, open_ms)
            if open_ms >= first_ms:
                candle = self._joined(interval, open_ms, close_ms, last_price, base)
                found.append(candle)
                last_price = candle.close
            open_ms = close_ms + 1
        return found

    def select(
        self, interval: str, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[CandleFact]:
        """Return up to ``limit`` candles: the first ones from ``start_ms`` on, else the last ones."""
        last = open_of(interval, now_ms)
        if end_ms is not None:
            last = min(last, open_of(interval, end_ms))
        length = INTERVALS_MS[interval]
        if start_ms is None:
            return self.range(interval, last - (limit + 1) * length, last)[-limit:]
        start_ms = max(start_ms, self.opened_ms - (_HISTORY_MAX + 1) * length)
        return self.range(interval, start_ms, min(last, start_ms + (limit + 1) * length))[:limit]

    def _base(self, interval: str) -> OrderedDict[int, CandleFact]:
        if interval != "1s":
            return self._minutes
        if self._seconds is None:
            self._seconds = OrderedDict()
        return self._seconds

    def _joined(
        self,
        interval: str,
        open_ms: int,
        close_ms: int,
        last_price: int,
        base: OrderedDict[int, CandleFact],
    ) -> CandleFact:
        whole = base.get(open_ms) if interval in ("1s", "1m") else None
        if whole is not None:
            return whole
        joined = self._flat(interval, open_ms, last_price)
        if interval in ("1s", "1m"):
            return joined
        for part in base.values():
            if part.open_ms > close_ms:
                break
            if part.open_ms >= open_ms:
                _join(joined, part)
        return joined

    def _price_before(self, open_ms: int, base: OrderedDict[int, CandleFact]) -> int:
        for part in reversed(base.values()):
            if part.open_ms < open_ms:
                return part.close
        return self._opening

    def _flat(self, interval: str, open_ms: int, price: int) -> CandleFact:
        return CandleFact(open_ms, close_of(interval, open_ms), price, price, price, price)

    def _history(self, interval: str, first_ms: int) -> list[CandleFact]:
        """Return the candles before the opening, newest first, as far back as ``first_ms`` at least."""
        history = self._histories.setdefault(interval, [])
        walk = self._walks.setdefault(interval, self._walk(interval))
        while open_of(interval, self.opened_ms if not history else history[-1].open_ms) > first_ms:
            candle = next(walk, None)
            if candle is None:
                break
            history.append(candle)
        return history

    def _walk(self, interval: str) -> Iterator[CandleFact]:
        """Yield the candles before the opening, newest first."""
        rng = Random(f"{self._salt}/{interval}")
        price = self._opening
        open_ms = open_of(interval, self.opened_ms)
        size = max(2, round(self._opening * 0.0004 * (INTERVALS_MS[interval] / _MINUTE_MS) ** 0.3))
        for _ in range(_HISTORY_MAX):
            open_ms = open_of(interval, open_ms - 1)
            opened = max(size + 1, price + rng.randint(-size, size))
            tick = self._listing.tick
            opened = max(tick, opened // tick * tick)
            high = max(opened, price) + rng.randint(0, size) // tick * tick
            low = max(tick, min(opened, price) - rng.randint(0, size) // tick * tick)
            candle = CandleFact(open_ms, close_of(interval, open_ms), opened, high, low, price)
            # Enough trades for four prices, and for each a lot of either side's half of the volume.
            candle.trades = max(4, rng.randint(1, 500))
            candle.volume = rng.randint(1, 500) * 100 * self._listing.lot
            candle.trades = min(candle.trades, candle.volume // self._listing.lot)
            candle.turnover = self._listing.turnover((high + low) // 2, candle.volume)
            candle.taker_volume = candle.volume // 2
            candle.taker_turnover = candle.turnover // 2
            yield candle
            price = opened


def _add(
    base: OrderedDict[int, CandleFact],
    length_ms: int,
    kept: int,
    trade_id: int,
    price: int,
    quantity: int,
    turnover: int,
    ts_ms: int,
    is_taker_buy: bool,
) -> None:
    open_ms = ts_ms - ts_ms % length_ms
    candle = base.get(open_ms)
    if candle is None:
        candle = CandleFact(open_ms, open_ms + length_ms - 1, price, price, price, price)
        candle.first_id = trade_id
        base[open_ms] = candle
        if len(base) > kept:
            base.popitem(last=False)
    if price > candle.high:
        candle.high = price
    elif price < candle.low:
        candle.low = price
    candle.close = price
    candle.volume += quantity
    candle.turnover += turnover
    candle.trades += 1
    candle.last_id = trade_id
    if is_taker_buy:
        candle.taker_volume += quantity
        candle.taker_turnover += turnover


def _join(whole: CandleFact, part: CandleFact) -> None:
    if not whole.trades:
        whole.open, whole.high, whole.low = part.open, part.high, part.low
        whole.first_id = part.first_id
    whole.high, whole.low = max(whole.high, part.high), min(whole.low, part.low)
    whole.close, whole.last_id = part.close, part.last_id
    whole.volume += part.volume
    whole.turnover += part.turnover
    whole.trades += part.trades
    whole.taker_volume += part.taker_volume
    whole.taker_turnover += part.taker_turnover
