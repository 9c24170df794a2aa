"""``tickwright sandbox``: venues in a box, for programs in any language."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from tickwright.app.captures import recordings_of
from tickwright.cli.console import out, run_until_interrupted
from tickwright.errors import ConfigError
from tickwright.sandbox.account import key_for
from tickwright.sandbox.sandbox import Sandbox
from tickwright.venues.privateside import ApiKey


__all__ = ["sandbox"]


def sandbox(
    venue: Annotated[
        list[str] | None,
        typer.Option(help="A venue (binance, the default; bybit) or a product of one; repeatable."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Repeats market, account and chance.")] = 7,
    instruments: Annotated[
        str,
        typer.Option(
            help="How many each product has (1 to 500), or instrument ids with commas between."
        ),
    ] = "5",
    play: Annotated[
        list[Path] | None,
        typer.Option(
            help="A capture that is the market of the product it holds; repeatable. Without --venue no other"
            " product is served."
        ),
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="What is wrong from the beginning: a YAML or JSON file.")
    ] = None,
    speed: Annotated[
        float, typer.Option(help="Market seconds per real second; 0 stands still.")
    ] = 1.0,
    port: Annotated[
        int | None,
        typer.Option(help="The first port, two a product after it; free ones if left out."),
    ] = None,
    control: Annotated[
        int | None,
        typer.Option(help="A port where faults are switched over HTTP; 0 takes a free one."),
    ] = None,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(
            help="The public half (PEM) of an RSA or Ed25519 key that signs for the account; repeatable. Its API"
            " key is told with the addresses."
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            help="Written once connections are taken, and removed at the end: addresses and account as JSON."
        ),
    ] = None,
) -> None:
    """Serve whole venues on loopback, with an account and faults to throw, until interrupted.

    Addresses go to standard output; the account's key and secret only to the ready file, or there if there is none.
    """
    if ready_file is not None:
        # Whoever waits for it must not find that of an earlier run.
        with contextlib.suppress(OSError):
            ready_file.unlink()
    recordings = recordings_of(play or ())
    keys = {path.name: key_for(_read(path)) for path in public_key or ()}
    box = Sandbox(
        [*(venue or (() if recordings else ("binance",))), *recordings],
        seed=seed,
        instruments=_instruments(instruments),
        faults=faults,
        speed=speed,
        recordings=recordings,
        port=port,
        control_port=control,
        keys=list(keys.values()),
    )

    run_until_interrupted(partial(_serve, box, keys, ready_file))


async def _serve(box: Sandbox, keys: Mapping[str, ApiKey], ready_file: Path | None) -> None:
    async with box:
        ready = box.ready()
        if keys:
            ready["keys"] = {name: key.key for name, key in keys.items()}
        with _written(ready_file, json.dumps(ready) + "\n"):
            _show(box, ready, with_account=ready_file is None)
            await asyncio.Event().wait()


def _instruments(text: str) -> int | Sequence[str]:
    if text.lstrip("-").isdigit():
        return int(text)
    return [name for part in text.split(",") if (name := part.strip())]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ConfigError(f"--public-key {path}: cannot be read: {why}") from None


@contextlib.contextmanager
def _written(path: Path | None, text: str) -> Iterator[None]:
    """Have a file, for its owner alone, that is whole whenever it is there, and gone afterwards: it holds a key."""
    if path is None:
        yield
        return
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        half.replace(path)
    except OSError as error:
        raise ConfigError(f"--ready-file {path}: cannot be written: {error.strerror}") from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.read_text(encoding="utf-8") == text:  # not that of a later run
                path.unlink()


def _show(box: Sandbox, ready: Mapping[str, Mapping[str, str]], *, with_account: bool) -> None:
    found = dict(ready)
    account = found.pop("account")
    for name, addresses in found.items():
        for field, address in addresses.items():
            out.print(f"{name:15}{field:11} {address}", soft_wrap=True, markup=False)
    if with_account:
        for field, value in account.items():
            out.print(f"{'account':15}{field:12}{value}", soft_wrap=True, markup=False)
    listed = ", ".join(box.instruments[:5]) + (" …" if len(box.instruments) > 5 else "")
    out.print(f"{len(box.instruments)} instruments: {listed}", soft_wrap=True, markup=False)
    # A program that reads this through a pipe waits for it.
    out.file.flush()
