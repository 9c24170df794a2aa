"""One instrument as a panel: the ladder of its book, with a bar for each size, and its last trades."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tickwright.cli.watched import STATE_COLOURS, Watched, digits, shown
from tickwright.marketdata.book import Book
from tickwright.model.market import Level, Side, Trade


__all__ = ["FRAME_LINES", "WIDTH_MIN", "Room", "ladder"]

WIDTH_MIN = 42
"""Narrower than this, prices, sizes and bars do not fit beside each other."""

FRAME_LINES = 3
"""Border above and below, and the spread in the middle."""

BAR_CELLS_MAX = 40
BORDER_CELLS = 6
"""Corners, and a bit of line and a space on both sides of a title."""

BASIS_POINTS = 10_000
_EIGHTHS = " ▏▎▍▌▋▊▉█"


class Room(msgspec.Struct, frozen=True):
    """How large a panel may be."""

    width: int
    levels: int
    """Book levels a side."""
    trades: int
    """Last trades; 0 shows none, nor their heading."""

    @property
    def lines(self) -> int:
        """The panel's height."""
        return FRAME_LINES + 2 * self.levels + (self.trades + 1 if self.trades else 0)


def ladder(watched: Watched, room: Room) -> RenderableType:
    """Return the panel of one instrument, always as high as ``room`` says."""
    colour = STATE_COLOURS[watched.state]
    book = watched.book
    if book is None or not book.is_readable:
        body: list[RenderableType] = [_waiting(watched, room)]
    else:
        body = [_levels(watched, book, room)]
    if room.trades:
        body.append(_trades(watched, room))
    return Panel(
        Group(*body),
        title=_cut(Text(watched.id, style="bold"), room),
        subtitle=_cut(Text(_subtitle(watched), style=colour), room),
        border_style=colour,
        width=room.width,
        height=room.lines,
        padding=(0, 1),
    )


def _cut(text: Text, room: Room) -> Text:
    """Return ``text`` as long as a border carries it: a panel would grow with its title."""
    text.truncate(room.width - BORDER_CELLS, overflow="ellipsis")
    return text


def _subtitle(watched: Watched) -> str:
    parts = [f"● {watched.state.value}"]
    book = watched.book
    if book is not None and book.updates:
        parts.append(f"{book.updates:,} updates")
    if watched.lag_s is not None:
        parts.append(f"lag {watched.lag_s * 1000:.0f} ms")
    return " · ".join(parts)


def _waiting(watched: Watched, room: Room) -> RenderableType:
    lines = 2 * room.levels + 1
    text = Text(justify="center")
    text.append(f"{watched.state.value}\n", style=f"bold {STATE_COLOURS[watched.state]}")
    text.append(watched.reason)
    return Align.center(text, vertical="middle", height=lines)


def _levels(watched: Watched, book: Book, room: Room) -> RenderableType:
    asks, bids = book.asks(room.levels), book.bids(room.levels)
    both = (*asks, *bids)
    price_digits = digits((price for price, _ in both), watched.tick)
    quantity_digits = digits((quantity for _, quantity in both), watched.lot)
    largest = max((quantity for _, quantity in both), default=Decimal(1))
    price_cells = max((len(shown(price, price_digits)) for price, _ in both), default=1)
    quantity_cells = max((len(shown(size, quantity_digits)) for _, size in both), default=1)
    bar_cells = min(BAR_CELLS_MAX, max(1, room.width - 8 - price_cells - quantity_cells))

    def row(level: Level | None, colour: str) -> tuple[Text, Text, Text]:
        if level is None:
            return Text(), Text(), Text()
        price, quantity = level
        return (
            Text(shown(price, price_digits), style=colour),
            Text(shown(quantity, quantity_digits)),
            Text(_bar(quantity, largest, bar_cells), style=f"dim {colour}"),
        )

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", width=price_cells, no_wrap=True)
    table.add_column(justify="right", width=quantity_cells, no_wrap=True)
    table.add_column(width=bar_cells, no_wrap=True)
    missing = room.levels - len(asks)
    for level in (*[None] * missing, *reversed(asks)):
        table.add_row(*row(level, "red"))
    bottom = Table.grid(padding=(0, 2, 0, 0))
    bottom.add_column(justify="right", width=price_cells, no_wrap=True)
    bottom.add_column(justify="right", width=quantity_cells, no_wrap=True)
    bottom.add_column(width=bar_cells, no_wrap=True)
    for level in (*bids, *[None] * (room.levels - len(bids))):
        bottom.add_row(*row(level, "green"))
    return Group(table, _spread(book, price_digits), bottom)


def _spread(book: Book, price_digits: int) -> Text:
    spread, mid = book.spread, book.mid
    if spread is None or mid is None:
        return Text("one side is empty", style="dim")
    points = f" · {spread / mid * BASIS_POINTS:.3f} bp" if mid else ""
    return Text(f"spread {shown(spread, price_digits)}{points}", style="dim")


def _bar(quantity: Decimal, largest: Decimal, cells: int) -> str:
    eighths = max(1, int(quantity * cells * 8 / largest)) if largest else 0
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def _trades(watched: Watched, room: Room) -> RenderableType:
    trades = list(watched.trades)[: room.trades]
    price_digits = digits((trade.price for trade in trades), watched.tick)
    quantity_digits = digits((trade.quantity for trade in trades), watched.lot)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    for _ in range(2):
        table.add_column(justify="right", no_wrap=True)
    for trade in trades:
        arrow, colour = ("▲", "green") if trade.side is Side.BUY else ("▼", "red")
        table.add_row(
            _clock(trade),
            Text(f"{arrow} {shown(trade.price, price_digits)}", style=colour),
            shown(trade.quantity, quantity_digits),
        )
    heading = (
        f"{watched.count:,} trade{'' if watched.count == 1 else 's'}"
        if watched.count
        else "no trade yet"
    )
    return Group(Text(heading, style="dim"), table)


def _clock(trade: Trade) -> str:
    when = trade.venue_time or trade.received_time
    return f"{when:%H:%M:%S}.{when.microsecond // 1000:03}"
