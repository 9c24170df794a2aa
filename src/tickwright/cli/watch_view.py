"""How watched instruments look: a ladder each, with the last trades, and a line of health below."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import Any

from rich.align import Align
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tickwright.app.status import Status
from tickwright.marketdata.book import Book
from tickwright.model.market import Level, Side, Trade
from tickwright.model.notices import BookState
from tickwright.model.numbers import format_decimal


__all__ = ["Watched", "render", "summary"]

TRADES_SHOWN = 5
BAR_CELLS = 10
"""Width of the bar that shows a level's size beside the largest one shown."""

_COLOURS = {
    BookState.LIVE: "green",
    BookState.UNAUDITED: "cyan",
    BookState.SUSPECT: "yellow",
    BookState.SYNCING: "yellow",
    BookState.RESYNCING: "yellow",
    BookState.STALE: "red",
    BookState.CLOSED: "red",
}


class Watched:
    """What the screen knows of one instrument."""

    def __init__(self, instrument: str) -> None:
        self.instrument = instrument
        self.book: Book | None = None
        self.trades: deque[Trade] = deque(maxlen=TRADES_SHOWN)
        self.count = 0

    def on_trade(self, event: object) -> None:
        """Remember a trade; gap notices on the same topic are shown by the book's state."""
        if isinstance(event, Trade):
            self.trades.appendleft(event)
            self.count += 1


def summary(watched: Watched) -> dict[str, Any]:
    """Return one instrument as plain JSON values."""
    book, last = watched.book, watched.trades[0] if watched.trades else None
    return {
        "state": "syncing" if book is None else book.state.value,
        "best_bid": _pair(None if book is None else book.best_bid),
        "best_ask": _pair(None if book is None else book.best_ask),
        "age_s": None if book is None else book.age_s,
        "updates": 0 if book is None else book.updates,
        "trades": watched.count,
        "last_price": None if last is None else format_decimal(last.price),
        "lag_s": None if last is None else last.lag_s,
    }


def render(
    watched: list[Watched], status: Status, notices: list[str], levels: int
) -> RenderableType:
    """Return the whole screen."""
    panels = [_panel(each, levels) for each in watched]
    return Group(Columns(panels, padding=(0, 1)), _health(status, notices))


def _panel(watched: Watched, levels: int) -> RenderableType:
    book = watched.book
    state = BookState.SYNCING if book is None else book.state
    body: list[RenderableType] = []
    if book is None or not book.is_readable:
        reason = "waiting for its snapshot" if book is None else book.reason
        body.append(Align.center(Text(f"\n{reason}\n", style="dim")))
    else:
        body.append(_ladder(book, levels))
    body.append(_trades(watched))
    return Panel(
        Group(*body),
        title=f"[bold]{watched.instrument}[/bold]",
        subtitle=Text(_subtitle(watched, state), style=_COLOURS[state]),
        border_style=_COLOURS[state],
        width=46,
    )


def _subtitle(watched: Watched, state: BookState) -> str:
    parts = [state.value]
    if watched.book is not None and watched.book.age_s is not None:
        parts.append(f"{watched.book.updates:,} updates")
    lag_s = watched.trades[0].lag_s if watched.trades else None
    if lag_s is not None:
        parts.append(f"lag {lag_s * 1000:.0f} ms")
    return " · ".join(parts)


def _ladder(book: Book, levels: int) -> RenderableType:
    asks, bids = book.asks(levels), book.bids(levels)
    largest = max((quantity for _, quantity in (*asks, *bids)), default=Decimal(1))
    table = Table(box=None, show_header=False, pad_edge=False, expand=True)
    for justify in ("right", "right", "left"):
        table.add_column(justify=justify)  # type: ignore[arg-type]  # the literals above are the allowed ones
    for level in reversed(asks):
        table.add_row(*_cells(level, largest, "red"))
    spread = "" if book.spread is None else f"spread {format_decimal(book.spread)}"
    table.add_row(Text(spread, style="dim"), "", "")
    for level in bids:
        table.add_row(*_cells(level, largest, "green"))
    return table


def _cells(level: Level, largest: Decimal, colour: str) -> tuple[Text, Text, Text]:
    price, quantity = level
    cells = max(1, int(quantity * BAR_CELLS / largest))
    return (
        Text(f"{price:,}", style=colour),
        Text(f"{quantity:,}"),
        Text("█" * cells, style=f"dim {colour}"),
    )


def _trades(watched: Watched) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, expand=True)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_row("trades", "", "", end_section=True, style="dim")
    for trade in watched.trades:
        colour = "green" if trade.side is Side.BUY else "red"
        when = trade.venue_time or trade.received_time
        table.add_row(
            f"{when:%H:%M:%S}.{when.microsecond // 1000:03}",
            Text(f"{trade.price:,}", style=colour),
            f"{trade.quantity:,}",
        )
    for _ in range(TRADES_SHOWN - len(watched.trades)):
        table.add_row("", "", "")
    return table


def _health(status: Status, notices: list[str]) -> RenderableType:
    lines = []
    for product in status.products:
        for session in product.sessions:
            colour = "green" if session.state == "live" else "yellow"
            silent = (
                "" if session.silent_s is None else f", last frame {session.silent_s:.1f} s ago"
            )
            streams = ", ".join(f"{count} {state}" for state, count in session.streams.items())
            lines.append(
                Text.assemble(
                    (f"● {session.name} ", colour),
                    f"{session.state}; {streams}; {session.frames:,} frames,"
                    f" {session.reconnects} reconnects{silent}",
                )
            )
    lines += [Text(notice, style="dim") for notice in notices]
    return Group(*lines)


def _pair(level: Level | None) -> list[str] | None:
    return None if level is None else [format_decimal(level[0]), format_decimal(level[1])]
