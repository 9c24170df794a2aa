"""``tickwright instruments``: what a venue lists, with its rules."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from tickwright.app.connector import Connector
from tickwright.cli.console import err, out, print_json, run_async
from tickwright.cli.options import Config, Endpoint, Environment, Json, chosen_options
from tickwright.model.instrument import Instrument
from tickwright.model.numbers import format_decimal


__all__ = ["instruments"]


def instruments(
    product: Annotated[
        str, typer.Argument(help="A venue or a product, for example binance or binance.usdm.")
    ],
    search: Annotated[
        str, typer.Option(help="Only ids that hold this text, in upper or lower case.")
    ] = "",
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List instruments: id, the venue's symbol, status, tick, lot and smallest order."""

    async def ask() -> None:
        options = chosen_options(environment, endpoint, config)
        async with Connector.open(product, **options) as tw:
            with err.status(f"asking {product} …"):
                listed = await tw.instruments(product)
        found = [each for each in listed if search.lower() in each.id.lower()]
        if json:
            print_json([_row(each) for each in found])
        else:
            _show(found)

    run_async(ask)


def _row(instrument: Instrument) -> dict[str, str | None]:
    def text(value: object) -> str | None:
        return None if value is None else format_decimal(value)  # type: ignore[arg-type]  # a Decimal

    return {
        "id": instrument.id,
        "product": instrument.product,
        "symbol": instrument.symbol,
        "kind": instrument.kind.value,
        "status": instrument.status.value,
        "tick_size": text(instrument.tick_size),
        "lot_size": text(instrument.lot_size),
        "min_quantity": text(instrument.min_quantity),
        "max_quantity": text(instrument.max_quantity),
        "min_notional": text(instrument.min_notional),
        "contract_size": text(instrument.contract_size),
    }


def _show(found: list[Instrument]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "symbol", "status"):
        table.add_column(name)
    for name in ("tick", "lot", "min quantity", "min notional"):
        table.add_column(name, justify="right")
    for instrument in sorted(found, key=lambda each: each.id):
        row = _row(instrument)
        keys = ("id", "symbol", "status", "tick_size", "lot_size", "min_quantity", "min_notional")
        table.add_row(*(row[key] or "" for key in keys))
    out.print(table)
    err.print(f"{len(found)} instruments")
