"""``tickwright orders list`` and ``tickwright orders fills``: what is open, what was, and what traded."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer

from tickwright.app.config import NO_JOURNAL
from tickwright.cli.accounts import (
    AccountEnvironment,
    JournalUrl,
    SandboxFile,
    Venues,
    account,
    account_settings,
    product_of,
    products_with_orders,
)
from tickwright.cli.console import err, out, print_json, run_async
from tickwright.cli.options import Config, Endpoint, Json
from tickwright.cli.order_view import fill_row, order_row, show_orders
from tickwright.cli.since import Since, since_of
from tickwright.cli.tables import clock, count, shown, table
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
    is_known_here = (everything or history) and not fresh
    settings = account_settings(
        environment, sandbox, endpoint, config, journal or (None if is_known_here else NO_JOURNAL)
    )
    chosen = (
        [product_of(instrument, settings)]
        if instrument and not venues
        else products_with_orders(venues or (), settings)
    )
    start = since_of(since)

    async def work() -> list[Order]:
        async with account(chosen, settings) as tw:
            if history:
                return await tw.orders.history(instrument, start=start, fresh=fresh)
            if everything:
                return await tw.orders.all(instrument)
            return [order.now for order in await tw.orders.open(instrument, fresh=fresh)]

    found = run_async(work)
    if json:
        print_json([order_row(order) for order in found])
        return
    show_orders(found, out, has_times=history)
    count(len(found), "order")
    _hint(instrument, is_asked=history and fresh)


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
    chosen = (
        [product_of(instrument, settings)]
        if instrument and not venues
        else products_with_orders(venues or (), settings)
    )
    start = since_of(since)

    async def work() -> list[AccountFill]:
        async with account(chosen, settings) as tw:
            return await tw.orders.fills(instrument, since=start, fresh=fresh)

    found = run_async(work)
    if json:
        print_json([_row(each) for each in found])
        return
    listed = table(("time", "instrument", "side"), ("quantity", "price", "fee"), ("role", "order"))
    for each in found:
        fill = each.fill
        fee = "" if fill.fee is None else f"{shown(fill.fee)} {fill.fee_asset or ''}".rstrip()
        role = {True: "maker", False: "taker", None: ""}[fill.is_maker]
        listed.add_row(
            clock(fill.venue_ts_ns),
            each.instrument,
            each.side.value,
            shown(fill.quantity),
            shown(fill.price),
            fee,
            role,
            each.client_order_id,
        )
    out.print(listed)
    count(len(found), "fill", _fees(found))
    _hint(instrument, is_asked=fresh)


def _hint(instrument: str | None, *, is_asked: bool) -> None:
    """Say what was left out: venues list what is over instrument by instrument."""
    if is_asked and instrument is None:
        err.print(
            "of instruments with an open order or a position; name another one with --instrument",
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
