"""``tickwright watch``: books, last trades, lag and connection health, live in the terminal."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Annotated, Any

import msgspec
import typer
from rich.live import Live

from tickwright.app.connector import Connector
from tickwright.cli.console import err, out, run_async
from tickwright.cli.options import Config, Endpoint, Environment, chosen_options, venues_of
from tickwright.cli.watch_view import Watched, render, summary
from tickwright.model.ids import parse_instrument_id
from tickwright.model.topics import Notices, Trades


__all__ = ["follow", "watch"]

FRAMES_PER_S = 8
"""How often the screen is drawn: smooth to the eye, under a hundredth of a core."""


def watch(
    instruments: Annotated[
        list[str], typer.Argument(help="Instrument ids, for example binance:BTC/USDT.")
    ],
    levels: Annotated[int, typer.Option(min=1, max=50, help="Book levels a side.")] = 8,
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so long; otherwise Ctrl-C stops.")
    ] = None,
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a second instead of drawing.")
    ] = False,
) -> None:
    """Watch instruments live: books, trades, lag, connections."""
    for instrument in instruments:
        parse_instrument_id(instrument)

    async def work() -> None:
        options = chosen_options(environment, endpoint, config)
        async with Connector.open(*venues_of(instruments), **options) as tw:
            await follow(tw, instruments, levels=levels, seconds=seconds, as_json=json)

    run_async(work)


async def follow(
    tw: Connector, instruments: list[str], *, levels: int, seconds: float | None, as_json: bool
) -> None:
    """Draw (or print) ``instruments`` of an open connector until cancelled, or for ``seconds``.

    Raises:
        UnknownInstrument, NotSupported, ConnectivityError: If an instrument cannot be had at all.
    """
    watched = [Watched(instrument) for instrument in instruments]
    notices: list[str] = []
    tw.on(Notices(), lambda notice: notices.append(repr(notice)))
    with err.status("asking for instruments …"):
        for each in watched:
            await tw.instrument(each.instrument)
    async with asyncio.TaskGroup() as group:
        for each in watched:
            tw.on(Trades(each.instrument), each.on_trade)
            group.create_task(_open_book(tw, each))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await (_print(tw, watched) if as_json else _draw(tw, watched, notices, levels))


async def _open_book(tw: Connector, watched: Watched) -> None:
    watched.book = await tw.book(watched.instrument, timeout_s=None)


async def _draw(tw: Connector, watched: list[Watched], notices: list[str], levels: int) -> None:
    with Live(console=out, screen=out.is_terminal, auto_refresh=False) as live:
        while True:
            del notices[:-3]
            live.update(render(watched, tw.status(), notices, levels), refresh=True)
            await asyncio.sleep(1 / FRAMES_PER_S)


async def _print(tw: Connector, watched: list[Watched]) -> None:
    while True:
        await asyncio.sleep(1)
        line: dict[str, Any] = {
            "instruments": {each.instrument: summary(each) for each in watched},
            "is_healthy": tw.status().is_healthy,
        }
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()
