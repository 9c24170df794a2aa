"""``tickwright instruments``: what a venue lists, with its rules."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tickwright.app.connector import Connector
from tickwright.cli.console import err, out, print_json, run_async
from tickwright.cli.options import Config, Endpoint, Environment, Json, chosen_settings
from tickwright.marketdata.feed import Feed
from tickwright.model.instrument import Instrument, InstrumentStatus
from tickwright.model.numbers import format_decimal


__all__ = ["instruments"]

PATIENCE_S = 15.0
"""A venue that wants longer silence than this is no one to wait for at a prompt."""


def instruments(
    product: Annotated[
        str, typer.Argument(help="A venue or a product, for example binance or binance.usdm.")
    ],
    search: Annotated[
        str, typer.Option(help="Only ids or symbols that hold this text, in upper or lower case.")
    ] = "",
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List instruments: id, the venue's symbol, status, tick, lot and smallest order."""

    async def ask() -> list[Instrument]:
        settings = chosen_settings(environment, endpoint, config)
        async with Connector.open(product, settings=settings) as tw:
            with err.status(f"asking {product} …"):
                async with asyncio.TaskGroup() as group:
                    asked = [group.create_task(_listed(feed)) for feed in tw.feeds]
        return [instrument for task in asked for instrument in task.result()]

    text = search.lower()
    found = sorted(
        (each for each in run_async(ask) if text in each.id.lower() or text in each.symbol.lower()),
        key=lambda each: each.id,
    )
    if json:
        print_json([_row(each) for each in found])
    else:
        _show(found)


async def _listed(feed: Feed) -> list[Instrument]:
    return await feed.rest.call(feed.product.calls.instruments(), deadline_s=PATIENCE_S)


def _row(instrument: Instrument) -> dict[str, str | None]:
    return {
        "id": instrument.id,
        "product": instrument.product,
        "symbol": instrument.symbol,
        "kind": instrument.kind.value,
        "status": instrument.status.value,
        "tick_size": _text(instrument.tick_size),
        "lot_size": _text(instrument.lot_size),
        "min_quantity": _text(instrument.min_quantity),
        "max_quantity": _text(instrument.max_quantity),
        "min_notional": _text(instrument.min_notional),
        "contract_size": _text(instrument.contract_size),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format_decimal(value)


def _show(found: list[Instrument]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    table.add_column("symbol", no_wrap=True)
    table.add_column("status")
    for name in ("tick", "lot", "min quantity", "min notional"):
        table.add_column(name, justify="right")
    keys = ("tick_size", "lot_size", "min_quantity", "min_notional")
    for instrument in found:
        row = _row(instrument)
        is_trading = instrument.status is InstrumentStatus.TRADING
        status = Text(instrument.status.value, style="green" if is_trading else "yellow")
        table.add_row(instrument.id, instrument.symbol, status, *(row[key] or "" for key in keys))
    out.print(table)
    err.print(f"{len(found):,} instrument{'' if len(found) == 1 else 's'}")
