"""What all commands share: where output goes, and how a failure ends the program."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from tickwright.errors import TickwrightError, UsageError
from tickwright.io.loop import run


__all__ = [
    "err",
    "failing_in_one_line",
    "out",
    "print_json",
    "progress_bar",
    "run_async",
    "set_up_logs",
]

out = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
"""Standard output: what was asked for. Into a file or a pipe, tables are not squeezed to 80 columns."""
err = Console(stderr=True, highlight=False)
"""Standard error: progress, warnings, reasons."""


def print_json(value: object) -> None:
    """Print one JSON object on standard output, whatever the terminal."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    sys.stdout.write(text + "\n")


@contextlib.contextmanager
def failing_in_one_line() -> Iterator[None]:
    """Turn our errors into one line on standard error: exit code 2 for a wrong call, 1 for a failure.

    Ctrl-C ends with 130, as shells expect; a reader that closed its end of a pipe is no failure.
    """
    try:
        yield
    except UsageError as error:
        _die(2, error)
    except TickwrightError as error:
        _die(1, error)
    except ExceptionGroup as group:
        ours, others = group.split(TickwrightError)
        if others is not None or ours is None:
            raise
        _die(1, _first(ours))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def _first(group: ExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _die(code: int, error: BaseException) -> None:
    err.print(f"[red]tickwright:[/red] {' '.join(str(error).split())}", soft_wrap=True, markup=True)
    raise SystemExit(code) from None


def run_async(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``main`` until it ends or Ctrl-C (or SIGTERM) cancels it; cancelled is done, not failed."""

    async def cancellable() -> None:
        import asyncio

        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await main()

    run(cancellable())


def set_up_logs(level: str) -> None:
    """Send log lines of warnings (or ``level``) to standard error."""
    logging.basicConfig(
        stream=sys.stderr, level=level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )


def progress_bar() -> Progress:
    """Return a progress display for bytes, on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )
