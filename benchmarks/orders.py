"""What an order costs, beside other libraries: from ``submit()`` to the wire, in CPU, back from the venue, and after a restart.

Part of ``make bench``; alone: ``python -m benchmarks.orders --quick``. Each client runs in a process of its own, against a
sandbox of its own in another: limits are fresh for each, and accounts empty. The others live in ``.venv-clients``
(``make clients``); who is not there is left out, with a line that says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import journal
from benchmarks.contest import ROOT, ClientFailed, Contestant, run_program, serving
from tickwright.io.loop import run
from tickwright.io.store import open_store
from tickwright.trading.journal import Journal


__all__ = [
    "CCXT",
    "OURS",
    "OURS_IN_MEMORY",
    "OURS_OVER_REST",
    "OrderCost",
    "OrderFigures",
    "measure_orders",
    "order_rows",
    "show_orders",
    "time_rows",
]

OURS = "tickwright"
OURS_IN_MEMORY = "tickwright, journal in memory"
OURS_OVER_REST = "tickwright over REST"
OURS_OVER_REST_IN_MEMORY = "tickwright over REST, journal in memory"
FLOOR = "floor: a signature and two sockets"
CCXT = "ccxt"

PYTHON = ROOT / ".venv-clients" / "bin" / "python"
PEERS = {
    CCXT: ("orders_ccxt", "ccxt"),
    "python-binance": ("orders_python_binance", "binance"),
    "Binance's SDK": ("orders_binance_sdk", "binance_sdk_derivatives_trading_usds_futures"),
}
"""Name → its client program, and what must be importable for it."""

_MEMORY = {"ORDERS_JOURNAL": "memory:"}
_REST = {"ORDERS_TRANSPORT": "rest"}
_CLIENT = "orders_tickwright"
RECOVERIES = 3


class OrderCost(msgspec.Struct):
    """What one client took; medians over the runs, in µs."""

    name: str
    orders: int
    """Measured in each run, after the warm-up."""
    cpu_us: float
    """Of its process, user and system, an order."""
    cpu_us_runs: list[float]
    answer_p50_us: float
    """From the call to its return, the venue's own time included."""
    answer_p99_us: float
    wire_p50_us: float | None = None
    """From the call to the writing of its bytes; ours only."""
    wire_p99_us: float | None = None
    version: str | None = None


class OrderFigures(msgspec.Struct):
    """All that is measured of orders."""

    clients: list[OrderCost]
    report_p50_us: float | None = None
    """From the arrival of an execution's frame to the user's handler, with a journal on SQLite."""
    report_p99_us: float | None = None
    recovery_s: float | None = None
    """From opening a journal on SQLite to knowing all of its orders."""
    recovered: int = journal.ORDERS


def order_contestants() -> tuple[list[Contestant], list[str]]:
    """Return ours and the peers that can run, and one line for each that cannot."""
    found = [
        Contestant(FLOOR, "orders_floor"),
        Contestant(OURS, _CLIENT),
        Contestant(OURS_IN_MEMORY, _CLIENT, environment=_MEMORY),
        Contestant(OURS_OVER_REST, _CLIENT, environment=_REST),
        Contestant(OURS_OVER_REST_IN_MEMORY, _CLIENT, environment={**_REST, **_MEMORY}),
    ]
    missing = []
    for name, (client, module) in PEERS.items():
        if _imports(module):
            found.append(Contestant(name, client, python=str(PYTHON)))
        else:
            missing.append(f"{name} is left out: it is not in {PYTHON.parents[1].name}")
    return found, missing


def _imports(module: str) -> bool:
    if not PYTHON.exists():
        return False
    command = [str(PYTHON), "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def measure_orders(*, rounds: int, with_peers: bool, say: Callable[[str], None]) -> OrderFigures:
    """Measure everything; a client that fails is reported through ``say`` and left out."""
    contestants, missing = order_contestants()
    for line in missing if with_peers else ():
        say(line)
    if not with_peers:
        contestants = [each for each in contestants if each.name not in PEERS]
    runs: dict[str, list[dict[str, Any]]] = {each.name: [] for each in contestants}
    reports: list[dict[str, Any]] = []
    hearing = Contestant("private reports", _CLIENT, environment={"ORDERS_PART": "reports"})
    for number in range(rounds):
        for each in [*contestants, hearing]:
            say(f"orders: round {number + 1} of {rounds}, {each.name}")
            try:
                runs.get(each.name, reports).append(_run(each))
            except ClientFailed as error:
                say(f"orders: a run is left out, {error}")
    say("orders: recovery")
    figures = OrderFigures(
        [_cost(name, done) for name, done in runs.items() if done], recovery_s=run(_recovery())
    )
    if reports:
        figures.report_p50_us = _median(reports, "report_p50_us")
        figures.report_p99_us = _median(reports, "report_p99_us")
    return figures


def _run(contestant: Contestant) -> dict[str, Any]:
    with serving("benchmarks.ordervenue") as plan:
        return run_program(contestant, "--plan", json.dumps(plan))


def _cost(name: str, runs: list[dict[str, Any]]) -> OrderCost:
    has_wire = "wire_p50_us" in runs[0]
    return OrderCost(
        name=name,
        orders=runs[0]["orders"],
        cpu_us=_median(runs, "cpu_us"),
        cpu_us_runs=[round(each["cpu_us"], 1) for each in runs],
        answer_p50_us=_median(runs, "answer_p50_us"),
        answer_p99_us=_median(runs, "answer_p99_us"),
        wire_p50_us=_median(runs, "wire_p50_us") if has_wire else None,
        wire_p99_us=_median(runs, "wire_p99_us") if has_wire else None,
        version=runs[-1].get("version"),
    )


def _median(runs: Sequence[dict[str, Any]], key: str) -> float:
    return float(round(statistics.median(each[key] for each in runs), 1))


async def _recovery() -> float:
    """Return how long a journal of many orders takes from SQLite, the median of some times, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:{Path(folder) / 'journal.db'}"
        filled = Journal(await open_store(url))
        await journal.fill(filled)
        await filled.close()
        taken_s = [
            (await journal.time_recovery(lambda: open_store(url)))[0] for _ in range(RECOVERIES)
        ]
    return round(statistics.median(taken_s), 2)


def order_rows(figures: OrderFigures) -> list[list[str]]:
    """Return a table: a row a client, with CPU, and times from the call to the wire and to the answer."""
    rows = [["µs an order", "CPU", "× ours", "to the wire: p50 / p99", "to the answer: p50 / p99"]]
    ours = next((each.cpu_us for each in figures.clients if each.name == OURS), None)
    for each in figures.clients:
        label = f"**{each.name}**" if each.name == OURS else each.name
        wire = (each.wire_p50_us, each.wire_p99_us)
        rows.append(
            [
                f"{label} {each.version}" if each.version else label,
                f"{each.cpu_us:.0f}",
                "" if ours is None else f"{each.cpu_us / ours:.1f}",
                "–" if None in wire else _pair(*wire),
                _pair(each.answer_p50_us, each.answer_p99_us),
            ]
        )
    return rows


def time_rows(figures: OrderFigures) -> list[list[str]]:
    """Return a table of what is measured of nobody else."""
    rows = [["", "measured"]]
    if figures.report_p50_us is not None:
        delays = _pair(figures.report_p50_us, figures.report_p99_us)
        rows.append(["private report → handler, p50 / p99", f"{delays} µs"])
    if figures.recovery_s is not None:
        rows.append([f"recovery of {figures.recovered:,} orders", f"{figures.recovery_s:.2f} s"])
    return rows


def _pair(p50_us: float | None, p99_us: float | None) -> str:
    return f"{p50_us or 0:,.0f} / {p99_us or 0:,.0f}"


def show_orders(console: Console, figures: OrderFigures) -> None:
    """Print both tables."""
    for title, rows in (("orders", order_rows(figures)), ("around them", time_rows(figures))):
        head, *body = rows
        table = Table(title=title, title_justify="left")
        for column, heading in enumerate(head):
            table.add_column(heading, justify="right" if column else "left")
        for row in body:
            table.add_row(*(cell.strip("*") for cell in row))
        console.print(table)


def main() -> None:
    """Measure, and print the tables or (``--json``) the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true", help="leave the other libraries out")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    figures = measure_orders(
        rounds=1 if arguments.quick else arguments.rounds,
        with_peers=not arguments.no_peers,
        say=say,
    )
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(figures)).decode())
    else:
        show_orders(Console() if sys.stdout.isatty() else Console(width=110), figures)


if __name__ == "__main__":
    main()
