"""What a frame costs at each venue, in one run: the same content in each venue's own words, from bytes to a handler.

``python -m benchmarks.venues``. In process, without sockets: what differs between venues is how a stream's name is
found, how its frames are read, and how its book is kept. The frames are generated, so that they differ in nothing else.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tickwright.app.registry import products_of
from tickwright.errors import DecodeError
from tickwright.io.clock import SystemClock
from tickwright.kernel import Levels
from tickwright.marketdata.pipe_table import make_pipe
from tickwright.marketdata.pipes import BookPipe, PipeTools
from tickwright.model.instrument import Instruments
from tickwright.model.market import BookSnapshot
from tickwright.model.topics import BookUpdates, Quotes, Topic, Trades
from tickwright.runtime.bus import Bus
from tickwright.runtime.line import Line
from tickwright.runtime.routes import Route


__all__ = ["VenueCost", "measure_venues", "show_venues"]

FRAMES = 20_000
ROUNDS = 5
LEVELS = 10
TRADES_A_FRAME = 10

Make = Callable[[int], dict[str, Any]]
"""Number of a frame, from 1 on → the frame."""


class VenueCost(msgspec.Struct):
    """What one kind of frame costs at one venue."""

    kind: str
    product: str
    us: float
    frame_bytes: int
    """On average, of a whole frame."""


class _Nobody:
    """Owns a line on which nothing but data comes."""

    def on_other(self, frame: bytes, stream: str | None) -> None:
        raise AssertionError(frame)

    def on_unreadable(self, stream: str, error: DecodeError, frame: bytes) -> None:
        raise error

    def on_crash(self, error: Exception) -> None:
        raise error

    def on_hole(self, last: int, number: int) -> None: ...
    def on_pinged(self, payload: bytes) -> None: ...
    def on_ponged(self) -> None: ...
    def on_lost(self, line: Line, code: int, reason: str) -> None: ...


def _levels(number: int, first: int, step: int) -> list[list[str]]:
    return [[f"{first + step * n}.10", f"{1 + (number + n) % 9}.250"] for n in range(LEVELS)]


def _binance_delta(n: int) -> dict[str, Any]:
    sides = {"b": _levels(n, 64999, -1), "a": _levels(n, 65001, 1)}
    data = {"e": "depthUpdate", "E": 1795000000000 + n, "s": "BTCUSDT", "U": n, "u": n, **sides}
    return {"stream": "btcusdt@depth@100ms", "data": data}


def _bybit_delta(n: int) -> dict[str, Any]:
    sides = {"b": _levels(n, 64999, -1), "a": _levels(n, 65001, 1)}
    return {
        "topic": "orderbook.200.BTCUSDT",
        "type": "delta" if n > 1 else "snapshot",
        "ts": 1795000000000 + n,
        "data": {"s": "BTCUSDT", **sides, "u": n + 1, "seq": 7961638724 + n},
        "cts": 1795000000000 + n,
    }


def _binance_quote(n: int) -> dict[str, Any]:
    prices = {"b": "65000.10", "B": "1.250", "a": "65000.20", "A": "3.500"}
    return {"stream": "btcusdt@bookTicker", "data": {"u": n, "s": "BTCUSDT", **prices}}


def _bybit_quote(n: int) -> dict[str, Any]:
    sides = {"b": [["65000.10", "1.250"]], "a": [["65000.20", "3.500"]]}
    return {
        "topic": "orderbook.1.BTCUSDT",
        "type": "snapshot",
        "ts": 1795000000000 + n,
        "data": {"s": "BTCUSDT", **sides, "u": n, "seq": 7961638724 + n},
        "cts": 1795000000000 + n,
    }


def _binance_trade(n: int) -> dict[str, Any]:
    names = {"e": "trade", "E": 1795000000000 + n, "s": "BTCUSDT", "t": n}
    values = {"p": "65000.10", "q": "0.250", "T": 1795000000000 + n, "m": True, "M": True}
    return {"stream": "btcusdt@trade", "data": {**names, **values}}


def _bybit_trades(count: int) -> Make:
    def row(n: int) -> dict[str, Any]:
        values = {"T": 1795000000000 + n, "s": "BTCUSDT", "S": "Buy", "v": "0.250", "p": "65000.10"}
        trade_id = f"20f43950-d8dd-5b31-9112-{n:012}"
        return {**values, "L": "PlusTick", "i": trade_id, "BT": False, "RPI": False, "seq": n}

    def make(n: int) -> dict[str, Any]:
        head = {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": 1795000000000 + n}
        return {**head, "data": [row(n * count + each) for each in range(count)]}

    return make


CASES: tuple[tuple[str, str, type[Any], Make, int], ...] = (
    (f"book update of {2 * LEVELS} levels", "binance.spot", BookUpdates, _binance_delta, 1),
    (f"book update of {2 * LEVELS} levels", "bybit.linear", BookUpdates, _bybit_delta, 1),
    ("best bid and offer", "binance.spot", Quotes, _binance_quote, 1),
    ("best bid and offer", "bybit.linear", Quotes, _bybit_quote, 1),
    ("trade, one a frame", "binance.spot", Trades, _binance_trade, 1),
    ("trade, one a frame", "bybit.linear", Trades, _bybit_trades(1), 1),
    (
        f"trade, {TRADES_A_FRAME} a frame",
        "bybit.linear",
        Trades,
        _bybit_trades(TRADES_A_FRAME),
        TRADES_A_FRAME,
    ),
)
"""What is measured, where, on which topic, made how, and how many events each frame holds."""


def measure_venues(frames: int = FRAMES, rounds: int = ROUNDS) -> list[VenueCost]:
    """Return what each case costs an event, in µs of CPU: the lowest of some rounds."""
    costs = []
    for kind, product, topic, make, count in CASES:
        played = [
            json.dumps(make(n), separators=(",", ":")).encode()
            for n in range(1, frames // count + 1)
        ]
        best = min(_play(product, topic, played) for _ in range(rounds))
        frame_bytes = round(sum(map(len, played)) / len(played))
        costs.append(VenueCost(kind, product, best / count, frame_bytes))
    return costs


def _play(name: str, kind: type[Any], frames: list[bytes]) -> float:
    (product,) = products_of(name)
    instrument = product.infer("BTCUSDT")
    listed = Instruments([instrument])
    topic: Topic = kind(instrument.id)
    channel = product.channel(topic, listed)
    clock = SystemClock()
    bus = Bus(clock, lambda name, coroutine: None)
    route = Route(channel)
    pipe = make_pipe(topic, route, product, listed, PipeTools.for_replay(bus, clock))
    route.add(pipe)
    bus.channel(topic).attach(lambda event: None)
    if isinstance(pipe, BookPipe):
        pipe.on_up(0)
        pipe.on_confirmed()
        empty = Levels.from_pairs([], instrument.price_scale, instrument.quantity_scale)
        if product.book.snapshot is not None:
            pipe.keeper.on_snapshot(BookSnapshot(instrument.id, None, 0, empty, empty, 0))
    line = Line(_Nobody(), {channel.stream: route}, product.ws, clock)
    take = line.on_frame
    started_ns = time.process_time_ns()
    for frame in frames:
        take(frame)
    return (time.process_time_ns() - started_ns) / len(frames) / 1000


def show_venues(console: Console, costs: list[VenueCost]) -> None:
    """Print what was measured, a line a case."""
    table = Table(title="µs of CPU an event, from the frame's bytes to a handler")
    table.add_column("event")
    table.add_column("product")
    table.add_column("µs", justify="right")
    table.add_column("bytes a frame", justify="right")
    for cost in costs:
        table.add_row(cost.kind, cost.product, f"{cost.us:.2f}", str(cost.frame_bytes))
    console.print(table)


def main() -> None:
    """Measure and print."""
    console = Console() if sys.stdout.isatty() else Console(width=100)
    show_venues(console, measure_venues())


if __name__ == "__main__":
    main()
