"""``tickwright demo``: the main job on a small venue of our own, with two accidents on the way.

Everything is real but the venue: HTTP and WebSocket servers on loopback that speak Binance's protocol over generated
markets. At the end every local book is compared, level by level, with the venue's own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from rich.table import Table
from rich.text import Text

from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.cli.console import logs_into, out, run_async
from tickwright.cli.watched import Watched
from tickwright.cli.watching import Watching
from tickwright.io.clock import SystemClock
from tickwright.sandbox.faults import EOF
from tickwright.sandbox.market import GeneratedMarket, instrument_ids
from tickwright.sandbox.server import LoopbackVenue


__all__ = ["demo"]

PRODUCTS = ("binance.spot", "binance.usdm")
INSTRUMENTS_EACH = 3
SECONDS = 18.0
CUT_AT_S = 7.0
CUT_PRODUCT = "binance.spot"
LOSS_AT_S = 12.0
LOST_STREAM = "btcusdt@depth@100ms"

RATE_PER_S = 80.0
"""Events of the busiest instrument: a lively book, and no load for a small machine."""
STEP_MS = 20
LEVELS = 10
PLAIN_EVERY_S = 1.0
SETTLE_S = 8.0
CLOSE_STEP_MS = 2
"""While books are compared: so short that hardly anything happens between a delta and the end of its step."""
ARRIVAL_S = 0.005
"""How long frames may take over loopback before the market moves on."""


def demo() -> None:
    """Show the main job for about 20 s on a venue of our own: live books that heal when a connection is cut."""
    raise SystemExit(run_async(_run))


async def _run() -> int:
    clock = SystemClock()
    opened_ms = clock.time_ns() // 1_000_000
    markets = [
        GeneratedMarket(
            product,
            instrument_ids(product, INSTRUMENTS_EACH),
            rate_per_s=RATE_PER_S,
            opened_ms=opened_ms,
        )
        for product in PRODUCTS
    ]
    # The venue stands still by itself: that is how it can be compared at the end.
    async with LoopbackVenue(markets, speed=0) as venue, _moving(venue, opened_ms, clock) as mover:
        settings = Settings(endpoints=venue.endpoints)
        async with Connector.open(*PRODUCTS, settings=settings) as tw:
            ids = [listing.name.id for market in markets for listing in market.listings]
            watching = await Watching.begin(tw, ids)
            with logs_into(watching.events.on_log):
                await _show(watching, venue, clock)
                mover.cancel()
                equal = await _compare(watching.watched, markets, venue, clock)
            return _conclude(tw, watching.watched, equal)


@contextlib.asynccontextmanager
async def _moving(
    venue: LoopbackVenue, opened_ms: int, clock: SystemClock
) -> AsyncIterator[asyncio.Task[None]]:
    """Let the venue's markets run in real time while the block does, or until the task is cancelled."""

    async def move() -> None:
        moved_ms = 0
        while True:
            due_ms = clock.time_ns() // 1_000_000 - opened_ms
            steps = (due_ms - moved_ms) // STEP_MS
            moved_ms += steps * STEP_MS
            await venue.advance(steps * STEP_MS / 1000)
            await asyncio.sleep(STEP_MS / 1000)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(move())
        try:
            yield task
        finally:
            task.cancel()


async def _show(watching: Watching, venue: LoopbackVenue, clock: SystemClock) -> None:
    """Draw, or print lines, for `SECONDS`, while the accidents happen."""
    async with asyncio.TaskGroup() as group:
        show = watching.draw(levels=LEVELS) if out.is_terminal else _print(watching)
        tasks = [group.create_task(show), group.create_task(_tell(watching, clock))]
        await asyncio.sleep(CUT_AT_S)
        for connection in tuple(venue.switchboard(CUT_PRODUCT).connections):
            connection.close(EOF)
        await asyncio.sleep(LOSS_AT_S - CUT_AT_S)
        venue.faults.drop[LOST_STREAM] = 1
        await asyncio.sleep(SECONDS - LOSS_AT_S)
        for task in tasks:
            task.cancel()


async def _tell(watching: Watching, clock: SystemClock) -> None:
    """Say in the title what comes next."""
    began_s = clock.monotonic_s()
    steps = (
        (CUT_AT_S, "spot is cut off"),
        (LOSS_AT_S, "a book update is lost"),
        (SECONDS, "books are compared"),
    )
    while True:
        at_s = clock.monotonic_s() - began_s
        coming = [(due_s - at_s, what) for due_s, what in steps if due_s > at_s]
        left = f"{coming[0][1]} in {coming[0][0]:.0f} s" if coming else "done"
        watching.title = f"[bold]tickwright demo[/bold]  [dim]{left}[/dim]"
        await asyncio.sleep(0.2)


async def _print(watching: Watching) -> None:
    """Print what happens and how all is, a line a second."""
    out.print(
        f"A venue on loopback with {len(watching.watched)} instruments; after {CUT_AT_S:.0f} s a"
        f" connection is cut, after {LOSS_AT_S:.0f} s a book update is lost."
    )
    while True:
        await asyncio.sleep(PLAIN_EVERY_S)
        for line in watching.digest():
            out.print(line, soft_wrap=True, markup=False)


async def _compare(
    watched: Sequence[Watched],
    markets: Sequence[GeneratedMarket],
    venue: LoopbackVenue,
    clock: SystemClock,
) -> set[str]:
    """Return the ids of the books that equal the venue's own at one moment, level by level.

    A delta tells what changed in the last 100 ms, so between two of them the venue is ahead: the market takes small
    steps until each book was caught just after its delta.
    """
    by_product = {market.product: market for market in markets}
    equal: set[str] = set()
    give_up_s = clock.monotonic_s() + SETTLE_S
    while len(equal) < len(watched) and clock.monotonic_s() < give_up_s:
        await venue.advance(CLOSE_STEP_MS / 1000)
        await asyncio.sleep(ARRIVAL_S)
        for each in watched:
            market = by_product[each.instrument.product]
            book = each.book
            if book is not None and book.is_readable:
                own = dict(book.bids()), dict(book.asks())
                if own == market.book(each.instrument.symbol):
                    equal.add(each.id)
    return equal


def _conclude(tw: Connector, watched: Sequence[Watched], equal: set[str]) -> int:
    """Print the closing summary; return the exit code."""
    status = tw.status()
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
    sessions = [session for product in status.products for session in product.sessions]
    out.print()
    out.print(table)
    out.print()
    out.print(
        f"{sum(each.frames for each in sessions):,} frames over {len(sessions)} connections,"
        f" of which {sum(each.decode_failures for each in sessions)} unreadable;"
        f" reconnects: {sum(each.reconnects for each in sessions)}."
    )
    is_good = len(equal) == len(watched)
    if is_good:
        out.print("[green]All books healed, and equal the venue's own level by level.[/green]")
    else:
        out.print(f"[red]{len(watched) - len(equal)} books differ from the venue's own.[/red]")
    return 0 if is_good else 1
