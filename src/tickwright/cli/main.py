"""The ``tickwright`` command."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from tickwright.cli.console import failing_in_one_line, set_up_logs


__all__ = ["app", "main"]

app = typer.Typer(
    name="tickwright",
    help="Reliable, supervised connections to crypto venues.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS = ("watch", "record", "replay", "instruments", "doctor")
"""One module each in this folder, with one function of the same name."""


def _version(is_asked: bool) -> None:
    if is_asked:
        from tickwright import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    log_level: Annotated[
        str, typer.Option(help="Log lines of this level and above go to standard error.")
    ] = "warning",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    set_up_logs(log_level)


for _name in COMMANDS:
    _module = importlib.import_module(f"tickwright.cli.{_name}")
    app.command(name=_name)(getattr(_module, _name))


def main() -> None:
    """Run the command line; the entry point of the ``tickwright`` script."""
    with failing_in_one_line():
        app()
