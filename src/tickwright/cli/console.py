"""What all commands share: where output goes, how one is interrupted, and how a failure ends the program."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, ClassVar, NoReturn, TypeVar

import msgspec
from rich.console import Console
from rich.text import Text

from tickwright.cli.events import describe, notice_in
from tickwright.cli.streams import lost_output, when_lost
from tickwright.errors import TickwrightError, UsageError
from tickwright.io.loop import run


__all__ = [
    "err",
    "failing_in_one_line",
    "logs_into",
    "out",
    "print_json",
    "run_async",
    "run_until_interrupted",
    "say_error",
    "say_log",
    "set_log_level",
    "set_up_logs",
]

T = TypeVar("T")

PIPE_WIDTH = 160
"""Columns where there is no terminal to ask: tables in a file are not squeezed to 80."""

FAILED = 1
WRONG_CALL = 2
INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended before it was done."""

LOG_LEVELS = ("debug", "info", "warning", "error")
DEFAULT_LOG_LEVEL = "warning"
_LOG_LINE = logging.Formatter("%(levelname)s %(name)s: %(message)s")
_ROOT = logging.getLogger()

out = Console(highlight=False, width=None if sys.stdout and sys.stdout.isatty() else PIPE_WIDTH)
"""Standard output: what was asked for."""
err = Console(stderr=True, highlight=False)
"""Standard error: progress, warnings, reasons."""


def print_json(value: object) -> None:
    """Print one JSON object on standard output, whatever the terminal."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_error(error: object) -> None:
    """Print one line about a failure on standard error."""
    # At once, or a line that moves would be drawn in between; and no markup: a text may hold brackets of its own.
    text = " ".join(str(error).split())
    err.print(Text.assemble(("tickwright:", "red"), f" {text}"), soft_wrap=True)


@contextlib.contextmanager
def failing_in_one_line() -> Iterator[None]:
    """Turn our errors into one line on standard error: exit code 2 for a wrong call, 1 for a failure.

    Ctrl-C ends with 130. Output that could not be written is a failure, unless it only has no reader any more.
    """
    try:
        with _failing():
            yield
    except SystemExit as ended:
        lost = lost_output()
        if lost is None:
            raise
        say_error(
            f"the output cannot be written ({lost.strerror}) and is lost; what the command did is done, so look before you"
            " repeat it"
        )
        raise SystemExit(ended.code or FAILED) from None


def run_async(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what ``main`` returns; Ctrl-C or SIGTERM before that cancels it and is a failure."""
    results = _run(main)
    if not results:
        raise KeyboardInterrupt
    return results[0]


def run_until_interrupted(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``main`` until it ends, or until Ctrl-C or SIGTERM cancels it, which is the way to end it, or nobody can read it."""
    _run(main, is_endless=True)


def set_up_logs(level: str | None) -> None:
    """Send log lines of ``level`` and above to standard error; ``None`` leaves the level to the settings.

    Raises:
        UsageError: If there is no such level.
    """
    if level is not None and level.lower() not in LOG_LEVELS:
        raise UsageError(f"--log-level {level}: the levels are {', '.join(LOG_LEVELS)}")
    if not any(isinstance(handler, _LogLines) for handler in _ROOT.handlers):
        _ROOT.addHandler(_LogLines())
    _LogLines.is_level_chosen = level is not None
    _ROOT.setLevel((level or DEFAULT_LOG_LEVEL).upper())


def set_log_level(level: str) -> None:
    """Take up the level that the settings name, unless the command line named one."""
    if not _LogLines.is_level_chosen:
        _ROOT.setLevel(level.upper())


@contextlib.contextmanager
def logs_into(sink: Callable[[logging.LogRecord], None]) -> Iterator[None]:
    """Give log lines to ``sink`` instead of standard error, where they would run through a drawing."""
    _LogLines.sink = sink
    try:
        yield
    finally:
        _LogLines.sink = None


def say_log(record: logging.LogRecord) -> None:
    """Print a log line on standard error; a notice in words, where a program's own log has all of its fields."""
    notice = notice_in(record)
    text, colour = (_LOG_LINE.format(record), None) if notice is None else describe(notice)
    err.print(text, style=colour, soft_wrap=True, markup=False)


class _LogLines(logging.Handler):
    """Prints log lines above whatever moves on standard error."""

    is_level_chosen: ClassVar[bool] = False
    sink: ClassVar[Callable[[logging.LogRecord], None] | None] = None

    def emit(self, record: logging.LogRecord) -> None:
        sink = type(self).sink
        if sink is not None:
            sink(record)
        else:
            say_log(record)


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except TickwrightError as error:
        _die(error)
    except ExceptionGroup as group:
        ours, others = group.split(TickwrightError)
        if others is not None or ours is None:
            raise
        _die(_first(ours))
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _run(main: Callable[[], Coroutine[Any, Any, T]], *, is_endless: bool = False) -> list[T]:
    results: list[T] = []

    async def cancellable() -> None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        if is_endless:
            when_lost(task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            results.append(await main())

    run(cancellable())
    return results


def _first(group: ExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _die(error: BaseException) -> NoReturn:
    say_error(error)
    raise SystemExit(WRONG_CALL if isinstance(error, UsageError) else FAILED) from None
