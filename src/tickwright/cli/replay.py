"""``tickwright replay``: play capture files and report what they held."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from tickwright.app.rehearsal import rehearse_files
from tickwright.app.replay import Replaying
from tickwright.app.report import BookReport, InstrumentReport, ReplayReport
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


class _Column(msgspec.Struct, frozen=True):
    name: str
    cell: Callable[[InstrumentReport], str]
    width_min: int = 0
    """Of the screen, for the column to be there."""


def _show(report: ReplayReport) -> None:
    found = report.instruments
    # A column that is empty everywhere, or that would squeeze the others, is left out.
    columns = [
        column
        for column in _COLUMNS
        if out.width >= column.width_min and any(map(column.cell, found.values()))
    ]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("instrument", no_wrap=True)
    for column in columns:
        table.add_column(column.name, justify="right", no_wrap=True)
    for name, instrument in found.items():
        table.add_row(name, *(column.cell(instrument) for column in columns))
    if found:
        out.print(table)
    speed = report.frames / report.seconds if report.seconds else 0.0
    out.print(
        f"{report.frames:,} frames in {report.seconds:.2f} s ({speed:,.0f} a second),"
        f" {report.failures:,} unreadable"
    )


def _of_book(cell: Callable[[BookReport], str]) -> Callable[[InstrumentReport], str]:
    return lambda found: "" if found.book is None else cell(found.book)


def _unless_zero(count: int) -> str:
    return f"{count:,}" if count else ""


def _best(side: list[tuple[str, str]]) -> str:
    return side[0][0] if side else ""


def _audits(book: BookReport) -> str:
    agreed = book.audited - book.audit_mismatches
    return f"{agreed:,}/{book.audited:,}" if book.audited else ""


_COLUMNS = (
    _Column("trades", lambda found: _unless_zero(found.trades.count)),
    _Column("volume", lambda found: found.trades.base_volume if found.trades.count else "", 110),
    _Column("quotes", lambda found: _unless_zero(found.quotes.count)),
    _Column("candles", lambda found: _unless_zero(found.candles.count), 90),
    _Column("book", _of_book(lambda book: book.state)),
    _Column("updates", _of_book(lambda book: f"{book.updates:,}")),
    _Column("gaps", _of_book(lambda book: f"{book.gaps:,}")),
    _Column("audits", _of_book(_audits)),
    _Column("best bid", _of_book(lambda book: _best(book.bids)), 100),
    _Column("best ask", _of_book(lambda book: _best(book.asks)), 100),
)
