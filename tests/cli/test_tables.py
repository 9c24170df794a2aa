"""Figures as commands print them."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from rich.console import Console

from tickwright.cli.tables import clock, count, shown, signed, table


D = Decimal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (D(0), "0"),
        (D("10000.50"), "10,000.5"),
        (D("-1234567"), "-1,234,567"),
        (D("-0.02"), "-0.02"),
        (D("1E-8"), "0.00000001"),
    ],
)
def test_numbers_are_exact_with_thousands_apart(value: Decimal | None, text: str) -> None:
    assert shown(value) == signed(value).plain == text


@pytest.mark.parametrize(("value", "style"), [(D(1), "green"), (D(-1), "red"), (D(0), "default")])
def test_a_sign_has_a_colour(value: Decimal, style: str) -> None:
    assert signed(value).style == style


def test_a_time_is_told_to_the_second_with_its_day() -> None:
    assert clock(1_795_000_000_000_000_000) == "11-18 11:06:40"
    assert clock(None) == clock(0) == ""


@pytest.mark.parametrize(("number", "line"), [(0, "0 fills"), (1, "1 fill"), (1234, "1,234 fills")])
def test_rows_are_counted(number: int, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    count(number, "fill", ", fees 1 USDT")
    assert capsys.readouterr().err == f"{line}, fees 1 USDT\n"


def test_words_stand_to_the_left_and_numbers_to_the_right() -> None:
    made = table(("asset",), ("amount",), ("of",))
    made.add_row("BTC", "1", "x")
    console = Console(file=io.StringIO(), width=80)
    console.print(made)
    assert isinstance(console.file, io.StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert lines == ["asset  amount  of", "BTC         1  x"]
