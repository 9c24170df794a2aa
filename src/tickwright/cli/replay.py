"""``tickwright replay``: play capture files and report what they held."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tickwright.app.rehearsal import rehearse_files
from tickwright.app.replay import Replaying
from tickwright.app.report import InstrumentReport, ReplayReport
from tickwright.cli.console import out, print_json, run_async
from tickwright.cli.options import Json
from tickwright.cli.progress import FileProgress
from tickwright.errors import CaptureError


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
    json: Json = False,
) -> None:
    """Play capture files through decoders, books and candles, and say what they held.

    A file that breaks off is reported as far as it goes, with exit code 1.
    """
    replaying = Replaying(product)
    damage: CaptureError | None = None
    with FileProgress() as progress:
        if via_socket:
            report = run_async(lambda: rehearse_files(files, product=product, progress=progress))
        else:
            try:
                replaying.run(files, progress=progress)
            except CaptureError as error:
                damage = error
            report = replaying.report()
    if report.frames or damage is None:
        _print(report, as_json=json)
    if damage is not None:
        raise damage


def _print(report: ReplayReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.contract())
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
        f" {report.failures:,} unreadable"
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
        return [*cells, *[""] * 6]
    best = [side[0][0] if side else "" for side in (book.bids, book.asks)]
    audits = f"{book.audited - book.audit_mismatches:,} of {book.audited:,}"
    return [*cells, book.state, f"{book.updates:,}", f"{book.gaps:,}", audits, *best]
