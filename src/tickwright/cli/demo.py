"""``tickwright demo``: the main job on a sandbox of our own, with an order at each venue, and three accidents on the way.

Everything is real but the venues: HTTP and WebSocket servers on loopback that speak Binance's protocol and Bybit's over
generated markets. At the end every local book is compared, level by level, with the venue's own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal

from tickwright.app.connector import Connector
from tickwright.cli.console import logs_into, out, run_async
from tickwright.cli.demo_order import buy, told_event
from tickwright.cli.demo_summary import compare, conclude
from tickwright.cli.watching import Watching
from tickwright.io.clock import Clock, SystemClock
from tickwright.model.numbers import Rounding, multiply
from tickwright.model.orders import Order, OrderEvent
from tickwright.model.topics import OrderUpdates
from tickwright.sandbox.faults import EOF
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.sandbox import Sandbox


__all__ = ["demo"]

PRODUCTS = ("binance.spot", "binance.usdm", "bybit.linear")
INSTRUMENTS_EACH = 2
SECONDS = 18.0
ORDER_AT_S = 4.0
ORDERED = ("bybit:BTC/USDT:USDT", "binance:BTC/USDT")
"""What is bought, one after the other; the reply to the last order is lost."""
ORDER_QUANTITY = Decimal("0.05")
ORDER_SLACK = Decimal("1.001")
"""The market moves on while an order is on its way."""
CUT_AT_S = 7.0
CUT_PRODUCT = "binance.spot"
LOSS_AT_S = 12.0
LOST_STREAMS = ("btcusdt@depth@100ms", "linear/orderbook.200.BTCUSDT")

RATE_PER_S = 80.0
"""Events of the busiest instrument: a lively book, and no load for a small machine."""
STEP_MS = 20
LEVELS = 10
PLAIN_EVERY_S = 1.0


def demo() -> None:
    """Show the main job for about 20 s on venues of our own: orders are filled, and what is cut heals."""
    raise SystemExit(run_async(_run))


async def _run() -> int:
    clock = SystemClock()
    # The venue stands still by itself: that is how it can be compared at the end.
    sandbox = Sandbox(PRODUCTS, instruments=INSTRUMENTS_EACH, rate_per_s=RATE_PER_S, speed=0)
    async with (
        sandbox,
        _moving(sandbox, clock) as mover,
        Connector.open(*PRODUCTS, environment=sandbox, journal="memory:") as tw,
    ):
        watching = await Watching.begin(tw, sandbox.instruments)
        with logs_into(watching.events.on_log):
            orders = await _show(watching, tw, sandbox, clock)
            mover.cancel()
            equal = await compare(watching.watched, sandbox, clock)
        return conclude(tw, watching.watched, equal, orders)


@contextlib.asynccontextmanager
async def _moving(sandbox: Sandbox, clock: Clock) -> AsyncIterator[asyncio.Task[None]]:
    """Let the venue's markets run in real time while the block does, or until the task is cancelled."""
    opened_ms = clock.time_ns() // 1_000_000
    for market in sandbox.venue.markets:
        if isinstance(market, GeneratedMarket):
            market.open_at(opened_ms)

    async def move() -> None:
        moved_ms = 0
        while True:
            due_ms = clock.time_ns() // 1_000_000 - opened_ms
            steps = (due_ms - moved_ms) // STEP_MS
            moved_ms += steps * STEP_MS
            await sandbox.advance(steps * STEP_MS / 1000)
            await asyncio.sleep(STEP_MS / 1000)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(move())
        try:
            yield task
        finally:
            task.cancel()


async def _show(
    watching: Watching, tw: Connector, sandbox: Sandbox, clock: Clock
) -> Sequence[Order]:
    """Draw, or print lines, for `SECONDS`, while orders and accidents happen; return what became of the orders."""

    def tell(event: OrderEvent) -> None:
        watching.events.say(event.received_ts_ns, *told_event(event))

    tw.on(OrderUpdates(), tell)
    async with asyncio.TaskGroup() as group:
        show = watching.draw(levels=LEVELS) if out.is_terminal else _print(watching)
        tasks = [group.create_task(show), group.create_task(_tell(watching, clock))]
        await asyncio.sleep(ORDER_AT_S)
        buying = group.create_task(_buy(watching, tw, sandbox))
        await asyncio.sleep(CUT_AT_S - ORDER_AT_S)
        sandbox.close_sockets(EOF, product=CUT_PRODUCT)
        await asyncio.sleep(LOSS_AT_S - CUT_AT_S)
        sandbox.faults.drop.update(dict.fromkeys(LOST_STREAMS, 1))
        await asyncio.sleep(SECONDS - LOSS_AT_S)
        for task in tasks:
            task.cancel()
        return await buying


async def _buy(watching: Watching, tw: Connector, sandbox: Sandbox) -> Sequence[Order]:
    """Buy at the best offers that the local books show, and at most so much above them."""
    orders = []
    for wanted in ORDERED:
        watched = next(each for each in watching.watched if each.id == wanted)
        best_ask = None if watched.book is None else watched.book.best_ask
        if best_ask is None:
            continue
        await tw.orders.ready()
        sandbox.faults.replies_lost = int(wanted == ORDERED[-1])
        limit = watched.instrument.price(multiply(best_ask[0], ORDER_SLACK), rounding=Rounding.UP)
        orders.append(await buy(tw, watched.instrument, quantity=ORDER_QUANTITY, price=limit))
    return orders


async def _tell(watching: Watching, clock: Clock) -> None:
    """Say in the title what comes next."""
    began_s = clock.monotonic_s()
    steps = (
        (ORDER_AT_S, "orders are placed, and one reply is lost"),
        (CUT_AT_S, "spot is cut off"),
        (LOSS_AT_S, "a book update of each venue is lost"),
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
        f"Two venues on loopback with {len(watching.watched)} instruments. After {ORDER_AT_S:.0f} s an order is"
        f" placed at each, and the reply to one is lost; after {CUT_AT_S:.0f} s a connection is cut; after"
        f" {LOSS_AT_S:.0f} s a book update of each is lost."
    )
    while True:
        await asyncio.sleep(PLAIN_EVERY_S)
        for line in watching.digest():
            out.print(line, soft_wrap=True, markup=False)
