"""Runs the connector for real minutes against a venue that keeps failing, and counts what became of its books.

``make soak`` (or ``python -m benchmarks.soak --minutes 5 --instruments 200 --seed 7``). Every few seconds a fault is drawn, and
some last so long that the connector has to find out by itself; every half minute the faults end, the market stands
still, and every book must equal the venue's own, level by level. It fails if a book was wrong, if something was left
behind, or if memory grew. Both sides allow ten times the venue's weights, or most of the time would be spent waiting
for them: 200 books take three minutes (``--weights 1``).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from msgspec.structs import replace

from tickwright import (
    BookState,
    BookStateChanged,
    BookStates,
    BookUpdates,
    Connector,
    Notices,
    SessionDown,
    SessionUp,
)
from tickwright.app.registry import products_of
from tickwright.io.loop import run
from tickwright.sandbox import Faults, GeneratedMarket, LoopbackVenue, instrument_ids
from tickwright.venues.base import Product


ROUND_S = 30.0
"""Faults for so long, then everything must heal."""
FAULT_EVERY_S = 1.5
LONG_SHARE = 0.2
LONG = ("mute", "no ack", "black hole")
"""Faults that strike unseen: now and then one of them fills a round, and is met by the watchdogs alone."""
LONG_S = 40.0
STEP_S = 0.1
HEAL_S = 90.0
"""As long as delays and an open circuit may take."""
SNAPSHOTS_PER_S = 1.0
"""What the venue's own weights allow: 20 of 2,400 units a minute each, and half of them are for snapshots."""
WEIGHTS = 10
RATE_PER_S = 40.0
"""Of the busiest instrument. The venue keeps the last trades of each, in this very process: with more of them, its
memory grows for half an hour."""
CLOSED_S = 1.0
"""In which the venue notices that the last of its clients has gone."""
GROWTH_MAX = 1.25
"""Memory at the end beside memory after the first round."""


