"""The commands of ``tickwright``, put together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from tickwright.cli.console import set_up_logs
from tickwright.cli.demo import demo
from tickwright.cli.doctor import doctor
from tickwright.cli.exposure import exposure
from tickwright.cli.holdings import balances, positions
from tickwright.cli.instruments import instruments
from tickwright.cli.journal import journal
from tickwright.cli.orders import orders
from tickwright.cli.record import record
from tickwright.cli.replay import replay
from tickwright.cli.sandbox import sandbox
from tickwright.cli.watch import watch
from tickwright.errors import UsageError


__all__ = ["app", "run_command"]

# typer re-exports only its leaves: this is what all complaints about the command line derive from.
_WrongCall: type[Any] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="tickwright",
    help="Reliable, supervised connections to crypto venues.",
    invoke_without_command=True,
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
    context: typer.Context,
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
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


for _command in (
    watch, record, replay, instruments, doctor, balances, positions, exposure, demo, sandbox,
):  # fmt: skip
    app.command()(_command)
app.add_typer(orders)
app.add_typer(journal)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` (or the command line) name; return the exit code.

    Raises:
        UsageError: If they name none, or name it wrongly; one line, instead of typer's box.
    """
    try:
        code = app(
            sys.argv[1:] if arguments is None else list(arguments),
            prog_name="tickwright",
            standalone_mode=False,
        )
    except _WrongCall as error:
        path = "tickwright" if error.ctx is None else error.ctx.command_path
        text = error.format_message().rstrip(".")
        raise UsageError(f"{text}; `{path} --help` says how to call it") from None
    return code if isinstance(code, int) else 0
