"""``tickwright doctor``: what runs here, and whether venues can be reached from here."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tickwright.app.doctor import Diagnosis, HostFinding, KeyFinding, LimitFinding, examine
from tickwright.app.registry import products_of
from tickwright.cli.console import err, out, print_json, run_async, say_error
from tickwright.cli.options import Config, Endpoint, Environment, Json, chosen_settings


__all__ = ["doctor", "interval", "key_line"]


def doctor(
    venues: Annotated[
        list[str] | None,
        typer.Argument(help="Venues or products, for example binance.spot; all if left out."),
    ] = None,
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Check the installation: kernel, clock, reachability, latency, limits, and what your API keys may.

    Exit code 1 if a host is out of reach, or a venue does not take a key.
    """
    products = products_of(*(venues or ()))
    settings = chosen_settings(environment, endpoint, config)

    async def work() -> Diagnosis:
        with err.status(f"asking {', '.join(product.name for product in products)} …"):
            return await examine(products, settings)

    diagnosis = run_async(work)
    if json:
        print_json(diagnosis)
    else:
        _show(diagnosis)
    for host in diagnosis.hosts:
        for what, error in (("REST", host.rest_error), ("WebSocket", host.ws_error)):
            if error is not None:
                say_error(f"{host.product}, {what}: {error}")
    for key in diagnosis.keys:
        if key.is_refused:
            say_error(f"{key.venue}, key: {key.error}")
    if not diagnosis.is_healthy:
        raise SystemExit(1)


def _show(diagnosis: Diagnosis) -> None:
    here = diagnosis.installation
    facts = Table.grid(padding=(0, 2))
    facts.add_row("tickwright", f"{here.tickwright} on {here.python}, {here.platform}")
    facts.add_row("kernel", here.kernel)
    facts.add_row("event loop", here.event_loop)
    facts.add_row("environment", diagnosis.environment)
    out.print(facts)
    out.print()
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("product", "REST", "venue's clock", "WebSocket"):
        table.add_column(name, no_wrap=True)
    limits = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    limits.add_column("product", no_wrap=True)
    limits.add_column("limits")
    for host in diagnosis.hosts:
        table.add_row(host.product, _rest(host), _clock(host), _socket(host))
        limits.add_row(host.product, _limits(host))
    keys = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    keys.add_column("venue", no_wrap=True)
    keys.add_column("API key")
    for key in diagnosis.keys:
        keys.add_row(key.venue, key_line(key))
    for each in (table, limits, keys):
        out.print(each)
        out.print()


def _rest(host: HostFinding) -> Text:
    if host.rest_error is not None or host.latency_ms is None:
        return Text("✗ no answer", style="red")
    return Text(f"✓ {host.latency_ms:.1f} ms", style="green")


def _clock(host: HostFinding) -> str:
    if host.clock_offset_ms is None or host.clock_error_ms is None:
        return "unknown"
    return f"{host.clock_offset_ms:+.1f} ± {host.clock_error_ms:.1f} ms"


def _socket(host: HostFinding) -> Text:
    if host.ws_error is not None or host.connect_ms is None:
        return Text("✗ no answer", style="red")
    return Text(f"✓ open in {host.connect_ms:.1f} ms", style="green")


def key_line(key: KeyFinding) -> Text:
    """Return what is known of a key, in colours that warn."""
    if not key.is_set:
        return Text("none: market data needs none, orders do", style="dim")
    may = key.permissions
    if may is None:
        return Text(f"set; {key.error}", style="red" if key.is_refused else "yellow")
    told = Text("may trade" if may.can_trade else "may only read", style="green")
    told.append(
        ", from named addresses only" if may.is_bound else ", from any address", style="default"
    )
    if may.can_withdraw:
        told.append("; may WITHDRAW: take that away, no program here needs it", style="bold red")
    return told


def _limits(host: HostFinding) -> str:
    return ", ".join(map(_limit, host.limits))


def _limit(limit: LimitFinding) -> str:
    used = f" ({limit.used:,} used)" if limit.used else ""
    name = limit.name.lower().replace("_", " ")
    return f"{name} {limit.limit:,} / {interval(limit.interval_s)}{used}"


def interval(interval_s: float) -> str:
    """Return a length of time as people say it.

    Example:
        >>> interval(300.0)
        '5 min'
    """
    for unit, length_s in (("d", 86_400), ("h", 3600), ("min", 60)):
        if interval_s >= length_s and interval_s % length_s == 0:
            count = int(interval_s // length_s)
            return unit if count == 1 else f"{count} {unit}"
    return f"{interval_s:g} s"
