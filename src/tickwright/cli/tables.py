"""Tables of figures, as commands print them: plain columns, numbers to the right, thousands apart."""

from __future__ import annotations

from decimal import Decimal

from rich.table import Table
from rich.text import Text

from tickwright.cli.console import err
from tickwright.model.market import datetime_of
from tickwright.model.numbers import format_decimal


__all__ = ["clock", "count", "shown", "signed", "table"]


def table(texts: tuple[str, ...], numbers: tuple[str, ...], last: tuple[str, ...] = ()) -> Table:
    """Return an empty table: columns of text, of numbers, and of text again."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in texts:
        made.add_column(name, no_wrap=True)
    for name in numbers:
        made.add_column(name, justify="right", no_wrap=True)
    for name in last:
        made.add_column(name, no_wrap=True, overflow="ellipsis")
    return made


def shown(value: Decimal | None) -> str:
    """Return a number with commas between thousands, nothing where there is none.

    Example:
        >>> shown(Decimal("10000.50"))
        '10,000.5'
    """
    if value is None:
        return ""
    whole, point, digits = format_decimal(value).partition(".")
    return f"{int(whole):,}{point}{digits}" if whole not in ("-0", "0") else format_decimal(value)


def signed(value: Decimal | None) -> Text:
    """Return a number as `shown` does, red below zero and green above."""
    style = "default" if not value else "red" if value < 0 else "green"
    return Text(shown(value), style=style)


def clock(at_ns: int | None) -> str:
    """Return a time to the second, with its day, in UTC; nothing where there is none.

    Example:
        >>> clock(1_795_000_000_000_000_000)
        '11-18 11:06:40'
    """
    return "" if not at_ns else f"{datetime_of(at_ns):%m-%d %H:%M:%S}"


def count(number: int, noun: str, more: str = "") -> None:
    """Print on standard error how many rows there were, and whatever else is to be said of them."""
    err.print(f"{number:,} {noun}{'' if number == 1 else 's'}{more}")
