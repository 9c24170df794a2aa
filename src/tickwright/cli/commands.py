"""The commands of ``tickwright``, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from tickwright.cli.console import set_up_logs
from tickwright.cli.demo import demo
from tickwright.cli.doctor import doctor
from tickwright.cli.instruments import instruments
from tickwright.cli.record import record
from tickwright.cli.replay import replay
from tickwright.cli.watch import watch


__all__ = ["app"]

app = typer.Typer(
    name="tickwright",
    help="Reliable, supervised connections to crypto venues.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(is_asked: bool) -> None:
    if is_asked:
        from tickwright import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    log_level: Annotated[
        str | None,
        typer.Option(
            help="Log lines of this level and above go to standard error: debug, info, warning"
            " (default), error."
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    set_up_logs(log_level)


for _command in (watch, record, replay, instruments, doctor, demo):
    app.command()(_command)
