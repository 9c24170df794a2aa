"""``tickwright watch``: books, last trades, lag and connection health, live in the terminal."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

import typer

from tickwright.app.connector import Connector
from tickwright.cli.console import err, out, run_until_interrupted
from tickwright.cli.options import (
    Config,
    Endpoint,
    Environment,
    Seconds,
    chosen_settings,
    venues_of,
)
from tickwright.cli.watching import Watching
from tickwright.model.ids import parse_instrument_id


__all__ = ["watch"]

LAST_LINES = 20
"""Lines left on the terminal when the screen is gone."""


def watch(
    instruments: Annotated[
        list[str], typer.Argument(help="Instrument ids, for example binance:BTC/USDT.")
    ],
    levels: Annotated[
        int, typer.Option(min=2, max=50, help="Book levels a side, where they fit.")
    ] = 10,
    seconds: Seconds = None,
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a second instead of drawing.")
    ] = False,
) -> None:
    """Watch instruments live: books, trades, lag, connections. Ctrl-C ends it, with exit code 0."""
    for instrument in instruments:
        parse_instrument_id(instrument)
    settings = chosen_settings(environment, endpoint, config)

    async def work() -> None:
        async with Connector.open(*venues_of(instruments), settings=settings) as tw:
            with err.status("asking for instruments …"):
                watching = await Watching.begin(tw, instruments)
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        if json:
                            await watching.print_json()
                        elif out.is_terminal:
                            await watching.draw(levels=levels)
                        else:
                            await watching.print_lines()
            finally:
                if out.is_terminal and not json:
                    # The screen is gone with all that was on it.
                    for line in watching.lines()[-LAST_LINES:]:
                        out.print(line, soft_wrap=True, markup=False)

    run_until_interrupted(work)
