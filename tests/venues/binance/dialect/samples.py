"""A tiny fixed market for the dialect's tests: one instrument whose every number is known."""

from __future__ import annotations

from collections.abc import Sequence

from tickwright.venues.binance.dialect.listings import invented_listing
from tickwright.venues.binance.dialect.products import DialectProduct, unspell
from tickwright.venues.facts import (
    AggTradeFact,
    CandleFact,
    DayFact,
    ForcedFact,
    InstrumentListener,
    MarkFact,
    TradeFact,
)


NOW_MS = 1_795_000_000_000
TRADE = TradeFact(7, 6_500_010, 1_000, NOW_MS - 1, True)
FORCED = ForcedFact(6_500_000, 6_500_010, 1_000, False, NOW_MS - 1)
JOINED = AggTradeFact(50, 6_500_010, 1_000, 6, 7, NOW_MS - 1, True)
CANDLE = CandleFact(
    NOW_MS - 40_000, NOW_MS + 19_999, 6_499_000, 6_501_000, 6_498_050, 6_500_010, 1_250_000,
    81_250_012_345_000, 43, 710_000, 46_150_055_000_000, 1, 7,
)  # fmt: skip
DAY = DayFact(
    NOW_MS - 86_400_000, NOW_MS, 6_400_000, 6_550_000, 6_350_000, 6_500_010, 1_000, 1_800_050_000,
    116_100_000_012_000_000, 1, 7, 7,
)  # fmt: skip
MARK = MarkFact(6_500_120_000_000, 6_500_310_000_000, 10_000, NOW_MS + 3_600_000)


class FixedInstrument:
    """An instrument that stands still, unless a test moves it."""

    def __init__(self, product: DialectProduct, symbol: str = "BTCUSDT") -> None:
        self.listing = invented_listing(product, unspell(product, symbol), 65_000)
        self.listener: InstrumentListener | None = None
        self.update_id = 100
        self.book_ms = NOW_MS - 5
        self.last_trade_id = 7
        self.last_price = 6_500_010
        self.levels: dict[bool, dict[int, int]] = {
            True: {6_500_000: 120_000, 6_499_900: 5_000},
            False: {6_500_010: 80_000, 6_500_020: 1_000},
        }
        self.growing = CANDLE
        self.asked: list[tuple[object, ...]] = []

    def bids(self, limit: int) -> list[tuple[int, int]]:
        return sorted(self.levels[True].items(), reverse=True)[:limit]

    def asks(self, limit: int) -> list[tuple[int, int]]:
        return sorted(self.levels[False].items())[:limit]

    def quantity_at(self, price: int, *, is_bid: bool) -> int:
        return self.levels[is_bid].get(price, 0)

    def best(self) -> tuple[int, int, int, int]:
        return *self.bids(1)[0], *self.asks(1)[0]

    def trades(self, from_id: int | None, limit: int) -> list[TradeFact]:
        self.asked.append(("trades", from_id, limit))
        return [TRADE]

    def agg_trades(
        self, from_id: int | None, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[AggTradeFact]:
        self.asked.append(("agg_trades", from_id, start_ms, end_ms, limit))
        return [JOINED]

    def candles(
        self, interval: str, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[CandleFact]:
        self.asked.append(("candles", interval, start_ms, end_ms, limit))
        return [self.growing]

    def day(self, now_ms: int, window_ms: int) -> DayFact:
        self.asked.append(("day", window_ms))
        return DAY

    def mark(self, now_ms: int) -> MarkFact:
        return MARK

    def fundings(
        self, start_ms: int | None, end_ms: int | None, limit: int, now_ms: int
    ) -> list[MarkFact]:
        self.asked.append(("fundings", start_ms, end_ms, limit))
        return [MARK]

    def open_interest(self) -> int:
        return 81_000_123


class FixedMarket:
    """A market whose clock a test sets."""

    def __init__(self, product: DialectProduct, *symbols: str) -> None:
        names = symbols or (("BTCUSD_PERP",) if product.is_inverse else ("BTCUSDT",))
        self.now_ms = NOW_MS
        self.relatives: list[FixedMarket] = []
        self.instruments: Sequence[FixedInstrument] = [
            FixedInstrument(product, name) for name in names
        ]

    def find(self, symbol: str) -> FixedInstrument | None:
        return next((one for one in self.instruments if one.listing.symbol == symbol), None)
