"""Recordings made by hand: a book, deltas, trades and marks, each at its time."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tickwright.io.files import CaptureRecord


__all__ = ["BEGAN_MS", "Recording"]

BEGAN_MS = 1_700_000_000_000
_NS_PER_MS = 1_000_000

Levels = Sequence[tuple[str, str]]


class Recording:
    """Writes records one after the other, each so many ms after the beginning."""

    def __init__(self, symbol: str = "BTCUSDT") -> None:
        self.symbol = symbol
        self.records: list[CaptureRecord] = []
        self._last_id = 100

    def frame(self, at_ms: int, stream: str, payload: dict[str, object]) -> None:
        text = json.dumps(payload, separators=(",", ":"))
        self.records.append(
            CaptureRecord(
                received_ts_ns=(BEGAN_MS + at_ms) * _NS_PER_MS,
                conn=None,
                direction="in",
                data=f'{{"stream":"{self.symbol.lower()}@{stream}","data":{text}}}',
            )
        )

    def http(self, at_ms: int, path: str, body: object) -> None:
        self.records.append(
            CaptureRecord(
                received_ts_ns=(BEGAN_MS + at_ms) * _NS_PER_MS,
                conn=None,
                direction="http",
                path=f"https://api.binance.com/api/v3/{path}",
                data=json.dumps(body),
            )
        )

    def snapshot(self, at_ms: int, bids: Levels, asks: Levels) -> None:
        self._last_id += 1
        body = {"lastUpdateId": self._last_id, "bids": bids, "asks": asks}
        self.http(at_ms, f"depth?symbol={self.symbol}&limit=1000", body)

    def delta(self, at_ms: int, bids: Levels = (), asks: Levels = ()) -> None:
        self._last_id += 1
        ids = {"U": self._last_id, "u": self._last_id, "pu": self._last_id - 1}
        self.frame(at_ms, "depth@100ms", {**ids, "b": bids, "a": asks})

    def trade(self, at_ms: int, price: str, quantity: str, *, is_sell: bool) -> None:
        self.frame(at_ms, "trade", {"p": price, "q": quantity, "m": is_sell})
