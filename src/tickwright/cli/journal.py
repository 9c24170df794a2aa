"""``tickwright journal``: what stands in a journal of orders, beside whoever writes it."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from tickwright.app.config import load_settings
from tickwright.cli.console import out, print_json, run_async
from tickwright.cli.options import Json
from tickwright.cli.order_view import colour_of, order_row
from tickwright.io.store import open_store
from tickwright.model.ids import parse_instrument_id
from tickwright.model.market import datetime_of
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order
from tickwright.trading.inspection import Inspection, inspect
from tickwright.trading.journal import Journal


__all__ = ["journal"]

journal = typer.Typer(
    name="journal", help="List, export and verify a journal of orders, beside whoever writes it."
)

_KIND = re.compile(r"[a-z]{2,}:")
_NAMES_SHOWN = 5
_PLAIN = re.compile(r"[^\s,'\"]+")

Place = Annotated[
    str | None,
    typer.Argument(
        metavar="JOURNAL",
        help="A file, or a URL: sqlite:PATH, postgresql://USER@HOST/DATABASE?journal=NAME;"
        " that of the settings if left out.",
    ),
]


@journal.command(name="list")
def list_(
    place: Place = None,
    instrument: Annotated[
        str | None, typer.Option(help="Only of this instrument, for example binance:BTC/USDT.")
    ] = None,
    unfinished: Annotated[
        bool,
        typer.Option("--unfinished", help="Only those of which something is still to be learned."),
    ] = False,
    json: Json = False,
) -> None:
    """List orders: where each one stands, what of it was filled, and when anything was last heard."""
    if instrument is not None:
        parse_instrument_id(instrument)  # or nothing would be found, whatever there is
    found = _inspected(place)
    board = found.board
    orders = board.unfinished(instrument) if unfinished else board.orders(instrument)
    if json:
        print_json([_row(order, found) for order in orders])
    else:
        _show(orders, found)


@journal.command()
def export(
    place: Place = None,
    after: Annotated[int, typer.Option(min=0, help="Only entries behind this number.")] = 0,
) -> None:
    """Print every entry as a line of JSON, with its number."""

    async def work() -> None:
        async with _opened(place) as opened:
            async for number, entry in opened.numbered(after):
                row = {"number": number, **msgspec.to_builtins(entry)}
                sys.stdout.write(msgspec.json.encode(row).decode() + "\n")

    run_async(work)


@journal.command()
def verify(place: Place = None, json: Json = False) -> None:
    """Read every entry, fold all of them, and name the orders that are not finished.

    Exit code 1, with the number of the entry, if one is missing, cannot be read, or cannot follow those before it.
    """
    found = _inspected(place)
    names = [order.client_order_id for order in found.board.unfinished()]
    if json:
        print_json({"entries": found.entries, "orders": len(found.board), "unfinished": names})
        return
    entries, orders = _count(found.entries, "entry", "entries"), _count(len(found.board), "order")
    out.print(f"{entries} of {orders}: all can be read, and follow each other")
    if names:
        more = len(names) - _NAMES_SHOWN
        shown = ", ".join(map(_visible, names[:_NAMES_SHOWN])) + (
            f" and {more:,} more" if more > 0 else ""
        )
        out.print(f"{len(names):,} not finished: {shown}", markup=False)


# ---------------------------------------------------------------------- reading


@asynccontextmanager
async def _opened(place: str | None) -> AsyncIterator[Journal]:
    opened = Journal(await open_store(_url(place), is_read_only=True))
    try:
        yield opened
    finally:
        await opened.close()


def _url(place: str | None) -> str:
    if place is None:
        return load_settings().journal_url
    return place if _KIND.match(place) else f"sqlite:{place}"


def _inspected(place: str | None) -> Inspection:
    async def work() -> Inspection:
        async with _opened(place) as opened:
            return await inspect(opened)

    return run_async(work)


# ---------------------------------------------------------------------- showing


def _row(order: Order, found: Inspection) -> dict[str, Any]:
    return {**order_row(order), "last_news_ns": found.news_ns[order.client_order_id]}


class _Column(msgspec.Struct, frozen=True):
    name: str
    cell: Callable[[Order], Text | str]
    justify: str = "left"
    width_min: int = 0
    """Of the screen, for the column to be there."""


def _show(orders: list[Order], found: Inspection) -> None:
    is_wide = out.width >= _WIDE
    columns = [
        column for column in (*_COLUMNS, _news(found, is_wide)) if out.width >= column.width_min
    ]
    padding = (0, 2 if is_wide else 1, 0, 0)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=padding)
    for column in columns:
        table.add_column(column.name, justify=column.justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]  # literals below
    for order in orders:
        table.add_row(*(column.cell(order) for column in columns))
    if orders:
        out.print(table)
    open_count = sum(order.state.is_open for order in orders)
    out.print(f"{_count(len(orders), 'order')}, {open_count:,} open")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _visible(name: str) -> str:
    """Return a name as it is, in quotes where it could not be told from what is around it."""
    return name if name.isprintable() and _PLAIN.fullmatch(name) else repr(name)


def _filled(order: Order) -> str:
    filled = format_decimal(order.filled_quantity)
    return filled if order.quantity is None else f"{filled}/{format_decimal(order.quantity)}"


def _news(found: Inspection, is_wide: bool) -> _Column:
    form = "%Y-%m-%d %H:%M:%S" if is_wide else "%H:%M:%S"

    def cell(order: Order) -> str:
        return datetime_of(found.news_ns[order.client_order_id]).strftime(form)

    return _Column("last news", cell)


_WIDE = 100
_COLUMNS = (
    _Column("order", lambda order: Text(_visible(order.client_order_id))),
    _Column("instrument", lambda order: order.command.instrument),
    _Column("side", lambda order: order.command.side.value),
    _Column("filled", _filled, "right"),
    _Column(
        "price",
        lambda order: "market" if order.price is None else format_decimal(order.price),
        "right",
        _WIDE,
    ),
    _Column("state", lambda order: Text(order.state.value, style=colour_of(order.state))),
)
