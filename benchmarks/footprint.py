"""Bytes and seconds that do not depend on traffic: an idle subscription, a book, ``import tickwright``.

Each figure comes from fresh processes: ``python -m benchmarks.footprint`` prints them all.
"""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import msgspec


__all__ = ["Size", "measure_all", "resident_bytes"]

ROOT = Path(__file__).resolve().parents[1]
BOOKS = 200
LEVELS = 1_000
IMPORTS = 9
KIB = 1024


class Size(msgspec.Struct):
    """One figure, and what it must not exceed."""

    what: str
    value: float
    unit: str
    target: float | None = None


def resident_bytes() -> int:
    """Return the memory of this process that is in RAM."""
    with open("/proc/self/statm") as line:
        return int(line.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def import_s() -> tuple[float, float]:
    """Return median wall and CPU time of ``import tickwright`` in fresh interpreters."""
    code = (
        "import time; wall, cpu = time.perf_counter(), time.process_time(); import tickwright;"
        " print(time.perf_counter() - wall, time.process_time() - cpu)"
    )
    runs = [[float(word) for word in _python("-c", code).split()] for _ in range(IMPORTS)]
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def weigh_book() -> dict[str, float]:
    """Return bytes a book of 1,000 levels a side: what it says of itself, and what the process grew by."""
    from tickwright.kernel import L2Book, Levels

    bids = Levels.from_pairs([(60_000 - i, 1 + i) for i in range(LEVELS)], 2, 8)
    asks = Levels.from_pairs([(60_001 + i, 1 + i) for i in range(LEVELS)], 2, 8)

    def make() -> L2Book:
        book = L2Book(2, 8)
        book.replace(bids, asks)
        return book

    books = [make() for _ in range(BOOKS // 4)]
    gc.collect()
    before = resident_bytes()
    books += [make() for _ in range(BOOKS)]
    gc.collect()
    return {"nbytes": books[0].nbytes, "resident": (resident_bytes() - before) / BOOKS}


def _python(*arguments: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return done.stdout.strip().splitlines()[-1]


def _imports(say: Callable[[str], None]) -> list[Size]:
    say("footprint: import time")
    wall, cpu = import_s()
    return [
        Size("import tickwright, by the clock", round(wall, 3), "s", 0.25),
        Size("import tickwright, CPU", round(cpu, 3), "s", 0.25),
    ]


def _books(say: Callable[[str], None]) -> list[Size]:
    sizes = []
    for kernel, pure in (("compiled", "0"), ("twin", "1")):
        say(f"footprint: books, {kernel} kernel")
        weights = json.loads(
            _python("-m", "benchmarks.footprint", "book", environment={"TICKWRIGHT_PURE": pure})
        )
        worst = max(weights.values()) / KIB
        target = 64 if kernel == "compiled" else None
        sizes.append(Size(f"book of 1,000 levels a side, {kernel}", round(worst, 1), "KiB", target))
    return sizes


def _subscriptions(say: Callable[[str], None]) -> list[Size]:
    from benchmarks.contest import Contestant, measure_idle

    say("footprint: idle subscriptions")
    traced = measure_idle(Contestant("traced", "idle", environment={"TRACE": "1"}))
    plain = measure_idle(Contestant("plain", "idle", environment={"TRACE": "0"}))
    count = plain["subscriptions"]
    return [
        Size(f"idle subscription, of {count}, allocated", round(traced["bytes"]), "B", 1024),
        Size(f"idle subscription, of {count}, resident", round(plain["bytes"]), "B", 1024),
    ]


def measure_all(say: Callable[[str], None]) -> list[Size]:
    """Take all figures; one that cannot be taken is reported through ``say`` and left out."""
    sizes: list[Size] = []
    for part in (_imports, _books, _subscriptions):
        try:
            sizes += part(say)
        except (RuntimeError, ImportError, OSError, ValueError) as error:
            say(f"footprint: left out, {type(error).__name__}: {error}")
    return sizes


class Scale:
    """Weighs what happens between `tare` and `read`: traced allocations, or resident memory."""

    def __init__(self, *, is_traced: bool) -> None:
        self._is_traced = is_traced
        if is_traced:
            tracemalloc.start()

    def _now(self) -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0] if self._is_traced else resident_bytes()

    def tare(self) -> None:
        """Start from here."""
        self._before = self._now()

    def read(self) -> int:
        """Return the bytes since `tare`."""
        return self._now() - self._before


def main() -> None:
    """Print all figures, or with the argument ``book`` the raw weights of books in this process."""
    if sys.argv[1:] == ["book"]:
        print(json.dumps(weigh_book()))
        return
    for size in measure_all(lambda text: print(text, file=sys.stderr)):
        print(f"{size.what}: {size.value:g} {size.unit}")


if __name__ == "__main__":
    main()
