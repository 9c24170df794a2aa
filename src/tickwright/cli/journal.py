"""``tickwright journal``: what stands in a journal of orders, beside whoever writes it; and a new one for an old one."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from tickwright.app.config import NO_JOURNAL, load_settings
from tickwright.cli.console import out, print_json, run_async
from tickwright.cli.options import Json
from tickwright.cli.order_view import colour_of, order_row
from tickwright.cli.progress import StatusLine
from tickwright.errors import UsageError
from tickwright.io.clock import SystemClock
from tickwright.io.redact import safe_store_url
from tickwright.io.store import open_store
from tickwright.model.ids import parse_instrument_id
from tickwright.model.market import datetime_of
from tickwright.model.numbers import format_decimal
from tickwright.model.orders import Order
from tickwright.trading.carrying import Carried
from tickwright.trading.carrying import carry as carried
from tickwright.trading.inspection import Inspection, inspect
from tickwright.trading.journal import Journal


__all__ = ["journal"]

journal = typer.Typer(
    name="journal",
    help="List, export and verify a journal of orders, beside whoever writes it, or carry it over.",
)

Told = tuple[Order, int]
"""An order, and when anything was last written of it, ns since 1970."""

_KIND = re.compile(r"[a-z]{2,}:")
_NAMES_SHOWN = 5
_DAY_NS = 86_400_000_000_000
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
    forgotten: list[Told] = []
    found = _inspected(place, lambda *told: forgotten.append(told))
    on_board = found.board.unfinished() if unfinished else found.board.orders()
    told = [] if unfinished else forgotten
    told += [(order, found.news_ns[order.client_order_id]) for order in on_board]
    told = [each for each in told if instrument in (None, each[0].command.instrument)]
    if json:
        print_json([{**order_row(order), "last_news_ns": news_ns} for order, news_ns in told])
    else:
        _show(told)


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
        print_json({"entries": found.entries, "orders": found.orders, "unfinished": names})
        return
    entries, orders = _count(found.entries, "entry", "entries"), _count(found.orders, "order")
    out.print(f"{entries} of {orders}: all can be read, and follow each other")
    if names:
        more = len(names) - _NAMES_SHOWN
        shown = ", ".join(map(_visible, names[:_NAMES_SHOWN])) + (
            f" and {more:,} more" if more > 0 else ""
        )
        out.print(f"{len(names):,} not finished: {shown}", markup=False)


@journal.command()
def carry(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A file or a URL, as for the others.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, not there yet.")],
    days: Annotated[
        float,
        typer.Option(
            min=0.0, max=36_500.0, help="Orders that ended so long ago or less are carried over."
        ),
    ] = 7.0,
    json: Json = False,
) -> None:
    """Begin a new journal with what is still needed of a long one, which stays as it is.

    That is each order that is not finished, and those that ended a short while ago. Nobody may write to either meanwhile.
    """
    if NO_JOURNAL in (old, new):
        raise UsageError(
            f"{NO_JOURNAL} keeps nothing; name a file, or a URL of a journal that does"
        )
    source = safe_store_url(_url(old))

    async def work() -> Carried:
        async with (
            _opened(old),  # which must be there
            _opened(old, is_read_only=False) as read,
            _opened(new, is_read_only=False) as written,
        ):
            now_ns = SystemClock().time_ns()
            with StatusLine(f"reading {source}") as line:
                return await carried(
                    read,
                    written,
                    since_ns=now_ns - round(days * _DAY_NS),
                    now_ns=now_ns,
                    progress=lambda count: line.show(f"reading {source}: {count:,} entries"),
                )

    done = run_async(work)
    if json:
        print_json(msgspec.to_builtins(done))
        return
    out.print(
        f"{done.orders:,} of {_count(done.orders_before, 'order')} carried over, {done.unfinished:,} of them not finished:"
        f" {done.entries:,} of {_count(done.entries_before, 'entry', 'entries')}"
    )


# ---------------------------------------------------------------------- reading


@asynccontextmanager
async def _opened(place: str | None, *, is_read_only: bool = True) -> AsyncIterator[Journal]:
    opened = Journal(await open_store(_url(place), is_read_only=is_read_only))
    try:
        yield opened
    finally:
        await opened.close()


def _url(place: str | None) -> str:
    if place is None:
        return load_settings().journal_url
    return place if _KIND.match(place) else f"sqlite:{place}"


def _inspected(
    place: str | None, forgotten: Callable[[Order, int], object] | None = None
) -> Inspection:
    async def work() -> Inspection:
        async with _opened(place) as opened:
            return await inspect(opened, forgotten)

    return run_async(work)


# ---------------------------------------------------------------------- showing


class _Column(msgspec.Struct, frozen=True):
    name: str
    cell: Callable[[Order], Text | str]
    justify: str = "left"
    width_min: int = 0
    """Of the screen, for the column to be there."""


def _show(told: Sequence[Told]) -> None:
    is_wide = out.width >= _WIDE
    columns = [column for column in _COLUMNS if out.width >= column.width_min]
    padding = (0, 2 if is_wide else 1, 0, 0)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=padding)
    for column in columns:
        table.add_column(column.name, justify=column.justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]  # literals below
    table.add_column("last news", no_wrap=True, overflow="ellipsis")
    form = "%Y-%m-%d %H:%M:%S" if is_wide else "%H:%M:%S"
    for order, news_ns in told:
        heard = datetime_of(news_ns).strftime(form)
        table.add_row(*(column.cell(order) for column in columns), heard)
    if told:
        out.print(table)
    open_count = sum(order.state.is_open for order, _ in told)
    out.print(f"{_count(len(told), 'order')}, {open_count:,} open")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _visible(name: str) -> str:
    """Return a name as it is, in quotes where it could not be told from what is around it."""
    return name if name.isprintable() and _PLAIN.fullmatch(name) else repr(name)


def _filled(order: Order) -> str:
    filled = format_decimal(order.filled_quantity)
    return filled if order.quantity is None else f"{filled}/{format_decimal(order.quantity)}"


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