class Ledger:
    """What happened."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.disconnects = self.connects = 0
        self.wrong: list[str] = []
        self.outages_s: list[float] = []
        self._since_s: dict[str, float] = {}

    def on_notice(self, notice: object) -> None:
        self.disconnects += isinstance(notice, SessionDown)
        self.connects += isinstance(notice, SessionUp)

    def on_state(self, change: BookStateChanged) -> None:
        now_s = time.monotonic()
        if not change.new.is_readable and change.new is not BookState.CLOSED:
            self._since_s.setdefault(change.instrument, now_s)
        elif change.instrument in self._since_s:
            self.outages_s.append(now_s - self._since_s.pop(change.instrument))


class Trouble:
    """Draws faults of a venue."""

    def __init__(self, venue: LoopbackVenue, product: str, rng: Random, ledger: Ledger) -> None:
        self._venue = venue
        self._faults = venue.faults
        self._product = product
        self._rng = rng
        self._ledger = ledger
        self._streams: list[str] = []
        codes = (1000, 1001, 1006, 1008, 1011)
        self._kinds: dict[str, Callable[[], object]] = {
            "close": lambda: venue.close_sockets(rng.choice(codes)),
            "close on opening": lambda: self._cut(close_on_open=rng.choice(codes)),
            "close on subscribing": lambda: self._cut(close_on_subscribe=rng.choice(codes)),
            "handshake refused": lambda: self._cut(handshake_status=rng.choice((403, 429, 503))),
            "close after frames": lambda: self._set(close_after_frames=500),
            "drop": lambda: self._some(self._faults.drop),
            "double": lambda: self._some(self._faults.double),
            "reorder": lambda: self._some(self._faults.reorder),
            "delay": lambda: self._some(self._faults.delay),
            "snapshot failed": lambda: self._set(snapshot_failures=3),
            "snapshot html": lambda: self._set(snapshot_html=2),
            "snapshot old": lambda: self._set(snapshot_old=3),
            "snapshot slow": lambda: self._set(snapshot_delay_s=1.0),
            "mute": lambda: self._set(is_mute=True),
            "no ack": lambda: self._set(no_ack=True),
            "late pongs": lambda: self._set(pong_delay_s=5.0),
            "black hole": lambda: self._set(black_hole=True),
            "shutdown notice": venue.announce_shutdown,
            "burst": lambda: venue.burst(2_000),
            "unknown keys": lambda: self._set(unknown_keys=True),
            "unknown enums": lambda: self._set(unknown_enums=True),
            "unknown events": lambda: self._set(unknown_events=20),
            "shuffled keys": lambda: self._set(shuffled_keys=True),
            "5xx": lambda: self._set(rest_status=502),
            "over the limit": lambda: self._set(rest_status=429, retry_after_s=2),
        }

    def strike(self, streams: list[str], kinds: Sequence[str] = ()) -> None:
        """Let one thing go wrong, of ``kinds`` if they are given."""
        self._streams = streams
        self.relent()
        kind = self._rng.choice(kinds or list(self._kinds))
        self._ledger.faults[kind] += 1
        self._kinds[kind]()

    def relent(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.assign(Faults())

    def _set(self, **fields: object) -> None:
        for name, value in fields.items():
            setattr(self._faults, name, value)

    def _cut(self, **fields: object) -> None:
        """Cut every connection, for what strikes new ones only."""
        self._set(**fields)
        self._venue.close_sockets(1006)

    def _some(self, faults: dict[str, int]) -> None:
        for stream in self._rng.sample(self._streams, min(5, len(self._streams))):
            faults[stream] = self._rng.randint(1, 3)


def resident_mb() -> float:
    """Return the memory of this process, venue included."""
    with open("/proc/self/statm") as line:
        return int(line.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def generous(weights: int) -> Product:
    """Return USD-M with so many times its weights."""
    (usdm,) = products_of("binance.usdm")
    buckets = tuple(
        replace(bucket, limit=bucket.limit * weights) for bucket in usdm.rest_limits.buckets
    )
    return replace(usdm, rest_limits=replace(usdm.rest_limits, buckets=buckets))


async def soak(minutes: float, count: int, seed: int, weights: int) -> bool:
    """Run, print the summary, and return whether all is well."""
    rng, ledger = Random(seed), Ledger()
    ids = instrument_ids("binance.usdm", count)
    market = GeneratedMarket("binance.usdm", ids, seed=seed, depth=50, rate_per_s=RATE_PER_S)
    memory: list[float] = []
    async with LoopbackVenue([market], speed=0) as venue:
        trouble = Trouble(venue, "binance.usdm", rng, ledger)
        before, sockets_before = tasks(), sockets()
        venue.rest("binance.usdm").meter.limit *= weights
        async with Connector.open(generous(weights), endpoints=venue.endpoints) as tw:
            tw.on(Notices(), ledger.on_notice)
            for instrument in ids:
                tw.on(BookStates(instrument), ledger.on_state)
                tw.on(BookUpdates(instrument), lambda event: None)
            opening = [tw.book(instrument, timeout_s=None) for instrument in ids]
            moving = asyncio.ensure_future(_move(venue, rounds=None))
            books = dict(zip(ids, await asyncio.gather(*opening), strict=True))
            moving.cancel()
            streams = [f"{market_symbol(tw, each)}@depth@100ms" for each in ids]
            end_s = time.monotonic() + minutes * 60
            while not memory or time.monotonic() < end_s:
                started_s = time.monotonic()
                await _suffer(venue, trouble, streams, rng)
                await _heal(venue, trouble, books)
                _compare(market, books, ledger)
                gc.collect()
                memory.append(resident_mb())
                print(
                    f"round {len(memory)}: {sum(ledger.faults.values())} faults,"
                    f" {ledger.disconnects} disconnects, {len(ledger.wrong)} wrong books,"
                    f" {memory[-1]:.0f} MB, {time.monotonic() - started_s:.0f} s",
                    file=sys.stderr,
                )
            resyncs = sum(book.resyncs for book in books.values())
            updates = sum(book.updates for book in books.values())
        await asyncio.sleep(CLOSED_S)
        left = {"tasks": tasks() - before, "sockets": sockets() - sockets_before}
    return _summary(ledger, resyncs, updates, memory, left)


async def _move(venue: LoopbackVenue, rounds: int | None) -> None:
    """Let market time pass at the pace of real time."""
    while rounds is None or rounds > 0:
        await venue.advance(STEP_S)
        await asyncio.sleep(STEP_S)
        rounds = None if rounds is None else rounds - 1


async def _suffer(venue: LoopbackVenue, trouble: Trouble, streams: list[str], rng: Random) -> None:
    if rng.random() < LONG_SHARE:
        trouble.strike(streams, LONG)
        await _move(venue, round(LONG_S / STEP_S))
        return
    for _ in range(int(ROUND_S / FAULT_EVERY_S)):
        trouble.strike(streams)
        await _move(venue, round(FAULT_EVERY_S / STEP_S))


async def _heal(venue: LoopbackVenue, trouble: Trouble, books: dict[str, Any]) -> None:
    """Wait until every book can be read and stands where the venue's stands."""
    trouble.relent()
    deadline_s = time.monotonic() + HEAL_S + len(books) / SNAPSHOTS_PER_S
    while time.monotonic() < deadline_s:
        await _move(venue, 10)
        if all(book.is_readable for book in books.values()):
            await asyncio.sleep(1.0)
            return


