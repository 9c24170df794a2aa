"""The benchmark's figures as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.aims import Aim
from benchmarks.contest import PACED, Result
from benchmarks.footprint import Size


__all__ = ["show_aims", "show_footprint", "show_machine", "show_results"]

TITLES = {
    "depth": "depth frame (spot-1, 46 levels) → verified book → callback",
    "bookTicker": "bookTicker frame → quote → callback",
    "trade": "trade frame → trade → callback",
    PACED: "depth frame → verified book → callback, one frame every ms: each wakes a sleeping process",
    "audited": "one instrument's depth and bookTicker: the book is compared with every quote",
    "mix": "mix of 200 instruments: depth into books, bookTicker, aggTrade",
}


def show_machine(console: Console, machine: dict[str, Any]) -> None:
    """Print what the figures were made on."""
    console.print(" · ".join(f"{name} {value}" for name, value in machine.items() if value))
    console.print(
        "CPU time (user + system) of the client process, one core, medians; lower is better\n"
    )


def show_results(
    console: Console, results: Sequence[Result], *, floor: str, ours: tuple[str, str]
) -> None:
    """Print one table a case."""
    for case in dict.fromkeys(result.case for result in results):
        rows = [result for result in results if result.case == case]
        table = Table(title=TITLES[case], title_justify="left")
        table.add_column("client")
        for heading in ("µs a frame", "lowest – highest", "frames/s a core", f"× {ours[0]}"):
            table.add_column(heading, justify="right")
        reference = next((row.cpu_us for row in rows if row.name == ours[0]), None)
        for row in rows:
            ratio = "" if reference is None else f"{row.cpu_us / reference:.2f}"
            table.add_row(
                _name(row),
                f"{row.cpu_us:.2f}",
                f"{min(row.cpu_us_runs):.2f} – {max(row.cpu_us_runs):.2f}",
                f"{row.frames_per_s:,}",
                ratio,
                style="bold" if row.name == ours[0] else "dim" if row.name == floor else None,
            )
        console.print(table)
        console.print(_caption(rows, ours), style="dim")


def _name(row: Result) -> str:
    detail = row.notes.get("version") or row.notes.get("kernel")
    return f"{row.name} ({detail})" if detail else row.name


def _caption(rows: Sequence[Result], ours: tuple[str, str]) -> str:
    runs = len(rows[0].cpu_us_runs)
    frames = f"{rows[0].frames:,} frames of {rows[0].origin}, {runs} run{'s' * (runs > 1)} each"
    peers = [row for row in rows if row.name not in ours and row.name != "floor"]
    mine = next((row for row in rows if row.name == ours[0]), None)
    if mine is None or not peers:
        return f"{frames}\n"
    cheapest = min(peers, key=lambda row: row.cpu_us)
    return f"{frames}; {cheapest.cpu_us / mine.cpu_us:.1f} times cheaper than {cheapest.name}\n"


def show_aims(console: Console, aims: Sequence[Aim]) -> None:
    """Print what was aimed at, and whether it is reached."""
    if not aims:
        return
    table = Table(title="aims", title_justify="left")
    for heading in ("what", "aim", "measured", "reached"):
        table.add_column(heading)
    for aim in aims:
        style = None if aim.is_reached else "bold"
        table.add_row(
            aim.what, aim.bound, aim.measured, "yes" if aim.is_reached else "no", style=style
        )
    console.print(table)


def show_footprint(console: Console, sizes: Sequence[Size]) -> None:
    """Print memory and import time beside their targets."""
    if not sizes:
        return
    table = Table(title="footprint", title_justify="left")
    table.add_column("what")
    for heading in ("measured", "target"):
        table.add_column(heading, justify="right")
    for size in sizes:
        target = "" if size.target is None else f"≤ {size.target:,g} {size.unit}"
        table.add_row(size.what, f"{size.value:,.4g} {size.unit}", target)
    console.print(table)
