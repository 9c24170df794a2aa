"""Progress on standard error: a bar or a moving line on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.status import Status

from tickwright.cli.console import err
from tickwright.io.clock import Clock, SystemClock


__all__ = ["FileProgress", "StatusLine"]

LINE_EVERY_S = 2.0
"""Between two plain lines about a file: seldom enough for a log, often enough to see that it moves."""

STATUS_EVERY_S = 10.0
"""Between two plain status lines of something that has no end."""


class FileProgress:
    """How far each of several files is. Call it with ``(file, done, in all)``.

    Args:
        console: Where to show it.
        clock: Spaces plain lines.
    """

    def __init__(self, *, console: Console = err, clock: Clock | None = None) -> None:
        self._console = console
        self._clock = clock or SystemClock()
        self._tasks: dict[Path, TaskID] = {}
        self._said_s: dict[Path, float] = {}
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._bars.stop()

    def __call__(self, path: Path, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` of a file have been played."""
        if self._console.is_terminal:
            if path not in self._tasks:
                self._tasks[path] = self._bars.add_task(path.name, total=total)
            self._bars.update(self._tasks[path], completed=done)
            return
        now_s = self._clock.monotonic_s()
        if path not in self._said_s:
            self._said_s[path] = now_s
            self._say(f"playing {path.name}")
        if done >= total or now_s - self._said_s[path] >= LINE_EVERY_S:
            self._said_s[path] = now_s
            self._say(f"{path.name}: {100 * done // total if total else 100} %")

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, markup=False)


class StatusLine:
    """What something that goes on and on is at.

    Args:
        first: What a terminal shows until there is something to tell.
        console: Where to show it.
        clock: Spaces plain lines.
    """

    def __init__(
        self, first: str = "", *, console: Console = err, clock: Clock | None = None
    ) -> None:
        self._console = console
        self._clock = clock or SystemClock()
        self._said_s: float | None = None
        self._status = Status(first, console=console)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._status.stop()

    def show(self, text: str) -> None:
        """Show ``text`` instead of the line before."""
        if self._console.is_terminal:
            self._status.update(text)
            return
        now_s = self._clock.monotonic_s()
        if self._said_s is None or now_s - self._said_s >= STATUS_EVERY_S:
            self._said_s = now_s
            self._console.print(text, soft_wrap=True, markup=False)
