"""``tickwright record``: write what venues send into a capture file."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from tickwright.app.recording import Recording, topics_for
from tickwright.cli.console import err, run_until_interrupted
from tickwright.cli.options import Config, Endpoint, Environment, Seconds, chosen_settings
from tickwright.cli.progress import StatusLine
from tickwright.errors import UsageError


__all__ = ["record"]


def record(
    instruments: Annotated[
        list[str], typer.Argument(help="Instrument ids, for example binance:BTC/USDT.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file: .zst and .gz compress, else plain.")
    ],
    streams: Annotated[
        str, typer.Option(help="What to record: any of book, trades, aggtrades, quotes, candles.")
    ] = "book,trades,quotes",
    seconds: Seconds = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file if it exists.")
    ] = False,
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
) -> None:
    """Record streams and snapshots, exactly as received; `tickwright replay` plays them back.

    Ctrl-C (or SIGTERM) ends the file properly, with exit code 0. A kill leaves all but its last second readable.
    """
    topics = topics_for(instruments, streams)
    if output.exists() and not overwrite:
        raise UsageError(f"{output} exists; choose another name, or say --overwrite")
    settings = chosen_settings(environment, endpoint, config)

    recording = Recording(output, topics, is_overwriting=overwrite, settings=settings)

    async def work() -> None:
        with StatusLine("connecting …") as line:
            async with recording:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await recording.run(line.show)

    run_until_interrupted(work)
    if not recording.has_begun:
        raise KeyboardInterrupt
    size = output.stat().st_size
    err.print(f"{output}: {recording.records:,} records, {size:,} bytes", soft_wrap=True)
