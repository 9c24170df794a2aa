"""Many instruments as a table, one line each, where panels would not fit on the screen."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tickwright.cli.watched import STATE_COLOURS, Watched, digits, shown
from tickwright.model.market import Level, Side


__all__ = ["overview"]

HEAD_LINES = 1


class _Column(msgspec.Struct, frozen=True):
    name: str
    cell: Callable[[Watched], Text | str]
    justify: str
    width_min: int
    """Of the screen, for the column to be there."""


def overview(watched: list[Watched], width: int, lines: int) -> RenderableType:
    """Return a table of ``watched`` that is at most ``lines`` high; what does not fit is counted."""
    columns = [column for column in _COLUMNS if width >= column.width_min]
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column.name, justify=column.justify, no_wrap=True)  # type: ignore[arg-type]  # literals below
    room = max(1, lines - HEAD_LINES)
    shown_count = len(watched) if len(watched) <= room else max(1, room - 1)
    for each in watched[:shown_count]:
        table.add_row(*(column.cell(each) for column in columns))
    left_out = len(watched) - shown_count
    if not left_out:
        return table
    more = Text(f"… and {left_out} more; a higher window shows them", style="dim")
    return Group(table, more)


def _state(watched: Watched) -> Text:
    return Text(f"● {watched.state.value}", style=STATE_COLOURS[watched.state])


def _best(watched: Watched) -> tuple[Level | None, Level | None]:
    book = watched.book
    return (None, None) if book is None else (book.best_bid, book.best_ask)


def _price(watched: Watched, level: Level | None, colour: str) -> Text:
    if level is None:
        return Text("–", style="dim")
    prices = (each[0] for each in _best(watched) if each is not None)
    return Text(shown(level[0], digits(prices, watched.tick)), style=colour)


def _quantity(watched: Watched, level: Level | None) -> str:
    return "" if level is None else shown(level[1], digits([level[1]], watched.lot))


def _last(watched: Watched) -> Text:
    if not watched.trades:
        return Text("–", style="dim")
    trade = watched.trades[0]
    arrow, colour = ("▲", "green") if trade.side is Side.BUY else ("▼", "red")
    return Text(f"{arrow} {shown(trade.price, digits([trade.price], watched.tick))}", style=colour)


def _spread(watched: Watched) -> str:
    spread = None if watched.book is None else watched.book.spread
    return "" if spread is None else shown(spread, digits([spread], watched.tick))


def _lag(watched: Watched) -> str:
    return "" if watched.lag_s is None else f"{watched.lag_s * 1000:.0f} ms"


def _updates(watched: Watched) -> str:
    return "" if watched.book is None else f"{watched.book.updates:,}"


def _age(watched: Watched) -> str:
    age_s = None if watched.book is None else watched.book.age_s
    return "" if age_s is None else f"{age_s:.1f} s"


_COLUMNS = (
    _Column("instrument", lambda each: each.id, "left", 0),
    _Column("book", _state, "left", 0),
    _Column("size", lambda each: _quantity(each, _best(each)[0]), "right", 130),
    _Column("bid", lambda each: _price(each, _best(each)[0], "green"), "right", 0),
    _Column("ask", lambda each: _price(each, _best(each)[1], "red"), "right", 0),
    _Column("size", lambda each: _quantity(each, _best(each)[1]), "right", 130),
    _Column("spread", _spread, "right", 110),
    _Column("last trade", _last, "right", 72),
    _Column("lag", _lag, "right", 96),
    _Column("updates", _updates, "right", 96),
    _Column("age", _age, "right", 120),
)
