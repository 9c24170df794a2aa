"""How the demo ends: every book beside the venue's own, and what became of the orders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from tickwright.app.connector import Connector
from tickwright.cli.console import out
from tickwright.cli.demo_order import grouped, told
from tickwright.cli.watched import Watched
from tickwright.io.clock import Clock
from tickwright.model.ids import parse_instrument_id
from tickwright.model.numbers import total
from tickwright.model.orders import Order, OrderState
from tickwright.sandbox.sandbox import Sandbox


__all__ = ["compare", "conclude"]

SETTLE_S = 8.0
CLOSE_STEP_MS = 2
"""While books are compared: so short that hardly anything happens between a delta and the end of its step."""
ARRIVAL_S = 0.005
"""How long frames may take over loopback before the market moves on."""
_AVERAGE = Decimal("0.01")
_NO_ORDER = "No order was sent: its book was not there in time."


async def compare(watched: Sequence[Watched], sandbox: Sandbox, clock: Clock) -> set[str]:
    """Return the ids of the books that equal the venue's own at one moment, level by level.

    A delta tells what changed in the last 100 ms, so between two of them the venue is ahead: the market takes small
    steps until each book was caught just after its delta.
    """
    equal: set[str] = set()
    give_up_s = clock.monotonic_s() + SETTLE_S
    while len(equal) < len(watched) and clock.monotonic_s() < give_up_s:
        await sandbox.advance(CLOSE_STEP_MS / 1000)
        await asyncio.sleep(ARRIVAL_S)
        for each in watched:
            book = each.book
            if book is not None and book.is_readable:
                own = dict(book.bids()), dict(book.asks())
                if own == sandbox.book(each.id):
                    equal.add(each.id)
    return equal


def conclude(
    tw: Connector, watched: Sequence[Watched], equal: set[str], orders: Sequence[Order]
) -> int:
    """Print the closing summary; return the exit code."""
    out.print()
    out.print(_table(watched, equal))
    out.print()
    sessions = [session for product in tw.status().products for session in product.sessions]
    out.print(
        f"{sum(each.frames for each in sessions):,} frames over {len(sessions)} connections,"
        f" of which {sum(each.decode_failures for each in sessions)} unreadable;"
        f" reconnects: {sum(each.reconnects for each in sessions)}."
    )
    are_filled = bool(orders) and all(order.state is OrderState.FILLED for order in orders)
    for line in [_of_an_order(order) for order in orders] or [_NO_ORDER]:
        out.print(Text(line, style="default" if are_filled else "bold red"), soft_wrap=True)
    if len(equal) < len(watched):
        out.print(f"[red]{len(watched) - len(equal)} books differ from the venue's own.[/red]")
        return 1
    out.print("[green]All books healed, and equal the venue's own level by level.[/green]")
    return 0 if are_filled else 1


def _table(watched: Sequence[Watched], equal: set[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("book", no_wrap=True)
    for name in ("updates", "gaps", "resyncs", "audits", "trades"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("beside the venue's", no_wrap=True)
    for each in watched:
        book = each.book
        assert book is not None
        is_equal = each.id in equal
        verdict = Text(
            f"✓ {book.state.value}, equal" if is_equal else f"✗ {book.state.value}, not equal",
            style="green" if is_equal else "bold red",
        )
        table.add_row(
            each.id,
            f"{book.updates:,}",
            f"{book.gaps}",
            f"{book.resyncs}",
            f"{book.audited - book.audit_mismatches:,}/{book.audited:,}",
            f"{each.count:,}",
            verdict,
        )
    return table


def _of_an_order(order: Order) -> str:
    parts = [f"{order.state.value}: {grouped(order.filled_quantity)}"]
    if order.average_price is not None:
        parts.append(f"at {grouped(order.average_price.quantize(_AVERAGE))}")
    fees: dict[str, Decimal] = {}
    for fill in order.fills:
        if fill.fee is not None and fill.fee_asset is not None:
            fees[fill.fee_asset] = total(fees.get(fill.fee_asset, Decimal(0)), fill.fee)
    parts += [f"for a fee of {grouped(fee)} {asset}" for asset, fee in fees.items()]
    return f"The order at {parse_instrument_id(order.command.instrument).venue} to {told(order.command)} is {' '.join(parts)}."
