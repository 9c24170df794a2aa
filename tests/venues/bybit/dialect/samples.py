"""A tiny fixed market for the dialect's tests: one instrument a category, whose every number is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT, Category, unspell
from tickwright.venues.bybit.dialect.listings import invented_listing
from tickwright.venues.facts import (
    AggTradeFact,
    CandleFact,
    DayFact,
    InstrumentListener,
    MarkFact,
    TradeFact,
)


NOW_MS = 1_795_000_000_000


def trade(number: int, price: int, quantity: int = 10, *, is_sell: bool = True) -> TradeFact:
    return TradeFact(number, price, quantity, NOW_MS - 1, is_sell)


class FixedInstrument:
    """An instrument that stands still, unless a test moves it. Prices are in ticks around 65,000."""

    def __init__(self, category: Category, symbol: str = "BTCUSDT") -> None:
        self.listing = invented_listing(category, unspell(category, symbol), 65_000)
        self.unit = 10**self.listing.price_scale
        self.listener: InstrumentListener | None = None
        self.update_id = 100
        self.book_ms = NOW_MS - 5
        self.last_trade_id = 7
        self.last_price = 65_000 * self.unit + self.listing.tick
        at = 65_000 * self.unit
        self.levels: dict[bool, dict[int, int]] = {
            True: {at: 120, at - self.unit: 5},
            False: {at + self.unit: 80, at + 2 * self.unit: 1},
        }
        self.growing = self.candle(NOW_MS - 40_000)

    def candle(self, open_ms: int, last_id: int = 7) -> CandleFact:
        at = 65_000 * self.unit
        return CandleFact(
            open_ms, open_ms + 59_999, at, at + 10, at - 10, at + 5, 1250, 8_125_001_234_500, 43, 0, 0, 1, last_id
        )  # fmt: skip

    def move(self, price: int, quantity: int, *, is_bid: bool) -> None:
        """Set a level, a price given in whole dollars, and tell the listener."""
        raw = price * self.unit
        self.update_id += 1
        if quantity:
            self.levels[is_bid][raw] = quantity
        else:
            self.levels[is_bid].pop(raw)
        if self.listener is not None:
            bids, asks = ([raw], []) if is_bid else ([], [raw])
            self.listener.on_book(self, self.update_id, bids, asks)

    def fill(self, price: int, *, is_sell: bool = False, joined_id: int = 1) -> None:
        """Let a trade happen, and tell the listener."""
        self.last_trade_id += 1
        self.last_price = price * self.unit
        one = trade(self.last_trade_id, self.last_price, is_sell=is_sell)
        joined = AggTradeFact(joined_id, one.price, one.quantity, one.id, one.id, NOW_MS, is_sell)
        if self.listener is not None:
            self.listener.on_trades(self, [one], joined)

    def bids(self, limit: int) -> list[tuple[int, int]]:
        return sorted(self.levels[True].items(), reverse=True)[:limit]

    def asks(self, limit: int) -> list[tuple[int, int]]:
        return sorted(self.levels[False].items())[:limit]

    def quantity_at(self, price: int, *, is_bid: bool) -> int:
        return self.levels[is_bid].get(price, 0)

    def best(self) -> tuple[int, int, int, int]:
        return *self.bids(1)[0], *self.asks(1)[0]

    def trades(self, from_id: int | None, limit: int) -> list[TradeFact]:
        return [trade(6, self.last_price - self.listing.tick), trade(7, self.last_price)][-limit:]

    def agg_trades(
        self, from_id: int | None, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[AggTradeFact]:
        return []

    def candles(
        self, interval: str, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[CandleFact]:
        if limit == 1 or start_ms is not None:
            return [self.growing]
        return [self.candle(self.growing.open_ms - 60_000), self.growing][-limit:]

    def day(self, now_ms: int, window_ms: int) -> DayFact:
        at = 65_000 * self.unit
        return DayFact(
            now_ms - window_ms, now_ms, at, at + self.unit, at - self.unit, self.last_price, 10, 1_800_050,
            116_100_000_012_000_000, 1, 7, 7,
        )  # fmt: skip

    def mark(self, now_ms: int) -> MarkFact:
        return MarkFact(6_500_120_000_000, 6_500_310_000_000, 10_000, NOW_MS + 3_600_000)

    def fundings(
        self, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[MarkFact]:
        last = NOW_MS - 3_600_000
        return [MarkFact(1, 1, 10_000 + n, last - (1 - n) * 28_800_000) for n in range(2)][-limit:]

    def open_interest(self) -> int:
        return 81_001


class FixedMarket:
    """A market whose clock a test sets."""

    def __init__(self, *symbols: str) -> None:
        self.now_ms = NOW_MS
        self.relatives: list[FixedMarket] = []
        self.instruments: Sequence[FixedInstrument] = [
            FixedInstrument(category, symbol)
            for category in (SPOT, LINEAR)
            for symbol in symbols or ("BTCUSDT",)
        ]

    def find(self, symbol: str) -> FixedInstrument | None:
        return next((one for one in self.instruments if one.listing.key == symbol), None)

    def one(self, key: str) -> FixedInstrument:
        found = self.find(key)
        assert found is not None
        return found


def read(text: str | None) -> Any:
    assert text is not None
    return json.loads(text)
