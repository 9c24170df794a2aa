"""Measures everything and puts the figures into ``docs/performance.md``: ``python -m benchmarks.page``.

With figures that are there already (``python -m benchmarks --json``, ``python -m benchmarks.stages --json``):
``python -m benchmarks.page bench.json stages.json``. Only what stands between the markers ``<!-- measured: … -->`` and ``<!-- end of measured -->`` is replaced,
and a table whose figures were not taken stays as it is.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.aims import aims_of
from benchmarks.contest import COMPILED, PACED, Result
from benchmarks.footprint import Size
from benchmarks.latency import Delay, latency_rows
from benchmarks.orders import OrderFigures, order_rows, time_rows
from benchmarks.stages import Stage
from benchmarks.venues import VenueCost
from benchmarks.workload import CASES


__all__ = ["main", "render"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
MARKED = re.compile(r"(<!-- measured: (?P<name>\w+) -->\n).*?(<!-- end of measured -->)", re.DOTALL)

HEADINGS = {
    "depth": "depth → book",
    "bookTicker": "bookTicker",
    "trade": "trade",
    "audited": "depth + bookTicker, audited",
    "mix": "200 instruments",
    PACED: "depth, a frame a ms",
}


class Report(msgspec.Struct):
    """What ``python -m benchmarks --json`` prints."""

    machine: dict[str, str]
    results: list[Result]
    footprint: list[Size]
    latency: list[Delay] = []
    venues: list[VenueCost] = []
    orders: OrderFigures | None = None


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    line = ["---", *["---:" for _ in head[1:]]]
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, line, *body])


def _contest(report: Report) -> str:
    """All cases as one table: µs a frame, and how many times Tickwright's price that is."""
    cases = [case for case in (*CASES, PACED) if any(r.case == case for r in report.results)]
    found = {(r.case, r.name): r for r in report.results}
    rows = [["µs of CPU a frame (× Tickwright)", *(HEADINGS[case] for case in cases)]]
    for name in dict.fromkeys(result.name for result in report.results):
        cells = []
        for case in cases:
            result, mine = found.get((case, name)), found.get((case, COMPILED))
            if result is None:
                cells.append("–")
            elif mine is None or name == COMPILED:
                cells.append(f"**{result.cpu_us:.2f}**")
            else:
                cells.append(f"{result.cpu_us:.2f} (× {result.cpu_us / mine.cpu_us:.1f})")
        rows.append([_label(name, report.results), *cells])
    mine_row = [
        f"{found[case, COMPILED].frames_per_s:,}" for case in cases if (case, COMPILED) in found
    ]
    rows.append(["frames/s a core, Tickwright", *mine_row])
    return _table(rows)


def _label(name: str, results: list[Result]) -> str:
    notes = next(result.notes for result in results if result.name == name)
    version = notes.get("version")
    return f"{name} {version}" if version else f"**{name}**" if name == COMPILED else name


def _footprint(report: Report) -> str:
    rows = [["", "measured", "aim"]]
    for size in report.footprint:
        aim = "" if size.target is None else f"≤ {size.target:,g} {size.unit}"
        rows.append([size.what, f"{size.value:,g} {size.unit}", aim])
    return _table(rows)


def _profile(profiles: dict[str, list[Stage]]) -> str:
    names = list(dict.fromkeys(stage.name for stages in profiles.values() for stage in stages))
    names.sort(key=lambda name: (name.startswith("whole"), name.startswith("the rest")))
    costs = {case: {stage.name: stage.us for stage in stages} for case, stages in profiles.items()}
    rows = [["µs of CPU a frame", *profiles]]
    for name in names:
        cells = [f"{costs[case][name]:.2f}" if name in costs[case] else "" for case in profiles]
        rows.append([name, *cells])
    return _table(rows)


def _aims(report: Report) -> str:
    rows = [["aim", "", "measured", "reached"]]
    for aim in aims_of(report.results, report.footprint, report.orders):
        reached = "yes" if aim.is_reached else "**no**"
        rows.append([aim.what, aim.bound, aim.measured, reached])
    return _table(rows)


def _venues(report: Report) -> str:
    costs = {(cost.kind, cost.product): cost for cost in report.venues}
    products = dict.fromkeys(cost.product for cost in report.venues)
    rows = [["µs of CPU an event, of frames so long", *(f"`{product}`" for product in products)]]
    for kind in dict.fromkeys(cost.kind for cost in report.venues):
        found = [costs.get((kind, product)) for product in products]
        cells = ("" if cost is None else f"{cost.us:.2f} ({cost.frame_bytes} B)" for cost in found)
        rows.append([kind, *cells])
    return _table(rows)


def _machine(report: Report) -> str:
    facts = report.machine
    return (
        f"Measured on: {facts['cpu']}, {facts['system']}, Python {facts['python']},"
        f" picows {facts['picows']}, uvloop {facts['uvloop']}.\n"
    )


def render(page: str, report: Report, profiles: dict[str, list[Stage]]) -> str:
    """Return ``page`` with its marked parts replaced."""
    parts = {
        "machine": _machine(report),
        "contest": _contest(report) if report.results else None,
        "aims": _aims(report) if report.results and report.footprint else None,
        "profile": _profile(profiles) if profiles else None,
        "footprint": _footprint(report) if report.footprint else None,
        "latency": _table(latency_rows(report.latency)) if report.latency else None,
        "venues": _venues(report) if report.venues else None,
        "orders": _table(order_rows(report.orders)) if report.orders else None,
        "around_orders": _table(time_rows(report.orders)) if report.orders else None,
    }

    def replaced(found: re.Match[str]) -> str:
        part = parts[found["name"]]
        return found[0] if part is None else f"{found[1]}{part}{found[3]}"

    return MARKED.sub(replaced, page)


def _figures(file: Path | None, module: str) -> bytes:
    """Return the figures in ``file``, or those that ``module`` takes now; its progress goes to standard error."""
    if file is not None:
        return file.read_bytes()
    command = [sys.executable, "-m", module, "--json"]
    return subprocess.run(command, cwd=PAGE.parents[1], stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    """Rewrite the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("bench", type=Path, nargs="?", help="measured now unless given")
    parser.add_argument("stages", type=Path, nargs="?", help="measured now unless given")
    arguments = parser.parse_args()
    report = msgspec.json.decode(_figures(arguments.bench, "benchmarks"), type=Report)
    stages: Any = dict[str, list[Stage]]
    figures = _figures(arguments.stages, "benchmarks.stages")
    profiles = msgspec.json.decode(figures, type=stages)
    PAGE.write_text(render(PAGE.read_text(), report, profiles))


if __name__ == "__main__":
    main()
