"""``tickwright balances`` and ``tickwright positions``: what an account holds."""

from __future__ import annotations

from tickwright.app.config import NO_JOURNAL
from tickwright.cli.accounts import (
    AccountEnvironment,
    SandboxFile,
    Venues,
    account,
    account_settings,
    products_with_orders,
)
from tickwright.cli.console import out, print_json, run_async
from tickwright.cli.options import Config, Endpoint, Json
from tickwright.cli.tables import count, shown, signed, table
from tickwright.model.account import Balance, Position
from tickwright.model.numbers import format_decimal


__all__ = ["balances", "positions"]


def balances(
    venues: Venues = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show what the accounts hold: free, held back for orders or as margin, and in all."""
    settings = account_settings(environment, sandbox, endpoint, config, NO_JOURNAL)
    chosen = products_with_orders(venues or (), settings)

    async def ask() -> list[Balance]:
        async with account(chosen, settings) as tw:
            return await tw.orders.balances()

    found = sorted(
        (each for each in run_async(ask) if each.total), key=lambda each: (each.venue, each.asset)
    )
    if json:
        print_json(
            [
                {
                    "product": each.venue,
                    "asset": each.asset,
                    "free": format_decimal(each.free),
                    "locked": format_decimal(each.locked),
                    "total": format_decimal(each.total),
                }
                for each in found
            ]
        )
        return
    listed = table(("product", "asset"), ("free", "locked", "total"))
    for each in found:
        numbers = (shown(number) for number in (each.free, each.locked, each.total))
        listed.add_row(each.venue, each.asset, *numbers)
    out.print(listed)
    count(len(found), "balance")


def positions(
    venues: Venues = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show open positions: quantity (below zero where short), prices, profit, and where they would be liquidated."""
    settings = account_settings(environment, sandbox, endpoint, config, NO_JOURNAL)
    chosen = products_with_orders(venues or (), settings)

    async def ask() -> list[Position]:
        async with account(chosen, settings) as tw:
            return await tw.orders.positions()

    found = sorted(run_async(ask), key=lambda each: each.instrument)
    if json:
        print_json([_row(each) for each in found])
        return
    listed = table(("instrument",), ("quantity", "entry", "mark", "profit", "liquidation"))
    for each in found:
        listed.add_row(
            each.instrument,
            signed(each.quantity),
            shown(each.entry_price),
            shown(each.mark_price),
            signed(each.unrealized_pnl),
            shown(each.liquidation_price),
        )
    out.print(listed)
    count(len(found), "position")


def _row(position: Position) -> dict[str, str | None]:
    return {
        name: value if isinstance(value, str) else None if value is None else format_decimal(value)
        for name in position.__struct_fields__
        for value in [getattr(position, name)]
    }
