"""What a journal costs: writing an order's intent down, and being back after a restart.

``python -m benchmarks.journal`` measures memory and SQLite, ``--postgres URL`` a server as well; a journal of that name must
not be there yet. Half of the orders recovered were filled, the others canceled: three entries each.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tickwright.io.clock import SystemClock
from tickwright.io.loop import run
from tickwright.io.store import MemoryStore, Store, open_store
from tickwright.io.store_sqlite import SqliteStore
from tickwright.model.market import Side
from tickwright.model.orders import Fill, OrderReport, ReportedState, SubmitOrder
from tickwright.trading.board import OrderBoard
from tickwright.trading.gateway import Gateway
from tickwright.trading.journal import Denied, Entry, Journal, Reported, Submitted
from tickwright.trading.recorder import Recorder


__all__ = ["main"]

APPENDS = 5_000
ORDERS = 50_000
BATCH = 1_000
BTC, SPOT = "binance:BTC/USDT", "binance.spot"
PRICE, QUANTITY = Decimal("60000.10"), Decimal("0.05000")

Opening = Callable[[], Awaitable[Store]]


class Cost(msgspec.Struct, frozen=True):
    """What one kind of store costs."""

    store: str
    p50_us: float
    """Of an append of an intent, encoded and written."""
    p99_us: float
    recovery_s: float
    """From opening a journal of `ORDERS` orders to a board that knows them all."""
    recovery_cpu_s: float


def intent(name: str) -> Submitted:
    """Return what is written before an order is sent."""
    command = SubmitOrder(
        client_order_id=name, instrument=BTC, side=Side.BUY, quantity=QUANTITY, price=PRICE
    )
    return Submitted(at_ns=time.time_ns(), product=SPOT, command=command, is_leaving=True)


def lives() -> Iterator[list[Entry]]:
    """Yield whole lives of orders."""
    for number in range(ORDERS):
        name = f"tw-3f9k2m7q0x-{number}"
        report = OrderReport(
            client_order_id=name,
            instrument=BTC,
            state=ReportedState.OPEN,
            received_ts_ns=time.time_ns(),
            side=Side.BUY,
            venue_order_id=str(number),
            venue_ts_ns=number,
            quantity=QUANTITY,
            price=PRICE,
            filled_quantity=Decimal(0),
        )
        ended = msgspec.structs.replace(report, state=ReportedState.CANCELED)
        if number % 2:
            fill = Fill(
                trade_id=str(number),
                price=PRICE,
                quantity=QUANTITY,
                fee=Decimal("0.00003"),
                fee_asset="BNB",
            )
            ended = msgspec.structs.replace(
                report, state=ReportedState.FILLED, filled_quantity=QUANTITY, fills=(fill,)
            )
        yield [
            intent(name),
            *(
                Reported(at_ns=time.time_ns(), product=SPOT, report=each)
                for each in (report, ended)
            ),
        ]


async def time_appends(journal: Journal) -> tuple[float, float]:
    """Return median and 99th percentile in µs."""
    taken = []
    for number in range(APPENDS):
        entries = [intent(f"tw-0000000000-{number}")]
        began = time.perf_counter_ns()
        await journal.append(entries)
        taken.append(time.perf_counter_ns() - began)
    # Nothing is to be found out of them after a restart.
    names = [f"tw-0000000000-{number}" for number in range(APPENDS)]
    ends = [Denied(at_ns=0, client_order_id=name, code="", text="") for name in names]
    await journal.append(ends)
    taken.sort()
    return taken[len(taken) // 2] / 1000, taken[len(taken) * 99 // 100] / 1000


async def fill(journal: Journal) -> None:
    """Write the lives of all orders."""
    batch: list[Entry] = []
    for life in lives():
        batch += life
        if len(batch) >= BATCH:
            await journal.append(batch)
            batch.clear()
    await journal.append(batch)


async def time_recovery(opening: Opening) -> tuple[float, float]:
    """Return seconds, and seconds of CPU, until a gateway that starts knows every order."""
    gc.collect()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    journal = Journal(await opening())
    recorder = Recorder(journal, OrderBoard(), lambda event: None, _never)
    gateway = Gateway(
        {}, recorder, check=lambda *order, **more: None, clock=SystemClock(), spawn=_never
    )
    await gateway.recover(journal.entries())
    found = time.perf_counter() - began_s, time.process_time() - cpu_s
    await journal.close()
    return found


def _never(name: str, coroutine: Coroutine[Any, Any, None], /) -> None:
    raise AssertionError(f"{name}: nothing is left to be found out")


async def measure(store: str, opening: Opening) -> Cost:
    """Measure one kind of store, from an empty one on."""
    journal = Journal(await opening())
    p50_us, p99_us = await time_appends(journal)
    await fill(journal)
    await journal.close()
    return Cost(store, p50_us, p99_us, *await time_recovery(opening))


@asynccontextmanager
async def openings(postgres: str | None) -> AsyncIterator[dict[str, Opening]]:
    """Yield what opens each kind of store again and again."""
    kept: list[bytes] = []

    async def memory() -> Store:
        store = MemoryStore()
        store.contents = kept
        return store

    with tempfile.TemporaryDirectory() as folder:

        async def power_safe() -> Store:
            return SqliteStore.open(Path(folder) / "safe.db", is_power_safe=True)

        found: dict[str, Opening] = {
            "memory": memory,
            "SQLite": lambda: open_store(f"sqlite:{folder}/journal.db"),
            "SQLite, safe against power cuts": power_safe,
        }
        if postgres is not None:
            found["PostgreSQL"] = lambda: open_store(postgres)
        yield found


async def measured(postgres: str | None) -> list[Cost]:
    """Measure every kind of store."""
    async with openings(postgres) as found:
        return [await measure(store, opening) for store, opening in found.items()]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journal", description=__doc__)
    parser.add_argument("--postgres", metavar="URL", help="of a journal that is not there yet")
    table = Table(box=None, pad_edge=False)
    table.add_column("store")
    for name in ("append p50", "append p99", f"recovery of {ORDERS:,} orders", "of it CPU"):
        table.add_column(name, justify="right")
    for cost in run(measured(parser.parse_args().postgres)):
        table.add_row(
            cost.store,
            f"{cost.p50_us:.0f} µs",
            f"{cost.p99_us:.0f} µs",
            f"{cost.recovery_s:.2f} s",
            f"{cost.recovery_cpu_s:.2f} s",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
