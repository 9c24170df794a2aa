"""Rows about orders: a table where it fits, the least important columns left out where it nearly does, else a few lines each.

Nothing is ever cut: a name that is not whole can be neither read nor copied.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text


__all__ = ["Column", "show_rows"]

_GAP = 1
_INDENT = "  "


class Column(msgspec.Struct, frozen=True):
    """A column.

    Args:
        name: Its head.
        is_number: Whether it stands to the right.
        worth: Those of the least worth are left out first, one after the other; those of worth 0 never are.
    """

    name: str
    is_number: bool = False
    worth: int = 0


def show_rows(
    columns: Sequence[Column], rows: Sequence[Sequence[str | Text]], console: Console
) -> None:
    """Print rows, each as a line where the console is wide enough for all that matters, otherwise as a few.

    Args:
        columns: The first one names a row.
        rows: A cell a column.
        console: Where.
    """
    cells = [[_text(cell) for cell in row] for row in rows]
    kept = list(range(len(columns)))
    while _width(columns, cells, kept) > console.width:
        optional = [place for place in kept if columns[place].worth]
        if not optional:
            break
        kept.remove(min(optional, key=lambda place: columns[place].worth))
    if _width(columns, cells, kept) <= console.width:
        console.print(_table(columns, cells, kept))
        return
    for row in cells:
        console.print(*_stacked(columns, row, console.width), sep="\n", soft_wrap=True)


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _width(columns: Sequence[Column], cells: Sequence[Sequence[Text]], kept: Sequence[int]) -> int:
    """Return how wide a table of some of the columns is."""
    widths = (
        max(len(columns[place].name), *(row[place].cell_len for row in cells), 0) for place in kept
    )
    return sum(widths) + _GAP * (len(kept) - 1)


def _table(
    columns: Sequence[Column], cells: Sequence[Sequence[Text]], kept: Sequence[int]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for place in kept:
        column = columns[place]
        table.add_column(column.name, justify="right" if column.is_number else "left", no_wrap=True)
    for row in cells:
        table.add_row(*(row[place] for place in kept))
    return table


def _stacked(columns: Sequence[Column], row: Sequence[Text], width: int) -> list[Text]:
    """Return a row as lines: its name, and below it all that there is to say, as much on a line as fits."""
    lines = [row[0].copy()]
    line = Text(_INDENT)
    for column, cell in zip(columns[1:], row[1:], strict=True):
        if not cell.plain:
            continue
        told = Text.assemble((f"{column.name} ", "dim"), cell)
        if line.plain.strip() and line.cell_len + len(_INDENT) + told.cell_len > width:
            lines.append(line)
            line = Text(_INDENT)
        if line.plain.strip():
            line.append(_INDENT)
        line.append_text(told)
    return [*lines, line]
