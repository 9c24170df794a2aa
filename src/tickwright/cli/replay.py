"""``tickwright replay``: play capture files and report what they held."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID
from rich.table import Table

from tickwright.app.report import InstrumentReport, ReplayReport
from tickwright.cli.console import out, print_json, progress_bar, run_async


__all__ = ["replay"]


def replay(
    files: Annotated[
        list[Path], typer.Argument(help="Capture files: JSON lines, .zst, .gz or plain.")
    ],
    product: Annotated[
        str | None,
        typer.Option(
            help="Whose traffic it is, for example binance.usdm, where the file does not tell."
        ),
    ] = None,
    via_socket: Annotated[
        bool,
        typer.Option(
            "--via-socket",
            help="Play through a loopback server and the whole connector instead of straight from the file.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play capture files through decoders, books and candles, and say what they held."""
    with progress_bar() as bars:
        tasks: dict[Path, TaskID] = {}

        def progress(path: Path, done: int, total: int) -> None:
            if path not in tasks:
                tasks[path] = bars.add_task(path.name, total=total)
            bars.update(tasks[path], completed=done)

        if via_socket:
            from tickwright.app.rehearsal import rehearse_files

            reports: list[ReplayReport] = []

            async def play() -> None:
                reports.append(await rehearse_files(files, product=product, progress=progress))

            run_async(play)
            if not reports:
                raise KeyboardInterrupt
            report = reports[0]
        else:
            from tickwright.app.replay import replay_files

            report = replay_files(files, product=product, progress=progress)
    if json:
        print_json(report)
    else:
        _show(report)


def _show(report: ReplayReport) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("instrument", no_wrap=True)
    for name in ("trades", "volume", "quotes", "candles"):
        table.add_column(name, justify="right")
    table.add_column("book")
    for name in ("updates", "gaps", "audits", "best bid", "best ask"):
        table.add_column(name, justify="right")
    for name, found in report.instruments.items():
        table.add_row(name, *_cells(found))
    out.print(table)
    speed = report.frames / report.seconds if report.seconds else 0.0
    out.print(
        f"{report.frames:,} frames in {report.seconds:.2f} s ({speed:,.0f} a second),"
        f" {report.failures} unreadable"
    )


def _cells(found: InstrumentReport) -> list[str]:
    trades, quotes, candles, book = found.trades, found.quotes, found.candles, found.book
    cells = [
        f"{trades.count:,}" if trades.count else "",
        trades.base_volume if trades.count else "",
        f"{quotes.count:,}" if quotes.count else "",
        f"{candles.count:,}" if candles.count else "",
    ]
    if book is None:
        return cells + [""] * 6
    best = [side[0][0] if side else "" for side in (book.bids, book.asks)]
    audits = f"{book.audited - book.audit_mismatches:,} of {book.audited:,}"
    return [*cells, book.state, f"{book.updates:,}", f"{book.gaps:,}", audits, *best]
