"""The kernel and its twin alone: µs of CPU for a recorded frame, and bytes a book.

``python -m benchmarks.kernel`` reads the recording ``binance-spot-1`` (or frames generated in its shape, where it is
absent). Each figure is the best of several rounds over all frames: the kernel itself has no chance in
it, and what makes a round slower is the machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.recordings import Recording, load
from tickwright.kernel import pure, pure_scan


__all__ = ["Figure", "main", "measure"]

ROUNDS = 7
TWIN_ROUNDS = 2  # each takes long
SCALES = (8, 8)
BOOK_LEVELS = 1000
DEPTH = {"ints": ("data.E", "data.U", "data.u"), "bids": "data.b", "asks": "data.a"}
QUOTE = [("data.u", "int"), *((f"data.{key}", "decimal") for key in "bBaA")]
TRADE = [
    *((f"data.{key}", "int") for key in "EtT"),
    *((f"data.{key}", "decimal") for key in "pq"),
    ("data.m", "bool"),
]


class Figure(msgspec.Struct):
    """One measured number of one kernel."""

    kernel: str
    what: str
    value: float
    unit: str


def kernels() -> dict[str, Any]:
    """Return the kernels that are there: name → something with the four classes."""
    found: dict[str, Any] = {"twin": _Twin}
    try:
        from tickwright.kernel import _compiled
    except ImportError:
        return found
    return {"compiled": _compiled, **found}


class _Twin:
    DepthScanner = pure_scan.DepthScanner
    FieldScanner = pure_scan.FieldScanner
    L2Book = pure.L2Book
    Levels = pure.Levels


def _frames(recording: Recording, suffix: str) -> list[bytes]:
    return [
        b'{"stream":"%b","data":%b}' % (stream.encode(), msgspec.json.encode(payload))
        for stream, payload in recording.frames
        if stream.endswith(suffix)
    ]


def _best_us(make: Callable[[], Callable[[bytes], object]], frames: list[bytes], n: int) -> float:
    best_ns = min(_round_ns(make(), frames) for _ in range(n))
    return best_ns / len(frames) / 1000


def _round_ns(function: Callable[[bytes], object], frames: Iterable[bytes]) -> int:
    start_ns = time.process_time_ns()
    for frame in frames:
        function(frame)
    return time.process_time_ns() - start_ns


def _book(kernel: Any, recording: Recording, symbol: str) -> Any:
    snapshot = recording.snapshots[symbol]
    book = kernel.L2Book(*SCALES)
    book.replace(*[kernel.Levels.from_pairs(snapshot[side], *SCALES) for side in ("bids", "asks")])
    return book


def _scan_and_apply(kernel: Any, recording: Recording, symbol: str) -> Callable[[bytes], None]:
    scan = kernel.DepthScanner(**DEPTH).scan
    apply = _book(kernel, recording, symbol).apply
    price_scale, quantity_scale = SCALES

    def step(frame: bytes) -> None:
        _, _, _, bids, asks = scan(frame, price_scale, quantity_scale)
        apply(bids, asks)

    return step


def _scan(kernel: Any) -> Callable[[bytes], object]:
    scan = kernel.DepthScanner(**DEPTH).scan
    price_scale, quantity_scale = SCALES
    return lambda frame: scan(frame, price_scale, quantity_scale)


def _scan_fields(kernel: Any, fields: list[tuple[str, str]]) -> Callable[[bytes], object]:
    scan: Callable[[bytes], object] = kernel.FieldScanner(fields=fields).scan
    return scan


def _thousand_levels(kernel: Any) -> int:
    book = kernel.L2Book(2, 8)
    sides = [
        kernel.Levels.from_pairs([(60_000 + sign * n, 1) for n in range(1, BOOK_LEVELS + 1)], 2, 8)
        for sign in (-1, 1)
    ]
    book.replace(*sides)
    nbytes: int = book.nbytes
    return nbytes


def measure(recording: Recording) -> list[Figure]:
    """Measure every kernel that is there on ``recording``."""
    symbol = recording.symbols[0]
    depth = [
        frame
        for frame in _frames(recording, "@depth@100ms")
        if frame.startswith(b'{"stream":"%b@' % symbol.lower().encode())
    ]
    quotes, trades = _frames(recording, "@bookTicker"), _frames(recording, "@trade")
    figures: list[Figure] = []
    for name, kernel in kernels().items():
        n = TWIN_ROUNDS if name == "twin" else ROUNDS
        costs = {
            "depth frame: scan": _best_us(partial(_scan, kernel), depth, n),
            "depth frame: scan and apply": _best_us(
                partial(_scan_and_apply, kernel, recording, symbol), depth, n
            ),
            "bookTicker: 5 fields": _best_us(partial(_scan_fields, kernel, QUOTE), quotes, n),
            "trade: 6 fields": _best_us(partial(_scan_fields, kernel, TRADE), trades, n),
        }
        figures += [Figure(name, what, cost, "µs") for what, cost in costs.items()]
        kib = _thousand_levels(kernel) / 1024
        figures.append(Figure(name, "book of 1,000 levels a side", kib, "KiB"))
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    recording = load("binance-spot-1")
    figures = measure(recording)
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(figures)).decode())
        return
    table = Table("kernel", "what", title=recording.name, title_justify="left")
    table.add_column("", justify="right")
    for figure in figures:
        table.add_row(figure.kernel, figure.what, f"{figure.value:.2f} {figure.unit}")
    Console().print(table)


if __name__ == "__main__":
    main()
