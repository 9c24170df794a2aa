"""What commands about orders share: which account, how it is opened, and the question before something real happens."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import typer
from rich.markup import escape

from tickwright.app.config import NO_JOURNAL, Settings
from tickwright.app.connector import Connector
from tickwright.app.registry import products_of
from tickwright.cli.console import err, logs_into, say_log
from tickwright.cli.events import describe, notice_in
from tickwright.cli.options import chosen_settings
from tickwright.errors import ConfigError, ConnectTimeout, UsageError
from tickwright.io.dial import is_origin
from tickwright.model.ids import parse_instrument_id
from tickwright.model.notices import Notice, SessionDown
from tickwright.model.topics import Notices
from tickwright.venues.base import Endpoints, Product
from tickwright.venues.signing import Credentials


__all__ = [
    "AccountEnvironment",
    "JournalUrl",
    "SandboxFile",
    "Venues",
    "Yes",
    "account",
    "account_settings",
    "ask_first",
    "places",
    "product_of",
    "products_with_orders",
]

AccountEnvironment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        help="live (default), testnet, demo, or sandbox: a venue of its own, gone with the command.",
    ),
]
SandboxFile = Annotated[
    Path | None,
    typer.Option(
        "--sandbox",
        help="The ready file of a running `tickwright sandbox --ready-file FILE`: addresses and key come from it.",
    ),
]
JournalUrl = Annotated[
    str | None,
    typer.Option(
        "--journal", help="Where orders are written down: sqlite:PATH, postgresql://…, or memory:."
    ),
]
Venues = Annotated[
    list[str] | None,
    typer.Argument(
        help="Venues or products, for example binance.spot; all that have a key if left out."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before orders of real money.")]


def account_settings(
    environment: str | None,
    sandbox: Path | None,
    endpoints: Sequence[str] | None,
    config: Path | None,
    journal: str | None = None,
) -> Settings:
    """Return the settings that lead to an account; with a ready file into the sandbox that wrote it.

    Orders in somebody's sandbox are written down nowhere unless a journal is named: they end with it. What cancels orders when a
    program ends or dies is left out: a command ends at once, and what it placed is meant to stay.

    Raises:
        UsageError: If a ready file and another environment are named.
        ConfigError: If the file cannot be read, or is no ready file.
    """
    if sandbox is None:
        settings = chosen_settings(environment, endpoints, config)
    elif environment in (None, "sandbox"):
        settings = _inside(sandbox, chosen_settings("sandbox", endpoints, config))
    else:
        raise UsageError(f"--sandbox and --environment {environment} contradict each other")
    settings = msgspec.structs.replace(settings, cancel_on_exit=False, dead_man_s=None)
    return settings if journal is None else msgspec.structs.replace(settings, journal=journal)


def _inside(path: Path, settings: Settings) -> Settings:
    """Return settings that lead where a ready file says: its addresses and its key go before all others."""
    told = _read(path)
    account = told.pop("account", {})
    told.pop("control", None)
    told.pop("keys", None)
    try:
        credentials = Credentials(account["key"], account["secret"])
        endpoints = {
            product.name: Endpoints(**addresses)
            for name, addresses in told.items()
            for product in products_of(name)
        }
        _check_addresses(told)
    except (KeyError, TypeError, UsageError):
        # Without the cause: a traceback would show what the file holds.
        raise ConfigError(
            f"--sandbox {path}: this is no ready file of `tickwright sandbox`"
        ) from None
    return msgspec.structs.replace(
        settings,
        endpoints=endpoints,
        credentials={name.partition(".")[0]: credentials for name in endpoints},
        journal=settings.journal or NO_JOURNAL,
    )


def _check_addresses(told: Mapping[str, Mapping[str, str]]) -> None:
    """Raise UsageError if one is none: who goes there in the background could only crash."""
    for addresses in told.values():
        for address in addresses.values():
            if not is_origin(urlsplit(address), ("http", "ws")):
                raise UsageError(f"{address!r} is no address of a sandbox")


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, str]])
    except OSError as error:
        raise ConfigError(
            f"--sandbox {path}: cannot be read: {error.strerror}; is the sandbox running?"
        ) from None
    except msgspec.MsgspecError:
        raise ConfigError(
            f"--sandbox {path}: this is no ready file of `tickwright sandbox`"
        ) from None


def product_of(instrument: str, settings: Settings) -> Product:
    """Return the product that trades an instrument.

    Raises:
        UnknownInstrument, UnknownVenue: If its id is none, or its venue is not known.
        UsageError: If no product of its venue trades such a thing, or orders cannot be placed there.
    """
    name = parse_instrument_id(instrument)
    for product in products_of(name.venue):
        if product.owns(instrument):
            return products_with_orders([product.name], settings)[0]
    raise UsageError(f"{instrument!r}: no product of {name.venue} trades such an instrument")


def places(names: Sequence[str], instrument: str | None, settings: Settings) -> list[Product]:
    """Return the products that a command is about: no more than that of its instrument, if it names one.

    Whatever is the matter with another product does not hold it up then.

    Raises:
        UnknownVenue, UnknownInstrument, UsageError: As `products_with_orders` and `product_of`, or the two contradict each other.
    """
    if instrument is None:
        return products_with_orders(names, settings)
    product = product_of(instrument, settings)
    if names and product not in products_of(*names):
        raise UsageError(f"{instrument} is of {product.name}, and not of {', '.join(names)}")
    return [product]


def products_with_orders(names: Sequence[str], settings: Settings) -> list[Product]:
    """Return the products among ``names`` (all without any) that take orders, there and with the keys that there are.

    Raises:
        UnknownVenue: For a name that is neither venue nor product.
        UsageError: If none of them takes orders.
    """
    asked = products_of(*names)
    able = [product for product in asked if product.trading is not None]
    if settings.environment == "sandbox" and settings.endpoints:
        able = [product for product in able if product.name in settings.endpoints]
    if not able:
        known = sorted({product.name for product in products_of() if product.trading is not None})
        named = ", ".join(names) or "what is served"
        raise UsageError(f"{named} takes no orders here; those that do: {', '.join(known)}")
    # Without a key the venues stay in, so that the error can name the variables that hold one.
    return [each for each in able if each.venue in settings.credentials] or able


@asynccontextmanager
async def account(products: Sequence[Product], settings: Settings) -> AsyncIterator[Connector]:
    """Open a connector and wait, showing what happens, until the account is known.

    Raises:
        NoCredentials, CredentialsRefused: There is no key, or the venue does not take it.
        ConnectTimeout: The account is not known in time; the text says which stream is not ready, and why.
    """
    with ExitStack() as quiet:
        # What goes wrong until then is told by the status, and by the error if it was in vain.
        quiet.enter_context(logs_into(_say_unless_down))
        async with Connector.open(*products, settings=settings) as tw:
            await _known(tw, products)
            quiet.close()
            yield tw


async def _known(tw: Connector, products: Sequence[Product]) -> None:
    names = ", ".join(product.name for product in products)
    with err.status(f"asking for the account at {names} …") as status:

        def show(notice: Notice) -> None:
            status.update(escape(describe(notice)[0]))

        listener = tw.on(Notices(), show)
        try:
            await tw.orders.ready()
        except ConnectTimeout as error:
            if len(products) == 1:
                raise
            # One of them may hold up a command that is about another.
            raise ConnectTimeout(
                f"{error}; name a product or an instrument to ask that one alone"
            ) from None
        finally:
            listener.detach()


def _say_unless_down(record: logging.LogRecord) -> None:
    if not isinstance(notice_in(record), SessionDown):
        say_log(record)


async def ask_first(settings: Settings, what: str, *, is_agreed: bool) -> None:
    """Ask before something happens at a live venue.

    Args:
        settings: Of which environment.
        what: The question's subject, for example ``cancel all orders``.
        is_agreed: ``--yes`` was given.

    Raises:
        UsageError: If there is nobody to ask.
        SystemExit: If the answer is no; nothing was sent.
    """
    if is_agreed or settings.environment != "live":
        return
    if not sys.stdin.isatty():
        raise UsageError(f"live: {what}? There is no terminal to ask at; say it with --yes")
    err.print(f"[bold red]live[/bold red]: {escape(what)}? \\[y/N] ", end="")
    # Not in a thread, which Ctrl-C would have to wait for: the loop watches the terminal.
    answer = await _line()
    if answer.strip().lower() not in ("y", "yes"):
        err.print("nothing was sent")
        raise SystemExit(1)


async def _line() -> str:
    loop = asyncio.get_running_loop()
    is_there = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), is_there.set)
    try:
        await is_there.wait()
    finally:
        loop.remove_reader(sys.stdin.fileno())
    return sys.stdin.readline()
