"""Seeded frames in the shape of Binance's, for machines without the recordings.

They resemble a recording in size and mixture (1.6 KB and 46 levels a depth frame for a lone busy symbol,
small frames for many quiet ones), not in meaning: figures made from them are marked as generated.
"""

from __future__ import annotations

import random
from typing import Any


__all__ = ["generate"]

LEVELS_A_SIDE = 1000
STEPS_BUSY = 6_500
STEPS_QUIET = 450
START_MS = 1_700_000_000_000

Frame = tuple[str, dict[str, Any]]
"""Stream name and payload."""


class _Market:
    """One symbol's book around a drifting middle, in ticks of 0.01 and lots of 0.00001."""

    def __init__(self, rng: random.Random, symbol: str, levels_a_frame: int) -> None:
        self.rng = rng
        self.symbol = symbol
        self.levels_a_frame = levels_a_frame
        self.mid = rng.randrange(5_000_00, 60_000_00)
        self.update_id = rng.randrange(10**9, 10**10)
        self.trade_id = rng.randrange(10**8, 10**9)
        self.bids = {self.mid - 1 - i: self._lots() for i in range(LEVELS_A_SIDE)}
        self.asks = {self.mid + 1 + i: self._lots() for i in range(LEVELS_A_SIDE)}

    def _lots(self) -> int:
        return self.rng.randrange(1, 500_000)

    def snapshot(self) -> dict[str, Any]:
        bids = [[_price(p), _quantity(q)] for p, q in sorted(self.bids.items(), reverse=True)]
        asks = [[_price(p), _quantity(q)] for p, q in sorted(self.asks.items())]
        return {"lastUpdateId": self.update_id, "bids": bids, "asks": asks}

    def step(self, now_ms: int, quotes: int, trades: int) -> list[Frame]:
        """Move on by one depth frame, the quotes that its ids cover, and some trades."""
        name = self.symbol.lower()
        self.mid += self.rng.choice((-1, 0, 0, 1))
        bids = self._changes(self.bids, -1)
        asks = self._changes(self.asks, 1)
        first = self.update_id + 1
        # As on the venue, each quote has an id of its own, and comes before the depth frame that spans it.
        self.update_id += len(bids) + len(asks) + quotes
        ids = range(self.update_id - quotes + 1, self.update_id + 1)
        depth = {
            "e": "depthUpdate",
            "E": now_ms,
            "s": self.symbol,
            "U": first,
            "u": self.update_id,
            "b": [[_price(p), _quantity(q)] for p, q in bids],
            "a": [[_price(p), _quantity(q)] for p, q in asks],
        }
        return [
            *((f"{name}@bookTicker", self._quote(update_id)) for update_id in ids),
            (f"{name}@depth@100ms", depth),
            *((f"{name}@trade", self._trade(now_ms)) for _ in range(trades)),
        ]

    def _changes(self, side: dict[int, int], sign: int) -> list[tuple[int, int]]:
        changed = {p: 0 for p in (self.mid, self.mid - sign) if side.pop(p, None) is not None}
        for _ in range(self.levels_a_frame // 2):
            price = self.mid + sign * (1 + int(self.rng.expovariate(1 / 200)))
            quantity = 0 if price in side and self.rng.random() < 0.4 else self._lots()
            changed[price] = quantity
        # The touch is always set, so that the best bid stays below the best ask.
        changed[self.mid + sign] = self._lots()
        for price, quantity in changed.items():
            if quantity:
                side[price] = quantity
            else:
                side.pop(price, None)
        return list(changed.items())

    def _quote(self, update_id: int) -> dict[str, Any]:
        bid, ask = self.mid - 1, self.mid + 1
        return {
            "u": update_id,
            "s": self.symbol,
            "b": _price(bid),
            "B": _quantity(self.bids[bid]),
            "a": _price(ask),
            "A": _quantity(self.asks[ask]),
        }

    def _trade(self, now_ms: int) -> dict[str, Any]:
        self.trade_id += 1
        return {
            "e": "trade",
            "E": now_ms,
            "s": self.symbol,
            "t": self.trade_id,
            "p": _price(self.mid - 1),
            "q": _quantity(self._lots()),
            "T": now_ms - 1,
            "m": True,
            "M": True,
        }


def _price(ticks: int) -> str:
    return f"{ticks // 100}.{ticks % 100:02d}000000"


def _quantity(lots: int) -> str:
    return f"{lots // 100_000}.{lots % 100_000:05d}000"


def generate(*, symbols: int, seed: int = 7) -> tuple[list[Frame], dict[str, dict[str, Any]]]:
    """Return frames (stream name, payload) and the first snapshot of each symbol."""
    rng = random.Random(seed)
    is_busy = symbols == 1
    levels = 46 if is_busy else 4
    names = ["BTCUSDT"] if is_busy else [f"GEN{i}USDT" for i in range(symbols)]
    markets = [_Market(rng, name, levels) for name in names]
    quotes, trades = (10, 3) if is_busy else (1, 1)
    frames: list[Frame] = []
    snapshots: dict[str, dict[str, Any]] = {}
    for number in range(STEPS_BUSY if is_busy else STEPS_QUIET):
        for market in markets:
            frames += market.step(START_MS + 100 * number, quotes, trades)
            if number == 1:
                snapshots[market.symbol] = market.snapshot()
    return frames, snapshots
