"""Rows that fit: a table, a narrower one, or a few lines each; nothing is ever cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.text import Text

from tickwright.cli.rows import Column, show_rows


COLUMNS = (
    Column("order"),
    Column("side"),
    Column("price", is_number=True),
    Column("filled", is_number=True, worth=2),
    Column("average", is_number=True, worth=1),
)
ROWS: tuple[list[str | Text], ...] = (
    ["an-order-with-a-long-name", "buy", "stop 61000 → market", "0.01", "60999.5"],
    ["b", Text("sell", style="red"), "60000", "0", ""],
)


def shown(width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_rows(COLUMNS, ROWS, console)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_where_there_is_room_a_row_is_a_line_with_everything() -> None:
    head, first, second = shown(80)
    assert head.split() == ["order", "side", "price", "filled", "average"]
    assert first.split()[-2:] == ["0.01", "60999.5"]
    assert second.split() == ["b", "sell", "60000", "0"]


@pytest.mark.parametrize(("width", "last"), [(64, "filled"), (52, "price")])
def test_what_matters_least_is_left_out_first(width: int, last: str) -> None:
    head, *lines = shown(width)
    assert head.split()[-1] == last
    assert lines[0].startswith("an-order-with-a-long-name buy ")


@pytest.mark.parametrize("width", [49, 40, 30])
def test_where_no_line_fits_a_row_is_a_few_and_nothing_is_cut(width: int) -> None:
    lines = shown(width)
    assert lines[0] == "an-order-with-a-long-name"
    assert all(len(line) <= width for line in lines)
    text = " ".join(lines)
    for cell in ("side buy", "price stop 61000 → market", "filled 0.01", "average 60999.5", "b"):
        assert cell in text
    assert text.count("average") == 1, "an empty cell is not named"


def test_a_name_that_is_longer_than_a_line_stays_whole_all_the_same() -> None:
    assert shown(10)[0] == "an-order-with-a-long-name"


def test_without_rows_there_is_the_head_alone() -> None:
    console = Console(file=io.StringIO(), width=80)
    show_rows(COLUMNS, [], console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().split() == [column.name for column in COLUMNS]
