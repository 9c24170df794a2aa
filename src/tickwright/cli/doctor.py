"""``tickwright doctor``: what runs here, and whether venues can be reached from here."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from tickwright.app.config import load_settings
from tickwright.app.doctor import Diagnosis, HostFinding, examine
from tickwright.app.registry import products_of
from tickwright.cli.console import err, out, print_json, run_async
from tickwright.cli.options import Config, Endpoint, Environment, Json, chosen_options


__all__ = ["doctor"]


def doctor(
    venues: Annotated[
        list[str] | None, typer.Argument(help="Venues or products; all that are known if left out.")
    ] = None,
    environment: Environment = None,
    endpoint: Endpoint = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Check the installation: kernel, clock, reachability, latency, limits. Exit code 1 if a host is out of reach."""
    products = products_of(*(venues or ()))
    settings = load_settings(**chosen_options(environment, endpoint, config))
    found: list[Diagnosis] = []

    async def work() -> None:
        with err.status("asking the venues …"):
            found.append(await examine(products, settings))

    run_async(work)
    for diagnosis in found:
        if json:
            print_json(diagnosis)
        else:
            _show(diagnosis)
        if not diagnosis.is_healthy:
            raise SystemExit(1)


def _show(diagnosis: Diagnosis) -> None:
    here = diagnosis.installation
    out.print(f"tickwright {here.tickwright} on {here.python}, {here.platform}")
    out.print(f"kernel: {here.kernel} · event loop: {here.event_loop}")
    out.print(f"environment: {diagnosis.environment}\n")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("product", "REST", "clock offset", "WebSocket", "limits"):
        table.add_column(name)
    for host in diagnosis.hosts:
        table.add_row(
            host.product,
            _rest(host),
            _clock(host),
            _socket(host),
            "\n".join(f"{name} {text}" for name, text in host.limits.items()),
        )
    out.print(table)
    for host in diagnosis.hosts:
        for error in (host.rest_error, host.ws_error):
            if error is not None:
                err.print(f"[red]{host.product}[/red]: {error}", soft_wrap=True)


def _rest(host: HostFinding) -> str:
    if host.rest_error is not None:
        return "[red]unreachable[/red]"
    return "" if host.latency_ms is None else f"[green]{host.latency_ms:.1f} ms[/green]"


def _clock(host: HostFinding) -> str:
    if host.clock_offset_ms is None or host.clock_error_ms is None:
        return "unknown"
    return f"{host.clock_offset_ms:+.1f} ± {host.clock_error_ms:.1f} ms"


def _socket(host: HostFinding) -> str:
    if host.ws_error is not None:
        return "[red]unreachable[/red]"
    return "" if host.connect_ms is None else f"[green]open in {host.connect_ms:.1f} ms[/green]"
