"""``tickwright record``: write what venues send into a capture file."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from tickwright.app.recording import Recording, topics_for
from tickwright.cli.console import err, run_async
from tickwright.cli.options import Config, Endpoint, Environment, chosen_options


__all__ = ["record"]


def record(
    instruments: Annotated[
        list[str], typer.Argument(help="Instrument ids, for example binance:BTC/USDT.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file: .zst and .gz compress, else plain.")
    ],
    streams: Annotated[
        str, typer.Option(help="What to record: any of book, trades, quotes, candles.")
    ] = "book,trades,quotes",
    seconds: Annotated[
        float | None, typer.Option(help="Stop after so long; otherwise Ctrl-C stops.")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the file if it exists.")] = False,
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
) -> None:
    """Record streams and snapshots, exactly as received. `tickwright replay` plays them back."""
    topics = topics_for(instruments, streams)

    async def work() -> None:
        options = chosen_options(environment, endpoint, config)
        async with Recording(output, topics, is_overwriting=overwrite, **options) as recording:
            with err.status("connecting …") as line:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        while True:
                            line.update(recording.progress())
                            await asyncio.sleep(0.25)

    try:
        run_async(work)
    finally:
        if output.exists():
            err.print(f"{output}: {output.stat().st_size:,} bytes")
