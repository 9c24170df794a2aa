"""``tickwright orders list`` and ``tickwright orders fills``: what is open, what was, and what traded."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from tickwright.app.config import NO_JOURNAL, Settings
from tickwright.app.connector import Connector
from tickwright.cli.accounts import (
    AccountEnvironment,
    JournalUrl,
    SandboxFile,
    Venues,
    account,
    account_settings,
    places,
)
from tickwright.cli.console import err, out, print_json, run_async
from tickwright.cli.options import Config, Endpoint, Json
from tickwright.cli.order_view import fill_row, order_row, show_orders
from tickwright.cli.rows import Column, show_rows
from tickwright.cli.since import Since, since_of
from tickwright.cli.tables import clock, count, shown
from tickwright.errors import UsageError
from tickwright.model.account import AccountFill
from tickwright.model.numbers import format_decimal, total
from tickwright.model.orders import Order


__all__ = ["Instrument", "list_fills", "list_orders"]

Instrument = Annotated[
    str | None, typer.Option(help="Only of this instrument, for example binance:BTC/USDT.")
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help="Ask the venue, and write nothing down; of the last week unless --since says otherwise."
        " Instruments without an open order or a position are to be named.",
    ),
]


def list_orders(
    venues: Venues = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Those that have ended as well, from the journal.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="By time, with those that have ended; see --since.")
    ] = False,
    since: Since = None,
    fresh: Fresh = False,
    instrument: Instrument = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    journal: JournalUrl = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List open orders as the venues show them, whoever placed them; with --history or --all what the journal knows, too."""
    if since is not None and not history:
        raise UsageError("--since goes with --history; open orders are all listed")
    if everything and fresh and not history:
        raise UsageError("--all reads the journal; --history --fresh asks the venue")
    is_known_here = (everything or history) and not fresh
    settings = account_settings(
        environment, sandbox, endpoint, config, journal or (None if is_known_here else NO_JOURNAL)
    )
    chosen = places(venues or (), instrument, settings)
    start = since_of(since)

    async def listed(tw: Connector) -> list[Order]:
        if history:
            return await tw.orders.history(instrument, start=start, fresh=fresh)
        if everything:
            return await tw.orders.all(instrument)
        return [order.now for order in await tw.orders.open(instrument, fresh=fresh)]

    async def work() -> list[Order]:
        async with account(chosen, settings) as tw:
            return await listed(tw) or await _nothing(tw, instrument)

    found = run_async(work)
    if json:
        print_json([order_row(order) for order in found])
        return
    show_orders(found, out, has_times=history)
    count(len(found), "order")
    _hint(instrument, is_asked=history and fresh)
    _hint_at_fresh(settings, is_meant=is_known_here)


def list_fills(
    venues: Venues = None,
    since: Since = None,
    fresh: Fresh = False,
    instrument: Instrument = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    journal: JournalUrl = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List executions and what they cost, the oldest first: from the journal, or with --fresh as the venues tell."""
    nowhere = NO_JOURNAL if fresh else None
    settings = account_settings(environment, sandbox, endpoint, config, journal or nowhere)
    chosen = places(venues or (), instrument, settings)
    start = since_of(since)

    async def work() -> list[AccountFill]:
        async with account(chosen, settings) as tw:
            fills = await tw.orders.fills(instrument, since=start, fresh=fresh)
            return fills or await _nothing(tw, instrument)

    found = run_async(work)
    if json:
        print_json([_row(each) for each in found])
        return
    show_rows(_FILL_COLUMNS, [_fill_cells(each) for each in found], out)
    count(len(found), "fill", _fees(found))
    _hint(instrument, is_asked=fresh)
    _hint_at_fresh(settings, is_meant=not fresh)


_FILL_COLUMNS = (
    Column("order"),
    Column("instrument"),
    Column("side"),
    Column("quantity", is_number=True),
    Column("price", is_number=True),
    Column("fee", is_number=True, worth=2),
    Column("role", worth=1),
    Column("time", worth=3),
)


def _fill_cells(each: AccountFill) -> list[str]:
    fill = each.fill
    return [
        each.client_order_id,
        each.instrument,
        each.side.value,
        shown(fill.quantity),
        shown(fill.price),
        "" if fill.fee is None else f"{shown(fill.fee)} {fill.fee_asset or ''}".rstrip(),
        {True: "maker", False: "taker", None: ""}[fill.is_maker],
        clock(fill.venue_ts_ns),
    ]


async def _nothing(tw: Connector, instrument: str | None) -> list[Any]:
    """Return that there is nothing, unless the reason is that there is no such instrument.

    Raises:
        UnknownInstrument: The error names the nearest that are listed.
    """
    if instrument is not None:
        await tw.instrument(instrument)
    return []


def _hint(instrument: str | None, *, is_asked: bool) -> None:
    """Say what was left out: venues list what is over instrument by instrument."""
    if is_asked and instrument is None:
        err.print(
            "of instruments with an open order or a position; name another one with --instrument",
            soft_wrap=True,
        )


def _hint_at_fresh(settings: Settings, *, is_meant: bool) -> None:
    """Say what is missing where nothing was ever written down."""
    if is_meant and settings.journal_url == NO_JOURNAL:
        err.print(
            "no journal is kept here, so that only what is open is known; with --fresh the venue is asked"
            " (for orders with --history)",
            soft_wrap=True,
        )


def _fees(fills: list[AccountFill]) -> str:
    """Return what fills cost in all, by asset.

    Example:
        >>> _fees(fills)
        ', fees 0.00002 BTC, 1.3 USDT'
    """
    paid: dict[str, list[Decimal]] = {}
    for each in fills:
        if each.fill.fee:
            paid.setdefault(each.fill.fee_asset or "", []).append(each.fill.fee)
    sums = [f"{format_decimal(total(*fees))} {asset}".rstrip() for asset, fees in paid.items()]
    return f", fees {', '.join(sorted(sums))}" if sums else ""


def _row(each: AccountFill) -> dict[str, Any]:
    return {
        "instrument": each.instrument,
        "side": each.side.value,
        "client_order_id": each.client_order_id,
        "venue_order_id": each.venue_order_id,
        "is_external": each.is_external,
        **fill_row(each.fill),
    }