def _compare(market: GeneratedMarket, books: dict[str, Any], ledger: Ledger) -> None:
    for instrument, book in books.items():
        if not book.is_readable:
            ledger.wrong.append(f"{instrument} did not heal: {book.state.value}, {book.reason}")
            continue
        bids, asks = market.book(book.instrument.symbol)
        ours = dict(book.bids()), dict(book.asks())
        if ours != (bids, asks):
            ledger.wrong.append(f"{instrument} at {book.sequence} differs from the venue's")


def market_symbol(tw: Connector, instrument: str) -> str:
    """Return the symbol in a stream's spelling."""
    return tw.feeds[0].instruments[instrument].symbol.lower()


def tasks() -> int:
    """Return how many tasks there are."""
    return len(asyncio.all_tasks())


def sockets() -> int:
    """Return how many sockets this process has, the venue's included."""
    return sum(_target(each).startswith("socket:") for each in os.listdir("/proc/self/fd"))


def _target(descriptor: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:  # that of the listing itself
        return ""


def _summary(
    ledger: Ledger, resyncs: int, updates: int, memory: list[float], left: dict[str, int]
) -> bool:
    outages = sorted(ledger.outages_s) or [0.0]
    p99 = outages[min(len(outages) - 1, int(len(outages) * 0.99))]
    growth = memory[-1] / memory[0]
    print(f"faults injected         {sum(ledger.faults.values())}: {dict(ledger.faults)}")
    print(f"disconnects, connects   {ledger.disconnects}, {ledger.connects}")
    print(f"resyncs, updates        {resyncs:,}, {updates:,}")
    print(f"time without live book  median {statistics.median(outages):.2f} s, p99 {p99:.2f} s")
    print(f"wrong books             {len(ledger.wrong)}")
    for line in ledger.wrong[:10]:
        print(f"                        {line}")
    print(f"memory                  {memory[0]:.0f} MB → {memory[-1]:.0f} MB (× {growth:.2f})")
    print(f"left behind             {left['tasks']} tasks, {left['sockets']} sockets")
    return not ledger.wrong and not any(left.values()) and growth < GROWTH_MAX


def main() -> None:
    """Parse the arguments and run; exit code 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="make soak", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--instruments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--weights", type=int, default=WEIGHTS, help="times the venue's own")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    well = run(soak(arguments.minutes, arguments.instruments, arguments.seed, arguments.weights))
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
