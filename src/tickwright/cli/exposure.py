"""``tickwright exposure``: how much of each asset one is long or short, over all venues."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.text import Text

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
from tickwright.model.numbers import format_decimal
from tickwright.trading.exposure import Exposure, ExposurePart


__all__ = ["exposure"]


def exposure(
    venues: Venues = None,
    environment: AccountEnvironment = None,
    sandbox: SandboxFile = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show how much of each asset the accounts are long or short in all, and the wallets and contracts that make the sum."""
    settings = account_settings(environment, sandbox, endpoint, config, NO_JOURNAL)
    chosen = products_with_orders(venues or (), settings)

    async def ask() -> list[Exposure]:
        async with account(chosen, settings) as tw:
            return await tw.orders.exposure()

    found = run_async(ask)
    if json:
        print_json([_row(each) for each in found])
        return
    listed = table(("asset",), ("amount",), ("of",))
    for each in found:
        is_plain = len(each.parts) == 1 and each.is_complete
        words = _words(each.parts[0]) if is_plain else Text()
        unknown = Text("some of it is not known", style="yellow")
        name = Text(each.asset, style="bold")
        listed.add_row(name, signed(each.amount), words if each.is_complete else unknown)
        for part in () if is_plain else each.parts:
            listed.add_row("", Text(_amount(part), style="dim"), _words(part))
    out.print(listed)
    count(len(found), "asset")


def _amount(part: ExposurePart) -> str:
    return "?" if part.amount is None else shown(part.amount)


def _words(part: ExposurePart) -> Text:
    return Text(f"{part.where}: {part.source.value}", style="dim")


def _row(each: Exposure) -> dict[str, Any]:
    return {
        "asset": each.asset,
        "amount": format_decimal(each.amount),
        "is_complete": each.is_complete,
        "parts": [
            {"source": part.source.value, "where": part.where, "amount": _text(part.amount)}
            for part in each.parts
        ],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format_decimal(value)
